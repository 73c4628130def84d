//! The routes of the ingest class: the doors of `wire`, and all of them under `/analytics`.
//!
//! Nothing here depends on `Content-Type` or `Accept`. CORS, `OPTIONS` and the body of a 405 are the class layer's
//! business ([`kassa_service::Policy`]).

use std::borrow::Cow;
use std::net::{IpAddr, Ipv4Addr};
use std::sync::Arc;

use axum::Router;
use axum::body::{Body, HttpBody};
use axum::extract::{Request, State};
use axum::http::header::{CONTENT_TYPE, RETRY_AFTER, USER_AGENT};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::{MethodRouter, post};
use bytes::Bytes;
use kassa_access::{Access, Mode, bearer_token};
use kassa_service::{Peer, Problem, body, is_forwarded};

use super::body::BODY_BYTES_MAX;
use super::collector::Collector;
use super::incoming::{Incoming, Refusal, Sender};
use super::key;
use crate::wire::{self, Answer, Door};

const SEC_GPC: HeaderName = HeaderName::from_static("sec-gpc");
const DNT: HeaderName = HeaderName::from_static("dnt");
const JSON: HeaderValue = HeaderValue::from_static("application/json");
const TEXT: HeaderValue = HeaderValue::from_static("text/plain; charset=utf-8");

/// System C's own port for events: there an `/event` that is nobody's is answered in its words.
const COUNTER_PORT: u16 = 4001;

/// When a client may try again, in seconds.
const RETRY_FULL_SECONDS: u64 = 10;
const RETRY_UNAVAILABLE_SECONDS: u64 = 2;

/// Every ingest route. The caller puts them into [`kassa_service::RouteClass::Ingest`].
pub fn routes(collector: Arc<Collector>) -> Router {
    let mut router = Router::new();
    for (prefix, counter_first) in [("", CounterFirst::ByPort), ("/analytics", CounterFirst::Always)] {
        for door in wire::doors() {
            router = router.route(&format!("{prefix}/{}", door.path), taking(door, counter_first));
        }
    }
    router.with_state(collector)
}

/// Whether what is nobody's is C's.
#[derive(Debug, Clone, Copy)]
enum CounterFirst {
    ByPort,
    Always,
}

fn taking(door: &'static Door, counter_first: CounterFirst) -> MethodRouter<Arc<Collector>> {
    post(move |State(collector): State<Arc<Collector>>, request: Request| {
        take(collector, door, counter_first, request)
    })
}

/// Makes of a request what is to be kept of it, and leaves the rest to the server.
async fn take(
    collector: Arc<Collector>,
    door: &'static Door,
    counter_first: CounterFirst,
    mut request: Request,
) -> Response {
    let peer = request.extensions_mut().remove::<Peer>();
    let headers = request.headers();
    let loopback = IpAddr::V4(Ipv4Addr::LOCALHOST);
    let address = peer.as_ref().map_or(loopback, |peer| peer.client_address(headers));
    let mode = collector.access().mode_for(headers);
    let key = key::write_key(headers, request.uri().query());
    let sender = sender_of(collector.access(), mode, address, headers, key.as_deref());
    let counter_first = counter_first.holds(peer.as_ref());
    if sender == Sender::Stranger
        && let Err(refusal) = collector.begin(address)
    {
        return refused(refusal, door, counter_first);
    }
    let body = match read_body(std::mem::take(request.body_mut()), &collector).await {
        Ok(body) => body,
        Err(problem) => return problem.into_response(),
    };
    let headers = request.headers();
    let key = key::write_key(headers, request.uri().query());
    let agent = headers.get(USER_AGENT).map(|agent| text(agent));
    let incoming = Incoming {
        door,
        body,
        address,
        agent: agent.as_deref(),
        key: key.as_deref(),
        bearer: bearer_token(headers),
        private: is_one(headers, &SEC_GPC) || is_one(headers, &DNT),
        counter_first,
        received_at: None,
        mode: Some(mode),
        sender,
    };
    let (mut prepared, answer) = match collector.read(&incoming).await {
        Ok(read) => read,
        Err(refusal) => return refused(refusal, door, counter_first),
    };
    let kept = async move { collector.keep(&mut prepared).await.map_err(Problem::from) };
    match peer {
        Some(peer) => peer.hold_back(respond(answer), kept),
        None => kept.await.map_or_else(Problem::into_response, |()| respond(answer)),
    }
}

/// Whether the sender's events are limited: whoever shows a secret key, as a token or in the place of a write key, may send as
/// much as there is room for, and so may this machine's own programs, for whom no proxy speaks.
fn sender_of(access: &Access, mode: Mode, address: IpAddr, headers: &HeaderMap, key: Option<&str>) -> Sender {
    if mode == Mode::Open || (address.is_loopback() && !is_forwarded(headers)) {
        return Sender::Known;
    }
    // A token that is none of kassa's may belong to the shop in front: it is nobody's business here.
    let shown = [bearer_token(headers), key];
    match shown.into_iter().flatten().any(|key| access.is_secret_key(key)) {
        true => Sender::Known,
        false => Sender::Stranger,
    }
}

/// A refusal, in the words of the dialect where the dialect has some.
fn refused(refusal: Refusal, door: &Door, counter_first: bool) -> Response {
    let Refusal::TooMuch { seconds } = refusal else { return Problem::from(refusal).into_response() };
    let mut response = respond((door.too_many)(counter_first));
    response.headers_mut().insert(RETRY_AFTER, HeaderValue::from(seconds));
    response
}

impl CounterFirst {
    fn holds(self, peer: Option<&Peer>) -> bool {
        match self {
            Self::Always => true,
            Self::ByPort => peer.is_some_and(|peer| peer.local_address().port() == COUNTER_PORT),
        }
    }
}

/// The body, unless it says beforehand that it is too large.
async fn read_body(body: Body, collector: &Collector) -> Result<Bytes, Problem> {
    if body.size_hint().lower() > BODY_BYTES_MAX as u64 {
        return Err(collector.too_large(BODY_BYTES_MAX).into());
    }
    Ok(body::read(body).await?)
}

/// A header's text, with what is no UTF-8 replaced: browsers' agents are taken as they are.
fn text(value: &HeaderValue) -> Cow<'_, str> {
    String::from_utf8_lossy(value.as_bytes())
}

fn is_one(headers: &HeaderMap, name: &HeaderName) -> bool {
    headers.get(name).is_some_and(|value| value.as_bytes().trim_ascii() == b"1")
}

fn respond(answer: Answer) -> Response {
    let body = match answer.body {
        Cow::Borrowed(text) => Bytes::from_static(text.as_bytes()),
        Cow::Owned(text) => Bytes::from(text),
    };
    let mut response = Response::new(Body::from(body));
    *response.status_mut() = StatusCode::from_u16(answer.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    response.headers_mut().insert(CONTENT_TYPE, if answer.json { JSON } else { TEXT });
    response
}

impl From<Refusal> for Problem {
    fn from(refusal: Refusal) -> Self {
        match refusal {
            Refusal::TooLarge { limit_bytes } => Self::body_too_large(limit_bytes),
            Refusal::TooMuch { seconds } => Self::too_many_requests(seconds).detail(refusal.to_string()),
            Refusal::Full => Self::unavailable(refusal.to_string(), RETRY_FULL_SECONDS),
            Refusal::Unavailable => Self::unavailable(refusal.to_string(), RETRY_UNAVAILABLE_SECONDS),
        }
    }
}
