//! `GET /v1/trust`: whether what is shown can be trusted just now: until when reports are complete, how much is still to come,
//! and whether the books agreed when they were last looked at.
//!
//! ```json
//! {"fresh_at":"2026-11-29T12:04:00.5Z","lag":{"records":0,"seconds":0},
//!  "books":{"ok":true,"complete":true,"violations":0,"checked_at":"2026-11-29T12:03:40Z"}}
//! ```

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::Uri;
use kassa_access::{Allowed, Caller, need};
use kassa_eventstore::{Error, EventStore};
use kassa_model::{MICROS_PER_SECOND, Timestamp};
use serde_json::{Value, json};

use super::params::Params;
use super::refusal::Refusal;
use super::reports::Reports;

/// `GET /v1/trust`.
pub(crate) async fn get_trust(
    Allowed(caller, ..): Allowed<need::Read>,
    State(reports): State<Arc<Reports>>,
    uri: Uri,
) -> Result<Json<Value>, Refusal> {
    Params::of(&uri, &[])?;
    let freshness = reports.in_time(async { Ok(freshness(&reports, &caller).await?) }).await?;
    let fresh_at = freshness.as_ref().map(|found| found.fresh_at.to_string());
    let lag = freshness.map(|found| {
        json!({"records": found.records, "seconds": found.lag_micros as f64 / MICROS_PER_SECOND as f64})
    });
    let books = reports.books.as_ref().and_then(|books| books.verdict()).map(|verdict| {
        json!({
            "ok": verdict.ok,
            "complete": verdict.complete,
            "violations": verdict.violations,
            "checked_at": verdict.checked_at,
        })
    });
    Ok(Json(json!({"fresh_at": fresh_at, "lag": lag, "books": books})))
}

/// Until when the store is complete, and how much it lacks.
#[derive(Debug)]
pub(crate) struct Freshness {
    pub(crate) fresh_at: Timestamp,
    /// Records that are still to come, about.
    pub(crate) records: u64,
    /// How long ago the store was complete, µs; never negative.
    pub(crate) lag_micros: i64,
}

/// How fresh reports are now; `None` where that is not known, as it is without the log.
///
/// # Errors
/// The store's.
pub(crate) async fn freshness(reports: &Reports, caller: &Caller) -> Result<Option<Freshness>, Error> {
    let Some(ends) = reports.log_ends().await else { return Ok(None) };
    let marks = reports.store(caller).marks().await?;
    let found = ends.fresh_at(&marks).await.map(|fresh_at| {
        let lag_micros = ends.looked_at().micros().saturating_sub(fresh_at.micros()).max(0);
        Freshness { fresh_at, records: ends.lag_records(&marks), lag_micros }
    });
    Ok(found)
}
