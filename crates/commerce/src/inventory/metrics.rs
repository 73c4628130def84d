//! What is counted and measured about stock: movements, how long they take, and how much is there.

use std::collections::BTreeSet;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use kassa_service::Metrics;
use kassa_service::metrics::{Counter, DURATION_BUCKETS, Family, Gauge, Histogram};

use super::stock::{LedgerKind, Stock};

/// SKUs that have a series of their own in `inventory_stock_level`: the first by name.
pub(super) const LEVELS_MAX: i64 = 200;

type Labels = Vec<(&'static str, String)>;

/// The metrics of stock.
#[derive(Debug)]
pub(crate) struct StockMetrics {
    levels: Family<Labels, Gauge>,
    /// The SKUs that have a series.
    shown: Mutex<BTreeSet<String>>,
    moved: [Counter; LedgerKind::ALL.len()],
    took: [Histogram; LedgerKind::ALL.len()],
}

impl StockMetrics {
    pub(crate) fn register(metrics: &Metrics) -> Self {
        let moved = metrics.register(
            "inventory_transactions_total",
            "Movements of stock committed, a SKU of an order each, by type.",
            Family::<Labels, Counter>::default(),
        );
        let took = metrics.register(
            "inventory_update_duration_seconds",
            "Time from asking for a movement of stock until it was durable, by operation.",
            Family::<Labels, Histogram, fn() -> Histogram>::new_with_constructor(|| {
                Histogram::new(DURATION_BUCKETS)
            }),
        );
        let label = |name: &'static str, kind: LedgerKind| vec![(name, kind.name().to_owned())];
        Self {
            levels: metrics.register(
                "inventory_stock_level",
                "What is on hand of each SKU, read every 5 s; at most 200 SKUs, the first by name.",
                Family::default(),
            ),
            shown: Mutex::default(),
            moved: LedgerKind::ALL.map(|kind| moved.get_or_create(&label("type", kind)).clone()),
            took: LedgerKind::ALL.map(|kind| took.get_or_create(&label("operation", kind)).clone()),
        }
    }

    pub(crate) fn count(&self, kind: LedgerKind) {
        self.moved[place(kind)].inc();
    }

    /// Shows these and no others.
    pub(super) fn show(&self, stock: Vec<Stock>) {
        let labels = |sku: &str| vec![("item_id", sku.to_owned())];
        let mut shown = self.shown.lock().unwrap_or_else(PoisonError::into_inner);
        let before = std::mem::take(&mut *shown);
        for stock in stock {
            self.levels.get_or_create(&labels(&stock.sku)).set(stock.on_hand);
            shown.insert(stock.sku);
        }
        for gone in before.difference(&shown) {
            self.levels.remove(&labels(gone));
        }
    }

    pub(crate) fn took(&self, kind: LedgerKind, time: Duration) {
        self.took[place(kind)].observe(time.as_secs_f64());
    }
}

fn place(kind: LedgerKind) -> usize {
    LedgerKind::ALL.iter().position(|known| *known == kind).unwrap_or(0)
}
