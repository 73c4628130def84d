//! Sessions: which one an event joins, and which cookieless visitor it is across midnight.
//!
//! Memory holds, per visitor, the earliest and latest `occurred_at` of each session **per generation**, and what is known of
//! the visit: when it began and the facts of its first event with a page, as they stand on its rows. A generation is a
//! range of the log's records: a new one begins with each hour that passes, and when the current one has its share of
//! the memory. So the state is nothing but a summary of the rows of some ranges of the log: the store can give exactly the
//! same summary back after a restart, as the ranges are kept with the position.
//!
//! ```text
//! joins       a session whose [min − 30 min, max + 30 min] holds its time (the latest, if several), else opens one
//! joins       the latest that began before it, up to 24 hours after its end, if nobody did the event; such a one opens and
//!             extends none
//! never       are sessions merged afterwards, or is an event moved to another one
//! leaves      a generation, 24 hours after it began; or the oldest, while all are over the budget
//! ```

use std::collections::VecDeque;
use std::hash::Hasher;
use std::sync::Arc;

use kassa_eventstore::{NamedVisitor, OpenSession, SessionPart};
use kassa_model::{Event, Timestamp, VISITOR_KEY, Visit, VisitFacts};
use serde::{Deserialize, Serialize};
use siphasher::sip::SipHasher24;

use super::facts::{UNKNOWN, bytes_of};
use super::ladder::Span;
use super::names::{NAME_BYTES, Name, Named, Names, of_owner};
use super::slices::{Added, Begun, CROWD_SLICE_BYTES, Reach, Slice};
use super::visitors::{Key, VISITOR_BYTES, Visitors};

/// Hours that passed, beside the current one, of which sessions are known.
const HOURS_KEPT: i64 = 24;

/// A generation takes one part in so many of the budget at most.
const GENERATIONS: usize = 8;

/// Facts of usual visits are shared by many of them: of each, so many bytes do not count against a generation's part. If
/// no two are alike, a generation of them still fits the budget, also where one visitor has all of the visits.
const FACTS_SHARED_BYTES: usize = (GENERATIONS - 1) * VISITOR_BYTES - CROWD_SLICE_BYTES;

/// How the memory of sessions is set up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SessionOptions {
    /// `sessions.memory_max` in bytes, of one partition: 64 MiB.
    pub memory_max: usize,
}

/// What the memory of sessions holds, for people.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct SessionStatus {
    /// Visitors whose sessions are remembered.
    pub visitors: u64,
    /// Bytes that they take.
    pub bytes: u64,
    /// Sessions younger than 24 hours were let go of, because all of them do not fit `sessions.memory_max`.
    pub shortened: bool,
}

/// What memory knows of the visitors of one partition.
#[derive(Debug)]
pub(super) struct Sessions {
    options: SessionOptions,
    visitors: Visitors,
    /// Who named themselves.
    names: Names,
    generations: VecDeque<Generation>,
    /// The number of the first of them; the others count on from it, and begin at 0 again after 65,535.
    oldest: u16,
    /// The age at which the first of them began that was left when one was let go of for its bytes.
    shortened_at: Option<i64>,
}

/// A range of the log's records, up to where the next one begins.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(into = "KeptGeneration", from = "KeptGeneration")]
struct Generation {
    /// The offset of its first record.
    from: u64,
    /// The age at which it began, in hours.
    age: i64,
    /// Of a store that kept no ranges: it has the rows of this hour of receipt instead.
    hour: Option<i64>,
    /// Bytes that its slices and names count against its part of the budget; the store's rows tell after a restart.
    bytes: usize,
}

/// The same in short: offset, age and hour. The offset is text, as JSON's numbers end at 2^53 in many readers.
#[derive(Serialize, Deserialize)]
struct KeptGeneration(#[serde(with = "offset")] u64, i64, Option<i64>);

/// What of the memory is kept with the position.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct KeptSessions {
    generations: VecDeque<Generation>,
    oldest: u16,
    shortened_at: Option<i64>,
}

/// The id of the session that `event_id` opens.
pub(super) fn opened_by(site: &str, visitor: i64, event_id: &str) -> i64 {
    let mut hasher = SipHasher24::new_with_key(&VISITOR_KEY);
    hasher.write(b"o");
    for part in [site.as_bytes(), &visitor.to_le_bytes(), event_id.as_bytes()] {
        hasher.write(&(part.len() as u64).to_le_bytes());
        hasher.write(part);
    }
    // 0 stands for "no session" in rows of money.
    (hasher.finish() & (u64::MAX >> 1)).cast_signed().max(1)
}

impl Default for SessionOptions {
    fn default() -> Self {
        Self { memory_max: 64 << 20 }
    }
}

impl Sessions {
    /// The memory of a store that holds nothing.
    pub(super) fn new(options: SessionOptions) -> Self {
        let (visitors, names, generations) = (Visitors::default(), Names::default(), VecDeque::new());
        Self { options, visitors, names, generations, oldest: 0, shortened_at: None }
    }

