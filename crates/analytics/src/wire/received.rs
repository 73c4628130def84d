//! An event's own JSON, with the limits that every dialect shares and the fields that every dialect requires.

use std::borrow::Cow;

use kassa_model::Reason;
use serde_json::value::RawValue;

use super::flaw::Flaw;
use super::limits::EVENT_BYTES_MAX;
use super::object::Members;
use super::text;

/// An event's own text and its members.
#[derive(Debug)]
pub(crate) struct Received<'a> {
    pub(crate) json: &'a str,
    pub(crate) members: Members<'a>,
}

impl<'a> Received<'a> {
    /// An item of a batch.
    pub(crate) fn item(raw: &'a RawValue) -> Result<Self, Flaw> {
        let json = raw.get();
        match Members::of(raw) {
            Some(members) => Ok(Self { json, members }),
            None => Err(Flaw::new(Reason::InvalidPayload, "the event is no JSON object")),
        }
    }

    /// The limits that need no dialect; `shared_bytes` are merged into the event from around it.
    pub(crate) fn check_limits(&self, shared_bytes: usize) -> Result<(), Flaw> {
        if self.json.len().saturating_add(shared_bytes) > EVENT_BYTES_MAX {
            return Err(Flaw::new(Reason::EventTooLarge, "the event is over 64 KiB"));
        }
        if text::too_deep(self.json) {
            return Err(Flaw::new(Reason::TooDeep, "the event nests deeper than 16 levels"));
        }
        if self.members.overflow {
            return Err(Flaw::new(Reason::TooManyProperties, "more than 64 properties"));
        }
        Ok(())
    }

    /// The write key in the body.
    pub(crate) fn key(&self) -> Option<Cow<'a, str>> {
        self.members.get("writeKey").and_then(text::plain_text)
    }
}

/// A field that a dialect requires: absent, a text, or of a type that the dialect does not know.
pub(crate) fn required<'a>(
    raw: Option<&'a RawValue>,
    detail: &'static str,
) -> Result<Option<Cow<'a, str>>, Flaw> {
    match raw.map(text::scalar) {
        None | Some(text::Scalar::Absent) => Ok(None),
        Some(text::Scalar::Text(text)) => Ok(Some(text)),
        Some(_) => Err(Flaw::new(Reason::InvalidField, detail)),
    }
}
