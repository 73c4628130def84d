//! Power loss: random crashes under load. Nothing that was acknowledged or delivered is ever lost or changed, records
//! are whole, a torn tail is never called damage and damage never a torn tail.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::{Arc, Mutex};

use bytes::Bytes;
use kassa_model::RouteKey;

use super::{Dice, open_faulty, read, scaled, seed};
use crate::faulty::{Faults, FaultyDisk};
use crate::local::{LocalLog, Options, inspect};
use crate::{Delivery, Epoch, Error, EventLog, Limits, Offset, Partition, Position, Record, Stream, Upkeep};

const DIR: &str = "/log";

/// What the test knows must be there.
#[derive(Debug, Default)]
pub(super) struct Known {
    /// Acknowledged, or delivered to a reader: record id by place.
    pub(super) must: BTreeMap<(Partition, u64), u64>,
    /// Every id that was ever handed to an append.
    pub(super) issued: BTreeSet<u64>,
    /// The last epoch that the group was given, by partition: the next one must be higher.
    epochs: BTreeMap<Partition, Epoch>,
    /// How far the group has committed, by partition: below it retention may delete.
    passed: BTreeMap<Partition, u64>,
}

impl Known {
    /// Notes an assignment; epochs rise for ever.
    fn assign(&mut self, partition: Partition, epoch: Epoch) {
        let before = self.epochs.insert(partition, epoch);
        assert!(before < Some(epoch), "partition {partition}: {epoch:?} after {before:?}");
    }

    /// A mark may move back, a deletion does not.
    pub(super) fn pass(&mut self, partition: Partition, next: u64) {
        let passed = self.passed.entry(partition).or_default();
        *passed = next.max(*passed);
    }
}

#[derive(Debug, Default)]
struct Counts {
    crashes: u64,
    during_open: u64,
    failed_syncs: u64,
    acknowledged: u64,
    torn: u64,
    rotten: u64,
    refused: u64,
}

pub(super) type Shared = Arc<Mutex<Known>>;

#[test]
fn nothing_acknowledged_is_lost() {
    let (seed, crashes) = (seed(), scaled(1_000));
    let mut counts = Counts::default();
    let mut round = 0;
    while counts.crashes < crashes {
        round += 1;
        if let Err(violation) = run(seed.wrapping_add(round), 10, no_cheat, &mut counts) {
            panic!("seed {} of base {seed}: {violation}", seed.wrapping_add(round));
        }
    }
    println!("power loss: seed {seed}, {counts:?}, 0 violations");
    assert!(counts.acknowledged > crashes && counts.torn > 0 && counts.rotten > 0 && counts.refused > 0);
}

/// The negative control: a log that answers before the fsync must be caught.
#[test]
fn acknowledging_before_the_fsync_is_caught() {
    let seed = seed();
    let mut counts = Counts::default();
    for round in 0..200 {
        let cheat = |options: &mut Options| options.acknowledge_early = true;
        if let Err(violation) = run(seed.wrapping_add(round), 10, cheat, &mut counts) {
            println!("negative control: seed {seed}, caught after {} crashes: {violation}", counts.crashes);
            return;
        }
    }
    panic!("seed {seed}: {} crashes of a log that acknowledges early went unnoticed", counts.crashes);
}

fn no_cheat(_options: &mut Options) {}

/// `crashes` crashes of one log; the error is a violation.
fn run(seed: u64, crashes: u64, cheat: impl Fn(&mut Options), counts: &mut Counts) -> Result<(), String> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    let mut dice = Dice(seed);
    let disk = FaultyDisk::new(seed);
    let mut options = Options::new(DIR);
    options.reserve_bytes = 0;
    options.segment_bytes = 8_192 << dice.below(4);
    options.frame_bytes = 1_024 << dice.below(5);
    options.events.partitions = 1 + u32::try_from(dice.below(2)).expect("small");
    options.keep = std::time::Duration::ZERO;
    cheat(&mut options);
    let known = Shared::default();
    for _ in 0..crashes {
        // A quarter are failed fsyncs and a restart of the process only; the power fails some time later.
        let faults = match dice.below(4) {
            0 => Faults { sync_fails_at: Some(1 + dice.below(60)), ..Faults::default() },
            _ => Faults { power_after: Some(1 + dice.below(250)), ..Faults::default() },
        };
        disk.arm(faults);
        runtime.block_on(crash(&disk, &options, &known, &mut dice, counts));
        if disk.is_off() {
            disk.restore_power();
        } else {
            counts.failed_syncs += 1;
            disk.arm(Faults::default());
        }
        counts.crashes += 1;
        let torn = inspect(Path::new(DIR), &disk).map_or(0, |found| {
            found
                .partitions
                .iter()
                .flat_map(|part| &part.segments)
                .filter(|segment| segment.torn_bytes > 0)
                .count()
        });
        counts.torn += torn as u64;
        runtime.block_on(check(&disk, &options, &known))?;
        if dice.below(4) == 0 {
            runtime.block_on(rot(&disk.fork(), &options, &known, &mut dice, counts))?;
        }
    }
    Ok(())
}

