//! The session's cookie: `kassa_session`, for this origin's own pages only.
//!
//! ```text
//! Set-Cookie: kassa_session=4f…; Path=/; Max-Age=43200; HttpOnly; SameSite=Strict; Secure
//! ```
//! `Secure` only over https. Pages are public and call the API from themselves, so `Strict` costs no visitor a second login.

use axum::http::HeaderMap;
use axum::http::header::{COOKIE, HOST, ORIGIN};

const NAME: &str = "kassa_session";

/// How the request came.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Transport {
    Https,
    Http,
}

/// The cookie that carries `token` for so many seconds; with 0 the browser forgets it.
pub(crate) fn set(token: &str, seconds: i64, transport: Transport) -> String {
    let secure = if transport == Transport::Https { "; Secure" } else { "" };
    format!("{NAME}={token}; Path=/; Max-Age={seconds}; HttpOnly; SameSite=Strict{secure}")
}

/// The session's token, if the request brings one and comes from a page of this origin: a page on another host of the same
/// site is sent the cookie along with, and must not use it.
pub(crate) fn session_of(headers: &HeaderMap) -> Option<&str> {
    let token = find(headers)?;
    is_same_origin(headers).then_some(token)
}

fn find(headers: &HeaderMap) -> Option<&str> {
    let lines = headers.get_all(COOKIE).iter().filter_map(|line| line.to_str().ok());
    let pairs = lines.flat_map(|line| line.split(';')).filter_map(|pair| pair.trim().split_once('='));
    pairs.filter(|(name, _)| *name == NAME).map(|(_, token)| token).next()
}

/// Whether nothing says that another origin's page is calling. Whether a browser that wants to change something says where
/// it comes from is the route class's business.
fn is_same_origin(headers: &HeaderMap) -> bool {
    let text = |name: &str| headers.get(name).map(|value| value.to_str().unwrap_or("?"));
    let host = text(HOST.as_str()).unwrap_or("");
    let origin = text(ORIGIN.as_str()).is_none_or(|origin| {
        let authority = origin.split_once("://").map_or("", |(_, authority)| authority);
        !authority.is_empty() && authority.eq_ignore_ascii_case(host)
    });
    let site = text("sec-fetch-site").is_none_or(|site| matches!(site, "same-origin" | "none"));
    origin && site
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    #[test]
    fn is_for_this_origin_and_no_script() {
        let plain = "kassa_session=abc; Path=/; Max-Age=43200; HttpOnly; SameSite=Strict";
        assert_eq!(set("abc", 43_200, Transport::Http), plain);
        assert_eq!(set("abc", 43_200, Transport::Https), format!("{plain}; Secure"));
    }

    #[test]
    fn is_found_among_others_and_only_from_our_pages() {
        let check = |lines: &[(&'static str, &'static str)], expected: Option<&str>| {
            let mut headers = HeaderMap::new();
            headers.insert(HOST, HeaderValue::from_static("shop.example:8000"));
            for (name, value) in lines {
                headers.append(*name, HeaderValue::from_static(value));
            }
            assert_eq!(session_of(&headers), expected, "{lines:?}");
        };
        check(&[], None);
        check(&[("cookie", "a=b")], None);
        check(&[("cookie", "kassa_session=t1")], Some("t1"));
        check(&[("cookie", "a=b;kassa_session=t1; c=d")], Some("t1"));
        check(&[("cookie", "a=b"), ("cookie", "kassa_session=t1")], Some("t1"));
        check(&[("cookie", "xkassa_session=t1; kassa_sessions=t2")], None);
        let from = |name, value| [("cookie", "kassa_session=t1"), (name, value)];
        check(&from("origin", "http://shop.example:8000"), Some("t1"));
        check(&from("origin", "https://SHOP.example:8000"), Some("t1"));
        check(&from("origin", "http://shop.example"), None);
        check(&from("origin", "http://blog.shop.example:8000"), None);
        check(&from("origin", "null"), None);
        check(&from("sec-fetch-site", "same-origin"), Some("t1"));
        check(&from("sec-fetch-site", "none"), Some("t1"));
        check(&from("sec-fetch-site", "same-site"), None);
        check(&from("sec-fetch-site", "cross-site"), None);
    }
}
