//! Shares, times and amounts as they are shown.

use kassa_eventstore::query::Cell;
use kassa_model::Currency;
use serde_json::{Value, json};

use super::super::amounts::one_currency;
use super::super::refusal::Refusal;
use super::super::shape::show_metric;

/// `part` in percent of `whole`, one decimal; null over 0.
pub(crate) fn percent(part: u64, whole: u64) -> Value {
    share(i64::try_from(part).unwrap_or(i64::MAX).saturating_mul(100), whole)
}

/// `total` by `count`, one decimal; null over 0.
pub(crate) fn share(total: i64, count: u64) -> Value {
    show_metric(&Cell::Ratio(total, i64::try_from(count).unwrap_or(i64::MAX)))
}

/// Half of `doubled`, or null.
pub(crate) fn halves(doubled: Option<i64>) -> Value {
    doubled.map_or(Value::Null, |doubled| share(doubled, 2))
}

/// The one currency of an answer's amounts.
#[derive(Debug)]
pub(crate) struct Money(String);

impl Money {
    /// That of `found`, else the one that was `asked` for, else the `shop`'s.
    ///
    /// # Errors
    /// [`Refusal::MixedCurrencies`].
    pub(crate) fn settle(found: &[String], asked: Option<Currency>, shop: Currency) -> Result<Self, Refusal> {
        let found: Vec<&str> = found.iter().map(String::as_str).collect();
        let none = asked.unwrap_or(shop);
        Ok(Self(one_currency(&found, none.code(), "name the one that counts in \"currency\"")?))
    }

    /// An amount.
    pub(crate) fn show(&self, amount_minor: i64) -> Value {
        json!({"amount_minor": amount_minor, "currency": self.0})
    }
}
