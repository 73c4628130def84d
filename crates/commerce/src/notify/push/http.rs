//! The route of the stream.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use axum::extract::State;
use axum::http::{HeaderMap, HeaderName, Uri};
use axum::response::IntoResponse;
use axum::response::sse::{Event, KeepAlive, Sse};
use futures_util::stream;
use kassa_access::{Allowed, need};
use kassa_eventlog::EventLog;
use kassa_service::{Metrics, Problem, Protected, Shutdown, protected};

use super::message::Wish;
use super::place::Place;
use super::reader::Reader;
use super::streams::Streams;
use crate::params::Params;
use crate::shop::Shop;

/// Between two signs of life on a quiet stream.
const HEARTBEAT: Duration = Duration::from_secs(15);
/// How long a stream lasts.
const LAST: Duration = Duration::from_secs(3_600);

const LAST_EVENT_ID: HeaderName = HeaderName::from_static("last-event-id");
/// Tells nginx, and proxies that took over its custom, to pass each event on at once.
const UNBUFFERED: HeaderName = HeaderName::from_static("x-accel-buffering");

/// The route of the stream; none without orders in this process. Streams end with `shutdown`.
///
/// # Panics
/// When `metrics` has the streams' already.
pub fn native_routes(
    (shop, log): (Arc<Shop>, Arc<dyn EventLog>),
    shutdown: &Shutdown,
    metrics: &Metrics,
) -> Protected {
    if shop.orders.is_none() {
        return Protected::new();
    }
    routes(Arc::new(Streams::new((shop, log), shutdown.clone(), LAST, metrics)))
}

pub(super) fn routes(streams: Arc<Streams>) -> Protected {
    Protected::new().route("/v1/notifications/stream", protected::get(get_stream)).with_state(streams)
}

/// `GET /v1/notifications/stream?types=&recipient=&last_event_id=`. A browser sends the header only when it asks again by itself;
/// who begins with a place that was kept names it in the query.
async fn get_stream(
    _: Allowed<need::Orders>,
    State(streams): State<Arc<Streams>>,
    headers: HeaderMap,
    uri: Uri,
) -> Result<impl IntoResponse, Problem> {
    let params = Params::of(&uri, &["types", "recipient", "last_event_id"])?;
    let wish = Wish::of(&params)?;
    let given = match headers.get(&LAST_EVENT_ID) {
        Some(id) => Some(id.to_str().unwrap_or("?")),
        None => params.text("last_event_id"),
    };
    let bad = || Problem::bad_request("Last-Event-ID is none that this stream has given out");
    let from = given.map(|id| Place::parse(id).ok_or_else(bad)).transpose()?;
    let reader = Reader::open(streams, wish, from).await?;
    let events = stream::unfold(reader, |mut reader| async move {
        let message = reader.next().await?;
        let event = Event::default().id(message.id).event(message.event_type).data(message.data);
        Some((Ok::<Event, Infallible>(event), reader))
    });
    let stream = Sse::new(events).keep_alive(KeepAlive::new().interval(HEARTBEAT));
    Ok(([(UNBUFFERED, "no")], stream))
}
