//! Products as rows of kassa's CSV, which [`read`](crate::cli::moving::read) describes.

use kassa_model::Money;
use serde::Deserialize;
use serde_json::Value;
use serde_json::value::RawValue;

use super::cells::safe;

/// The header.
pub(super) const COLUMNS: [&str; 25] = [
    "slug",
    "name",
    "status",
    "category",
    "category_path",
    "description",
    "release_date",
    "image_url",
    "options",
    "attributes",
    "images",
    "sku",
    "option1",
    "option2",
    "option3",
    "title",
    "price",
    "currency",
    "cost",
    "barcode",
    "weight_g",
    "track_stock",
    "archived",
    "on_hand",
    "low_stock_at",
];

/// Columns of the product, which are empty in the rows of further variants.
const OF_PRODUCT: usize = 11;

/// The attributes of a product as a text of JSON: their numbers keep their digits.
#[derive(Debug, Deserialize)]
struct Attributes {
    attributes: Option<Box<RawValue>>,
}

/// A row for each variant.
///
/// # Errors
/// The item is no product.
pub(super) fn rows(item: &str) -> Result<Vec<Vec<String>>, serde_json::Error> {
    let attributes = serde_json::from_str::<Attributes>(item)?.attributes;
    let item: Value = serde_json::from_str(item)?;
    let variants = item["variants"].as_array().map(Vec::as_slice).unwrap_or_default();
    let mut rows = Vec::with_capacity(variants.len());
    for (place, variant) in variants.iter().enumerate() {
        let mut row = match place {
            0 => product(&item, attributes.as_deref()),
            _ => {
                let mut row = vec![String::new(); OF_PRODUCT];
                row[0] = text(&item["slug"]);
                row
            }
        };
        row.extend(cells(variant));
        rows.push(row);
    }
    Ok(rows)
}

fn product(item: &Value, attributes: Option<&RawValue>) -> Vec<String> {
    let texts = ["slug", "name", "status", "category"].map(|name| text(&item[name]));
    let more = ["description", "release_date", "image_url"].map(|name| text(&item[name]));
    let attributes = attributes.map(RawValue::get).filter(|text| *text != "{}").unwrap_or_default();
    let path = [json(&item["category_path"])];
    let lists = [json(&item["options"]), attributes.to_owned(), json(&item["images"])];
    texts.into_iter().chain(path).chain(more).chain(lists).collect()
}

fn cells(variant: &Value) -> Vec<String> {
    let option = |place: usize| text(&variant["options"][place]);
    let mut cells = vec![text(&variant["sku"]), option(0), option(1), option(2), text(&variant["title"])];
    cells.push(decimal(&variant["price"]));
    cells.push(text(&variant["price"]["currency"]));
    cells.push(decimal(&variant["cost"]));
    cells.push(text(&variant["barcode"]));
    let plain = ["weight_g", "track_stock", "archived", "on_hand", "low_stock_at"];
    cells.extend(plain.map(|name| json(&variant[name])));
    cells
}

/// A text, as a cell that no spreadsheet runs.
fn text(value: &Value) -> String {
    value.as_str().map(|text| safe(text).into_owned()).unwrap_or_default()
}

/// A number, a list or an object; empty for nothing.
fn json(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::Array(list) if list.is_empty() => String::new(),
        Value::Object(members) if members.is_empty() => String::new(),
        value => value.to_string(),
    }
}

/// An amount in its currency's own digits.
fn decimal(value: &Value) -> String {
    serde_json::from_value::<Money>(value.clone()).map(|money| money.to_decimal()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_row_for_each_variant() {
        let item = json!({"slug": "shirt", "name": "=Shirt", "status": "active", "options": ["Size"], "attributes": {"a": 1},
            "variants": [
                {"sku": "s", "options": ["S"], "price": {"amount_minor": 1_950, "currency": "EUR"}, "track_stock": true, "on_hand": 3},
                {"sku": "m", "options": ["M"], "price": {"amount_minor": 2_000, "currency": "EUR"}, "track_stock": false}]});
        let rows = rows(&item.to_string()).unwrap();
        assert!(rows.iter().all(|row| row.len() == COLUMNS.len()), "{rows:?}");
        assert_eq!((rows[0][1].as_str(), rows[1][1].as_str()), ("'=Shirt", ""));
        assert_eq!((rows[0][16].as_str(), rows[1][16].as_str()), ("19.5", "20"));
        assert_eq!((rows[1][0].as_str(), rows[1][11].as_str(), rows[0][23].as_str()), ("shirt", "m", "3"));
    }
}
