//! Orders of WooCommerce, which writes none as CSV by itself: the columns are those of the plugin "Advanced Order Export", a row for each
//! item. Rows of one number are one order, of which the first says all that is the order's.
//!
//! ```csv
//! Order Number,Order Status,Order Date,Customer Note,First Name (Billing),Last Name (Billing),Email (Billing),Phone (Billing),Order Currency,Order Shipping Amount,Order Refund Amount,Order Total Tax Amount,Order Total Amount,SKU,Item Name,Quantity,Item Cost
//! 1001,Completed,2024-05-01 10:00,,Ann,Lee,ann@shop.example,,EUR,4.90,0,0,29.90,mug,Mug,2,12.50
//! ```
//! A refund has no time there: it counts when the order was placed. Times are taken for UTC.

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
pub(super) struct WooOrders {
    table: Table,
    currency: Currency,
}

impl WooOrders {
    /// # Errors
    /// The file cannot be read, or lacks a column.
    pub(super) fn new(input: Input, currency: Currency) -> anyhow::Result<Self> {
        let table = Table::new(input)?;
        let needed =
            ["Order Number", "Order Status", "Order Date", "Order Total Amount", "Item Name", "Item Cost"];
        table.require(&needed, "the CSV of WooCommerce's orders")?;
        Ok(Self { table, currency })
    }
}

impl Items for WooOrders {
    fn next(&mut self) -> anyhow::Result<Option<Item>> {
        let Some((line, rows)) = self.table.rows_of("Order Number", (ROWS_MAX, "an order"))? else {
            return Ok(None);
        };
        let value = rows.and_then(|rows| raw(&order(&rows, self.currency)?));
        Ok(Some(Item { line, value }))
    }
}

fn order(rows: &[Cells], fallback: Currency) -> Result<Value, String> {
    let Some(first) = rows.first() else { return Err("there is no row".to_owned()) };
    first.word("Order Number").ok_or("Order Number is missing")?;
    let currency = currency(first, "Order Currency", fallback)?;
    let amount = |name: &str| Ok::<i64, String>(minor(first, name, currency)?.unwrap_or(0));
    let total = minor(first, "Order Total Amount", currency)?.ok_or("Order Total Amount is missing")?;
    let mut sold = Sold::default();
    for row in rows.iter().filter(|row| row.word("Item Name").is_some()) {
        let name = text(row, "Item Name").unwrap_or_default();
        let quantity = integer(row, "Quantity")?.or(integer(row, "Quantity (- Refund)")?).unwrap_or(1);
        let cost = minor(row, "Item Cost", currency)?.ok_or("Item Cost is missing")?;
        let together = cost.checked_mul(quantity).ok_or("Item Cost is too large")?;
        sold.add((row.word("SKU"), name), quantity, together)?;
    }
    let (shipping, tax) = (amount("Order Shipping Amount")?, amount("Order Total Tax Amount")?);
    let lines = sold.lines(Sums { total, goods: None, shipping, tax })?;
    let refunded = amount("Order Refund Amount")?.abs();
    let mut item = Map::new();
    let number = first.word("Order Number").unwrap_or_default();
    item.insert("reference".to_owned(), format!("woocommerce:{number}").into());
    item.insert("currency".to_owned(), currency.code().into());
    let (email, phone) = (first.word("Email (Billing)"), first.word("Phone (Billing)"));
    item.insert(
        "customer".to_owned(),
        json!({"name": full_name(first, "Billing"), "email": email, "phone": phone}),
    );
    item.insert("note".to_owned(), json!(text(first, "Customer Note")));
    item.insert("owed".to_owned(), true.into());
    for (name, kind) in [("shipping_address", "Shipping"), ("billing_address", "Billing")] {
        item.insert(name.to_owned(), address(first, kind));
    }
    item.insert("history".to_owned(), history(first, lines, (total, refunded))?.into());
    Ok(Value::Object(item))
}

