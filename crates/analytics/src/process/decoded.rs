//! Records as the fold takes them: read, and with what their ids are looked up by.

use bytes::Bytes;
use kassa_eventlog::Offset;
use kassa_model::{Dialect, Event, LogRecord, Recorded, Rejected, decode, dedupe_hash};
use serde::Deserialize;

use super::dedupe::Candidate;
use super::steps::has_usable_key;

/// A record as read from the log.
#[derive(Debug)]
pub(super) struct Decoded {
    pub(super) offset: Offset,
    pub(super) payload: Bytes,
    pub(super) body: Body,
}

/// What was in it.
#[derive(Debug)]
pub(super) enum Body {
    Event(Box<Recorded>, Candidate),
    Rejected(Box<Rejected>),
    Unreadable { site: String, why: String },
}

impl Decoded {
    /// Reads a record; bytes that cannot be read become a dead letter later on.
    pub(super) fn new(offset: Offset, payload: Bytes) -> Self {
        let body = match decode(&payload) {
            Ok(LogRecord::Event(recorded)) => {
                let event = &recorded.event;
                let id = Candidate {
                    hash: dedupe_hash(&event.site, &event.id),
                    hour: event.received_at.hour(),
                    for_ever: event.dialect == Dialect::SHOP,
                };
                Body::Event(recorded, id)
            }
            Ok(LogRecord::Rejected(rejected)) => Body::Rejected(rejected),
            Err(error) => Body::Unreadable { site: site_of(&payload), why: error.to_string() },
        };
        Self { offset, payload, body }
    }

    /// The event, if it may be one that is stored already, and what it is looked up by.
    pub(super) fn may_be_duplicate(&self) -> Option<(&Event, Candidate)> {
        match &self.body {
            Body::Event(recorded, id) if id.for_ever || has_usable_key(&recorded.event) => {
                Some((&recorded.event, *id))
            }
            _ => None,
        }
    }
}

/// The site of a record that cannot be read whole, if it has one in the usual place (a newer version's will).
fn site_of(payload: &[u8]) -> String {
    #[derive(Deserialize)]
    struct Header {
        st: String,
    }
    serde_json::from_slice::<Header>(payload).map(|header| header.st).unwrap_or_default()
}
