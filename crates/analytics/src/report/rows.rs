//! `GET /v1/events`: stored events as rows, newest received first, page by page.
//!
//! ```json
//! {"results":[{"id":"m-1","site_id":"demo","name":"click","visitor":"00000000000000ab","props":{"a":1}}],
//!  "next_cursor":"00064f2b8c0a1234-0000000000000007-00000000-00000000"}
//! ```
//! `next_cursor` goes into `cursor` of the next question; null means there is no more. Parameters: `site_id`, `limit`
//! (100, at most 1,000), `cursor`, `name`, `page`, `user`, `visitor` (16 hex digits), `id`, `from`, `to` (of
//! `occurred_at`; dates are inclusive, in site time), `include_bots`.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::Uri;
use axum::response::{IntoResponse, Response};
use kassa_access::{Allowed, need};
use kassa_eventstore::query::EventFilter;
use kassa_eventstore::{EventStore, Row, RowPlace};
use kassa_model::{ORIGIN_NAMES, OrderPart, Timestamp, Visit, names_nobody};
use serde::Serialize;
use serde_json::value::RawValue;
use serde_json::{Value, json};

use super::ask::Invalid;
use super::params::Params;
use super::refusal::Refusal;
use super::reports::Reports;

const LIMIT_DEFAULT: u32 = 100;
const LIMIT_MAX: u32 = 1_000;
const PARAMS: &[&str] =
    &["site_id", "limit", "cursor", "name", "page", "user", "visitor", "id", "from", "to", "include_bots"];

/// `GET /v1/events`.
pub(crate) async fn get_events(
    Allowed(caller, ..): Allowed<need::Read>,
    State(reports): State<Arc<Reports>>,
    uri: Uri,
) -> Result<Response, Refusal> {
    let params = Params::of(&uri, PARAMS)?;
    let site = params.required("site_id")?;
    let calendar = reports.calendar_of(&caller, site)?;
    let limit = params.limit(LIMIT_DEFAULT, LIMIT_MAX)?;
    let bounds = params.bounds(&calendar)?;
    let owned = |name: &str| params.text(name).map(str::to_owned);
    let filter = EventFilter {
        sites: Some(vec![site.to_owned()]),
        occurred_from: Some(bounds.from),
        occurred_to: Some(bounds.to),
        names: owned("name").into_iter().collect(),
        path: owned("page"),
        user: owned("user"),
        visitor: params.hex("visitor")?,
        id: owned("id"),
        include_bots: params.flag("include_bots", false)?,
        before: params.text("cursor").map(parse_cursor).transpose()?,
        // One more than is shown tells whether there is a next page.
        limit: limit + 1,
        ..EventFilter::default()
    };
    let rows = reports.in_time(async { Ok(reports.store(&caller).events(&filter).await?) }).await?;
    Ok(Json(Page::new(&rows, usize::try_from(limit).unwrap_or(usize::MAX))).into_response())
}

/// 16 hex digits: how visitors and sessions are written.
pub(super) fn hex(value: Option<i64>) -> Option<String> {
    value.map(|value| format!("{value:016x}"))
}

/// A page of events, and where the next one begins.
#[derive(Debug, Serialize)]
struct Page<'a> {
    results: Vec<Shown<'a>>,
    next_cursor: Option<String>,
}

impl<'a> Page<'a> {
    fn new(rows: &'a [Row], limit: usize) -> Self {
        let shown = &rows[..rows.len().min(limit)];
        let last = shown.last().filter(|_| rows.len() > limit);
        Self {
            results: shown.iter().map(Shown::new).collect(),
            next_cursor: last.map(|row| cursor(row.place())),
        }
    }
}

pub(super) fn cursor(RowPlace { received_at, offset, index, partition }: RowPlace) -> String {
    format!("{:016x}-{offset:016x}-{index:08x}-{partition:08x}", received_at.micros())
}

pub(super) fn parse_cursor(text: &str) -> Result<RowPlace, Invalid> {
    let bad = || Invalid("cursor must be the next_cursor of an earlier answer".to_owned());
    let parts: Vec<&str> = text.split('-').collect();
    let [received, offset, index, partition] = parts.as_slice() else { return Err(bad()) };
    let hex = text.bytes().all(|byte| byte.is_ascii_hexdigit() || byte == b'-');
    if !hex || [received, offset, index, partition].map(|part| part.len()) != [16, 16, 8, 8] {
        return Err(bad());
    }
    let small = |text: &str| u32::from_str_radix(text, 16).map_err(|_| bad());
    let received = i64::from_str_radix(received, 16).map_err(|_| bad())?;
    Ok(RowPlace {
        received_at: Timestamp::from_micros(received),
        offset: u64::from_str_radix(offset, 16).map_err(|_| bad())?,
        index: small(index)?,
        partition: small(partition)?,
    })
}

