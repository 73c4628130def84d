//! WooCommerce's CSV of products: a row for each. One of the type `variable` has its variants in rows of the type `variation` whose
//! `Parent` is its SKU, or its number as `id:12`; they follow it.
//!
//! ```csv
//! ID,Type,SKU,Name,Published,Short description,Description,In stock?,Stock,Weight (kg),Regular price,Sale price,Categories,Tags,Images,Parent,Attribute 1 name,Attribute 1 value(s)
//! 11,variable,shirt,Shirt,1,,Of linen,1,,,,,"Clothes > Shirts",summer,https://shop.example/shirt.jpg,,Size,"S, M"
//! 12,variation,shirt-s,Shirt - S,1,,,1,12,0.18,19,,,,,shirt,Size,S
//! ```
//! The picture's address stays where it is: nothing is fetched. The regular price counts, not that of a sale.

use kassa_model::Currency;
use serde_json::{Map, Value, json};

use super::cells::{integer, money, text, unquoted};
use super::html::plain;
use super::table::{Cells, Table};
use super::{Input, Item, Items, raw};

/// The most variants of a product.
const VARIANTS_MAX: usize = 500;

/// Products of such a file.
pub(super) struct WooProducts {
    table: Table,
    currency: Currency,
}

impl WooProducts {
    /// # Errors
    /// The file cannot be read, or lacks a column.
    pub(super) fn new(input: Input, currency: Currency) -> anyhow::Result<Self> {
        let table = Table::new(input)?;
        table.require(&["Type", "Name", "Regular price"], "WooCommerce's CSV of products")?;
        Ok(Self { table, currency })
    }

    /// The variations that follow a product.
    fn variations(&mut self, parent: &Cells) -> anyhow::Result<Result<Vec<Cells>, String>> {
        let names = [parent.word("SKU").map(str::to_owned), parent.word("ID").map(|id| format!("id:{id}"))];
        let mut found = Ok(Vec::new());
        while let Some(next) = self.table.peek()?
            && next.word("Type").is_some_and(|kind| kind.starts_with("variation"))
            && names.iter().flatten().any(|name| next.word("Parent") == Some(name))
        {
            let Some(next) = self.table.next()? else { break };
            match (&mut found, next.cells) {
                (Ok(rows), Ok(cells)) if rows.len() < VARIANTS_MAX => rows.push(cells),
                (Ok(_), Ok(_)) => found = Err(format!("a product has at most {VARIANTS_MAX} variations")),
                (Ok(_), Err(why)) => found = Err(format!("line {}: {why}", next.line)),
                (Err(_), _) => {}
            }
        }
        Ok(found)
    }
}

impl Items for WooProducts {
    fn next(&mut self) -> anyhow::Result<Option<Item>> {
        let Some(row) = self.table.next()? else { return Ok(None) };
        let line = row.line;
        let value = match row.cells {
            Err(why) => Err(why),
            Ok(cells) => match cells.word("Type").unwrap_or("simple") {
                kind if kind.starts_with("variation") => {
                    Err("a variation stands behind its product: there is none of this Parent".to_owned())
                }
                kind if kind.starts_with("grouped") => Err("a group of products is none itself".to_owned()),
                _ => {
                    let variations = self.variations(&cells)?;
                    variations.and_then(|rows| raw(&product(&cells, &rows, self.currency)?))
                }
            },
        };
        Ok(Some(Item { line, value }))
    }
}

fn product(row: &Cells, variations: &[Cells], currency: Currency) -> Result<Value, String> {
    let name = text(row, "Name").ok_or("Name is missing")?;
    let names: Vec<&str> = match variations {
        [] => Vec::new(),
        _ => (1..=3).filter_map(|number| row.word(ATTRIBUTES[number - 1].0)).collect(),
    };
    let sold: Vec<&Cells> = if variations.is_empty() { vec![row] } else { variations.iter().collect() };
    let variants =
        sold.iter().map(|row| variant(row, (names.len(), currency))).collect::<Result<Vec<_>, _>>()?;
    let described = row.get("Description").or(row.get("Short description"));
    let mut item = Map::new();
    item.insert("name".to_owned(), name.into());
    item.insert(
        "status".to_owned(),
        if row.word("Published") == Some("1") { "active" } else { "draft" }.into(),
    );
    if let Some(path) = row.get("Categories").and_then(category_path) {
        item.insert("category_path".to_owned(), path);
    }
    let described = described.map(|text| unquoted(text).replace("\\n", "\n"));
    item.insert("description".to_owned(), json!(described.as_deref().and_then(plain)));
    let image = row.word("Images").and_then(|images| images.split(',').next()).map(str::trim);
    item.insert("image_url".to_owned(), json!(image));
    item.insert("options".to_owned(), json!(names));
    let tags = row.word("Tags").map(|tags| json!({ "tags": tags }));
    item.insert("attributes".to_owned(), tags.unwrap_or_else(|| json!({})));
    item.insert("variants".to_owned(), variants.into());
    Ok(Value::Object(item))
}

