//! Which currency the amounts of an answer are in. Amounts of several currencies are never added: such a question is
//! refused, unless its rows are by currency.

use kassa_eventstore::query::{Cell, Dimension, Field, Filter, Operator, Query, Table};
use kassa_model::Currency;
use serde_json::{Value, json};

use super::refusal::Refusal;

/// The currency of each row's amounts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Amounts {
    /// It is the row's dimension of this number.
    ByRow(usize),
    /// All have the same.
    All(String),
}

impl Amounts {
    /// Settles it for the answer `tables` to `query`; `shop` is the currency where there is no money at all.
    ///
    /// # Errors
    /// [`Refusal::MixedCurrencies`].
    pub(crate) fn settle(query: &Query, tables: &[&Table], shop: Currency) -> Result<Self, Refusal> {
        let by_currency = |dimension: &Dimension| dimension.field() == Some(&Field::Currency);
        if let Some(index) = query.dimensions.iter().position(by_currency) {
            return Ok(Self::ByRow(index));
        }
        let mut found: Vec<&str> =
            tables.iter().flat_map(|table| table.currencies.iter().map(String::as_str)).collect();
        found.sort_unstable();
        found.dedup();
        let none = asked(query.filter.as_ref()).unwrap_or(shop.code());
        let way = "group by the dimension \"order:currency\" or filter by one currency";
        Ok(Self::All(one_currency(&found, none, way)?))
    }

    /// The same where a dimension was put before the others' places, at `place`.
    pub(crate) fn with_another_at(self, place: Option<usize>) -> Self {
        match (self, place) {
            (Self::ByRow(index), Some(place)) if place <= index => Self::ByRow(index + 1),
            (other, _) => other,
        }
    }

    /// An amount of a row with these dimension values.
    pub(crate) fn show(&self, amount_minor: Option<i64>, dimensions: &[Cell]) -> Value {
        let Some(amount_minor) = amount_minor else { return Value::Null };
        let currency = match self {
            Self::All(currency) => currency.as_str(),
            Self::ByRow(index) => match dimensions.get(*index) {
                Some(Cell::Text(currency)) => currency.as_str(),
                _ => return Value::Null,
            },
        };
        json!({"amount_minor": amount_minor, "currency": currency})
    }
}

/// The only one of `found`, or `none` where nothing was; `way` is what to do where there are several.
///
/// # Errors
/// [`Refusal::MixedCurrencies`].
pub(crate) fn one_currency(found: &[&str], none: &str, way: &str) -> Result<String, Refusal> {
    match found {
        [] => Ok(none.to_owned()),
        [one] => Ok((*one).to_owned()),
        many => {
            Err(Refusal::MixedCurrencies(format!("amounts of {} cannot be added: {way}", many.join(", "))))
        }
    }
}

/// The one currency that `filter` lets through, if that can be seen from it.
fn asked(filter: Option<&Filter>) -> Option<&str> {
    match filter? {
        Filter::Test { field: Field::Currency, operator: Operator::Is, values } => match values.as_slice() {
            [one] => Some(one),
            _ => None,
        },
        Filter::And(parts) => parts.iter().find_map(|part| asked(Some(part))),
        _ => None,
    }
}