/// One event of the answer. Properties keep the text that was received.
#[derive(Debug, Serialize)]
pub(super) struct Shown<'a> {
    id: &'a str,
    site_id: &'a str,
    name: &'a str,
    name_sent: &'a str,
    occurred_at: String,
    received_at: String,
    visitor: Option<String>,
    session: Option<String>,
    user: Option<&'a str>,
    hostname: Option<&'a str>,
    page: Option<&'a str>,
    title: Option<&'a str>,
    referrer: Option<&'a str>,
    source: Option<&'a str>,
    utm_source: Option<&'a str>,
    utm_medium: Option<&'a str>,
    utm_campaign: Option<&'a str>,
    utm_term: Option<&'a str>,
    utm_content: Option<&'a str>,
    device: Option<&'a str>,
    browser: Option<&'a str>,
    os: Option<&'a str>,
    country: Option<&'a str>,
    bot: bool,
    component: Option<&'a str>,
    location_type: Option<&'a str>,
    target: Option<&'a str>,
    order: Option<Value>,
    visit: Option<Value>,
    dialect: &'a str,
    props: Option<&'a RawValue>,
}

impl<'a> Shown<'a> {
    /// As lists show it.
    pub(super) fn new(row: &'a Row) -> Self {
        let event = &row.event;
        Self {
            id: &event.id,
            site_id: &event.site,
            name: &event.name,
            name_sent: &event.name_sent,
            occurred_at: event.occurred_at.to_string(),
            received_at: event.received_at.to_string(),
            visitor: hex(event.visitor),
            session: hex(event.session),
            // What was sent in place of an id is no customer; the properties have it.
            user: event.user.as_deref().filter(|user| !names_nobody(user)),
            hostname: event.host.as_deref(),
            page: event.path.as_deref(),
            title: event.title.as_deref(),
            referrer: event.referrer.as_deref(),
            source: event.source.as_deref(),
            utm_source: event.utm_source.as_deref(),
            utm_medium: event.utm_medium.as_deref(),
            utm_campaign: event.utm_campaign.as_deref(),
            utm_term: event.utm_term.as_deref(),
            utm_content: event.utm_content.as_deref(),
            device: event.device.as_deref(),
            browser: event.browser.as_deref(),
            os: event.os.as_deref(),
            country: event.country.as_deref(),
            bot: event.bot,
            component: event.component.as_deref(),
            location_type: event.location_type.as_deref(),
            target: event.target.as_deref(),
            order: event.order.as_ref().map(show_order),
            visit: row.visit.as_ref().map(show_visit),
            dialect: event.dialect.name(),
            props: serde_json::from_str(&event.props).ok(),
        }
    }
}

/// The facts of the visit by the names of their dimensions.
fn show_visit(visit: &Visit) -> Value {
    let [entry_page, host, origin @ ..] = visit.facts.texts();
    let mut shown = json!({
        "started_at": visit.started_at.to_string(),
        "entry_page": entry_page,
        "hostname": host,
    });
    for (name, text) in ORIGIN_NAMES.into_iter().zip(origin) {
        shown[name] = json!(text);
    }
    shown
}

fn show_order(order: &OrderPart) -> Value {
    json!({
        "order_id": order.order_id,
        "status": order.status,
        "revenue": {"amount_minor": order.revenue_minor, "currency": order.currency},
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cursors_come_back_as_they_were() {
        let received_at = Timestamp::from_micros(1_735_732_800_000_000);
        let place = RowPlace { received_at, offset: u64::MAX, index: 7, partition: u32::MAX };
        assert_eq!(parse_cursor(&cursor(place)), Ok(place));
        let check = |text: &str| assert!(parse_cursor(text).is_err(), "{text}");
        check("");
        check("1-2-3-4");
        check("zzzzzzzzzzzzzzzz-0000000000000007-00000000-00000000");
        check("ffffffffffffffff-0000000000000007-00000000-00000000");
        // As they were while offsets had 128 bits, and before places had a partition.
        check("00064f2b8c0a1234-00000000000000000000000000000007-00000000-00000000");
        check("00064f2b8c0a1234-00000000000000000000000000000007-00000000");
        check(&"-".repeat(100));
    }
}