/// Names and values of the attributes that kassa has room for.
const ATTRIBUTES: [(&str, &str); 3] = [
    ("Attribute 1 name", "Attribute 1 value(s)"),
    ("Attribute 2 name", "Attribute 2 value(s)"),
    ("Attribute 3 name", "Attribute 3 value(s)"),
];

fn variant(row: &Cells, (options, currency): (usize, Currency)) -> Result<Value, String> {
    let values: Vec<&str> =
        ATTRIBUTES.iter().take(options).filter_map(|(_, value)| row.word(value)).collect();
    let stock = integer(row, "Stock")?;
    let price = money(row, "Regular price", currency)?.ok_or("Regular price is missing")?;
    let barcode = ["GTIN, UPC, EAN, or ISBN", "GTIN"].iter().find_map(|name| row.word(name));
    Ok(json!({
        "sku": row.word("SKU").map(unquoted),
        "options": values,
        "price": price,
        "barcode": barcode,
        "weight_g": grams(row)?,
        "track_stock": stock.is_some(),
        "on_hand": stock.map(|stock| stock.max(0)),
    }))
}

/// The weight, which is in kilograms.
fn grams(row: &Cells) -> Result<Option<i64>, String> {
    let Some(text) = row.word("Weight (kg)") else { return Ok(None) };
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    let grams: String = format!("{fraction}000").chars().take(3).collect();
    let whole = if whole.is_empty() { "0" } else { whole };
    let kilograms: Option<i64> = whole.parse().ok();
    let grams: Option<i64> = grams.parse().ok();
    let sum =
        kilograms.zip(grams).and_then(|(kilograms, grams)| kilograms.checked_mul(1_000)?.checked_add(grams));
    sum.map(|grams| (grams > 0).then_some(grams)).ok_or_else(|| format!("Weight (kg): {text:?} is no number"))
}

/// The first of the categories, `Clothes > Shirts`.
fn category_path(categories: &str) -> Option<Value> {
    let first = categories.split(", ").next()?;
    let path: Vec<Value> = first
        .split('>')
        .map(str::trim)
        .filter(|name| !name.is_empty())
        .map(|name| json!({ "name": name }))
        .collect();
    (!path.is_empty()).then(|| path.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn variations_follow_their_product() {
        let text = "ID,Type,SKU,Name,Published,Description,Stock,Weight (kg),Regular price,Categories,Images,Parent,Attribute 1 name,\
             Attribute 1 value(s)\n\
             11,variable,shirt,Shirt,1,Of linen,,,,Clothes > Shirts,https://a.example/1.jpg,,Size,\"S, M\"\n\
             12,variation,shirt-s,Shirt - S,1,,12,0.18,19,,,shirt,Size,S\n\
             13,variation,shirt-m,Shirt - M,1,,,0.2,21,,,id:11,Size,M\n\
             14,simple,mug,Mug,0,,3,,9.50,Kitchen,,,,\n\
             15,variation,x,X,1,,,,1,,,nobody,Size,M\n";
        let input = Box::new(std::io::Cursor::new(text.as_bytes().to_vec()));
        let mut products = WooProducts::new(input, "EUR".parse().unwrap()).unwrap();
        let shirt = products.next().unwrap().unwrap();
        let json = |item: Item| serde_json::from_str::<Value>(item.value.unwrap().get()).unwrap();
        let value = json(shirt);
        assert_eq!(value["variants"].as_array().unwrap().len(), 2);
        assert_eq!(value["category_path"], json!([{"name": "Clothes"}, {"name": "Shirts"}]));
        assert_eq!(
            (&value["variants"][0]["weight_g"], &value["variants"][1]["weight_g"]),
            (&json!(180), &json!(200))
        );
        assert_eq!(
            (&value["variants"][0]["on_hand"], &value["variants"][1]["track_stock"]),
            (&json!(12), &json!(false))
        );
        let mug = products.next().unwrap().unwrap();
        assert_eq!((mug.line, json(mug)["status"].as_str()), (5, Some("draft")));
        assert!(products.next().unwrap().unwrap().value.unwrap_err().contains("Parent"));
        assert!(products.next().unwrap().is_none());
    }
}
