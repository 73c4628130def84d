//! One pass over a JSON object: its members as borrowed texts, and one member as a list of raw items. Bounded in
//! members and items whatever the input; a repeated key takes its last value.

use std::borrow::Cow;
use std::fmt;

use serde::de::{self, DeserializeSeed, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer};
use serde_json::value::RawValue;

use super::limits::{BATCH_EVENTS_MAX, BEYOND_KEPT_MAX};

/// More members than any event with [`super::PROPERTIES_MAX`] properties has.
const MEMBERS_MAX: usize = 128;
/// Up to so many members are looked through for a key; beyond, they are searched in the order of their keys.
const LOOKED_THROUGH_MAX: usize = 16;
/// Repetitions included: bounds the work of finding repeated keys.
const MEMBERS_READ_MAX: usize = 512;

/// An object's members.
#[derive(Debug, Default)]
pub(crate) struct Members<'a> {
    /// Key and value, in the order of first appearance.
    pub(crate) entries: Vec<(Cow<'a, str>, &'a RawValue)>,
    /// There were more than an event may have; the rest is not in `entries`.
    pub(crate) overflow: bool,
    /// The member that was to be read as a list.
    pub(crate) list: List<'a>,
    /// Places in `entries` by key, once there are more than [`LOOKED_THROUGH_MAX`].
    order: Vec<u8>,
}

/// The member that holds the events of a batch.
#[derive(Debug, Default)]
pub(crate) enum List<'a> {
    /// No such member.
    #[default]
    Absent,
    /// It is there and no array.
    Other,
    /// Its items.
    Items {
        /// The first [`BATCH_EVENTS_MAX`] and [`BEYOND_KEPT_MAX`] more.
        kept: Vec<&'a RawValue>,
        /// How many came after those.
        dropped: u64,
    },
}

impl<'a> Members<'a> {
    /// Reads a whole JSON text as an object; the member called `list_key` is read as a list.
    pub(crate) fn read(json: &'a str, list_key: Option<&str>) -> Result<Self, serde_json::Error> {
        let mut deserializer = serde_json::Deserializer::from_str(json);
        let members = MembersSeed { list_key }.deserialize(&mut deserializer)?;
        deserializer.end()?;
        Ok(members)
    }

    /// The members of `raw`, or `None` when it is no object.
    pub(crate) fn of(raw: &'a RawValue) -> Option<Self> {
        if !raw.get().starts_with('{') {
            return None;
        }
        Self::read(raw.get(), None).ok()
    }

    /// The value of `key`.
    pub(crate) fn get(&self, key: &str) -> Option<&'a RawValue> {
        let place = self.find(key).ok()?;
        self.entries.get(place).map(|(_, value)| *value)
    }

    /// Whether one of `keys` is there.
    pub(crate) fn has_any(&self, keys: &[&str]) -> bool {
        keys.iter().any(|key| self.find(key).is_ok())
    }

    /// Keeps the members whose key `keep` likes.
    pub(crate) fn retain(&mut self, keep: impl Fn(&str) -> bool) {
        self.entries.retain(|(key, _)| keep(key));
        self.put_in_order();
    }

    /// The place of `key` in `entries`, or else where it belongs in `order`.
    fn find(&self, key: &str) -> Result<usize, usize> {
        if self.order.is_empty() {
            return self.entries.iter().position(|(name, _)| name == key).ok_or(0);
        }
        let found =
            self.order.binary_search_by(|place| self.entries[usize::from(*place)].0.as_ref().cmp(key));
        found.map(|at| usize::from(self.order[at]))
    }

    fn put(&mut self, key: Cow<'a, str>, value: &'a RawValue) {
        match self.find(&key) {
            Ok(place) => self.entries[place].1 = value,
            Err(_) if self.entries.len() >= MEMBERS_MAX => self.overflow = true,
            Err(at) => {
                let place = u8::try_from(self.entries.len()).unwrap_or(u8::MAX);
                self.entries.push((key, value));
                if !self.order.is_empty() {
                    self.order.insert(at, place);
                } else if self.entries.len() > LOOKED_THROUGH_MAX {
                    self.put_in_order();
                }
            }
        }
    }

    fn put_in_order(&mut self) {
        self.order.clear();
        if self.entries.len() > LOOKED_THROUGH_MAX {
            self.order.extend((0..=u8::MAX).take(self.entries.len()));
            self.order.sort_unstable_by(|one, next| {
                let key = |place: u8| &self.entries[usize::from(place)].0;
                key(*one).cmp(key(*next))
            });
        }
    }
}

struct MembersSeed<'k> {
    list_key: Option<&'k str>,
}

