//! The fold: records in, rows, dead letters and counts out. Deterministic: what becomes of a record depends on the
//! records before it in its partition and on nothing else, not on batches, restarts or the wall clock.

use std::collections::HashMap;

use bytes::Bytes;
use kassa_eventlog::{Offset, Partition};
use kassa_eventstore::{DeadLetter, Resume, Resumed, Row};
use kassa_model::{Dialect, Event, MICROS_PER_HOUR, Outcome, Reason, Rejected, Timestamp, Visit};
use kassa_service::Shutdown;
use serde::{Deserialize, Serialize};

use super::clock::FoldClock;
use super::counts::Counts;
use super::decoded::{Body, Decoded};
use super::dedupe::{Candidate, Dedupe, DedupeOptions, DedupeStatus, Now};
use super::names::Named;
use super::questions::{Answers, Questions};
use super::session::{KeptSessions, SessionOptions, SessionStatus, Sessions};
use super::steps::{Flow, Memory, Tools, Work, is_believable};

/// How many bytes of a record a dead letter keeps.
const ORIGINAL_BYTES_MAX: usize = 8 << 10;

/// After so many records the fold looks whether it is to stop: some milliseconds at most.
pub(super) const RECORDS_BETWEEN_LOOKS: usize = 64;

/// The fold of one partition.
#[derive(Debug)]
pub(super) struct Fold {
    partition: Partition,
    options: FoldOptions,
    memory: Memory,
    /// For people alone.
    latest: Option<Timestamp>,
    /// Records whose rows the store refused, and why.
    unstorable: HashMap<Offset, String>,
}

/// How much a fold remembers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct FoldOptions {
    pub(super) dedupe: DedupeOptions,
    pub(super) sessions: SessionOptions,
}

/// What the store keeps with a position beside the rows, so that the fold of the next process is the same: a JSON text.
#[derive(Debug, Serialize, Deserialize)]
struct Kept {
    clock: FoldClock,
    sessions: KeptSessions,
}

/// What a batch folds to.
#[derive(Debug, Default)]
pub(super) struct Folded {
    /// Events, ascending by offset.
    pub(super) rows: Vec<Row>,
    /// Dead letters, ascending by offset.
    pub(super) rejected: Vec<DeadLetter>,
    /// What became of the records.
    pub(super) counts: Counts,
    /// What the store is to keep with the position after them.
    pub(super) state: Option<String>,
    /// The same, record by record, to build the batch again from the log's bytes.
    pub(super) decisions: Vec<Decision>,
}

/// What was decided with the help of memory.
#[derive(Debug, Clone)]
pub(super) enum Decision {
    /// A row of this visitor, session and visit, sent by a browser that would be another visitor without the user.
    Stored { visitor: i64, session: i64, visit: Option<Visit>, anonymous: Option<i64> },
    /// Nothing: it is counted, as a duplicate or as excluded.
    Counted,
    /// A dead letter.
    Rejected(Box<Rejected>),
}

impl Fold {
    /// The fold of a partition of which nothing is stored.
    pub(super) fn new(partition: Partition, options: FoldOptions) -> Self {
        let (dedupe, sessions) = (Dedupe::new(options.dedupe), Sessions::new(options.sessions));
        let memory = Memory { dedupe, sessions, clock: None };
        Self { partition, options, memory, latest: None, unstorable: HashMap::new() }
    }

    /// The fold of the same partition with nothing in memory, to be resumed.
    pub(super) fn emptied(&mut self) -> Self {
        let unstorable = std::mem::take(&mut self.unstorable);
        Self { unstorable, ..Self::new(self.partition, self.options) }
    }

    /// Begins to take up what the store holds, by what it kept with its position and the newest receipt among its rows;
    /// says what it must send.
    pub(super) fn begin_resume(&mut self, state: Option<&str>, newest: Option<Timestamp>) -> Resume {
        let kept = state.map(serde_json::from_str::<Kept>).and_then(|kept| {
            kept.inspect_err(|error| tracing::warn!(%error, "what the store kept of sessions cannot be read"))
                .ok()
        });
        match (kept, newest) {
            (Some(Kept { clock, sessions }), _) => {
                self.memory.clock = Some(clock);
                self.memory.sessions.begin_resume(sessions);
            }
            (None, Some(newest)) => {
                self.memory.clock = Some(FoldClock::new(newest));
                self.memory.sessions.begin_resume_by_hours(newest.hour());
            }
            (None, None) => {}
        }
        let now = self.now();
        if let Some(now) = now {
            self.memory.dedupe.begin_resume(now);
        }
        let hour_s_end = |clock: FoldClock| clock.latest().plus_micros(MICROS_PER_HOUR);
        self.latest =
            newest.map(|newest| self.memory.clock.map_or(newest, |clock| newest.min(hour_s_end(clock))));
        Resume {
            partition: self.partition,
            ids_since_hour: now.map(|now| now.earliest - Dedupe::resume_hours(self.options.dedupe)),
            sessions: self.memory.sessions.parts(),
        }
    }

    /// Takes a piece of what the store holds.
    pub(super) fn resume(&mut self, piece: Resumed) {
        match piece {
            Resumed::Mark(_) | Resumed::State(_) | Resumed::Clock(_) => {}
            Resumed::Sessions(open) => open.iter().for_each(|open| self.memory.sessions.resume(open)),
            Resumed::Names(named) => named.iter().for_each(|row| self.memory.sessions.resume_name(row)),
            Resumed::Ids(ids) => ids.iter().for_each(|id| self.memory.dedupe.resume_id(id.hash, id.hour)),
        }
    }

