//! Things that several tests of the processor need: plain events, a random source, a runner of the fold without a log.

use std::sync::{Arc, Mutex};

use bytes::Bytes;
use kassa_eventlog::Offset;
use kassa_eventstore::query::EventFilter;
use kassa_eventstore::{Batch, EventStore, Mark, Resume, Resumed, Row};
use kassa_model::{Dialect, Event, LogRecord, Naming, Recorded, Timestamp, encode};
use kassa_service::Shutdown;
use uuid::Uuid;

use super::decoded::Decoded;
use super::dedupe::DedupeOptions;
use super::fold::{Fold, FoldOptions};
use super::questions::Answers;
use super::session::SessionStatus;
use super::steps::Tools;

/// The log that test positions belong to.
pub(super) const LOG: Uuid = Uuid::from_u128(0x0195_0000_0000_7000_8000_0000_0000_0001);

/// The start of 2026.
pub(super) const START: i64 = 1_767_225_600_000_000;

/// A plain page view of visitor 1 of site `s`, at the start of 2026.
pub(super) fn event(id: &str) -> Event {
    let time = Timestamp::from_micros(START);
    Event {
        id: id.to_owned(),
        site: "s".to_owned(),
        name: "page_view".to_owned(),
        name_sent: "page_view".to_owned(),
        visitor: Some(1),
        path: Some("/".to_owned()),
        props: "{}".to_owned(),
        ..Event::blank(Dialect::SEGMENT, time)
    }
}

/// The event as the collector records it, without agent and with cookieless visitors 100 (today) and 99.
pub(super) fn recorded(event: Event) -> Recorded {
    let agent = None;
    Recorded {
        event,
        agent,
        from_browser: false,
        visitor_today: 100,
        visitor_yesterday: 99,
        placed_at: None,
        crawlers_are_bots: true,
        automated: false,
        referrer_ignored: false,
        naming: Naming::Heeded,
    }
}

/// The record's bytes.
pub(super) fn payload(recorded: Recorded) -> Bytes {
    Bytes::from(encode(&LogRecord::Event(Box::new(recorded))).unwrap())
}

/// Numbers that a seed fixes (SplitMix64).
#[derive(Debug, Clone)]
pub(super) struct Random(pub(super) u64);

impl Random {
    /// The next number.
    pub(super) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    /// A number from 0 up to `end`, exclusive.
    pub(super) fn below(&mut self, end: u64) -> u64 {
        self.next() % end.max(1)
    }

    /// True in `percent` of a hundred cases.
    pub(super) fn chance(&mut self, percent: u64) -> bool {
        self.below(100) < percent
    }
}

/// How much of the full counts a hard test runs: `KASSA_TEST_SCALE` in percent, 10 by default.
pub(super) fn scaled(full: u64) -> u64 {
    let percent = std::env::var("KASSA_TEST_SCALE").ok().and_then(|text| text.parse().ok()).unwrap_or(10);
    (full * percent / 100).max(1)
}

/// Folds records into a store, batch by batch, without a log: what the loop does, in a few lines.
#[derive(Debug)]
pub(super) struct Runner<'a> {
    pub(super) store: &'a dyn EventStore,
    pub(super) options: FoldOptions,
    pub(super) tools: Tools,
    fold: Fold,
    from: u64,
}

impl<'a> Runner<'a> {
    /// A runner that takes up what the store holds.
    pub(super) async fn start(store: &'a dyn EventStore, dedupe: DedupeOptions) -> Self {
        Self::start_with(store, FoldOptions { dedupe, ..FoldOptions::default() }).await
    }

    /// The same with a memory of sessions that is not the usual one.
    pub(super) async fn start_with(store: &'a dyn EventStore, options: FoldOptions) -> Self {
        let (fold, mark) = resumed(store, options, |_| true).await;
        let from = mark.map_or(0, |mark| mark.position);
        Self { store, options, tools: Tools::default(), fold, from }
    }

    /// Forgets everything and takes up what the store holds, as a new process would.
    pub(super) async fn restart(&mut self) {
        self.restart_with(|_| true).await;
    }

    /// The same, but takes only the pieces that `keeps` says: for negative controls.
    pub(super) async fn restart_with(&mut self, keeps: fn(&Resumed) -> bool) {
        let (fold, mark) = resumed(self.store, self.options, keeps).await;
        assert_eq!(mark.map_or(0, |mark| mark.position), self.from);
        self.fold = fold;
    }

    /// Folds and commits one batch.
    pub(super) async fn batch(&mut self, records: &[(Offset, Bytes)]) {
        let Some((last, _)) = records.last() else { return };
        if self.fold.wants_seal() {
            self.fold.seal();
        }
        let decoded: Vec<_> =
            records.iter().map(|(offset, payload)| Decoded::new(*offset, payload.clone())).collect();
        let questions = self.fold.questions(&decoded);
        let mut answers = Answers::default();
        if !questions.is_empty() {
            let mut found = [Vec::new(), Vec::new()];
            for (kind, found) in found.iter_mut().enumerate() {
                let within = questions.within(kind);
                *found = self.store.seen(0, questions.asks[kind].clone(), within).await.unwrap();
            }
            answers = questions.answered(found);
        }
        let folded = self.fold.run(decoded, &answers, &mut self.tools, &Shutdown::new()).unwrap();
        let (rows, rejected) = self.fold.rebuild(records, &folded.decisions, &mut self.tools);
        assert_eq!(rows, folded.rows, "building a batch again gives the same rows");
        assert_eq!(rejected, folded.rejected);
        let to = last.after().0;
        let batch = Batch {
            log_id: LOG,
            partition: 0,
            epoch: 1,
            from: self.from,
            to,
            rows,
            rejected,
            counts: folded.counts.to_map(),
            state: folded.state,
        };
        self.store.insert(batch).await.unwrap();
        self.from = to;
    }

    /// What the fold shows of itself.
    pub(super) fn status(&self) -> (super::DedupeStatus, SessionStatus) {
        self.fold.status()
    }
}

async fn resumed(
    store: &dyn EventStore,
    options: FoldOptions,
    keeps: fn(&Resumed) -> bool,
) -> (Fold, Option<Mark>) {
    let found = Arc::new(Mutex::new((None, None, None)));
    let sink = Arc::clone(&found);
    let send = Box::new(move |piece: Resumed| {
        let mut found = sink.lock().unwrap();
        match piece {
            Resumed::Mark(mark) => found.0 = mark,
            other if !keeps(&other) => {}
            Resumed::State(state) => found.1 = state,
            Resumed::Clock(newest) => found.2 = newest,
            Resumed::Sessions(_) | Resumed::Names(_) | Resumed::Ids(_) => {}
        }
    });
    store.resume(Resume::standing(0), send).await.unwrap();
    let (mark, state, newest) = found.lock().unwrap().clone();
    let mut fold = Fold::new(0, options);
    let ask = fold.begin_resume(state.as_deref(), newest);
    let filling = Arc::new(Mutex::new(fold));
    let sink = Arc::clone(&filling);
    let send = Box::new(move |piece: Resumed| {
        if keeps(&piece) {
            sink.lock().unwrap().resume(piece);
        }
    });
    store.resume(ask, send).await.unwrap();
    (Arc::into_inner(filling).unwrap().into_inner().unwrap(), mark)
}

/// Every row of the store, ascending by offset.
pub(super) async fn rows(store: &dyn EventStore) -> Vec<Row> {
    let all = EventFilter { include_bots: true, limit: u32::MAX, ..EventFilter::default() };
    let mut rows = store.events(&all).await.unwrap();
    rows.sort_by_key(|row| row.offset);
    rows
}
