//! Bytes to text, and the limits that are cheapest to check on raw text: escapes that no text column may hold, depth,
//! length. Knows JSON's lexical rules only.

use std::borrow::Cow;

use kassa_model::names_nobody;
use memchr::{memchr, memchr2_iter};
use serde_json::value::RawValue;

use super::limits::DEPTH_MAX;

/// The text of a body: UTF-8, without a byte order mark, with every escape of U+0000 or of a lone surrogate turned into
/// that of U+FFFD (six bytes each, so positions stay). `None` when the bytes are no UTF-8.
pub(crate) fn clean(body: &[u8]) -> Option<Cow<'_, str>> {
    let text = std::str::from_utf8(body).ok()?;
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let mut fixed: Option<Vec<u8>> = None;
    let bytes = text.as_bytes();
    let mut from = 0;
    while let Some(found) = bytes.get(from..).and_then(|rest| memchr(b'\\', rest)) {
        let start = from + found;
        from = start + 2;
        let Some(unit) = escaped_unit(bytes, start) else { continue };
        from = start + 6;
        let bad = match unit {
            0 | 0xdc00..=0xdfff => true,
            0xd800..=0xdbff => match escaped_unit(bytes, from) {
                Some(0xdc00..=0xdfff) => {
                    from += 6;
                    false
                }
                _ => true,
            },
            _ => false,
        };
        if bad {
            fixed.get_or_insert_with(|| bytes.to_vec())[start..start + 6].copy_from_slice(b"\\ufffd");
        }
    }
    match fixed {
        None => Some(Cow::Borrowed(text)),
        Some(bytes) => String::from_utf8(bytes).ok().map(Cow::Owned),
    }
}

/// The code unit of the `\uXXXX` that begins at `start`, if one does.
fn escaped_unit(bytes: &[u8], start: usize) -> Option<u16> {
    let escape = bytes.get(start..start + 6)?;
    if !escape.starts_with(b"\\u") || !escape[2..].iter().all(u8::is_ascii_hexdigit) {
        return None;
    }
    u16::from_str_radix(std::str::from_utf8(&escape[2..]).ok()?, 16).ok()
}

/// Whether the JSON text nests deeper than [`DEPTH_MAX`] levels; the outermost object is level 1.
pub(crate) fn too_deep(json: &str) -> bool {
    let bytes = json.as_bytes();
    if memchr2_iter(b'{', b'[', bytes).count() <= DEPTH_MAX {
        return false;
    }
    let (mut depth, mut in_string, mut escaped) = (0_usize, false, false);
    for byte in bytes {
        if in_string {
            match byte {
                _ if escaped => escaped = false,
                b'\\' => escaped = true,
                b'"' => in_string = false,
                _ => {}
            }
            continue;
        }
        match byte {
            b'"' => in_string = true,
            b'{' | b'[' => {
                depth += 1;
                if depth > DEPTH_MAX {
                    return true;
                }
            }
            b'}' | b']' => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    false
}

/// What a JSON value is to a field that wants a text.
#[derive(Debug, PartialEq)]
pub(crate) enum Scalar<'a> {
    /// `null` or the empty text: counts as absent.
    Absent,
    /// A text that is not empty.
    Text(Cow<'a, str>),
    /// A number, as its own text.
    Number(&'a str),
    /// A truth value, an object or an array.
    Other,
}

/// Reads `raw` as a scalar.
pub(crate) fn scalar(raw: &RawValue) -> Scalar<'_> {
    let json = raw.get();
    match json.as_bytes().first() {
        Some(b'"') => match string(json) {
            Some(text) if text.is_empty() => Scalar::Absent,
            Some(text) => Scalar::Text(text),
            None => Scalar::Other,
        },
        Some(b'-' | b'0'..=b'9') => Scalar::Number(json),
        Some(b'n') => Scalar::Absent,
        _ => Scalar::Other,
    }
}

/// The text of a JSON string, borrowed where it has no escapes.
fn string(json: &str) -> Option<Cow<'_, str>> {
    let inner = json.get(1..json.len().checked_sub(1)?)?;
    if memchr(b'\\', inner.as_bytes()).is_none() {
        return Some(Cow::Borrowed(inner));
    }
    serde_json::from_str::<String>(json).ok().map(Cow::Owned)
}

/// An id or a customer: a text, or a number's own text.
pub(crate) fn id_text(raw: &RawValue) -> Option<Cow<'_, str>> {
    match scalar(raw) {
        Scalar::Text(text) => Some(text),
        Scalar::Number(text) => Some(Cow::Borrowed(text)),
        Scalar::Absent | Scalar::Other => None,
    }
}

/// Whether it is an id that names someone.
pub(crate) fn names_someone(raw: &RawValue) -> bool {
    id_text(raw).is_some_and(|id| !names_nobody(&id))
}

/// Whether it is an id that names nobody; what is no id at all is none of these.
pub(crate) fn is_of_nobody(raw: &RawValue) -> bool {
    id_text(raw).is_some_and(|id| names_nobody(&id))
}

/// A text that is not empty, and nothing else.
pub(crate) fn plain_text(raw: &RawValue) -> Option<Cow<'_, str>> {
    match scalar(raw) {
        Scalar::Text(text) => Some(text),
        _ => None,
    }
}

/// The longest beginning of `text` that has at most `bytes_max` bytes.
pub(crate) fn cut(text: &str, bytes_max: usize) -> &str {
    if text.len() <= bytes_max {
        return text;
    }
    let mut end = bytes_max;
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    &text[..end]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn mends_escapes_that_are_no_text() {
        let check = |input: &str, expected: &str| {
            assert_eq!(clean(input.as_bytes()).as_deref(), Some(expected), "{input}");
        };
        check(r#"{"a":"b"}"#, r#"{"a":"b"}"#);
        check(r#""\ud83d\ude00""#, r#""\ud83d\ude00""#);
        check(r#""\ud83d""#, r#""\ufffd""#);
        check(r#""\uD83dx""#, r#""\ufffdx""#);
        check(r#""\ude00\ud83d""#, r#""\ufffd\ufffd""#);
        check(r#""\ud83d\ud83d\ude00""#, r#""\ufffd\ud83d\ude00""#);
        check(r#""\u0000a\n""#, r#""\ufffda\n""#);
        check(r#""\\u0000""#, r#""\\u0000""#);
        check(r#""\u00""#, r#""\u00""#);
        check("\u{feff}{}", "{}");
        check("\\", "\\");
        check("\\ud800", "\\ufffd");
        assert_eq!(clean(b"\"\xff\""), None);
    }

    #[test]
    fn counts_levels_outside_strings() {
        let nested = |levels: usize| format!("{}{}", "[".repeat(levels), "]".repeat(levels));
        assert!(!too_deep(&nested(16)));
        assert!(too_deep(&nested(17)));
        assert!(!too_deep(&format!("[{}{:?}]", "{},".repeat(40), "[".repeat(40))));
        assert!(!too_deep(&format!(r#"["{}\"{}"]"#, "[".repeat(20), "{".repeat(20))));
    }

    #[test]
    fn cuts_between_characters() {
        assert_eq!(cut("aä", 2), "a");
        assert_eq!(cut("aä", 3), "aä");
        assert_eq!(cut("", 0), "");
    }
}
