//! What a JSON parser says, in words of JSON: its messages name the types of this program (`struct Order`, `u32`), which tell
//! a client nothing.

/// `message` of a deserializer without the names of types.
pub(crate) fn plain(message: &str) -> String {
    let (said, place) = match message.rfind(" at line ") {
        Some(at) => message.split_at(at),
        None => (message, ""),
    };
    format!("{}{place}", sentence(said))
}

fn sentence(said: &str) -> String {
    if said.starts_with("data did not match any variant") {
        return "the value has none of the shapes that are known here".to_owned();
    }
    // What was found comes first and may hold anything, for it is the client's.
    let Some((found, expected)) = said.rsplit_once(", expected ") else { return said.to_owned() };
    let found = match found.split_once(": ") {
        Some((fault @ ("invalid type" | "invalid value"), what)) => format!("{fault}: {}", json_word(what)),
        _ => found.to_owned(),
    };
    format!("{found}, expected {}", expectation(expected))
}

/// What was found, where it is named by its kind alone.
fn json_word(found: &str) -> &str {
    match found {
        "map" => "an object",
        "sequence" => "an array",
        "unit value" => "null",
        other => other,
    }
}

/// What is wanted, by the type that was named.
fn expectation(expected: &str) -> String {
    let whole = |least: &str, most: &str| format!("a whole number from {least} to {most}");
    let word = match expected {
        "u8" => return whole("0", "255"),
        "u16" => return whole("0", "65535"),
        "u32" => return whole("0", "4294967295"),
        "u64" | "u128" | "usize" => "a whole number that is not negative",
        "i8" => return whole("-128", "127"),
        "i16" => return whole("-32768", "32767"),
        "i32" => return whole("-2147483648", "2147483647"),
        "i64" | "i128" | "isize" => "a whole number",
        "f32" | "f64" => "a number",
        "a sequence" => "an array",
        "a map" => "an object",
        "a borrowed string" | "str" | "string" => "a string",
        "a boolean" | "bool" => "true or false",
        "unit" => "null",
        "option" => "a value or null",
        "a character" | "char" => "a string of one character",
        other => return named(other),
    };
    word.to_owned()
}

/// Kinds that come with the name of a type.
fn named(expected: &str) -> String {
    let starts = |words: &[&str]| words.iter().any(|word| expected.starts_with(word));
    let word = match expected {
        _ if starts(&["struct variant", "struct ", "internally tagged enum", "adjacently tagged enum"]) => {
            "an object"
        }
        _ if starts(&["tuple ", "a tuple of size", "an array of length"]) => "an array of the right length",
        _ if starts(&["unit struct", "unit variant"]) => "null",
        _ if starts(&["enum ", "variant "]) => "one of the values that are known here",
        _ if starts(&["newtype ", "any value of type"])
            || expected.contains("::")
            || expected.contains('<') =>
        {
            "another kind of value"
        }
        // Ours, or a list of names: `one of `a`, `b``.
        other => other,
    };
    word.to_owned()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use serde::Deserialize;

    use super::*;

    #[derive(Debug, Deserialize)]
    #[allow(dead_code, reason = "only its shape matters")]
    struct Inner {
        number: u32,
        pair: (u8, u8),
        list: Vec<u8>,
        map: BTreeMap<String, f64>,
        word: Word,
        either: Either,
        flag: bool,
        signed: i64,
        none: (),
        text: String,
    }

    #[derive(Debug, Deserialize)]
    #[serde(rename_all = "snake_case")]
    enum Word {
        Up,
        Down,
    }

    #[derive(Debug, Deserialize)]
    #[serde(untagged)]
    #[allow(dead_code, reason = "only its shape matters")]
    enum Either {
        Number(u8),
        Text(String),
    }

    const GOOD: &str = r#"{"number":1,"pair":[1,2],"list":[1],"map":{"a":1.5},"word":"up","either":1,"flag":true,"signed":-1,"none":null,"text":"a"}"#;

    #[test]
    fn no_value_makes_it_name_a_type() {
        let good: serde_json::Value = serde_json::from_str(GOOD).unwrap();
        assert!(serde_json::from_value::<Inner>(good.clone()).is_ok());
        let others =
            ["null", "true", "-1", "300", "1.5", "\"x\"", "[]", "[1,2,3]", "{}", "{\"a\":{}}", "4294967296"];
        let mut seen = 0;
        let mut check = |given: &serde_json::Value| {
            let Err(error) = serde_json::from_str::<Inner>(&given.to_string()) else { return };
            let said = plain(&error.to_string());
            seen += 1;
            for word in [
                "struct", "enum", "tuple", "u8", "u32", "i64", "f64", "Inner", "Word", "Either", "sequence",
                "::", "unit", "a map", ": map",
            ] {
                assert!(!said.contains(word), "{word} in {said}: {given}");
            }
        };
        for other in others.map(|text| serde_json::from_str::<serde_json::Value>(text).unwrap()) {
            check(&other);
            for name in good.as_object().unwrap().keys() {
                let mut changed = good.clone();
                changed[name] = other.clone();
                check(&changed);
                changed.as_object_mut().unwrap().remove(name);
                check(&changed);
            }
        }
        assert!(seen > 80, "{seen} refusals");
    }

    #[test]
    fn what_the_client_sent_stays_as_it_is() {
        let check = |message: &str, expected: &str| assert_eq!(plain(message), expected);
        check(
            "invalid type: string \"a, expected struct X\", expected u8 at line 1 column 3",
            "invalid type: string \"a, expected struct X\", expected a whole number from 0 to 255 at line 1 column 3",
        );
        check("missing field `sku` at line 1 column 2", "missing field `sku` at line 1 column 2");
        check("unknown field `x`, expected `a` or `b`", "unknown field `x`, expected `a` or `b`");
        check("invalid type: sequence, expected struct Order", "invalid type: an array, expected an object");
    }
}
