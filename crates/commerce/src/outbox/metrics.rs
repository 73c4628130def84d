//! What the relay counts.

use std::sync::atomic::AtomicU64;

use kassa_model::MICROS_PER_SECOND;
use kassa_service::Metrics;
use kassa_service::metrics::{Counter, Gauge};

/// The relay's metrics.
#[derive(Debug, Default)]
pub(super) struct RelayMetrics {
    rows: Gauge<f64, AtomicU64>,
    oldest: Gauge<f64, AtomicU64>,
    pub(super) published: Counter,
    pub(super) failures: Counter,
}

impl RelayMetrics {
    pub(super) fn register(metrics: &Metrics) -> Self {
        // Before it was counted nobody knows: 0 would say that nothing waits.
        let unknown = Gauge::default();
        unknown.set(f64::NAN);
        Self {
            rows: metrics.register(
                "kassa_outbox_unpublished_rows",
                "Rows of the outbox that are not in the log yet; NaN until they were first counted.",
                unknown,
            ),
            oldest: metrics.register(
                "kassa_outbox_oldest_seconds",
                "How long the oldest row that is not in the log has waited; 0 without one.",
                Gauge::default(),
            ),
            published: metrics.register(
                "kassa_outbox_published_total",
                "Rows of the outbox that this process has brought to the log.",
                Counter::default(),
            ),
            failures: metrics.register(
                "kassa_outbox_failures_total",
                "Tries to publish the outbox that failed; they are repeated.",
                Counter::default(),
            ),
        }
    }

    /// So many rows wait, the oldest for so long.
    pub(super) fn waiting(&self, rows: i64, oldest_micros: Option<i64>) {
        self.rows.set(rows as f64);
        self.oldest.set(oldest_micros.unwrap_or(0).max(0) as f64 / MICROS_PER_SECOND as f64);
    }
}
