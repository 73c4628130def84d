//! Reports: questions about stored events, answered over HTTP. This half only reads.
//!
//! A question goes one way: [`parse`] (JSON → what was asked) → [`plan`] (time zones settled; a value for the store) →
//! [`kassa_eventstore::EventStore`] → [`shape`] (table → JSON). The definitions of all metrics are in [`definitions`].
//!
//! Who may ask: the native routes (`/v1/…`) want a secret key or open mode and answer problems; the compat routes
//! (`GET /stats` of system E, `GET /events` of system B) likewise, in their own shapes. A key limited to one site gets
//! 404 for every other.

mod amounts;
mod answer;
mod ask;
mod batch_events;
mod buckets;
mod calendar;
mod comparison;
mod csv;
mod dead_letters;
pub mod definitions;
mod export;
mod first;
mod guard;
mod json;
mod params;
mod parse;
mod parse_extras;
mod parse_filter;
mod parse_money;
mod parse_range;
mod plan;
mod realtime;
mod refusal;
mod rows;
mod shape;
mod stats;
mod stream;

#[cfg(test)]
mod tests;

use std::sync::Arc;
use std::time::Duration;

use axum::http::HeaderValue;
use axum::http::header::CACHE_CONTROL;
use axum::middleware::map_response;
use axum::response::Response;
use kassa_access::Access;
use kassa_eventstore::{Error as StoreError, EventStore};
use kassa_model::{Clock, Currency};
use kassa_service::protected::{get, post};
use kassa_service::{Protected, Shutdown};
use tokio::sync::Semaphore;

use first::FirstEvents;
use refusal::Refusal;
use stream::Hub;

/// What can be set about reports.
#[derive(Debug, Clone)]
pub struct ReportOptions {
    /// How often a watched site is measured for the live stream.
    pub realtime_every: Duration,
    /// The most open live streams, over all sites; more are refused with 503.
    pub watchers_max: usize,
    /// Ends the live streams, so that the server can drain.
    pub shutdown: Shutdown,
    /// The shop's currency: that of amounts where there are none.
    pub currency: Currency,
    /// The longest that a question may take, all that it asks of the store together; 504 beyond.
    pub query_timeout: Duration,
    /// How long an export waits for others to end; 503 beyond.
    pub export_wait: Duration,
}

impl Default for ReportOptions {
    fn default() -> Self {
        Self {
            realtime_every: Duration::from_secs(1),
            watchers_max: 256,
            shutdown: Shutdown::new(),
            currency: Currency::USD,
            query_timeout: Duration::from_secs(30),
            export_wait: Duration::from_secs(10),
        }
    }
}

/// Everything that answering needs; one per process.
#[derive(Debug)]
pub struct Reports {
    store: Arc<dyn EventStore>,
    access: Access,
    clock: Arc<dyn Clock>,
    hub: Arc<Hub>,
    first: FirstEvents,
    currency: Currency,
    query_timeout: Duration,
    exports: Arc<Semaphore>,
    export_wait: Duration,
}

impl Reports {
    /// Reports over `store`, for whom `access` lets in.
    pub fn new(
        options: ReportOptions,
        store: Arc<dyn EventStore>,
        access: Access,
        clock: Arc<dyn Clock>,
    ) -> Arc<Self> {
        let ReportOptions { currency, query_timeout, export_wait, .. } = options;
        let exports = Arc::new(Semaphore::new(export::EXPORTS_MAX));
        let hub = Hub::new(options, Arc::clone(&store), Arc::clone(&clock));
        let first = FirstEvents::default();
        Arc::new(Self { store, access, clock, hub, first, currency, query_timeout, exports, export_wait })
    }

    /// What `asking` answers, if it does in time; dropped beyond, which ends what the store does for it.
    async fn in_time<T>(&self, asking: impl Future<Output = Result<T, Refusal>>) -> Result<T, Refusal> {
        match tokio::time::timeout(self.query_timeout, asking).await {
            Ok(answer) => answer,
            Err(_) => Err(Refusal::Store(StoreError::Timeout(self.query_timeout.as_secs()))),
        }
    }
}

/// All routes of reports, for a server that does not tell route classes apart (tests do).
pub fn routes(reports: Arc<Reports>) -> Protected {
    native_routes(Arc::clone(&reports)).merge(compat_routes(reports))
}

/// The routes of class `Native`.
pub fn native_routes(reports: Arc<Reports>) -> Protected {
    Protected::new()
        .route("/v1/query", post(answer::post_query))
        .route("/v1/query/definitions", get(answer::get_definitions))
        .route("/v1/realtime", get(realtime::get_realtime))
        .route("/v1/realtime/stream", get(stream::get_stream))
        .route("/v1/events", get(rows::get_events))
        .route("/v1/export", get(export::get_export))
        .route("/v1/admin/dead-letters", get(dead_letters::list_dead_letters))
        .route("/v1/admin/dead-letters/{id}", get(dead_letters::get_dead_letter))
        .route("/v1/admin/counts", get(dead_letters::get_counts))
        .with_state(reports)
        .layer(map_response(unkept))
}

/// An answer is of the moment in which it was asked: no browser and no proxy may give it again.
async fn unkept(mut response: Response) -> Response {
    response.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

/// The routes of class `Compat`.
pub fn compat_routes(reports: Arc<Reports>) -> Protected {
    Protected::new()
        .route("/stats", get(stats::get_stats))
        .route("/events", get(batch_events::get_events))
        .with_state(reports)
}
