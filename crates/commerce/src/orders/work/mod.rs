//! Work that waits for stock: one row per command that has no reply yet.

pub(crate) mod store;

use kassa_model::{MICROS_PER_SECOND, Timestamp};
use serde::{Deserialize, Serialize};

use super::order::Line;
use crate::idempotency::RequestKey;
use crate::inventory::StockLine;
use crate::transport::commands::Command;

/// No row waits longer than this for its next try, µs: one that says so was written by a process with a wrong clock.
const NEXT_MICROS_MAX: i64 = 10 * MICROS_PER_SECOND;

/// What a row of work decides.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) enum WorkKind {
    /// Whether an accepted order is confirmed or fails.
    Order,
    /// Whether an edit is committed or dropped.
    Edit,
    /// Nothing: stock goes back.
    #[default]
    Release,
}

impl WorkKind {
    /// Its name in the table.
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Order => "deduct",
            Self::Edit => "edit",
            Self::Release => "release",
        }
    }
}

/// A row of work. What has no column of its own is its payload, which is the JSON of this struct.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Work {
    /// Rows are tried in this order.
    #[serde(skip)]
    pub(crate) id: i64,
    /// The order that waits.
    #[serde(skip)]
    pub(crate) order_id: String,
    /// What it decides.
    #[serde(skip)]
    pub(crate) kind: WorkKind,
    /// What is to be sent; its `ref` is the row's.
    pub(crate) command: Command,
    /// The lines that an edit will give the order.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) lines: Option<Vec<Line>>,
    /// The open idempotency record of an edit that came with a key: scope and key.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) record: Option<(String, String)>,
    /// The edit's request, where it has a key.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) by: Option<RequestKey>,
    /// The customer's name that an edit will give the order; `None` leaves it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) customer_name: Option<String>,
    /// How often it was tried.
    #[serde(skip)]
    pub(crate) attempts: i64,
    /// Not before this time.
    #[serde(skip)]
    pub(crate) next_at: Timestamp,
}

impl Work {
    /// A row that is to be written, for this order.
    pub(super) fn new(order_id: &str, kind: WorkKind, command: Command, next_at: Timestamp) -> Self {
        let (lines, record, by, customer_name) = (None, None, None, None);
        let order_id = order_id.to_owned();
        Self { id: 0, order_id, kind, command, lines, record, by, customer_name, attempts: 0, next_at }
    }

    /// Whether its turn has come.
    pub(crate) fn is_due(&self, now: Timestamp) -> bool {
        self.next_at <= now || self.next_at > now.plus_micros(NEXT_MICROS_MAX)
    }

    /// What it wants, which those behind it wait for.
    pub(crate) fn wants(&self) -> &[StockLine] {
        match self.kind {
            WorkKind::Order | WorkKind::Edit => self.command.lines(),
            WorkKind::Release => &[],
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::transport::commands::Deduct;

    #[test]
    fn a_row_waits_for_its_turn_but_not_for_a_wrong_clock() {
        let now = Timestamp::from_micros(1_700_000_000_000_000);
        let lines = vec![StockLine { sku: "a".to_owned(), quantity: 1 }];
        let deduct = Deduct { reference: "o/1".to_owned(), replaces: None, attempt: 0, lines };
        for (micros, expected) in [(0, true), (1, false), (5_000_000, false), (172_800_000_000, true)] {
            let command = Command::Deduct(deduct.clone());
            let work = Work::new("o", WorkKind::Order, command, now.plus_micros(micros));
            assert_eq!(work.is_due(now), expected, "{micros}");
        }
    }
}
