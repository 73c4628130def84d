//! However a stream is cut into batches, wherever the processor is started anew, however little memory it has, and when
//! the log is replayed: the store holds the same rows, dead letters and counts, and they are those of the rules.

use bytes::Bytes;
use kassa_eventlog::Offset;
use kassa_eventstore::{EventStore, MemoryStore, Resumed};

use super::oracle;
use super::streams::stream;
use crate::process::dedupe::DedupeOptions;
use crate::process::testing::{Random, Runner, rows, scaled};

/// How a stream is folded.
#[derive(Debug, Clone, Copy)]
struct Way {
    batch_max: u64,
    restart_percent: u64,
    dedupe: DedupeOptions,
}

async fn folded(records: &[(Offset, Bytes)], way: Way, random: &mut Random) -> (MemoryStore, u64) {
    let (store, mut restarts) = (MemoryStore::new(), 0);
    let mut rest = records;
    let mut runner = Runner::start(&store, way.dedupe).await;
    while !rest.is_empty() {
        let size = (1 + random.below(way.batch_max) as usize).min(rest.len());
        runner.batch(&rest[..size]).await;
        rest = &rest[size..];
        if random.chance(way.restart_percent) {
            runner.restart().await;
            restarts += 1;
        }
    }
    drop(runner);
    (store, restarts)
}

async fn check(seed: u64, window_hours: i64) -> u64 {
    let mut random = Random(seed ^ 0xABCD);
    let records = stream(seed, 20 + random.below(280) as usize);
    let roomy = DedupeOptions { window_hours, memory_max: 64 << 20 };
    let whole = Way { batch_max: 100_000, restart_percent: 0, dedupe: roomy };
    let (reference, _) = folded(&records, whole, &mut random).await;
    let expected = oracle::rows(&records, window_hours);
    let found: Vec<_> = rows(&reference)
        .await
        .into_iter()
        .map(|row| (row.offset, row.event.visitor.unwrap(), row.event.session.unwrap()))
        .collect();
    let wanted: Vec<_> = expected.iter().map(|row| (row.offset, row.visitor, row.session)).collect();
    assert_eq!(found, wanted, "seed {seed}");

    let fingerprint = reference.fingerprint().await.unwrap();
    let mut restarts = 0;
    for (batch_max, restart_percent) in [(1, 100), (7, 50), (40, 20), (40, 0)] {
        let memory_max = [1, 1_500, 6_000, 64 << 20][random.below(4) as usize];
        let way = Way { batch_max, restart_percent, dedupe: DedupeOptions { window_hours, memory_max } };
        let (store, some) = folded(&records, way, &mut random).await;
        restarts += some;
        let same = store.fingerprint().await.unwrap() == fingerprint;
        assert!(same, "seed {seed}: {way:?} gives other rows");
    }
    restarts
}

#[tokio::test]
async fn batches_restarts_memory_and_replays_change_no_row() {
    let (streams, mut restarts) = (scaled(2_000), 0);
    let first = std::env::var("KASSA_TEST_SEED").ok().and_then(|text| text.parse().ok()).unwrap_or(1);
    for seed in first..first + streams {
        restarts += check(seed, [168, 24, 0][seed as usize % 3]).await;
    }
    println!(
        "{streams} streams from seed {first}, each folded in five ways, {restarts} restarts: the same rows"
    );
}

/// How many of 60 streams come out differently when a restart does not take up what `keeps` leaves out.
async fn differing(keeps: fn(&Resumed) -> bool) -> usize {
    let mut differing = 0;
    for seed in 1..=60 {
        let records = stream(seed, 150);
        let options = DedupeOptions::default();
        let (whole, broken) = (MemoryStore::new(), MemoryStore::new());
        Runner::start(&whole, options).await.batch(&records).await;
        let mut runner = Runner::start(&broken, options).await;
        for piece in records.chunks(30) {
            runner.batch(piece).await;
            runner.restart_with(keeps).await;
        }
        drop(runner);
        let same = whole.fingerprint().await.unwrap() == broken.fingerprint().await.unwrap();
        differing += usize::from(!same);
    }
    differing
}

#[tokio::test]
async fn a_restart_that_forgets_is_found_out() {
    assert_eq!(differing(|_| true).await, 0);
    let controls = [
        differing(|piece| !matches!(piece, Resumed::Ids(_))).await,
        differing(|piece| !matches!(piece, Resumed::Sessions(_))).await,
        differing(|piece| !matches!(piece, Resumed::Clock(_))).await,
    ];
    println!("of 60 streams, restarts without ids, sessions, clock change {controls:?}");
    assert!(controls.iter().all(|differing| *differing > 0), "{controls:?}");
}
