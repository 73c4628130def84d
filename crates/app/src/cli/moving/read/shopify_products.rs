//! Shopify's CSV of products: rows of one handle are one product. The first has what is the product's; each with a price is a variant,
//! the others have further pictures.
//!
//! ```csv
//! Handle,Title,Body (HTML),Vendor,Product Category,Type,Tags,Published,Option1 Name,Option1 Value,Variant SKU,Variant Grams,Variant Inventory Tracker,Variant Inventory Qty,Variant Price,Variant Compare At Price,Variant Barcode,Image Src,Image Alt Text,Cost per item,Status
//! shirt,Shirt,<p>Of linen</p>,Acme,,Shirts,"summer, linen",true,Size,S,shirt-s,180,shopify,12,19.00,,4006381333931,https://cdn.shopify.com/shirt.jpg,A shirt,7.00,active
//! ```
//! The picture's address stays where it is: nothing is fetched. Vendor, tags and product category become attributes.

use kassa_model::Currency;
use serde_json::{Map, Value, json};

use super::cells::{flag, integer, money, text};
use super::html::plain;
use super::table::{Cells, Table};
use super::{Input, Item, Items, raw};

/// The most rows of a product: variants, and pictures beyond.
const ROWS_MAX: usize = 1_000;

/// Products of such a file.
pub(super) struct ShopifyProducts {
    table: Table,
    currency: Currency,
}

impl ShopifyProducts {
    /// # Errors
    /// The file cannot be read, or lacks a column.
    pub(super) fn new(input: Input, currency: Currency) -> anyhow::Result<Self> {
        let table = Table::new(input)?;
        table.require(&["Handle", "Title", "Variant Price"], "Shopify's CSV of products")?;
        Ok(Self { table, currency })
    }
}

impl Items for ShopifyProducts {
    fn next(&mut self) -> anyhow::Result<Option<Item>> {
        let Some((line, rows)) = self.table.rows_of("Handle", (ROWS_MAX, "a product"))? else {
            return Ok(None);
        };
        let value = rows.and_then(|rows| raw(&product(&rows, self.currency)?));
        Ok(Some(Item { line, value }))
    }
}

fn product(rows: &[Cells], currency: Currency) -> Result<Value, String> {
    let Some(first) = rows.first() else { return Err("there is no row".to_owned()) };
    first.word("Handle").ok_or("Handle is missing")?;
    let title = first.word("Title").ok_or("Title is missing")?;
    let sold: Vec<&Cells> = rows.iter().filter(|row| row.word("Variant Price").is_some()).collect();
    if sold.is_empty() {
        return Err("Variant Price is missing".to_owned());
    }
    let names = option_names(first, sold.len());
    let variants =
        sold.iter().map(|row| variant(row, (names.len(), currency))).collect::<Result<Vec<_>, _>>()?;
    let mut item = Map::new();
    item.insert("name".to_owned(), title.into());
    item.insert("slug".to_owned(), json!(first.word("Handle").and_then(slug)));
    item.insert("status".to_owned(), status(first)?.into());
    item.insert("category".to_owned(), json!(first.word("Type").or(first.word("Product Category"))));
    item.insert("description".to_owned(), json!(first.get("Body (HTML)").and_then(plain)));
    item.insert("image_url".to_owned(), json!(rows.iter().find_map(|row| row.word("Image Src"))));
    item.insert("options".to_owned(), json!(names));
    item.insert("attributes".to_owned(), attributes(first));
    item.insert("variants".to_owned(), variants.into());
    Ok(Value::Object(item))
}

/// What variants differ in; Shopify calls the option of a product without any `Title`.
fn option_names(first: &Cells, variants: usize) -> Vec<&str> {
    let names = ["Option1 Name", "Option2 Name", "Option3 Name"];
    let names: Vec<&str> = names.iter().filter_map(|name| first.word(name)).collect();
    let is_plain = variants == 1
        && names == ["Title"]
        && first.word("Option1 Value").is_none_or(|value| value == "Default Title");
    if is_plain { Vec::new() } else { names }
}

