//! `GET /v1/drops?site_id=&from=&to=`: what was not counted, day by day, the newest first, and why.
//!
//! ```json
//! {"results":[{"day":"2026-11-28","outcome":"rejected","reason":"invalid_time","events":3},
//!   {"day":"2026-11-28","outcome":"bot","country":"DE","events":40}],"meta":{"stored":1000,"dropped":43}}
//! ```

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::Uri;
use kassa_access::{Allowed, need};
use kassa_eventstore::query::TimeRange;
use kassa_model::{MICROS_PER_DAY, Timestamp};
use serde_json::{Value, json};

use super::ask::RangeAsk;
use super::dropped::ends;
use super::params::Params;
use super::refusal::Refusal;
use super::reports::Reports;

/// Days that are told unless others are named, today the last.
const DAYS_DEFAULT: u16 = 30;

/// `GET /v1/drops`.
pub(crate) async fn get_drops(
    Allowed(caller, ..): Allowed<need::Read>,
    State(reports): State<Arc<Reports>>,
    uri: Uri,
) -> Result<Json<Value>, Refusal> {
    let params = Params::of(&uri, &["site_id", "from", "to"])?;
    let site = params.required("site_id")?;
    let calendar = reports.calendar_of(&caller, site)?;
    let lately = calendar.resolve(RangeAsk::Days(DAYS_DEFAULT)).range;
    let named = params.bounds(&calendar)?;
    let range = TimeRange {
        from: params.text("from").map_or(lately.from, |_| named.from),
        // Nothing was received after today.
        to: named.to.min(lately.to.plus_micros(MICROS_PER_DAY)),
    };
    if range.from >= range.to {
        return Ok(Json(json!({"results": [], "meta": {"stored": 0, "dropped": 0}})));
    }
    let sites = [site.to_owned()];
    let ends = reports.in_time(async { Ok(ends(&reports.store(&caller), &sites, range).await?) }).await?;
    let mut dropped: Vec<_> = ends.dropped.iter().collect();
    dropped.sort_by_key(|(why, _)| (std::cmp::Reverse(why.day), why.outcome, why.reason));
    let show = |(why, events): (&super::dropped::Why, &u64)| {
        let mut shown = why.show(*events);
        let day = Timestamp::from_micros(why.day * MICROS_PER_DAY).to_string();
        shown["day"] = json!(day.chars().take(10).collect::<String>());
        shown
    };
    Ok(Json(json!({
        "results": dropped.into_iter().map(show).collect::<Vec<_>>(),
        "meta": {"stored": ends.stored, "dropped": ends.dropped.values().sum::<u64>()},
    })))
}
