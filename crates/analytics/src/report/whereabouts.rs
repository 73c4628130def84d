//! `GET /v1/where?site_id=&id=`: what became of an event, by the id that its client gave it, or of an order, by its id or its number.
//!
//! ```json
//! {"id":"m-1","status":"counted","records":[{"event":{"id":"m-1",…},"day":"2026-11-18","visit_day":"2026-11-18",
//!   "metrics":["events","visitors","pageviews",…],"dimensions":{"event:page":"/mugs","visit:source":"Google",…}}],
//!  "rejected":[],"waiting":null}
//! ```
//! `status` is `counted`, `bot` (stored, and counted only where bots are asked for), `excluded` (stored, and left out by a rule of the
//! site), `rejected`, `waiting` (in the log, not in the store yet) or `unknown`. A repetition is not kept, it counts among the duplicates of its day: by its id, which is
//! that of the event that was stored, that one is found.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::Uri;
use kassa_access::{Allowed, need};
use kassa_eventstore::query::{
    CONFIRMED, CUSTOMER_TYPE, Counted, EventFilter, Metric, Query, REFUNDED, TimeRange,
};
use kassa_eventstore::rules::SiteRules;
use kassa_eventstore::{DeadLetter, DeadLetterFilter, EventStore, Row, RowPlace};
use kassa_model::{Channel, LogRecord, Timestamp, id_as_sent, id_of_client};
use serde_json::{Map, Value, json};

use super::calendar::Calendar;
use super::freshness::Search;
use super::kept::seen::Seen;
use super::measure::question;
use super::params::Params;
use super::refusal::Refusal;
use super::reports::Reports;
use super::rows::Shown;

/// Records and dead letters that are told.
const FOUND_MAX: u32 = 100;

/// `GET /v1/where`.
pub(crate) async fn get_where(
    Allowed(caller, ..): Allowed<need::Read>,
    State(reports): State<Arc<Reports>>,
    uri: Uri,
) -> Result<Json<Value>, Refusal> {
    let params = Params::of(&uri, &["site_id", "id"])?;
    let (site, id) = (params.required("site_id")?, params.required("id")?);
    let calendar = reports.calendar_of(&caller, site)?;
    let answer = async {
        let order = match number_of(id) {
            Some(number) => reports.order_of(site, number).await,
            None => None,
        };
        let sought = Sought { site, id, order: order.as_deref().unwrap_or(id) };
        find((&reports, &reports.store(&caller)), &calendar, sought).await
    };
    Ok(Json(reports.in_time(answer).await?))
}

/// What is looked for.
#[derive(Debug, Clone, Copy)]
struct Sought<'a> {
    site: &'a str,
    id: &'a str,
    /// The id of the order, where it is one.
    order: &'a str,
}

/// The number by which people call an order: `1042`, `#1042`.
fn number_of(id: &str) -> Option<i64> {
    let digits = id.strip_prefix('#').unwrap_or(id);
    digits.parse().ok().filter(|_| digits.bytes().all(|byte| byte.is_ascii_digit()))
}