/// Load until the disk fails.
async fn crash(disk: &FaultyDisk, options: &Options, known: &Shared, dice: &mut Dice, counts: &mut Counts) {
    let Ok(log) = open_faulty(disk, options.clone()) else {
        counts.during_open += 1;
        return;
    };
    let log = Arc::new(log);
    let reader = tokio::spawn(consume(Arc::clone(&log), Arc::clone(known)));
    let writers: Vec<_> = (0..1 + dice.below(6))
        .map(|_| {
            let choices = Dice(dice.below(u64::MAX));
            tokio::spawn(produce(Arc::clone(&log), Arc::clone(known), choices))
        })
        .collect();
    for writer in writers {
        counts.acknowledged += writer.await.expect("no panic");
    }
    log.close();
    reader.await.expect("no panic");
}

/// Appends until the log refuses; returns how many records were acknowledged.
async fn produce(log: Arc<LocalLog>, known: Shared, mut dice: Dice) -> u64 {
    let mut acknowledged = 0;
    // Bounded, for a failed fsync may strike a partition that no key of this writer reaches.
    for _ in 0..400 {
        let records: Vec<(u64, Record)> = (0..1 + dice.below(4))
            .map(|_| {
                let id = dice.below(u64::MAX);
                (id, Record { key: RouteKey(dice.below(8)), payload: payload(id) })
            })
            .collect();
        let ids: Vec<u64> = records.iter().map(|(id, _)| *id).collect();
        lock(&known).issued.extend(&ids);
        match log.append(Stream::Events, records.into_iter().map(|(_, record)| record).collect()).await {
            Ok(positions) => {
                acknowledged += ids.len() as u64;
                let mut known = lock(&known);
                for (Position { partition, offset }, id) in positions.into_iter().zip(ids) {
                    known.must.insert((partition, plain(offset)), id);
                }
            }
            Err(_) => return acknowledged,
        }
    }
    acknowledged
}

/// Reads and commits until the log ends; whatever it is given must stay.
async fn consume(log: Arc<LocalLog>, known: Shared) {
    let Ok(mut subscription) = log.subscribe(Stream::Events, "processor").await else { return };
    let mut turn = 0;
    loop {
        match subscription.next(Limits { records_max: 50, ..Limits::BATCH }).await {
            Ok(Delivery::Records { partition, records, .. }) => {
                let Some(next) = records.last().map(|(offset, _)| offset.after()) else { continue };
                for (offset, bytes) in records {
                    let id = identify(&bytes).expect("a delivered record is whole");
                    lock(&known).must.insert((partition, plain(offset)), id);
                }
                turn += 1;
                if turn % 5 == 0 {
                    // Restarted readers begin at the first record again.
                    lock(&known).pass(partition, plain(next));
                    let _ = subscription.commit(&[(partition, next)]).await;
                }
            }
            Ok(Delivery::Assigned { partition, epoch }) => lock(&known).assign(partition, epoch),
            Ok(_) => {}
            Err(Error::Fenced(partition)) => panic!("nobody else subscribes, yet {partition} is gone"),
            Err(_) => return,
        }
    }
}

/// Opens what the crash left and compares.
pub(super) async fn check(disk: &FaultyDisk, options: &Options, known: &Shared) -> Result<(), String> {
    let log = open_faulty(disk, options.clone()).map_err(|why| format!("a crash is no damage: {why}"))?;
    for partition in 0..options.events.partitions {
        let records = read(&log, partition, None).await.map_err(|why| format!("reading: {why}"))?;
        let first = log.status(Stream::Events).await.expect("status").partitions[partition as usize].first;
        compare(partition, plain(first), &records, &mut lock(known))?;
    }
    Ok(())
}