    /// Begins to take what the store holds, by the ranges that were kept with its position.
    pub(super) fn begin_resume(&mut self, kept: KeptSessions) {
        let KeptSessions { generations, oldest, shortened_at } = kept;
        *self = Self { generations, oldest, shortened_at, ..Self::new(self.options) };
    }

    /// The same of a store that kept no ranges and whose clock has the hour `clock_hour`, at the age 0: sessions come by hours of
    /// receipt.
    pub(super) fn begin_resume_by_hours(&mut self, clock_hour: i64) {
        let generation = |age| Generation { from: 0, age, hour: Some(clock_hour + age), bytes: 0 };
        let generations = (-HOURS_KEPT..=0).map(generation).collect();
        self.begin_resume(KeptSessions { generations, oldest: 0, shortened_at: None });
    }

    /// The parts in which the store must send sessions at `resume`.
    pub(super) fn parts(&self) -> Vec<SessionPart> {
        let ends = self.generations.iter().skip(1).map(|next| next.from).chain([u64::MAX]);
        let first_range = self.generations.iter().find(|generation| generation.hour.is_none());
        let part = |(generation, next): (&Generation, u64)| {
            // Rows that came later are in ranges, whatever their hour of receipt.
            let to = if generation.hour.is_some() {
                first_range.map_or(u64::MAX, |first| first.from)
            } else {
                next
            };
            SessionPart { from: generation.from, to, hour: generation.hour }
        };
        self.generations.iter().zip(ends).map(part).collect()
    }

    /// Takes what the store holds of a session in one of [`Self::parts`].
    pub(super) fn resume(&mut self, open: &OpenSession) {
        let place = usize::try_from(open.part).unwrap_or(usize::MAX);
        if place >= self.generations.len() {
            return;
        }
        let at = open.visit.as_ref().map_or(open.first, |visit| visit.started_at);
        let facts = open.visit.as_ref().map(|visit| VisitFacts::clone(&visit.facts));
        let facts = self.visitors.facts_mut().number(facts.unwrap_or_default());
        let slice = Slice {
            session: open.session,
            first: open.first.micros(),
            last: open.last.micros(),
            generation: self.oldest.wrapping_add(u16::try_from(place).unwrap_or(u16::MAX)),
            begun: Begun { facts, at: at.micros() },
        };
        self.add(key(&open.site, open.visitor), place, slice);
    }

    /// Takes what the store holds of a visitor who was named in one of [`Self::parts`].
    pub(super) fn resume_name(&mut self, row: &NamedVisitor) {
        if let Some(named) = Named::stored(row) {
            self.learn_in(usize::try_from(row.part).unwrap_or(usize::MAX), &named);
        }
    }

    /// What must be kept with the position, so that [`Self::begin_resume`] gives the same memory.
    pub(super) fn kept(&self) -> KeptSessions {
        let (generations, oldest) = (self.generations.clone(), self.oldest);
        KeptSessions { generations, oldest, shortened_at: self.shortened_at }
    }

    /// Comes to the record at `offset`, which is about to be stored at this `age`: begins a generation and lets go of old ones
    /// where that is due. What happens depends on what is remembered alone, so it is the same after a restart.
    pub(super) fn advance(&mut self, offset: u64, age: i64) {
        let bytes_max = (self.options.memory_max / GENERATIONS).max(1);
        let goes_on = self
            .generations
            .back()
            .is_some_and(|current| current.age == age && current.hour.is_none() && current.bytes < bytes_max);
        if !goes_on {
            self.generations.push_back(Generation { from: offset, age, hour: None, bytes: 0 });
            let old =
                self.generations.iter().take_while(|generation| generation.age + HOURS_KEPT < age).count();
            self.let_go(old);
        }
        while self.generations.len() > 1 && self.charged_bytes() > self.options.memory_max {
            self.let_go(1);
            self.shortened_at = self.generations.front().map(|first| first.age);
        }
    }

    /// The session of `visitor` that an event of this reach joins; the one with the latest event, if there are several.
    pub(super) fn joined(&self, site: &str, visitor: i64, reach: Reach) -> Option<i64> {
        self.visitors.get(key(site, visitor))?.joined(reach)
    }

    /// From the first to the last event of the visitor's `session`, if that has not left yet.
    pub(super) fn span(&self, site: &str, visitor: i64, session: i64) -> Option<Span> {
        self.visitors.get(key(site, visitor))?.span(session)
    }

    /// Who was last named by the events of a browser or a user.
    pub(super) fn name(&self, site: &str, visitor: i64) -> Option<Name> {
        self.names.get(key(site, visitor))
    }

    /// Who was last named by the events of a visitor who is not the user.
    pub(super) fn owner(&self, site: &str, visitor: i64) -> Option<Name> {
        self.names.get(key(site, of_owner(visitor)))
    }

