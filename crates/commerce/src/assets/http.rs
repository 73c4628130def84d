//! The routes of pictures: `POST /v1/assets` with a file as its body, and the files that were made of it.

use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::extract::rejection::PathRejection;
use axum::extract::{Path, Request, State};
use axum::http::header::{
    CACHE_CONTROL, CONTENT_LENGTH, CONTENT_SECURITY_POLICY, CONTENT_TYPE, ETAG, LOCATION,
    X_CONTENT_TYPE_OPTIONS,
};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use bytes::Bytes;
use kassa_access::{Allowed, need};
use kassa_service::{Json, Problem, Protected, body, protected, strict};
use object_store::GetResult;

use super::asset::{WIDTHS, is_id};
use super::error::Error;
use super::format::media_type;
use super::upload::{Assets, Taken};
use crate::precondition::is_known;
use crate::refuse::{here, problem_of};
use crate::shop::Shop;

/// What is served under an id stays as it is.
const FOR_EVER: HeaderValue = HeaderValue::from_static("public, max-age=31536000, immutable");
/// A longer file is not read as a whole, bytes.
const WHOLE_BYTES_MAX: u64 = 1 << 20;

/// Where files are sent, which are longer than other bodies.
pub const UPLOADS: &str = "/v1/assets";

/// The routes of class `Upload`. None without a place for files in this process.
pub fn upload_routes(shop: Arc<Shop>) -> Protected {
    if shop.options.assets.is_none() || shop.catalog.is_none() {
        return Protected::new();
    }
    Protected::new().route(UPLOADS, protected::post(upload_asset)).with_state(shop)
}

/// The routes of class `Probe`: pictures are for anyone, as the pages are that show them.
pub fn public_routes(shop: Arc<Shop>) -> Router {
    if shop.options.assets.is_none() {
        return Router::new();
    }
    Router::new().route("/assets/i/{file}", get(show_asset)).with_state(shop)
}

/// `POST /v1/assets` → 201 with the asset, 200 for a file that is known. Whatever its name and media type.
async fn upload_asset(
    _: Allowed<need::Catalog>,
    State(shop): State<Arc<Shop>>,
    request: Request,
) -> Result<Response, Problem> {
    strict::no_parameters(request.uri())?;
    let (assets, db) = (assets(&shop)?, here(&shop.catalog, "catalogue")?);
    let busy = || Problem::unavailable("many pictures are on their way: send it again", 1);
    let _place = assets.place().ok_or_else(busy)?;
    let bytes_max = assets.options.bytes_max;
    let bytes = body::read_short(request.into_body(), bytes_max).await?;
    let bytes = bytes.ok_or_else(|| Problem::body_too_large(bytes_max))?;
    match assets.take(db, bytes, shop.now()).await.map_err(problem)? {
        Taken::Known(asset) => Ok(Json(asset).into_response()),
        Taken::New(asset) => {
            let largest = format!("/assets/i/{}-{}", asset.id, WIDTHS[WIDTHS.len() - 1]);
            Ok((StatusCode::CREATED, [(LOCATION, largest)], Json(asset)).into_response())
        }
    }
}

/// `GET /assets/i/{id}-{width}`.
async fn show_asset(
    State(shop): State<Arc<Shop>>,
    path: Result<Path<String>, PathRejection>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let unknown = || Problem::not_found("no such picture");
    let Ok(Path(name)) = path else { return Err(unknown()) };
    let (id, width) = named(&name).ok_or_else(unknown)?;
    let etag = HeaderValue::from_str(&format!("\"{name}\"")).map_err(|_| unknown())?;
    if is_known(&headers, etag.to_str().unwrap_or_default()) {
        return Ok((StatusCode::NOT_MODIFIED, [(ETAG, etag), (CACHE_CONTROL, FOR_EVER)]).into_response());
    }
    let found = assets(&shop)?.files.get(id, width).await.map_err(|error| problem(error.into()))?;
    let found = found.ok_or_else(unknown)?;
    let length = HeaderValue::from(found.meta.size);
    let (mime, body) = content(found).await.map_err(|error| problem(error.into()))?;
    let headers = [
        (CONTENT_TYPE, HeaderValue::from_static(mime)),
        (CONTENT_LENGTH, length),
        (ETAG, etag),
        (CACHE_CONTROL, FOR_EVER),
        (X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
        (CONTENT_SECURITY_POLICY, HeaderValue::from_static("default-src 'none'")),
    ];
    Ok((headers, body).into_response())
}

/// Id and width of `9f86…0a08-640`, where the width is one of ours.
fn named(name: &str) -> Option<(&str, u32)> {
    let (id, width) = name.split_once('-')?;
    let width = WIDTHS.into_iter().find(|known| known.to_string() == width)?;
    is_id(id).then_some((id, width))
}

/// What kind of picture it is, and the picture.
async fn content(found: GetResult) -> Result<(&'static str, Body), object_store::Error> {
    use futures_util::TryStreamExt;
    if found.meta.size <= WHOLE_BYTES_MAX {
        let bytes = found.bytes().await?;
        return Ok((media_type(&bytes), Body::from(bytes)));
    }
    let mut stream = found.into_stream();
    let first = stream.try_next().await?.unwrap_or_else(Bytes::new);
    let mime = media_type(&first);
    let first = futures_util::stream::iter([Ok(first)]);
    Ok((mime, Body::from_stream(futures_util::StreamExt::chain(first, stream))))
}

fn assets(shop: &Shop) -> Result<&Arc<Assets>, Problem> {
    shop.options.assets.as_ref().ok_or_else(|| Problem::not_found("no pictures here"))
}

/// The answer to a file that was not taken, or cannot be given. What is our fault is logged here, once.
fn problem(error: Error) -> Problem {
    match &error {
        Error::NoPicture | Error::Unreadable(_) | Error::TooManyPixels { .. } | Error::TooDeep { .. } => {
            Problem::bad_request(error.to_string())
        }
        Error::Db(error) => problem_of(error),
        Error::Files(cause) => {
            tracing::warn!(error = %cause, "the files of pictures are unavailable");
            Problem::unavailable("the files of pictures are unavailable", 5)
        }
    }
}
