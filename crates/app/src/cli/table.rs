//! Lists for a person: a line each, in columns as wide as what is in them.

use kassa_model::Money;
use kassa_service::console;
use serde_json::Value;

/// Characters of a cell.
const CELL_MAX: usize = 60;

/// Prints `rows` below their `heads`, or as they are with `json`.
///
/// # Errors
/// Nobody reads any more.
pub(crate) fn show(json: bool, whole: &Value, heads: &[&str], rows: &[Vec<String>]) -> anyhow::Result<()> {
    match json {
        true => console::print(serde_json::to_string_pretty(whole)?)?,
        false => console::print(table(heads, rows).trim_end())?,
    }
    Ok(())
}

/// Rows in columns.
pub(crate) fn table(heads: &[&str], rows: &[Vec<String>]) -> String {
    let heads: Vec<String> = heads.iter().map(|head| head.to_uppercase()).collect();
    let mut widths: Vec<usize> = heads.iter().map(|head| head.chars().count()).collect();
    for row in rows {
        for (width, cell) in widths.iter_mut().zip(row) {
            *width = (*width).max(short(cell).chars().count());
        }
    }
    let mut text = String::new();
    for row in std::iter::once(&heads).chain(rows) {
        let mut line = String::new();
        for (width, cell) in widths.iter().zip(row) {
            let cell = short(cell);
            let is_number = cell.contains(|c: char| c.is_ascii_digit())
                && cell.chars().all(|c| c.is_ascii_digit() || matches!(c, '.' | '-'));
            match is_number {
                true => line.push_str(&format!("{cell:>width$}  ")),
                false => line.push_str(&format!("{cell:<width$}  ")),
            }
        }
        text.push_str(line.trim_end());
        text.push('\n');
    }
    text
}

/// A cell on one line, cut where it is too long, and without what could steer a terminal.
fn short(cell: &str) -> String {
    let plain: String = cell.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    match plain.chars().count() > CELL_MAX {
        true => plain.chars().take(CELL_MAX - 1).chain(['…']).collect(),
        false => plain,
    }
}

/// A member as a cell; `-` where there is none.
pub(crate) fn cell(value: &Value) -> String {
    match value {
        Value::Null => "-".to_owned(),
        Value::String(text) if text.is_empty() => "-".to_owned(),
        Value::String(text) => text.clone(),
        Value::Array(items) if items.is_empty() => "-".to_owned(),
        Value::Array(items) => items.iter().map(cell).collect::<Vec<_>>().join(","),
        Value::Object(members) if members.contains_key("amount_minor") => money(value),
        other => other.to_string(),
    }
}

/// An amount with its currency.
fn money(value: &Value) -> String {
    let code = value["currency"].as_str().unwrap_or_default();
    let amount_minor = value["amount_minor"].as_i64().unwrap_or_default();
    match code.parse() {
        Ok(currency) => Money { amount_minor, currency }.to_string(),
        Err(_) => format!("{amount_minor} {code}"),
    }
}

/// Rows of the members `names` of each of `items`.
pub(crate) fn rows(items: &Value, names: &[&str]) -> Vec<Vec<String>> {
    let items = items.as_array().map(Vec::as_slice).unwrap_or_default();
    items.iter().map(|item| names.iter().map(|name| cell(at(item, name))).collect()).collect()
}

/// A member, or with a dot a member of it.
fn at<'a>(item: &'a Value, name: &str) -> &'a Value {
    name.split('.').fold(item, |value, part| &value[part])
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn columns_line_up() {
        let items = json!([
            {"sku": "mug", "left": 7, "product": {"name": "Mug"}},
            {"sku": "ps5\u{1b}[2J", "left": 1200, "product": null}
        ]);
        let names = ["sku", "left", "product.name"];
        let expected = "SKU      LEFT  PRODUCT.NAME\nmug         7  Mug\nps5 [2J  1200  -\n";
        assert_eq!(table(&names, &rows(&items, &names)), expected);
    }

    #[test]
    fn amounts_have_their_currency() {
        let check = |amount: i64, currency: &str, expected: &str| {
            assert_eq!(cell(&json!({"amount_minor": amount, "currency": currency})), expected);
        };
        check(1_250, "USD", "12.5 USD");
        check(-5, "EUR", "-0.05 EUR");
        check(500, "JPY", "500 JPY");
    }
}
