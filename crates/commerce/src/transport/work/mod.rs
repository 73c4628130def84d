//! Work that waits for stock: one row per command that has no reply yet, and what a process remembers of them.

pub(crate) mod store;

use std::collections::{HashMap, HashSet};
use std::sync::{Mutex, PoisonError};

use kassa_model::Timestamp;
use kassa_service::Metrics;
use kassa_service::metrics::{Gauge, Unit};
use tokio::sync::Notify;

use super::commands::Command;
use crate::inventory::StockLine;

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

    /// Tells the drain that there is work.
    pub(crate) fn wake(&self) {
        self.news.notify_one();
    }

    /// Waits for [`wake`](Self::wake).
    pub(crate) async fn woken(&self) {
        self.news.notified().await;
    }
}

/// Which rows may be under way together: for every SKU the oldest row that wants it, and no other.
#[derive(Debug, Default)]
pub(crate) struct Lanes {
    /// Per SKU the rows that want it, oldest last.
    lanes: HashMap<String, Vec<usize>>,
    /// Per row the lanes in which others are before it.
    blocked: Vec<usize>,
    ready: Vec<usize>,
}

impl Lanes {
    /// Lanes for `rows`, oldest first, by the SKUs that each wants.
    pub(crate) fn new<'a, S: IntoIterator<Item = &'a str>>(rows: impl IntoIterator<Item = S>) -> Self {
        let mut lanes = Self::default();
        for (row, skus) in rows.into_iter().enumerate() {
            let distinct: HashSet<&str> = skus.into_iter().collect();
            let mut blocked = 0;
            for sku in distinct {
                let lane = lanes.lanes.entry(sku.to_owned()).or_default();
                blocked += usize::from(!lane.is_empty());
                lane.push(row);
            }
            lanes.blocked.push(blocked);
            if blocked == 0 {
                lanes.ready.push(row);
            }
        }
        for lane in lanes.lanes.values_mut() {
            lane.reverse();
        }
        lanes.ready.reverse();
        lanes
    }

    /// The next row that may go, if one may.
    pub(crate) fn next(&mut self) -> Option<usize> {
        self.ready.pop()
    }

    /// Lets those behind `row` go. A row that is never given here blocks them.
    pub(crate) fn done<'a>(&mut self, row: usize, skus: impl IntoIterator<Item = &'a str>) {
        let distinct: HashSet<&str> = skus.into_iter().collect();
        for sku in distinct {
            let Some(lane) = self.lanes.get_mut(sku) else { continue };
            if lane.last() != Some(&row) {
                continue;
            }
            lane.pop();
            if let Some(next) = lane.last().copied() {
                self.blocked[next] -= 1;
                if self.blocked[next] == 0 {
                    self.ready.push(next);
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_oldest_of_each_sku_goes_first() {
        let rows = [vec!["a"], vec!["b", "a"], vec!["c"], vec!["b"], vec![], vec!["a", "a"]];
        let mut lanes = Lanes::new(rows.iter().map(|skus| skus.iter().copied()));
        let under_way = |lanes: &mut Lanes| std::iter::from_fn(|| lanes.next()).collect::<Vec<_>>();
        assert_eq!(under_way(&mut lanes), [0, 2, 4]);
        lanes.done(2, ["c"]);
        lanes.done(4, []);
        assert_eq!(under_way(&mut lanes), [] as [usize; 0]);
        lanes.done(0, ["a"]);
        assert_eq!(under_way(&mut lanes), [1]);
        // Row 1 fails: rows 3 and 5 wait for another round.
        assert_eq!(under_way(&mut lanes), [] as [usize; 0]);
        lanes.done(1, ["a", "b"]);
        let mut rest = under_way(&mut lanes);
        rest.sort_unstable();
        assert_eq!(rest, [3, 5]);
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
