//! Shopify's CSV of orders: rows of one name are one order, of which the first says all that is the order's.
//!
//! ```csv
//! Name,Email,Financial Status,Paid at,Fulfillment Status,Fulfilled at,Accepts Marketing,Currency,Subtotal,Shipping,Taxes,Total,Discount Amount,Created at,Lineitem quantity,Lineitem name,Lineitem price,Lineitem sku,Lineitem fulfillment status,Shipping Name,Shipping Address1,Shipping City,Shipping Zip,Shipping Country,Notes,Cancelled at,Refunded Amount,Id
//! #1001,ann@shop.example,paid,2024-05-01 10:05:00 +0200,fulfilled,2024-05-02 09:00:00 +0200,yes,EUR,24.00,4.90,4.61,28.90,1.00,2024-05-01 10:00:00 +0200,2,Mug,12.50,mug,fulfilled,Ann,High Street 1,Leeds,LS1 1AA,GB,,,0.00,5551
//! ```
//! A refund has no time there: it counts when the order was last heard of.

use kassa_model::Currency;
use serde_json::{Map, Value, json};

use super::cells::{currency, integer, minor, text};
use super::sold::{Sold, Sums};
use super::table::{Cells, Table};
use super::times::rfc3339;
use super::{Input, Item, Items, raw};

/// The most rows of an order.
const ROWS_MAX: usize = 1_000;

/// Orders of such a file.
pub(super) struct ShopifyOrders {
    table: Table,
    currency: Currency,
}

impl ShopifyOrders {
    /// # Errors
    /// The file cannot be read, or lacks a column.
    pub(super) fn new(input: Input, currency: Currency) -> anyhow::Result<Self> {
        let table = Table::new(input)?;
        let needed = ["Name", "Total", "Created at", "Lineitem quantity", "Lineitem name", "Lineitem price"];
        table.require(&needed, "Shopify's CSV of orders")?;
        Ok(Self { table, currency })
    }
}

impl Items for ShopifyOrders {
    fn next(&mut self) -> anyhow::Result<Option<Item>> {
        let Some((line, rows)) = self.table.rows_of("Name", (ROWS_MAX, "an order"))? else { return Ok(None) };
        let value = rows.and_then(|rows| raw(&order(&rows, self.currency)?));
        Ok(Some(Item { line, value }))
    }
}

fn order(rows: &[Cells], fallback: Currency) -> Result<Value, String> {
    let Some(first) = rows.first() else { return Err("there is no row".to_owned()) };
    first.word("Name").ok_or("Name is missing")?;
    let currency = currency(first, "Currency", fallback)?;
    let amount = |name: &str| Ok::<i64, String>(minor(first, name, currency)?.unwrap_or(0));
    let total = minor(first, "Total", currency)?.ok_or("Total is missing")?;
    let goods = minor(first, "Subtotal", currency)?;
    let mut sold = Sold::default();
    for row in rows.iter().filter(|row| row.word("Lineitem name").is_some()) {
        let name = text(row, "Lineitem name").unwrap_or_default();
        let quantity = integer(row, "Lineitem quantity")?.unwrap_or(0);
        let price = minor(row, "Lineitem price", currency)?.ok_or("Lineitem price is missing")?;
        let together = price.checked_mul(quantity).ok_or("Lineitem price is too large")?;
        sold.add((row.word("Lineitem sku"), name), quantity, together)?;
    }
    let lines = sold.lines(Sums { total, goods, shipping: amount("Shipping")?, tax: amount("Taxes")? })?;
    let refunded = amount("Refunded Amount")?;
    let reference = first.word("Id").or(first.word("Name")).unwrap_or_default();
    let mut item = Map::new();
    item.insert("reference".to_owned(), format!("shopify:{reference}").into());
    item.insert("currency".to_owned(), currency.code().into());
    let name = text(first, "Billing Name").or(text(first, "Shipping Name"));
    let phone = first.word("Phone").or(first.word("Shipping Phone"));
    item.insert("customer".to_owned(), json!({"name": name, "email": first.word("Email"), "phone": phone}));
    item.insert("marketing_consent".to_owned(), (first.word("Accepts Marketing") == Some("yes")).into());
    item.insert("note".to_owned(), json!(text(first, "Notes")));
    item.insert("owed".to_owned(), true.into());
    for (name, kind) in [("shipping_address", "Shipping"), ("billing_address", "Billing")] {
        item.insert(name.to_owned(), address(first, kind));
    }
    item.insert("history".to_owned(), history(first, lines, (total, refunded))?.into());
    Ok(Value::Object(item))
}

