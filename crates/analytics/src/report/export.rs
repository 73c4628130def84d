//! `GET /v1/export?site_id=&format=csv&from=&to=`: all events of a site as a file, newest received first, bots among
//! them (a column says which).
//!
//! It is read page by page while it is sent, so it holds one page in memory and the reader sets the pace. Events that
//! arrive meanwhile are not in it. If the store fails half-way the transfer is cut off: a file that ends properly is
//! complete. `cells=raw` leaves texts that a spreadsheet would run as they are.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::State;
use axum::http::header::{CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::http::{HeaderMap, Uri};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use futures_util::stream;
use kassa_access::{Allowed, need};
use kassa_eventstore::query::EventFilter;
use kassa_eventstore::{Error, EventStore};
use kassa_model::Timestamp;
use kassa_service::nearest::unknown;

use super::Reports;
use super::ask::Invalid;
use super::csv::{Cells, HEADER, write_line};
use super::params::Params;
use super::refusal::Refusal;
use super::rows::position;

/// Rows that are in memory at once. An event has at most 64 KiB, usually below 1 KiB.
const PAGE_ROWS: u32 = 2_000;

/// `GET /v1/export`.
pub(crate) async fn get_export(
    Allowed(caller, ..): Allowed<need::Read>,
    State(reports): State<Arc<Reports>>,
    uri: Uri,
) -> Result<Response, Refusal> {
    let params = Params::of(&uri, &["site_id", "format", "from", "to", "cells"])?;
    let site = params.required("site_id")?;
    let place = reports.place_of(&caller, site)?;
    csv_only(params.text("format").unwrap_or("csv"))?;
    let cells = parse_cells(params.text("cells").unwrap_or("safe"))?;
    let bounds = params.bounds(&place)?;
    let filter = EventFilter {
        sites: Some(vec![site.to_owned()]),
        occurred_from: Some(bounds.from),
        occurred_to: Some(bounds.to),
        include_bots: true,
        limit: PAGE_ROWS,
        ..EventFilter::default()
    };
    let mut pages = Pages { store: Arc::clone(&reports.store), filter, cells, ended: false };
    // The first page is read before the answer begins, so that a store that is down gives a 503 and not an empty file.
    let first = pages.first().await?;
    let rest = stream::unfold(pages, |mut pages| async move {
        let page = pages.next().await?;
        Some((page, pages))
    });
    let body = Body::from_stream(stream::StreamExt::chain(stream::iter([Ok(first)]), rest));
    Ok((file_headers(site, place.now), body).into_response())
}

fn file_headers(site: &str, now: Timestamp) -> HeaderMap {
    let safe = |char: char| if char.is_ascii_alphanumeric() || char == '-' { char } else { '_' };
    let site: String = site.chars().map(safe).take(64).collect();
    let day: String = now.to_string().chars().take(10).collect();
    let mut headers = HeaderMap::new();
    let mut put = |name, value: String| {
        if let Ok(value) = value.parse() {
            headers.insert(name, value);
        }
    };
    put(CONTENT_TYPE, "text/csv; charset=utf-8; header=present".to_owned());
    put(CONTENT_DISPOSITION, format!("attachment; filename=\"kassa-{site}-{day}.csv\""));
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

struct Pages {
    store: Arc<dyn EventStore>,
    filter: EventFilter,
    cells: Cells,
    ended: bool,
}

impl Pages {
    async fn first(&mut self) -> Result<Bytes, Error> {
        let mut text = HEADER.to_owned();
        self.read(&mut text).await?;
        Ok(Bytes::from(text))
    }

    /// The next piece; `None` after the last, or after an error.
    async fn next(&mut self) -> Option<Result<Bytes, Error>> {
        if self.ended {
            return None;
        }
        let mut text = String::new();
        match self.read(&mut text).await {
            Ok(()) if text.is_empty() => None,
            Ok(()) => Some(Ok(Bytes::from(text))),
            Err(error) => {
                self.ended = true;
                tracing::warn!(%error, "an export was cut off");
                Some(Err(error))
            }
        }
    }

    async fn read(&mut self, text: &mut String) -> Result<(), Error> {
        let rows = self.store.events(&self.filter).await?;
        for row in &rows {
            write_line(&row.event, self.cells, text);
        }
        match rows.last() {
            Some(last) => self.filter.before = Some(position(last)),
            None => self.ended = true,
        }
        Ok(())
    }
}