async fn find(
    (reports, store): (&Reports, &Seen),
    calendar: &Calendar,
    sought: Sought<'_>,
) -> Result<Value, Refusal> {
    let Sought { site, id, .. } = sought;
    // Looked at before the store, so that nothing falls between the two.
    let ends = reports.log_ends().await;
    let marks = store.marks().await?;
    let records = stored(store, sought).await?;
    let letters = rejected(store, (site, id)).await?;
    let mut waiting = None;
    if let (true, true, Some(ends)) = (records.is_empty(), letters.is_empty(), ends) {
        ends.each_missing(&marks, |record| match is_named(record, sought) {
            true => {
                waiting = Some(record.received_at());
                Search::Over
            }
            false => Search::GoesOn,
        })
        .await;
    }
    let rules = store.rules_of(&[site.to_owned()]).pop();
    let left_out = match &rules {
        Some(rules) if rules.excluded.is_some() => left_out(store, site, &records).await?,
        _ => Vec::new(),
    };
    let counts = |row: &&Row| !left_out.contains(&row.place());
    let status = match (records.is_empty(), letters.is_empty(), waiting) {
        (false, ..) if records.iter().filter(counts).any(|row| !row.event.bot) => "counted",
        (false, ..) if records.iter().any(|row| counts(&row)) => "bot",
        (false, ..) => "excluded",
        (true, false, _) => "rejected",
        (true, true, Some(_)) => "waiting",
        (true, true, None) => "unknown",
    };
    let show = |row: &Row| {
        let metrics = if counts(&row) { metrics(row) } else { Vec::new() };
        show_record(row, calendar, (metrics, dimensions(row, rules.as_ref())))
    };
    Ok(json!({
        "id": id,
        "status": status,
        "records": records.iter().map(show).collect::<Vec<_>>(),
        "rejected": letters.iter().map(show_letter).collect::<Vec<_>>(),
        "waiting": waiting.map(|received_at| json!({"received_at": received_at.to_string()})),
    }))
}

/// Rows of the event, as it was sent or is kept, and records of the order; the newest first.
async fn stored(store: &Seen, Sought { site, id, order }: Sought<'_>) -> Result<Vec<Row>, Refusal> {
    let of_site = EventFilter {
        sites: Some(vec![site.to_owned()]),
        include_bots: true,
        limit: FOUND_MAX,
        ..EventFilter::default()
    };
    let kept = id_of_client(id.to_owned());
    let mut rows = store.events(&EventFilter { id: Some(id.to_owned()), ..of_site.clone() }).await?;
    if kept != id {
        rows.extend(store.events(&EventFilter { id: Some(kept), ..of_site.clone() }).await?);
    }
    rows.extend(store.events(&EventFilter { order: Some(order.to_owned()), ..of_site }).await?);
    Ok(rows)
}

/// Of `rows` those that the site's rules leave out.
async fn left_out(store: &Seen, site: &str, rows: &[Row]) -> Result<Vec<RowPlace>, Refusal> {
    let mut left_out = Vec::new();
    for row in rows.iter().filter(|row| row.event.is_of_visitors()) {
        let at = row.event.occurred_at;
        let range = TimeRange { from: at, to: at.plus_micros(1) };
        let query = Query { include_bots: true, ..question(site, range, vec![Metric::Events], None) };
        let filter = EventFilter {
            id: Some(row.event.id.clone()),
            counted: Some(Counted::Events(query)),
            include_bots: true,
            limit: FOUND_MAX,
            ..EventFilter::default()
        };
        if !store.events(&filter).await?.iter().any(|counted| counted.place() == row.place()) {
            left_out.push(row.place());
        }
    }
    Ok(left_out)
}

/// Dead letters whose original has the id as a text, or that are called so themselves.
async fn rejected(store: &Seen, (site, id): (&str, &str)) -> Result<Vec<DeadLetter>, Refusal> {
    let of_site =
        DeadLetterFilter { site: Some(site.to_owned()), limit: FOUND_MAX, ..DeadLetterFilter::default() };
    let quoted = json!(id).to_string();
    let mut letters = store.dead_letters(&DeadLetterFilter { has: Some(quoted), ..of_site.clone() }).await?;
    if letters.is_empty() {
        letters = store.dead_letters(&DeadLetterFilter { id: Some(id.to_owned()), ..of_site }).await?;
    }
    Ok(letters)
}

fn is_named(record: &LogRecord, Sought { site, id, order }: Sought<'_>) -> bool {
    if record.site() != site {
        return false;
    }
    match record {
        LogRecord::Event(recorded) => {
            let event = &recorded.event;
            let of_order = event.order.as_ref().is_some_and(|part| part.order_id == order);
            event.id == id || id_as_sent(&event.id) == id || of_order
        }
        LogRecord::Rejected(rejected) => {
            rejected.id == id || rejected.original.contains(&json!(id).to_string())
        }
    }
}

