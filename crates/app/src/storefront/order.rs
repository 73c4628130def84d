//! The page of one order, for who has its link: nobody keeps it, and no other server is told its address.

use std::sync::Arc;

use axum::extract::State;
use axum::http::header::REFERRER_POLICY;
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use kassa_service::Problem;

use super::data::Page;
use super::front::{Front, Visit};
use super::gather;
use super::http::{private, show_missing, unwritten};
use super::write::{self, About};

/// `GET /order/{uuid}?k=`.
pub(super) async fn show_order(State(front): State<Arc<Front>>, visit: Visit) -> Response {
    let mut response = match try_show(&front, &visit).await {
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

async fn try_show(front: &Front, visit: &Visit) -> Result<Response, Problem> {
    let common = gather::common(&front.shop).await?;
    let page = Page::Order { order: None };
    let origin = front.origin(visit);
    let about = About::new((&common, &page), (visit.uri.path(), &origin, front.site()));
    Ok(private(StatusCode::OK, write::page(&about).map_err(unwritten)?, visit))
}