fn compare(
    partition: Partition,
    first: u64,
    records: &[(Offset, Bytes)],
    known: &mut Known,
) -> Result<(), String> {
    if first > known.passed.get(&partition).copied().unwrap_or(0) {
        return Err(format!("partition {partition}: deleted up to {first}, beyond the commit"));
    }
    let mut found = BTreeMap::new();
    let mut ids = BTreeSet::new();
    for (index, (offset, bytes)) in records.iter().enumerate() {
        let id = identify(bytes).ok_or(format!("partition {partition}, offset {offset}: not whole"))?;
        if plain(*offset) != first + index as u64 {
            return Err(format!("partition {partition}: offset {offset} at place {index} from {first}"));
        }
        if !known.issued.contains(&id) || !ids.insert(id) {
            return Err(format!(
                "partition {partition}, offset {offset}: record {id} is strange or there twice"
            ));
        }
        found.insert((partition, plain(*offset)), id);
    }
    for (place, id) in known.must.range((partition, first)..(partition + 1, 0)) {
        match found.get(place) {
            Some(there) if there == id => {}
            Some(there) => return Err(format!("{place:?}: {there} instead of {id}")),
            None => return Err(format!("{place:?}: {id} is lost; {} are there", found.len())),
        }
    }
    // It has been read now, so it must stay.
    known.must.extend(found);
    Ok(())
}

/// Flips a bit of a copy: either the log says that it is corrupt, or nothing is missing but what no log can tell from
/// a torn tail: the very last frame.
async fn rot(
    disk: &FaultyDisk,
    options: &Options,
    known: &Shared,
    dice: &mut Dice,
    counts: &mut Counts,
) -> Result<(), String> {
    let found = inspect(Path::new(DIR), disk).map_err(|why| why.to_string())?;
    let parts = found.partitions.iter().filter(|part| part.stream == Stream::Events);
    let segments: Vec<_> =
        parts.flat_map(|part| &part.segments).filter(|segment| segment.bytes > 0).collect();
    if segments.is_empty() {
        return Ok(());
    }
    let segment = segments[dice.index(segments.len())];
    let at = usize::try_from(dice.below(segment.bytes)).expect("small");
    let bit = dice.below(8);
    disk.rot(&segment.file, at, |byte| *byte ^= 1 << bit);
    counts.rotten += 1;
    let log = match open_faulty(disk, options.clone()) {
        Ok(log) => log,
        Err(Error::Corrupt(_)) => {
            counts.refused += 1;
            return Ok(());
        }
        Err(other) => return Err(format!("rot at {at} of {}: {other}", segment.file.display())),
    };
    for partition in 0..options.events.partitions {
        let records = match read(&log, partition, None).await {
            Ok(records) => records,
            Err(Error::Corrupt(_)) => {
                counts.refused += 1;
                return Ok(());
            }
            Err(other) => return Err(format!("rot at {at} of {}: {other}", segment.file.display())),
        };
        let end = log.status(Stream::Events).await.expect("status").partitions[partition as usize].end;
        let known = lock(known);
        let expected = known.must.range((partition, 0)..(partition, plain(end)));
        let first = records.first().map_or(plain(end), |(offset, _)| plain(*offset));
        let missing = expected.filter(|((_, offset), _)| *offset >= first).count() != records.len();
        let lost_tail = known.must.range((partition, plain(end))..(partition + 1, 0)).count();
        let in_last_frame =
            at as u64 + 64 >= segment.bytes.saturating_sub(options.frame_bytes as u64 + 8_192);
        if missing || (lost_tail > 0 && !in_last_frame) {
            return Err(format!("rot at {at} of {} went unnoticed", segment.file.display()));
        }
    }
    Ok(())
}

/// A record that shows whether it is whole: its id, its length by the id, and bytes that follow from it.
pub(super) fn payload(id: u64) -> Bytes {
    let length = usize::try_from(id % 2_500).expect("small");
    let mut bytes = id.to_le_bytes().to_vec();
    let mut dice = Dice(id);
    bytes.extend(std::iter::repeat_with(|| dice.below(u64::MAX).to_le_bytes()).flatten().take(length));
    Bytes::from(bytes)
}

fn identify(bytes: &Bytes) -> Option<u64> {
    let id = u64::from_le_bytes(bytes.get(..8)?.try_into().ok()?);
    (payload(id) == *bytes).then_some(id)
}

pub(super) fn plain(offset: Offset) -> u64 {
    offset.0
}

pub(super) fn lock(known: &Shared) -> std::sync::MutexGuard<'_, Known> {
    known.lock().expect("no test thread panicked")
}
