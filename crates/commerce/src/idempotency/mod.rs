//! Idempotency: a request repeated with its key is answered as the first time, byte for byte, and does nothing.
//!
//! Scope and key name a record; its fingerprint tells a repeat from another request with the same key. Record and answer
//! commit with what the request did ([`run`]). Where stock is apart an order's record first stands as `running` with a
//! deadline ([`run_until`]) and gets its final answer by [`close`], once, before the answer is sent; that of an edit, whose
//! answer is not known before stock's, is open ([`begin`]) until the edit is decided ([`close_open`]), however long that is.
//!
//! Kept are successes and refusals of the business (404, 422); never a 400, 401, 409, 429 or 5xx, which a repeat may
//! turn into something better. Records live a day ([`clean`]); client references ([`references`]) live as long
//! as their orders.

pub mod references;
pub mod store;
#[cfg(test)]
mod tests;

use axum::body::Body;
use axum::http::header::{CONTENT_TYPE, RETRY_AFTER};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use kassa_db::Tx;
use kassa_model::{MICROS_PER_DAY, Timestamp};
use kassa_service::Problem;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

pub use references::store::{claim_reference, failed_with, forget_failed, take_over};
pub use references::{Holder, Reference};
pub use store::{clean, close, close_expired, close_open, forget_open};

/// The header that names a request's key.
pub const IDEMPOTENCY_KEY: HeaderName = HeaderName::from_static("idempotency-key");
/// The header that tells a repeated answer from a first one.
pub const IDEMPOTENT_REPLAYED: HeaderName = HeaderName::from_static("idempotent-replayed");
/// How long a record lives, µs.
pub const RECORD_LIFE_MICROS: i64 = MICROS_PER_DAY;
/// How long a remote request may take before its answer is 202, µs.
pub const RUNNING_MICROS: i64 = 900_000;
/// Bytes of a key or a client reference.
pub const KEY_BYTES_MAX: usize = 255;

/// What a record is found by.
#[derive(Debug, Clone, Copy)]
pub struct Request<'a> {
    /// Whose keys they are: `key/<API key's name>`, `admin`, or `<site>/public`.
    pub scope: &'a str,
    /// The client's key; `None` where it is optional and absent: nothing is recorded.
    pub key: Option<&'a str>,
    /// [`fingerprint`] of the request.
    pub fingerprint: &'a str,
}

/// A request with a key, as what it did remembers it for ever.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RequestKey {
    /// Whose key it is.
    pub scope: String,
    /// The client's key.
    pub key: String,
    /// [`fingerprint`] of the request.
    pub fingerprint: String,
}

/// An answer as it is kept and sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// The status.
    pub status: u16,
    /// Headers, `content-type` among them; lower-case names.
    pub headers: Vec<(String, String)>,
    /// The body's text.
    pub body: String,
    /// The order that it is about.
    pub order_id: Option<String>,
}

/// What became of a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// It ran, and this is its answer.
    Fresh(Answer),
    /// It ran before, and this was its answer.
    Replayed(Answer),
    /// The first with this key still runs: 409 with `Retry-After`.
    InFlight,
    /// The key belongs to another request: 422.
    Reused,
}

/// How a request begins whose answer another transaction may give.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Begun<T, A = Outcome> {
    /// It has its answer.
    Answered(A),
    /// It has none yet.
    Open(T),
}

