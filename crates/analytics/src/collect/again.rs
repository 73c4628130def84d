//! Refused events, taken in once more: after a site or a key was made, or by a version that reads what an older one did not.
//!
//! Each is read as of when it came, and has the id of its dead letter if it has none of its own, so that it is stored once however
//! often this is done. From where it came is not known any more: who names no visitor is one with all others who name none.

use std::net::{IpAddr, Ipv4Addr};

use bytes::Bytes;
use kassa_model::{LogRecord, Reason, Rejected};
use serde_json::Value;
use serde_json::value::RawValue;

use super::collector::{Collector, encoded};
use super::incoming::{Incoming, Refusal};
use crate::wire::{Door, door, format_of};

/// Nobody's.
const ADDRESS: IpAddr = IpAddr::V4(Ipv4Addr::UNSPECIFIED);

/// Why an event is refused again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Again {
    /// Why.
    pub reason: Reason,
    /// What of it, for a person.
    pub detail: String,
}

impl Collector {
    /// Takes these in; `key` is the write key that they are sent with. What is refused again is written down nowhere.
    ///
    /// # Errors
    /// [`Refusal`] when nothing was taken.
    pub async fn again(
        &self,
        letters: &[Rejected],
        key: Option<&str>,
    ) -> Result<Vec<Result<(), Again>>, Refusal> {
        let (mut records, mut outcomes) = (Vec::new(), Vec::new());
        for letter in letters {
            outcomes.push(match self.read_again(letter, key) {
                Ok(record) => {
                    records.extend(record);
                    Ok(())
                }
                Err(again) => Err(again),
            });
        }
        self.append(records).await?;
        Ok(outcomes)
    }

    fn read_again(
        &self,
        letter: &Rejected,
        key: Option<&str>,
    ) -> Result<Option<kassa_eventlog::Record>, Again> {
        let same = || Again { reason: letter.reason, detail: letter.detail.clone() };
        let (door, body) = sent(letter).ok_or_else(same)?;
        let mut incoming = Incoming::new(door, Bytes::from(body), ADDRESS);
        incoming.key = key;
        incoming.counter_first = letter.dialect.name() == "counter";
        let reading = self.reading(&incoming, &incoming.body, letter.received_at);
        match reading.records.into_iter().next().ok_or_else(same)? {
            LogRecord::Rejected(again) => Err(Again { reason: again.reason, detail: again.detail }),
            LogRecord::Event(mut recorded) => {
                if recorded.event.id.is_empty() {
                    recorded.event.id.clone_from(&letter.id);
                }
                let mut record = LogRecord::Event(recorded);
                let route = self.stamped(&incoming, &mut record, letter.received_at);
                Ok(encoded(route, &record))
            }
        }
    }
}

/// The event as a body of its dialect, and the path that takes it; nothing where it was no JSON.
fn sent(letter: &Rejected) -> Option<(&'static Door, String)> {
    let original: &RawValue = serde_json::from_str(&letter.original).ok()?;
    let event: Value = serde_json::from_str(&letter.original).ok()?;
    let original = original.get();
    match letter.dialect.name() {
        "batch" => Some((door("track")?, format!(r#"{{"events":[{original}]}}"#))),
        "segment" if event.get("type").is_none() => Some((door("v1/track")?, original.to_owned())),
        "segment" => Some((door("v1/batch")?, format!(r#"{{"batch":[{original}]}}"#))),
        _ => Some((door(format_of(letter.dialect)?.example_path)?, original.to_owned())),
    }
}
