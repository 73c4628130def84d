//! What happens on a site just now, measured: for [`super::realtime`] once, for [`super::stream`] again and again.

use kassa_eventstore::query::{
    Cell, Dimension, Direction, Field, Metric, OrderBy, OrderKey, Query, Table, TimeRange,
};
use kassa_eventstore::{Error, EventStore};
use kassa_model::{MICROS_PER_SECOND, Timestamp};
use serde_json::{Value, json};

use super::calendar::REALTIME_MICROS;
use super::shape::NONE;

const MINUTE: i64 = 60 * MICROS_PER_SECOND;
/// Minutes of the time series.
const MINUTES: i64 = 30;
/// Pages and sources that are listed.
const TOP: u32 = 10;

/// Measures `site` at `now`.
///
/// # Errors
/// The store's.
pub(crate) async fn measure(store: &dyn EventStore, site: &str, now: Timestamp) -> Result<Value, Error> {
    let end = now.plus_micros(1);
    let current = TimeRange { from: end.plus_micros(-REALTIME_MICROS), to: end };
    let visitors = vec![Metric::Visitors];
    let now_here = store.query(&question(site, current, visitors.clone(), None)).await?;
    let series = store.query(&minutes_question(site, now)).await?;
    let page_metrics = vec![Metric::Visitors, Metric::Pageviews];
    let pages = store.query(&question(site, current, page_metrics, Some(Field::Page))).await?;
    let sources = store.query(&question(site, current, visitors, Some(Field::Source))).await?;
    Ok(json!({
        "site_id": site,
        "measured_at": now.to_string(),
        "current_visitors": now_here.rows.first().map_or(0, |row| int(row.first())),
        "minutes": show_minutes(&series, first_minute(now)),
        "top_pages": pages.rows.iter().filter_map(|row| show_page(row)).collect::<Vec<_>>(),
        "top_sources": sources.rows.iter().map(|row| show_source(row)).collect::<Vec<_>>(),
    }))
}

/// Whether anything but the time differs between two measurements, so that streams need not repeat themselves.
pub(crate) fn is_news(old: &Value, new: &Value) -> bool {
    ["current_visitors", "minutes", "top_pages", "top_sources"]
        .iter()
        .any(|name| old.get(name) != new.get(name))
}

/// What `metrics` are of a site in `range`, or of the values of `by` that lead in the first of them.
pub(crate) fn question(site: &str, range: TimeRange, metrics: Vec<Metric>, by: Option<Field>) -> Query {
    Query {
        sites: vec![site.to_owned()],
        range,
        metrics,
        dimensions: by.into_iter().map(Dimension::Field).collect(),
        filter: None,
        include_bots: false,
        include_dialect_bots: false,
        order_by: vec![OrderBy { key: OrderKey::Metric(0), direction: Direction::Descending }],
        limit: TOP,
        offset: 0,
        rules: Vec::new(),
    }
}

fn minutes_question(site: &str, now: Timestamp) -> Query {
    let first = first_minute(now);
    let boundaries: Vec<Timestamp> = (0..=MINUTES).map(|minute| first.plus_micros(minute * MINUTE)).collect();
    let range = TimeRange { from: first, to: first.plus_micros(MINUTES * MINUTE) };
    Query {
        dimensions: vec![Dimension::Time { boundaries }],
        order_by: vec![OrderBy { key: OrderKey::Dimension(0), direction: Direction::Ascending }],
        limit: u32::try_from(MINUTES).unwrap_or(u32::MAX),
        ..question(site, range, vec![Metric::Visitors, Metric::Pageviews, Metric::Events], None)
    }
}

fn first_minute(now: Timestamp) -> Timestamp {
    Timestamp::from_micros((now.micros().div_euclid(MINUTE) - MINUTES + 1) * MINUTE)
}

fn show_minutes(series: &Table, first: Timestamp) -> Vec<Value> {
    let row_of = |minute: i64| series.rows.iter().find(|row| row.first() == Some(&Cell::Int(minute)));
    let show = |minute: i64| {
        let count = |column: usize| row_of(minute).map_or(0, |row| int(row.get(column)));
        json!({
            "time": first.plus_micros(minute * MINUTE).to_string(),
            "visitors": count(1),
            "pageviews": count(2),
            "events": count(3),
        })
    };
    (0..MINUTES).map(show).collect()
}

fn show_page(row: &[Cell]) -> Option<Value> {
    match row {
        [Cell::Text(page), visitors, views] => {
            Some(json!({"page": page, "visitors": int(Some(visitors)), "pageviews": int(Some(views))}))
        }
        _ => None,
    }
}

fn show_source(row: &[Cell]) -> Value {
    let source = match row.first() {
        Some(Cell::Text(source)) => source,
        _ => NONE,
    };
    json!({"source": source, "visitors": int(row.get(1))})
}

/// A count of a row; 0 where there is none.
pub(crate) fn int(cell: Option<&Cell>) -> i64 {
    match cell {
        Some(Cell::Int(value)) => *value,
        _ => 0,
    }
}
