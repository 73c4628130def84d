//! `GET /v1/annotations?site_id=…`: notes that people made and notes that made themselves, newest first.
//!
//! ```json
//! {"results":[{"id":"0190…","site_id":"demo","at":"2026-11-29T10:00:00Z","text":"Newsletter","source":"manual","version":1,…},
//!  {"id":"price:…","site_id":"demo","at":"2026-11-28T09:00:00Z","text":null,"source":"price_changed","sku":"mug","name":"Mug",
//!   "detail":{"before":{…},"after":{…}}}],"next_cursor":null}
//! ```

use std::cmp::Reverse;

use axum::http::Uri;
use kassa_access::{Caller, KeptKind};
use kassa_model::Timestamp;
use kassa_service::Problem;
use serde_json::{Value, json};

use super::noted::Note;
use super::show;
use crate::report::ask::Invalid;
use crate::report::params::Params;
use crate::report::refusal::Refusal;
use crate::report::reports::Reports;

/// Notes of one instant that a page may end within.
const OF_ONE_INSTANT: u32 = 50;

/// A page of notes.
pub(super) async fn list_notes(
    reports: &Reports,
    caller: &Caller,
    uri: &Uri,
    (default, most): (u32, u32),
) -> Result<Value, Refusal> {
    let params = Params::of(uri, &["site_id", "limit", "cursor", "from", "to"])?;
    let site = params.required("site_id")?;
    let calendar = reports.calendar_of(caller, site)?;
    let (limit, range) = (params.limit(default, most)?, params.bounds(&calendar)?);
    let cursor = params.text("cursor").map(parse_cursor).transpose()?;
    let to = cursor.as_ref().map_or(range.to, |(at, _)| range.to.min(at.plus_micros(1)));
    let mut found: Vec<(Timestamp, String, Value)> = Vec::new();
    for kept in reports.access.kept(site, KeptKind::Annotation) {
        if let Some(at) = kept.body.get("at").and_then(Value::as_str).and_then(|at| at.parse().ok()) {
            found.push((at, kept.id.clone(), show::thing_for(&kept, caller)));
        }
    }
    if shows_products(caller) {
        let own = reports.notes().between(site, range.from, to, limit + OF_ONE_INSTANT).await;
        let own = own.map_err(|why| Refusal::Access(Problem::unavailable(why, 1)))?;
        found.extend(own.into_iter().map(|note| (note.at, note.id.clone(), shown(site, note))));
    }
    found.retain(|(at, id, _)| {
        let is_after = cursor.as_ref().is_none_or(|(last, last_id)| (at, id) < (last, last_id));
        range.from <= *at && *at < to && is_after
    });
    found.sort_by(|a, b| Reverse((a.0, &a.1)).cmp(&Reverse((b.0, &b.1))));
    let more = found.len() > limit as usize;
    found.truncate(limit as usize);
    let next = found.last().filter(|_| more).map(|(at, id, _)| format!("{}.{id}", at.micros()));
    let results: Vec<Value> = found.into_iter().map(|(_, _, shown)| shown).collect();
    Ok(json!({"results": results, "next_cursor": next}))
}

/// What makes itself tells of products.
fn shows_products(caller: &Caller) -> bool {
    match caller {
        Caller::Share(share) => share.shows("products"),
        _ => true,
    }
}

fn parse_cursor(text: &str) -> Result<(Timestamp, String), Invalid> {
    let parsed = text.split_once('.').and_then(|(at, id)| Some((at.parse::<i64>().ok()?, id.to_owned())));
    match parsed {
        Some((at, id)) if at >= 0 => Ok((Timestamp::from_micros(at), id)),
        _ => Invalid::because("cursor must be the next_cursor of an earlier answer"),
    }
}

fn shown(site: &str, note: Note) -> Value {
    json!({
        "id": note.id,
        "site_id": site,
        "at": note.at.to_string(),
        "text": null,
        "source": note.source,
        "sku": note.sku,
        "name": note.name,
        "detail": note.detail,
    })
}
