//! `GET /v1/realtime?site_id=…`: what happens on a site just now.
//!
//! ```json
//! {"site_id":"demo","measured_at":"2026-11-20T12:00:30Z","current_visitors":3,
//!  "minutes":[{"time":"2026-11-20T11:31:00Z","visitors":1,"pageviews":2,"events":3}],
//!  "top_pages":[{"page":"/shop","visitors":2,"pageviews":4}],"top_sources":[{"source":"(none)","visitors":3}]}
//! ```
//! `minutes` has the last 30, this one included, oldest first; current visitors and both lists are of the last 5
//! minutes. Bots are left out.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::Uri;
use kassa_access::Asker;
use serde_json::Value;

use super::measure::measure;
use super::params::Params;
use super::refusal::Refusal;
use super::reports::Reports;

/// `GET /v1/realtime`.
pub(crate) async fn get_realtime(
    Asker(caller): Asker,
    State(reports): State<Arc<Reports>>,
    uri: Uri,
) -> Result<Json<Value>, Refusal> {
    let params = Params::of(&uri, &["site_id"])?;
    let site = params.required("site_id")?;
    let calendar = reports.calendar_of(&caller, site)?;
    let store = reports.store(&caller).by_panel("live");
    let measuring = async { Ok(measure(&store, site, calendar.now).await?) };
    Ok(Json(reports.in_time(measuring).await?))
}
