//! How long requests take, by method, route and status, at the cost of one map lookup and no allocation per request.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use arc_swap::ArcSwap;
use axum::http::Method;
use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::Histogram;

use super::registry::{DURATION_BUCKETS, Registered};

/// Series at most; what would be beyond is counted as route `other`.
const SERIES_MAX: usize = 1_000;

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Labels {
    method: &'static str,
    route: String,
    status_code: u16,
}

/// The series of one route: few, so a scan finds one faster than a hash.
type Series = Vec<(&'static str, u16, Histogram)>;

/// The HTTP server's metrics.
#[derive(Debug)]
pub(crate) struct Http {
    /// Open connections.
    pub(crate) connections: Gauge,
    durations: Family<Labels, Histogram, fn() -> Histogram>,
    /// What has been seen, replaced as a whole when something new comes: readers wait for nothing.
    known: ArcSwap<HashMap<String, Series>>,
    growing: Mutex<usize>,
}

impl Default for Http {
    fn default() -> Self {
        Self {
            connections: Gauge::default(),
            durations: Family::new_with_constructor(|| Histogram::new(DURATION_BUCKETS)),
            known: ArcSwap::default(),
            growing: Mutex::new(0),
        }
    }
}

pub(super) fn register(registered: &Registered, http: &Http) {
    registered.register(
        "http_request_duration_seconds",
        "Time from a request's headers to its answer's, by route template.",
        http.durations.clone(),
    );
    registered.register("http_connections", "Open HTTP connections.", http.connections.clone());
}

impl Http {
    /// Notes a request that took `taken`.
    pub(crate) fn observe(&self, method: &Method, route: &str, status: u16, taken: Duration) {
        let method = method_label(method);
        let known = self.known.load();
        match known.get(route).and_then(|series| find(series, method, status)) {
            Some(histogram) => histogram.observe(taken.as_secs_f64()),
            None => self.histogram(method, route, status).observe(taken.as_secs_f64()),
        }
    }

    #[cold]
    fn histogram(&self, method: &'static str, route: &str, status: u16) -> Histogram {
        let mut count = self.growing.lock().unwrap_or_else(PoisonError::into_inner);
        if *count >= SERIES_MAX {
            let labels = Labels { method, route: "other".to_owned(), status_code: status };
            return self.durations.get_or_create_owned(&labels);
        }
        let mut known = HashMap::clone(&self.known.load());
        let series = known.entry(route.to_owned()).or_default();
        if let Some(found) = find(series, method, status) {
            return found.clone();
        }
        let labels = Labels { method, route: route.to_owned(), status_code: status };
        let histogram = self.durations.get_or_create_owned(&labels);
        series.push((method, status, histogram.clone()));
        *count += 1;
        self.known.store(known.into());
        histogram
    }
}

fn find<'a>(series: &'a Series, method: &str, status: u16) -> Option<&'a Histogram> {
    let mut all = series.iter();
    all.find(|(known, code, _)| *known == method && *code == status).map(|(.., histogram)| histogram)
}

/// The methods that HTTP defines; a client can make up others without end.
fn method_label(method: &Method) -> &'static str {
    match method.as_str() {
        "GET" => "GET",
        "POST" => "POST",
        "PUT" => "PUT",
        "PATCH" => "PATCH",
        "DELETE" => "DELETE",
        "HEAD" => "HEAD",
        "OPTIONS" => "OPTIONS",
        _ => "other",
    }
}
