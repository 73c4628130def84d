//! The routes of the documentation, for anyone.

use axum::Router;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Path, Query};
use axum::http::{HeaderMap, HeaderValue, Uri, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use serde::Deserialize;

use super::site::page;
use super::{layout, search};
use crate::ui::{drop_slash, guard, missing};

/// Nothing runs, and nothing is loaded but the look.
const POLICY: &str =
    "default-src 'none'; style-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'self'";
/// Bytes of what is searched for.
const ASKED_BYTES_MAX: usize = 200;

/// The routes.
pub(crate) fn routes() -> Router {
    Router::new()
        .route("/docs", get(|| async { shown(layout::of_all()) }))
        .route("/docs/", get(drop_slash))
        .route("/docs/style.css", get(show_style))
        .route("/docs/search", get(show_search))
        .route("/docs/{page}", get(show_page))
}

/// `GET /docs/{page}`, or with `.md` at its end its Markdown.
async fn show_page(Path(name): Path<String>, uri: Uri, headers: HeaderMap) -> Response {
    let (slug, as_markdown) = name.strip_suffix(".md").map_or((name.as_str(), false), |slug| (slug, true));
    match page(slug) {
        Some((page, _)) if as_markdown => text("text/markdown; charset=utf-8", page.markdown),
        Some((page, rendered)) => shown(layout::of_page(page, rendered)),
        None => missing(&headers, uri.path()),
    }
}

#[derive(Debug, Default, Deserialize)]
struct Asked {
    #[serde(default)]
    q: String,
}

/// `GET /docs/search?q=words`.
async fn show_search(asked: Result<Query<Asked>, QueryRejection>) -> Response {
    let q = asked.map(|Query(asked)| asked.q).unwrap_or_default();
    let asked = &q[..q.floor_char_boundary(ASKED_BYTES_MAX)];
    shown(layout::of_search(asked, &search::find(asked)))
}

async fn show_style() -> Response {
    text("text/css; charset=utf-8", layout::STYLE)
}

fn text(media_type: &'static str, text: &'static str) -> Response {
    let headers = [(header::CONTENT_TYPE, media_type), (header::CACHE_CONTROL, "no-cache")];
    let mut response = (headers, text).into_response();
    guard(&mut response, HeaderValue::from_static(POLICY));
    response
}

fn shown(page: String) -> Response {
    let headers = [(header::CONTENT_TYPE, "text/html; charset=utf-8"), (header::CACHE_CONTROL, "no-cache")];
    let mut response = (headers, page).into_response();
    guard(&mut response, HeaderValue::from_static(POLICY));
    response
}
