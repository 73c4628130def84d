//! Properties: the text of one JSON object, built from the received texts of its values, so that a number keeps its
//! digits. Also removes, when a visitor asks for privacy, what names a person.

use serde_json::value::RawValue;

use super::PROPERTIES_MAX;
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

/// The object `json` without the members, at any depth, that name a person. Its depth must have been bounded before.
pub(crate) fn without_person(json: &str) -> String {
    let mut out = String::with_capacity(json.len());
    scrub(json, &mut out);
    out
}

fn scrub(json: &str, out: &mut String) {
    match json.as_bytes().first() {
        Some(b'{') => match serde_json::from_str::<Pairs<'_>>(json) {
            Ok(Pairs(pairs)) => scrub_object(&pairs, out),
            Err(_) => out.push_str("{}"),
        },
        Some(b'[') => {
            let items: Vec<&RawValue> = serde_json::from_str(json).unwrap_or_default();
            out.push('[');
            for (place, item) in items.iter().enumerate() {
                if place > 0 {
                    out.push(',');
                }
                scrub(item.get(), out);
            }
            out.push(']');
        }
        _ => out.push_str(json),
    }
}

fn scrub_object(pairs: &[(std::borrow::Cow<'_, str>, &RawValue)], out: &mut String) {
    out.push('{');
    let mut first = true;
    for (key, value) in pairs {
        if names_person(key) {
            continue;
        }
        if !std::mem::take(&mut first) {
            out.push(',');
        }
        push_key(out, key);
        scrub(value.get(), out);
    }
    out.push('}');
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

/// Every member of an object, however many: what is scrubbed has passed the limits already.
struct Pairs<'a>(Vec<(std::borrow::Cow<'a, str>, &'a RawValue)>);

impl<'de> serde::Deserialize<'de> for Pairs<'de> {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct PairsVisitor;
        impl<'de> serde::de::Visitor<'de> for PairsVisitor {
            type Value = Pairs<'de>;
            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("an object")
            }
            fn visit_map<A: serde::de::MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut pairs = Vec::new();
                while let Some((key, value)) = map.next_entry::<String, &'de RawValue>()? {
                    pairs.push((std::borrow::Cow::Owned(key), value));
                }
                Ok(Pairs(pairs))
            }
        }
        deserializer.deserialize_map(PairsVisitor)
    }
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
        check(r#"{"names":1,"page_name":2,"k\"":3}"#, r#"{"names":1,"page_name":2,"k\"":3}"#);
        check("{}", "{}");
    }
}
