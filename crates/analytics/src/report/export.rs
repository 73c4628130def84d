//! `GET /v1/export?site_id=&format=csv&from=&to=`: all events of a site as a file, newest received first, bots among
//! them (a column says which).
//!
//! It is read part by part while it is sent, so it holds one part in memory and the reader sets the pace. Events that
//! arrive meanwhile are not in it. If the store fails half-way the transfer is cut off: a file that ends properly is
//! complete. `cells=raw` leaves texts that a spreadsheet would run as they are.
//!
//! Two at most are sent at a time; a third waits for its turn a while, then gets 503. They take no reader from reports.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::State;
use axum::http::header::{CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::http::{HeaderMap, Uri};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use futures_util::stream;
use kassa_access::{Allowed, need};
use kassa_eventstore::export::{EventRef, Line};
use kassa_eventstore::query::EventFilter;
use kassa_eventstore::{Error, EventStore};
use kassa_model::Timestamp;
use kassa_service::nearest::unknown;
use tokio::sync::OwnedSemaphorePermit;

use super::ask::Invalid;
use super::csv::{Cells, HEADER, write_line};
use super::kept::seen::Seen;
use super::params::Params;
use super::refusal::Refusal;
use super::reports::Reports;

/// `GET /v1/export`.
pub(crate) async fn get_export(
    Allowed(caller, ..): Allowed<need::Read>,
    State(reports): State<Arc<Reports>>,
    uri: Uri,
) -> Result<Response, Refusal> {
    let params = Params::of(&uri, &["site_id", "format", "from", "to", "cells"])?;
    let site = params.required("site_id")?;
    let calendar = reports.calendar_of(&caller, site)?;
    csv_only(params.text("format").unwrap_or("csv"))?;
    let cells = parse_cells(params.text("cells").unwrap_or("safe"))?;
    let bounds = params.bounds(&calendar)?;
    let filter = EventFilter {
        sites: Some(vec![site.to_owned()]),
        occurred_from: Some(bounds.from),
        occurred_to: Some(bounds.to),
        include_bots: true,
        ..EventFilter::default()
    };
    let turn = reports.turn_of_export().await?;
    let parts =
        reports.in_time(async { Ok(reports.store(&caller).export_parts(&filter).await?) }).await?.into_iter();
    let line: Line = Arc::new(move |event: &EventRef<'_>, text: &mut String| write_line(event, cells, text));
    let mut parts = Pieces { store: reports.store(&caller), parts, line, _turn: turn };
    // The first part is read before the answer begins, so that a store that is down gives a 503 and not an empty file.
    let first = reports.in_time(async { Ok(parts.first().await?) }).await?;
    let rest = stream::unfold(parts, |mut parts| async move {
        let part = parts.next().await?;
        Some((part, parts))
    });
    let body = Body::from_stream(stream::StreamExt::chain(stream::iter([Ok(first)]), rest));
    Ok((file_headers(site, calendar.now), body).into_response())
}

/// What says that the answer is a file of this name, with the day of `now`.
pub(super) fn file_headers(name: &str, now: Timestamp) -> HeaderMap {
    let safe = |char: char| if char.is_ascii_alphanumeric() || char == '-' { char } else { '_' };
    let name: String = name.chars().map(safe).take(64).collect();
    let day: String = now.to_string().chars().take(10).collect();
    let mut headers = HeaderMap::new();
    let mut put = |name, value: String| {
        if let Ok(value) = value.parse() {
            headers.insert(name, value);
        }
    };
    put(CONTENT_TYPE, "text/csv; charset=utf-8; header=present".to_owned());
    put(CONTENT_DISPOSITION, format!("attachment; filename=\"kassa-{name}-{day}.csv\""));
    put(CACHE_CONTROL, "no-store".to_owned());
    headers
}

fn csv_only(format: &str) -> Result<(), Invalid> {
    match format {
        "csv" => Ok(()),
        other => Invalid::because(unknown("format", other, &["csv"])),
    }
}

fn parse_cells(text: &str) -> Result<Cells, Invalid> {
    match text {
        "safe" => Ok(Cells::Safe),
        "raw" => Ok(Cells::Raw),
        other => Invalid::because(unknown("value of cells", other, &["safe", "raw"])),
    }
}

/// What is left to be sent.
struct Pieces {
    store: Seen,
    parts: std::vec::IntoIter<EventFilter>,
    line: Line,
    _turn: OwnedSemaphorePermit,
}

impl Pieces {
    async fn first(&mut self) -> Result<Bytes, Error> {
        let mut text = HEADER.to_owned();
        if let Some(part) = self.parts.next() {
            text.push_str(&self.store.export(&part, Arc::clone(&self.line)).await?);
        }
        Ok(Bytes::from(text))
    }

    /// The next piece; `None` after the last, or after an error.
    async fn next(&mut self) -> Option<Result<Bytes, Error>> {
        loop {
            let part = self.parts.next()?;
            match self.store.export(&part, Arc::clone(&self.line)).await {
                // What was there when the parts were made may be gone.
                Ok(text) if text.is_empty() => {}
                Ok(text) => return Some(Ok(Bytes::from(text))),
                Err(error) => {
                    self.parts = Vec::new().into_iter();
                    tracing::warn!(%error, "an export was cut off");
                    return Some(Err(error));
                }
            }
        }
    }
}
