//! The write key of a request's head and address, and the sites that keys and names stand for.

use std::borrow::Cow;
use std::sync::Arc;

use axum::http::header::AUTHORIZATION;
use axum::http::{HeaderMap, HeaderName};
use base64::Engine;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD};
use kassa_access::{Access, Mode, Site};

use crate::wire::{Sites, decode_query_value};

const X_WRITE_KEY: HeaderName = HeaderName::from_static("x-write-key");

/// The first of: the user name of HTTP Basic, with or without its colon; `X-Write-Key`; `?writeKey=`.
pub(super) fn write_key<'a>(headers: &'a HeaderMap, query: Option<&'a str>) -> Option<Cow<'a, str>> {
    if let Some(user) = headers.get(AUTHORIZATION).and_then(|value| basic_user(value.as_bytes())) {
        return Some(Cow::Owned(user));
    }
    if let Some(key) = headers.get(&X_WRITE_KEY).and_then(|value| value.to_str().ok()) {
        let key = key.trim();
        if !key.is_empty() {
            return Some(Cow::Borrowed(key));
        }
    }
    let pairs = query?.split('&').filter_map(|pair| pair.strip_prefix("writeKey="));
    pairs.map(decode_query_value).find(|key| !key.is_empty())
}

fn basic_user(value: &[u8]) -> Option<String> {
    let (scheme, credentials) = value.split_at_checked(6)?;
    if !scheme.eq_ignore_ascii_case(b"basic ") {
        return None;
    }
    let credentials = credentials.trim_ascii();
    let decoded = STANDARD.decode(credentials).or_else(|_| STANDARD_NO_PAD.decode(credentials)).ok()?;
    let text = String::from_utf8(decoded).ok()?;
    let user = text.split(':').next().unwrap_or_default();
    (!user.is_empty()).then(|| user.to_owned())
}

/// Sites as `access` knows them, by the rules of a mode.
pub(super) struct KnownSites<'a>(pub(super) &'a Access, pub(super) Mode);

impl Sites for KnownSites<'_> {
    fn resolve(&self, key: Option<&str>, site: Option<&str>) -> Option<String> {
        self.0.site_by_rules(self.1, key, site).ok().map(|site| site.id.clone())
    }

    fn site(&self, id: &str) -> Option<Arc<Site>> {
        self.0.site(id)
    }

    fn believes(&self, key: &str, site: &str) -> bool {
        self.0.believes(key, site)
    }

    fn is_secret(&self, key: &str) -> bool {
        self.0.looks_secret(key)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::HeaderValue;

    #[test]
    fn takes_keys_in_their_order() {
        let check = |basic: Option<&str>,
                     header: Option<&'static str>,
                     query: &str,
                     expected: Option<&str>| {
            let mut headers = HeaderMap::new();
            if let Some(basic) = basic {
                headers.insert(AUTHORIZATION, HeaderValue::from_str(basic).unwrap());
            }
            if let Some(header) = header {
                headers.insert(X_WRITE_KEY, HeaderValue::from_static(header));
            }
            assert_eq!(write_key(&headers, Some(query)).as_deref(), expected, "{basic:?} {header:?} {query}");
        };
        let basic = |text: &str| format!("Basic {}", STANDARD.encode(text));
        check(Some(&basic("k1:")), Some("k2"), "writeKey=k3", Some("k1"));
        check(Some(&basic("k1")), None, "", Some("k1"));
        check(Some(&basic("k1:secret").replace('=', "")), None, "", Some("k1"));
        check(Some(&basic("k1:").to_lowercase().replace("basic", "bASIC")), None, "", None);
        check(Some(&basic(":pass")), Some("k2"), "", Some("k2"));
        check(Some("Basic ?"), Some("k2"), "", Some("k2"));
        check(Some("Bearer abc"), None, "a=1&writeKey=k%203", Some("k 3"));
        check(None, Some(" "), "writeKey=", None);
        check(None, None, "xwriteKey=1", None);
    }
}