fn history(first: &Cells, lines: Vec<Value>, (total, refunded): (i64, i64)) -> Result<Vec<Value>, String> {
    let time = |name: &str| first.word(name).map(rfc3339).transpose();
    let placed_at = time("Created at")?.ok_or("Created at is missing")?;
    let (paid_at, sent_at, ended_at) = (time("Paid at")?, time("Fulfilled at")?, time("Cancelled at")?);
    let mut steps = vec![json!({"kind": "confirmed", "at": placed_at, "lines": lines})];
    let status = first.word("Financial Status").unwrap_or_default();
    if total > 0 && matches!(status, "paid" | "partially_refunded" | "refunded") {
        let reference = first.word("Payment Reference").or(first.word("Payment Method")).unwrap_or("shopify");
        steps.push(
            json!({"kind": "paid", "at": paid_at.as_ref().unwrap_or(&placed_at), "reference": reference}),
        );
    }
    let is_sent = first.word("Fulfillment Status") == Some("fulfilled");
    if is_sent {
        steps.push(json!({"kind": "fulfilled", "at": sent_at.as_ref().unwrap_or(&placed_at)}));
    }
    let is_over = (ended_at.is_some() || status == "voided") && !is_sent;
    let last = ended_at.or(sent_at).or(paid_at).unwrap_or(placed_at);
    if refunded > 0 && !(is_over && refunded >= total) {
        steps.push(json!({"kind": "refunded", "at": last, "amount_minor": refunded.min(total)}));
    }
    if is_over {
        steps.push(json!({"kind": "cancelled", "at": last}));
    }
    Ok(steps)
}

/// An address that is whole; of another nothing can be sent by it.
fn address(first: &Cells, kind: &str) -> Value {
    let cell = |name: &str| text(first, &format!("{kind} {name}")).map(str::trim);
    let (Some(name), Some(line1), Some(city), Some(country)) =
        (cell("Name"), cell("Address1").or(cell("Street")), cell("City"), cell("Country"))
    else {
        return Value::Null;
    };
    json!({"name": name, "company": cell("Company"), "line1": line1, "line2": cell("Address2"), "city": city,
        "region": cell("Province"), "postal_code": cell("Zip").map(|zip| zip.trim_start_matches('\'')), "country": country})
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_of_a_name_are_an_order() {
        let text = "Name,Email,Financial Status,Paid at,Fulfillment Status,Fulfilled at,Currency,Subtotal,Shipping,Taxes,Total,\
             Created at,Lineitem quantity,Lineitem name,Lineitem price,Lineitem sku,Cancelled at,Refunded Amount,Id\n\
             #1,a@b.test,partially_refunded,2024-05-01 10:05:00 +0200,fulfilled,2024-05-02 09:00:00 +0200,EUR,34.00,4.90,6.21,38.90,\
             2024-05-01 10:00:00 +0200,2,Mug,12.50,mug,,5.00,77\n\
             #1,a@b.test,,,,,,,,,,2024-05-01 10:00:00 +0200,1,Cup,10.00,,,,\n\
             #2,,voided,,,,EUR,1.00,0,0,1.00,2024-05-01 10:00:00 +0200,1,Pin,1.00,pin,2024-05-03 10:00:00 +0200,0,78\n\
             #3,,paid,,,,EUR,1.00,0,0,x,2024-05-01 10:00:00 +0200,1,Pin,1.00,pin,,0,79\n";
        let input = Box::new(std::io::Cursor::new(text.as_bytes().to_vec()));
        let mut orders = ShopifyOrders::new(input, "USD".parse().unwrap()).unwrap();
        let mut next = || orders.next().unwrap().unwrap();
        let first: Value = serde_json::from_str(next().value.unwrap().get()).unwrap();
        let kinds = |order: &Value| {
            let steps = order["history"].as_array().unwrap().iter();
            steps.map(|step| step["kind"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
        };
        assert_eq!(kinds(&first), ["confirmed", "paid", "fulfilled", "refunded"]);
        assert_eq!(first["reference"], "shopify:77");
        let lines = first["history"][0]["lines"].as_array().unwrap();
        let sum: i64 = lines
            .iter()
            .map(|line| line["quantity"].as_i64().unwrap() * line["unit_price_minor"].as_i64().unwrap())
            .sum();
        assert_eq!((sum, lines.len()), (3_890, 4), "{lines:?}");
        let second: Value = serde_json::from_str(next().value.unwrap().get()).unwrap();
        assert_eq!(kinds(&second), ["confirmed", "cancelled"]);
        let third = next();
        assert_eq!(third.line, 5);
        assert!(third.value.unwrap_err().contains("Total"));
    }
}