    /// From here on the record at `offset` is a dead letter: the store refuses its row.
    pub(super) fn set_unstorable(&mut self, offset: Offset, why: String) {
        self.unstorable.insert(offset, why);
    }

    /// Takes note that everything before `position` is committed.
    pub(super) fn committed(&mut self, position: Offset) {
        self.unstorable.retain(|offset, _| *offset >= position);
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
        let mut questions = Questions::default();
        let (events, ids): (Vec<_>, Vec<_>) = records.iter().filter_map(Decoded::may_be_duplicate).unzip();
        let asked = self.memory.dedupe.must_ask(&ids);
        for ((event, id), hours) in events.into_iter().zip(ids).zip(asked) {
            if let Some(hours) = hours {
                questions.add(event, id, hours);
            }
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
        if let Some(now) = self.now() {
            self.memory.dedupe.come_to(now);
        }
        folded.state = self.state();
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
                Decision::Counted => {}
                Decision::Rejected(letter) => {
                    rejected.push(DeadLetter { offset: offset.0, rejected: Rejected::clone(letter) });
                }
                Decision::Stored { visitor, session, visit, anonymous } => {
                    let Body::Event(recorded, id) = Decoded::new(*offset, payload.clone()).body else {
                        continue;
                    };
                    let mut work = Work::new(offset.0, recorded, id, None);
                    work.take(&mut self.memory, tools, true);
                    let mut event = work.recorded.event;
                    (event.visitor, event.session) = (Some(*visitor), Some(*session));
                    event.anonymous_visitor = *anonymous;
                    rows.push(self.row(*offset, event, visit.clone()));
                }
            }
        }
        (rows, rejected)
    }

    /// When the last record was received that is stored; right after a restart, about.
    pub(super) fn latest(&self) -> Option<Timestamp> {
        self.latest
    }

    /// What memory holds: the duplicate filter, and sessions.
    pub(super) fn status(&self) -> (DedupeStatus, SessionStatus) {
        let age = self.memory.clock.map_or(0, FoldClock::age);
        (self.memory.dedupe.status(), self.memory.sessions.status(age))
    }

    fn now(&self) -> Option<Now> {
        let clock = self.memory.clock?;
        let (hour, earliest, latest) = (clock.hour(), clock.earliest_hour(), clock.latest().hour());
        Some(Now { hour, earliest, latest, age: clock.age() })
    }

    fn state(&self) -> Option<String> {
        let kept = Kept { clock: self.memory.clock?, sessions: self.memory.sessions.kept() };
        let text = serde_json::to_string(&kept);
        text.inspect_err(|error| tracing::error!(%error, "cannot write what is kept of sessions")).ok()
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
        let mut work = Work::new(offset.0, recorded, id, answers.0.get(&id.hash).copied());
        let flow = match unstorable {
            Some(why) => Flow::Rejected(Reason::Unstorable, why),
            None => work.take(&mut self.memory, tools, false),
        };
        let (event, visit) = (work.recorded.event, work.visit);
        match flow {
            Flow::Continue => self.store((offset, event, visit), id, into),
            Flow::Duplicate => {
                into.counts.add(&event.site, event.received_at, Outcome::Duplicate);
                Decision::Counted
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

    fn store(
        &mut self,
        (offset, event, visit): (Offset, Event, Option<Visit>),
        id: Candidate,
        into: &mut Folded,
    ) -> Decision {
        self.memory.dedupe.remember(id);
        self.memory.clock = Some(self.memory.clock_at(event.received_at));
        self.latest = Some(event.received_at);
        if let Some(named) = Named::of(&event) {
            self.memory.sessions.learn(&named);
        }
        into.counts.add(&event.site, event.received_at, Outcome::Stored);
        let decision = Decision::Stored {
            visitor: event.visitor.unwrap_or_default(),
            session: event.session.unwrap_or_default(),
            visit: visit.clone(),
            anonymous: event.anonymous_visitor,
        };
        into.rows.push(self.row(offset, event, visit));
        decision
    }

    fn row(&self, offset: Offset, event: Event, visit: Option<Visit>) -> Row {
        Row { partition: self.partition, offset: offset.0, index: 0, event, visit }
    }

    /// Makes a dead letter of the record, unless nothing is kept of it. A time of receipt that cannot be believed would age all the others: the
    /// partition's clock stands in for it.
    fn reject(&mut self, offset: Offset, mut letter: Box<Rejected>, into: &mut Folded) -> Decision {
        if !is_believable(letter.received_at) {
            letter.received_at = self.now_or_default();
        }
        letter.site.truncate(letter.site.floor_char_boundary(255));
        into.counts.add(&letter.site, letter.received_at, Outcome::Rejected(letter.reason));
        if matches!(letter.reason, Reason::ExcludedAddress | Reason::Erased) {
            return Decision::Counted;
        }
        into.rejected.push(DeadLetter { offset: offset.0, rejected: Rejected::clone(&letter) });
        Decision::Rejected(letter)
    }

    /// The clock's hour. What a dead letter says must be the same after a restart, which knows no more than that.
    fn now_or_default(&self) -> Timestamp {
        self.memory.clock.map_or_else(Timestamp::default, FoldClock::latest)
    }

    fn letter(&self, offset: Offset, payload: &[u8], (reason, detail): (Reason, String)) -> Rejected {
        let cut = &payload[..payload.len().min(ORIGINAL_BYTES_MAX)];
        Rejected {
            id: format!("log-{}-{offset}", self.partition),
            site: String::new(),
            received_at: self.now_or_default(),
            reason,
            detail,
            // Nobody knows; the field wants one.
            dialect: Dialect::named("flat"),
            original: String::from_utf8_lossy(cut).replace('\0', "\u{fffd}"),
        }
    }
}
