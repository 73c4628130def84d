//! Products of system C as `mongoexport` writes them: extended JSON, a document a line. The document's id becomes the SKU and stays as
//! the attribute `mongo_id`.
//!
//! ```json
//! {"_id":{"$oid":"65f0c0ffee00000000000001"},"name":"Mug","price":9.5,"createdAt":{"$date":"2024-05-01T10:00:00Z"}}
//! ```

use kassa_model::{Currency, Money};
use serde::Deserialize;
use serde_json::json;
use serde_json::value::RawValue;

use super::lines::{Line, Lines};
use super::{Input, Item, Items, raw};

/// What one document says, as an item of kassa's own.
type Read = fn(&str, Currency) -> Result<Box<RawValue>, String>;

/// Documents of a file of `mongoexport`.
pub(super) struct Mongo {
    lines: Lines,
    currency: Currency,
    read: Read,
}

#[derive(Debug, Deserialize)]
struct Document {
    #[serde(rename = "_id")]
    id: Id,
    name: String,
    price: Box<RawValue>,
}

/// The id of a document.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct Id {
    #[serde(rename = "$oid")]
    pub(super) oid: String,
}

/// A number that extended JSON has wrapped.
#[derive(Debug, Deserialize)]
struct Wrapped {
    #[serde(alias = "$numberDouble", alias = "$numberDecimal", alias = "$numberInt", alias = "$numberLong")]
    number: String,
}

impl Mongo {
    /// Products.
    pub(super) fn products(input: Input, currency: Currency) -> Self {
        Self::new(input, currency, product)
    }

    pub(super) fn new(input: Input, currency: Currency, read: Read) -> Self {
        Self { lines: Lines::new(input), currency, read }
    }
}

impl Items for Mongo {
    fn next(&mut self) -> anyhow::Result<Option<Item>> {
        while let Some((line, found)) = self.lines.next()? {
            let value = match found {
                Line::Text(text) if text.trim().is_empty() => continue,
                Line::Text(text) => (self.read)(text, self.currency),
                Line::Bad(why) => Err(why),
            };
            return Ok(Some(Item { line, value }));
        }
        Ok(None)
    }
}

fn product(text: &str, currency: Currency) -> Result<Box<RawValue>, String> {
    let document: Document = serde_json::from_str(text)
        .map_err(|error| format!("the line is no product of mongoexport: {error}"))?;
    let price =
        Money::parse(&number(&document.price), currency).map_err(|error| format!("price: {error}"))?;
    let oid = document.id.oid;
    raw(&json!({"name": document.name, "attributes": {"mongo_id": oid},
        "variants": [{"sku": format!("c-{oid}"), "price": price, "track_stock": false}]}))
}

/// The digits of a number, wrapped or not.
pub(super) fn number(raw: &RawValue) -> String {
    match serde_json::from_str::<Wrapped>(raw.get()) {
        Ok(wrapped) => wrapped.number,
        Err(_) => raw.get().trim_matches('"').to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_document_is_a_product() {
        let check = |text: &str, expected: Option<i64>| {
            let found = product(text, "USD".parse().unwrap()).ok();
            let value = found.map(|raw| serde_json::from_str::<serde_json::Value>(raw.get()).unwrap());
            let price =
                value.as_ref().and_then(|value| value["variants"][0]["price"]["amount_minor"].as_i64());
            assert_eq!(price, expected, "{text}");
            assert!(value.is_none_or(|value| value["variants"][0]["sku"] == "c-65f0"));
        };
        check(r#"{"_id":{"$oid":"65f0"},"name":"Mug","price":9.5,"__v":0}"#, Some(950));
        check(r#"{"_id":{"$oid":"65f0"},"name":"Mug","price":{"$numberDouble":"9.5"}}"#, Some(950));
        check(r#"{"_id":{"$oid":"65f0"},"name":"Mug","price":{"$numberInt":"9"}}"#, Some(900));
        check(r#"{"_id":{"$oid":"65f0"},"name":"Mug","price":9.555}"#, None);
        check(r#"{"name":"Mug","price":9.5}"#, None);
        check("[]", None);
    }
}
