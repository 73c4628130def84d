//! `POST /v1/alerts/evaluate`: how often an alert would have been heard of.
//!
//! ```json
//! {"site_id":"demo","watch":{"query":{"metric":"visitors"}},"when":{"is":"below","percent":50},"days":30}
//! {"checked":720,"fired":3,"times":[{"at":"2026-11-19T10:00:00Z","until":"2026-11-19T12:00:00Z","value":1,"expected":10}]}
//! ```

use std::sync::Arc;

use axum::Json;
use axum::extract::{Request, State};
use kassa_access::{Allowed, need};
use serde_json::Value;

use super::evaluate::{Sources, past};
use super::rule::Rule;
use crate::report::json::text;
use crate::report::kept::body::object;
use crate::report::kept::members::Members;
use crate::report::kept::names::Names;
use crate::report::refusal::Refusal;
use crate::report::reports::Reports;

const DAYS_DEFAULT: i64 = 30;
const DAYS_MAX: i64 = 90;

/// `POST /v1/alerts/evaluate`.
pub(crate) async fn post_evaluate(
    Allowed(caller, ..): Allowed<need::Admin>,
    State(reports): State<Arc<Reports>>,
    request: Request,
) -> Result<Json<Value>, Refusal> {
    let members = Members::of(object(request).await?, &["site_id", "watch", "when", "days"])?;
    let site = text(members.required("site_id")?, "site_id")?;
    let calendar = reports.calendar_of(&caller, site)?;
    let names = Names::of(&reports.access, &caller);
    let rule = Rule::parse(&names, site, members.required("watch")?, members.required("when")?)?;
    let days = members.whole("days", 1..=DAYS_MAX)?.unwrap_or(DAYS_DEFAULT);
    let store = reports.store(&caller);
    let sources = Sources { store: &store, reports: &reports, caller: &caller, site, zone: &calendar.zone };
    let found = reports.in_time(async { Ok(past(sources, &rule, days, calendar.now).await?) }).await?;
    Ok(Json(found))
}