fn history(first: &Cells, lines: Vec<Value>, (total, refunded): (i64, i64)) -> Result<Vec<Value>, String> {
    let at = first.word("Order Date").map(rfc3339).transpose()?.ok_or("Order Date is missing")?;
    let status =
        first.word("Order Status").unwrap_or_default().trim_start_matches("wc-").to_ascii_lowercase();
    let mut steps = vec![json!({"kind": "confirmed", "at": at, "lines": lines})];
    if total > 0 && matches!(status.as_str(), "completed" | "processing" | "refunded") {
        let reference = first.word("Payment Method Title").unwrap_or("woocommerce");
        steps.push(json!({"kind": "paid", "at": at, "reference": reference}));
    }
    match status.as_str() {
        "completed" => steps.push(json!({"kind": "fulfilled", "at": at})),
        "cancelled" | "failed" => steps.push(json!({"kind": "cancelled", "at": at})),
        "refunded" if total > 0 => steps.push(json!({"kind": "refunded", "at": at, "amount_minor": total})),
        _ => {}
    }
    if refunded > 0 && !matches!(status.as_str(), "refunded" | "cancelled" | "failed") {
        steps.push(json!({"kind": "refunded", "at": at, "amount_minor": refunded.min(total)}));
    }
    Ok(steps)
}

fn full_name(first: &Cells, kind: &str) -> Option<String> {
    let names =
        ["First Name", "Last Name"].iter().filter_map(|name| text(first, &format!("{name} ({kind})")));
    let name = names.map(str::trim).collect::<Vec<_>>().join(" ");
    (!name.is_empty()).then_some(name)
}

/// An address that is whole; of another nothing can be sent by it.
fn address(first: &Cells, kind: &str) -> Value {
    let cell = |name: &str| text(first, &format!("{name} ({kind})")).map(str::trim);
    let line1 = cell("Address 1&2").or(cell("Address 1"));
    let (Some(name), Some(line1), Some(city), Some(country)) =
        (full_name(first, kind), line1, cell("City"), cell("Country Code"))
    else {
        return Value::Null;
    };
    json!({"name": name, "company": cell("Company"), "line1": line1, "line2": cell("Address 2"), "city": city,
        "region": cell("State Code"), "postal_code": cell("Postcode"), "country": country})
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_of_a_number_are_an_order() {
        let text = "Order Number,Order Status,Order Date,First Name (Billing),Last Name (Billing),Email (Billing),Order Currency,\
             Order Shipping Amount,Order Refund Amount,Order Total Tax Amount,Order Total Amount,SKU,Item Name,Quantity,Item Cost\n\
             1,Completed,2024-05-01 10:00,Ann,Lee,a@b.test,EUR,4.90,2.00,0,38.90,mug,Mug,2,12.50\n\
             1,Completed,2024-05-01 10:00,Ann,Lee,a@b.test,EUR,4.90,2.00,0,38.90,,Cup,1,10.00\n\
             2,wc-cancelled,2024-05-02 10:00,,,,EUR,0,0,0,1.00,pin,Pin,1,1.00\n";
        let input = Box::new(std::io::Cursor::new(text.as_bytes().to_vec()));
        let mut orders = WooOrders::new(input, "USD".parse().unwrap()).unwrap();
        let mut next = || -> Value {
            serde_json::from_str(orders.next().unwrap().unwrap().value.unwrap().get()).unwrap()
        };
        let kinds = |order: &Value| {
            let steps = order["history"].as_array().unwrap().iter();
            steps.map(|step| step["kind"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
        };
        let first = next();
        assert_eq!(kinds(&first), ["confirmed", "paid", "fulfilled", "refunded"]);
        assert_eq!(
            (&first["customer"]["name"], &first["reference"]),
            (&json!("Ann Lee"), &json!("woocommerce:1"))
        );
        // A discount of a mug's part and a cup's: 35.00 of goods for 34.00.
        let lines = first["history"][0]["lines"].as_array().unwrap();
        let total =
            |line: &Value| line["quantity"].as_i64().unwrap() * line["unit_price_minor"].as_i64().unwrap();
        assert_eq!(lines.iter().map(total).sum::<i64>(), 3_890, "{lines:?}");
        assert_eq!(kinds(&next()), ["confirmed", "cancelled"]);
    }
}
