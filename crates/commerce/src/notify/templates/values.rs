//! What a template may name: values of the shop and of what the letter is about, each a text as it is to be read.

use kassa_model::Money;
use serde_json::{Value, json};

use super::words::Words;

/// The shop, as letters speak of it.
#[derive(Debug, Clone, Default)]
pub(crate) struct About {
    pub(crate) name: String,
    pub(crate) imprint: Option<String>,
    pub(crate) language: String,
    /// Under which origin it is reached, where that is known.
    pub(crate) origin: Option<String>,
    /// The path of the order's page, which opens it to whoever has it.
    pub(crate) order_path: Option<String>,
}

/// Letters to whoever runs the shop, which are in its own language.
pub(crate) const TO_STAFF: &str = "staff-";
/// Letters that show what was ordered and what it costs.
const WITH_TOTAL: [&str; 3] = ["order-confirmed", "order-edited", "staff-new-order"];

pub(super) fn of(words: &Words, about: &About, template: &str, payload: &Value) -> Value {
    let order = &payload["order"];
    let shows_total = WITH_TOTAL.contains(&template);
    let items = match template {
        "order-shipped" => in_parcel(order, &payload["fulfilment"]),
        _ if shows_total => ordered(order, words),
        _ => Vec::new(),
    };
    json!({
        "language": words.language,
        "direction": words.direction,
        "words": {"total": words.total, "carrier": words.carrier, "tracking": words.tracking},
        "shop": {"name": about.name, "imprint": about.imprint, "url": about.origin},
        "order": {
            "number": order["number"],
            "total": amount(&order["total"], words),
            "refunded": amount(&order["refunded"], words),
        },
        "refund": refund(&payload["refund"], order, words),
        "customer": {"name": order["customer"]["name"], "email": order["customer"]["email"]},
        "parcel": {
            "carrier": payload["fulfilment"]["carrier"],
            "number": payload["fulfilment"]["tracking_number"],
            "url": payload["fulfilment"]["tracking_url"],
        },
        "product": payload["product"],
        "stock": payload["stock"],
        "webhook": with_moment(&payload["webhook"]),
        "message": payload["message"],
        "violations": payload["violations"],
        "alert": with_moment(&payload["alert"]),
        "report": report(&payload["report"], words),
        "has_parcel": payload["fulfilment"]["carrier"].is_string() || payload["fulfilment"]["tracking_number"].is_string(),
        "has_items": !items.is_empty(),
        "items": items,
        "shows_total": shows_total,
        "links": links(words, about, template, payload),
    })
}

/// What goes back, and what has in all where that is more. Nothing where goods alone came back.
fn refund(refund: &Value, order: &Value, words: &Words) -> Value {
    let is_some = refund["amount"]["amount_minor"].as_i64().is_some_and(|minor| minor != 0);
    let is_further = is_some && refund["amount"] != order["refunded"];
    json!({
        "amount": is_some.then(|| amount(&refund["amount"], words)),
        "in_all": is_further.then(|| amount(&order["refunded"], words)),
    })
}

/// A report, whose sales are amounts as they are read.
fn report(report: &Value, words: &Words) -> Value {
    let mut shown = report.clone();
    if let Some(sales) = report["sales"].as_array() {
        let sales: Vec<String> = sales.iter().filter_map(|money| amount(money, words)).collect();
        shown["sum"] = sales.join(" + ").into();
        shown["sales"] = sales.into();
    }
    shown
}

/// Every line of an order.
fn ordered(order: &Value, words: &Words) -> Vec<Value> {
    let line = |item: &Value| {
        json!({
            "quantity": item["quantity"],
            "name": item["name"],
            "variant": item["variant_title"],
            "sku": item["sku"],
            "total": amount(&item["total"], words),
        })
    };
    order["items"].as_array().into_iter().flatten().map(line).collect()
}

/// What is in a parcel, by the names of the order's lines.
fn in_parcel(order: &Value, parcel: &Value) -> Vec<Value> {
    let line = |line: &Value| {
        let mut items = order["items"].as_array().into_iter().flatten();
        let item = items.find(|item| item["sku"] == line["sku"]).unwrap_or(&Value::Null);
        let name = if item["name"].is_string() { &item["name"] } else { &line["sku"] };
        json!({
            "quantity": line["quantity"],
            "name": name,
            "variant": item["variant_title"],
            "sku": line["sku"],
            "total": null,
        })
    };
    parcel["lines"].as_array().into_iter().flatten().map(line).collect()
}

