//! Addresses inside of a JSON text: each that is the value of a member, or an element of a list, is written down as
//! [`Addresses`] has it, whatever it is called; what is called like an address or a query is one as a whole.

use std::borrow::Cow;

use kassa_access::{Addresses, is_absolute, origin_and_path};
use memchr::memchr;

/// How the names of members end that hold addresses, in lower case and without signs.
const ADDRESSES: &[&str] = &["url", "uri", "href", "path", "page", "location", "link", "canonical"];
/// The one that only looks so.
const NO_ADDRESS: &str = "xpath";
/// What the names of those have in them that hold an address elsewhere.
const REFERRERS: &[&str] = &["referrer", "referer"];
/// Members that hold queries.
const QUERIES: &[&str] = &["search", "query", "querystring", "urlquery", "params", "hash", "fragment"];
/// The one of them that may be what somebody looked for.
const SEARCHED: &str = "query";

/// What of a JSON text does not go by its addresses.
#[derive(Clone, Copy)]
pub(super) struct Exceptions<'a> {
    /// Whether the member of that name of the outermost object stays as it is.
    pub(super) stays: &'a dyn Fn(&str) -> bool,
    /// What stands for the value of a member, by its name and value.
    pub(super) hides: &'a dyn Fn(&str, &str) -> Option<&'static str>,
}

/// A JSON text with some of its pieces replaced.
struct Replaced<'t> {
    json: &'t str,
    out: String,
    copied: usize,
}

/// Whether anything of `json` could be an address: of most events nothing that has no column is.
pub(super) fn may_hold_address(json: &str) -> bool {
    json.bytes().any(|byte| matches!(byte, b'/' | b'?' | b'#' | b'@' | b'%' | b'=' | b'\\'))
}

/// `json` with its addresses as they are written down, or `None` where nothing changes. It may be cut off or no JSON at all: what
/// looks like a text in quotes is looked at, and so is what stands where JSON has no text.
pub(super) fn scrub(json: &str, addresses: &Addresses<'_>, exceptions: &Exceptions<'_>) -> Option<String> {
    let bytes = json.as_bytes();
    let mut replaced = Replaced { json, out: String::new(), copied: 0 };
    let (mut at, mut depth, mut key) = (0, 0_usize, Cow::Borrowed(""));
    loop {
        let start =
            bytes.get(at..).and_then(|rest| memchr(b'"', rest)).map_or(bytes.len(), |found| at + found);
        let between = json.get(at..start).unwrap_or_default();
        depth = depth_behind(between, depth);
        if may_hold_address(between)
            && let Cow::Owned(clean) = addresses.clean_raw(between)
        {
            replaced.put((at, start), &clean);
        }
        if start == bytes.len() {
            return replaced.finish();
        }
        let (end, closed) = string_end(bytes, start + 1);
        let text = unescaped(&json[start + 1..end]);
        at = end + usize::from(closed);
        if bytes[at..].iter().find(|byte| !byte.is_ascii_whitespace()) == Some(&b':') {
            key = text;
            continue;
        }
        if depth == 1 && (exceptions.stays)(&key) {
            continue;
        }
        let hidden = (exceptions.hides)(&key, &text).map(str::to_owned);
        if let Some(clean) = hidden.or_else(|| value(&key, &text, addresses)) {
            replaced.put((start, at), &serde_json::Value::from(clean).to_string());
        }
    }
}

impl Replaced<'_> {
    fn put(&mut self, (start, end): (usize, usize), text: &str) {
        self.out.push_str(&self.json[self.copied..start]);
        self.out.push_str(text);
        self.copied = end;
    }

    fn finish(mut self) -> Option<String> {
        if self.copied == 0 {
            return None;
        }
        self.out.push_str(&self.json[self.copied..]);
        Some(self.out)
    }
}

/// How many objects and lists are open behind `between`, which is no string, if `depth` were before it.
fn depth_behind(between: &str, depth: usize) -> usize {
    between.bytes().fold(depth, |depth, byte| match byte {
        b'{' | b'[' => depth + 1,
        b'}' | b']' => depth.saturating_sub(1),
        _ => depth,
    })
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

/// The text of a string; one that is cut off within an escape is taken nearly as it stands.
fn unescaped(inner: &str) -> Cow<'_, str> {
    if !inner.contains('\\') {
        return Cow::Borrowed(inner);
    }
    let text = serde_json::from_str::<String>(&format!("\"{inner}\""));
    Cow::Owned(text.unwrap_or_else(|_| inner.replace("\\/", "/")))
}

/// The value of `key` as it is written down, if that is another.
fn value(key: &str, text: &str, addresses: &Addresses<'_>) -> Option<String> {
    if !may_hold_address(text) {
        return None;
    }
    let key = letters(key);
    let named = |names: &[&str]| names.contains(&key.as_str());
    let is_word = !text.contains(char::is_whitespace);
    let clean = match text.strip_prefix('?') {
        Some(query) if named(QUERIES) => Cow::Owned(format!("?{}", addresses.query(query))),
        None if named(QUERIES) && text.contains('=') && !text.contains(['?', '#']) => {
            if !is_word && key == SEARCHED {
                return None;
            }
            Cow::Owned(addresses.query(text))
        }
        _ if !is_word && !is_absolute(text) && !text.starts_with(['/', '?', '#', '.']) => {
            addresses.clean_text(text)
        }
        // Of whose page a referrer is cannot be told here.
        _ if REFERRERS.iter().any(|name| key.contains(name)) => origin_and_path(text),
        _ if key != NO_ADDRESS && ADDRESSES.iter().any(|end| key.ends_with(end)) => addresses.clean(text),
        _ => addresses.clean_text(text),
    };
    (clean != text).then(|| clean.into_owned())
}

/// A member's name in lower case, without signs.
fn letters(key: &str) -> String {
    key.chars().filter(|letter| letter.is_alphanumeric()).map(|letter| letter.to_ascii_lowercase()).collect()
}

#[cfg(test)]
mod tests;
