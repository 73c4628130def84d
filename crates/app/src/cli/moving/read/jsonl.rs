//! A JSON object a line, as the admin API takes it. Empty lines are passed over.

use serde_json::value::RawValue;

use super::lines::{Line, Lines};
use super::{Input, Item, Items};

/// Items of such a file.
pub(super) struct JsonLines(Lines);

impl JsonLines {
    pub(super) fn new(input: Input) -> Self {
        Self(Lines::new(input))
    }
}

impl Items for JsonLines {
    fn next(&mut self) -> anyhow::Result<Option<Item>> {
        while let Some((line, found)) = self.0.next()? {
            let value = match found {
                Line::Text(text) if text.trim().is_empty() => continue,
                Line::Text(text) => object(text),
                Line::Bad(why) => Err(why),
            };
            return Ok(Some(Item { line, value }));
        }
        Ok(None)
    }
}

fn object(text: &str) -> Result<Box<RawValue>, String> {
    match serde_json::from_str::<Box<RawValue>>(text) {
        Ok(value) if value.get().starts_with('{') => Ok(value),
        Ok(_) => Err("the line is no JSON object".to_owned()),
        Err(error) => Err(format!("the line is no JSON: {error}")),
    }
}
