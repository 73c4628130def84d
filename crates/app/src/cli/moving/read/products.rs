//! kassa's own CSV of products: a row for each variant. Rows that follow each other with the same slug are one product, of which the
//! first says all that is the product's.
//!
//! ```csv
//! slug,name,status,category,category_path,description,release_date,image_url,options,attributes,images,sku,option1,option2,option3,title,price,currency,cost,barcode,weight_g,track_stock,archived,on_hand,low_stock_at
//! shirt,Shirt,active,Shirts,,Of linen,,,"[""Size""]","{""colour"":""red""}",,shirt-s,S,,,,19,EUR,7,,180,true,false,12,5
//! shirt,,,,,,,,,,,shirt-m,M,,,,19,EUR,7,,190,true,false,3,5
//! ```

use std::collections::BTreeMap;

use kassa_model::Currency;
use serde_json::value::RawValue;
use serde_json::{Map, Value, json};

use super::cells::{currency, flag, integer, money, parsed, text};
use super::table::{Cells, Table};
use super::{Input, Item, Items, raw};

/// The most rows of a product.
const ROWS_MAX: usize = 500;
/// Columns of a variant's values of its product's options.
const OPTIONS: [&str; 3] = ["option1", "option2", "option3"];

/// Products of such a file.
pub(super) struct Products {
    table: Table,
    /// Of prices that name none.
    currency: Currency,
}

impl Products {
    /// # Errors
    /// The file cannot be read, or lacks a column.
    pub(super) fn new(input: Input, currency: Currency) -> anyhow::Result<Self> {
        let table = Table::new(input)?;
        table.require(&["name", "price"], "kassa's CSV of products")?;
        Ok(Self { table, currency })
    }
}

impl Items for Products {
    fn next(&mut self) -> anyhow::Result<Option<Item>> {
        let Some((line, rows)) = self.table.rows_of("slug", (ROWS_MAX, "a product"))? else {
            return Ok(None);
        };
        let value = rows.and_then(|rows| product(&rows, self.currency));
        Ok(Some(Item { line, value }))
    }
}

fn product(rows: &[Cells], fallback: Currency) -> Result<Box<RawValue>, String> {
    let Some(first) = rows.first() else { return Err("there is no row".to_owned()) };
    let mut item: BTreeMap<&str, Box<RawValue>> = BTreeMap::new();
    for name in ["slug", "name", "status", "category", "description", "release_date", "image_url"] {
        if let Some(text) = text(first, name) {
            item.insert(name, raw(&text)?);
        }
    }
    for name in ["category_path", "options", "attributes", "images"] {
        if let Some(value) = parsed(first, name)? {
            item.insert(name, value);
        }
    }
    let variants = rows.iter().map(|row| variant(row, fallback)).collect::<Result<Vec<_>, _>>()?;
    item.insert("variants", raw(&variants)?);
    raw(&item)
}

fn variant(row: &Cells, fallback: Currency) -> Result<Value, String> {
    let currency = currency(row, "currency", fallback)?;
    let price = money(row, "price", currency)?.ok_or("price is missing")?;
    let options: Vec<&str> = OPTIONS.iter().filter_map(|name| text(row, name)).collect();
    let mut item = Map::new();
    for name in ["sku", "title", "barcode"] {
        if let Some(text) = text(row, name) {
            item.insert(name.to_owned(), text.into());
        }
    }
    item.insert("price".to_owned(), price);
    item.insert("options".to_owned(), json!(options));
    for (name, value) in [
        ("cost", money(row, "cost", currency)?),
        ("weight_g", integer(row, "weight_g")?.map(Value::from)),
        ("track_stock", flag(row, "track_stock")?.map(Value::from)),
        ("archived", flag(row, "archived")?.map(Value::from)),
        ("on_hand", integer(row, "on_hand")?.map(Value::from)),
        ("low_stock_at", integer(row, "low_stock_at")?.map(Value::from)),
    ] {
        if let Some(value) = value {
            item.insert(name.to_owned(), value);
        }
    }
    Ok(Value::Object(item))
}
