//! `GET /v1/realtime/stream?site_id=…`: server-sent events, each one measurement as [`super::realtime`] answers it, sent
//! when it changes.
//!
//! ```text
//! event: realtime
//! data: {"site_id":"demo","current_visitors":3,…}
//! ```
//! However many watch a site, it is measured once a second by one task, which ends when nobody watches. A comment line
//! every 15 s keeps proxies from closing a quiet stream. A store that does not answer is tried again; meanwhile the
//! stream is silent.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use axum::extract::State;
use axum::http::{HeaderName, Uri};
use axum::response::IntoResponse;
use axum::response::sse::{Event, KeepAlive, Sse};
use futures_util::stream;
use kassa_access::{Allowed, need};

use super::params::Params;
use super::refusal::Refusal;
use super::reports::Reports;

/// Between two signs of life on a quiet stream.
const HEARTBEAT: Duration = Duration::from_secs(15);

/// Tells nginx, and proxies that took over its custom, to pass each event on at once.
const UNBUFFERED: HeaderName = HeaderName::from_static("x-accel-buffering");

/// `GET /v1/realtime/stream`.
pub(crate) async fn get_stream(
    Allowed(caller, ..): Allowed<need::Read>,
    State(reports): State<Arc<Reports>>,
    uri: Uri,
) -> Result<impl IntoResponse, Refusal> {
    let params = Params::of(&uri, &["site_id"])?;
    let site = params.required("site_id")?;
    reports.calendar_of(&caller, site)?;
    let watcher = reports.hub.watch(site)?;
    let events = stream::unfold(watcher, |mut watcher| async move {
        let newest = watcher.next().await?;
        let event = Event::default().event("realtime").data(newest.to_string());
        Some((Ok::<Event, Infallible>(event), watcher))
    });
    let stream = Sse::new(events).keep_alive(KeepAlive::new().interval(HEARTBEAT));
    Ok(([(UNBUFFERED, "no")], stream))
}
