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
use kassa_eventstore::EventStore;
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
    let (fresh_at, lag) = reports.in_time(freshness(&reports, &caller)).await?;
    let books = reports.books.as_ref().and_then(|books| books.verdict()).map(|verdict| {
        json!({
            "ok": verdict.ok,
            "complete": verdict.complete,
            "violations": verdict.violations,
            "checked_at": verdict.checked_at,
        })
    });
    Ok(Json(json!({"fresh_at": fresh_at.map(|time| time.to_string()), "lag": lag, "books": books})))
}

/// Until when the store is complete, and how much it lacks; neither is known without the log.
async fn freshness(
    reports: &Reports,
    caller: &Caller,
) -> Result<(Option<Timestamp>, Option<Value>), Refusal> {
    let Some(ends) = reports.log_ends().await else { return Ok((None, None)) };
    let marks = reports.store(caller).marks().await?;
    let fresh_at = ends.fresh_at(&marks).await;
    let lag = fresh_at.map(|fresh_at| {
        let micros = ends.looked_at().micros().saturating_sub(fresh_at.micros());
        json!({"records": ends.lag_records(&marks), "seconds": micros as f64 / MICROS_PER_SECOND as f64})
    });
    Ok((fresh_at, lag))
}
