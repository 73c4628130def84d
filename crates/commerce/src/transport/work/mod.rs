//! Work that waits for stock: one row per command that has no reply yet, and what a process remembers of them.

pub(crate) mod groups;
pub(crate) mod store;

use std::collections::HashSet;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use kassa_model::{MICROS_PER_SECOND, Timestamp};
use kassa_service::Metrics;
use kassa_service::metrics::{Gauge, Unit};
use tokio::sync::Notify;

use super::commands::Command;
use crate::inventory::StockLine;

/// No row waits longer than this for its next try, µs: one that says so was written by a process with a wrong clock.
const NEXT_MICROS_MAX: i64 = 10 * MICROS_PER_SECOND;

/// What a row of work decides.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Whether an accepted order is confirmed or fails.
    Order,
    /// Whether an edit is committed or dropped.
    Edit,
    /// Nothing: stock goes back.
    Release,
}

/// A row of work that is not done.
#[derive(Debug, Clone)]
pub(crate) struct Work {
    /// Rows are tried in this order.
    pub(crate) id: i64,
    pub(crate) order_id: String,
    pub(crate) kind: Kind,
    pub(crate) command: Command,
    pub(crate) attempts: i64,
    /// Not before this time.
    pub(crate) next_at: Timestamp,
}

impl Work {
    /// Whether its turn has come.
    pub(crate) fn is_due(&self, now: Timestamp) -> bool {
        self.next_at <= now || self.next_at > now.plus_micros(NEXT_MICROS_MAX)
    }

    /// SKUs that it wants, which those behind it wait for.
    pub(crate) fn wants(&self) -> &[StockLine] {
        match self.kind {
            Kind::Order | Kind::Edit => self.command.lines(),
            Kind::Release => &[],
        }
    }
}

/// What this process knows of the work that waits. The table is the truth; this spares asking it for every order.
#[derive(Debug, Default)]
pub(crate) struct Backlog {
    /// Orders and edits without a decision, as last read, and those since.
    waiting: Gauge,
    /// SKUs that earlier orders wait for: a later one queues behind them.
    skus: Mutex<HashSet<String>>,
    /// The oldest row as last read, and since when it is that one.
    oldest: Mutex<Option<(i64, Instant)>>,
    news: Notify,
}

impl Backlog {
    /// How many wait.
    pub(crate) fn waiting(&self) -> u64 {
        u64::try_from(self.waiting.get()).unwrap_or(0)
    }

    /// Shows it on `/metrics`; once per process.
    pub(crate) fn export(&self, metrics: &Metrics) {
        let help = "Accepted orders and edits whose stock is not decided yet.";
        metrics.register("kassa_orders_waiting", help, Unit::None, self.waiting.clone());
    }

    /// Whether an earlier order waits for one of these SKUs.
    pub(crate) fn is_behind(&self, lines: &[StockLine]) -> bool {
        let skus = self.skus.lock().unwrap_or_else(PoisonError::into_inner);
        !skus.is_empty() && lines.iter().any(|line| skus.contains(&line.sku))
    }

    /// Notes that an order with these lines waits from now on.
    pub(crate) fn add(&self, lines: &[StockLine]) {
        self.waiting.inc();
        let mut skus = self.skus.lock().unwrap_or_else(PoisonError::into_inner);
        skus.extend(lines.iter().map(|line| line.sku.clone()));
        drop(skus);
        self.wake();
    }

    /// Replaces what was known by what was read: `work`, the oldest rows, out of `waiting`.
    pub(crate) fn set<'a>(&self, waiting: u64, work: impl Iterator<Item = &'a Work>) {
        let wanted = work.flat_map(Work::wants).map(|line| line.sku.clone()).collect();
        self.waiting.set(i64::try_from(waiting).unwrap_or(i64::MAX));
        *self.skus.lock().unwrap_or_else(PoisonError::into_inner) = wanted;
    }

    /// Notes which row was found to be the oldest.
    pub(crate) fn note_oldest(&self, row: Option<&Work>) {
        let mut oldest = self.oldest.lock().unwrap_or_else(PoisonError::into_inner);
        *oldest = match (row, *oldest) {
            (Some(row), Some((id, since))) if id == row.id => Some((id, since)),
            (Some(row), _) => Some((row.id, Instant::now())),
            (None, _) => None,
        };
    }

    /// For how long this process has seen the same row wait as the oldest, by a clock that nobody sets.
    pub(crate) fn oldest_waits(&self) -> Duration {
        let oldest = *self.oldest.lock().unwrap_or_else(PoisonError::into_inner);
        oldest.map_or(Duration::ZERO, |(_, since)| since.elapsed())
    }

    /// Tells the drain that there is work.
    pub(crate) fn wake(&self) {
        self.news.notify_one();
    }

    /// Waits for [`wake`](Self::wake).
    pub(crate) async fn woken(&self) {
        self.news.notified().await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_waits_for_its_turn_but_not_for_a_wrong_clock() {
        let now = Timestamp::from_micros(1_700_000_000_000_000);
        let lines = vec![StockLine { sku: "a".to_owned(), quantity: 1 }];
        let deduct = crate::transport::commands::Deduct {
            reference: "o/1".to_owned(),
            replaces: None,
            attempt: 0,
            lines,
        };
        let mut work = Work {
            id: 1,
            order_id: "o".to_owned(),
            kind: Kind::Order,
            command: Command::Deduct(deduct),
            attempts: 0,
            next_at: now,
        };
        for (micros, expected) in [(0, true), (1, false), (5_000_000, false), (172_800_000_000, true)] {
            work.next_at = now.plus_micros(micros);
            assert_eq!(work.is_due(now), expected, "{micros}");
        }
        let backlog = Backlog::default();
        backlog.note_oldest(Some(&work));
        std::thread::sleep(Duration::from_millis(5));
        backlog.note_oldest(Some(&work));
        assert!(backlog.oldest_waits() >= Duration::from_millis(5));
        backlog.note_oldest(None);
        assert_eq!(backlog.oldest_waits(), Duration::ZERO);
    }

    #[test]
    fn a_later_order_queues_behind_an_earlier_one() {
        let line = |sku: &str| [StockLine { sku: sku.to_owned(), quantity: 1 }];
        let backlog = Backlog::default();
        assert!(!backlog.is_behind(&line("a")));
        backlog.add(&line("a"));
        assert_eq!((backlog.is_behind(&line("a")), backlog.is_behind(&line("b"))), (true, false));
        assert_eq!(backlog.waiting(), 1);
        backlog.set(0, std::iter::empty());
        assert_eq!((backlog.is_behind(&line("a")), backlog.waiting()), (false, 0));
    }
}
