//! The ingest dialects: bytes in, log records and the exact answer out. One file per dialect, each with a complete
//! example that a test parses.
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
#[cfg(test)]
mod fuzz;
mod items;
mod names;
mod object;
mod page;
mod props;
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

use std::borrow::Cow;
use std::net::IpAddr;
use std::sync::Arc;

use kassa_access::Site;
use kassa_model::{Dialect, LogRecord, Reason, Timestamp};

pub(crate) use page::decoded as decode_query_value;
pub(crate) use props::add_own;
pub use segment::Kind;
pub(crate) use text::{cut, is_of_nobody};

use draft::Flaw;
use object::{List, Members};
use received::Received;

/// The most bytes of one event's JSON, a batch's shared fields included.
pub const EVENT_BYTES_MAX: usize = 64 << 10;
/// The most events of a batch; those beyond are refused as `batch_too_long`.
pub const BATCH_EVENTS_MAX: usize = 10_000;
/// The most properties of an event.
pub const PROPERTIES_MAX: usize = 64;
/// The most levels of an event's JSON, its outermost object being the first.
pub const DEPTH_MAX: usize = 16;
/// The most bytes of an event's or a customer's id.
pub const ID_BYTES_MAX: usize = 200;
/// The most bytes of a site, an event's name, and of most columns.
pub const TEXT_BYTES_MAX: usize = 255;
/// The most bytes of a path or a referrer.
pub const PATH_BYTES_MAX: usize = 2_048;
/// The most bytes of a User-Agent that are kept.
pub(crate) const AGENT_BYTES_MAX: usize = 1_024;
/// How much of a refused event is kept.
pub const ORIGINAL_BYTES_MAX: usize = 8 << 10;
/// Of the events beyond [`BATCH_EVENTS_MAX`], so many become dead letters; the others are only counted.
pub const BEYOND_KEPT_MAX: usize = 100;

/// Finds the site that an event is for.
pub trait Sites {
    /// The id of the site for a write key and a site name, each of which may be absent; `None` when there is no such
    /// site or key, or they disagree.
    fn resolve(&self, key: Option<&str>, site: Option<&str>) -> Option<String>;

    /// The site of that id, for its rules; `None`: it has none.
    fn site(&self, id: &str) -> Option<Arc<Site>>;

    /// Whether `key` is a secret whose holder is believed about the visitors of `site`.
    fn believes(&self, key: &str, site: &str) -> bool;

    /// Whether `key` is a secret, of whatever use, or looks like one: it must not be written down.
    fn is_secret(&self, key: &str) -> bool;
}

/// What a dialect needs to know beside the body.
#[derive(Clone, Copy)]
pub struct Context<'a> {
    /// When the collector had the request.
    pub received_at: Timestamp,
    /// The write key of the request's head or address; it goes before one in the body.
    pub key: Option<&'a str>,
    /// The token of `Authorization: Bearer`: of who shows a secret one, what is said of visitors' addresses and agents is believed.
    pub bearer: Option<&'a str>,
    /// The visitor asked for privacy (`Sec-GPC: 1` or `DNT: 1`).
    pub private: bool,
    /// The request came by system C's port or prefix, so an `/event` that is nobody's is answered in C's words.
    pub counter_first: bool,
    /// Finds sites.
    pub sites: &'a dyn Sites,
}

impl std::fmt::Debug for Context<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Context").field("received_at", &self.received_at).finish_non_exhaustive()
    }
}

impl Context<'_> {
    /// The site for the request's key, or else the body's, and a name.
    fn site(&self, body_key: Option<&str>, site: Option<&str>) -> Option<String> {
        self.sites.resolve(self.key.or(body_key), site)
    }

    /// Whether what the sender says of the visitors of `site` is believed, by its token, the request's key or else the body's.
    fn trusts(&self, body_key: Option<&str>, site: &str) -> bool {
        let shown = [self.bearer, self.key.or(body_key)];
        shown.into_iter().flatten().any(|key| self.sites.believes(key, site))
    }
}

/// What a body turned out to be.
#[derive(Debug)]
pub struct Reading {
    /// The dialect it was read as.
    pub dialect: Dialect,
    /// Accepted and refused events, in the body's order. The collector has yet to stamp them.
    pub records: Vec<LogRecord>,
    /// Addresses of visitors that the sender was believed about, by the place in `records`, ascending.
    pub addresses: Vec<(usize, IpAddr)>,
    /// Refused events beyond those in `records`.
    pub dropped: u64,
    /// A body of one event: what is refused of such is kept at a bounded rate.
    pub single: bool,
    /// What to answer once all records are durable.
    pub answer: Answer,
}

/// An answer to the letter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// The HTTP status.
    pub status: u16,
    /// The body.
    pub body: Cow<'static, str>,
    /// Whether the body is JSON; else it is plain text.
    pub json: bool,
}

impl Answer {
    /// A fixed JSON answer.
    pub(crate) const fn json(status: u16, body: &'static str) -> Self {
        Self { status, body: Cow::Borrowed(body), json: true }
    }

    /// A fixed text answer.
    pub(crate) const fn text(status: u16, body: &'static str) -> Self {
        Self { status, body: Cow::Borrowed(body), json: false }
    }
}

impl Reading {
    /// The reading of a body that holds one event.
    fn one(dialect: Dialect, record: LogRecord, answer: Answer) -> Self {
        Self { dialect, records: vec![record], addresses: Vec::new(), dropped: 0, single: true, answer }
    }

    /// How many events were accepted and refused.
    pub fn counts(&self) -> (u64, u64) {
        let refused = self.records.iter().filter(|record| matches!(record, LogRecord::Rejected(_))).count();
        ((self.records.len() - refused) as u64, refused as u64 + self.dropped)
    }
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
            flat::refuse_unread(flaw, body, ctx)
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
        counter::refuse_unread(flaw, body, ctx)
    } else {
        site::refuse_unread(flaw, body, ctx)
    }
}

/// Reads the body of one of Segment's paths; `kind` is the path's, or `None` for a batch.
pub fn read_segment(kind: Option<Kind>, body: &[u8], ctx: &Context<'_>) -> Reading {
    segment::read(kind, body, ctx)
}
