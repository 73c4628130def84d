//! Files of tests.

use serde_json::Value;

use super::{Input, Items};

/// A file of this text.
pub(super) fn input(text: &str) -> Input {
    Box::new(std::io::Cursor::new(text.as_bytes().to_vec()))
}

/// All its items.
pub(super) fn all(items: &mut dyn Items) -> Vec<Result<Value, String>> {
    let mut found = Vec::new();
    while let Some(item) = items.next().unwrap() {
        found.push(item.value.map(|raw| serde_json::from_str(raw.get()).unwrap()));
    }
    found
}
