//! Every call that the log makes of its disk fails in turn, once or from then on, in the manner of SQLite's tests of I/O
//! errors: the scenario runs again and again, with the first call failing, then the second, until one run meets no
//! failure. After each the log opens again, has every acknowledged record once, keeps what it showed through a power
//! loss, and takes more.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use kassa_model::{ManualClock, RouteKey, Timestamp};

use super::power::{Shared, check, lock, payload, plain};
use super::{Dice, fill, numbers, open_faulty, seed, small};
use crate::disk::{Access, Disk};
use crate::faulty::{FailedCall, Faults, FaultyDisk};
use crate::local::{LocalLog, Options, salvage};
use crate::{Delivery, Error, EventLog, Limits, Record, Stream};

const DIR: &str = "/shop/log";
/// No scenario has so many calls.
const CALLS_MAX: u64 = 5_000;

/// One log, its clock, and what is known of it.
struct Bench {
    disk: FaultyDisk,
    options: Options,
    clock: Arc<ManualClock>,
    known: Shared,
    dice: Dice,
}

impl Bench {
    fn new(seed: u64) -> Self {
        let mut options = small(Path::new(DIR));
        options.segment_bytes = 4 << 10;
        options.max_bytes = 24 << 10;
        options.keep = Duration::from_secs(3_600);
        Self {
            disk: FaultyDisk::new(seed),
            options,
            clock: Arc::new(ManualClock::new(Timestamp::from_micros(0))),
            known: Shared::default(),
            dice: Dice(seed),
        }
    }

    fn open(&self) -> Result<LocalLog, Error> {
        LocalLog::open(self.options.clone(), Arc::new(self.disk.clone()), Arc::clone(&self.clock) as _)
    }

    /// One record, of about 600 bytes.
    async fn append(&mut self, log: &LocalLog) {
        // The length of a payload follows from its id.
        let id = self.dice.below(u64::MAX >> 20) * 2_500 + 600;
        lock(&self.known).issued.insert(id);
        let record = Record { key: RouteKey(1), payload: payload(id) };
        if let Ok(positions) = log.append(Stream::Events, vec![record]).await {
            let place = (positions[0].partition, plain(positions[0].offset));
            lock(&self.known).must.insert(place, id);
        }
    }

    /// Segments come and go: for their age, and for room. What fails is passed over, as a program would that goes on.
    async fn scenario(&mut self) {
        for life in 0..2 {
            let Ok(log) = self.open() else { continue };
            let mut subscription = log.subscribe(Stream::Events, "processor").await.ok();
            for round in 0..3 {
                for _ in 0..8 {
                    self.append(&log).await;
                }
                if let Some(subscription) = &mut subscription {
                    pass(subscription.as_mut(), &self.known).await;
                }
                if round == life {
                    self.clock.advance(7_200_000_000);
                }
            }
            self.append(&log).await;
        }
    }

    /// What must hold after the faults are over, whatever they were.
    async fn survives(&mut self) -> Result<(), String> {
        check(&self.disk, &self.options, &self.known).await?;
        self.disk.restore_power();
        check(&self.disk, &self.options, &self.known).await?;
        let log = self.open().map_err(|why| format!("opening once more: {why}"))?;
        let before = lock(&self.known).must.len();
        self.append(&log).await;
        drop(log);
        if lock(&self.known).must.len() == before {
            return Err("it takes no more".to_owned());
        }
        check(&self.disk, &self.options, &self.known).await
    }
}

/// Reads what is there and commits it.
async fn pass(subscription: &mut dyn crate::Subscription, known: &Shared) {
    let limits = Limits { wait: Duration::ZERO, ..Limits::BATCH };
    for _ in 0..20 {
        match subscription.next(limits).await {
            Ok(Delivery::Records { partition, records, .. }) => {
                let Some(next) = records.last().map(|(offset, _)| offset.after()) else { continue };
                for (offset, bytes) in &records {
                    let id =
                        bytes.first_chunk().map(|bytes| u64::from_le_bytes(*bytes)).expect("a whole record");
                    lock(known).must.insert((partition, plain(*offset)), id);
                }
                lock(known).pass(partition, plain(next));
                let _ = subscription.commit(&[(partition, next)]).await;
            }
            Ok(Delivery::Assigned { .. }) => {}
            Ok(_) | Err(_) => return,
        }
    }
}

#[test]
fn every_call_of_the_disk_may_fail() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    let seed = seed();
    let mut failed: BTreeMap<&str, u64> = BTreeMap::new();
    for then_all_fail in [false, true] {
        for nth in 1.. {
            assert!(nth < CALLS_MAX, "the scenario ends");
            let mut bench = Bench::new(seed.wrapping_add(nth));
            bench.disk.arm(Faults { call_fails_at: Some(nth), then_all_fail, ..Faults::default() });
            runtime.block_on(bench.scenario());
            let Some(FailedCall { kind, path }) = bench.disk.failed_call() else { break };
            bench.disk.arm(Faults::default());
            *failed.entry(kind).or_default() += 1;
            if let Err(violation) = runtime.block_on(bench.survives()) {
                let then = if then_all_fail { "and all after it" } else { "alone" };
                panic!("seed {seed}, call {nth} ({kind} of {}) failed {then}: {violation}", path.display());
            }
        }
    }
    println!("calls of the disk that failed: seed {seed}, {failed:?}, 0 lost, 0 twice");
    for kind in ["create_dir", "list", "open", "create", "rename", "remove", "sync_dir", "free_bytes", "lock"]
    {
        assert!(failed.contains_key(kind), "{kind} was never tried");
    }
    for kind in ["read", "write", "sync", "cut", "write_zeros", "size"] {
        assert!(failed.contains_key(kind), "{kind} was never tried");
    }
}

