//! What a stream sends, and to whom of those who listen.

use std::collections::BTreeSet;

use bytes::Bytes;
use kassa_service::Problem;
use serde::Deserialize;
use serde::de::IgnoredAny;

use super::place::Place;
use super::store::Put;
use crate::params::Params;

/// The most types that a question names.
const TYPES_MAX: usize = 50;

/// One event of a stream.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Message {
    /// Where the stream goes on behind it.
    pub(super) id: String,
    pub(super) event_type: String,
    pub(super) data: String,
}

/// What a listener wants to hear of.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Wish {
    /// Empty: of everything.
    types: BTreeSet<String>,
    /// Messages to this name; `None`: to all.
    recipient: Option<String>,
}

/// As much of a public event as is looked at.
#[derive(Debug, Deserialize)]
struct Head {
    #[serde(rename = "type")]
    event_type: String,
    /// Of what was brought in from elsewhere nobody is told.
    imported: Option<IgnoredAny>,
}

impl Message {
    /// A line break would end the name of an event.
    fn new(place: &Place, event_type: &str, data: String) -> Self {
        let event_type = event_type.chars().filter(|c| !c.is_control()).collect();
        Self { id: place.to_string(), event_type, data }
    }
}

impl Wish {
    /// `types`, divided by commas, and `recipient`.
    pub(super) fn of(params: &Params) -> Result<Self, Problem> {
        let named = params.filter("types")?.unwrap_or_default();
        let types: BTreeSet<String> = named.split(',').map(str::trim).map(str::to_owned).collect();
        if types.len() > TYPES_MAX {
            return Err(Problem::bad_request(format!("types names at most {TYPES_MAX}")));
        }
        let types = if named.is_empty() { BTreeSet::new() } else { types };
        Ok(Self { types, recipient: params.filter("recipient")?.map(str::to_owned) })
    }

    fn wants(&self, event_type: &str) -> bool {
        self.types.is_empty() || self.types.contains(event_type)
    }

    /// A record of the log as it is sent, if it is.
    pub(super) fn event(&self, place: &Place, payload: &Bytes) -> Option<Message> {
        // What is no public event of this version is for nobody.
        let head: Head = serde_json::from_slice(payload).ok()?;
        if head.imported.is_some() || !self.wants(&head.event_type) {
            return None;
        }
        let data = String::from_utf8(payload.to_vec()).ok()?;
        Some(Message::new(place, &head.event_type, data))
    }

    /// A message to a name as it is sent, if it is.
    pub(super) fn message(&self, place: &Place, put: Put) -> Option<Message> {
        let is_theirs = self.recipient.as_ref().is_none_or(|recipient| *recipient == put.recipient);
        let wanted = is_theirs && self.wants(&put.event_type);
        wanted.then(|| Message::new(place, &put.event_type, put.payload))
    }
}
