//! The loop over a log and a store that fail, are taken over, stand elsewhere: every record comes to its end exactly once.

use std::collections::{BTreeMap, VecDeque};
use std::ops::Range;
use std::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use kassa_eventlog::{EventLog, Offset, Record, Stream};
use kassa_eventstore::query::{EventFilter, Query, Table};
use kassa_eventstore::{
    Batch, CountKey, DeadLetter, DeadLetterFilter, EventStore, Forget, InsertError, Lookup, Mark,
    MemoryStore, Owned, Resume, Resumed, Row, StoreStatus,
};
use kassa_model::{Outcome, Reason, RouteKey, Timestamp};
use kassa_service::Shutdown;
use tokio::task::JoinHandle;
use uuid::Uuid;

use super::super::error::Error;
use super::super::options::ProcessorOptions;
use super::memory_log::MemoryLog;
use super::streams::stream;
use crate::process::dedupe::DedupeOptions;
use crate::process::testing::{Random, Runner, event, payload, recorded, rows, scaled};
use crate::process::{Processor, ProcessorState, replay};

/// What goes wrong with an insert.
#[derive(Debug, Clone, Copy)]
pub(super) enum Fault {
    Unavailable,
    Conflict,
    /// The answer is lost; the batch is in.
    UnknownDone,
    /// The answer is lost; the batch is not in.
    UnknownNotDone,
}

/// What a processor waits for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Call {
    Resume,
    Seen,
}

/// A store in memory that fails on demand.
#[derive(Debug, Default)]
pub(super) struct FaultyStore {
    inner: MemoryStore,
    faults: Mutex<VecDeque<Fault>>,
    down: AtomicBool,
    /// Rows of this path cannot be stored.
    refuses: Option<&'static str>,
    /// Calls of this kind never end.
    pub(super) silent: Mutex<Option<Call>>,
    /// Calls that never end.
    pub(super) calls: AtomicU64,
    /// Partitions whose inserts wait until they are none of these.
    pub(super) holds: Mutex<Vec<u32>>,
    /// How many inserts wait.
    pub(super) waiting: AtomicU32,
    inserts: AtomicU64,
}

impl FaultyStore {
    fn check_up(&self) -> Result<(), kassa_eventstore::Error> {
        match self.down.load(Ordering::SeqCst) {
            true => Err(kassa_eventstore::Error::Unavailable("down for the test".to_owned())),
            false => Ok(()),
        }
    }

    async fn answer(&self, call: Call) -> Result<(), kassa_eventstore::Error> {
        self.check_up()?;
        let silent = *self.silent.lock().unwrap() == Some(call);
        if silent {
            self.calls.fetch_add(1, Ordering::SeqCst);
            std::future::pending::<()>().await;
        }
        Ok(())
    }
}

