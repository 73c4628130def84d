//! Events of before, brought in and written, and totals of days, which are brought in beside them.
//!
//! `GET /v1/admin/exports/events?site_id=` answers all events of a site but the shop's own, a line of JSON each, those first that were
//! received first. It is read part by part while it is sent. What comes meanwhile is not in it.

use std::collections::VecDeque;
use std::sync::Arc;

use async_trait::async_trait;
use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::{RawQuery, State};
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use kassa_access::{Access, DayTotal};
use kassa_analytics::moving::{Bring, is_total, record, total, write_line};
use kassa_commerce::moving::Events;
use kassa_eventlog::{EventLog, Record, Stream};
use kassa_eventstore::export::{EventRef, Line};
use kassa_eventstore::query::EventFilter;
use kassa_eventstore::{Error, EventStore};
use kassa_model::{Clock, PartitionBy, SystemClock};
use kassa_service::Problem;
use kassa_service::nearest::unknown;
use serde_json::value::RawValue;

use super::lines::LINES;
use crate::open::Parts;

/// Makes records of lines, and appends them.
#[derive(Debug)]
pub(super) struct Appender {
    log: Arc<dyn EventLog>,
    access: Access,
    site: String,
    partition_by: PartitionBy,
}

impl Appender {
    /// To the log of these parts; `None` where there is none.
    pub(super) fn of(parts: &Parts) -> Option<Arc<dyn Events>> {
        let log = parts.log().ok()?;
        let (site, partition_by) = (parts.config.shop.site.clone(), parts.config.log.partition_by);
        Some(Arc::new(Self { log, access: parts.access.clone(), site, partition_by }))
    }

    /// What lines are made of, and which are neither, and why.
    fn read(&self, batch: &str, lines: &[(i64, Box<RawValue>)]) -> Found {
        let now = SystemClock.now();
        let mut found = Found::default();
        for (line, raw) in lines {
            let (line, raw) = (*line, raw.get());
            let bring = Bring { batch, line, site: &self.site, now, partition_by: self.partition_by };
            let read = match is_total(raw) {
                true => total(raw, bring).and_then(|total| {
                    self.require(&total.site)?;
                    found.totals.push(total);
                    Ok(())
                }),
                false => record(raw, bring).and_then(|(record, site)| {
                    self.require(&site)?;
                    found.records.push(record);
                    Ok(())
                }),
            };
            if let Err(why) = read {
                found.wrong.push((line, why));
            }
        }
        found
    }

    fn require(&self, site: &str) -> Result<(), String> {
        match self.access.site(site) {
            Some(_) => Ok(()),
            None => Err(format!("there is no site {site}: make it first")),
        }
    }
}

/// What some lines are.
#[derive(Default)]
struct Found {
    records: Vec<Record>,
    totals: Vec<DayTotal>,
    wrong: Vec<(i64, String)>,
}

#[async_trait]
impl Events for Appender {
    async fn check(&self, batch: &str, lines: &[(i64, Box<RawValue>)]) -> Result<Vec<(i64, String)>, String> {
        let Found { totals, mut wrong, .. } = self.read(batch, lines);
        if !totals.is_empty() {
            wrong.extend(self.access.check_totals(batch, totals).await.map_err(|error| error.to_string())?);
        }
        Ok(wrong)
    }

    async fn append(
        &self,
        batch: &str,
        lines: &[(i64, Box<RawValue>)],
    ) -> Result<Vec<(i64, String)>, String> {
        let Found { records, totals, mut wrong } = self.read(batch, lines);
        if !totals.is_empty() {
            wrong.extend(self.access.keep_totals(batch, totals).await.map_err(|error| error.to_string())?);
        }
        if !records.is_empty() {
            self.log.append(Stream::Events, records).await.map_err(|error| error.to_string())?;
        }
        Ok(wrong)
    }

    async fn forget(&self, batch: &str) -> Result<u64, String> {
        self.access.forget_totals(batch).await.map_err(|error| error.to_string())
    }
}

/// What exports read.
#[derive(Debug)]
struct Exports {
    store: Arc<dyn EventStore>,
    site: String,
}

/// The routes, where there is a store.
pub(super) fn routes(parts: &Parts) -> Router {
    let Ok(store) = parts.store() else { return Router::new() };
    let exports = Arc::new(Exports { store, site: parts.config.shop.site.clone() });
    Router::new().route("/v1/admin/exports/events", get(export)).with_state(exports)
}

async fn export(State(exports): State<Arc<Exports>>, RawQuery(query): RawQuery) -> Result<Response, Problem> {
    let site = match query.as_deref() {
        None | Some("") => exports.site.clone(),
        Some(query) => site_of(query)?,
    };
    let filter = EventFilter { sites: Some(vec![site]), include_bots: true, ..EventFilter::default() };
    let parts = exports.store.export_parts(&filter).await.map_err(unavailable)?;
    let line: Line = Arc::new(|event: &EventRef<'_>, text: &mut String| write_line(event, text));
    let mut pieces = Pieces { store: Arc::clone(&exports.store), parts: parts.into(), line };
    // The first part is read before the answer begins, so that a store that is down gives a 503 and not an empty file.
    let first = match pieces.next().await {
        Some(first) => first.map_err(unavailable)?,
        None => Bytes::new(),
    };
    let rest = futures_util::stream::unfold(pieces, |mut pieces| async move {
        let piece = pieces.next().await?;
        Some((piece, pieces))
    });
    let body = futures_util::StreamExt::chain(futures_util::stream::iter([Ok(first)]), rest);
    Ok(([(CONTENT_TYPE, LINES)], Body::from_stream(body)).into_response())
}

fn unavailable(error: Error) -> Problem {
    Problem::unavailable(error.to_string(), 1)
}

fn site_of(query: &str) -> Result<String, Problem> {
    let (name, site) = query.split_once('=').unwrap_or((query, ""));
    if name != "site_id" {
        let name: String = name.chars().take(64).collect();
        return Err(Problem::bad_request(unknown("parameter", &name, &["site_id"])));
    }
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
    match !site.is_empty() && site.chars().all(plain) {
        true => Ok(site.to_owned()),
        false => Err(Problem::bad_request("site_id is the id of a site, and the only parameter")),
    }
}

/// What is left to be sent; the store's parts are newest first, and so are events in them.
struct Pieces {
    store: Arc<dyn EventStore>,
    parts: VecDeque<EventFilter>,
    line: Line,
}

impl Pieces {
    async fn next(&mut self) -> Option<Result<Bytes, Error>> {
        loop {
            let part = self.parts.pop_back()?;
            match self.store.export(&part, Arc::clone(&self.line)).await {
                Ok(text) if text.is_empty() => {}
                Ok(text) => return Some(Ok(Bytes::from(reversed(&text)))),
                Err(error) => {
                    self.parts.clear();
                    return Some(Err(error));
                }
            }
        }
    }
}

/// The lines from the last to the first.
fn reversed(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for line in text.lines().rev() {
        out.push_str(line);
        out.push('\n');
    }
    out
}
