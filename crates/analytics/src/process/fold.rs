//! The fold: records in, rows, dead letters and counts out. Deterministic: what becomes of a record depends on the
//! records before it in its partition and on nothing else, not on batches, restarts or the wall clock.

use std::collections::{BTreeMap, HashMap};

use bytes::Bytes;
use kassa_eventlog::{Offset, Partition};
use kassa_eventstore::{CountKey, DeadLetter, Lookup, Resumed, Row};
use kassa_model::{
    Dialect, Event, LogRecord, Outcome, Reason, Recorded, Rejected, Timestamp, decode, dedupe_hash,
};
use kassa_service::Shutdown;
use serde::Deserialize;

use super::dedupe::{Candidate, Dedupe, DedupeOptions};
use super::session::Sessions;
use super::steps::{Flow, Memory, Tools, Work, has_usable_key, is_believable};

/// How many bytes of a record a dead letter keeps.
const ORIGINAL_BYTES_MAX: usize = 8 << 10;

/// After so many records the fold looks whether it is to stop: some milliseconds at most.
pub(super) const RECORDS_BETWEEN_LOOKS: usize = 64;

/// The fold of one partition.
#[derive(Debug)]
pub(super) struct Fold {
    partition: Partition,
    options: DedupeOptions,
    memory: Memory,
    /// Records whose rows the store refused, and why.
    unstorable: HashMap<Offset, String>,
}

/// A record as read from the log.
#[derive(Debug)]
pub(super) struct Decoded {
    offset: Offset,
    payload: Bytes,
    body: Body,
}

#[derive(Debug)]
enum Body {
    Event(Box<Recorded>, Candidate),
    Rejected(Box<Rejected>),
    Unreadable { site: String, why: String },
}

/// Which ids the store must be asked about before a batch can be folded.
#[derive(Debug, Default)]
pub(super) struct Questions {
    /// Each id once, with the earliest receipt to look for: those of the window, then those that count for ever.
    pub(super) asks: [Vec<Lookup>; 2],
    /// From when on each of the two must be searched, in µs.
    pub(super) since: [i64; 2],
    places: HashMap<u128, (usize, usize)>,
}

/// The store's answers to [`Questions`].
#[derive(Debug, Default)]
pub(super) struct Answers(HashMap<u128, i64>);

/// What a batch folds to.
#[derive(Debug, Default)]
pub(super) struct Folded {
    /// Events, ascending by offset.
    pub(super) rows: Vec<Row>,
    /// Dead letters, ascending by offset.
    pub(super) rejected: Vec<DeadLetter>,
    /// What became of the records.
    pub(super) counts: Counts,
    /// The same, record by record, to build the batch again from the log's bytes.
    pub(super) decisions: Vec<Decision>,
}

/// What was decided with the help of memory.
#[derive(Debug, Clone)]
pub(super) enum Decision {
    /// A row of this visitor and session.
    Stored { visitor: i64, session: i64 },
    /// Nothing.
    Duplicate,
    /// A dead letter.
    Rejected(Box<Rejected>),
}

/// Outcomes by site and day, without a text being copied per event.
#[derive(Debug, Default)]
pub(super) struct Counts(HashMap<String, Vec<(i64, Outcome, u64)>>);

impl Decoded {
    /// Reads a record; bytes that cannot be read become a dead letter later on.
    pub(super) fn new(offset: Offset, payload: Bytes) -> Self {
        let body = match decode(&payload) {
            Ok(LogRecord::Event(recorded)) => {
                let event = &recorded.event;
                let id = Candidate {
                    hash: dedupe_hash(&event.site, &event.id),
                    hour: event.received_at.hour(),
                    for_ever: event.dialect == Dialect::Shop,
                };
                Body::Event(recorded, id)
            }
            Ok(LogRecord::Rejected(rejected)) => Body::Rejected(rejected),
            Err(error) => Body::Unreadable { site: site_of(&payload), why: error.to_string() },
        };
        Self { offset, payload, body }
    }

    /// The event, if it may be one that is stored already, and what it is looked up by.
    fn may_be_duplicate(&self) -> Option<(&Event, Candidate)> {
        match &self.body {
            Body::Event(recorded, id) if id.for_ever || has_usable_key(&recorded.event) => {
                Some((&recorded.event, *id))
            }
            _ => None,
        }
    }
}

impl Fold {
    /// The fold of a partition of which nothing is stored.
    pub(super) fn new(partition: Partition, options: DedupeOptions) -> Self {
        let memory = Memory { dedupe: Dedupe::new(options), sessions: Sessions::default(), clock: None };
        Self { partition, options, memory, unstorable: HashMap::new() }
    }

