//! Reads a JSON text into a value and refuses what serde_json lets pass: an object with the same key twice, and text
//! with U+0000 (no engine stores it, so a filter with it is a mistake).

use std::fmt;

use kassa_service::nearest::unknown;
use serde::de::{Deserialize, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Value};

use super::ask::Invalid;

/// A JSON value whose objects have no key twice.
pub(crate) struct Strict(pub(crate) Value);

impl<'de> Deserialize<'de> for Strict {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(StrictVisitor).map(Self)
    }
}

struct StrictVisitor;

impl<'de> Visitor<'de> for StrictVisitor {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_unit<E: Error>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E: Error>(self, value: bool) -> Result<Value, E> {
        Ok(Value::Bool(value))
    }

    fn visit_i64<E: Error>(self, value: i64) -> Result<Value, E> {
        Ok(Value::from(value))
    }

    fn visit_u64<E: Error>(self, value: u64) -> Result<Value, E> {
        Ok(Value::from(value))
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<Value, E> {
        Ok(Value::from(value))
    }

    fn visit_str<E: Error>(self, value: &str) -> Result<Value, E> {
        if value.contains('\0') {
            return Err(E::custom("a text contains U+0000"));
        }
        Ok(Value::from(value))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Value, A::Error> {
        let mut list = Vec::new();
        while let Some(Strict(item)) = items.next_element()? {
            list.push(item);
        }
        Ok(Value::Array(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Value, A::Error> {
        let mut map = Map::new();
        while let Some((key, Strict(value))) = entries.next_entry::<String, Strict>()? {
            if map.contains_key(&key) {
                return Err(A::Error::custom(format_args!("the key {key:?} is given twice")));
            }
            map.insert(key, value);
        }
        Ok(Value::Object(map))
    }
}

/// The text of a JSON string.
pub(crate) fn text<'a>(value: &'a Value, what: &str) -> Result<&'a str, Invalid> {
    value.as_str().ok_or_else(|| Invalid(format!("{what} must be a string, not {}", kind(value))))
}

/// The items of a JSON array.
pub(crate) fn list<'a>(value: &'a Value, what: &str) -> Result<&'a [Value], Invalid> {
    match value {
        Value::Array(items) => Ok(items),
        other => Invalid::because(format!("{what} must be an array, not {}", kind(other))),
    }
}

/// Refuses keys that are not among `known`.
pub(crate) fn known_keys(what: &str, map: &Map<String, Value>, known: &[&str]) -> Result<(), Invalid> {
    match map.keys().find(|key| !known.contains(&key.as_str())) {
        Some(key) => Invalid::because(unknown(what, key, known)),
        None => Ok(()),
    }
}

/// What kind of JSON value it is, for errors.
pub(crate) fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "a boolean",
        Value::Number(_) => "a number",
        Value::String(_) => "a string",
        Value::Array(_) => "an array",
        Value::Object(_) => "an object",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn refuses_what_is_ambiguous() {
        let check = |text: &str, fine: bool| {
            assert_eq!(serde_json::from_str::<Strict>(text).is_ok(), fine, "{text}");
        };
        check(r#"{"a":[1,-1,1.5,null,true,{"a":1}]}"#, true);
        check(r#"{"a":1,"a":2}"#, false);
        check(r#"{"a":[{"b":1,"b":1}]}"#, false);
        check(r#"["a\u0000"]"#, false);
        check(r#"{"a":1e999}"#, false);
        check(&"[".repeat(10_000), false);
    }
}
