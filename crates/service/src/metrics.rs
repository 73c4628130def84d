//! Metrics: one registry per process, its text for Prometheus, and a list of what there is.
//!
//! Names are given in full, as they appear on `/metrics`: counters end in `_total`. Every label must be bounded by whoever
//! sets it.
//!
//! ```
//! # use kassa_service::metrics::{Counter, Metrics};
//! let metrics = Metrics::new("0.1.0");
//! let events: Counter = metrics.register("kassa_events_total", "Events taken in.", Counter::default());
//! events.inc();
//! assert!(metrics.text().contains("kassa_events_total 1"));
//! ```

mod http;
mod plain;
mod process;
mod registry;

use std::sync::Arc;

use axum::Router;
use axum::http::HeaderMap;
use axum::http::header::CONTENT_TYPE;
use axum::response::IntoResponse;
use axum::routing::get;
use prometheus_client::registry::Metric;

pub(crate) use http::Http;
pub use prometheus_client::collector::Collector;
pub use prometheus_client::encoding;
pub use prometheus_client::metrics::MetricType;
pub use prometheus_client::metrics::counter::{ConstCounter, Counter};
pub use prometheus_client::metrics::family::Family;
pub use prometheus_client::metrics::gauge::Gauge;
pub use prometheus_client::metrics::histogram::Histogram;

pub use registry::{DURATION_BUCKETS, Description};

use registry::Registered;

/// The process's registry. Clones share it.
#[derive(Debug, Clone)]
pub struct Metrics(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    registered: Registered,
    http: Arc<Http>,
}

impl Metrics {
    /// The metrics of every role: HTTP, process and build (`version`).
    pub fn new(version: &str) -> Self {
        let (registered, http) = (Registered::default(), Arc::default());
        http::register(&registered, &http);
        process::register(&registered, version);
        Self(Arc::new(Inner { registered, http }))
    }

    /// Adds a metric, and gives it back: what is changed on it, or on a clone of it, is shown.
    ///
    /// # Panics
    /// When `name` is registered already: a mistake in the program, found at its first start.
    pub fn register<M: Metric + Clone>(&self, name: &'static str, help: &'static str, metric: M) -> M {
        self.0.registered.register(name, help, metric)
    }

    /// Adds metrics whose values are found when they are asked for.
    ///
    /// # Panics
    /// When one of `described` is registered already.
    pub fn register_collector(&self, described: &[Description], collector: impl Collector) {
        self.0.registered.register_collector(described, collector);
    }

    /// Everything there is, by name.
    pub fn describe(&self) -> Vec<Description> {
        self.0.registered.describe()
    }

    /// All values in the OpenMetrics text format.
    pub fn text(&self) -> String {
        self.0.registered.text()
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
}

#[cfg(test)]
mod tests;
