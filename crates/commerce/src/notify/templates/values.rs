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
        "customer": {"name": order["customer"]["name"], "email": order["customer"]["email"]},
        "parcel": {
            "carrier": payload["fulfilment"]["carrier"],
            "number": payload["fulfilment"]["tracking_number"],
            "url": payload["fulfilment"]["tracking_url"],
        },
        "product": payload["product"],
        "stock": payload["stock"],
        "webhook": payload["webhook"],
        "message": payload["message"],
        "violations": payload["violations"],
        "alert": payload["alert"],
        "report": report(&payload["report"], words),
        "has_items": !items.is_empty(),
        "items": items,
        "shows_total": shows_total,
        "links": links(words, about, template, payload),
    })
}

/// A report, whose sales are amounts as they are read.
fn report(report: &Value, words: &Words) -> Value {
    let mut shown = report.clone();
    if let Some(sales) = report["sales"].as_array() {
        shown["sales"] = sales.iter().map(|money| json!(amount(money, words))).collect();
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

/// `1234.50 EUR`; nothing where there is no money.
fn amount(money: &Value, words: &Words) -> Option<String> {
    let Money { amount_minor, currency } = serde_json::from_value(money.clone()).ok()?;
    let decimals = currency.decimals();
    let (scale, magnitude) = (10_u64.pow(decimals), amount_minor.unsigned_abs());
    let sign = if amount_minor < 0 { "-" } else { "" };
    let point = if words.language == "de" { ',' } else { '.' };
    let whole = magnitude / scale;
    Some(match decimals {
        0 => format!("{sign}{whole}\u{a0}{currency}"),
        _ => {
            let fraction = magnitude % scale;
            format!("{sign}{whole}{point}{fraction:0width$}\u{a0}{currency}", width = decimals as usize)
        }
    })
}

#[cfg(test)]
mod tests {
    use super::super::words;
    use super::*;

    #[test]
    fn writes_amounts() {
        let check = |language: &str, amount_minor: i64, currency: &str, expected: &str| {
            let money = json!({"amount_minor": amount_minor, "currency": currency});
            assert_eq!(amount(&money, words::of(language)).as_deref(), Some(expected));
        };
        check("en", 123_450, "EUR", "1234.50\u{a0}EUR");
        check("de", -5, "EUR", "-0,05\u{a0}EUR");
        check("ar", 1_500, "JPY", "1500\u{a0}JPY");
        check("en", 1_500, "KWD", "1.500\u{a0}KWD");
        assert_eq!(amount(&Value::Null, words::of("en")), None);
    }
}
