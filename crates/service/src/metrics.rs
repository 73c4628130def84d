//! Metrics: one registry per process, its text for Prometheus, and a list of what there is.
//!
//! Names are given in full, as they appear on `/metrics`: counters end in `_total`. Every label must be bounded by whoever
//! sets it.
//!
//! ```
//! # use kassa_service::metrics::{Counter, Metrics, Unit};
//! let metrics = Metrics::new("0.1.0");
//! let events = Counter::default();
//! metrics.register("kassa_events_total", "Events taken in.", Unit::None, events.clone());
//! events.inc();
//! assert!(metrics.text().contains("kassa_events_total 1"));
//! ```

mod http;
mod plain;
mod process;

use std::sync::{Arc, Mutex, PoisonError};

use axum::Router;
use axum::http::HeaderMap;
use axum::http::header::CONTENT_TYPE;
use axum::response::IntoResponse;
use axum::routing::get;
pub use prometheus_client::collector::Collector;
pub use prometheus_client::encoding;
pub use prometheus_client::metrics::MetricType;
pub use prometheus_client::metrics::counter::{ConstCounter, Counter};
pub use prometheus_client::metrics::family::Family;
pub use prometheus_client::metrics::gauge::Gauge;
pub use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::registry::{Metric, Registry};

pub(crate) use http::Http;

/// Buckets of durations in seconds; old dashboards ask for 0.1, 0.5, 1, 2 and 5.
pub const DURATION_BUCKETS: [f64; 15] =
    [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.0, 5.0, 10.0, 30.0];

/// What a metric is measured in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unit {
    /// A plain number.
    None,
    /// Seconds.
    Seconds,
    /// Bytes.
    Bytes,
}

/// A metric as documentation shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Description {
    /// The name on `/metrics`.
    pub name: &'static str,
    /// What it counts or measures, as a sentence.
    pub help: &'static str,
    /// What it is measured in.
    pub unit: Unit,
}

/// The process's registry. Clones share it.
#[derive(Debug, Clone)]
pub struct Metrics(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    registry: Mutex<Registry>,
    described: Mutex<Vec<Description>>,
    http: Arc<Http>,
}

impl Metrics {
    /// The metrics of every role: HTTP, process and build (`version`).
    pub fn new(version: &str) -> Self {
        let http = Arc::new(Http::default());
        let metrics = Self(Arc::new(Inner {
            registry: Mutex::default(),
            described: Mutex::default(),
            http: Arc::clone(&http),
        }));
        http::register(&metrics, &http);
        process::register(&metrics, version);
        metrics
    }

    /// Adds a metric. Keep a clone of it and change that: no name is looked up then.
    ///
    /// # Panics
    /// When `name` is registered already: a mistake in the program, found at its first start.
    pub fn register(&self, name: &'static str, help: &'static str, unit: Unit, metric: impl Metric) {
        self.describe_one(Description { name, help, unit });
        let mut registry = self.0.registry.lock().unwrap_or_else(PoisonError::into_inner);
        // The encoder appends `_total` to counters and the full stop to the help text.
        registry.register(name.trim_end_matches("_total"), help.trim_end_matches('.'), metric);
    }

    /// Adds metrics whose values are found when they are asked for.
    ///
    /// # Panics
    /// When one of `described` is registered already.
    pub fn register_collector(&self, described: &[Description], collector: impl Collector) {
        for description in described {
            self.describe_one(description.clone());
        }
        let mut registry = self.0.registry.lock().unwrap_or_else(PoisonError::into_inner);
        registry.register_collector(Box::new(collector));
    }

    /// Everything there is, by name.
    pub fn describe(&self) -> Vec<Description> {
        let mut described = self.0.described.lock().unwrap_or_else(PoisonError::into_inner).clone();
        described.sort_by_key(|description| description.name);
        described
    }

    /// All values in the OpenMetrics text format.
    pub fn text(&self) -> String {
        let registry = self.0.registry.lock().unwrap_or_else(PoisonError::into_inner);
        let mut text = String::with_capacity(8 << 10);
        if let Err(error) = prometheus_client::encoding::text::encode(&mut text, &registry) {
            tracing::error!(%error, "cannot write the metrics");
        }
        text
    }

    /// `GET /metrics`, in OpenMetrics where that is asked for, else in Prometheus' text format 0.0.4: for role ports, or
    /// behind a key.
    pub fn routes(&self) -> Router {
        let metrics = self.clone();
        let answer = move |headers: HeaderMap| {
            let answer = match plain::wants_open_metrics(&headers) {
                true => ([(CONTENT_TYPE, plain::OPEN_METRICS)], metrics.text()),
                false => ([(CONTENT_TYPE, plain::PLAIN)], plain::plain(&metrics.text())),
            };
            std::future::ready(answer.into_response())
        };
        Router::new().route("/metrics", get(answer))
    }

    pub(crate) fn http(&self) -> Arc<Http> {
        Arc::clone(&self.0.http)
    }

    fn describe_one(&self, description: Description) {
        let mut described = self.0.described.lock().unwrap_or_else(PoisonError::into_inner);
        let known = described.iter().any(|known| known.name == description.name);
        assert!(!known, "metric {} is registered twice", description.name);
        described.push(description);
    }
}

#[cfg(test)]
mod tests;