fn variant(row: &Cells, (options, currency): (usize, Currency)) -> Result<Value, String> {
    let values = ["Option1 Value", "Option2 Value", "Option3 Value"];
    let values: Vec<&str> = values.iter().take(options).filter_map(|name| row.word(name)).collect();
    let is_tracked = row.word("Variant Inventory Tracker").is_some();
    let mut item = Map::new();
    item.insert("sku".to_owned(), json!(row.word("Variant SKU").map(|sku| sku.trim_start_matches('\''))));
    item.insert("options".to_owned(), json!(values));
    item.insert(
        "price".to_owned(),
        money(row, "Variant Price", currency)?.ok_or("Variant Price is missing")?,
    );
    item.insert("cost".to_owned(), json!(money(row, "Cost per item", currency)?));
    item.insert(
        "barcode".to_owned(),
        json!(row.word("Variant Barcode").map(|code| code.trim_start_matches('\''))),
    );
    item.insert("weight_g".to_owned(), json!(grams(row)?));
    item.insert("track_stock".to_owned(), is_tracked.into());
    // What is sold before it is there counts below nothing at Shopify.
    let on_hand = integer(row, "Variant Inventory Qty")?.map(|on_hand| on_hand.max(0));
    item.insert("on_hand".to_owned(), json!(on_hand.filter(|_| is_tracked)));
    Ok(Value::Object(item))
}

/// The weight, whose fraction of a gram is cut off.
fn grams(row: &Cells) -> Result<Option<i64>, String> {
    let Some(text) = row.word("Variant Grams") else { return Ok(None) };
    let whole = text.split('.').next().unwrap_or(text);
    let grams: i64 = whole.parse().map_err(|_| format!("Variant Grams: {text:?} is no number"))?;
    Ok((grams > 0).then_some(grams))
}

fn status(first: &Cells) -> Result<&'static str, String> {
    let is_published = flag(first, "Published")?.unwrap_or(true);
    Ok(match first.word("Status").map(str::to_ascii_lowercase).as_deref() {
        Some("archived") => "archived",
        Some("draft") => "draft",
        _ if is_published => "active",
        _ => "draft",
    })
}

/// A handle that kassa takes for a slug; of another the name makes one.
fn slug(handle: &str) -> Option<String> {
    let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    let is_slug = handle.len() <= 80
        && handle.chars().all(plain)
        && !handle.starts_with('-')
        && !handle.ends_with('-')
        && !handle.contains("--");
    is_slug.then(|| handle.to_owned())
}

fn attributes(first: &Cells) -> Value {
    let mut attributes = Map::new();
    for (name, column) in [("vendor", "Vendor"), ("tags", "Tags"), ("product_category", "Product Category")] {
        if let Some(text) = text(first, column) {
            attributes.insert(name.to_owned(), text.into());
        }
    }
    Value::Object(attributes)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all(text: &str) -> Vec<Item> {
        let input = Box::new(std::io::Cursor::new(text.to_owned().into_bytes()));
        let mut products = ShopifyProducts::new(input, "EUR".parse().unwrap()).unwrap();
        let mut found = Vec::new();
        while let Some(item) = products.next().unwrap() {
            found.push(item);
        }
        found
    }

    #[test]
    fn rows_of_a_handle_are_a_product() {
        let found = all(
            "Handle,Title,Body (HTML),Vendor,Type,Tags,Published,Option1 Name,Option1 Value,Variant SKU,Variant Grams,\
             Variant Inventory Tracker,Variant Inventory Qty,Variant Price,Image Src,Cost per item,Status\n\
             shirt,Shirt,<p>Of <b>linen</b></p>,Acme,Shirts,\"a, b\",true,Size,S,shirt-s,180,shopify,12,19.00,https://cdn.example/a.jpg,7.00,active\n\
             shirt,,,,,,,,M,shirt-m,190.5,shopify,-2,21.50,https://cdn.example/b.jpg,,\n\
             shirt,,,,,,,,,,,,,,https://cdn.example/c.jpg,,\n\
             gift,Gift card,,,,,false,Title,Default Title,,0,,,10.00,,,draft\n\
             bad,Bad,,,,,true,Title,Default Title,,0,,,ten,,,active\n",
        );
        let value = |item: &Item| serde_json::from_str::<Value>(item.value.as_ref().unwrap().get()).unwrap();
        let first = value(&found[0]);
        assert_eq!(first["variants"].as_array().unwrap().len(), 2);
        assert_eq!((&first["slug"], &first["description"]), (&json!("shirt"), &json!("Of linen")));
        assert_eq!(first["variants"][1]["price"], json!({"amount_minor": 2_150, "currency": "EUR"}));
        assert_eq!(
            (&first["variants"][1]["on_hand"], &first["variants"][1]["weight_g"]),
            (&json!(0), &json!(190))
        );
        let gift = value(&found[1]);
        assert_eq!((&gift["status"], &gift["options"]), (&json!("draft"), &json!([])));
        assert_eq!(gift["variants"][0]["track_stock"], json!(false));
        assert!(found[2].value.as_ref().unwrap_err().contains("Variant Price"), "{:?}", found[2]);
        assert_eq!(found.iter().map(|item| item.line).collect::<Vec<_>>(), [2, 5, 6]);
    }
}
