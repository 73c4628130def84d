//! Not a measurement to keep, only a look: `cargo test -p kassa-eventlog rate -- --ignored --nocapture`.

use std::sync::Arc;
use std::time::Instant;

use bytes::Bytes;
use kassa_model::{RouteKey, SystemClock};

use crate::disk::RealDisk;
use crate::local::{LocalLog, Options};
use crate::{EventLog, Record, Stream, Upkeep};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "prints a rate; proves nothing"]
async fn rate() {
    let dir = tempfile::tempdir_in(env!("CARGO_MANIFEST_DIR")).expect("a folder");
    let options = Options { reserve_bytes: 0, ..Options::new(dir.path()) };
    let log = Arc::new(LocalLog::open(options, Arc::new(RealDisk), Arc::new(SystemClock)).expect("opens"));
    for (callers, batch, rounds) in [(1, 1, 500), (256, 1, 1_500), (16, 100, 300), (4, 10_000, 20)] {
        let before = log.stats(Stream::Events);
        let started = Instant::now();
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
        let rate = callers as f64 * rounds as f64 * batch as f64 / started.elapsed().as_secs_f64();
        let after = log.stats(Stream::Events);
        let syncs = after.syncs - before.syncs;
        let mean = (after.sync_micros - before.sync_micros) / syncs;
        println!("{callers} callers x {batch}: {rate:.0} records/s, {syncs} fsyncs of mean {mean} us");
    }
    drop(log);
    let started = Instant::now();
    let options = Options { reserve_bytes: 0, ..Options::new(dir.path()) };
    let log = LocalLog::open(options, Arc::new(RealDisk), Arc::new(SystemClock)).expect("opens");
    let segments =
        log.status(Stream::Events).await.expect("status").partitions[0].bytes.expect("of files") >> 26;
    println!("opened again after {} ms, about {segments} segments", started.elapsed().as_millis());
}
