//! Events that nobody did: whether the client says so of one, in the words of those who have such a mark.
//!
//! ```text
//! "interactive": false                                  kassa, Plausible
//! "nonInteraction": 1, "non_interaction": true, "ni": 1  Google Analytics, and Segment's way there
//! "non_interactive": true, "nonInteractive": true       their like
//! ```
//! Every dialect keeps fields that it does not know as properties, Segment those of `properties` too, so one look at the
//! properties finds the mark whichever way the event came.

use std::borrow::Cow;
use std::collections::BTreeMap;

use serde_json::value::RawValue;

/// What is in the name of every mark but the one that is as short as it can be.
const COMMON: &str = "nteracti";
const SHORT: &str = "\"ni\"";

/// Whether the properties, the text of a JSON object, say that nobody did it.
pub(super) fn is_marked(props: &str) -> bool {
    // Hardly any event has one, so that its properties need not be read.
    if !props.contains(COMMON) && !props.contains(SHORT) {
        return false;
    }
    let members: BTreeMap<Cow<'_, str>, &RawValue> = serde_json::from_str(props).unwrap_or_default();
    members.into_iter().any(|(key, value)| match key.as_ref() {
        "interactive" => says(value, ["false", "0"]),
        "ni" | "nonInteraction" | "non_interaction" | "nonInteractive" | "non_interactive" => {
            says(value, ["true", "1"])
        }
        _ => false,
    })
}

/// Whether it is one of these words, as it stands or as a text.
fn says(value: &RawValue, words: [&str; 2]) -> bool {
    let word = value.get().trim_matches('"');
    words.iter().any(|said| said.eq_ignore_ascii_case(word))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_the_mark_in_all_spellings() {
        let check = |props: &str, expected: bool| assert_eq!(is_marked(props), expected, "{props}");
        check(r#"{"interactive":false}"#, true);
        check(r#"{"a":1,"interactive":"false"}"#, true);
        check(r#"{"interactive":0}"#, true);
        check(r#"{"nonInteraction":1}"#, true);
        check(r#"{"nonInteraction":true,"interactive":true}"#, true);
        check(r#"{"non_interaction":"TRUE"}"#, true);
        check(r#"{"non_interactive":true}"#, true);
        check(r#"{"nonInteractive":"1"}"#, true);
        check(r#"{"ni":1}"#, true);
        check(r#"{"a":{"ni":1},"ni":0}"#, false);
        check("{}", false);
        check(r#"{"interactive":true}"#, false);
        check(r#"{"interactive":null}"#, false);
        check(r#"{"nonInteraction":0}"#, false);
        check(r#"{"non_interaction":false}"#, false);
        check(r#"{"deep":{"interactive":false}}"#, false);
        check(r#"{"said":"\"interactive\":false"}"#, false);
    }
}