fn links(words: &Words, about: &About, template: &str, payload: &Value) -> Vec<Value> {
    let link = |label: &str, url: String| json!({"label": label, "url": url});
    let mut links = Vec::new();
    if let Some(url) = payload["fulfilment"]["tracking_url"].as_str().filter(|_| template == "order-shipped")
    {
        links.push(link(words.see_parcel, url.to_owned()));
    }
    let Some(origin) = &about.origin else { return links };
    if let Some(path) = about.order_path.as_ref().filter(|_| template.starts_with("order-")) {
        links.push(link(words.see_order, format!("{origin}{path}")));
    }
    if let Some(slug) = payload["product"]["slug"].as_str() {
        links.push(link(words.see_product, format!("{origin}/p/{slug}")));
    }
    links
}

/// The same, whose `since` is as it is read.
fn with_moment(value: &Value) -> Value {
    let mut shown = value.clone();
    if let Some(since) = value["since"].as_str() {
        shown["since"] = moment(since).into();
    }
    shown
}

/// `2026-11-24 20:20 UTC`; what is no time in UTC stays as it is.
pub(crate) fn moment(text: &str) -> String {
    let parts = text.get(..10).zip(text.get(11..16)).filter(|_| text.ends_with('Z'));
    parts.map_or_else(|| text.to_owned(), |(day, minute)| format!("{day} {minute} UTC"))
}

/// `1,234.50 EUR`; nothing where there is no money.
fn amount(money: &Value, words: &Words) -> Option<String> {
    let Money { amount_minor, currency } = serde_json::from_value(money.clone()).ok()?;
    let decimals = currency.decimals();
    let (scale, magnitude) = (10_u64.pow(decimals), amount_minor.unsigned_abs());
    let sign = if amount_minor < 0 { "-" } else { "" };
    let (group, point) = if words.language == "de" { ('.', ',') } else { (',', '.') };
    let whole = grouped(magnitude / scale, group);
    let fraction = match decimals {
        0 => String::new(),
        _ => format!("{point}{:0width$}", magnitude % scale, width = decimals as usize),
    };
    // Or the currency would stand by the next number in a line from right to left.
    let end = if words.direction == "rtl" { "\u{200f}" } else { "" };
    Some(format!("{sign}{whole}{fraction}\u{a0}{currency}{end}"))
}

/// Its digits in threes.
fn grouped(whole: u64, mark: char) -> String {
    let digits = whole.to_string();
    let mut text = String::with_capacity(digits.len() * 4 / 3);
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(mark);
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::super::words;
    use super::*;

    #[test]
    fn writes_moments() {
        let check = |text: &str, expected: &str| assert_eq!(moment(text), expected);
        check("2026-11-24T20:20:00.123456Z", "2026-11-24 20:20 UTC");
        check("2026-11-24T20:20:00Z", "2026-11-24 20:20 UTC");
        check("yesterday", "yesterday");
        check("ääääääääääääääääZ", "ääääääääääääääääZ");
        check("", "");
    }

    #[test]
    fn writes_amounts() {
        let check = |language: &str, amount_minor: i64, currency: &str, expected: &str| {
            let money = json!({"amount_minor": amount_minor, "currency": currency});
            assert_eq!(amount(&money, words::of(language)).as_deref(), Some(expected));
        };
        check("en", 123_450, "EUR", "1,234.50\u{a0}EUR");
        check("en", 123_456_789_012, "EUR", "1,234,567,890.12\u{a0}EUR");
        check("de", 12_345_678, "EUR", "123.456,78\u{a0}EUR");
        check("de", -5, "EUR", "-0,05\u{a0}EUR");
        check("ar", 1_500, "JPY", "1,500\u{a0}JPY\u{200f}");
        check("en", 1_500, "KWD", "1.500\u{a0}KWD");
        assert_eq!(amount(&Value::Null, words::of("en")), None);
    }
}
