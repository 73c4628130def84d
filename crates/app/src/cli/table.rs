//! Lists for a person: a line each, in columns as wide as what is in them.

use kassa_model::{Money, Timestamp};
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
            match is_number(&cell) {
                true => line.push_str(&format!("{cell:>width$}  ")),
                false => line.push_str(&format!("{cell:<width$}  ")),
            }
        }
        text.push_str(line.trim_end());
        text.push('\n');
    }
    text
}

/// Whether a cell is a number, perhaps with a currency behind it.
fn is_number(cell: &str) -> bool {
    let (number, unit) = cell.split_once(' ').unwrap_or((cell, "USD"));
    let is_currency = unit.len() == 3 && unit.bytes().all(|byte| byte.is_ascii_uppercase());
    is_currency
        && number.contains(|c: char| c.is_ascii_digit())
        && number.chars().all(|c| c.is_ascii_digit() || matches!(c, '.' | '-'))
}

/// A cell on one line, cut where it is too long, and without what could steer a terminal.
fn short(cell: &str) -> String {
    let plain: String = cell.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    match plain.chars().count() > CELL_MAX {
        true => plain.chars().take(CELL_MAX - 1).chain(['…']).collect(),
        false => plain,
    }
}

/// A member as a cell; `-` where there is none. Times are told to the second.
pub(crate) fn cell(value: &Value) -> String {
    match value {
        Value::Null => "-".to_owned(),
        Value::Bool(true) => "yes".to_owned(),
        Value::Bool(false) => "no".to_owned(),
        Value::String(text) if text.is_empty() => "-".to_owned(),
        Value::String(text) => to_the_second(text).unwrap_or_else(|| text.clone()),
        Value::Array(items) if items.is_empty() => "-".to_owned(),
        Value::Array(items) => items.iter().map(cell).collect::<Vec<_>>().join(","),
        Value::Object(members) if members.contains_key("amount_minor") => money(value),
        other => other.to_string(),
    }
}

/// A time without what is less than a second; `None`: it is no time.
fn to_the_second(text: &str) -> Option<String> {
    let (whole, _) = text.strip_suffix('Z')?.split_once('.')?;
    text.parse::<Timestamp>().ok().map(|_| format!("{whole}Z"))
}

/// An amount with its currency, and with all decimals that the currency has.
fn money(value: &Value) -> String {
    let code = value["currency"].as_str().unwrap_or_default();
    let amount_minor = value["amount_minor"].as_i64().unwrap_or_default();
    match code.parse() {
        Ok(currency) => {
            let amount = Money { amount_minor, currency }.to_decimal();
            let decimals = usize::try_from(currency.decimals()).unwrap_or_default();
            let (whole, part) = amount.split_once('.').unwrap_or((amount.as_str(), ""));
            match decimals {
                0 => format!("{whole} {code}"),
                _ => format!("{whole}.{part:0<decimals$} {code}"),
            }
        }
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
    fn times_and_amounts_are_as_short_as_a_person_wants_them() {
        let items = json!([
            {"at": "2026-11-29T23:50:05.192334Z", "total": {"amount_minor": 12_800, "currency": "USD"}, "low": true},
            {"at": "2026-11-29T23:03:01Z", "total": {"amount_minor": 950, "currency": "USD"}, "low": false},
            {"at": "v0.1.2Z", "total": null, "low": null}
        ]);
        let names = ["at", "total", "low"];
        let expected = "AT                    TOTAL       LOW\n\
                        2026-11-29T23:50:05Z  128.00 USD  yes\n\
                        2026-11-29T23:03:01Z    9.50 USD  no\n\
                        v0.1.2Z               -           -\n";
        assert_eq!(table(&names, &rows(&items, &names)), expected);
    }

    #[test]
    fn amounts_have_their_currency() {
        let check = |amount: i64, currency: &str, expected: &str| {
            assert_eq!(cell(&json!({"amount_minor": amount, "currency": currency})), expected);
        };
        check(1_250, "USD", "12.50 USD");
        check(12_800, "USD", "128.00 USD");
        check(-5, "EUR", "-0.05 EUR");
        check(500, "JPY", "500 JPY");
    }
}
