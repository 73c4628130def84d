//! Orders that were refused are told to the log, each visit once a minute for each reason.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use kassa_db::testing::Folder;
use kassa_eventlog::EventLog;
use kassa_model::{CHECKOUT_FAILED, Dialect, visitor_from};
use kassa_service::Shutdown;
use serde_json::json;

use super::support::{eventually, open_log};
use crate::orders::refusals;
use crate::testing::Bed;

/// Asks for an order; the status of the answer.
async fn order(bed: &Bed, key: &str, sku: &str, context: serde_json::Value) -> u16 {
    let body = json!({"items": [{"sku": sku, "quantity": 2}], "context": context}).to_string();
    bed.call("POST /v1/orders", &[&format!("idempotency-key: {key}")], body).await.status
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refused_order_is_an_event_of_its_visit() {
    let mut beds = Bed::each();
    let mut closed = Bed::sqlite().closed();
    closed.name = "closed";
    beds.push(closed);
    for bed in beds {
        let (folder, shutdown) = (Folder::new(), Shutdown::new());
        let log = open_log(folder.path());
        let port = Arc::clone(&log) as Arc<dyn EventLog>;
        tokio::spawn(refusals::run(Arc::clone(&bed.shop.refusals), port, shutdown.clone()));
        let admin = "authorization: Bearer an-admin-token-for-tests";
        let product = json!({"sku": "mug", "name": "Mug", "price": {"amount_minor": 250, "currency": "EUR"}});
        assert_eq!(bed.call("POST /v1/products", &[admin], product.to_string()).await.status, 201);
        let ann = json!({"anonymous_id": "ann", "page": "https://shop.test/checkout"});
        assert_eq!(order(&bed, "k1", "mug", ann.clone()).await, 422, "{}", bed.name);
        // A repeat, the same again, and another reason.
        assert_eq!(order(&bed, "k1", "mug", ann.clone()).await, 422);
        assert_eq!(order(&bed, "k2", "mug", ann.clone()).await, 422);
        assert_eq!(order(&bed, "k3", "nope", ann.clone()).await, 422);
        bed.clock.advance(60_000_000);
        assert_eq!(order(&bed, "k4", "mug", ann.clone()).await, 422);
        // Of no visit; a mistake of who sends it; and an order.
        let told_without = usize::from(bed.name == "closed");
        assert_eq!(order(&bed, "k5", "mug", json!({})).await, 422);
        assert_eq!(order(&bed, "k6", "mug", json!({"page": 7})).await, 400);
        let goods = json!({"quantity": 5}).to_string();
        assert_eq!(bed.call("POST /v1/inventory/mug/receive", &[admin], goods).await.status, 200);
        assert_eq!(order(&bed, "k7", "mug", ann).await, 201, "{}", bed.name);
        eventually("the log to be told", async || log.events().await.len() >= 3 + told_without).await;
        let told = log.events().await;
        assert_eq!(told.len(), 3 + told_without, "{}", bed.name);
        let props: Vec<&str> = told[..3].iter().map(|told| told.event.props.as_str()).collect();
        let sold_out = r#"{"reason":"sold_out","sku":"mug"}"#;
        assert_eq!(props, [sold_out, r#"{"reason":"unknown_product","sku":"nope"}"#, sold_out]);
        let first = &told[0].event;
        assert_eq!((first.name.as_str(), first.dialect), (CHECKOUT_FAILED, Dialect::SHOP));
        assert_eq!(first.visitor, Some(visitor_from("default", "ann")));
        assert_eq!((first.host.as_deref(), first.path.as_deref()), (Some("shop.test"), Some("/checkout")));
        assert!(first.order.is_none() && first.id.starts_with("order:failed:"), "{first:?}");
        shutdown.trigger();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_log_that_is_shut_fails_no_answer() {
    let (bed, folder, shutdown) = (Bed::sqlite(), Folder::new(), Shutdown::new());
    let log = open_log(folder.path());
    log.shut.store(true, Ordering::SeqCst);
    let port = Arc::clone(&log) as Arc<dyn EventLog>;
    tokio::spawn(refusals::run(Arc::clone(&bed.shop.refusals), port, shutdown.clone()));
    assert_eq!(order(&bed, "k1", "mug", json!({"anonymous_id": "ann"})).await, 422);
    eventually("it to be counted", async || {
        bed.metrics.text().contains("kassa_checkout_failed_lost_total 1")
    })
    .await;
    log.shut.store(false, Ordering::SeqCst);
    assert_eq!(order(&bed, "k2", "mug", json!({"anonymous_id": "ben"})).await, 422);
    eventually("the log to be told", async || log.events().await.len() == 1).await;
    shutdown.trigger();
}

#[tokio::test(flavor = "multi_thread")]
async fn what_waits_at_the_shutdown_is_told() {
    for round in 0..8 {
        let (bed, folder, shutdown) = (Bed::sqlite(), Folder::new(), Shutdown::new());
        let log = open_log(folder.path());
        assert_eq!(order(&bed, "k1", "mug", json!({"anonymous_id": "ann"})).await, 422);
        shutdown.trigger();
        let port = Arc::clone(&log) as Arc<dyn EventLog>;
        refusals::run(Arc::clone(&bed.shop.refusals), port, shutdown).await;
        assert_eq!(log.events().await.len(), 1, "round {round}");
        // Whoever comes later is counted.
        assert_eq!(order(&bed, "k2", "mug", json!({"anonymous_id": "ben"})).await, 422);
        assert!(bed.metrics.text().contains("kassa_checkout_failed_lost_total 1"), "round {round}");
    }
}
