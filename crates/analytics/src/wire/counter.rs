//! Dialect C, counters: `POST /event` with `type`.
//!
//! ```json
//! {"type":"purchase"}
//! ```
//! 200 text `Recorded`, or 400 text. Every other field becomes a property. The collector counts the type on `/metrics`
//! once the event is durable.

use std::borrow::Cow;

use kassa_model::{Dialect, LogRecord, Reason};

use super::draft::Draft;
use super::flaw::{Flaw, refused};
use super::format::Format;
use super::props::Props;
use super::reading::{Answer, Context, Reading};
use super::received::{Received, required};

pub(super) static FORMAT: Format = Format {
    dialect: Dialect::named("counter"),
    example_path: "event",
    doors: &[],
    page_members: &[],
    visitor_members: &[],
    cleans_names: false,
};

const RECORDED: Answer = Answer::text(200, "Recorded");
const TYPE_REQUIRED: Answer = Answer::text(400, "Event type is required");

/// Reads one event.
pub(super) fn read(received: &Received<'_>, ctx: &Context<'_>) -> Reading {
    let site = ctx.site(received.key().as_deref(), None);
    match parse(received, site.as_deref(), ctx) {
        Ok(record) => Reading::one(FORMAT.dialect, record, RECORDED),
        Err(flaw) => refuse(flaw, site.as_deref(), received.json.as_bytes(), ctx),
    }
}

/// Refuses a body, which could not be read or has a flaw.
pub(super) fn refuse(flaw: Flaw, site: Option<&str>, original: &[u8], ctx: &Context<'_>) -> Reading {
    let answer = match flaw.reason {
        Reason::MissingField => TYPE_REQUIRED,
        reason => Answer { status: 400, body: Cow::Borrowed(reason.name()), json: false },
    };
    let record = refused(&FORMAT, site.unwrap_or_default(), flaw, original, ctx);
    Reading::one(FORMAT.dialect, record, answer)
}

fn parse(received: &Received<'_>, site: Option<&str>, ctx: &Context<'_>) -> Result<LogRecord, Flaw> {
    received.check_limits(0)?;
    let name = required(received.members.get("type"), "type is no text")?;
    let name = name.ok_or(Flaw::new(Reason::MissingField, "type is required"))?;
    let site = site.ok_or(Flaw::new(Reason::UnknownSite, "no such site or write key"))?;
    let mut draft = Draft::new(&FORMAT, site.to_owned(), &name, ctx.received_at);
    let mut props = Props::default();
    for (key, value) in &received.members.entries {
        if !matches!(key.as_ref(), "type" | "writeKey") {
            props.push(key, value);
        }
    }
    draft.props = props;
    draft.finish(ctx)
}
