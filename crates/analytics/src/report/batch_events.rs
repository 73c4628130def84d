//! System B's `GET /events?event_type=&location_type=&component_name=&page_path=&limit=30`: a JSON array, newest received
//! first.
//!
//! ```json
//! [{"event_id":"6f1c","event_type":"CLICK","location_type":"COMPONENT","component_name":"BuyButton",
//!   "page_path":"/shop","page_title":"Shop","timestamp":"2025-01-01T12:00:00.000Z","user_metadata":{"userId":7},
//!   "full_event_data":{"event_id":"6f1c","event_type":"CLICK"},"received_at":"2025-01-01T12:00:00.120Z"}]
//! ```
//! `event_type` fits the name as sent or the canonical one, in any case; `HOVER` means both hover events. Without
//! `site_id` it answers for all sites that the caller may read. Bots are left out of what came in Segment's format; the old
//! systems' own formats know none.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::Uri;
use axum::response::{IntoResponse, Response};
use kassa_access::Caller;
use kassa_eventstore::query::EventFilter;
use kassa_eventstore::{EventStore, Row};
use kassa_model::{Dialect, Event, LABEL, PATH_SENT, id_as_sent};
use serde::Serialize;
use serde_json::value::{RawValue, to_raw_value};

use super::guard::{B, Reader};
use super::params::Params;
use super::refusal::Refusal;
use super::reports::Reports;
use crate::wire::{format_of, is_of_nobody};

/// Rows, unless the question says otherwise.
const LIMIT_DEFAULT: u32 = 30;
/// The most rows.
const LIMIT_MAX: u32 = 1_000;

/// `GET /events`.
pub(crate) async fn get_events(
    Reader(caller, ..): Reader<B>,
    State(reports): State<Arc<Reports>>,
    uri: Uri,
) -> Response {
    match reports.in_time(events(&reports, &caller, &uri)).await {
        Ok(rows) => Json(rows.iter().map(|row| Shown::new(&row.event)).collect::<Vec<_>>()).into_response(),
        Err(refusal) => refusal.into_compat(),
    }
}

async fn events(reports: &Reports, caller: &Caller, uri: &Uri) -> Result<Vec<Row>, Refusal> {
    let params = Params::any(uri)?;
    let sites = match params.text("site_id") {
        Some(site) => {
            reports.lenient_calendar_of(caller, site)?;
            Some(vec![site.to_owned()])
        }
        None => caller.only_site().map(|only| vec![only.to_owned()]),
    };
    let owned = |name: &str| params.text(name).map(str::to_owned);
    let filter = EventFilter {
        sites,
        names: params.text("event_type").map(names).unwrap_or_default(),
        location_type: owned("location_type"),
        component: owned("component_name"),
        path_sent: owned("page_path"),
        include_dialect_bots: true,
        limit: params.limit(LIMIT_DEFAULT, LIMIT_MAX)?,
        ..EventFilter::default()
    };
    Ok(reports.store(caller).events(&filter).await?)
}

fn names(event_type: &str) -> Vec<String> {
    if event_type.eq_ignore_ascii_case("hover") {
        return vec!["hover_enter".to_owned(), "hover_leave".to_owned()];
    }
    vec![event_type.to_owned()]
}

/// The property in which B's dialect notes fields that were not sent though their columns are filled.
const ABSENT: &str = "$absent";

/// One element of the answer. Values that the client sent are kept as their text, so that numbers keep their digits.
#[derive(Debug, Serialize)]
struct Shown<'a> {
    event_id: &'a str,
    event_type: &'a str,
    location_type: Option<&'a str>,
    component_name: Option<&'a str>,
    page_path: Option<String>,
    page_title: Option<&'a str>,
    timestamp: String,
    user_metadata: Option<Box<RawValue>>,
    full_event_data: BTreeMap<String, Box<RawValue>>,
    received_at: String,
}

impl<'a> Shown<'a> {
    fn new(event: &'a Event) -> Self {
        let mut full = full_event_data(event);
        let page_path = page_path(event, &mut full);
        Self {
            event_id: id_as_sent(&event.id),
            event_type: &event.name_sent,
            location_type: event.location_type.as_deref(),
            component_name: event.component.as_deref(),
            page_path,
            page_title: event.title.as_deref(),
            timestamp: event.occurred_at.to_iso_millis(),
            user_metadata: full.get("user_metadata").cloned(),
            full_event_data: full,
            received_at: event.received_at.to_iso_millis(),
        }
    }
}

/// The path as it was sent; kassa's own properties are none of B's.
fn page_path(event: &Event, full: &mut BTreeMap<String, Box<RawValue>>) -> Option<String> {
    full.remove(LABEL);
    let sent = full.remove(PATH_SENT).and_then(|sent| serde_json::from_str(sent.get()).ok());
    sent.or_else(|| event.path.clone())
}

/// The object as B's client sent it, rebuilt as `wire::batch` says: columns, and every property laid over them. Other
/// dialects' events take the same shape.
fn full_event_data(event: &Event) -> BTreeMap<String, Box<RawValue>> {
    let mut props: BTreeMap<String, Box<RawValue>> = serde_json::from_str(&event.props).unwrap_or_default();
    let is_batch = event.dialect == Dialect::named("batch");
    let absent = if is_batch { props.remove(ABSENT) } else { None };
    let absent: Vec<String> =
        absent.and_then(|names| serde_json::from_str(names.get()).ok()).unwrap_or_default();
    let sent = props.get(PATH_SENT).cloned().or_else(|| event.path.as_ref().and_then(raw));
    let mut put = |name: &str, value: Option<Box<RawValue>>| {
        if let Some(value) = value.filter(|_| !absent.iter().any(|absent| absent == name)) {
            props.entry(name.to_owned()).or_insert(value);
        }
    };
    put("event_id", raw(id_as_sent(&event.id)));
    put("event_type", raw(&event.name_sent));
    put("timestamp", raw(&event.occurred_at.micros().div_euclid(1_000)));
    put("location_type", event.location_type.as_ref().and_then(raw));
    put("component_name", event.component.as_ref().and_then(raw));
    put("page_path", sent);
    put("page_title", event.title.as_ref().and_then(raw));
    if let Some(user) = event.user.as_ref().filter(|_| !is_batch) {
        put("user_metadata", raw(&BTreeMap::from([("userId", user)])));
    }
    // What was sent in place of an id became a property when it was taken, which is no field of this shape.
    let aside = format_of(event.dialect).map_or(&[][..], |format| format.visitor_members);
    props.retain(|key, value| !aside.contains(&key.as_str()) || !is_of_nobody(value));
    props
}

fn raw<T: Serialize + ?Sized>(value: &T) -> Option<Box<RawValue>> {
    to_raw_value(value).ok()
}