#[async_trait]
impl EventStore for FaultyStore {
    async fn insert(&self, batch: Batch) -> Result<(), InsertError> {
        self.check_up().map_err(|error| InsertError::Unavailable(error.to_string()))?;
        self.inserts.fetch_add(1, Ordering::SeqCst);
        self.waiting.fetch_add(1, Ordering::SeqCst);
        while self.holds.lock().unwrap().contains(&batch.partition) {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
        self.waiting.fetch_sub(1, Ordering::SeqCst);
        let refused = |row: &Row| self.refuses.is_some() && row.event.path.as_deref() == self.refuses;
        if let Some(row) = batch.rows.iter().position(refused) {
            return Err(InsertError::Rejected { row, why: "for the test".to_owned() });
        }
        let fault = self.faults.lock().unwrap().pop_front();
        match fault {
            None => self.inner.insert(batch).await,
            Some(Fault::Unavailable) => Err(InsertError::Unavailable("for the test".to_owned())),
            Some(Fault::Conflict) => Err(InsertError::Conflict("for the test".to_owned())),
            Some(Fault::UnknownNotDone) => Err(InsertError::Unknown("for the test".to_owned())),
            Some(Fault::UnknownDone) => {
                self.inner.insert(batch).await?;
                Err(InsertError::Unknown("for the test".to_owned()))
            }
        }
    }

    async fn resume(
        &self,
        ask: Resume,
        send: Box<dyn FnMut(Resumed) + Send>,
    ) -> Result<(), kassa_eventstore::Error> {
        self.answer(Call::Resume).await?;
        self.inner.resume(ask, send).await
    }

    async fn marks(&self) -> Result<BTreeMap<u32, Mark>, kassa_eventstore::Error> {
        self.inner.marks().await
    }
    async fn owned(&self) -> Result<Owned, kassa_eventstore::Error> {
        self.inner.owned().await
    }
    async fn set_shop_id(&self, shop_id: Uuid) -> Result<(), kassa_eventstore::Error> {
        self.inner.set_shop_id(shop_id).await
    }
    async fn seen(
        &self,
        partition: u32,
        lookups: Vec<Lookup>,
        within: Range<Timestamp>,
    ) -> Result<Vec<Option<i64>>, kassa_eventstore::Error> {
        self.answer(Call::Seen).await?;
        self.inner.seen(partition, lookups, within).await
    }

    async fn query(&self, query: &Query) -> Result<Table, kassa_eventstore::Error> {
        self.inner.query(query).await
    }

    async fn events(&self, filter: &EventFilter) -> Result<Vec<Row>, kassa_eventstore::Error> {
        self.inner.events(filter).await
    }

    async fn dead_letters(
        &self,
        filter: &DeadLetterFilter,
    ) -> Result<Vec<DeadLetter>, kassa_eventstore::Error> {
        self.inner.dead_letters(filter).await
    }

    async fn counts(&self) -> Result<BTreeMap<CountKey<String>, u64>, kassa_eventstore::Error> {
        self.inner.counts().await
    }

    async fn forget(&self, what: &Forget) -> Result<u64, kassa_eventstore::Error> {
        self.inner.forget(what).await
    }

    async fn status(&self) -> Result<StoreStatus, kassa_eventstore::Error> {
        self.inner.status().await
    }

    async fn fingerprint(&self) -> Result<String, kassa_eventstore::Error> {
        self.inner.fingerprint().await
    }
}

/// A processor that runs.
pub(super) struct Running {
    processor: Arc<Processor>,
    pub(super) shutdown: Shutdown,
    pub(super) task: JoinHandle<Result<(), Error>>,
}

pub(super) fn options() -> ProcessorOptions {
    ProcessorOptions {
        batch_rows_max: 20,
        flush_every: Some(Duration::from_millis(2)),
        retry_after: Duration::from_millis(4),
        ..ProcessorOptions::default()
    }
}

pub(super) fn run(log: &MemoryLog, store: &Arc<FaultyStore>, options: ProcessorOptions) -> Running {
    run_on(Arc::new(log.clone()), store, options)
}

pub(super) fn run_on(log: Arc<dyn EventLog>, store: &Arc<FaultyStore>, options: ProcessorOptions) -> Running {
    let store: Arc<dyn EventStore> = Arc::clone(store) as Arc<dyn EventStore>;
    let processor = Arc::new(Processor::new(options, log, store));
    let shutdown = Shutdown::new();
    let (running, stop) = (Arc::clone(&processor), shutdown.clone());
    let task = tokio::spawn(async move { running.run(stop).await });
    Running { processor, shutdown, task }
}

impl Running {
    /// Waits until everything in the log is committed.
    async fn caught_up(&self, log: &MemoryLog) {
        let end = log.state().end;
        self.until("it has caught up", |processor| {
            processor.status().positions.get(&0).is_some_and(|position| *position >= end)
        })
        .await;
    }

