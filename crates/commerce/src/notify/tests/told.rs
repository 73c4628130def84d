//! From the stream to deliveries.

use std::sync::Arc;

use kassa_db::params;
use kassa_eventlog::{EventLog, Offset, Stream};
use serde_json::{Value, json};

use super::support::{Desk, confirmed, news};
use crate::notify::{MailOptions, store};

fn mail() -> MailOptions {
    MailOptions { staff: vec!["owner@shop.test".to_owned()], ..MailOptions::default() }
}

fn stock(id: &str, kind: &str) -> Value {
    json!({"id": id, "type": kind, "occurred_at": "2027-01-15T08:00:00Z",
        "stock": {"sku": "mug", "on_hand": 4, "low_stock_at": 5}})
}

#[tokio::test(flavor = "multi_thread")]
async fn an_event_is_told_once_however_often_it_comes() {
    for desk in Desk::each(&mail()) {
        let running = desk.read().await;
        let edited = news("0190a000-0000-7000-8000-000000000001:2", "OrderEdited", 1, "ann@b.test");
        let cancelled = news("0190a000-0000-7000-8000-000000000001:3", "OrderCancelled", 1, "ann@b.test");
        let mut imported = confirmed(2, "bob@b.test");
        imported["imported"] = json!({"batch": "orders-1"});
        let first = [
            confirmed(1, "Ann@b.test"),
            "no JSON".into(),
            json!({"type": "no event"}),
            imported,
            stock("low:1", "StockLow"),
            cancelled.clone(),
        ];
        desk.publish(&first).await;
        desk.all_read().await;
        let expected = [
            "email Ann@b.test order-confirmed waiting",
            "email ann@b.test order-cancelled waiting",
            "email owner@shop.test staff-new-order waiting",
            "email owner@shop.test staff-stock-low waiting",
        ];
        assert_eq!(desk.rows(), expected, "{}", desk.bed.name);
        // The same again, and what happened before it.
        desk.publish(&[cancelled, confirmed(1, "Ann@b.test"), edited]).await;
        desk.all_read().await;
        assert_eq!(desk.rows().len(), 5, "{}", desk.bed.name);
        running.end().await;
        // As if nothing had been noted.
        let id = desk.log.status(Stream::Orders).await.unwrap().log_id.to_string();
        let now = desk.bed.shop.now();
        desk.bed.write(move |tx| store::note_position(tx, (&id, 0), Offset::START, now));
        let running = desk.read().await;
        desk.all_read().await;
        assert_eq!(desk.rows().len(), 5, "{}", desk.bed.name);
        running.end().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_happened_before_it_was_there_is_told_to_nobody() {
    for desk in Desk::each(&mail()) {
        desk.publish(&[confirmed(1, "ann@b.test"), stock("low:1", "StockLow")]).await;
        let running = desk.read().await;
        // It waited in the outbox, and comes now.
        let mut late = confirmed(2, "bob@b.test");
        late["occurred_at"] = "2020-01-01T00:00:00Z".into();
        desk.publish(&[late, confirmed(3, "cid@b.test")]).await;
        desk.all_read().await;
        let expected =
            ["email cid@b.test order-confirmed waiting", "email owner@shop.test staff-new-order waiting"];
        assert_eq!(desk.rows(), expected, "{}", desk.bed.name);
        running.end().await;
        // What comes while nobody reads is told afterwards.
        desk.publish(&[confirmed(4, "dan@b.test")]).await;
        let running = desk.read().await;
        desk.all_read().await;
        assert_eq!(desk.rows().len(), 4, "{}", desk.bed.name);
        running.end().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_is_flooded() {
    for desk in Desk::each(&MailOptions::default()) {
        let running = desk.read().await;
        let mut all: Vec<Value> = (1..=25).map(|number| confirmed(number, "ann@b.test")).collect();
        all.push(confirmed(26, "bob@b.test"));
        desk.publish(&all).await;
        desk.all_read().await;
        assert_eq!((desk.count("waiting"), desk.count("dead")), (21, 5), "{}", desk.bed.name);
        let dead = desk.bed.write(|tx| {
            let sql = "SELECT answer FROM delivery_attempts WHERE outcome = 'never'";
            tx.all(sql, params![], |row| row.text(0))
        });
        assert_eq!(dead.len(), 5, "{}", desk.bed.name);
        assert!(dead.iter().all(|answer| answer.starts_with("more than 20")), "{dead:?}");
        running.end().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn who_waits_is_told_that_it_is_back() {
    for desk in Desk::each(&MailOptions::default()) {
        let bed = &desk.bed;
        let product = json!({"sku": "mug", "name": "Mug", "price": {"amount_minor": 900, "currency": "EUR"}});
        bed.send("POST /v1/products", product, 201).await;
        let ask = async |email: &str| {
            bed.send("POST /v1/products/sku:mug/notify-me", json!({"email": email}), 202).await;
        };
        let german = json!({"email": "Ann@b.test", "language": "de-AT"});
        bed.send("POST /v1/products/sku:mug/notify-me", german, 202).await;
        ask("bob@b.test").await;
        let running = desk.read().await;
        desk.publish(&[stock("back:1:mug", "StockBack"), stock("back:1:mug", "StockBack")]).await;
        desk.all_read().await;
        let expected = ["email Ann@b.test back-in-stock waiting", "email bob@b.test back-in-stock waiting"];
        assert_eq!(desk.rows(), expected, "{}", bed.name);
        let payloads = bed.write(|tx| {
            tx.all("SELECT payload FROM deliveries ORDER BY target", params![], |row| row.text(0))
        });
        let payloads: Vec<Value> = payloads.iter().map(|text| serde_json::from_str(text).unwrap()).collect();
        assert_eq!(payloads[0]["product"]["name"], "Mug", "{payloads:?}");
        // Each is written to in the language of who asked.
        assert_eq!((&payloads[0]["language"], &payloads[1]["language"]), (&json!("de-AT"), &Value::Null));
        // Told once; who asks anew is told anew.
        bed.clock.advance(60_000_000);
        ask("bob@b.test").await;
        desk.publish(&[stock("back:2:mug", "StockBack")]).await;
        desk.all_read().await;
        assert_eq!(desk.rows().len(), 3, "{}", bed.name);
        // What buyers do not know is not back for them.
        ask("ann@b.test").await;
        bed.send("DELETE /v1/products/sku:mug", json!({}), 204).await;
        desk.publish(&[stock("back:3:mug", "StockBack")]).await;
        desk.all_read().await;
        assert_eq!(desk.rows().len(), 3, "{}", bed.name);
        running.end().await;
        drop(Arc::clone(&desk.log));
    }
}
