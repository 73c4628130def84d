//! The page of one order, for who has its link: nobody keeps it, and no other server is told its address.

use std::sync::Arc;

use axum::extract::rejection::PathRejection;
use axum::extract::{Path, State};
use axum::http::header::REFERRER_POLICY;
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use kassa_commerce::orders::status::by_link;
use kassa_commerce::problem_of;
use kassa_service::Problem;
use serde_json::value::to_raw_value;

use super::asked::Asking;
use super::data::Page;
use super::front::{Front, Visit};
use super::gather;
use super::http::{private, show_missing, unwritten};
use super::write::{self, About};

/// `GET /order/{uuid}?k=`.
pub(super) async fn show_order(
    State(front): State<Arc<Front>>,
    visit: Visit,
    id: Result<Path<String>, PathRejection>,
) -> Response {
    let id = id.map(|Path(id)| id).unwrap_or_default();
    let mut response = match try_show(&front, &visit, &id).await {
        Ok(response) => response,
        Err(problem) if problem.status() == StatusCode::NOT_FOUND => show_missing(&front, &visit).await,
        Err(problem) => problem.into_response(),
    };
    // The address is the secret: no other server is told it, and no robot lists it.
    let headers = response.headers_mut();
    headers.insert(REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    headers.insert("x-robots-tag", HeaderValue::from_static("noindex"));
    response
}

async fn try_show(front: &Front, visit: &Visit, id: &str) -> Result<Response, Problem> {
    let common = gather::common(&front.shop).await?;
    let found = by_link(&front.shop, id, Asking::of(&visit.uri).value("k")).await;
    let order = match found.map_err(|error| problem_of(&error))? {
        Some(order) => Some(to_raw_value(&order).map_err(unwritten)?),
        None => None,
    };
    // Of an order that there is not, and of another's key alike.
    let status = if order.is_some() { StatusCode::OK } else { StatusCode::NOT_FOUND };
    let page = Page::Order { order };
    let origin = front.origin(visit);
    let about = About::new((&common, &page), (visit.uri.path(), &origin, front.site()));
    Ok(private(front, visit, (status, write::page(&about).map_err(unwritten)?)))
}