    pub(super) async fn until(&self, what: &str, holds: impl Fn(&Processor) -> bool) {
        let deadline = tokio::time::Instant::now() + Duration::from_secs(30);
        while !holds(&self.processor) {
            let status = self.processor.status();
            assert!(tokio::time::Instant::now() < deadline, "waited in vain until {what}: {status:?}");
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
    }

    pub(super) async fn stop(self) {
        self.shutdown.trigger();
        self.task.await.unwrap().unwrap();
    }
}

async fn reference(records: &[(Offset, Bytes)]) -> String {
    let store = MemoryStore::new();
    Runner::start(&store, DedupeOptions::default()).await.batch(records).await;
    store.fingerprint().await.unwrap()
}

pub(super) fn faulty(faults: &[Fault]) -> Arc<FaultyStore> {
    Arc::new(FaultyStore { faults: Mutex::new(faults.iter().copied().collect()), ..FaultyStore::default() })
}

#[tokio::test]
async fn a_store_that_fails_in_every_way_loses_and_doubles_nothing() {
    let (mut faults, mut inserts) = (0, 0);
    for seed in 1..=scaled(300) {
        let mut random = Random(seed);
        let records = stream(seed, 200);
        let plan: Vec<_> = (0..random.below(30))
            .map(|_| {
                [Fault::Unavailable, Fault::Conflict, Fault::UnknownDone, Fault::UnknownNotDone]
                    [random.below(4) as usize]
            })
            .collect();
        let store = faulty(&plan);
        let memory_max = [1, 3_000, 1 << 20][random.below(3) as usize];
        let dedupe = DedupeOptions { memory_max, ..DedupeOptions::default() };
        let log = MemoryLog::new(records.clone());
        let retry_after = Duration::from_micros(50);
        let running = run(&log, &store, ProcessorOptions { dedupe, retry_after, ..options() });
        running.caught_up(&log).await;
        running.stop().await;
        assert_eq!(store.fingerprint().await.unwrap(), reference(&records).await, "seed {seed} {plan:?}");
        faults += plan.len();
        inserts += store.inserts.load(Ordering::SeqCst);
    }
    println!("{} streams, {faults} faults planned, {inserts} inserts: the same rows", scaled(300));
}

#[tokio::test]
async fn a_store_that_is_away_lets_only_the_log_grow() {
    let records = stream(7, 400);
    let store = faulty(&[]);
    let log = MemoryLog::new(records[..100].to_vec());
    let running = run(&log, &store, options());
    running.caught_up(&log).await;
    store.down.store(true, Ordering::SeqCst);
    log.extend(&records[100..]);
    running
        .until("it says so", |processor| {
            let status = processor.status();
            matches!(status.state, ProcessorState::Retrying(why) if why.contains("down for the test"))
                && status.lag_records > 0
        })
        .await;
    store.down.store(false, Ordering::SeqCst);
    running.caught_up(&log).await;
    running.until("it runs", |processor| processor.status().state == ProcessorState::Running).await;
    running.until("nothing lags", |processor| processor.status().lag_records == 0).await;
    running.stop().await;
    assert_eq!(store.fingerprint().await.unwrap(), reference(&records).await);
}

#[tokio::test]
async fn starts_while_the_store_is_away() {
    let records = stream(8, 50);
    let store = faulty(&[]);
    store.down.store(true, Ordering::SeqCst);
    let log = MemoryLog::new(records.clone());
    let running = run(&log, &store, options());
    running
        .until("it waits", |processor| matches!(processor.status().state, ProcessorState::Retrying(_)))
        .await;
    store.down.store(false, Ordering::SeqCst);
    running.caught_up(&log).await;
    running.stop().await;
    assert_eq!(store.fingerprint().await.unwrap(), reference(&records).await);
}

#[tokio::test]
async fn stopping_while_the_store_is_away_does_not_hang_and_loses_nothing() {
    let records = stream(9, 300);
    let store = faulty(&[]);
    let log = MemoryLog::new(records.clone());
    for round in 0..6_u64 {
        let running = run(&log, &store, options());
        if round % 2 == 0 {
            store.down.store(true, Ordering::SeqCst);
        }
        tokio::time::timeout(Duration::from_secs(5), running.stop()).await.unwrap();
        store.down.store(false, Ordering::SeqCst);
    }
    let running = run(&log, &store, options());
    running.caught_up(&log).await;
    running.stop().await;
    assert_eq!(store.fingerprint().await.unwrap(), reference(&records).await);
}

#[tokio::test]
async fn a_row_that_the_store_refuses_becomes_a_dead_letter_and_its_neighbours_go_in() {
    let store = Arc::new(FaultyStore { refuses: Some("/bad"), ..FaultyStore::default() });
    let made = |n: u64| {
        let mut event = event(&format!("e-{n}"));
        event.path = Some(if n % 10 == 3 { "/bad" } else { "/good" }.to_owned());
        (Offset(n * 2 + 5), payload(recorded(event)))
    };
    let mut records: Vec<_> = (0..40).map(made).collect();
    // Sent again, in a later batch: it was never stored, so it is no duplicate, and is refused again.
    records.push((Offset(1_000), records[3].1.clone()));
    let log = MemoryLog::new(records);
    let running = run(&log, &store, options());
    running.caught_up(&log).await;
    running.stop().await;

    let filter = DeadLetterFilter { limit: 100, ..DeadLetterFilter::default() };
    let letters = store.dead_letters(&filter).await.unwrap();
    assert_eq!(letters.len(), 5);
    assert!(letters.iter().all(|letter| letter.rejected.reason == Reason::Unstorable));
    assert!(letters[0].rejected.original.contains("/bad"), "{letters:?}");
    let counts = store.counts().await.unwrap();
    let of = |end| counts.iter().filter(|(key, _)| key.outcome == end).map(|(_, count)| count).sum::<u64>();
    assert_eq!((of(Outcome::Stored), of(Outcome::Rejected(Reason::Unstorable))), (36, 5));
    let stored = rows(store.as_ref()).await;
    assert_eq!(stored.len(), 36);
    let opener = crate::process::session::opened_by("s", 1, "e-0");
    assert!(stored.iter().all(|row| row.event.session == Some(opener)));
}

#[tokio::test]
async fn a_second_processor_takes_over_and_the_first_does_no_harm() {
    let records = stream(11, 600);
    let store = faulty(&[]);
    let log = MemoryLog::new(records[..150].to_vec());
    let mut running = vec![run(&log, &store, options())];
    for piece in records[150..].chunks(150) {
        log.extend(piece);
        running.push(run(&log, &store, options()));
        running.last().unwrap().caught_up(&log).await;
    }
    running[0]
        .until("it knows", |processor| matches!(processor.status().state, ProcessorState::Retrying(_)))
        .await;
    for running in running {
        running.stop().await;
    }
    assert_eq!(store.fingerprint().await.unwrap(), reference(&records).await);
}

#[tokio::test]
async fn a_position_that_the_log_does_not_have_stops_it_with_instructions() {
    async fn check(change: impl Fn(&MemoryLog), expected: &str) {
        let records = stream(12, 30);
        let store = faulty(&[]);
        let log = MemoryLog::new(records.clone());
        let running = run(&log, &store, options());
        running.caught_up(&log).await;
        running.stop().await;
        change(&log);
        let again = run(&log, &store, options());
        let error = tokio::time::timeout(Duration::from_secs(10), again.task).await.unwrap().unwrap();
        let text = error.unwrap_err().to_string();
        assert!(text.contains(expected) && text.contains("kassa replay --into"), "{text}");
        assert_eq!(again.processor.status().state, ProcessorState::Stopped(text));
        assert_eq!(store.fingerprint().await.unwrap(), reference(&records).await);
    }
    check(|log| log.state().log_id = uuid::Uuid::from_u128(5), "was filled from log").await;
    check(|log| log.state().end = Offset(3), "ahead of the log").await;
    let later = || vec![(Offset(9_000), Bytes::from_static(b"{}"))];
    check(
        |log| {
            let mut state = log.state();
            (state.records, state.end) = (later(), Offset(9_001));
        },
        "no longer has what comes after",
    )
    .await;
}

#[tokio::test]
async fn a_processor_whose_partition_is_another_s_waits_and_says_so() {
    let records = stream(15, 20);
    let (store, log) = (faulty(&[]), MemoryLog::new(records.clone()));
    let running = run(&log, &store, options());
    running.caught_up(&log).await;
    let _another = log.subscribe(Stream::Events, "processor").await.unwrap();
    let told = |processor: &Processor| matches!(processor.status().state, ProcessorState::Retrying(why) if why.contains("another"));
    running.until("it knows", told).await;
    assert!(running.processor.status().positions.is_empty());
    running.stop().await;
    assert_eq!(store.fingerprint().await.unwrap(), reference(&records).await);
}

#[tokio::test]
async fn a_damaged_log_stops_it_and_an_unavailable_one_does_not() {
    let records = stream(13, 60);
    let store = faulty(&[]);
    let log = MemoryLog::new(records[..30].to_vec());
    let running = run(&log, &store, options());
    running.caught_up(&log).await;
    log.state().broken = Some(kassa_eventlog::Error::Unavailable("the disk is slow".to_owned()));
    log.extend(&records[30..]);
    running.caught_up(&log).await;
    assert_eq!(store.fingerprint().await.unwrap(), reference(&records).await);
    log.state().broken =
        Some(kassa_eventlog::Error::Unavailable("again, and nothing comes after".to_owned()));
    log.touch();
    let waits = |processor: &Processor| matches!(processor.status().state, ProcessorState::Retrying(_));
    running.until("it waits", waits).await;
    running.until("it runs", |processor| processor.status().state == ProcessorState::Running).await;
    log.state().broken = Some(kassa_eventlog::Error::Corrupt("segment 7".to_owned()));
    log.touch();
    let error = tokio::time::timeout(Duration::from_secs(10), running.task).await.unwrap().unwrap();
    assert!(error.unwrap_err().to_string().contains("corrupt: segment 7"));
    assert!(matches!(running.processor.status().state, ProcessorState::Stopped(_)));
}

#[tokio::test]
async fn a_replay_gives_the_same_rows_beside_the_living_processor() {
    let records = stream(14, 500);
    let store = faulty(&[]);
    let log = MemoryLog::new(records.clone());
    let running = run(&log, &store, options());
    running.caught_up(&log).await;

    let copy = Arc::new(MemoryStore::new());
    let from = || Arc::new(log.clone()) as Arc<dyn EventLog>;
    let (into, mut told) = (Arc::clone(&copy) as Arc<dyn EventStore>, 0);
    let summary = replay(from(), into, &options(), &Shutdown::new(), |progress| {
        assert!(progress.records > told);
        told = progress.records;
    })
    .await
    .unwrap();
    assert!(summary.complete);
    assert_eq!((summary.records, told), (500, 500));
    assert_eq!(summary.ranges[&0], (records[0].0, records[499].0.after()));
    assert_eq!(copy.fingerprint().await.unwrap(), store.fingerprint().await.unwrap());
    running.stop().await;

    let again = replay(from(), copy, &options(), &Shutdown::new(), |_| ()).await;
    assert_eq!(again.unwrap_err(), Error::NotEmpty(0));
    let (empty, into) = (Arc::new(MemoryLog::new(Vec::new())), Arc::new(MemoryStore::new()));
    let nothing = replay(empty, into, &options(), &Shutdown::new(), |_| ()).await.unwrap();
    assert_eq!(nothing.records, 0);
}

#[tokio::test]
async fn a_replay_ends_where_the_log_ended_and_not_when_nothing_comes_for_a_while() {
    let records = stream(16, 100);
    let (log, copy) = (MemoryLog::new(records.clone()), Arc::new(MemoryStore::new()));
    log.state().slow = 3;
    let (from, into) = (Arc::new(log), Arc::clone(&copy) as Arc<dyn EventStore>);
    let summary = replay(from, into, &options(), &Shutdown::new(), |_| ()).await.unwrap();
    assert_eq!((summary.complete, summary.records), (true, 100));
    assert_eq!(copy.fingerprint().await.unwrap(), reference(&records).await);
}

#[tokio::test]
async fn a_single_event_is_stored_at_once_and_a_second_within_the_interval() {
    let (log, store) = (MemoryLog::new(Vec::new()), faulty(&[]));
    let running =
        run(&log, &store, ProcessorOptions { retry_after: Duration::from_secs(9), ..Default::default() });
    for n in 0..2 {
        let started = tokio::time::Instant::now();
        let record = Record { key: RouteKey(1), payload: payload(recorded(event(&format!("e-{n}")))) };
        log.append(Stream::Events, vec![record]).await.unwrap();
        running.caught_up(&log).await;
        assert!(started.elapsed() < Duration::from_secs(2), "{:?}", started.elapsed());
    }
    let status = running.processor.status();
    assert_eq!((status.dedupe.ids, status.sessions.visitors), (2, 1));
    assert_eq!(status.received_at, Some(event("e").received_at));
    running.stop().await;
    assert_eq!(rows(store.as_ref()).await.len(), 2);
    let state = log.state();
    assert_eq!(state.marked, state.end);
}