#[tokio::test]
async fn a_segment_whose_file_stays_keeps_its_place() {
    for nth in 1..200 {
        let mut bench = Bench::new(1);
        let log = bench.open().expect("opens");
        let mut subscription = log.subscribe(Stream::Events, "processor").await.expect("subscribes");
        for _ in 0..12 {
            bench.append(&log).await;
        }
        bench.clock.advance(7_200_000_000);
        bench.disk.arm(Faults { call_fails_at: Some(nth), ..Faults::default() });
        pass(subscription.as_mut(), &bench.known).await;
        // The second one hears of what became old: the writer looks after the first.
        bench.append(&log).await;
        bench.append(&log).await;
        if bench.disk.failed_call().is_none_or(|call| call.kind != "remove") {
            continue;
        }
        // The next look deletes what comes after, if it may.
        bench.disk.arm(Faults::default());
        pass(subscription.as_mut(), &bench.known).await;
        bench.append(&log).await;
        bench.append(&log).await;
        drop((subscription, log));
        bench.survives().await.unwrap_or_else(|violation| panic!("{violation}"));
        return;
    }
    panic!("no removal was tried");
}

/// A log with a damaged segment, on a disk of its own.
async fn damaged(seed: u64) -> FaultyDisk {
    let disk = FaultyDisk::new(seed);
    let log = open_faulty(&disk, small(Path::new(DIR))).expect("opens");
    fill(&log, 0, 60).await;
    drop(log);
    let files = disk.files();
    let (path, _) = files.iter().find(|(path, _)| path.ends_with("00000000000000000000.log")).expect("one");
    disk.rot(path, 700, |byte| *byte ^= 1);
    disk
}

/// Whether the log is salvaged, or damaged as before and can be.
async fn is_or_can_be_salvaged(disk: &FaultyDisk, whole: &[(u64, u64)]) -> Result<(), String> {
    let log = open_faulty(disk, small(Path::new(DIR))).map_err(|why| format!("opening: {why}"))?;
    let salvaged = super::read(&log, 0, None).await.is_ok();
    drop(log);
    if !salvaged {
        let later = ManualClock::new(Timestamp::from_micros(1_000_000_000));
        salvage(Path::new(DIR), disk, &later).map_err(|why| format!("salvaging once more: {why}"))?;
    }
    let log = open_faulty(disk, small(Path::new(DIR)))
        .map_err(|why| format!("opening what was salvaged: {why}"))?;
    let found = numbers(&log).await;
    if found == whole { Ok(()) } else { Err(format!("{} records instead of {}", found.len(), whole.len())) }
}

#[tokio::test]
async fn every_call_of_a_salvage_may_fail() {
    let clock = ManualClock::new(Timestamp::from_micros(0));
    let disk = damaged(1).await;
    salvage(Path::new(DIR), &disk, &clock).expect("salvages");
    let log = open_faulty(&disk, small(Path::new(DIR))).expect("opens");
    let whole = numbers(&log).await;
    assert_eq!(whole.len(), 59);
    drop(log);
    let mut calls = 0;
    for then_all_fail in [false, true] {
        for nth in 1.. {
            assert!(nth < CALLS_MAX, "a salvage ends");
            let disk = damaged(nth).await;
            disk.arm(Faults { call_fails_at: Some(nth), then_all_fail, ..Faults::default() });
            let done = salvage(Path::new(DIR), &disk, &clock);
            let Some(call) = disk.failed_call() else { break };
            disk.arm(Faults::default());
            calls += 1;
            // Both renames failing for good leaves no folder: it is said how to go on, and no empty log is begun.
            if let Err(Error::Invalid(why)) = open_faulty(&disk, small(Path::new(DIR))) {
                assert!(why.contains("stopped half-way: rename /shop/log.salvaged-0 to /shop/log"), "{why}");
                disk.rename(Path::new("/shop/log.salvaged-0"), Path::new(DIR)).expect("as it was said");
            }
            if let Err(why) = is_or_can_be_salvaged(&disk, &whole).await {
                panic!("call {nth} ({call:?}) failed, salvage said {:?}: {why}", done.err());
            }
        }
    }
    println!("calls of a salvage that failed: {calls}, none made it worse");
    assert!(calls > 50);
}

#[tokio::test]
async fn a_mark_that_cannot_be_looked_for_is_not_taken_as_absent() {
    let disk = FaultyDisk::new(5);
    let log = open_faulty(&disk, small(Path::new(DIR))).expect("opens");
    fill(&log, 0, 3).await;
    disk.arm(Faults { sync_fails_at: Some(1), ..Faults::default() });
    assert!(log.append(Stream::Events, vec![super::record("3 x")]).await.is_err());
    drop(log);
    let mark = Path::new(DIR).join("events/0/00000000000000000000.poisoned");
    disk.arm(Faults::default());
    assert!(disk.open(&mark, Access::Read).is_ok(), "the failed fsync left its mark");
    for nth in 1..500 {
        let looking = disk.fork();
        looking.arm(Faults { call_fails_at: Some(nth), ..Faults::default() });
        let opened = open_faulty(&looking, small(Path::new(DIR)));
        let Some(call) = looking.failed_call() else { return };
        if call.kind == "open" && call.path == mark {
            assert!(matches!(opened, Err(Error::Unavailable(_))), "{opened:?}");
        }
    }
    panic!("opening has fewer calls");
}
