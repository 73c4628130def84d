//! A request's id.

use std::sync::atomic::{AtomicU64, Ordering};

use axum::http::{HeaderMap, HeaderName, HeaderValue};

/// The header that carries a request's id, in and out.
pub(crate) const X_REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// The longest id that is taken over from a client.
const ID_BYTES_MAX: usize = 128;

/// A request's id: the client's `X-Request-Id` if it is sane, else one made here. The answer repeats it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RequestId(pub(crate) HeaderValue);

impl RequestId {
    /// The id's text.
    pub fn as_str(&self) -> &str {
        self.0.to_str().unwrap_or("")
    }

    /// The id of a request with these headers.
    pub(crate) fn of(headers: &HeaderMap, ids: &Ids) -> Self {
        match headers.get(&X_REQUEST_ID) {
            Some(given) if is_sane(given.as_bytes()) => Self(given.clone()),
            _ => ids.next(),
        }
    }
}

/// Letters, digits and `-_.:/+=` only: what can go into a log line or a header without harm.
fn is_sane(id: &[u8]) -> bool {
    let plain = |byte: &u8| byte.is_ascii_alphanumeric() || b"-_.:/+=".contains(byte);
    !id.is_empty() && id.len() <= ID_BYTES_MAX && id.iter().all(plain)
}

/// Makes ids: 64 random bits per process, then a counter; unique without a system call per request.
#[derive(Debug)]
pub(crate) struct Ids {
    prefix: u64,
    next: AtomicU64,
}

impl Ids {
    pub(crate) fn new() -> Self {
        Self { prefix: uuid::Uuid::new_v4().as_u64_pair().0, next: AtomicU64::new(0) }
    }

    fn next(&self) -> RequestId {
        const HEX: &[u8; 16] = b"0123456789abcdef";
        let number = self.next.fetch_add(1, Ordering::Relaxed);
        let mut text = [0_u8; 26];
        let bits = (u128::from(self.prefix) << 40) | u128::from(number & 0xff_ffff_ffff);
        for (index, byte) in text.iter_mut().rev().enumerate() {
            *byte = HEX[usize::try_from((bits >> (index * 4)) & 0xf).unwrap_or(0)];
        }
        RequestId(HeaderValue::from_bytes(&text).unwrap_or(HeaderValue::from_static("0")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn takes_sane_ids_and_makes_the_rest() {
        let ids = Ids::new();
        let check = |given: &[u8], taken: bool| {
            let mut headers = HeaderMap::new();
            headers.insert(&X_REQUEST_ID, HeaderValue::from_bytes(given).unwrap());
            let id = RequestId::of(&headers, &ids);
            assert_eq!(id.as_str().as_bytes() == given, taken, "{given:?}");
            assert!(!id.as_str().is_empty());
        };
        check(b"abc-123", true);
        check(b"00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01", true);
        check(b"", false);
        check(b"two words", false);
        check(b"<script>", false);
        check("é".as_bytes(), false);
        check(&[b'a'; 128], true);
        check(&[b'a'; 129], false);
        let (first, second) = (ids.next(), ids.next());
        assert_ne!(first, second);
        assert_eq!(first.as_str().len(), 26);
    }
}
