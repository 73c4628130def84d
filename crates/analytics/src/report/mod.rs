//! Reports: questions about stored events, answered over HTTP. This half only reads.
//!
//! A question goes one way: [`parse`] (JSON → what was asked) → [`plan`] (time zones settled; a value for the store) →
//! [`kassa_eventstore::EventStore`] → [`shape`] (table → JSON). The definitions of all metrics are in [`definitions`].
//!
//! Who may ask: the native routes (`/v1/…`) want a secret key or open mode and answer problems; the compat routes
//! (`GET /stats` of system E, `GET /events` of system B) likewise, in their own shapes. A key limited to one site gets
//! 404 for every other.

mod alerts;
mod amounts;
mod answer;
mod ask;
mod batch;
mod batch_events;
mod behind;
mod books;
mod buckets;
mod calendar;
mod comparison;
mod csv;
mod csv_table;
mod dead_letters;
pub mod definitions;
mod dropped;
mod drops;
mod export;
mod first;
mod freshness;
mod funnel;
mod goods;
mod guard;
mod hub;
mod imported;
mod journey;
mod json;
mod kept;
mod measure;
mod options;
mod orders;
mod params;
mod parse;
mod parse_batch;
mod parse_behind;
mod parse_dimension;
mod parse_extras;
mod parse_filter;
mod parse_money;
mod parse_range;
mod paths;
mod plan;
mod realtime;
mod refusal;
mod reports;
mod retention;
mod rows;
mod shape;
mod stats;
mod stream;
mod trust;
mod visits;
mod whereabouts;

#[cfg(test)]
mod tests;

use std::sync::Arc;

use axum::http::HeaderValue;
use axum::http::header::CACHE_CONTROL;
use axum::middleware::map_response;
use axum::response::Response;
use kassa_service::Protected;
use kassa_service::protected::{get, post};

pub use alerts::{Fired, Gauges, Pager, watch_alerts};
pub use books::{Books, Verdict};
pub use guard::LETTERS;
pub use kept::{Note, Notes};
pub use options::ReportOptions;
pub use orders::OrderNumbers;
pub use reports::Reports;

/// All routes of reports, for a server that does not tell route classes apart (tests do).
pub fn routes(reports: Arc<Reports>) -> Protected {
    native_routes(Arc::clone(&reports)).merge(compat_routes(reports))
}

/// The routes of class `Native`.
pub fn native_routes(reports: Arc<Reports>) -> Protected {
    Protected::new()
        .route("/v1/query", post(answer::post_query))
        .route("/v1/query/batch", post(batch::post_batch))
        .route("/v1/query/rows", post(behind::post_rows))
        .route("/v1/query/definitions", get(answer::get_definitions))
        .route("/v1/funnel", post(funnel::post_funnel))
        .route("/v1/retention", post(retention::post_retention))
        .route("/v1/paths", post(paths::post_paths))
        .route("/v1/drops", get(drops::get_drops))
        .route("/v1/where", get(whereabouts::get_where))
        .route("/v1/trust", get(trust::get_trust))
        .route("/v1/products/performance", post(goods::post_performance))
        .route("/v1/demand", post(goods::post_demand))
        .route("/v1/realtime", get(realtime::get_realtime))
        .route("/v1/realtime/stream", get(stream::get_stream))
        .route("/v1/events", get(rows::get_events))
        .route("/v1/export", get(export::get_export))
        .route("/v1/admin/dead-letters", get(dead_letters::list_dead_letters))
        .route("/v1/admin/dead-letters/{id}", get(dead_letters::get_dead_letter))
        .route("/v1/admin/counts", get(dead_letters::get_counts))
        .merge(kept::routes())
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