    /// The fold of the same partition with nothing in memory, to be resumed.
    pub(super) fn emptied(&mut self) -> Self {
        let unstorable = std::mem::take(&mut self.unstorable);
        Self { unstorable, ..Self::new(self.partition, self.options) }
    }

    /// Takes a piece of what the store holds.
    pub(super) fn resume(&mut self, piece: Resumed) {
        match piece {
            Resumed::Mark(_) | Resumed::State(_) => {}
            Resumed::Clock(clock) => {
                self.memory.clock = clock;
                if let Some(clock) = clock {
                    self.memory.sessions.advance(clock);
                    self.memory.dedupe.begin_resume(clock.hour());
                }
            }
            Resumed::Sessions(open) => open.iter().for_each(|open| self.memory.sessions.resume(open)),
            Resumed::Ids(ids) => ids.iter().for_each(|id| self.memory.dedupe.resume_id(id.hash, id.hour)),
        }
    }

    /// From here on the record at `offset` is a dead letter: the store refuses its row.
    pub(super) fn set_unstorable(&mut self, offset: Offset, why: String) {
        self.unstorable.insert(offset, why);
    }

    /// Whether the open ids should be sealed; only while everything that was folded is committed.
    pub(super) fn wants_seal(&self) -> bool {
        self.memory.dedupe.wants_seal()
    }

    /// Seals the open ids.
    pub(super) fn seal(&mut self) {
        self.memory.dedupe.seal();
    }

    /// What must be asked of the store before these records can be folded.
    pub(super) fn questions(&self, records: &[Decoded]) -> Questions {
        let mut questions = Questions { since: [i64::MAX; 2], ..Questions::default() };
        let (events, ids): (Vec<_>, Vec<_>) = records.iter().filter_map(Decoded::may_be_duplicate).unzip();
        let asked = self.memory.dedupe.must_ask(&ids);
        for ((event, id), asked) in events.into_iter().zip(ids).zip(asked) {
            if !asked {
                continue;
            }
            let kind = usize::from(id.for_ever);
            questions.since[kind] = questions.since[kind].min(self.memory.dedupe.search_from(id));
            let asks = &mut questions.asks[kind];
            questions.places.entry(id.hash).or_insert_with(|| {
                asks.push(Lookup { site: event.site.clone(), id: event.id.clone() });
                (kind, asks.len() - 1)
            });
        }
        questions
    }

    /// Folds records, in order; `None` when it was told to stop before the end: memory is then ahead of the store and of
    /// no use any more.
    pub(super) fn run(
        &mut self,
        records: Vec<Decoded>,
        answers: &Answers,
        tools: &mut Tools,
        stop: &Shutdown,
    ) -> Option<Folded> {
        let mut folded = Folded {
            rows: Vec::with_capacity(records.len()),
            decisions: Vec::with_capacity(records.len()),
            ..Folded::default()
        };
        for (place, record) in records.into_iter().enumerate() {
            if place.is_multiple_of(RECORDS_BETWEEN_LOOKS) && stop.is_triggered() {
                return None;
            }
            let decision = self.fold_one(record, answers, tools, &mut folded);
            folded.decisions.push(decision);
        }
        if let Some(clock) = self.memory.clock {
            self.memory.dedupe.forget_before(clock.hour());
        }
        Some(folded)
    }

    /// Builds the rows and dead letters of records again that were folded before: memory is neither asked nor changed.
    pub(super) fn rebuild(
        &mut self,
        records: &[(Offset, Bytes)],
        decisions: &[Decision],
        tools: &mut Tools,
    ) -> (Vec<Row>, Vec<DeadLetter>) {
        let (mut rows, mut rejected) = (Vec::new(), Vec::new());
        for ((offset, payload), decision) in records.iter().zip(decisions) {
            match decision {
                Decision::Duplicate => {}
                Decision::Rejected(letter) => {
                    rejected.push(DeadLetter { offset: offset.0, rejected: Rejected::clone(letter) });
                }
                Decision::Stored { visitor, session } => {
                    let Body::Event(recorded, id) = Decoded::new(*offset, payload.clone()).body else {
                        continue;
                    };
                    let mut work = Work::new(recorded, id, None);
                    work.take(&mut self.memory, tools, true);
                    let mut event = work.recorded.event;
                    (event.visitor, event.session) = (Some(*visitor), Some(*session));
                    rows.push(Row { offset: offset.0, index: 0, event });
                }
            }
        }
        (rows, rejected)
    }

    /// The newest stored receipt.
    pub(super) fn clock(&self) -> Option<Timestamp> {
        self.memory.clock
    }

    /// What memory holds: the duplicate filter, and how many visitors.
    pub(super) fn status(&self) -> (super::dedupe::DedupeStatus, u64) {
        let hour = self.memory.clock.map_or(0, Timestamp::hour);
        (self.memory.dedupe.status(hour), self.memory.sessions.len() as u64)
    }

