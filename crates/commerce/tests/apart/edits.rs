//! Edits whose stock is apart: all or nothing, and known in the end.

use std::time::{Duration, Instant};

use kassa_commerce::orders::Status;
use kassa_commerce::transport::{Remotes, store as commands};
use kassa_db::testing::{Folder, TestPostgres};
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

/// A PUT with a key, whose edit may be pending.
async fn put(split: &Split, order: &str, key: &str, items: &str) -> super::bed::Reply {
    let body = json!({ "items": super::bed::parsed(items) });
    split.call("PUT", &format!("/v1/orders/{order}"), key, Some(body)).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_edit_is_done_once_per_key() {
    once_per_key(Split::new(&[("a", 10)]).await).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_edit_is_done_once_per_key_on_postgresql() {
    let Some(cluster) = TestPostgres::start() else { return };
    let urls = [cluster.fresh_database(), cluster.fresh_database()];
    once_per_key(Split::on(&[("a", 10)], Remotes::default(), [&urls[0], &urls[1]]).await).await;
}

async fn once_per_key(split: Split) {
    let order = id(&split.place("a=4").await);
    split.stock.chaos(0, 0.0, 1.0);
    let first = put(&split, &order, "e1", "a=5").await;
    assert_eq!((first.status, first.retry), (503, true), "{first:?}");
    for _ in 0..3 {
        let again = put(&split, &order, "e1", "a=5").await;
        let expected = (409, &json!("/errors/request-in-flight"), true);
        assert_eq!((again.status, &again.body["type"], again.retry), expected, "{again:?}");
    }
    assert_eq!(put(&split, &order, "e1", "a=6").await.status, 422, "the key belongs to another body");
    split.stock.calm();
    split.settled(Duration::from_secs(60)).await;
    let decided = put(&split, &order, "e1", "a=5").await;
    assert_eq!((decided.status, decided.replayed), (200, true), "{decided:?}");
    assert_eq!(decided.body["revision"], 2);
    // A newer edit, and then once more a copy of the first request.
    assert_eq!(put(&split, &order, "e2", "a=2").await.status, 200);
    let late = put(&split, &order, "e1", "a=5").await;
    assert_eq!((late.status, late.replayed, &late.body), (200, true, &decided.body), "{late:?}");
    // And when the answer itself is kept no longer: the order as it is.
    let forget = |tx: &mut kassa_db::Tx<'_>| tx.execute("DELETE FROM idempotency", &[]);
    split.shop.orders.as_ref().unwrap().write(forget).await.unwrap();
    let late = put(&split, &order, "e1", "a=5").await;
    assert_eq!((late.status, late.replayed, &late.body["revision"]), (200, true, &json!(3)), "{late:?}");
    split.shop.orders.as_ref().unwrap().write(forget).await.unwrap();
    assert_eq!(put(&split, &order, "e1", "a=6").await.body["type"], "/errors/idempotency-key-reused");
    let late = put(&split, &order, "e1", "a=5").await;
    assert_eq!((late.status, late.replayed), (200, true), "{late:?}");
    let order = split.order(&order).await;
    assert_eq!((order.revision, order.total_minor), (3, 2_000));
    split.exact().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_change_is_meant_for_what_was_seen() {
    let split = Split::new(&[("a", 10)]).await;
    let order = id(&split.place("a=4").await);
    let seen = split.order(&order).await.etag();
    assert_eq!(split.edit(&order, "a=3").await.status, 200);
    let now = split.order(&order).await.etag();
    let path = format!("/v1/orders/{order}");
    let items = Some(json!({"items": [{"sku": "a", "quantity": 1}]}));
    let line = Some(json!({"lines": [{"sku": "a", "quantity": 1, "restock": true}]}));
    for (key, tag, status) in [("e1", &seen, 412), ("e2", &now, 200), ("e3", &now, 412)] {
        let headers = [("idempotency-key", key), ("if-match", tag.as_str())];
        let reply = split.call_with(("PUT", &path), &headers, items.clone()).await;
        assert_eq!(reply.status, status, "{reply:?}");
    }
    let latest = split.order(&order).await.etag();
    for (key, tag, status) in [("r1", &now, 412), ("r2", &latest, 200)] {
        let headers = [("idempotency-key", key), ("if-match", tag.as_str())];
        let reply = split.call_with(("POST", &format!("{path}/refunds")), &headers, line.clone()).await;
        assert_eq!(reply.status, status, "{reply:?}");
    }
    split.settled(Duration::from_secs(60)).await;
    split.exact().await;
    assert_eq!(split.stock.on_hand("a").await, 10);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_edit_that_is_refused_later_stays_refused() {
    let split = Split::new(&[("a", 10)]).await;
    let order = id(&split.place("a=4").await);
    split.stock.chaos(0, 0.0, 1.0);
    assert_eq!(put(&split, &order, "e1", "a=11").await.status, 503);
    split.stock.calm();
    split.settled(Duration::from_secs(60)).await;
    let refused = put(&split, &order, "e1", "a=11").await;
    assert_eq!((refused.status, refused.replayed), (422, true), "{refused:?}");
    assert_eq!(refused.body["type"], "/errors/insufficient-stock");
    // Other goods are there by now, and the answer is the same.
    assert_eq!(split.cancel(&order).await.status, 200);
    split.exact().await;
    let late = put(&split, &order, "e1", "a=11").await;
    assert_eq!((late.status, &late.body), (422, &refused.body), "{late:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_edit_that_was_not_sent_may_be_tried_again_with_its_key() {
    let mut split = Split::new(&[("a", 1_000)]).await;
    let order = id(&split.place("a=4").await);
    split.stock.down().await;
    let not_now = put(&split, &order, "e1", "a=1").await;
    assert_eq!((not_now.status, split.order(&order).await.pending_edit), (503, None), "{not_now:?}");
    split.stock.up().await;
    split.ready("a=1").await;
    let done = put(&split, &order, "e1", "a=1").await;
    assert_eq!((done.status, done.replayed, &done.body["revision"]), (200, false, &json!(2)), "{done:?}");
    // Known even while stock is away.
    split.stock.down().await;
    for _ in 0..25 {
        assert_eq!(split.place("a=1").await.status, 202);
    }
    let known = put(&split, &order, "e1", "a=1").await;
    assert_eq!((known.status, known.replayed), (200, true), "{known:?}");
    split.stock.up().await;
    split.settled(Duration::from_secs(60)).await;
    split.exact().await;
}

/// 10 on hand, an order of 2; with chaos an edit that is refused, without an edit to 3, with it a cancel.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_refused_edit_costs_no_stock_when_chaos_comes_and_goes() {
    let folder = Folder::new();
    let split = Split::in_one_process(&[("a", 10)], (&folder.sqlite_url(), None)).await;
    let order = id(&split.place("a=2").await);
    split.stock.chaos(0, 0.0, 0.0);
    assert_eq!(split.edit(&order, "a=1000").await.status, 422);
    split.stock.calm();
    assert_eq!(split.edit(&order, "a=3").await.status, 200);
    split.stock.chaos(0, 0.0, 0.0);
    assert_eq!(split.cancel(&order).await.status, 200);
    split.exact().await;
    assert_eq!(split.stock.on_hand("a").await, 10);
    split.audit_is_clean().await;
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

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_cancel_that_keeps_its_stock_is_told_to_the_ledger() {
    let mut split = Split::new(&[("a", 10), ("b", 10)]).await;
    let order = id(&split.place("a=4 b=1").await);
    split.stock.down().await;
    let (path, key) = (format!("/v1/orders/{order}/cancel"), split.key());
    let cancelled = split.call("POST", &path, &key, Some(json!({"restock": false}))).await;
    assert_eq!((cancelled.status, &cancelled.body["stock_kept"]), (200, &json!(true)), "{cancelled:?}");
    split.stock.up().await;
    let db = split.stock.shop.inventory.clone().unwrap();
    let begun = Instant::now();
    loop {
        let prefix = format!("{order}/");
        let entries = db.read(move |tx| commands::ledger(tx, &prefix)).await.unwrap();
        let kept = entries.iter().filter(|entry| entry.kind == "release" && entry.quantity == 0);
        if kept.map(|entry| entry.sku.as_str()).eq(["a", "b"]) {
            break;
        }
        assert!(begun.elapsed() < Duration::from_secs(30), "the ledger has {entries:?}");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    split.exact().await;
    assert_eq!((split.stock.on_hand("a").await, split.stock.on_hand("b").await), (6, 9));
}
