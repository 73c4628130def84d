//! Addresses inside of a JSON text: each that is the value of a member, or an element of a list, is written down as
//! [`Addresses`] has it, whatever it is called if it is absolute, and otherwise by its member's name.

use std::borrow::Cow;

use kassa_model::PATH_SENT;
use memchr::{memchr, memchr3};

use super::address::{Addresses, is_absolute, origin_and_path};

/// Members that hold addresses, compared without case, `_` and `-`.
const ADDRESSES: &[&str] = &[
    "url",
    "uri",
    "href",
    "path",
    "page",
    "pagepath",
    "pageurl",
    "referrer",
    "referer",
    "location",
    "link",
    "landingpage",
    "canonical",
];
/// Those of them that hold an address elsewhere.
const REFERRERS: &[&str] = &["referrer", "referer"];
/// Members that hold queries.
const QUERIES: &[&str] = &["search", "query", "querystring"];

/// `json` with its addresses as they are written down, or `None` where nothing changes. Members called as in `as_sent` stay.
/// It may be cut off or no JSON at all: then what looks like a text in quotes is looked at.
pub(super) fn scrub(json: &str, addresses: &Addresses<'_>, as_sent: &[&str]) -> Option<String> {
    let bytes = json.as_bytes();
    // Most events have nothing that looks like an address beside their columns.
    if memchr(b'/', bytes).is_none() && memchr3(b'?', b'#', b'@', bytes).is_none() {
        return None;
    }
    let (mut out, mut copied, mut at) = (String::new(), 0, 0);
    let mut key: &str = "";
    while let Some(found) = bytes.get(at..).and_then(|rest| memchr(b'"', rest)) {
        let start = at + found;
        let (end, closed) = string_end(bytes, start + 1);
        let inner = &json[start + 1..end];
        at = end + usize::from(closed);
        if bytes[at..].iter().find(|byte| !byte.is_ascii_whitespace()) == Some(&b':') {
            key = inner;
            continue;
        }
        // The path as sent is written down as it is to be kept.
        if key == PATH_SENT || as_sent.contains(&key) {
            continue;
        }
        if let Some(clean) = value(key, inner, addresses) {
            out.push_str(&json[copied..start]);
            out.push_str(&serde_json::Value::from(clean).to_string());
            copied = at;
        }
    }
    if copied == 0 {
        return None;
    }
    out.push_str(&json[copied..]);
    Some(out)
}

/// Where the string that begins at `from` ends, and whether a quote ends it.
fn string_end(bytes: &[u8], from: usize) -> (usize, bool) {
    let mut at = from;
    while let Some(byte) = bytes.get(at) {
        match byte {
            b'"' => return (at, true),
            b'\\' => at += 2,
            _ => at += 1,
        }
    }
    (bytes.len(), false)
}

/// The value of `key` as it is written down, if that is another.
fn value(key: &str, inner: &str, addresses: &Addresses<'_>) -> Option<String> {
    let text = match inner.contains('\\') {
        // What is cut off within an escape is taken as it stands.
        true => serde_json::from_str::<String>(&format!("\"{inner}\"")).map_or(inner.into(), Cow::Owned),
        false => Cow::Borrowed(inner),
    };
    if text.starts_with('?') && is_one_of(key, QUERIES) {
        let clean = format!("?{}", addresses.query(&text[1..]));
        return (clean != text).then_some(clean);
    }
    let is_relative = text.starts_with(['/', '?', '#', '.']) && is_one_of(key, ADDRESSES);
    let is_address = is_absolute(&text) || text.starts_with("mailto:") || is_relative;
    if !is_address {
        return None;
    }
    // Of whose page a referrer is cannot be told here.
    let clean = match is_one_of(key, REFERRERS) {
        true => origin_and_path(&text),
        false => addresses.clean(&text),
    };
    (clean != text).then(|| clean.into_owned())
}

fn is_one_of(key: &str, names: &[&str]) -> bool {
    let letters =
        || key.bytes().filter(|byte| !matches!(byte, b'_' | b'-')).map(|byte| byte.to_ascii_lowercase());
    names.iter().any(|name| letters().eq(name.bytes()))
}

#[cfg(test)]
mod tests {
    use kassa_access::SiteRules;

    use super::*;

    fn check(json: &str, expected: &str) {
        let rules = SiteRules::default();
        let found = scrub(json, &Addresses::new(&rules, false), &["page_path"]);
        assert_eq!(found.as_deref().unwrap_or(json), expected);
    }

    #[test]
    fn finds_addresses_wherever_they_lie() {
        check(r#"{"a":1,"b":"?x=1"}"#, r#"{"a":1,"b":"?x=1"}"#);
        check(
            r#"{"context":{"page":{"url":"https://a.test/p?token=1","search":"?token=1"}},"n":1.50}"#,
            r#"{"context":{"page":{"url":"https://a.test/p?token=","search":"?token="}},"n":1.50}"#,
        );
        check(r#"{"image":["https:\/\/a.test\/?k=1","x"]}"#, r#"{"image":["https://a.test/?k=","x"]}"#);
        check(
            r#"{"path":"/p?token=1","page_path":"/p?token=1"}"#,
            r#"{"path":"/p?token=","page_path":"/p?token=1"}"#,
        );
        check(r#"{"referrer":"https://a.test/p?q=ann"}"#, r#"{"referrer":"https://a.test/p"}"#);
        check(r#"{"query":"mugs? yes=1"}"#, r#"{"query":"mugs? yes=1"}"#);
        check(r#"{"page_url" : "/p?ä\"=1&token=\u0041" }"#, r#"{"page_url" : "/p?token=" }"#);
        check(r#"{"title":"see you? at=home"}"#, r#"{"title":"see you? at=home"}"#);
        check(r#"{"href":"mailto:ann@example.com"}"#, r#"{"href":"mailto:"}"#);
    }

    #[test]
    fn reads_what_is_cut_off_or_no_json() {
        check(r#"{"url":"https://a.test/?token=s3cr"#, r#"{"url":"https://a.test/?token=""#);
        check(r#"{"url":"https://a.test/?token=s\"#, r#"{"url":"https://a.test/?token=""#);
        for text in ["", "\"", "\\", "\"\\", "a\"b\"c", "\"\"\"", "{\"a\":"] {
            check(text, text);
        }
    }
}
