//! A page's address: host, path and campaign of an absolute URL. Lenient, as browsers' addresses are taken as they are.

use std::borrow::Cow;

use kassa_model::Event;

use super::text::cut;
use super::{PATH_BYTES_MAX, TEXT_BYTES_MAX};

/// The parts of an `http` or `https` address.
#[derive(Debug, PartialEq)]
pub(crate) struct Page<'a> {
    /// The host in lower case, without port and user.
    pub(crate) host: Option<Cow<'a, str>>,
    /// The path; `/` when there is none.
    pub(crate) path: &'a str,
    /// The query without its question mark.
    pub(crate) query: Option<&'a str>,
    /// Nothing of the address is lost when only host and path are kept.
    pub(crate) whole: bool,
}

/// Takes an absolute address apart; `None` for anything else, a bare path among them.
pub(crate) fn absolute(url: &str) -> Option<Page<'_>> {
    let scheme_end = url.find("://")?;
    let scheme = &url[..scheme_end];
    if !scheme.eq_ignore_ascii_case("https") && !scheme.eq_ignore_ascii_case("http") {
        return None;
    }
    let rest = &url[scheme_end + 3..];
    let authority_end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
    let (authority, tail) = rest.split_at(authority_end);
    let host = authority.rsplit_once('@').map_or(authority, |(_, host)| host);
    let host = match host.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|digit| digit.is_ascii_digit()) => name,
        _ => host,
    };
    let host = match host {
        "" => None,
        host if host.bytes().any(|byte| byte.is_ascii_uppercase()) => {
            Some(Cow::Owned(host.to_ascii_lowercase()))
        }
        host => Some(Cow::Borrowed(host)),
    };
    let path_end = tail.find(['?', '#']).unwrap_or(tail.len());
    let (path, extra) = tail.split_at(path_end);
    let query = extra.strip_prefix('?').map(|query| query.split('#').next().unwrap_or(query));
    Some(Page { host, path: if path.is_empty() { "/" } else { path }, query, whole: extra.is_empty() })
}

/// Sets host and path of `event` where they are not set yet.
pub(crate) fn place(event: &mut Event, page: &Page<'_>) {
    if event.host.is_none() {
        event.host = page.host.as_ref().map(|host| cut(host, TEXT_BYTES_MAX).to_owned());
    }
    if event.path.is_none() {
        event.path = Some(cut(page.path, PATH_BYTES_MAX).to_owned());
    }
}

/// Sets the campaign columns from the `utm_*` of a query, where they are not set yet.
pub(crate) fn campaign(event: &mut Event, query: &str) {
    if !query.contains("utm_") {
        return;
    }
    for pair in query.split('&') {
        let (key, value) = pair.split_once('=').unwrap_or((pair, ""));
        let slot = match key {
            "utm_source" => &mut event.utm_source,
            "utm_medium" => &mut event.utm_medium,
            "utm_campaign" => &mut event.utm_campaign,
            "utm_term" => &mut event.utm_term,
            "utm_content" => &mut event.utm_content,
            _ => continue,
        };
        if slot.is_none() && !value.is_empty() {
            *slot = Some(cut(&decoded(value), TEXT_BYTES_MAX).to_owned());
        }
    }
}

/// A query value, percent-decoded; what is no text becomes U+FFFD.
pub(crate) fn decoded(value: &str) -> Cow<'_, str> {
    if !value.bytes().any(|byte| matches!(byte, b'%' | b'+')) {
        return Cow::Borrowed(value);
    }
    let bytes = value.as_bytes();
    let mut out = Vec::with_capacity(bytes.len());
    let mut place = 0;
    while let Some(byte) = bytes.get(place) {
        let hex = bytes.get(place + 1..place + 3).and_then(|hex| {
            let digit = |byte: u8| char::from(byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
            Some(digit(hex[0])? * 16 + digit(hex[1])?)
        });
        match (byte, hex) {
            (b'%', Some(decoded)) => {
                out.push(decoded);
                place += 3;
                continue;
            }
            (b'+', _) => out.push(b' '),
            _ => out.push(*byte),
        }
        place += 1;
    }
    Cow::Owned(String::from_utf8_lossy(&out).replace('\0', "\u{fffd}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn takes_addresses_apart() {
        let check = |url: &str, host: Option<&str>, path: &str, query: Option<&str>| {
            let page = absolute(url).unwrap();
            assert_eq!((page.host.as_deref(), page.path, page.query), (host, path, query), "{url}");
        };
        check("https://Shop.test/a/b?x=1#y", Some("shop.test"), "/a/b", Some("x=1"));
        check("http://shop.test:8080", Some("shop.test"), "/", None);
        check("https://u:p@shop.test?x", Some("shop.test"), "/", Some("x"));
        check("HTTPS://[::1]:80/", Some("[::1]"), "/", None);
        check("https:///p", None, "/p", None);
        for other in ["/p", "ftp://a/b", "", "://", "shop.test/p"] {
            assert_eq!(absolute(other), None, "{other}");
        }
    }

    #[test]
    fn decodes_queries() {
        let check = |value: &str, expected: &str| assert_eq!(decoded(value), expected);
        check("a", "a");
        check("a+b%20c", "a b c");
        check("%C3%A4", "ä");
        check("%ff%00", "\u{fffd}\u{fffd}");
        check("%", "%");
        check("%4", "%4");
        check("%zz", "%zz");
        check("ä%41", "äA");
    }
}
