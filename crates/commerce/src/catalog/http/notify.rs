//! Who wants to be told when something is back.

use std::sync::Arc;

use axum::extract::rejection::PathRejection;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use kassa_db::Error;
use kassa_service::{Json, Object, Problem};
use serde::{Deserialize, Serialize};

use super::super::notify::{Asking, Email, store};
use super::named::{Named, catalog};
use crate::language;
use crate::refuse::problem_of;
use crate::shop::Shop;

/// `{"email":"ann@shop.example","language":"de"}`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct NotifyBody {
    email: String,
    language: Option<String>,
}

/// The answer says nothing of who waits already.
#[derive(Debug, Serialize)]
struct Noted {}

/// `POST /v1/products/sku:{sku}/notify-me {"email","language"?}` → 202; 404 where buyers know no such product or variant.
pub(super) async fn notify_me(
    State(shop): State<Arc<Shop>>,
    path: Result<Path<String>, PathRejection>,
    Object(body): Object<NotifyBody>,
) -> Result<Response, Problem> {
    let named = Named::of(path)?;
    let language = language::tag("language", body.language)?;
    let asking = Asking { email: Email::parse(&body.email)?, language };
    let (now, finder) = (shop.now(), named.clone());
    let noted = catalog(&shop)?.write(move |tx| {
        let product = finder.as_named(tx)?.filter(|product| product.is_sold());
        let Some(product) = product else { return Ok::<_, Error>(false) };
        store::wait(tx, &product.sku, &asking, now)?;
        Ok(true)
    });
    match noted.await {
        Ok(true) => Ok((StatusCode::ACCEPTED, Json(Noted {})).into_response()),
        Ok(false) => Err(named.unknown()),
        Err(error) => Err(problem_of(&error)),
    }
}