fn show_letter(letter: &DeadLetter) -> Value {
    let rejected = &letter.rejected;
    json!({
        "id": rejected.id,
        "received_at": rejected.received_at.to_string(),
        "reason": rejected.reason.name(),
    })
}

fn show_record(
    row: &Row,
    calendar: &Calendar,
    (metrics, dimensions): (Vec<&str>, Map<String, Value>),
) -> Value {
    let day = |time: Timestamp| calendar.date_of(time).to_string();
    json!({
        "event": Shown::new(row),
        "day": day(row.event.occurred_at),
        "visit_day": row.visit.as_ref().map(|visit| day(visit.started_at)),
        "metrics": metrics,
        "dimensions": dimensions,
    })
}

/// The metrics that a row counts in, or would, if it is a bot's.
fn metrics(row: &Row) -> Vec<&'static str> {
    let event = &row.event;
    let in_visit = event.session.is_some_and(|session| session != 0);
    if event.order.is_some() {
        let mut metrics = vec!["revenue", "units"];
        match event.name.as_str() {
            CONFIRMED => metrics.extend(["orders", "average_order_value"]),
            REFUNDED => metrics.push("refunds"),
            _ => {}
        }
        if event.name == CONFIRMED && in_visit {
            metrics.push("conversion_rate");
        }
        return metrics;
    }
    if event.is_of_stock() {
        return Vec::new();
    }
    let mut metrics = vec!["events"];
    if event.is_page_view() {
        metrics.push("pageviews");
    }
    if in_visit {
        metrics.extend(["visitors", "percentage"]);
    }
    if in_visit && event.name == "time_on_page" {
        metrics.push("time_on_page");
    }
    if in_visit && row.visit.is_some() {
        metrics.extend(["visits", "views_per_visit", "bounce_rate", "visit_duration"]);
    }
    metrics
}

/// The property by which orders count as those of new or returning customers.
fn customer_type(props: &str) -> Option<String> {
    let props: Value = serde_json::from_str(props).ok()?;
    Some(props.get(CUSTOMER_TYPE)?.as_str()?.to_owned())
}

/// What it counts under, as far as it stands on the row: the exit page is known of the whole visit only. Paths are as `rules` show them.
fn dimensions(row: &Row, rules: Option<&SiteRules>) -> Map<String, Value> {
    let event = &row.event;
    let shown = |path: &str| rules.map_or(path, |rules| rules.shown(path)).to_owned();
    let mut found = Map::new();
    let mut put = |name: &str, value: Option<&str>| {
        found.insert(name.to_owned(), json!(value.unwrap_or(super::shape::NONE)));
    };
    put("event:site", Some(&event.site));
    match &event.order {
        Some(order) => {
            put("order:currency", Some(&order.currency));
            put("order:status", Some(&order.status));
            put("customer:type", customer_type(&event.props).as_deref());
        }
        None => {
            put("event:name", Some(&event.name));
            put("event:page", event.path.as_deref().map(shown).as_deref());
            put("event:hostname", event.host.as_deref());
        }
    }
    let Some(visit) = &row.visit else { return found };
    let facts = &visit.facts;
    let channel =
        Channel::of(facts.source.as_deref(), facts.utm_medium.as_deref(), facts.utm_campaign.as_deref());
    put("visit:channel", facts.is_known().then(|| channel.name()));
    put("visit:entry_page", facts.entry_page.as_deref().map(shown).as_deref());
    let texts = [
        ("hostname", &facts.host),
        ("source", &facts.source),
        ("referrer", &facts.referrer),
        ("utm_source", &facts.utm_source),
        ("utm_medium", &facts.utm_medium),
        ("utm_campaign", &facts.utm_campaign),
        ("utm_term", &facts.utm_term),
        ("utm_content", &facts.utm_content),
        ("device", &facts.device),
        ("browser", &facts.browser),
        ("os", &facts.os),
        ("country", &facts.country),
    ];
    for (name, text) in texts {
        put(&format!("visit:{name}"), text.as_deref());
    }
    found
}
