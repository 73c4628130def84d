//! An answer of success comes after the log has the events, and only then.

use std::sync::atomic::Ordering;
use std::task::Poll;

use futures_util::future::poll_fn;
use kassa_eventlog::Error;
use kassa_model::{LogRecord, Reason};

use super::shop::Shop;

#[tokio::test]
async fn answers_only_when_durable() {
    let shop = Shop::open();
    shop.log.holds.store(true, Ordering::SeqCst);
    let mut sending = Box::pin(shop.post("/event", r#"{"type":"x"}"#));
    for _ in 0..100 {
        let pending = poll_fn(|cx| Poll::Ready(sending.as_mut().poll(cx).is_pending())).await;
        assert!(pending, "answered before the log had it");
    }
    assert!(shop.records().is_empty());
    shop.log.holds.store(false, Ordering::SeqCst);
    assert_eq!(sending.await.status, 200);
    assert_eq!(shop.records().len(), 1);
}

#[tokio::test]
async fn a_log_that_refuses_is_503() {
    let shop = Shop::open();
    let bodies = [
        ("/track", r#"{"eventType":"x"}"#),
        ("/track", r#"{"events":[{"event_type":"x"}]}"#),
        ("/event", r#"{"type":"x"}"#),
        ("/event", r#"{"site_id":"a","event_type":"x","path":"/"}"#),
        ("/event", "{}"),
        ("/v1/batch", r#"{"batch":[{"type":"page"}]}"#),
    ];
    for error in [Error::Full("disk".to_owned()), Error::Unavailable("fsync".to_owned())] {
        shop.fail(Some(error));
        for (path, body) in bodies {
            let answered = shop.post(path, body).await;
            assert_eq!(answered.status, 503, "{path} {body}");
            assert!(answered.headers["retry-after"].to_str().unwrap().parse::<u64>().unwrap() > 0);
            assert!(answered.body.contains("/errors/unavailable"));
        }
    }
    assert_eq!(shop.metric(r#"kassa_collect_requests_refused_total{cause="full"}"#), Some(6.0));
    assert_eq!(shop.metric(r#"kassa_collect_events_total{dialect="site",outcome="accepted"}"#), Some(0.0));
    assert_eq!(shop.metric(r#"analytics_events_total{type="x"}"#), None);
    shop.fail(None);
    assert_eq!(shop.post("/event", r#"{"type":"x"}"#).await.status, 200);
}

#[tokio::test]
async fn neighbours_of_a_bad_event_are_kept() {
    let shop = Shop::open();
    let body = r#"{"events":[{"event_type":"a"},{"nothing":1},{"event_type":"b"}]}"#;
    let answered = shop.post("/track", body).await;
    assert_eq!(answered.body, r#"{"status":"ok","accepted":2,"rejected":1}"#);
    assert_eq!(shop.appends(), 1);
    let kinds: Vec<_> =
        shop.records().iter().map(|(_, record)| matches!(record, LogRecord::Event(_))).collect();
    assert_eq!(kinds, [true, false, true]);
    assert_eq!(shop.metric(r#"kassa_collect_events_total{dialect="batch",outcome="accepted"}"#), Some(2.0));
    assert_eq!(
        shop.metric(r#"kassa_collect_events_total{dialect="batch",outcome="missing_field"}"#),
        Some(1.0)
    );
}

#[tokio::test]
async fn an_empty_batch_writes_nothing() {
    let shop = Shop::open();
    shop.fail(Some(Error::Full("disk".to_owned())));
    assert_eq!(shop.post("/track", r#"{"events":[]}"#).await.status, 200);
    assert_eq!(shop.post("/v1/batch", r#"{"batch":[]}"#).await.status, 200);
    assert_eq!(shop.appends(), 0);
}

#[tokio::test]
async fn keeps_a_hundred_refused_single_events_a_second() {
    let shop = Shop::open();
    for _ in 0..250 {
        assert_eq!(shop.post("/track", r#"{"eventType":""}"#).await.status, 400);
    }
    assert_eq!(shop.records().len(), 100);
    assert_eq!(shop.metric("kassa_collect_dead_letters_dropped_total"), Some(150.0));
    assert_eq!(
        shop.metric(r#"kassa_collect_events_total{dialect="flat",outcome="missing_field"}"#),
        Some(250.0)
    );
    shop.clock.advance(1_000_000);
    shop.post("/track", r#"{"eventType":""}"#).await;
    assert_eq!(shop.records().len(), 101);
    let rejected = shop.last_rejected();
    assert_eq!((rejected.reason, rejected.site.as_str()), (Reason::MissingField, "default"));
    assert_eq!(rejected.original, r#"{"eventType":""}"#);
    assert_eq!(rejected.id.len(), 36);
    // The events of a batch are refused one by one, and kept.
    let body = format!("{{\"events\":[{}]}}", vec!["{}"; 500].join(","));
    shop.post("/track", body).await;
    assert_eq!(shop.records().len(), 601);
}

#[tokio::test]
async fn strangers_cannot_fill_the_log() {
    let shop = Shop::closed();
    let body = format!("{{\"events\":[{}]}}", vec![r#"{"event_type":"x"}"#; 500].join(","));
    let answered = shop.post("/track", body).await;
    assert_eq!(answered.body, r#"{"status":"ok","accepted":0,"rejected":500}"#);
    assert_eq!(shop.records().len(), 100);
    assert_eq!(
        shop.metric(r#"kassa_collect_events_total{dialect="batch",outcome="unknown_site"}"#),
        Some(500.0)
    );
}
