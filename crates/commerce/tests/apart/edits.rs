//! Edits whose stock is apart: all or nothing, and known in the end.

use std::time::Duration;

use kassa_commerce::orders::Status;
use serde_json::json;

use super::bed::{Split, id};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_edit_whose_answer_is_lost_is_sent_until_it_is_known() {
    let split = Split::new(&[("a", 10), ("b", 10)]).await;
    let order = id(&split.place("a=4").await);
    split.stock.chaos(0, 0.0, 1.0);
    let edited = split.edit(&order, "a=1 b=2").await;
    assert_eq!(edited.status, 503, "{edited:?}");
    assert!(edited.took < Duration::from_secs(1));
    let pending = split.order(&order).await;
    assert_eq!((pending.revision, pending.pending_edit.is_some()), (1, true));
    assert_eq!(split.cancel(&order).await.status, 409, "no other edge while an edit is pending");
    assert_eq!(split.edit(&order, "a=2").await.status, 409);
    split.stock.calm();
    split.settled(Duration::from_secs(60)).await;
    let known = split.order(&order).await;
    assert_eq!((known.revision, known.total_minor, known.status), (2, 3_000, Status::Confirmed));
    split.exact().await;
    assert_eq!((split.stock.on_hand("a").await, split.stock.on_hand("b").await), (9, 8));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_edit_without_stock_changes_nothing_and_may_be_tried_again() {
    let split = Split::new(&[("a", 10), ("b", 1)]).await;
    let order = id(&split.place("a=4").await);
    for _ in 0..2 {
        let refused = split.edit(&order, "a=1 b=2").await;
        assert_eq!((refused.status, &refused.body["type"]), (422, &"/errors/insufficient-stock".into()));
        split.exact().await;
    }
    // The same revision again, with other lines.
    let edited = split.edit(&order, "a=10").await;
    assert_eq!((edited.status, &edited.body["revision"]), (200, &json!(2)), "{edited:?}");
    split.exact().await;
    assert_eq!(split.stock.on_hand("a").await, 0);
    assert_eq!(split.cancel(&order).await.status, 200);
    split.exact().await;
    assert_eq!(split.stock.on_hand("a").await, 10);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_edit_while_inventory_is_down_changes_nothing() {
    let mut split = Split::new(&[("a", 1_000)]).await;
    let order = id(&split.place("a=4").await);
    split.stock.down().await;
    assert_eq!(split.edit(&order, "a=1").await.status, 503);
    let same = split.order(&order).await;
    assert_eq!((same.revision, same.pending_edit), (1, None));
    // Enough failures open the breaker: then it is refused before anything is written.
    for _ in 0..25 {
        assert_eq!(split.place("a=1").await.status, 202);
    }
    assert_eq!(split.edit(&order, "a=1").await.status, 503);
    // A cancel needs no reply from stock.
    assert_eq!(split.cancel(&order).await.status, 200);
    split.stock.up().await;
    split.settled(Duration::from_secs(60)).await;
    split.exact().await;
    assert_eq!(split.stock.on_hand("a").await, 975);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_refund_brings_stock_back_once() {
    let mut split = Split::new(&[("a", 10)]).await;
    let order = id(&split.place("a=4").await);
    split.stock.down().await;
    let lines = json!([{ "sku": "a", "quantity": 1, "restock": true }]);
    for expected in [200, 200] {
        let refunded = split.refund(&order, lines.clone()).await;
        assert_eq!(refunded.status, expected, "{refunded:?}");
    }
    split.stock.up().await;
    split.exact().await;
    assert_eq!(split.stock.on_hand("a").await, 8);
    assert_eq!(split.cancel(&order).await.status, 200);
    split.exact().await;
    assert_eq!(split.stock.on_hand("a").await, 10);
}
