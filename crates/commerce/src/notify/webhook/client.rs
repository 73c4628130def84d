//! The HTTP client for targets that nobody vouches for: no redirect is followed, one deadline holds from the name's resolution to the
//! answer's last byte, and of an answer no more is read than is kept in memory.

use std::error::Error as StdError;
use std::sync::Arc;
use std::time::Duration;

use axum::http::header::{CONTENT_TYPE, RETRY_AFTER, USER_AGENT};
use axum::http::{HeaderMap, HeaderValue, Method, Request, StatusCode, Uri};
use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use hyper_rustls::HttpsConnector;
use hyper_util::client::legacy::Client as Pool;
use hyper_util::rt::{TokioExecutor, TokioTimer};
use jiff::fmt::rfc2822;
use kassa_model::{MICROS_PER_SECOND, Timestamp};
use tokio::time::{Instant, timeout_at};

use super::connect::{ConnectError, Connector, Judge};
use super::resolve::Resolve;
use super::trust::Trust;

/// Bytes of an answer that are read.
const ANSWER_BYTES_MAX: usize = 64 << 10;
/// Bytes of an answer that are kept.
const KEPT_BYTES_MAX: usize = 1_024;
/// Bytes of an answer's head.
const HEAD_BYTES_MAX: usize = 32 << 10;
/// A connection is closed when no request has used it for so long.
const IDLE: Duration = Duration::from_secs(20);
/// Connections to one host that are kept without a request.
const IDLE_MAX: usize = 64;
/// For so long a target is left alone at most, whatever it asks for.
const AFTER_MAX: Duration = Duration::from_secs(3_600);

const AGENT: HeaderValue = HeaderValue::from_static(concat!("kassa/", env!("CARGO_PKG_VERSION")));
const JSON: HeaderValue = HeaderValue::from_static("application/json");

/// What became of a request.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Posted {
    /// The target has answered.
    Answered {
        status: StatusCode,
        /// For how long it asks to be left alone.
        after: Option<Duration>,
        answer: String,
    },
    /// There was no answer.
    Failed { why: Failure, text: String },
}

/// Why there was no answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Failure {
    /// Its address is none that may be called.
    Refused,
    /// No connection.
    Unreachable,
    /// Not in time.
    Late,
    /// What came was no HTTP, or broke off.
    Broken,
}

/// Sends requests to endpoints.
#[derive(Debug)]
pub(super) struct Client {
    pool: Pool<HttpsConnector<Connector>, Full<Bytes>>,
    deadline: Duration,
}

impl Client {
    /// A request may take `deadline` in all.
    pub(super) fn new(
        (resolver, judge): (Arc<dyn Resolve>, Judge),
        trust: &Trust,
        deadline: Duration,
    ) -> Self {
        let connector = trust.connector().https_or_http().enable_http1();
        let pool = Pool::builder(TokioExecutor::new())
            .pool_timer(TokioTimer::new())
            .pool_idle_timeout(IDLE)
            .pool_max_idle_per_host(IDLE_MAX)
            .http1_max_buf_size(HEAD_BYTES_MAX)
            .build(connector.wrap_connector(Connector::new(resolver, judge)));
        Self { pool, deadline }
    }

    /// Posts `body` as JSON once.
    pub(super) async fn post(&self, uri: Uri, headers: HeaderMap, body: Bytes, now: Timestamp) -> Posted {
        let mut request = Request::new(Full::new(body));
        *request.method_mut() = Method::POST;
        *request.uri_mut() = uri;
        *request.headers_mut() = headers;
        request.headers_mut().insert(CONTENT_TYPE, JSON);
        request.headers_mut().insert(USER_AGENT, AGENT);
        let end = Instant::now() + self.deadline;
        let answered = match timeout_at(end, self.pool.request(request)).await {
            Ok(Ok(answered)) => answered,
            Ok(Err(error)) => return Posted::Failed { why: failure(&error), text: plain(&explain(&error)) },
            Err(_) => {
                let text = format!("no answer within {} ms", self.deadline.as_millis());
                return Posted::Failed { why: Failure::Late, text };
            }
        };
        let (head, body) = answered.into_parts();
        let after = retry_after(&head.headers, now);
        // The status is there. Whatever becomes of the rest, it says no more than that.
        let answer = plain(&String::from_utf8_lossy(&read(body, end).await));
        Posted::Answered { status: head.status, after, answer }
    }
}

