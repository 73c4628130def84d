//! What cells say: amounts, numbers, yes and no, and texts that a spreadsheet must not take for formulas.

use kassa_model::{Currency, Money};
use serde_json::value::RawValue;
use serde_json::{Value, json};

use super::table::Cells;
use crate::cli::moving::write::is_formula;

/// A text as it was before [`safe`](crate::cli::moving::write::safe) made a cell of it.
pub(super) fn unquoted(cell: &str) -> &str {
    match cell.strip_prefix('\'') {
        Some(rest) if is_formula(rest) => rest,
        _ => cell,
    }
}

/// The text of a cell, without the apostrophe that keeps a spreadsheet from running it.
pub(super) fn text<'a>(cells: &'a Cells, name: &str) -> Option<&'a str> {
    cells.get(name).map(unquoted)
}

/// An amount of a currency as the admin API has it.
pub(super) fn money(cells: &Cells, name: &str, currency: Currency) -> Result<Option<Value>, String> {
    Ok(minor(cells, name, currency)?.map(|amount| amount_of(amount, currency)))
}

/// An amount in minor units as the admin API has it.
pub(super) fn amount_of(amount_minor: i64, currency: Currency) -> Value {
    json!({"amount_minor": amount_minor, "currency": currency.code()})
}

/// An amount in minor units.
pub(super) fn minor(cells: &Cells, name: &str, currency: Currency) -> Result<Option<i64>, String> {
    let Some(text) = cells.word(name) else { return Ok(None) };
    let money = Money::parse(text, currency).map_err(|error| format!("{name}: {error}"))?;
    Ok(Some(money.amount_minor))
}

/// The currency of a cell, or else `other`.
pub(super) fn currency(cells: &Cells, name: &str, other: Currency) -> Result<Currency, String> {
    let Some(text) = cells.word(name) else { return Ok(other) };
    text.parse().map_err(|error| format!("{name}: {error}"))
}

/// A whole number; one with a fraction of zeros is one.
pub(super) fn integer(cells: &Cells, name: &str) -> Result<Option<i64>, String> {
    let Some(text) = cells.word(name) else { return Ok(None) };
    let whole = text
        .split_once('.')
        .map_or(text, |(whole, rest)| if rest.bytes().all(|digit| digit == b'0') { whole } else { text });
    whole.parse().map(Some).map_err(|_| format!("{name}: {text:?} is no integer"))
}

/// Yes or no.
pub(super) fn flag(cells: &Cells, name: &str) -> Result<Option<bool>, String> {
    let Some(text) = cells.word(name) else { return Ok(None) };
    match text.to_ascii_lowercase().as_str() {
        "true" | "yes" | "1" => Ok(Some(true)),
        "false" | "no" | "0" => Ok(Some(false)),
        _ => Err(format!("{name}: {text:?} is neither true nor false")),
    }
}

/// The JSON of a cell.
pub(super) fn parsed(cells: &Cells, name: &str) -> Result<Option<Box<RawValue>>, String> {
    let Some(text) = text(cells, name) else { return Ok(None) };
    serde_json::from_str(text).map(Some).map_err(|error| format!("{name} is no JSON: {error}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::moving::write::safe;

    #[test]
    fn a_text_comes_back_as_it_went_out() {
        for text in ["Mug", "=1+1", "'=1+1", "''=1", "'Mug'", "-5 %", "+49", "@a", "\tx", "", "'"] {
            let cell = safe(text);
            let runs = cell.starts_with(['=', '+', '-', '@', '\t', '\r']);
            assert!(!runs, "{text:?} goes out as {cell:?}");
            assert_eq!(unquoted(&cell), text, "{cell:?}");
        }
    }
}
