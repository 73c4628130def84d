//! What is asked of a list of orders, and the cursors that lead from page to page.

use kassa_model::Timestamp;

use super::super::order::Filter;
use crate::page::CountAsked;

/// What is asked.
#[derive(Debug, Clone)]
pub(in crate::orders) struct Question {
    /// Which orders.
    pub(in crate::orders) filter: Filter,
    /// A number, a UUID, a reference or a SKU.
    pub(in crate::orders) q: Option<String>,
    /// In the order of their changes, from a time on.
    pub(in crate::orders) changes: Option<Changes>,
    /// How many, at most.
    pub(in crate::orders) limit: i64,
    /// Whether they are counted.
    pub(in crate::orders) total: CountAsked,
}

/// Where a list of changes begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::orders) struct Changes {
    /// Changed at this time or later; see [`since`](super::since).
    pub(in crate::orders) since: Timestamp,
    /// The change and the number of the last order of the page before.
    pub(in crate::orders) after: Option<(Timestamp, i64)>,
    /// The time of the last change on the last page; `None`: of the last that shows.
    pub(in crate::orders) until: Option<Timestamp>,
}

/// Where a page begins that is not the first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::orders) enum Cursor {
    /// Before the order with this number.
    Before(i64),
    /// After this change of the order with this number, in a list that ends with the second time.
    After((Timestamp, i64), Option<Timestamp>),
}

/// Reads a cursor: `<number>`, or `<time of a change>-<number>-<time of the last change>`.
pub(in crate::orders) fn parse_cursor(text: &str) -> Option<Cursor> {
    let time = |text: &str| text.parse().ok().map(Timestamp::from_micros);
    match text.split('-').collect::<Vec<_>>()[..] {
        [number] => Some(Cursor::Before(number.parse().ok()?)),
        [changed_at, number] => Some(Cursor::After((time(changed_at)?, number.parse().ok()?), None)),
        [changed_at, number, until] => {
            Some(Cursor::After((time(changed_at)?, number.parse().ok()?), Some(time(until)?)))
        }
        _ => None,
    }
}

impl Changes {
    /// Whether the list goes so far.
    pub(super) fn has(&self, changed_at: Timestamp) -> bool {
        self.until.is_none_or(|until| changed_at <= until)
    }
}
