//! What the tests of all dialects share: a context with a few known sites.

use kassa_model::{Event, LogRecord, Recorded, Rejected, Timestamp};

use super::{Context, Reading, Sites};

/// 2025-11-13T12:00:00Z.
pub(crate) const RECEIVED_AT: Timestamp = Timestamp::from_micros(1_763_035_200_000_000);

/// Knows the keys `demo` and `other` and the sites of these names; a request that names none is for `default`. A site
/// whose name begins with `site-` needs no key.
#[derive(Debug)]
pub(crate) struct FewSites;

impl Sites for FewSites {
    fn resolve(&self, key: Option<&str>, site: Option<&str>) -> Option<String> {
        match (key, site) {
            (None, None) => Some("default".to_owned()),
            (Some(key @ ("demo" | "other")), site) if site.is_none_or(|site| site == key) => {
                Some(key.to_owned())
            }
            (None, Some(site)) if site.starts_with("site-") => Some(site.to_owned()),
            _ => None,
        }
    }
}

pub(crate) fn context() -> Context<'static> {
    Context { received_at: RECEIVED_AT, key: None, private: false, counter_first: false, sites: &FewSites }
}

/// The accepted event at `place`.
pub(crate) fn recorded(reading: &Reading, place: usize) -> &Recorded {
    match &reading.records[place] {
        LogRecord::Event(recorded) => recorded,
        LogRecord::Rejected(rejected) => panic!("refused: {rejected:?}"),
    }
}

pub(crate) fn event(reading: &Reading, place: usize) -> &Event {
    &recorded(reading, place).event
}

/// The dead letter at `place`.
pub(crate) fn rejected(reading: &Reading, place: usize) -> &Rejected {
    match &reading.records[place] {
        LogRecord::Rejected(rejected) => rejected,
        LogRecord::Event(recorded) => panic!("accepted: {recorded:?}"),
    }
}
