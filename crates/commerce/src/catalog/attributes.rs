//! What a shop says of its products in its own words: a JSON object, kept as it was written. Numbers keep their digits, for no
//! float comes near them; a key that stands there twice is refused, for readers disagree about which one counts.

use std::fmt;

use serde::de::{Deserialize, Deserializer, Error, MapAccess, Visitor};
use serde::{Serialize, Serializer};
use serde_json::value::RawValue;

use super::product::ATTRIBUTES_BYTES_MAX;

/// How deep they may nest.
const DEPTH_MAX: usize = 16;
/// The most bytes as they are sent, with whatever spaces are between them.
const SENT_BYTES_MAX: usize = 4 * ATTRIBUTES_BYTES_MAX;

/// The attributes of a body, without spaces and with their keys in order, so that two spellings of one object are one.
#[derive(Debug, Clone)]
pub(crate) struct Attributes(Box<RawValue>);

impl Attributes {
    /// The JSON text.
    pub(crate) fn into_text(self) -> String {
        self.0.get().to_owned()
    }

    /// Those of a text that is kept, as it is; `None` for what is no JSON.
    pub(crate) fn of_text(text: &str) -> Option<Self> {
        RawValue::from_string(text.to_owned()).ok().map(Self)
    }
}

impl<'de> Deserialize<'de> for Attributes {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let raw = Box::<RawValue>::deserialize(from)?;
        let text = canonical(raw.get()).map_err(|why| D::Error::custom(format!("attributes {why}")))?;
        RawValue::from_string(text).map(Self).map_err(D::Error::custom)
    }
}

impl Serialize for Attributes {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        self.0.serialize(to)
    }
}

/// `text` without spaces and with its keys in order; the sentence that says why not, behind the name of the field.
pub(crate) fn canonical(text: &str) -> Result<String, String> {
    if text.len() > SENT_BYTES_MAX {
        return Err(format!("has at most {ATTRIBUTES_BYTES_MAX} bytes"));
    }
    if !text.trim_start().starts_with('{') {
        return Err("must be a JSON object".to_owned());
    }
    let mut out = String::with_capacity(text.len());
    write(text.trim(), DEPTH_MAX, &mut out)?;
    match out.len() <= ATTRIBUTES_BYTES_MAX {
        true => Ok(out),
        false => Err(format!("has at most {ATTRIBUTES_BYTES_MAX} bytes")),
    }
}

/// Writes a value that may nest so much deeper.
fn write(text: &str, depth: usize, out: &mut String) -> Result<(), String> {
    let unreadable = |error: serde_json::Error| format!("cannot be read: {error}");
    match text.as_bytes().first() {
        Some(b'{' | b'[') if depth == 0 => Err(format!("nests at most {DEPTH_MAX} deep")),
        Some(b'{') => {
            let Members(members) = serde_json::from_str(text).map_err(unreadable)?;
            write_members(members, depth, out)
        }
        Some(b'[') => {
            let items: Vec<Box<RawValue>> = serde_json::from_str(text).map_err(unreadable)?;
            out.push('[');
            for (place, item) in items.iter().enumerate() {
                out.push_str(if place == 0 { "" } else { "," });
                write(item.get(), depth - 1, out)?;
            }
            out.push(']');
            Ok(())
        }
        Some(b'"') => {
            let string: String = serde_json::from_str(text).map_err(unreadable)?;
            out.push_str(&serde_json::to_string(&string).map_err(unreadable)?);
            Ok(())
        }
        Some(b'-' | b'0'..=b'9') if !text.parse::<f64>().is_ok_and(f64::is_finite) => {
            Err("has a number that no reader of JSON can hold".to_owned())
        }
        _ => {
            out.push_str(text);
            Ok(())
        }
    }
}

fn write_members(
    mut members: Vec<(String, Box<RawValue>)>,
    depth: usize,
    out: &mut String,
) -> Result<(), String> {
    members.sort_by(|(one, _), (other, _)| one.cmp(other));
    if let Some(twice) = members.windows(2).find(|pair| pair[0].0 == pair[1].0) {
        let key: String = twice[0].0.chars().take(64).collect();
        return Err(format!("has the key {key:?} twice"));
    }
    out.push('{');
    for (place, (key, value)) in members.iter().enumerate() {
        out.push_str(if place == 0 { "" } else { "," });
        out.push_str(&serde_json::to_string(key).map_err(|error| error.to_string())?);
        out.push(':');
        write(value.get(), depth - 1, out)?;
    }
    out.push('}');
    Ok(())
}

/// An object's members in their order, each as it was written.
struct Members(Vec<(String, Box<RawValue>)>);

impl<'de> Deserialize<'de> for Members {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        from.deserialize_map(MembersVisitor)
    }
}

struct MembersVisitor;

impl<'de> Visitor<'de> for MembersVisitor {
    type Value = Members;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Members, A::Error> {
        let mut members = Vec::new();
        while let Some(member) = map.next_entry()? {
            members.push(member);
        }
        Ok(Members(members))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: Option<&str>) {
        assert_eq!(canonical(text).ok().as_deref(), expected, "{text}");
    }

    #[test]
    fn keeps_what_was_written() {
        check(r#"{ "b": 1, "a": [1.5, null] }"#, Some(r#"{"a":[1.5,null],"b":1}"#));
        check(
            r#"{"ean":12345678901234567890123,"pi":3.14159265358979323846,"one":1.0,"big":1E+30}"#,
            Some(r#"{"big":1E+30,"ean":12345678901234567890123,"one":1.0,"pi":3.14159265358979323846}"#),
        );
        check(r#"{"a":"\u00e9\n","t":true,"n":-0}"#, Some("{\"a\":\"é\\n\",\"n\":-0,\"t\":true}"));
        check(" {} ", Some("{}"));
        check(r#"{"a":1,"A":2}"#, Some(r#"{"A":2,"a":1}"#));
    }

    #[test]
    fn refuses_double_keys_at_any_depth() {
        check(r#"{"a":1,"a":2}"#, None);
        check(r#"{"a":[{"b":{"c":1,"c":1}}]}"#, None);
        check(r#"{"a":1,"\u0061":2}"#, None);
        assert_eq!(canonical(r#"{"a":1,"a":2}"#).unwrap_err(), r#"has the key "a" twice"#);
    }

    #[test]
    fn keeps_them_small_and_flat() {
        for text in ["[]", "7", "", "null", "{", "{\"a\":1e400}", "{\"a\":-1e400}", "{\"a\"}"] {
            check(text, None);
        }
        check(&format!("{{\"a\":\"{}\"}}", "x".repeat(ATTRIBUTES_BYTES_MAX)), None);
        check(&format!("{{{}}}", " ".repeat(SENT_BYTES_MAX)), None);
        check(&format!("{{\"a\":{}1{}}}", "[".repeat(16), "]".repeat(16)), None);
        check(&format!("{{\"a\":{}1{}}}", "[".repeat(5_000), "]".repeat(5_000)), None);
        assert!(canonical(&format!("{{\"a\":{}1{}}}", "[".repeat(15), "]".repeat(15))).is_ok());
    }
}
