//! What an audit of the shop's books asks of the store: records of money by order, and ids that are there too often.

use kassa_model::Timestamp;

/// Orders above `after` up to and with `until`, bytewise; to the end without it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct MoneySpan {
    /// Exclusive; empty before the first.
    pub after: String,
    /// Inclusive.
    pub until: Option<String>,
}

/// A record of money.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct MoneyRecord {
    /// The order.
    pub order_id: String,
    /// The event's id.
    pub id: String,
    /// ISO 4217 code.
    pub currency: String,
    /// Signed change in minor units.
    pub revenue_minor: i64,
    /// When the money changed.
    pub occurred_at: Timestamp,
}

/// Ids that are stored more often than they may be: records of money more than once, others more than once within the
/// window of dedupe.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct RepeatedIds {
    /// How many rows were looked at.
    pub rows: u64,
    /// How many such ids there are.
    pub total: u64,
    /// Some of them, by site and id.
    pub ids: Vec<String>,
}

/// How many rows of one id may be stored: one per `window`, µs, between the first receipt and the last; of money one.
pub(crate) fn rows_allowed(first: Timestamp, last: Timestamp, window: i64) -> u64 {
    let span = last.micros().saturating_sub(first.micros()).unsigned_abs();
    1 + span / window.max(1).unsigned_abs()
}
