//! What is registered: the names and their meanings, once each.

use std::sync::{Mutex, PoisonError};

use prometheus_client::collector::Collector;
use prometheus_client::encoding::{DescriptorEncoder, MetricEncoder};
use prometheus_client::metrics::MetricType;
use prometheus_client::registry::{Metric, Registry};

/// Buckets of durations in seconds; old dashboards ask for 0.1, 0.5, 1, 2 and 5.
pub const DURATION_BUCKETS: [f64; 15] =
    [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.0, 5.0, 10.0, 30.0];

/// A metric as documentation shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Description {
    /// The name on `/metrics`.
    pub name: &'static str,
    /// What it counts or measures, as a sentence.
    pub help: &'static str,
}

impl Description {
    /// The metric of this name and meaning.
    pub const fn new(name: &'static str, help: &'static str) -> Self {
        Self { name, help }
    }

    /// Begins its values, of this kind, among those that a collector writes.
    pub fn begin<'a>(
        &'a self,
        encoder: &'a mut DescriptorEncoder<'_>,
        kind: MetricType,
    ) -> Result<MetricEncoder<'a>, std::fmt::Error> {
        // The encoder appends `_total` to counters and the full stop to the help text.
        let (name, help) = (self.name.trim_end_matches("_total"), self.help.trim_end_matches('.'));
        encoder.encode_descriptor(name, help, None, kind)
    }
}

/// What is registered.
#[derive(Debug, Default)]
pub(super) struct Registered {
    registry: Mutex<Registry>,
    described: Mutex<Vec<Description>>,
}

impl Registered {
    /// Adds a metric, and gives it back.
    pub(super) fn register<M: Metric + Clone>(&self, name: &'static str, help: &'static str, metric: M) -> M {
        self.describe_one(Description { name, help });
        let mut registry = self.registry.lock().unwrap_or_else(PoisonError::into_inner);
        // The encoder appends `_total` to counters and the full stop to the help text.
        registry.register(name.trim_end_matches("_total"), help.trim_end_matches('.'), metric.clone());
        metric
    }

    /// Adds metrics whose values are found when they are asked for.
    pub(super) fn register_collector(&self, described: &[Description], collector: impl Collector) {
        for description in described {
            self.describe_one(description.clone());
        }
        let mut registry = self.registry.lock().unwrap_or_else(PoisonError::into_inner);
        registry.register_collector(Box::new(collector));
    }

    /// Everything there is, by name.
    pub(super) fn describe(&self) -> Vec<Description> {
        let mut described = self.described.lock().unwrap_or_else(PoisonError::into_inner).clone();
        described.sort_by_key(|description| description.name);
        described
    }

    /// All values in the OpenMetrics text format.
    pub(super) fn text(&self) -> String {
        let registry = self.registry.lock().unwrap_or_else(PoisonError::into_inner);
        let mut text = String::with_capacity(8 << 10);
        if let Err(error) = prometheus_client::encoding::text::encode(&mut text, &registry) {
            tracing::error!(%error, "cannot write the metrics");
        }
        text
    }

    fn describe_one(&self, description: Description) {
        let mut described = self.described.lock().unwrap_or_else(PoisonError::into_inner);
        let known = described.iter().any(|known| known.name == description.name);
        assert!(!known, "metric {} is registered twice", description.name);
        described.push(description);
    }
}
