//! What a request is known by when it comes again: its scope, its key and its fingerprint.

use axum::http::{HeaderMap, HeaderName, StatusCode};
use kassa_model::MICROS_PER_DAY;
use kassa_service::Problem;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

/// The header that names a request's key.
pub(crate) const IDEMPOTENCY_KEY: HeaderName = HeaderName::from_static("idempotency-key");

/// How long a record lives, µs.
pub(crate) const RECORD_LIFE_MICROS: i64 = MICROS_PER_DAY;

/// How long a remote request may take before its answer is 202, µs.
pub(crate) const RUNNING_MICROS: i64 = 900_000;

/// Bytes of a key or a client reference.
pub(crate) const KEY_BYTES_MAX: usize = 255;

/// What a record is found by.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Request<'a> {
    /// Whose keys they are: `key/<API key's name>`, `admin`, or `<site>/public`.
    pub(crate) scope: &'a str,
    /// The client's key; `None` where it is optional and absent: nothing is recorded.
    pub(crate) key: Option<&'a str>,
    /// [`fingerprint`] of the request.
    pub(crate) fingerprint: &'a str,
}

/// A request with a key, as what it did remembers it for ever.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct RequestKey {
    /// Whose key it is.
    pub(crate) scope: String,
    /// The client's key.
    pub(crate) key: String,
    /// [`fingerprint`] of the request.
    pub(crate) fingerprint: String,
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
pub(crate) fn key_of(headers: &HeaderMap) -> Result<Option<&str>, Problem> {
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
pub(crate) fn required_key(headers: &HeaderMap) -> Result<&str, Problem> {
    key_of(headers)?.ok_or_else(|| {
        Problem::new(StatusCode::BAD_REQUEST, "missing-idempotency-key", "An Idempotency-Key is required")
            .detail("send a header Idempotency-Key that is unique to this request, and repeat it on a retry")
    })
}
