//! Properties: the text of one JSON object, built from the received texts of its values, so that a number keeps its
//! digits. Also removes, when a visitor asks for privacy, what names a person.

use std::borrow::Cow;

use kassa_model::{LABEL, PATH_SENT};
use serde_json::value::RawValue;

use super::limits::PROPERTIES_MAX;
use super::object::Members;

/// The names of properties that name a person (analytics.md), compared without case, `_` and `-`; with the ids that
/// dialects know under other names.
const PERSONAL: &[&str] = &[
    "userid",
    "usermetadata",
    "traits",
    "email",
    "name",
    "firstname",
    "lastname",
    "phone",
    "address",
    "anonymousid",
    "previousid",
];

/// Members that no client can set.
const OWN: [&str; 2] = [PATH_SENT, LABEL];

/// A JSON object under construction.
#[derive(Debug, Default)]
pub(crate) struct Props {
    json: String,
    counted: usize,
    overflow: bool,
}

impl Props {
    /// Adds a property of the client's own.
    pub(crate) fn push(&mut self, key: &str, value: &RawValue) {
        self.counted += 1;
        self.push_uncounted(key, value.get());
    }

    /// Adds a member of the dialect's own structure, which does not count against [`PROPERTIES_MAX`]. `json` is the text
    /// of a JSON value.
    pub(crate) fn push_uncounted(&mut self, key: &str, json: &str) {
        if !OWN.contains(&key) {
            self.put(key, json);
        }
    }

    /// Adds one of kassa's own members.
    pub(crate) fn push_own(&mut self, key: &str, text: &str) {
        self.put(key, &serde_json::Value::from(text).to_string());
    }

    fn put(&mut self, key: &str, json: &str) {
        self.json.push(if self.json.is_empty() { '{' } else { ',' });
        push_key(&mut self.json, key);
        self.json.push_str(json);
    }

    /// Adds all of `members` as properties of the client's own.
    pub(crate) fn push_all(&mut self, members: &Members<'_>) {
        self.overflow |= members.overflow;
        for (key, value) in &members.entries {
            self.push(key, value);
        }
    }

    /// Says that there were more properties than were read.
    pub(crate) fn overflow(&mut self) {
        self.overflow = true;
    }

    /// Whether there are more than an event may have.
    pub(crate) fn too_many(&self) -> bool {
        self.overflow || self.counted > PROPERTIES_MAX
    }

    /// The object's text.
    pub(crate) fn finish(mut self) -> String {
        if self.json.is_empty() {
            return "{}".to_owned();
        }
        self.json.push('}');
        self.json
    }
}

/// Adds one of kassa's own members to the text of an object.
pub(crate) fn add_own(object: &mut String, key: &str, text: &str) {
    let open = object.strip_suffix('}').unwrap_or("{");
    let mut props =
        Props { json: if open.len() > 1 { open.to_owned() } else { String::new() }, ..Props::default() };
    props.push_own(key, text);
    *object = props.finish();
}

/// Writes `"key":`.
pub(crate) fn push_key(out: &mut String, key: &str) {
    if key.bytes().any(|byte| matches!(byte, b'"' | b'\\' | 0..=0x1f)) {
        out.push_str(&serde_json::Value::from(key).to_string());
    } else {
        out.push('"');
        out.push_str(key);
        out.push('"');
    }
    out.push(':');
}

/// The object `json` without the members, at any depth, that name a person: in one pass. It must be valid JSON, and its
/// depth must have been bounded before.
pub(crate) fn without_person(json: &str) -> String {
    let mut out = String::with_capacity(json.len());
    Scrubber { json, at: 0 }.value(&mut out);
    out
}

/// A place in a valid JSON text.
struct Scrubber<'a> {
    json: &'a str,
    at: usize,
}

impl<'a> Scrubber<'a> {
    /// Writes the value that begins here.
    fn value(&mut self, out: &mut String) {
        match self.peek() {
            Some(b'{') => self.object(out),
            Some(b'[') => self.array(out),
            _ => out.push_str(self.raw()),
        }
    }

    fn object(&mut self, out: &mut String) {
        self.at += 1;
        out.push('{');
        let mut first = true;
        while self.peek() == Some(b'"') {
            let raw = self.raw();
            let key = match raw.contains('\\') {
                true => Cow::Owned(serde_json::from_str(raw).unwrap_or_default()),
                false => Cow::Borrowed(raw.trim_matches('"')),
            };
            self.skip(b':');
            if names_person(&key) || names_campaign(&key) {
                self.peek();
                self.raw();
            } else {
                if !std::mem::take(&mut first) {
                    out.push(',');
                }
                push_key(out, &key);
                self.value(out);
            }
            self.skip(b',');
        }
        self.skip(b'}');
        out.push('}');
    }

    fn array(&mut self, out: &mut String) {
        self.at += 1;
        out.push('[');
        let mut first = true;
        while self.peek().is_some_and(|byte| byte != b']') {
            if !std::mem::take(&mut first) {
                out.push(',');
            }
            self.value(out);
            self.skip(b',');
        }
        self.skip(b']');
        out.push(']');
    }

