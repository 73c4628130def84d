//! One request's way: bounds, request id, router, panics, metrics, log line.

use std::convert::Infallible;
use std::panic::AssertUnwindSafe;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Instant;

use axum::body::Body;
use axum::extract::MatchedPath;
use axum::http::header::{CONNECTION, CONTENT_LENGTH};
use axum::http::{HeaderMap, Method, Request, StatusCode};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use futures_util::FutureExt;
use futures_util::future::Either;
use hyper::body::{Body as HttpBody, Frame, Incoming, SizeHint};
use tower::Service;

use super::connection::{Connection, Noted};
use super::{host, methods, note};
use crate::body::Bounded;
use crate::request_id::{RequestId, X_REQUEST_ID};
use crate::{Peer, Problem};

/// Answers one request. Never fails: errors and panics are answers too.
///
/// No async function: such a future keeps what it was given beside what it makes of it, and this one is copied for every
/// request into its connection's memory.
pub(super) fn answer(
    connection: Arc<Connection>,
    mut request: Request<Incoming>,
) -> impl Future<Output = Result<Response<Outbound>, Infallible>> {
    connection.begin();
    let asked = Asked {
        started: Instant::now(),
        id: RequestId::of(request.headers(), &connection.setup.ids),
        method: request.method().clone(),
        // A copy: what shares the read buffer's memory keeps it from being read into again while the answer is made.
        path: request.uri().path().to_owned(),
    };
    let routed = match refuse(&connection, &mut request) {
        Some(refusal) => Either::Left(std::future::ready(Ok(refusal))),
        None => Either::Right(caught(route(&connection, request, &asked.id))),
    };
    routed.then(move |routed| finish(connection, asked, routed))
}

/// What is kept of a request until it is answered.
struct Asked {
    started: Instant,
    id: RequestId,
    method: Method,
    path: String,
}

/// Waits until an answer may be sent, counts it and logs it.
async fn finish(
    connection: Arc<Connection>,
    asked: Asked,
    routed: Caught,
) -> Result<Response<Outbound>, Infallible> {
    let Noted { route, until } = connection.take_noted();
    let answered = match (routed, until) {
        (Ok(held), Some(until)) => caught(until.release(held)).await,
        (routed, _) => routed,
    };
    let Asked { started, id, method, path } = asked;
    // The panic hook has logged where and why.
    let internal = |_| Problem::internal().extra("request_id", id.as_str()).into_response();
    let mut response = methods::named(answered.unwrap_or_else(internal));
    let taken = started.elapsed();
    let route = route.as_ref().map_or("unmatched", MatchedPath::as_str);
    connection.setup.observe(&method, route, response.status(), taken);
    note::request(&note::Answered { method, path, status: response.status(), taken, id: id.as_str() });
    response.headers_mut().insert(X_REQUEST_ID, id.0);
    Ok(response.map(|inner| Outbound { inner, connection }))
}

/// The answer to a request that is beyond the bounds, or for no one host, by its head alone.
fn refuse(connection: &Connection, request: &mut Request<Incoming>) -> Option<Response> {
    let limits = &connection.setup.limits;
    if let Err(why) = host::settle(request) {
        // Whoever reads it otherwise may see other requests on this connection.
        return Some(Problem::bad_request(why).header(CONNECTION, "close").into_response());
    }
    let url_bytes = request.uri().path_and_query().map_or(0, |url| url.as_str().len());
    if url_bytes > limits.url_bytes_max {
        return Some(uri_too_long(limits.url_bytes_max));
    }
    let bytes_max = limits.body_bytes_max_at(request.uri().path());
    declared_length(request.headers())
        .is_some_and(|length| length > bytes_max as u64)
        .then(|| Problem::body_too_large(bytes_max).into_response())
}

/// Sends the request through the router. The call itself only stores the request in the future.
fn route(
    connection: &Arc<Connection>,
    request: Request<Incoming>,
    id: &RequestId,
) -> impl Future<Output = Response> + use<> {
    let (parts, incoming) = request.into_parts();
    let body = if incoming.is_end_stream() {
        Body::empty()
    } else {
        Body::new(Bounded::new(incoming, Arc::clone(connection), parts.uri.path()))
    };
    let mut request = Request::from_parts(parts, body);
    let peer = Peer { connection: Arc::clone(connection), id: id.clone() };
    request.extensions_mut().insert(peer);
    connection.setup.router.clone().call(request).map(|Ok(response)| response)
}

/// An answer, or the panic on the way to it.
type Caught = std::thread::Result<Response>;

/// Makes an error of a panic. The router is cloned for each request and an answer is made for one only, so nothing
/// half-changed is seen again.
fn caught(answer: impl Future<Output = Response>) -> impl Future<Output = Caught> {
    AssertUnwindSafe(answer).catch_unwind()
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
