//! The local log at its public interface: conformance, power loss, damage, faults, fuzz.

mod calls;
mod conform;
mod copy;
mod damage;
mod erase;
mod every_call;
mod fuzz;
mod power;
mod rate;
mod trouble;
mod versions;

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use kassa_model::{ManualClock, RouteKey, SystemClock, Timestamp};

use super::{LocalLog, Options};
use crate::disk::{Disk, RealDisk};
use crate::faulty::FaultyDisk;
use crate::{Delivery, Error, EventLog, Limits, Offset, Partition, Record, Stream};

/// The percentage of the hard tests' full counts.
fn scaled(full: u64) -> u64 {
    let percent = std::env::var("KASSA_TEST_SCALE").ok().and_then(|text| text.parse().ok()).unwrap_or(10);
    (full * percent / 100).max(1)
}

/// A seed that is printed, or the one of `KASSA_TEST_SEED`.
fn seed() -> u64 {
    let given = std::env::var("KASSA_TEST_SEED").ok().and_then(|text| text.parse().ok());
    given.unwrap_or_else(|| u64::from(std::process::id()) << 20 ^ 0x006b_6173_7361)
}

/// A small generator for choices in tests: SplitMix64.
#[derive(Debug, Clone)]
struct Dice(u64);

impl Dice {
    fn below(&mut self, bound: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (mixed ^ (mixed >> 31)) % bound.max(1)
    }

    fn index(&mut self, length: usize) -> usize {
        usize::try_from(self.below(length as u64)).expect("below a length")
    }
}

/// Small segments, so that little data crosses many of their borders.
fn small(dir: &Path) -> Options {
    Options { segment_bytes: 16 << 10, frame_bytes: 4 << 10, reserve_bytes: 0, ..Options::new(dir) }
}

fn open_real(dir: &Path) -> Result<LocalLog, Error> {
    LocalLog::open(small(dir), Arc::new(RealDisk), Arc::new(SystemClock))
}

fn open_faulty(disk: &FaultyDisk, options: Options) -> Result<LocalLog, Error> {
    let clock = Arc::new(ManualClock::new(Timestamp::from_micros(0)));
    LocalLog::open(options, Arc::new(disk.clone()) as Arc<dyn Disk>, clock)
}

fn record(text: &str) -> Record {
    Record { key: RouteKey(1), payload: Bytes::copy_from_slice(text.as_bytes()) }
}

/// Appends `count` records `<from>`, `<from + 1>`…, each padded to about 500 bytes and in a frame of its own.
async fn fill(log: &LocalLog, from: u64, count: u64) {
    for n in from..from + count {
        let text = format!("{n} {}", "x".repeat(500));
        log.append(Stream::Events, vec![record(&text)]).await.expect("appends");
    }
}

/// All retained records of a partition from `from` on (`None`: from the first).
async fn read(
    log: &LocalLog,
    partition: Partition,
    from: Option<u64>,
) -> Result<Vec<(Offset, Bytes)>, Error> {
    let limits = Limits { wait: Duration::ZERO, ..Limits::BATCH };
    let mut subscription = log.read(Stream::Events);
    let mut all = Vec::new();
    loop {
        match subscription.next(limits).await? {
            Delivery::Assigned { partition: other, .. } => {
                if let Some(from) = from.filter(|_| other == partition) {
                    subscription.seek(partition, Offset(from)).await?;
                }
            }
            Delivery::Records { partition: other, records, .. } if other == partition => all.extend(records),
            Delivery::Records { .. } => {}
            Delivery::Revoked { .. } | Delivery::Idle => return Ok(all),
        }
    }
}

/// The numbers that [`fill`] wrote, with their offsets.
async fn numbers(log: &LocalLog) -> Vec<(u64, u64)> {
    let records = read(log, 0, None).await.expect("reads");
    let number = |bytes: &Bytes| {
        let text = std::str::from_utf8(bytes).expect("a text");
        text.split(' ').next().and_then(|digits| digits.parse().ok()).expect("a number")
    };
    records.iter().map(|(offset, bytes)| (offset.0, number(bytes))).collect()
}

fn plain(range: std::ops::Range<u64>) -> Vec<(u64, u64)> {
    range.map(|n| (n, n)).collect()
}
