//! However a stream is cut into batches, wherever the processor is started anew, however little memory it has, and when
//! the log is replayed: the store holds the same rows, dead letters and counts, and they are those of the rules.

use bytes::Bytes;
use kassa_eventlog::Offset;
use kassa_eventstore::{EventStore, MemoryStore, Resumed};
use kassa_model::Visit;

use super::oracle;
use super::streams::{steady_stream, stream};
use crate::process::dedupe::DedupeOptions;
use crate::process::fold::FoldOptions;
use crate::process::session::SessionOptions;
use crate::process::testing::{Random, Runner, rows, scaled};

/// How a stream is folded.
#[derive(Debug, Clone, Copy)]
struct Way {
    batch_max: u64,
    restart_percent: u64,
    options: FoldOptions,
}

async fn folded(records: &[(Offset, Bytes)], way: Way, random: &mut Random) -> (MemoryStore, u64) {
    let (store, mut restarts) = (MemoryStore::new(), 0);
    let mut rest = records;
    let mut runner = Runner::start_with(&store, way.options).await;
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

/// All at once and without a restart, with much memory for ids and as much as is said for sessions.
async fn reference(
    records: &[(Offset, Bytes)],
    window_hours: i64,
    session_memory: usize,
    random: &mut Random,
) -> MemoryStore {
    let dedupe = DedupeOptions { window_hours, memory_max: 64 << 20 };
    let options = FoldOptions { dedupe, sessions: SessionOptions { memory_max: session_memory } };
    folded(records, Way { batch_max: 100_000, restart_percent: 0, options }, random).await.0
}

/// Restarts, and whether little memory for sessions gave other rows than much.
async fn check(seed: u64, window_hours: i64) -> (u64, bool) {
    let mut random = Random(seed ^ 0xABCD);
    let records = stream(seed, 20 + random.below(280) as usize);
    let roomy = reference(&records, window_hours, 64 << 20, &mut random).await;
    let expected = oracle::rows(&records, window_hours);
    let found: Vec<_> = rows(&roomy)
        .await
        .into_iter()
        .map(|row| {
            let text = |text: &Option<Box<str>>| text.as_deref().map(str::to_owned);
            let seen = |visit: Visit| {
                let facts = &visit.facts;
                (
                    visit.started_at,
                    text(&facts.entry_page),
                    [text(&facts.referrer), text(&facts.utm_campaign)],
                )
            };
            let event = row.event;
            let who = (event.visitor.unwrap(), event.session.unwrap(), event.anonymous_visitor);
            (row.offset, who, row.visit.map(seen))
        })
        .collect();
    let wanted: Vec<_> = expected
        .iter()
        .map(|row| (row.offset, (row.visitor, row.session, row.anonymous), row.visit.clone()))
        .collect();
    assert_eq!(found, wanted, "seed {seed}");

    // So little that sessions are let go of: one visitor's, a few visitors', or some generations.
    let little = [1, 500, 1_500, 6_000][random.below(4) as usize];
    let tight = reference(&records, window_hours, little, &mut random).await.fingerprint().await.unwrap();
    let roomy = roomy.fingerprint().await.unwrap();
    let mut restarts = 0;
    for (batch_max, restart_percent) in [(1, 100), (7, 50), (40, 20), (40, 0)] {
        let memory_max = [1, 1_500, 6_000, 64 << 20][random.below(4) as usize];
        let (session_memory, expected) =
            if random.chance(50) { (64 << 20, &roomy) } else { (little, &tight) };
        let dedupe = DedupeOptions { window_hours, memory_max };
        let options = FoldOptions { dedupe, sessions: SessionOptions { memory_max: session_memory } };
        let way = Way { batch_max, restart_percent, options };
        let (store, some) = folded(&records, way, &mut random).await;
        restarts += some;
        let same = store.fingerprint().await.unwrap() == *expected;
        assert!(same, "seed {seed}: {way:?} gives other rows");
    }
    (restarts, tight != roomy)
}

#[tokio::test]
async fn batches_restarts_memory_and_replays_change_no_row() {
    let (streams, mut restarts, mut shortened) = (scaled(2_000), 0, 0);
    let first = std::env::var("KASSA_TEST_SEED").ok().and_then(|text| text.parse().ok()).unwrap_or(1);
    for seed in first..first + streams {
        let (some, differs) = check(seed, [168, 24, 0][seed as usize % 3]).await;
        restarts += some;
        shortened += u64::from(differs);
    }
    assert!(shortened * 10 > streams, "of {streams} streams {shortened} came to the budget of sessions");
    println!(
        "{streams} streams from seed {first}, each folded in six ways, {restarts} restarts: the same rows, and of {shortened} \
         others with little memory for sessions"
    );
}

/// How many of 60 streams come out differently when a restart does not take up what `keeps` leaves out.
async fn differing(stream: fn(u64, usize) -> Vec<(Offset, Bytes)>, keeps: fn(&Resumed) -> bool) -> usize {
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
    assert_eq!(differing(stream, |_| true).await, 0);
    let controls = [
        differing(stream, |piece| !matches!(piece, Resumed::Ids(_))).await,
        differing(stream, |piece| !matches!(piece, Resumed::Sessions(_))).await,
        differing(stream, |piece| !matches!(piece, Resumed::Names(_))).await,
        differing(stream, |piece| !matches!(piece, Resumed::State(_))).await,
    ];
    println!("of 60 streams, restarts without ids, sessions, names, state change {controls:?}");
    assert!(controls.iter().all(|differing| *differing > 0), "{controls:?}");
}

/// A store of the version before kept no state: sessions come by hours of receipt then, which is the same where the clock
/// just went on.
#[tokio::test]
async fn a_store_that_kept_no_state_is_taken_up_by_hours() {
    assert_eq!(differing(steady_stream, |piece| !matches!(piece, Resumed::State(_))).await, 0);
}