    /// Takes note of a row that names its visitor and will be stored.
    pub(super) fn learn(&mut self, named: &Named<'_>) {
        if let Some(place) = self.generations.len().checked_sub(1) {
            self.learn_in(place, named);
        }
    }

    /// Whether `session` is one of the visitor's that has not left yet.
    pub(super) fn is_open(&self, site: &str, visitor: i64, session: i64) -> bool {
        self.visitors.get(key(site, visitor)).is_some_and(|slices| slices.has(session))
    }

    /// What is known of the visit that is the visitor's `session`, if that has not left yet.
    pub(super) fn visit(&self, site: &str, visitor: i64, session: i64) -> Option<Visit> {
        let begun = self.visitors.get(key(site, visitor))?.begun(session)?;
        Some(self.shown(begun))
    }

    /// Takes note that `event` of `session`, whose visitor is chosen, will be stored: it happened at `time`. Returns what is
    /// known of the visit with it.
    pub(super) fn extend(&mut self, event: &Event, session: i64, time: Timestamp) -> Visit {
        let key = key(&event.site, event.visitor.unwrap_or_default());
        let before = self.visitors.get(key).and_then(|slices| slices.begun(session));
        let begun = match before {
            Some(before) if before.facts != UNKNOWN || event.path.is_none() => before,
            before => Begun {
                facts: self.visitors.facts_mut().number(VisitFacts::of(event)),
                at: before.map_or(time.micros(), |before| before.at),
            },
        };
        if let Some(place) = self.generations.len().checked_sub(1) {
            let generation = self.oldest.wrapping_add(u16::try_from(place).unwrap_or(u16::MAX));
            let slice = Slice { session, first: time.micros(), last: time.micros(), generation, begun };
            self.add(key, place, slice);
        }
        self.shown(begun)
    }

    fn shown(&self, begun: Begun) -> Visit {
        let facts = Arc::clone(self.visitors.facts().get(begun.facts));
        Visit { started_at: Timestamp::from_micros(begun.at), facts }
    }

    /// Takes in a slice of the generation at `place`.
    fn add(&mut self, key: Key, place: usize, slice: Slice) {
        let visitor_bytes = match self.visitors.add(key, slice) {
            Added::New => VISITOR_BYTES,
            Added::More(UNKNOWN) => 0,
            // It had these facts before.
            Added::More(_) => return,
        };
        let facts_bytes = bytes_of(self.visitors.facts().get(slice.begun.facts));
        if let Some(generation) = self.generations.get_mut(place) {
            generation.bytes += visitor_bytes + facts_bytes.saturating_sub(FACTS_SHARED_BYTES);
        }
    }

    /// What the memory holds at this age.
    pub(super) fn status(&self, age: i64) -> SessionStatus {
        SessionStatus {
            visitors: self.visitors.len() as u64,
            bytes: (self.visitors.bytes() + self.names.bytes()) as u64,
            shortened: self.shortened_at.is_some_and(|at| at + HOURS_KEPT > age),
        }
    }

    fn charged_bytes(&self) -> usize {
        self.visitors.charged_bytes() + self.names.charged_bytes()
    }

    fn learn_in(&mut self, place: usize, named: &Named<'_>) {
        let Some(generation) = self.generations.get_mut(place) else { return };
        let number = self.oldest.wrapping_add(u16::try_from(place).unwrap_or(u16::MAX));
        let (name, of) = named.names(number);
        for key_of in of.into_iter().flatten() {
            if self.names.put(key(named.site, key_of), name) {
                generation.bytes += NAME_BYTES;
            }
        }
    }

    /// Lets go of the first `count` generations.
    fn let_go(&mut self, count: usize) {
        if count == 0 {
            return;
        }
        self.generations.drain(..count);
        self.oldest = self.oldest.wrapping_add(u16::try_from(count).unwrap_or(u16::MAX));
        let (oldest, left) = (self.oldest, self.generations.len());
        let is_live = |generation: u16| usize::from(generation.wrapping_sub(oldest)) < left;
        self.visitors.retain(is_live);
        self.names.retain(is_live);
    }
}

fn key(site: &str, visitor: i64) -> Key {
    let mut hasher = SipHasher24::new_with_key(&VISITOR_KEY);
    hasher.write(site.as_bytes());
    let [_, _, _, _, bytes @ ..] = hasher.finish().to_le_bytes();
    Key { visitor, site: u32::from_le_bytes(bytes) }
}

impl From<Generation> for KeptGeneration {
    fn from(generation: Generation) -> Self {
        Self(generation.from, generation.age, generation.hour)
    }
}

impl From<KeptGeneration> for Generation {
    fn from(KeptGeneration(from, age, hour): KeptGeneration) -> Self {
        Self { from, age, hour, bytes: 0 }
    }
}

/// Offsets as decimal text.
mod offset {
    use serde::{Deserialize, Deserializer, Serializer, de};

    pub(super) fn serialize<S: Serializer>(offset: &u64, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(offset)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<u64, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(de::Error::custom)
    }
}