    /// The next byte that is no space.
    fn peek(&mut self) -> Option<u8> {
        let rest = self.json.as_bytes().get(self.at..)?;
        self.at += rest.iter().position(|byte| !byte.is_ascii_whitespace())?;
        self.json.as_bytes().get(self.at).copied()
    }

    fn skip(&mut self, expected: u8) {
        if self.peek() == Some(expected) {
            self.at += 1;
        }
    }

    /// The whole value that begins here, as it stands.
    fn raw(&mut self) -> &'a str {
        let (mut depth, start) = (0_usize, self.at);
        while let Some(byte) = self.json.as_bytes().get(self.at) {
            match byte {
                b'"' => self.string(),
                b'{' | b'[' => {
                    depth += 1;
                    self.at += 1;
                }
                b'}' | b']' if depth > 0 => {
                    depth -= 1;
                    self.at += 1;
                }
                b'}' | b']' | b',' | b':' if depth == 0 => break,
                byte if depth == 0 && byte.is_ascii_whitespace() => break,
                _ => {
                    self.at += 1;
                    continue;
                }
            }
            if depth == 0 {
                break;
            }
        }
        // What was no value at all is passed over, so that every call gets on.
        self.at = self.at.max(start + 1).min(self.json.len());
        self.json.get(start..self.at).unwrap_or_default()
    }

    /// Goes behind the string that begins here.
    fn string(&mut self) {
        self.at += 1;
        while let Some(found) =
            self.json.as_bytes().get(self.at..).and_then(|rest| memchr::memchr2(b'"', b'\\', rest))
        {
            self.at += found + 1;
            if self.json.as_bytes()[self.at - 1] == b'"' {
                return;
            }
            self.at += 1;
        }
        self.at = self.json.len();
    }
}

/// Whether a property of this name holds what a campaign's query says (Segment's `context.campaign` is one): of those that ask
/// for privacy no value of a query is kept.
fn names_campaign(key: &str) -> bool {
    let is_utm = key.get(..3).is_some_and(|start| start.eq_ignore_ascii_case("utm"))
        && key[3..].starts_with(|next: char| "_-".contains(next) || next.is_ascii_uppercase());
    is_utm || key.eq_ignore_ascii_case("campaign")
}

/// Whether a property of this name names a person.
pub(crate) fn names_person(key: &str) -> bool {
    let plain = |text: &str| text.bytes().filter(|byte| !matches!(byte, b'_' | b'-')).count();
    let letters = plain(key);
    PERSONAL.iter().any(|name| {
        name.len() == letters
            && key
                .bytes()
                .filter(|byte| !matches!(byte, b'_' | b'-'))
                .zip(name.bytes())
                .all(|(a, b)| a.eq_ignore_ascii_case(&b))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn removes_what_names_a_person_at_any_depth() {
        let check = |json: &str, expected: &str| assert_eq!(without_person(json), expected);
        check(r#"{"a":1.50,"email":"x"}"#, r#"{"a":1.50}"#);
        check(r#"{"first_name":1,"firstName":2,"Last-Name":3,"USERID":4}"#, "{}");
        check(
            r#"{"items":[{"sku":"m","name":"Ann"},[{"phone":1}],2],"deep":{"address":{"city":"x"},"b":null}}"#,
            r#"{"items":[{"sku":"m"},[{}],2],"deep":{"b":null}}"#,
        );
        check(
            r#"{"context":{"campaign":{"id":"x"}},"utm_id":1,"utmSource":2,"UTM_x":3,"utmost":4}"#,
            r#"{"context":{},"utmost":4}"#,
        );
        check(r#"{"names":1,"page_name":2,"k\"":3}"#, r#"{"names":1,"page_name":2,"k\"":3}"#);
        check("{}", "{}");
        check(
            r#" { "a" : [ 1 , "x]\"}" , null ] , "em\u0061il" : { "a" : [ "}" ] } , "b" : { } } "#,
            r#"{"a":[1,"x]\"}",null],"b":{}}"#,
        );
        check(
            r#"{"a\"b":-1.5e3,"email":"\\","c":[[],[{"name":[1,{"x":2}]}]]}"#,
            r#"{"a\"b":-1.5e3,"c":[[],[{}]]}"#,
        );
    }

    #[test]
    fn kassas_own_members_are_kassas_alone() {
        let members = Members::read(r#"{"$path":"/x","$label":"me","a":1}"#, None).unwrap();
        let mut props = Props::default();
        props.push_all(&members);
        let mut object = props.finish();
        assert_eq!(object, r#"{"a":1}"#);
        add_own(&mut object, LABEL, "of\"fice");
        assert_eq!(object, r#"{"a":1,"$label":"of\"fice"}"#);
        let mut empty = "{}".to_owned();
        add_own(&mut empty, PATH_SENT, "/a/");
        assert_eq!(empty, r#"{"$path":"/a/"}"#);
    }

    /// What is no JSON at all is never given to it; it must come to an end all the same.
    #[test]
    fn ends_whatever_it_reads() {
        for text in [
            "", "{", "[", "{\"", "{\"a\"", "{\"a\":", "[1", "[,,]", "{]", "[}", "\"\\", "{\"a\":}", "[:]",
            "]",
        ] {
            assert!(without_person(text).len() <= 2 * text.len() + 2, "{text}");
        }
    }
}
