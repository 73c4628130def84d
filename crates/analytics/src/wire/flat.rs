//! Dialect A, flat: `POST /track` with one object.
//!
//! ```json
//! {"eventType":"click","page":"/shop","timestamp":"2025-01-01 12:00:00","sessionId":"abc123","target":"Buy"}
//! ```
//! 201, or 400 `{"error":…}`. `sessionId` is the session and, when `anonymousId` names none, the
//! visitor too; of these, one that names nobody is a property. `page` is a path, or an address that gives host, path and campaign. Every other field, `seconds` of
//! `time_on_page` among them, becomes a property.

use std::borrow::Cow;

use kassa_model::{Dialect, LogRecord, Reason};
use serde_json::value::RawValue;

use super::draft::{Draft, put_column};
use super::flaw::{Flaw, refused};
use super::format::Format;
use super::limits::{PATH_BYTES_MAX, TEXT_BYTES_MAX};
use super::reading::{Answer, Context, Reading};
use super::received::{Received, required};
use super::text::{id_text, names_someone, plain_text};
use super::{page, time};

pub(super) static FORMAT: Format = Format {
    dialect: Dialect::named("flat"),
    example_path: "track",
    doors: &[],
    page_members: &["page"],
    visitor_members: &["sessionId", "anonymousId", "userId"],
    cleans_names: false,
};

const TRACKED: Answer = Answer::json(201, r#"{"message":"Event tracked successfully"}"#);
const TYPE_REQUIRED: Answer = Answer::json(400, r#"{"error":"eventType is required"}"#);
const INVALID_PAYLOAD: Answer = Answer::json(400, r#"{"error":"Invalid payload"}"#);

/// Reads one event.
pub(super) fn read(received: &Received<'_>, ctx: &Context<'_>) -> Reading {
    let site = ctx.site(received.key().as_deref(), None);
    let parsed = if received.members.has_any(&["eventType", "page", "sessionId", "target", "seconds"]) {
        parse(received, site.as_deref(), ctx)
    } else {
        Err(Flaw::new(Reason::InvalidPayload, "neither events nor eventType"))
    };
    match parsed {
        Ok(record) => Reading::one(FORMAT.dialect, record, TRACKED),
        Err(flaw) => refuse(flaw, site.as_deref(), received.json.as_bytes(), ctx),
    }
}

/// Refuses a body, which could not be read or has a flaw.
pub(super) fn refuse(flaw: Flaw, site: Option<&str>, original: &[u8], ctx: &Context<'_>) -> Reading {
    let answer = match flaw.reason {
        Reason::MissingField => TYPE_REQUIRED,
        Reason::InvalidPayload => INVALID_PAYLOAD,
        reason => Answer {
            status: 400,
            body: Cow::Owned(format!("{{\"error\":\"{}\"}}", reason.name())),
            json: true,
        },
    };
    let record = refused(&FORMAT, site.unwrap_or_default(), flaw, original, ctx);
    Reading::one(FORMAT.dialect, record, answer)
}

fn parse(received: &Received<'_>, site: Option<&str>, ctx: &Context<'_>) -> Result<LogRecord, Flaw> {
    received.check_limits(0)?;
    let members = &received.members;
    let name = required(members.get("eventType"), "eventType is no text")?;
    let name = name.ok_or(Flaw::new(Reason::MissingField, "eventType is required"))?;
    let occurred_at = time::field(members.get("timestamp"))?;
    let site = site.ok_or(Flaw::new(Reason::UnknownSite, "no such site or write key"))?;
    let mut draft = Draft::new(&FORMAT, site.to_owned(), &name, ctx.received_at);
    draft.event.occurred_at = occurred_at.unwrap_or(ctx.received_at);
    if let Some(visitor) = members.get("anonymousId").and_then(id_text) {
        draft.set_visitor(visitor);
    }
    if let Some(session) = members.get("sessionId").and_then(id_text) {
        draft.set_visitor(session.clone());
        draft.set_session(session);
    }
    if let Some(user) = members.get("userId").and_then(id_text) {
        draft.set_user(user);
    }
    for (key, value) in &members.entries {
        put(&mut draft, key, value);
    }
    draft.finish(ctx)
}

fn put(draft: &mut Draft<'_>, key: &str, value: &RawValue) {
    match key {
        "eventType" | "timestamp" | "writeKey" => {}
        "page" => put_page(draft, value),
        "target" => put_column(&mut draft.event.target, &mut draft.props, TEXT_BYTES_MAX, key, value),
        "sessionId" | "anonymousId" | "userId" if names_someone(value) => {}
        "sessionId" | "anonymousId" | "userId" => draft.props.push_uncounted(key, value.get()),
        _ => draft.props.push(key, value),
    }
}

fn put_page(draft: &mut Draft<'_>, value: &RawValue) {
    let text = plain_text(value);
    let Some(address) = text.as_deref().and_then(page::absolute) else {
        let column = &mut draft.event.path;
        return put_column(column, &mut draft.props, PATH_BYTES_MAX, "page", value);
    };
    page::place(&mut draft.event, &address);
    draft.rest.take(&address);
    if !address.whole {
        draft.props.push_uncounted("page", value.get());
    }
}
