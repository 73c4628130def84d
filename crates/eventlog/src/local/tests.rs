//! The local log at its public interface, on the real disk.

use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use bytes::Bytes;
use kassa_model::{RouteKey, SystemClock};

use super::{LocalLog, Options};
use crate::disk::RealDisk;
use crate::{Delivery, EventLog, Limits, Offset, Record, Stream};

fn open(dir: &Path) -> LocalLog {
    LocalLog::open(Options::new(dir), Arc::new(RealDisk), Arc::new(SystemClock)).expect("opens")
}

fn record(text: &str) -> Record {
    Record { key: RouteKey(1), payload: Bytes::copy_from_slice(text.as_bytes()) }
}

async fn read_all(log: &LocalLog, from: u128) -> Vec<(u128, String)> {
    let mut subscription = log.replay(Stream::Events);
    let limits = Limits { wait: Duration::from_millis(1), ..Limits::BATCH };
    let mut all = Vec::new();
    loop {
        match subscription.next(limits).await.expect("reads") {
            Delivery::Assigned { partition, .. } => {
                subscription.seek(partition, Offset(from)).await.expect("seeks");
            }
            Delivery::Records { records, .. } => all.extend(
                records.into_iter().map(|(at, bytes)| (at.0, String::from_utf8_lossy(&bytes).into_owned())),
            ),
            _ => return all,
        }
    }
}

#[tokio::test]
async fn what_was_appended_is_read_again_after_a_restart() {
    let dir = tempfile::tempdir().expect("a folder");
    let log = open(dir.path());
    for n in 0..10 {
        let positions = log.append(Stream::Events, vec![record(&format!("r{n}"))]).await.expect("appends");
        assert_eq!(positions[0].offset, Offset(n));
    }
    drop(log);
    let log = open(dir.path());
    let all = read_all(&log, 3).await;
    assert_eq!(all.first(), Some(&(3, "r3".to_owned())));
    assert_eq!(all.len(), 7);
    log.append(Stream::Events, vec![record("r10")]).await.expect("appends");
    assert_eq!(read_all(&log, 10).await, [(10, "r10".to_owned())]);
}

/// Not a measurement to keep, only a look: `cargo test -p kassa-eventlog rate -- --ignored --nocapture`.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "prints a rate; proves nothing"]
async fn rate() {
    let dir = tempfile::tempdir_in(env!("CARGO_MANIFEST_DIR")).expect("a folder");
    let log = Arc::new(open(dir.path()));
    for (callers, batch, rounds) in [(256, 1, 1500), (16, 100, 300), (4, 10_000, 20)] {
        let started = Instant::now();
        let before = log.stats(Stream::Events);
        let tasks: Vec<_> = (0..callers)
            .map(|_| {
                let log = Arc::clone(&log);
                tokio::spawn(async move {
                    for _ in 0..rounds {
                        let one = Record { key: RouteKey(1), payload: Bytes::from_static(&[b'x'; 300]) };
                        log.append(Stream::Events, vec![one; batch]).await.expect("appends");
                    }
                })
            })
            .collect();
        for task in tasks {
            task.await.expect("no panic");
        }
        let took = started.elapsed().as_secs_f64();
        let after = log.stats(Stream::Events);
        let records = (after.records - before.records) as f64;
        let syncs = after.syncs - before.syncs;
        println!(
            "{callers} callers x {batch}: {:.0} records/s, {syncs} fsyncs of mean {:.0} us",
            records / took,
            (after.sync_micros - before.sync_micros) as f64 / syncs as f64
        );
    }
}
