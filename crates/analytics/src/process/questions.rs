//! What a batch must ask the store before it can be folded, and the answers.

use std::collections::HashMap;

use std::ops::Range;

use kassa_eventstore::Lookup;
use kassa_model::{Event, MICROS_PER_HOUR, Timestamp};

use super::dedupe::{Candidate, Hours};

/// Which ids the store must be asked about before a batch can be folded.
#[derive(Debug, Default)]
pub(super) struct Questions {
    /// Each id once: those of the window, then those that count for ever.
    pub(super) asks: [Vec<Lookup>; 2],
    /// The hours of receipt in which each of the two must be looked for.
    hours: [Option<Hours>; 2],
    places: HashMap<u128, (usize, usize)>,
}

/// The store's answers to [`Questions`].
#[derive(Debug, Default)]
pub(super) struct Answers(pub(super) HashMap<u128, i64>);

impl Questions {
    /// Adds the id of `event`, to be looked for in these hours.
    pub(super) fn add(&mut self, event: &Event, id: Candidate, hours: Hours) {
        let kind = usize::from(id.for_ever);
        self.hours[kind] = Some(self.hours[kind].map_or(hours, |known| known.and(hours)));
        let asks = &mut self.asks[kind];
        self.places.entry(id.hash).or_insert_with(|| {
            asks.push(Lookup { site: event.site.clone(), id: event.id.clone() });
            (kind, asks.len() - 1)
        });
    }

    /// The times of receipt within which list `kind` must be looked for.
    pub(super) fn within(&self, kind: usize) -> Range<Timestamp> {
        let time =
            |hour: i64| Timestamp::from_micros(hour.max(0).saturating_mul(MICROS_PER_HOUR).min(i64::MAX - 1));
        let hours = self.hours[kind].unwrap_or(Hours { first: 0, last: -1 });
        time(hours.first)..time(hours.last.saturating_add(1))
    }

    /// Whether there is nothing to ask.
    pub(super) fn is_empty(&self) -> bool {
        self.places.is_empty()
    }

    /// Puts the store's answers to the two lists in order.
    pub(super) fn answered(&self, answers: [Vec<Option<i64>>; 2]) -> Answers {
        let answer = |(kind, at): &(usize, usize)| answers[*kind].get(*at).copied().flatten();
        Answers(self.places.iter().filter_map(|(hash, place)| Some((*hash, answer(place)?))).collect())
    }
}
