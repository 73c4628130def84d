//! An event's properties as reports see them: each top-level one as a text. Every backend takes them from here, or has its
//! engine read what gives the same texts.
//!
//! ```text
//! {"size":"XL","n":1.50,"n":2,"list":[1, {"b":2,"a":1}],"no":null}   size: XL   n: 1.5   list: [1,{"a":1,"b":2}]
//! ```

use std::borrow::Cow;
#[cfg(feature = "duckdb")]
use std::collections::BTreeMap;

use serde::de::{MapAccess, Visitor};
use serde::{Deserialize, Deserializer};
use serde_json::Value;
use serde_json::value::RawValue;

/// Largest number of seconds that one `time_on_page` event may report: a day.
const SECONDS_MAX: f64 = 86_400.0;

/// The text of the property `key`: strings without quotes, else JSON without spaces, its keys in order; nothing where it is
/// absent or null. Of two of one key the first counts.
pub(crate) fn text(props: &str, key: &str) -> Option<String> {
    text_of(first(props, key)?)
}

/// The whole seconds of a `time_on_page` event: `seconds` as a number of 0 to 86,400. Not from its text: `"8"` is none.
pub(crate) fn seconds(props: &str) -> Option<i64> {
    let value: Value = serde_json::from_str(first(props, "seconds")?.get()).ok()?;
    let whole = value.as_f64()?.floor();
    #[expect(clippy::cast_possible_truncation, reason = "the range is checked")]
    (value.as_f64()? >= 0.0 && whole <= SECONDS_MAX).then_some(whole as i64)
}

/// The texts of all properties as an object of strings, for an engine that reads JSON by itself and writes no number and no
/// nested value in another way than it was sent; nothing where it would give the same texts of `props`.
#[cfg(feature = "duckdb")]
pub(crate) fn unlike(props: &str) -> Option<String> {
    let mut alike = true;
    if each(props, &mut |_, raw| alike &= is_read_alike(raw.get())) && alike {
        return None;
    }
    let mut texts: BTreeMap<String, Option<String>> = BTreeMap::new();
    each(props, &mut |key, raw| {
        texts.entry(key.to_owned()).or_insert_with(|| text_of(raw));
    });
    Some(Value::from_iter(texts).to_string())
}

fn first<'a>(props: &'a str, wanted: &str) -> Option<&'a RawValue> {
    let mut found = None;
    each(props, &mut |key, raw| {
        if key == wanted && found.is_none() {
            found = Some(raw);
        }
    });
    found
}

/// A number that no computer's number holds keeps its digits.
fn text_of(raw: &RawValue) -> Option<String> {
    match serde_json::from_str(raw.get()) {
        Ok(Value::Null) => None,
        Ok(Value::String(text)) => Some(text),
        Ok(other) => Some(other.to_string()),
        Err(_) => Some(raw.get().to_owned()),
    }
}

/// Whether every engine gives the text of this JSON that [`text_of`] gives; in doubt it does not.
#[cfg(feature = "duckdb")]
fn is_read_alike(raw: &str) -> bool {
    let digits = raw.strip_prefix('-').unwrap_or(raw);
    let is_small = || digits.len() < 18 && digits.bytes().all(|byte| byte.is_ascii_digit()) && raw != "-0";
    match raw.as_bytes().first() {
        Some(b'"' | b't' | b'f' | b'n') => true,
        Some(b'0'..=b'9' | b'-') if is_small() => true,
        _ => serde_json::from_str(raw).is_ok_and(|value: Value| {
            let text = value.to_string();
            text == raw && !raw.contains('\\') && !has_exponent(&value)
        }),
    }
}

#[cfg(feature = "duckdb")]
fn has_exponent(value: &Value) -> bool {
    match value {
        Value::Number(number) => number.is_f64() && number.to_string().contains('e'),
        Value::Array(values) => values.iter().any(has_exponent),
        Value::Object(values) => values.values().any(has_exponent),
        Value::Null | Value::Bool(_) | Value::String(_) => false,
    }
}

/// Calls `take` for every top-level property in their order; false where `props` is no object.
fn each<'a>(props: &'a str, take: &mut dyn FnMut(&str, &'a RawValue)) -> bool {
    serde_json::Deserializer::from_str(props).deserialize_map(Each(take)).is_ok()
}

/// Where it lies, unless it has escapes.
#[derive(Deserialize)]
#[serde(transparent)]
struct Key<'a>(#[serde(borrow)] Cow<'a, str>);

struct Each<'t, 'a>(&'t mut dyn FnMut(&str, &'a RawValue));

impl<'a> Visitor<'a> for Each<'_, 'a> {
    type Value = ();

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'a>>(self, mut map: A) -> Result<(), A::Error> {
        while let Some(Key(key)) = map.next_key()? {
            (self.0)(&key, map.next_value()?);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn properties_have_one_text() {
        let check = |props: &str, expected: Option<&str>| {
            assert_eq!(text(props, "a").as_deref(), expected, "{props}");
        };
        check(r#"{"a":1.50,"a":2}"#, Some("1.5"));
        check(r#"{"a":null,"a":2}"#, None);
        check(r#"{"b":{"a":1}}"#, None);
        check(r#"{"\u0061":"\u00fc\n"}"#, Some("ü\n"));
        check(r#"{"a":[1, {"b":2,"a":"x"}]}"#, Some(r#"[1,{"a":"x","b":2}]"#));
        check(r#"{"a":1e2}"#, Some("100.0"));
        check(r#"{"a":1e400,"b":1}"#, Some("1e400"));
        check(r#"{"a":12345678901234567890123}"#, Some("1.2345678901234568e+22"));
        check(r#"["a"]"#, None);
    }

    #[test]
    fn seconds_are_a_number_of_a_day_at_most() {
        let check = |props: &str, expected: Option<i64>| assert_eq!(seconds(props), expected, "{props}");
        check(r#"{"seconds":1.75}"#, Some(1));
        check(r#"{"seconds":86400.9}"#, Some(86_400));
        check(r#"{"seconds":86401}"#, None);
        check(r#"{"seconds":-0.1}"#, None);
        check(r#"{"seconds":"8"}"#, None);
        check(r#"{"seconds":8,"seconds":9}"#, Some(8));
        check(r#"{"seconds":1e400}"#, None);
    }

    #[cfg(feature = "duckdb")]
    #[test]
    fn few_properties_are_kept_twice() {
        let check = |props: &str, expected: Option<&str>| {
            assert_eq!(unlike(props).as_deref(), expected, "{props}");
        };
        check("{}", None);
        check(r#"{"a":"\u00fc","b":-12,"c":1.5,"d":true,"e":null,"f":{"a":[1,"x"],"b":2}, "a" : 1}"#, None);
        check(r#"{"a":1.50,"a":2,"b":"x","c":null}"#, Some(r#"{"a":"1.5","b":"x","c":null}"#));
        check(r#"{"a":{"b":1,"a":2}}"#, Some(r#"{"a":"{\"a\":2,\"b\":1}"}"#));
        check(r#"{"a":[1e16]}"#, Some(r#"{"a":"[1e+16]"}"#));
        check(r#"{"a":["\n"]}"#, Some(r#"{"a":"[\"\\n\"]"}"#));
        check(r#"{"a":-0}"#, Some(r#"{"a":"-0.0"}"#));
        check("[1]", Some("{}"));
    }
}
