//! The HTTP client for calls between roles: kept connections, a deadline for the whole call, a bounded answer, and an
//! outcome that says what is known: an answer, surely not sent, or unknown.
//!
//! ```no_run
//! # async fn ask() -> Result<(), kassa_service::client::BadUrl> {
//! use kassa_service::client::{Call, Client, Sent};
//! let client = Client::new("http://127.0.0.1:7103", Some("token between roles"))?;
//! match client.send(Call::get("/v1/internal/stock/ledger?ref=x")).await {
//!     Sent::Answer(answer) => println!("{}", answer.status),
//!     Sent::NotSent(why) | Sent::Unknown(why) => println!("{why}"),
//! }
//! # Ok(()) }
//! ```

use std::time::Duration;

use axum::http::header::{AUTHORIZATION, CONTENT_TYPE};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, Request, StatusCode, Uri};
use bytes::Bytes;
use http_body_util::{BodyExt, Full, Limited};
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::client::legacy::{self, Client as Pool};
use hyper_util::rt::{TokioExecutor, TokioTimer};
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::masked;

/// The largest answer that is read.
const ANSWER_BYTES_MAX: usize = 8 << 20;
/// A connection is closed when no call has used it for so long; below the servers' 75 s, so that ours goes first.
const IDLE: Duration = Duration::from_secs(30);
/// Connections kept without a call.
const IDLE_MAX: usize = 128;
/// How long a call may take unless told otherwise.
const DEADLINE: Duration = Duration::from_secs(5);

/// An address that calls cannot go to.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("cannot call {url}: {why}")]
pub struct BadUrl {
    url: String,
    why: &'static str,
}

/// Calls one role. Clones share the connections.
#[derive(Debug, Clone)]
pub struct Client {
    base: String,
    authorization: Option<HeaderValue>,
    pool: Pool<HttpConnector, Full<Bytes>>,
}

/// What is asked.
#[derive(Debug, Clone)]
pub struct Call {
    method: Method,
    path: String,
    body: Bytes,
    headers: Vec<(HeaderName, HeaderValue)>,
    deadline: Duration,
}

/// What became of a call.
#[derive(Debug)]
pub enum Sent {
    /// The other side answered, whatever it said.
    Answer(Answer),
    /// There was no connection: the other side cannot have seen it.
    NotSent(String),
    /// It may have been done or not: no answer in time, or the connection broke.
    Unknown(String),
}

/// An answer.
#[derive(Debug, Clone)]
pub struct Answer {
    /// Its status.
    pub status: StatusCode,
    /// Its headers.
    pub headers: HeaderMap,
    /// Its whole body.
    pub body: Bytes,
}

impl Client {
    /// A client for `url` (`http://host:port`, with or without a path before every call's), which shows
    /// `KASSA_INTERNAL_TOKEN`'s value as a bearer token.
    ///
    /// # Errors
    /// [`BadUrl`] unless it is an `http://` address, or when no header can hold the token.
    pub fn new(url: &str, token: Option<&str>) -> Result<Self, BadUrl> {
        let bad = |why| BadUrl { url: masked::url(url), why };
        let parsed: Uri = url.parse().map_err(|_| bad("not an address"))?;
        if parsed.scheme_str() != Some("http") || parsed.authority().is_none() || parsed.query().is_some() {
            return Err(bad("only http://host:port is spoken between roles"));
        }
        let authority = parsed.authority().map_or("", |authority| authority.as_str());
        if authority.contains('@') {
            return Err(bad("it names a user: what roles show each other is KASSA_INTERNAL_TOKEN"));
        }
        let host = parsed.host().unwrap_or_default();
        if host.is_empty() || (parsed.port_u16().is_none() && authority != host) {
            return Err(bad("it is no host and port"));
        }
        let authorization =
            token.map(bearer).transpose().map_err(|()| bad("the token is no header value"))?;
        let mut connector = HttpConnector::new();
        connector.set_nodelay(true);
        let pool = Pool::builder(TokioExecutor::new())
            .pool_timer(TokioTimer::new())
            .pool_idle_timeout(IDLE)
            .pool_max_idle_per_host(IDLE_MAX)
            .build(connector);
        Ok(Self { base: url.trim_end_matches('/').to_owned(), authorization, pool })
    }

