//! System E's `GET /stats?site_id=…&date=YYYY-MM-DD`:
//!
//! ```json
//! {"site_id":"site-abc-123","date":"2025-11-12","total_views":2,"unique_users":1,
//!  "top_paths":[{"path":"/p/1","views":2}]}
//! ```
//! Views and top paths count events *sent as* exactly `page_view`; unique users are distinct `user_id`s over all
//! events; bots of kassa's own tracker and of Segment's clients count in neither. Without a date: all of time. A day is one of the site's time zone.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::Uri;
use axum::response::{IntoResponse, Response};
use kassa_access::Caller;
use kassa_eventstore::EventStore;
use kassa_eventstore::query::{
    Cell, Dimension, Direction, Field, Filter, Metric, Operator, OrderBy, OrderKey, Query, TimeRange,
};
use serde::Serialize;

use super::ask::RangeAsk;
use super::guard::{E, Reader};
use super::params::{Params, always};
use super::parse_range::parse_date;
use super::refusal::Refusal;
use super::reports::Reports;

/// How many paths are listed.
const TOP_PATHS: u32 = 10;

/// `GET /stats`.
pub(crate) async fn get_stats(
    Reader(caller, ..): Reader<E>,
    State(reports): State<Arc<Reports>>,
    uri: Uri,
) -> Response {
    match reports.in_time(stats(&reports, &caller, &uri)).await {
        Ok(answer) => Json(answer).into_response(),
        Err(refusal) => refusal.into_compat(),
    }
}

/// The answer; its members in the order that system E writes them.
#[derive(Debug, Serialize)]
struct Stats {
    site_id: String,
    date: Option<String>,
    total_views: i64,
    unique_users: i64,
    top_paths: Vec<PathViews>,
}

#[derive(Debug, Serialize)]
struct PathViews {
    path: String,
    views: i64,
}

async fn stats(reports: &Reports, caller: &Caller, uri: &Uri) -> Result<Stats, Refusal> {
    let params = Params::any(uri)?;
    let site = params.required("site_id")?;
    let calendar = reports.lenient_calendar_of(caller, site)?;
    let date = params.text("date");
    let range = match date {
        None => always(),
        Some(text) => match parse_date(text) {
            Some(date) => calendar.resolve(RangeAsk::Dates(date, date)).range,
            None => {
                return Err(Refusal::Invalid("date must be a valid date of the form YYYY-MM-DD".to_owned()));
            }
        },
    };
    let store = reports.store(caller);
    let views = store.query(&question(site, range, Metric::Events, vec![])).await?;
    let users = store.query(&question(site, range, Metric::Users, vec![])).await?;
    let paths = vec![Dimension::Field(Field::PageSent)];
    let paths = store.query(&question(site, range, Metric::Events, paths)).await?;
    Ok(Stats {
        site_id: site.to_owned(),
        date: date.map(str::to_owned),
        total_views: count(views.rows.first()),
        unique_users: count(users.rows.first()),
        top_paths: paths.rows.iter().filter_map(|row| path_views(row)).collect(),
    })
}

fn question(site: &str, range: TimeRange, metric: Metric, dimensions: Vec<Dimension>) -> Query {
    let sent_as_page_view =
        Filter::Test { field: Field::NameSent, operator: Operator::Is, values: vec!["page_view".to_owned()] };
    Query {
        sites: vec![site.to_owned()],
        range,
        metrics: vec![metric],
        dimensions,
        filter: (metric == Metric::Events).then_some(sent_as_page_view),
        include_bots: false,
        include_dialect_bots: true,
        order_by: vec![OrderBy { key: OrderKey::Metric(0), direction: Direction::Descending }],
        limit: TOP_PATHS,
        offset: 0,
        rules: Vec::new(),
    }
}

fn count(row: Option<&Vec<Cell>>) -> i64 {
    match row.and_then(|row| row.first()) {
        Some(Cell::Int(count)) => *count,
        _ => 0,
    }
}

/// An event sent by E always has a path; a page view of another dialect may have none, and is then no path's view.
fn path_views(row: &[Cell]) -> Option<PathViews> {
    match row {
        [Cell::Text(path), Cell::Int(views)] => Some(PathViews { path: path.clone(), views: *views }),
        _ => None,
    }
}
