//! Several partitions in one processor: a store that is slow for one of them holds up no other.

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use kassa_eventlog::disk::RealDisk;
use kassa_eventlog::local::LocalLog;
use kassa_eventlog::{EventLog, Record, Stream, Upkeep};
use kassa_eventstore::EventStore;
use kassa_model::{RouteKey, SystemClock, partition_of};

use super::recovery::{FaultyStore, Running, faulty, options, run_on};
use crate::process::testing::{event, payload, recorded, rows};

const PARTITIONS: u32 = 3;

fn log(folder: &Path) -> Arc<LocalLog> {
    let mut options = kassa_eventlog::local::Options::new(folder.join("log"));
    (options.reserve_bytes, options.events.partitions) = (0, PARTITIONS);
    Arc::new(LocalLog::open(options, Arc::new(RealDisk), Arc::new(SystemClock)).unwrap())
}

/// Appends an event for each number; `only` those that are routed there.
async fn append(log: &LocalLog, numbers: std::ops::Range<u64>, only: impl Fn(u32) -> bool) -> usize {
    let wanted = numbers.filter(|n| only(partition_of(RouteKey(*n), PARTITIONS)));
    let record = |n| Record { key: RouteKey(n), payload: payload(recorded(event(&format!("e-{n}")))) };
    let records: Vec<Record> = wanted.map(record).collect();
    let count = records.len();
    log.append(Stream::Events, records).await.unwrap();
    count
}

/// Waits until the partitions of `which` are committed to their ends.
async fn caught_up(running: &Running, log: &LocalLog, which: impl Fn(u32) -> bool) {
    let status = log.status(Stream::Events).await.unwrap();
    let ends: Vec<_> = status.partitions.iter().map(|found| (found.partition, found.end)).collect();
    running
        .until("they have caught up", |processor| {
            let positions = processor.status().positions;
            let reached = |(partition, end): &(u32, _)| positions.get(partition) == Some(end);
            ends.iter().filter(|(partition, _)| which(*partition)).all(reached)
        })
        .await;
}

async fn stored_ids(store: &FaultyStore) -> (usize, usize) {
    let rows = rows(store).await;
    let distinct: BTreeSet<&String> = rows.iter().map(|row| &row.event.id).collect();
    (rows.len(), distinct.len())
}

#[tokio::test]
async fn a_store_that_is_slow_for_one_holds_up_no_other() {
    let folder = tempfile::tempdir().unwrap();
    let (log, store) = (log(folder.path()), faulty(&[]));
    store.holds.lock().unwrap().push(0);
    let running = run_on(log.clone(), &store, options());
    let mut sent = 0;
    for round in 0..5 {
        sent += append(&log, round * 100..(round + 1) * 100, |_| true).await;
        caught_up(&running, &log, |partition| partition != 0).await;
        let held = rows(store.as_ref()).await.iter().filter(|row| row.partition == 0).count();
        assert_eq!(held, 0, "round {round}");
    }
    store.holds.lock().unwrap().clear();
    caught_up(&running, &log, |_| true).await;
    running.stop().await;
    assert_eq!(stored_ids(&store).await, (sent, sent));
    log.close();
}

#[tokio::test]
async fn a_stop_waits_for_the_commits_of_all() {
    let folder = tempfile::tempdir().unwrap();
    let (log, store) = (log(folder.path()), faulty(&[]));
    for partition in 0..PARTITIONS {
        append(&log, 0..9, |of| of == partition).await;
    }
    let running = run_on(log.clone(), &store, options());
    caught_up(&running, &log, |_| true).await;
    // Of each partition a commit is under way when the signal comes, and all are let go on only then.
    store.holds.lock().unwrap().extend(0..PARTITIONS);
    let before = store.marks().await.unwrap();
    append(&log, 9..40, |_| true).await;
    running.until("all are under way", |_| store.waiting.load(Ordering::SeqCst) == PARTITIONS).await;
    running.shutdown.trigger();
    store.holds.lock().unwrap().clear();
    running.stop().await;
    let (rows, ids) = stored_ids(&store).await;
    assert_eq!(rows, ids);
    let (marks, status) = (store.marks().await.unwrap(), log.status(Stream::Events).await.unwrap());
    for found in status.partitions {
        let (was, is) = (before[&found.partition].position, marks[&found.partition].position);
        assert!(is > was, "partition {} stands at {is}", found.partition);
        assert_eq!(found.groups[0].next.0, is, "the log is marked, too");
    }
    log.close();
}
