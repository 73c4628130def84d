//! What of a thing was changed: its members before and after, without those that are the same.

use serde_json::{Map, Value};

use super::actor::bounded;

/// How a thing was and is, each as JSON: the members that differ. `None`: it was not, or is no more.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Difference {
    /// Before the change.
    pub before: Option<String>,
    /// After it.
    pub after: Option<String>,
}

impl Difference {
    /// Of a thing as it was and as it is; `null` where it is not.
    pub fn of(before: &Value, after: &Value) -> Self {
        let (before, after) = differing(before, after);
        let text = |value: Value| (!value.is_null()).then(|| bounded(value.to_string()));
        Self { before: text(before), after: text(after) }
    }
}

/// Objects member by member, all else whole.
fn differing(before: &Value, after: &Value) -> (Value, Value) {
    let (Value::Object(old), Value::Object(new)) = (before, after) else {
        return (before.clone(), after.clone());
    };
    let (mut was, mut is) = (Map::new(), Map::new());
    for (name, value) in old {
        match new.get(name) {
            Some(other) if other == value => {}
            Some(other) => {
                let (one, two) = differing(value, other);
                was.insert(name.clone(), one);
                is.insert(name.clone(), two);
            }
            None => drop(was.insert(name.clone(), value.clone())),
        }
    }
    for (name, value) in new.iter().filter(|(name, _)| !old.contains_key(*name)) {
        is.insert(name.clone(), value.clone());
    }
    (Value::Object(was), Value::Object(is))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::changes::actor::{TEXT_BYTES_MAX, TOO_LONG};

    fn of(before: &Value, after: &Value) -> (Option<String>, Option<String>) {
        let Difference { before, after } = Difference::of(before, after);
        (before, after)
    }

    #[test]
    fn only_what_differs_is_kept() {
        let before = json!({"a": 1, "b": {"c": 2, "d": 3}, "e": [1, 2], "gone": true});
        let after = json!({"a": 1, "b": {"c": 2, "d": 4}, "e": [1, 3], "new": null});
        let was = json!({"b": {"d": 3}, "e": [1, 2], "gone": true}).to_string();
        let is = json!({"b": {"d": 4}, "e": [1, 3], "new": null}).to_string();
        assert_eq!(of(&before, &after), (Some(was), Some(is)));
    }

    #[test]
    fn what_was_not_and_what_is_no_more() {
        let thing = json!({"a": 1});
        assert_eq!(of(&Value::Null, &thing), (None, Some(thing.to_string())));
        assert_eq!(of(&thing, &Value::Null), (Some(thing.to_string()), None));
        assert_eq!(of(&thing, &thing), (Some("{}".to_owned()), Some("{}".to_owned())));
    }

    #[test]
    fn of_what_is_too_long_only_that() {
        let long = json!({"a": "x".repeat(TEXT_BYTES_MAX)});
        assert_eq!(of(&Value::Null, &long).1.as_deref(), Some(TOO_LONG));
    }
}
