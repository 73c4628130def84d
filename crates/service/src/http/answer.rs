//! One request's way: bounds, request id, router, panics, metrics, log line.

use std::convert::Infallible;
use std::panic::AssertUnwindSafe;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Instant;

use axum::body::Body;
use axum::http::header::CONTENT_LENGTH;
use axum::http::{HeaderMap, Method, Request, StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use futures_util::FutureExt;
use hyper::body::{Body as HttpBody, Frame, Incoming, SizeHint};
use tower::Service;

use super::connection::Connection;
use crate::body::Bounded;
use crate::request::X_REQUEST_ID;
use crate::{Peer, Problem, RequestId};

/// Answers one request. Never fails: errors and panics are answers too.
pub(super) async fn answer(
    connection: Arc<Connection>,
    request: Request<Incoming>,
) -> Result<Response<Outbound>, Infallible> {
    connection.begin();
    let started = Instant::now();
    let id = RequestId::of(request.headers(), &connection.shared.ids);
    let method = request.method().clone();
    let uri = request.uri().clone();
    let mut response = respond(&connection, request, &id).await;
    let taken = started.elapsed();
    connection.observe(&method, response.status(), taken);
    if response.status().is_server_error() {
        log_failure(&method, &uri, &response, &id);
    }
    tracing::debug!(%method, path = uri.path(), status = response.status().as_u16(), ?taken, id = id.as_str(), "request");
    response.headers_mut().insert(X_REQUEST_ID, id.0);
    Ok(response.map(|inner| Outbound { inner, connection }))
}

/// Failures are logged once, here; 503 is a state that others log, and load balancers ask for every second.
fn log_failure(method: &Method, uri: &Uri, response: &Response, id: &RequestId) {
    let (path, status, id) = (uri.path(), response.status().as_u16(), id.as_str());
    if response.status() == StatusCode::SERVICE_UNAVAILABLE {
        tracing::debug!(%method, path, status, id, "request refused for now");
    } else {
        tracing::error!(%method, path, status, id, "request failed");
    }
}

async fn respond(connection: &Arc<Connection>, request: Request<Incoming>, id: &RequestId) -> Response {
    let limits = &connection.shared.limits;
    let url_bytes = request.uri().path_and_query().map_or(0, |url| url.as_str().len());
    if url_bytes > limits.url_bytes_max {
        return uri_too_long(limits.url_bytes_max);
    }
    if declared_length(request.headers()).is_some_and(|length| length > limits.body_bytes_max as u64) {
        return Problem::body_too_large(limits.body_bytes_max).into_response();
    }
    let (limit, timeout) = (limits.body_bytes_max, limits.body_timeout);
    let mut request = request.map(|incoming| {
        if incoming.is_end_stream() {
            Body::empty()
        } else {
            Body::new(Bounded::new(incoming, limit, timeout))
        }
    });
    let peer = Peer { connection: Arc::clone(connection), id: id.clone() };
    request.extensions_mut().insert(peer);
    let mut router = connection.shared.router.clone();
    // The router is cloned for this request and dropped after a panic, so nothing half-changed is seen again.
    let called = AssertUnwindSafe(async move { router.call(request).await });
    match called.catch_unwind().await {
        Ok(Ok(response)) => response,
        // The panic hook has logged where and why.
        Err(_) => Problem::internal().extra("request_id", id.as_str()).into_response(),
    }
}

fn declared_length(headers: &HeaderMap) -> Option<u64> {
    headers.get(CONTENT_LENGTH)?.to_str().ok()?.parse().ok()
}

fn uri_too_long(limit_bytes: usize) -> Response {
    Problem::new(StatusCode::URI_TOO_LONG, "url-too-long", "The URL is too long")
        .detail(format!("path and query have at most {limit_bytes} bytes"))
        .into_response()
}

/// The answer's body; when it is dropped, sent or not, the connection is idle again.
pub(super) struct Outbound {
    inner: Body,
    connection: Arc<Connection>,
}

impl Drop for Outbound {
    fn drop(&mut self) {
        self.connection.finish();
    }
}

impl HttpBody for Outbound {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        Pin::new(&mut self.inner).poll_frame(cx)
    }

    fn is_end_stream(&self) -> bool {
        self.inner.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.inner.size_hint()
    }
}
