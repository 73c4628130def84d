//! Calls of all sizes at once: each is whole and in order at the offsets that its caller was told.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use kassa_model::{RouteKey, SystemClock};

use super::{Dice, read, small};
use crate::disk::RealDisk;
use crate::local::{LocalLog, Options};
use crate::{EventLog, Record, Stream};

/// Records of 0 to 3,000 bytes: many calls do not fit a frame of 4 KiB.
fn records(caller: u64, dice: &mut Dice) -> Vec<Record> {
    let most = [1, 3, 40][dice.index(3)];
    let count = 1 + dice.below(most);
    let record = |index: u64| {
        let length = dice.index(3_000);
        let text = format!("{caller} {index} {}", "x".repeat(length));
        Record { key: RouteKey(caller), payload: Bytes::from(text) }
    };
    (0..count).map(record).collect()
}

async fn check(options: Options) {
    let log = LocalLog::open(options, Arc::new(RealDisk), Arc::new(SystemClock)).expect("opens");
    let log = Arc::new(log);
    let mut dice = Dice(7);
    let mut calls = tokio::task::JoinSet::new();
    for caller in 0..300 {
        let (log, records) = (Arc::clone(&log), records(caller, &mut dice));
        calls.spawn(async move {
            let positions = log.append(Stream::Events, records.clone()).await.expect("appends");
            (positions, records)
        });
    }
    let calls = calls.join_all().await;
    let stored = read(&log, 0, None).await.expect("reads");
    assert_eq!(stored.len(), calls.iter().map(|(_, records)| records.len()).sum::<usize>());
    for (positions, records) in calls {
        assert_eq!(positions.len(), records.len());
        assert!(positions.windows(2).all(|pair| pair[0].offset.after() == pair[1].offset));
        for (position, record) in positions.iter().zip(&records) {
            let (offset, payload) = &stored[usize::try_from(position.offset.0).expect("a small offset")];
            assert_eq!((*offset, payload), (position.offset, &record.payload));
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn calls_of_all_sizes_are_whole_and_in_order() {
    let dir = tempfile::tempdir().expect("a folder");
    check(small(dir.path())).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn callers_that_wait_for_room_are_served_in_the_end() {
    let dir = tempfile::tempdir().expect("a folder");
    check(Options { waiting_bytes: 40 << 10, ..small(dir.path()) }).await;
}

/// Calls of one frame are answered each by itself.
#[tokio::test]
async fn a_call_that_nobody_polls_holds_nobody_up() {
    let dir = tempfile::tempdir().expect("a folder");
    let log = LocalLog::open(small(dir.path()), Arc::new(RealDisk), Arc::new(SystemClock)).expect("opens");
    let record = Record { key: RouteKey(1), payload: Bytes::from_static(b"one") };
    for polled in 0..100 {
        let mut calls = Vec::new();
        for _ in 0..100 {
            calls.push(log.queue(Stream::Events, vec![record.clone()]).await.expect("queues"));
        }
        let answered = tokio::time::timeout(Duration::from_secs(30), calls.swap_remove(polled));
        answered.await.expect("is answered though the others are not polled").expect("appends");
    }
}
