//! A report as CSV: a header of the names of dimensions and metrics, a line for each row.
//!
//! ```csv
//! visit:source,visitors,revenue,currency
//! Google,120,1999.5,EUR
//! ```
//! Amounts are decimal numbers of the currency in the last column; what is null is empty. A comparison adds two columns for each
//! metric, `<metric> before` and `<metric> change`. A text that a spreadsheet would run is made harmless.

use kassa_model::{Currency, Money};
use serde_json::Value;

use super::ask::Ask;
use super::csv::{Cells, Line};

/// The name of the file that has the answer to `ask`: its first site, and what it is by.
pub(crate) fn file_name(ask: &Ask) -> String {
    let site = ask.sites.first().map_or("", String::as_str);
    let by = ask.dimensions.iter().map(|dimension| dimension.name()).collect::<Vec<_>>().join("-");
    if by.is_empty() { site.to_owned() } else { format!("{site}-{by}") }
}

/// The answer to `ask`, which was made as JSON, as CSV.
pub(crate) fn csv(ask: &Ask, answer: &Value) -> String {
    let names = |member: &str| answer["query"][member].as_array().cloned().unwrap_or_default();
    let (dimensions, metrics) = (names("dimensions"), names("metrics"));
    let compared = ask.include.comparison.is_some();
    let with_currency = ask.metrics.iter().any(|known| known.metric.is_amount());
    let mut out = String::new();
    let mut header = Line::begin(Cells::Safe, &mut out);
    for name in dimensions.iter().chain(&metrics) {
        header.text(name.as_str().unwrap_or(""));
    }
    if compared {
        for name in metrics.iter().filter_map(Value::as_str) {
            header.text(&format!("{name} before"));
            header.text(&format!("{name} change"));
        }
    }
    if with_currency {
        header.plain("currency");
    }
    header.end();
    for row in answer["results"].as_array().into_iter().flatten() {
        let mut line = Line::begin(Cells::Safe, &mut out);
        for value in row["dimensions"].as_array().into_iter().flatten() {
            line.text(value.as_str().unwrap_or(""));
        }
        let mut currency = String::new();
        for value in row["metrics"].as_array().into_iter().flatten() {
            number(&mut line, value, &mut currency);
        }
        if compared {
            for place in 0..metrics.len() {
                number(&mut line, &row["comparison"]["metrics"][place], &mut currency);
                number(&mut line, &row["comparison"]["change"][place], &mut currency);
            }
        }
        if with_currency {
            line.text(&currency);
        }
        line.end();
    }
    out
}

/// `rows`, objects, as CSV: a column for each of the members `columns`, and behind them the currency of amounts, if there are any among `amounts`.
pub(crate) fn csv_of_members(columns: &[&str], amounts: &[&str], rows: &[Value]) -> String {
    let mut out = String::new();
    let mut header = Line::begin(Cells::Safe, &mut out);
    columns.iter().chain(amounts).for_each(|name| header.plain(name));
    if !amounts.is_empty() {
        header.plain("currency");
    }
    header.end();
    for row in rows {
        let mut line = Line::begin(Cells::Safe, &mut out);
        let mut currency = String::new();
        for name in columns.iter().chain(amounts) {
            match &row[*name] {
                Value::String(text) => line.text(text),
                value => number(&mut line, value, &mut currency),
            }
        }
        if !amounts.is_empty() {
            line.text(&currency);
        }
        line.end();
    }
    out
}

/// A metric's value; the currency of an amount is kept for the last column.
fn number(line: &mut Line<'_>, value: &Value, currency: &mut String) {
    match value {
        Value::Null => line.plain(""),
        Value::Object(amount) => {
            let code = amount.get("currency").and_then(Value::as_str).unwrap_or("");
            let minor = amount.get("amount_minor").and_then(Value::as_i64).unwrap_or_default();
            currency.clear();
            currency.push_str(code);
            match code.parse::<Currency>() {
                Ok(currency) => line.plain(&Money { amount_minor: minor, currency }.to_decimal()),
                Err(_) => line.plain(&minor.to_string()),
            }
        }
        plain => line.plain(&plain.to_string()),
    }
}
