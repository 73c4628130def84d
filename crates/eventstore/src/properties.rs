//! An event's properties as reports see them: each top-level one as a text. The reference reads them here; every other backend
//! gives the same texts.

use serde::Deserializer;
use serde::de::{IgnoredAny, MapAccess, Visitor};
use serde_json::Value;

/// Largest number of seconds that one `time_on_page` event may report: a day.
const SECONDS_MAX: f64 = 86_400.0;

/// The text of the property `key`: strings without quotes, else JSON; nothing where it is absent or null.
pub(crate) fn text(props: &str, key: &str) -> Option<String> {
    match top_level(props, key)? {
        Value::Null => None,
        Value::String(text) => Some(text),
        other => Some(other.to_string()),
    }
}

/// The whole seconds of a `time_on_page` event: `seconds` as a number of 0 to 86,400.
pub(crate) fn seconds(props: &str) -> Option<i64> {
    let value = top_level(props, "seconds")?.as_f64()?;
    let whole = value.floor();
    #[expect(clippy::cast_possible_truncation, reason = "the range is checked")]
    (value >= 0.0 && whole <= SECONDS_MAX).then_some(whole as i64)
}

fn top_level(props: &str, key: &str) -> Option<Value> {
    serde_json::Deserializer::from_str(props).deserialize_map(First(key)).ok().flatten()
}

/// The first value of a key: engines take the first of two, a map would keep the last.
struct First<'a>(&'a str);

impl<'de> Visitor<'de> for First<'_> {
    type Value = Option<Value>;

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut found = None;
        while let Some(key) = map.next_key::<String>()? {
            if found.is_none() && key == self.0 {
                found = Some(map.next_value()?);
            } else {
                map.next_value::<IgnoredAny>()?;
            }
        }
        Ok(found)
    }
}
