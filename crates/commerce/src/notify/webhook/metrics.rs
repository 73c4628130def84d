//! What is counted about webhooks.

use std::time::Duration;

use kassa_service::Metrics;
use kassa_service::metrics::{Counter, DURATION_BUCKETS, Family, Histogram};

use super::client::{Failure, Posted};

type Label = [(&'static str, &'static str); 1];

/// The metrics of webhooks.
#[derive(Debug)]
pub(super) struct HookMetrics {
    attempts: Family<Label, Counter>,
    took: Histogram,
}

impl HookMetrics {
    pub(super) fn register(metrics: &Metrics) -> Self {
        Self {
            attempts: metrics.register(
                "kassa_webhook_attempts_total",
                "Requests to endpoints of webhooks, by the class of the answer or why there was none.",
                Family::default(),
            ),
            took: metrics.register(
                "kassa_webhook_attempt_seconds",
                "Time of a request to an endpoint, from resolving its name to the answer's end.",
                Histogram::new(DURATION_BUCKETS),
            ),
        }
    }

    pub(super) fn attempted(&self, posted: &Posted, took: Duration) {
        self.attempts.get_or_create(&[("result", result(posted))]).inc();
        self.took.observe(took.as_secs_f64());
    }
}

fn result(posted: &Posted) -> &'static str {
    match posted {
        Posted::Answered { status, .. } => match status.as_u16() {
            200..=299 => "2xx",
            300..=399 => "3xx",
            400..=499 => "4xx",
            _ => "5xx",
        },
        Posted::Failed { why: Failure::Refused, .. } => "refused",
        Posted::Failed { why: Failure::Unreachable, .. } => "unreachable",
        Posted::Failed { why: Failure::Late, .. } => "late",
        Posted::Failed { why: Failure::Broken, .. } => "broken",
    }
}