    /// Makes `call` once; the deadline holds from here to the answer's last byte.
    pub async fn send(&self, call: Call) -> Sent {
        let deadline = call.deadline;
        let request = match self.request(call) {
            Ok(request) => request,
            Err(error) => return Sent::NotSent(format!("not a request: {error}")),
        };
        match tokio::time::timeout(deadline, self.exchange(request)).await {
            Ok(sent) => sent,
            Err(_) => Sent::Unknown(format!("no answer within {} ms", deadline.as_millis())),
        }
    }

    async fn exchange(&self, request: Request<Full<Bytes>>) -> Sent {
        let answer = match self.pool.request(request).await {
            Ok(answer) => answer,
            Err(error) if error.is_connect() => return Sent::NotSent(explain(&error)),
            Err(error) => return Sent::Unknown(explain(&error)),
        };
        let (head, body) = answer.into_parts();
        match Limited::new(body, ANSWER_BYTES_MAX).collect().await {
            Ok(body) => {
                Sent::Answer(Answer { status: head.status, headers: head.headers, body: body.to_bytes() })
            }
            Err(error) => Sent::Unknown(format!("the answer broke off: {error}")),
        }
    }

    fn request(&self, call: Call) -> Result<Request<Full<Bytes>>, axum::http::Error> {
        let mut request = Request::builder().method(call.method).uri(format!("{}{}", self.base, call.path));
        if !call.body.is_empty() {
            request = request.header(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        }
        if let Some(authorization) = &self.authorization {
            request = request.header(AUTHORIZATION, authorization);
        }
        for (name, value) in call.headers {
            request = request.header(name, value);
        }
        request.body(Full::new(call.body))
    }
}

fn bearer(token: &str) -> Result<HeaderValue, ()> {
    let mut value = HeaderValue::from_str(&format!("Bearer {token}")).map_err(|_| ())?;
    value.set_sensitive(true);
    Ok(value)
}

/// The error with its causes: "client error (Connect): tcp connect error: Connection refused (os error 111)".
fn explain(error: &legacy::Error) -> String {
    let mut text = error.to_string();
    let mut source = std::error::Error::source(error);
    while let Some(cause) = source {
        text.push_str(": ");
        text.push_str(&cause.to_string());
        source = cause.source();
    }
    text
}

impl Call {
    /// `GET path`; `path` begins with a slash and may have a query.
    pub fn get(path: impl Into<String>) -> Self {
        Self {
            method: Method::GET,
            path: path.into(),
            body: Bytes::new(),
            headers: Vec::new(),
            deadline: DEADLINE,
        }
    }

    /// `POST path` with `body` as JSON.
    ///
    /// # Errors
    /// When `body` cannot be written as JSON.
    pub fn post(path: impl Into<String>, body: &impl Serialize) -> Result<Self, serde_json::Error> {
        let body = serde_json::to_vec(body)?;
        Ok(Self { method: Method::POST, body: body.into(), ..Self::get(path) })
    }

    /// Sets how long the call may take; 5 s otherwise.
    #[must_use]
    pub fn within(mut self, deadline: Duration) -> Self {
        self.deadline = deadline;
        self
    }

    /// Adds a header; one that no header can hold is left out.
    #[must_use]
    pub fn header(mut self, name: HeaderName, value: &str) -> Self {
        if let Ok(value) = HeaderValue::from_str(value) {
            self.headers.push((name, value));
        }
        self
    }
}

impl Sent {
    /// Whether a circuit breaker counts it as a failure: no connection, no answer, or 5xx.
    pub fn is_failure(&self) -> bool {
        match self {
            Self::Answer(answer) => answer.status.is_server_error(),
            Self::NotSent(_) | Self::Unknown(_) => true,
        }
    }
}

impl Answer {
    /// The body as JSON.
    ///
    /// # Errors
    /// When it is not the JSON that `T` wants.
    pub fn json<T: DeserializeOwned>(&self) -> Result<T, serde_json::Error> {
        serde_json::from_slice(&self.body)
    }
}

#[cfg(test)]
mod tests;