/// Runs `op` unless the key has an answer already; keeps its answer in the same transaction.
///
/// `op` returns a refusal that is to be kept as an [`Answer`] and everything else as an error, which undoes the record
/// with the rest of the transaction.
///
/// # Errors
/// Those of `op` and of the database; a lock that is not had in time means that the first still runs.
pub fn run<E: From<kassa_db::Error>>(
    tx: &mut Tx<'_>,
    request: &Request<'_>,
    now: Timestamp,
    op: impl FnOnce(&mut Tx<'_>) -> Result<Answer, E>,
) -> Result<Outcome, E> {
    run_with(tx, request, (now, None), op)
}

/// Like [`run`], for a request that stock decides elsewhere: an answer of 202 stands as `running` until `deadline`, can be
/// replaced by [`close`] until then, and is final afterwards.
///
/// # Errors
/// As for [`run`].
pub fn run_until<E: From<kassa_db::Error>>(
    tx: &mut Tx<'_>,
    request: &Request<'_>,
    (now, deadline): (Timestamp, Timestamp),
    op: impl FnOnce(&mut Tx<'_>) -> Result<Answer, E>,
) -> Result<Outcome, E> {
    run_with(tx, request, (now, Some(deadline)), op)
}

fn run_with<E: From<kassa_db::Error>>(
    tx: &mut Tx<'_>,
    request: &Request<'_>,
    (now, deadline): (Timestamp, Option<Timestamp>),
    op: impl FnOnce(&mut Tx<'_>) -> Result<Answer, E>,
) -> Result<Outcome, E> {
    let Some(key) = request.key else { return op(tx).map(Outcome::Fresh) };
    if deadline.is_none() && tx.is_alone() && !store::exists(tx, request, key)? {
        // Nobody can come with the same key before the commit: the record is written once, with its answer.
        let answer = op(tx)?;
        if is_kept(answer.status) {
            store::insert_done(tx, request, key, (&answer, now))?;
        }
        return Ok(Outcome::Fresh(answer));
    }
    if let Some(outcome) = take(tx, request, key, now)? {
        return Ok(outcome);
    }
    let answer = op(tx)?;
    match deadline.filter(|_| answer.status == StatusCode::ACCEPTED) {
        Some(deadline) => store::keep_running(tx, (request.scope, key), &answer, deadline)?,
        None if is_kept(answer.status) => store::keep(tx, (request.scope, key), &answer)?,
        None => store::forget(tx, (request.scope, key))?,
    }
    Ok(Outcome::Fresh(answer))
}

/// Like [`run`], for a request that is begun here and may be answered by another transaction: where `op` gives no answer the
/// record stays open, and a repeat is [`Outcome::InFlight`], until [`close_open`] or [`forget_open`].
///
/// # Errors
/// As for [`run`].
pub fn begin<T, E: From<kassa_db::Error>>(
    tx: &mut Tx<'_>,
    request: &Request<'_>,
    now: Timestamp,
    op: impl FnOnce(&mut Tx<'_>) -> Result<Begun<T, Answer>, E>,
) -> Result<Begun<T>, E> {
    if let Some(key) = request.key
        && let Some(outcome) = take(tx, request, key, now)?
    {
        return Ok(Begun::Answered(outcome));
    }
    let answer = match op(tx)? {
        Begun::Open(what) => return Ok(Begun::Open(what)),
        Begun::Answered(answer) => answer,
    };
    match request.key {
        Some(key) if is_kept(answer.status) => store::keep(tx, (request.scope, key), &answer)?,
        Some(key) => store::forget(tx, (request.scope, key))?,
        None => {}
    }
    Ok(Begun::Answered(Outcome::Fresh(answer)))
}

/// Makes the record; what stands under the key if there is one already.
fn take(
    tx: &mut Tx<'_>,
    request: &Request<'_>,
    key: &str,
    now: Timestamp,
) -> Result<Option<Outcome>, kassa_db::Error> {
    if store::insert(tx, request, key, now)? {
        return Ok(None);
    }
    Ok(match store::find(tx, request, key, now)? {
        store::Found::Nothing => None,
        store::Found::Done(answer) => Some(Outcome::Replayed(answer)),
        store::Found::Running => Some(Outcome::InFlight),
        store::Found::Other => Some(Outcome::Reused),
    })
}

/// The answer that a repeat of `request` gets; `None` when it is the first. Takes no record, for a request that is begun
/// in one transaction and answered in another.
///
/// # Errors
/// The database's.
pub fn answered(
    tx: &mut Tx<'_>,
    request: &Request<'_>,
    now: Timestamp,
) -> Result<Option<Outcome>, kassa_db::Error> {
    let Some(key) = request.key else { return Ok(None) };
    Ok(match store::look(tx, request, key, now)? {
        store::Found::Nothing => None,
        store::Found::Done(answer) => Some(Outcome::Replayed(answer)),
        store::Found::Running => Some(Outcome::InFlight),
        store::Found::Other => Some(Outcome::Reused),
    })
}

/// Whether an answer of this status is kept.
pub fn is_kept(status: u16) -> bool {
    matches!(status, 200..=299 | 404 | 422)
}

/// SHA-256 of method, route template and canonical validated body, in hexadecimal.
///
/// `body` is what was parsed, written again: two spellings of one request are one.
pub fn fingerprint(method: &str, route: &str, body: &impl Serialize) -> String {
    let mut hasher = Sha256::new();
    for part in [method.as_bytes(), route.as_bytes()] {
        hasher.update((part.len() as u64).to_le_bytes());
        hasher.update(part);
    }
    // Everything that is fingerprinted is a struct with named fields, which serde_json always writes.
    hasher.update(serde_json::to_vec(body).unwrap_or_default());
    hasher.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The key that the headers carry.
///
/// # Errors
/// The 400 problem for a key that is empty, longer than [`KEY_BYTES_MAX`], not printable ASCII, or sent twice.
pub fn key_of(headers: &HeaderMap) -> Result<Option<&str>, Problem> {
    let mut given = headers.get_all(&IDEMPOTENCY_KEY).iter();
    let Some(key) = given.next() else { return Ok(None) };
    let refuse = |why: &str| Problem::bad_request(format!("Idempotency-Key {why}"));
    if given.next().is_some() {
        return Err(refuse("is sent twice"));
    }
    match key.to_str().map(str::trim) {
        Ok("") => Err(refuse("is empty")),
        Ok(key) if key.len() > KEY_BYTES_MAX => Err(refuse(&format!("has at most {KEY_BYTES_MAX} bytes"))),
        // A tab inside is visible to no one.
        Ok(key) if !key.contains('\t') => Ok(Some(key)),
        _ => Err(refuse("is not printable ASCII")),
    }
}

/// The key that the headers must carry.
///
/// # Errors
/// 400 `/errors/missing-idempotency-key`, or as for [`key_of`].
pub fn required_key(headers: &HeaderMap) -> Result<&str, Problem> {
    key_of(headers)?.ok_or_else(|| {
        Problem::new(StatusCode::BAD_REQUEST, "missing-idempotency-key", "An Idempotency-Key is required")
            .detail("send a header Idempotency-Key that is unique to this request, and repeat it on a retry")
    })
}

impl Answer {
    /// A JSON answer.
    pub fn json(status: StatusCode, body: &impl Serialize) -> Self {
        // Answers are structs with named fields, which serde_json always writes.
        let body = serde_json::to_string(body).unwrap_or_default();
        Self::new(status, "application/json", body)
    }

    /// A problem as an answer, without headers of its own.
    pub fn problem(problem: &Problem) -> Self {
        Self::new(problem.status(), "application/problem+json", problem.to_json().to_string())
    }

    /// An answer of this media type.
    pub fn new(status: StatusCode, content_type: &str, body: String) -> Self {
        let headers = vec![(CONTENT_TYPE.as_str().to_owned(), content_type.to_owned())];
        Self { status: status.as_u16(), headers, body, order_id: None }
    }

    /// About this order.
    #[must_use]
    pub fn about(self, order_id: &str) -> Self {
        Self { order_id: Some(order_id.to_owned()), ..self }
    }

    /// The answer to a repeat whose first answer is no longer kept: marked as one.
    #[must_use]
    pub fn replayed(self) -> Self {
        self.header(IDEMPOTENT_REPLAYED.as_str(), "true")
    }

    /// With another header; `name` in lower case.
    #[must_use]
    pub fn header(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }
}

impl IntoResponse for Answer {
    fn into_response(self) -> Response {
        let mut response = Response::new(Body::from(self.body));
        *response.status_mut() =
            StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        for (name, value) in self.headers {
            if let (Ok(name), Ok(value)) = (HeaderName::try_from(name), HeaderValue::try_from(value)) {
                response.headers_mut().insert(name, value);
            }
        }
        response
    }
}

impl Outcome {
    /// The problem of an outcome that has no answer of its own; the old dialects shape theirs.
    pub fn refusal(&self) -> Option<Problem> {
        match self {
            Self::Fresh(_) | Self::Replayed(_) => None,
            Self::InFlight => Some(in_flight()),
            Self::Reused => Some(reused()),
        }
    }
}

impl IntoResponse for Outcome {
    fn into_response(self) -> Response {
        match self {
            Self::Fresh(answer) => answer.into_response(),
            Self::Replayed(answer) => {
                let mut response = answer.into_response();
                response.headers_mut().insert(IDEMPOTENT_REPLAYED, HeaderValue::from_static("true"));
                response
            }
            Self::InFlight => in_flight().into_response(),
            Self::Reused => reused().into_response(),
        }
    }
}

/// 409: the first request with this key has no answer yet.
pub fn in_flight() -> Problem {
    Problem::new(StatusCode::CONFLICT, "request-in-flight", "The first request with this key still runs")
        .detail("repeat it with the same Idempotency-Key")
        .header(RETRY_AFTER, "1")
}

/// 422: the key belongs to another request.
pub(crate) fn reused() -> Problem {
    Problem::new(
        StatusCode::UNPROCESSABLE_ENTITY,
        "idempotency-key-reused",
        "The Idempotency-Key belongs to another request",
    )
    .detail("this key was first sent with another body or to another route")
}