/// What comes of a body until then.
async fn read<B: axum::body::HttpBody<Data = Bytes> + Unpin>(mut body: B, end: Instant) -> Vec<u8> {
    let mut bytes = Vec::new();
    while let Ok(Some(Ok(frame))) = timeout_at(end, body.frame()).await {
        if let Ok(data) = frame.into_data() {
            bytes.extend_from_slice(&data[..data.len().min(ANSWER_BYTES_MAX - bytes.len())]);
        }
        if bytes.len() == ANSWER_BYTES_MAX {
            break;
        }
    }
    bytes
}

fn failure(error: &hyper_util::client::legacy::Error) -> Failure {
    let mut source = StdError::source(error);
    while let Some(cause) = source {
        if let Some(ConnectError::Closed { .. }) = cause.downcast_ref() {
            return Failure::Refused;
        }
        source = cause.source();
    }
    if error.is_connect() { Failure::Unreachable } else { Failure::Broken }
}

/// The error's causes.
fn explain(error: &dyn StdError) -> String {
    let mut text = String::new();
    let mut source = error.source();
    while let Some(cause) = source {
        let said = cause.to_string();
        // Some say what their cause says, too.
        if !text.ends_with(&said) {
            if !text.is_empty() {
                text.push_str(": ");
            }
            text.push_str(&said);
        }
        source = cause.source();
    }
    if text.is_empty() { error.to_string() } else { text }
}

/// What is kept of a text: its beginning, without what no database keeps and no terminal should be shown.
fn plain(text: &str) -> String {
    let shown = |c: char| if c.is_control() && !matches!(c, '\n' | '\t') { ' ' } else { c };
    let mut kept = String::new();
    for c in text.chars().map(shown) {
        if kept.len() + c.len_utf8() > KEPT_BYTES_MAX {
            break;
        }
        kept.push(c);
    }
    kept
}

/// `Retry-After` in seconds or as a date (RFC 9110, section 10.2.3).
fn retry_after(headers: &HeaderMap, now: Timestamp) -> Option<Duration> {
    let text = headers.get(RETRY_AFTER)?.to_str().ok()?.trim();
    let seconds = match text.parse::<u64>() {
        Ok(seconds) => seconds,
        Err(_) => {
            let at = rfc2822::parse(text).ok()?.timestamp().as_microsecond();
            u64::try_from((at - now.micros()).max(0) / MICROS_PER_SECOND).unwrap_or(0)
        }
    };
    Some(Duration::from_secs(seconds).min(AFTER_MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_how_long_to_wait() {
        let now = Timestamp::from_micros(784_111_777 * MICROS_PER_SECOND);
        let check = |text: &'static str, seconds: Option<u64>| {
            let mut headers = HeaderMap::new();
            headers.insert(RETRY_AFTER, HeaderValue::from_static(text));
            assert_eq!(retry_after(&headers, now).map(|after| after.as_secs()), seconds, "{text}");
        };
        check("120", Some(120));
        check("0", Some(0));
        check("86400", Some(3_600));
        check("Sun, 06 Nov 1994 08:50:37 GMT", Some(60));
        check("Sun, 06 Nov 1994 08:00:00 GMT", Some(0));
        for bad in ["-1", "1.5", "soon", "", "99999999999999999999999"] {
            check(bad, None);
        }
    }

    #[test]
    fn keeps_what_can_be_kept() {
        assert_eq!(plain("a\0b\x1b[31mc\r\n\td"), "a b [31mc \n\td");
        assert_eq!(plain(&"ö".repeat(600)).len(), 1_024);
        assert_eq!(plain(&"€".repeat(600)).len(), 1_023);
    }
}