impl<'de> DeserializeSeed<'de> for MembersSeed<'_> {
    type Value = Members<'de>;
    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for MembersSeed<'_> {
    type Value = Members<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut members = Members { entries: Vec::with_capacity(12), ..Members::default() };
        let mut read = 0;
        while let Some(Key(key)) = map.next_key()? {
            read += 1;
            if self.list_key == Some(key.as_ref()) {
                members.list = map.next_value()?;
            } else if read > MEMBERS_READ_MAX || members.overflow {
                members.overflow = true;
                map.next_value::<IgnoredAny>()?;
            } else {
                let value = map.next_value::<&'de RawValue>()?;
                members.put(key, value);
            }
        }
        Ok(members)
    }
}

/// A key, borrowed where it has no escapes.
#[derive(Deserialize)]
#[serde(transparent)]
struct Key<'a>(#[serde(borrow)] Cow<'a, str>);

impl<'de> Deserialize<'de> for List<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(ListVisitor)
    }
}

struct ListVisitor;

macro_rules! no_array {
    ($($method:ident: $kind:ty,)*) => {
        $(fn $method<E: de::Error>(self, _: $kind) -> Result<List<'de>, E> {
            Ok(List::Other)
        })*
    };
}

impl<'de> Visitor<'de> for ListVisitor {
    type Value = List<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("any value")
    }

    no_array! { visit_bool: bool, visit_i64: i64, visit_u64: u64, visit_f64: f64, visit_str: &str, }

    fn visit_unit<E: de::Error>(self) -> Result<Self::Value, E> {
        Ok(List::Other)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
        Ok(List::Other)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Self::Value, A::Error> {
        let mut kept = Vec::new();
        let mut dropped = 0;
        while kept.len() < BATCH_EVENTS_MAX + BEYOND_KEPT_MAX {
            match seq.next_element::<&'de RawValue>()? {
                Some(item) => kept.push(item),
                None => return Ok(List::Items { kept, dropped }),
            }
        }
        while seq.next_element::<IgnoredAny>()?.is_some() {
            dropped += 1;
        }
        Ok(List::Items { kept, dropped })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_of_repeated_keys_wins() {
        let members = Members::read(r#"{"a":1,"b":2,"a":3,"\u0061":4.50}"#, None).unwrap();
        assert_eq!(members.entries.len(), 2);
        assert_eq!(members.get("a").map(RawValue::get), Some("4.50"));
    }

    #[test]
    fn many_members_are_found_like_few() {
        let text = |n: usize| format!("\"k{}\":{n}", n * 7 % 100);
        let list: Vec<String> = (0..100).chain(50..120).map(text).collect();
        let json = format!("{{{}}}", list.join(","));
        let mut members = Members::read(&json, None).unwrap();
        assert_eq!(members.entries.len(), 100);
        let check = |members: &Members<'_>, n: usize, expected: Option<String>| {
            let found = members.get(&format!("k{}", n * 7 % 100)).map(RawValue::get);
            assert_eq!(found, expected.as_deref(), "{n}");
        };
        (0..20).for_each(|n| check(&members, n, Some((n + 100).to_string())));
        (20..100).for_each(|n| check(&members, n, Some(n.to_string())));
        assert!(members.has_any(&["x", "k3"]) && !members.has_any(&["x", "y"]));
        members.retain(|key| key.len() == 2);
        assert_eq!(members.entries.len(), 10);
        check(&members, 30, None);
        check(&members, 29, Some("29".to_owned()));
    }

    #[test]
    fn bounds_members_and_items() {
        let many: Vec<String> = (0..5_000).map(|n| format!("\"k{n}\":1")).collect();
        let json = format!("{{{}}}", many.join(","));
        let members = Members::read(&json, None).unwrap();
        assert!(members.overflow);
        assert_eq!(members.entries.len(), MEMBERS_MAX);
        let json = format!("{{\"l\":[{}0]}}", "0,".repeat(20_000));
        let List::Items { kept, dropped } = Members::read(&json, Some("l")).unwrap().list else { panic!() };
        assert_eq!((kept.len(), dropped), (10_100, 9_901));
    }

    #[test]
    fn a_list_of_another_type_is_told() {
        for other in ["1", "-1", "1.5", "true", "null", "\"x\"", "\"\\n\"", "{\"a\":[{}]}"] {
            let json = format!("{{\"l\":{other},\"z\":1}}");
            let members = Members::read(&json, Some("l")).unwrap();
            assert!(matches!(members.list, List::Other), "{other}");
            assert!(members.get("z").is_some());
        }
        assert!(Members::read("{\"l\":[1}", Some("l")).is_err());
        assert!(Members::read("{} x", None).is_err());
    }
}
