//! What the API says of itself: its description, `docs/openapi.json`, and a page for each type of problem. The page that shows the
//! description is one of `ui`'s.

mod problems;

use std::sync::LazyLock;

use axum::Router;
use axum::body::Bytes;
use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::Response;
use axum::routing::get;

use crate::ui::Packed;

/// The description, as web/openapi writes it.
pub(crate) const DESCRIPTION: &str = include_str!("../../../../docs/openapi.json");

static DOCUMENT: LazyLock<Packed> =
    LazyLock::new(|| Packed::file(Bytes::from_static(DESCRIPTION.as_bytes()), "application/json"));

/// The routes, for anyone.
pub(crate) fn routes() -> Router {
    Router::new()
        .route("/openapi.json", get(show_description))
        .route("/errors", get(problems::list_problems))
        .route("/errors/{name}", get(problems::show_problem))
}

/// `GET /openapi.json`, also for pages of any other origin.
async fn show_description(headers: HeaderMap) -> Response {
    let mut response = DOCUMENT.answer(&headers);
    let headers = response.headers_mut();
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-cache"));
    headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    response
}
