//! Orders of a MongoDB as `mongoexport` writes them: extended JSON, a document a line. The document's id stays as the reference.
//!
//! ```json
//! {"_id":{"$oid":"65f0c0ffee00000000000009"},"items":[{"productId":{"$oid":"65f0c0ffee00000000000001"},"name":"Mug","quantity":2,"price":9.5}],
//!  "total":19,"status":"completed","customerName":"Ann","email":"ann@shop.test","createdAt":{"$date":"2024-05-01T10:00:00Z"}}
//! ```
//! Products of an order stand in `items` or `products`, or the document is one line itself. Other members are passed over.

use kassa_model::{Currency, Money, Timestamp};
use serde::Deserialize;
use serde_json::value::RawValue;
use serde_json::{Value, json};

use super::mongo::{Id, Mongo, number};
use super::sold::{Sold, Sums};
use super::{Input, raw};

/// The most lines of an order.
const LINES_MAX: usize = 1_000;

/// Orders of such a file.
pub(super) fn orders(input: Input, currency: Currency) -> Mongo {
    Mongo::new(input, currency, |text, currency| order(text, currency).and_then(|order| raw(&order)))
}

#[derive(Debug, Deserialize)]
struct Document {
    #[serde(rename = "_id")]
    id: Id,
    #[serde(alias = "products")]
    items: Option<Vec<Bought>>,
    #[serde(alias = "totalAmount", alias = "totalPrice")]
    total: Option<Box<RawValue>>,
    status: Option<String>,
    #[serde(rename = "customerName")]
    customer: Option<String>,
    #[serde(alias = "customerEmail")]
    email: Option<String>,
    #[serde(rename = "createdAt")]
    created_at: Date,
    #[serde(rename = "updatedAt")]
    updated_at: Option<Date>,
}

#[derive(Debug, Deserialize)]
struct Bought {
    #[serde(alias = "product", alias = "product_id")]
    #[serde(rename = "productId")]
    product: Option<Of>,
    name: Option<String>,
    quantity: Option<Box<RawValue>>,
    price: Option<Box<RawValue>>,
}

/// How a document names another.
#[derive(Debug, Deserialize)]
#[serde(untagged)]
enum Of {
    Id(Id),
    Text(String),
}

#[derive(Debug, Deserialize)]
struct Date {
    #[serde(rename = "$date")]
    date: Box<RawValue>,
}

fn order(text: &str, currency: Currency) -> Result<Value, String> {
    let bad = |error: serde_json::Error| format!("the line is no order of mongoexport: {error}");
    let document: Document = serde_json::from_str(text).map_err(bad)?;
    let bought = match document.items {
        Some(items) => items,
        None => vec![serde_json::from_str(text).map_err(bad)?],
    };
    if bought.len() > LINES_MAX {
        return Err(format!("an order has at most {LINES_MAX} lines"));
    }
    let (mut sold, mut sum) = (Sold::default(), 0_i64);
    for line in &bought {
        let (sku, quantity, together) = line.read(currency)?;
        sold.add((Some(&sku), line.name.as_deref().unwrap_or(&sku)), quantity, together)?;
        sum = sum.saturating_add(together);
    }
    let total = document.total.map(|total| money("total", &total, currency)).transpose()?.unwrap_or(sum);
    let lines = sold.lines(Sums { total, goods: None, shipping: 0, tax: 0 })?;
    let at = document.created_at.read()?;
    let mut history = vec![json!({"kind": "confirmed", "at": at, "lines": lines})];
    if matches!(document.status.as_deref(), Some("cancelled" | "canceled" | "failed")) {
        let until = document.updated_at.map_or(Ok(at), |date| date.read())?;
        history.push(json!({"kind": "cancelled", "at": until}));
    }
    Ok(json!({"reference": format!("c:{}", document.id.oid), "currency": currency.code(),
        "customer": {"name": document.customer, "email": document.email}, "history": history}))
}

impl Bought {
    /// SKU, quantity and what they cost together.
    fn read(&self, currency: Currency) -> Result<(String, i64, i64), String> {
        let sku = match &self.product {
            Some(Of::Id(id)) => format!("c-{}", id.oid),
            Some(Of::Text(id)) => format!("c-{id}"),
            None => self.name.clone().ok_or("a line names no product")?,
        };
        let quantity = match &self.quantity {
            Some(raw) => number(raw).parse().map_err(|_| format!("{sku}: quantity is no integer"))?,
            None => 1_i64,
        };
        let price = self.price.as_ref().ok_or_else(|| format!("{sku}: price is missing"))?;
        let price = money("price", price, currency)?;
        let together = price.checked_mul(quantity).ok_or_else(|| format!("{sku}: price is too large"))?;
        Ok((sku, quantity, together))
    }
}

impl Date {
    fn read(self) -> Result<String, String> {
        let bad = || format!("{} is no date of mongoexport", self.date);
        if let Ok(text) = serde_json::from_str::<String>(self.date.get()) {
            return Ok(text);
        }
        let millis: i64 = number(&self.date).parse().map_err(|_| bad())?;
        Ok(Timestamp::from_micros(millis.checked_mul(1_000).ok_or_else(bad)?).to_string())
    }
}

fn money(name: &str, raw: &RawValue, currency: Currency) -> Result<i64, String> {
    let money = Money::parse(&number(raw), currency).map_err(|error| format!("{name}: {error}"))?;
    Ok(money.amount_minor)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_document_is_an_order() {
        let check = |text: &str, expected: Result<(i64, usize), &str>| {
            let found = order(text, "USD".parse().unwrap());
            match (found, expected) {
                (Ok(order), Ok((total, steps))) => {
                    assert_eq!(order["reference"], "c:65f9", "{text}");
                    let history = order["history"].as_array().unwrap();
                    let lines = history[0]["lines"].as_array().unwrap().iter();
                    let sum: i64 = lines
                        .map(|line| {
                            line["quantity"].as_i64().unwrap() * line["unit_price_minor"].as_i64().unwrap()
                        })
                        .sum();
                    assert_eq!((sum, history.len()), (total, steps), "{order}");
                    assert_eq!(history[0]["at"], "2024-05-01T10:00:00Z");
                }
                (Err(why), Err(expected)) => assert!(why.contains(expected), "{text}: {why}"),
                (found, _) => panic!("{text}: {found:?}"),
            }
        };
        let whole = r#"{"_id":{"$oid":"65f9"},"items":[{"productId":{"$oid":"65f0"},"name":"Mug","quantity":2,"price":9.5}],
            "total":19,"status":"completed","createdAt":{"$date":"2024-05-01T10:00:00Z"},"__v":0}"#;
        check(whole, Ok((1_900, 1)));
        check(&whole.replace("\"total\":19", "\"total\":{\"$numberInt\":\"18\"}"), Ok((1_800, 1)));
        check(&whole.replace("completed", "cancelled"), Ok((1_900, 2)));
        check(
            &whole.replace("\"2024-05-01T10:00:00Z\"", "{\"$numberLong\":\"1714557600000\"}"),
            Ok((1_900, 1)),
        );
        check(
            r#"{"_id":{"$oid":"65f9"},"productId":"65f0","quantity":{"$numberInt":"3"},"price":1,"createdAt":{"$date":"2024-05-01T10:00:00Z"}}"#,
            Ok((300, 1)),
        );
        check(&whole.replace(",\"price\":9.5", ""), Err("price"));
        check(&whole.replace("9.5", "9.555"), Err("price"));
        check(&whole.replace("\"items\"", "\"cart\""), Err("names no product"));
        check("[]", Err("no order"));
    }
}
