//! The signal to stop is heard within two seconds, whatever the processor has in hand.

use std::time::Duration;

use bytes::Bytes;
use kassa_eventlog::Offset;
use kassa_eventstore::EventStore;
use kassa_model::{Dialect, MICROS_PER_HOUR, Timestamp};
use kassa_service::Shutdown;

use super::super::options::ProcessorOptions;
use super::memory_log::MemoryLog;
use super::recovery::{Call, FaultyStore, Running, faulty, options, run};
use crate::process::ProcessorState;
use crate::process::decoded::Decoded;
use crate::process::fold::{Fold, FoldOptions};
use crate::process::questions::Answers;
use crate::process::steps::Tools;
use crate::process::testing::{START, event, payload, recorded};

/// How long a stop may take.
const HEARD_WITHIN: Duration = Duration::from_secs(2);

/// Events of one visitor, 61 minutes apart.
fn one_visitor(events: i64) -> Vec<(Offset, Bytes)> {
    let record = |n: i64| {
        let mut event = event(&format!("e-{n}"));
        event.received_at = Timestamp::from_micros(START);
        event.occurred_at = event.received_at.plus_micros(-n * MICROS_PER_HOUR * 61 / 60);
        (Offset(n.unsigned_abs()), payload(recorded(event)))
    };
    (0..events).map(record).collect()
}

async fn stops(running: Running) {
    running.shutdown.trigger();
    let ended = tokio::time::timeout(HEARD_WITHIN, running.task).await;
    ended.expect("it stops within 2 s").unwrap().unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn while_one_visitor_s_batch_is_folded() {
    // With every slice looked at for every slice of every event, this was half a minute.
    let log = MemoryLog::new(one_visitor(6_000));
    let store = faulty(&[]);
    let running = run(&log, &store, ProcessorOptions { batch_rows_max: 10_000, ..options() });
    running.until("it runs", |processor| processor.status().state == ProcessorState::Running).await;
    // Time itself: a moment in the middle of the fold.
    tokio::time::sleep(Duration::from_millis(100)).await;
    stops(running).await;
}

#[test]
fn a_fold_that_is_told_to_stop_gives_nothing() {
    let (mut fold, stop) = (Fold::new(0, FoldOptions::default()), Shutdown::new());
    let decoded = || one_visitor(100).into_iter().map(|(offset, payload)| Decoded::new(offset, payload));
    let run = |fold: &mut Fold| {
        fold.run(decoded().collect(), &Answers::default(), &mut Tools::default(), &stop)
            .map(|folded| folded.rows.len())
    };
    assert_eq!(run(&mut fold), Some(100));
    stop.trigger();
    assert_eq!(run(&mut fold), None);
}

#[tokio::test]
async fn while_the_store_does_not_answer() {
    let mut of_shop = event("o-1");
    of_shop.dialect = Dialect::SHOP;
    let log = MemoryLog::new(vec![(Offset(0), payload(recorded(of_shop)))]);
    for call in [Call::Resume, Call::Seen] {
        let store = faulty(&[]);
        *store.silent.lock().unwrap() = Some(call);
        let running = run(&log, &store, options());
        let asked = |store: &FaultyStore| store.calls.load(std::sync::atomic::Ordering::SeqCst) > 0;
        running.until("the store is asked", |_| asked(&store)).await;
        stops(running).await;
        assert_eq!(store.status().await.unwrap().events, 0);
    }
}
