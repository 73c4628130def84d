//! What is counted about orders, under the names that system D's dashboards ask for.

use std::time::Duration;

use kassa_service::Metrics;
use kassa_service::metrics::{Counter, DURATION_BUCKETS, Family, Histogram};

use super::order::Status;

type Label = [(&'static str, &'static str); 1];

/// The metrics of orders.
#[derive(Debug)]
pub(crate) struct OrderMetrics {
    created: Family<Label, Counter>,
    processing: Family<Label, Histogram, fn() -> Histogram>,
    hits: Counter,
    misses: Counter,
}

impl OrderMetrics {
    pub(crate) fn register(metrics: &Metrics) -> Self {
        Self {
            created: metrics.register(
                "orders_created_total",
                "Orders written, by the status they were answered with.",
                Family::default(),
            ),
            processing: metrics.register(
                "order_processing_duration_seconds",
                "Time from a checked order until its answer was durable, by status.",
                Family::new_with_constructor(|| Histogram::new(DURATION_BUCKETS)),
            ),
            hits: metrics.register(
                "idempotency_cache_hits_total",
                "Requests for orders that were answered as the first time.",
                Counter::default(),
            ),
            misses: metrics.register(
                "idempotency_cache_misses_total",
                "Requests for orders whose key was new.",
                Counter::default(),
            ),
        }
    }

    pub(crate) fn created(&self, status: Status, took: Duration) {
        self.created.get_or_create(&[("status", status.name())]).inc();
        self.processing.get_or_create(&[("status", status.name())]).observe(took.as_secs_f64());
        self.misses.inc();
    }

    pub(crate) fn replayed(&self) {
        self.hits.inc();
    }
}
