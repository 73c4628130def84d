//! Why an event is refused, and the dead letter that it becomes.

use std::net::IpAddr;

use kassa_model::{LogRecord, Reason, Rejected};
use serde_json::value::RawValue;

use super::format::Format;
use super::limits::{EVENT_BYTES_MAX, ORIGINAL_BYTES_MAX};
use super::props::without_person;
use super::reading::Context;
use super::scrub::{Exceptions, scrub};
use super::settle::as_sent;
use super::text::{cut, too_deep};

/// Why an event is refused, and what of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Flaw {
    pub(crate) reason: Reason,
    /// The field or limit, for a person.
    pub(crate) detail: &'static str,
}

impl Flaw {
    pub(crate) const fn new(reason: Reason, detail: &'static str) -> Self {
        Self { reason, detail }
    }
}

/// The dead letter of a refused event. The collector stamps its id.
pub(crate) fn refused(
    format: &Format,
    site: &str,
    flaw: Flaw,
    original: &[u8],
    ctx: &Context<'_>,
) -> LogRecord {
    let original = if ctx.private { without_names(original) } else { beginning(original) };
    let addresses = ctx.addresses(None);
    let as_sent = as_sent(format, &addresses);
    let hides = |member: &str, text: &str| match member {
        "writeKey" if ctx.sites.is_secret(text) => Some("(key)"),
        "ip" if text.trim().parse::<IpAddr>().is_ok() => Some("(address)"),
        _ => None,
    };
    let exceptions = Exceptions { stays: &|member| as_sent.contains(&member), hides: &hides };
    let original = scrub(&original, &addresses, &exceptions).unwrap_or(original);
    LogRecord::Rejected(Box::new(Rejected {
        id: String::new(),
        site: site.to_owned(),
        received_at: ctx.received_at,
        reason: flaw.reason,
        detail: flaw.detail.to_owned(),
        dialect: format.dialect,
        original,
    }))
}

/// As much of the original as is kept, as text that every store takes.
fn beginning(original: &[u8]) -> String {
    let kept = &original[..original.len().min(ORIGINAL_BYTES_MAX)];
    let text = String::from_utf8_lossy(kept).replace('\0', "\u{fffd}");
    cut(&text, ORIGINAL_BYTES_MAX).to_owned()
}

/// The original without what names a person; nothing of it when that cannot be told.
fn without_names(original: &[u8]) -> String {
    let text = std::str::from_utf8(original).unwrap_or_default().trim();
    let readable = original.len() <= EVENT_BYTES_MAX
        && !too_deep(text)
        && serde_json::from_str::<&RawValue>(text).is_ok();
    if readable { beginning(without_person(text).as_bytes()) } else { String::new() }
}
