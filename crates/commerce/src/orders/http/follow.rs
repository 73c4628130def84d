//! An order followed by its link.

use std::sync::Arc;

use axum::extract::State;
use axum::http::header::{CACHE_CONTROL, ETAG};
use axum::http::{HeaderMap, HeaderValue, StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use kassa_service::{Json, Problem};
use sha2::{Digest, Sha256};

use super::super::answer::unknown;
use super::super::status::{OrderStatus, by_link};
use super::caller::{PathId, order_id};
use crate::params::Params;
use crate::precondition;
use crate::refuse::problem_of;
use crate::shop::Shop;

/// `GET /v1/orders/{uuid}/status?k=`: 404 for an order that there is not and for another's key alike.
pub(super) async fn follow_order(
    State(shop): State<Arc<Shop>>,
    path: PathId,
    uri: Uri,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let params = Params::of(&uri, &["k"])?;
    let id = order_id(path)?;
    let found = by_link(&shop, &id, params.text("k").unwrap_or_default()).await;
    let status = found.map_err(|error| problem_of(&error))?.ok_or_else(|| unknown(&id))?;
    let etag = etag(&status);
    let mut response = match precondition::is_known(&headers, &etag) {
        true => StatusCode::NOT_MODIFIED.into_response(),
        false => Json(status).into_response(),
    };
    // Digits.
    let etag = HeaderValue::try_from(etag).map_err(|_| Problem::internal())?;
    response.headers_mut().insert(ETAG, etag);
    response.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("private, no-store"));
    Ok(response)
}

/// Changes with whatever is shown.
fn etag(status: &OrderStatus) -> String {
    // A struct with named fields: serde_json always writes it.
    let hash = Sha256::digest(serde_json::to_vec(status).unwrap_or_default());
    let hex: String = hash.iter().take(16).map(|byte| format!("{byte:02x}")).collect();
    format!("\"{hex}\"")
}
