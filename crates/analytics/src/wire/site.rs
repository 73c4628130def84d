//! Dialect E, retail sites: `POST /event` with `site_id`.
//!
//! ```json
//! {"site_id":"site-abc-123","event_type":"page_view","path":"/p/1","user_id":"u1","timestamp":"2025-11-12T19:30:01Z"}
//! ```
//! 202, or 400 with every error that applies, in the order of [`ERRORS`]. `path` is kept as sent, for `/stats` shows
//! it; every other field becomes a property.

use std::borrow::Cow;

use kassa_model::{Dialect, LogRecord, Reason, Timestamp};
use serde_json::value::RawValue;

use super::draft::{Draft, put_column};
use super::flaw::{Flaw, refused};
use super::format::Format;
use super::limits::{PATH_BYTES_MAX, TEXT_BYTES_MAX};
use super::reading::{Answer, Context, Reading};
use super::received::{Received, required};
use super::text::{Scalar, id_text, names_someone, scalar};
use super::time;

pub(super) static FORMAT: Format = Format {
    dialect: Dialect::named("site"),
    example_path: "event",
    doors: &[],
    page_members: &["path"],
    visitor_members: &["user_id"],
    cleans_names: false,
};

const QUEUED: Answer =
    Answer::json(202, r#"{"status":"queued","message":"Event received and queued for processing"}"#);

/// The errors that the dialect has words for, in the order of an answer.
const ERRORS: [&str; 4] = [
    "site_id is required",
    "event_type is required",
    "path is required",
    "timestamp must be a valid ISO date string",
];

/// Why an event is refused, and which of [`ERRORS`] apply.
struct Refusal {
    flaw: Flaw,
    errors: [bool; 4],
}

impl From<Flaw> for Refusal {
    fn from(flaw: Flaw) -> Self {
        Self { flaw, errors: [false; 4] }
    }
}

/// Reads one event.
pub(super) fn read(received: &Received<'_>, ctx: &Context<'_>) -> Reading {
    let site_id = required(received.members.get("site_id"), "site_id is no text");
    let site = match &site_id {
        Ok(Some(site_id)) if site_id.len() <= TEXT_BYTES_MAX => {
            ctx.site(received.key().as_deref(), Some(site_id))
        }
        _ => None,
    };
    let parsed = site_id.map_err(Refusal::from).and_then(|site_id| {
        let site_id = site_id.as_deref();
        parse(received, site_id, site.as_deref(), ctx)
    });
    match parsed {
        Ok(record) => Reading::one(FORMAT.dialect, record, QUEUED),
        Err(refusal) => refuse(&refusal, site.as_deref(), received.json.as_bytes(), ctx),
    }
}

/// Refuses a body that could not be read.
pub(super) fn refuse_unread(flaw: Flaw, body: &[u8], ctx: &Context<'_>) -> Reading {
    refuse(&flaw.into(), None, body, ctx)
}

fn refuse(refusal: &Refusal, site: Option<&str>, original: &[u8], ctx: &Context<'_>) -> Reading {
    let applying: Vec<&str> =
        ERRORS.iter().zip(refusal.errors).filter(|(_, applies)| *applies).map(|(error, _)| *error).collect();
    let errors = if applying.is_empty() { vec![refusal.flaw.reason.name()] } else { applying };
    let body = format!("{{\"errors\":[\"{}\"]}}", errors.join("\",\""));
    let record = refused(&FORMAT, site.unwrap_or_default(), refusal.flaw, original, ctx);
    Reading::one(FORMAT.dialect, record, Answer { status: 400, body: Cow::Owned(body), json: true })
}

fn parse(
    received: &Received<'_>,
    site_id: Option<&str>,
    site: Option<&str>,
    ctx: &Context<'_>,
) -> Result<LogRecord, Refusal> {
    received.check_limits(0)?;
    let members = &received.members;
    let event_type = required(members.get("event_type"), "event_type is no text")?;
    let path = required(members.get("path"), "path is no text")?;
    let occurred_at = iso_time(members.get("timestamp"));
    let (Some(site_id), Some(name), Some(_), Ok(occurred_at)) = (site_id, &event_type, &path, &occurred_at)
    else {
        let errors = [site_id.is_none(), event_type.is_none(), path.is_none(), occurred_at.is_err()];
        let first = errors.iter().position(|applies| *applies).unwrap_or_default();
        let reason = if first == 3 { Reason::InvalidTime } else { Reason::MissingField };
        return Err(Refusal { flaw: Flaw::new(reason, ERRORS[first]), errors });
    };
    if site_id.len() > TEXT_BYTES_MAX {
        return Err(Flaw::new(Reason::NameTooLong, "site_id is over 255 bytes").into());
    }
    let site = site.ok_or(Flaw::new(Reason::UnknownSite, "no such site or write key, or they disagree"))?;
    let mut draft = Draft::new(&FORMAT, site.to_owned(), name, ctx.received_at);
    draft.event.occurred_at = occurred_at.unwrap_or(ctx.received_at);
    for (key, value) in &members.entries {
        put(&mut draft, key, value);
    }
    Ok(draft.finish(ctx)?)
}

fn put<'a>(draft: &mut Draft<'a>, key: &str, value: &'a RawValue) {
    let props = &mut draft.props;
    match key {
        "site_id" | "event_type" | "timestamp" | "writeKey" => {}
        "path" => put_column(&mut draft.event.path, props, PATH_BYTES_MAX, key, value),
        "user_id" => match (id_text(value), scalar(value)) {
            (Some(user), _) => {
                if !names_someone(value) {
                    props.push_uncounted(key, value.get());
                }
                draft.set_user(user);
            }
            (None, Scalar::Absent) => {}
            (None, _) => props.push_uncounted(key, value.get()),
        },
        _ => props.push(key, value),
    }
}

/// The time: a text in ISO 8601 and nothing else.
fn iso_time(raw: Option<&RawValue>) -> Result<Option<Timestamp>, ()> {
    match raw.map(scalar) {
        None | Some(Scalar::Absent) => Ok(None),
        Some(Scalar::Text(text)) => time::iso(&text).map(Some).ok_or(()),
        Some(_) => Err(()),
    }
}
