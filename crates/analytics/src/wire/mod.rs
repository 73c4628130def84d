//! The ingest dialects: bytes in, log records and the exact answer out. One file per dialect, each with a complete
//! example that a test parses. A new one is its file, and here its `mod` and its place in [`FORMATS`]; where it shares a path
//! with another, [`read_track`] or [`read_event`] tells the two apart.
//!
//! | file | dialect | path |
//! |---|---|---|
//! | `flat` | A | `/track` with `eventType` |
//! | `batch` | B | `/track` with `events` |
//! | `counter` | C | `/event` with `type` |
//! | `site` | E | `/event` with `site_id` |
//! | `segment` | S | `/v1/track`, `/v1/batch`… |
//!
//! Everything here is a pure function of the body and a [`Context`]: no clock, no network, no log. A bad event never
//! takes its neighbours with it: it becomes a [`kassa_model::Rejected`] beside them. The collector stamps what only it
//! knows (ids that are absent, agent, country, cookieless hashes), appends, and then sends [`Reading::answer`].
//!
//! The rules that all dialects share: `null` and the empty text count as absent; an optional field of a type that the
//! dialect does not know stays a property; a text that is longer than its column stays a property too, and the column
//! holds its beginning.

mod batch;
mod counter;
mod draft;
mod flat;
mod flaw;
mod format;
#[cfg(test)]
mod fuzz;
mod items;
mod limits;
mod names;
mod object;
mod page;
mod props;
mod reading;
mod received;
mod scrub;
mod segment;
mod settle;
mod site;
#[cfg(test)]
mod testing;
#[cfg(test)]
mod tests;
mod text;
mod time;

use kassa_model::{Dialect, Reason};

pub use format::{Door, Format};
pub(crate) use limits::AGENT_BYTES_MAX;
pub use limits::{
    BATCH_EVENTS_MAX, BEYOND_KEPT_MAX, DEPTH_MAX, EVENT_BYTES_MAX, ID_BYTES_MAX, ORIGINAL_BYTES_MAX,
    PATH_BYTES_MAX, PROPERTIES_MAX, TEXT_BYTES_MAX,
};
pub use names::canonical;
pub(crate) use page::decoded as decode_query_value;
pub(crate) use props::add_own;
pub use reading::{Answer, Context, Reading, Sites};
#[cfg(test)]
pub(crate) use segment::Kind;
pub(crate) use text::{cut, is_of_nobody};

use flaw::Flaw;
use object::{List, Members};
use received::Received;

/// Every dialect.
pub static FORMATS: [&Format; 5] =
    [&flat::FORMAT, &batch::FORMAT, &counter::FORMAT, &site::FORMAT, &segment::FORMAT];

/// Paths that dialects share.
static SHARED_DOORS: [Door; 2] = [
    Door {
        path: "track",
        read: read_track,
        too_many: |_| Answer::json(429, r#"{"error":"Too many requests"}"#),
    },
    Door {
        path: "event",
        read: read_event,
        too_many: |counter_first| match counter_first {
            true => Answer::text(429, "Too many requests"),
            false => Answer::json(429, r#"{"errors":["too_many_requests"]}"#),
        },
    },
];

/// Every path by which events come in.
pub fn doors() -> impl Iterator<Item = &'static Door> {
    SHARED_DOORS.iter().chain(FORMATS.iter().flat_map(|format| format.doors))
}

/// The one of this path, such as `v1/batch`.
pub fn door(path: &str) -> Option<&'static Door> {
    doors().find(|door| door.path == path)
}

/// What is known of a dialect; nothing of the shop's own.
pub(crate) fn format_of(dialect: Dialect) -> Option<&'static Format> {
    FORMATS.into_iter().find(|format| format.dialect == dialect)
}

/// Reads the body of `POST /track`: dialect A or B.
pub fn read_track(body: &[u8], ctx: &Context<'_>) -> Reading {
    let text = text::clean(body);
    let members = text.as_deref().map(|text| Members::read(text, Some("events")));
    match (&text, members) {
        (Some(text), Some(Ok(members))) => match members.list {
            List::Absent => flat::read(&Received { json: text, members }, ctx),
            List::Other | List::Items { .. } => batch::read(text, members, ctx),
        },
        _ => {
            let flaw = Flaw::new(Reason::InvalidPayload, "the body is no JSON object");
            flat::refuse(flaw, ctx.site(None, None).as_deref(), body, ctx)
        }
    }
}

/// Reads the body of `POST /event`: dialect E or C.
pub fn read_event(body: &[u8], ctx: &Context<'_>) -> Reading {
    let text = text::clean(body);
    let members = match text.as_deref().map(|text| Members::read(text, None)) {
        Some(Ok(members)) => members,
        // An absent body, and one that is no object, name none of the fields.
        Some(Err(error)) if error.is_data() || body.is_empty() => Members::default(),
        _ => return unreadable_event(body, ctx),
    };
    let json = text.as_deref().unwrap_or_default();
    let of_site = members.has_any(&["site_id", "event_type", "path"]);
    let of_counter = ctx.counter_first || members.has_any(&["type"]);
    let received = Received { json, members };
    if of_counter && !of_site { counter::read(&received, ctx) } else { site::read(&received, ctx) }
}

fn unreadable_event(body: &[u8], ctx: &Context<'_>) -> Reading {
    let flaw = Flaw::new(Reason::InvalidPayload, "the body is no JSON");
    if ctx.counter_first {
        counter::refuse(flaw, ctx.site(None, None).as_deref(), body, ctx)
    } else {
        site::refuse_unread(flaw, body, ctx)
    }
}

/// Reads the body of one of Segment's paths; `kind` is the path's, or `None` for a batch.
#[cfg(test)]
pub(crate) fn read_segment(kind: Option<Kind>, body: &[u8], ctx: &Context<'_>) -> Reading {
    segment::read(kind, body, ctx)
}
