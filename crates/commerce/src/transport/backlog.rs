//! What a process remembers of the work that waits for stock.

use std::collections::HashSet;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use kassa_service::Metrics;
use kassa_service::metrics::Gauge;
use tokio::sync::Notify;

use crate::inventory::StockLine;

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
        metrics.register("kassa_orders_waiting", help, self.waiting.clone());
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

    /// Replaces what was known by what was read: how many wait, and what the oldest of them want.
    pub(crate) fn set<'a>(&self, waiting: u64, wanted: impl Iterator<Item = &'a StockLine>) {
        let wanted = wanted.map(|line| line.sku.clone()).collect();
        self.waiting.set(i64::try_from(waiting).unwrap_or(i64::MAX));
        *self.skus.lock().unwrap_or_else(PoisonError::into_inner) = wanted;
    }

    /// Notes which row was found to be the oldest.
    pub(crate) fn note_oldest(&self, row: Option<i64>) {
        let mut oldest = self.oldest.lock().unwrap_or_else(PoisonError::into_inner);
        *oldest = match (row, *oldest) {
            (Some(row), Some((id, since))) if id == row => Some((id, since)),
            (Some(row), _) => Some((row, Instant::now())),
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
    fn the_oldest_row_waits_for_as_long_as_it_is_that() {
        let backlog = Backlog::default();
        backlog.note_oldest(Some(1));
        // Time itself: how long it waits is told.
        std::thread::sleep(Duration::from_millis(5));
        backlog.note_oldest(Some(1));
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
