//! What is counted about notifications.

use std::sync::atomic::AtomicU64;

use kassa_model::MICROS_PER_SECOND;
use kassa_service::Metrics;
use kassa_service::metrics::{Counter, Family, Gauge};

use super::delivery::{Channel, Sent};

type Labels = [(&'static str, &'static str); 2];

/// The notifier's metrics.
#[derive(Debug)]
pub struct NotifyMetrics {
    pub(super) events: Counter,
    pub(super) unreadable: Counter,
    attempts: Family<Labels, Counter>,
    waiting: Gauge,
    oldest: Gauge<f64, AtomicU64>,
}

impl NotifyMetrics {
    /// Those of a process.
    ///
    /// # Panics
    /// When `metrics` has them already.
    pub fn register(metrics: &Metrics) -> Self {
        Self {
            events: metrics.register(
                "kassa_notifier_events_total",
                "Events of the stream of orders that were read by the notifier.",
                Counter::default(),
            ),
            unreadable: metrics.register(
                "kassa_notifier_unreadable_total",
                "Records of that stream that are no events; they are told to nobody.",
                Counter::default(),
            ),
            attempts: metrics.register(
                "kassa_delivery_attempts_total",
                "Attempts to deliver, by channel and by what came of them: done, later, never.",
                Family::default(),
            ),
            waiting: metrics.register(
                "kassa_deliveries_waiting",
                "Deliveries that are to be sent.",
                Gauge::default(),
            ),
            oldest: metrics.register(
                "kassa_deliveries_oldest_seconds",
                "How long ago the oldest of them was made; 0 without one.",
                Gauge::default(),
            ),
        }
    }

    pub(super) fn tried(&self, channel: Channel, sent: &Sent) {
        self.attempts.get_or_create(&[("channel", channel.name()), ("outcome", sent.name())]).inc();
    }

    /// So many wait, the oldest for so long.
    pub(super) fn waits(&self, rows: i64, oldest_micros: Option<i64>) {
        self.waiting.set(rows);
        self.oldest.set(oldest_micros.unwrap_or(0).max(0) as f64 / MICROS_PER_SECOND as f64);
    }
}