    /// How many hours of ids the store must send at `resume`.
    pub(super) fn resume_hours(&self) -> i64 {
        Dedupe::resume_hours(self.options)
    }

    fn fold_one(
        &mut self,
        record: Decoded,
        answers: &Answers,
        tools: &mut Tools,
        into: &mut Folded,
    ) -> Decision {
        let Decoded { offset, payload, body } = record;
        let unstorable = self.unstorable.get(&offset).cloned();
        let (recorded, id) = match body {
            Body::Event(recorded, id) => (recorded, id),
            Body::Rejected(rejected) => return self.reject(offset, rejected, into),
            Body::Unreadable { site, why } => {
                let letter = self.letter(offset, &payload, (Reason::Undecodable, why));
                return self.reject(offset, Box::new(Rejected { site, ..letter }), into);
            }
        };
        let mut work = Work::new(recorded, id, answers.0.get(&id.hash).copied());
        let flow = match unstorable {
            Some(why) => Flow::Rejected(Reason::Unstorable, why),
            None => work.take(&mut self.memory, tools, false),
        };
        let event = work.recorded.event;
        match flow {
            Flow::Continue => self.store(offset, event, id, into),
            Flow::Duplicate => {
                into.counts.add(&event.site, event.received_at, Outcome::Duplicate);
                Decision::Duplicate
            }
            Flow::Rejected(reason, why) => {
                let letter = Rejected {
                    site: event.site,
                    received_at: event.received_at,
                    dialect: event.dialect,
                    ..self.letter(offset, &payload, (reason, why))
                };
                self.reject(offset, Box::new(letter), into)
            }
        }
    }

    fn store(&mut self, offset: Offset, event: Event, id: Candidate, into: &mut Folded) -> Decision {
        self.memory.dedupe.remember(id);
        self.memory.clock = Some(self.memory.clock_at(event.received_at));
        into.counts.add(&event.site, event.received_at, Outcome::Stored);
        let decision = Decision::Stored {
            visitor: event.visitor.unwrap_or_default(),
            session: event.session.unwrap_or_default(),
        };
        into.rows.push(Row { offset: offset.0, index: 0, event });
        decision
    }

    /// Makes a dead letter of the record. A time of receipt that cannot be believed would age all the others: the
    /// partition's clock stands in for it.
    fn reject(&mut self, offset: Offset, mut letter: Box<Rejected>, into: &mut Folded) -> Decision {
        if !is_believable(letter.received_at) {
            letter.received_at = self.memory.clock.unwrap_or_default();
        }
        letter.site.truncate(letter.site.floor_char_boundary(255));
        into.counts.add(&letter.site, letter.received_at, Outcome::Rejected(letter.reason));
        into.rejected.push(DeadLetter { offset: offset.0, rejected: Rejected::clone(&letter) });
        Decision::Rejected(letter)
    }

    fn letter(&self, offset: Offset, payload: &[u8], (reason, detail): (Reason, String)) -> Rejected {
        let cut = &payload[..payload.len().min(ORIGINAL_BYTES_MAX)];
        Rejected {
            id: format!("log-{}-{offset}", self.partition),
            site: String::new(),
            received_at: self.memory.clock.unwrap_or_default(),
            reason,
            detail,
            // Nobody knows; the field wants one.
            dialect: Dialect::Flat,
            original: String::from_utf8_lossy(cut).replace('\0', "\u{fffd}"),
        }
    }
}

impl Questions {
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

impl Counts {
    fn add(&mut self, site: &str, received: Timestamp, outcome: Outcome) {
        let day = received.day();
        let of_site = match self.0.get_mut(site) {
            Some(of_site) => of_site,
            None => self.0.entry(site.to_owned()).or_default(),
        };
        match of_site.iter_mut().find(|(known, end, _)| *known == day && *end == outcome) {
            Some((_, _, count)) => *count += 1,
            None => of_site.push((day, outcome, 1)),
        }
    }

    /// As the store takes them.
    pub(super) fn to_map(&self) -> BTreeMap<CountKey<String>, u64> {
        let key = |site: &String, day, outcome| CountKey { site: site.clone(), day, outcome };
        let of_site = |(site, counts): (&String, &Vec<_>)| -> Vec<_> {
            counts.iter().map(|(day, outcome, count)| (key(site, *day, *outcome), *count)).collect()
        };
        self.0.iter().flat_map(of_site).collect()
    }

    /// How many records came to each end, whatever the site.
    pub(super) fn by_outcome(&self) -> BTreeMap<Outcome, u64> {
        let mut sums = BTreeMap::new();
        for (_, outcome, count) in self.0.values().flatten() {
            *sums.entry(*outcome).or_default() += count;
        }
        sums
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
