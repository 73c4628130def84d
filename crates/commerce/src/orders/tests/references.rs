//! Orders that have failed: their client reference is free for another request, and in the end they leave.

use axum::http::Method;
use kassa_model::{Clock, MICROS_PER_DAY};
use serde_json::{Value, json};

use super::super::failed::remove_failed;
use super::support::{Answered, TestShop, shops};

fn cart(quantity: i64) -> Value {
    json!({"items": [{"sku": "ps5", "quantity": quantity}], "client_reference": "cart-77"})
}

async fn place(shop: &TestShop, key: &str, body: &Value) -> Answered {
    shop.post("/v1/orders", key, body).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_reference_of_a_failed_order_is_free() {
    for shop in shops() {
        shop.stock("ps5", 100, 10);
        let short = place(&shop, "k1", &cart(11)).await;
        assert_eq!((short.status, short.problem().as_str()), (422, "insufficient-stock"));
        // Fewer, and with a new key; again too many first.
        let again = place(&shop, "k2", &cart(12)).await;
        assert_eq!((again.status, again.problem().as_str()), (422, "insufficient-stock"), "{}", again.body);
        let done = place(&shop, "k3", &cart(3)).await;
        assert_eq!(done.status, 201, "{}", done.body);
        let id = &done.json()["id"];
        // Now the reference stands for this one.
        let same = place(&shop, "k4", &cart(3)).await;
        assert_eq!((same.status, &same.json()["id"], same.is_replay()), (200, id, true));
        assert_eq!(place(&shop, "k5", &cart(4)).await.problem(), "client-reference-reused");
        // The keys that failed stay failed, with and without what is kept for a day, also where there is enough by now.
        shop.receive("ps5", 100);
        for _ in 0..2 {
            let late = place(&shop, "k1", &cart(11)).await;
            assert_eq!(
                (late.status, &late.json()["order_id"]),
                (422, &short.json()["order_id"]),
                "{}",
                late.body
            );
            let late = place(&shop, "k2", &cart(12)).await;
            assert_eq!((late.status, &late.json()["order_id"]), (422, &again.json()["order_id"]));
            shop.clock.advance(2 * MICROS_PER_DAY);
        }
        assert_eq!(place(&shop, "k3", &cart(3)).await.json()["id"], *id);
        assert_eq!(place(&shop, "k1", &cart(1)).await.problem(), "client-reference-reused");
        assert_eq!(shop.number("SELECT COUNT(*) FROM orders WHERE status <> 'failed'"), 1);
        assert_eq!(shop.on_hand("ps5"), 107);
        shop.check_books();
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_key_that_failed_stays_failed() {
    for shop in shops() {
        shop.stock("ps5", 100, 10);
        let short = shop.order("k1", "ps5", 11).await;
        assert_eq!(short.status, 422);
        shop.clock.advance(2 * MICROS_PER_DAY);
        shop.receive("ps5", 100);
        let late = shop.order("k1", "ps5", 11).await;
        assert_eq!((late.status, &late.json()["order_id"]), (422, &short.json()["order_id"]));
        shop.clock.advance(2 * MICROS_PER_DAY);
        assert_eq!(shop.order("k1", "ps5", 1).await.problem(), "client-reference-reused");
        // Another key may use the name of it.
        let body = json!({"items": [{"sku": "ps5", "quantity": 1}], "client_reference": "k1"});
        let done = shop.post("/v1/orders", "k2", &body).await;
        assert_eq!(done.status, 201, "{}", done.body);
        let late = shop.order("k1", "ps5", 11).await;
        assert_eq!((late.status, &late.json()["order_id"]), (422, &short.json()["order_id"]));
        shop.check_books();
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_of_many_at_once_gets_the_reference_of_a_failed_order() {
    for shop in shops() {
        shop.stock("ps5", 100, 10);
        assert_eq!(place(&shop, "k0", &cart(11)).await.status, 422);
        let mut tasks = Vec::new();
        for n in 1..=8 {
            let shop = shop.clone();
            tasks.push(tokio::spawn(async move { place(&shop, &format!("k{n}"), &cart(2)).await }));
        }
        let (mut made, mut ids) = (0, Vec::new());
        for task in tasks {
            let answer = task.await.unwrap();
            made += usize::from(answer.status == 201);
            assert!([200, 201].contains(&answer.status), "{}", answer.body);
            ids.push(answer.json()["id"].clone());
        }
        ids.dedup();
        assert_eq!((made, ids.len()), (1, 1), "{:?}", shop.engine());
        assert_eq!(shop.on_hand("ps5"), 8);
        shop.check_books();
    }
}

/// Where stock is apart, orders are decided in any order: the one that has the reference may have failed first.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_reference_of_an_order_that_leaves_goes_to_another_that_failed_with_it() {
    for shop in shops() {
        shop.stock("ps5", 100, 10);
        let first = place(&shop, "k1", &cart(11)).await.json()["order_id"].clone();
        assert_eq!(place(&shop, "k2", &cart(12)).await.status, 422);
        shop.change("DELETE FROM outbox WHERE kind = 'OrderFailed'");
        shop.change("DELETE FROM outbox_waiting");
        shop.change(
            "UPDATE orders SET updated_at = updated_at - 10 \
                     WHERE id = (SELECT order_id FROM client_references WHERE reference = 'cart-77')",
        );
        let remove = || {
            let now = shop.clock.now();
            shop.db.write_blocking(move |tx| remove_failed(tx, 30, now, 100)).unwrap()
        };
        shop.clock.advance(30 * MICROS_PER_DAY - 5);
        assert_eq!(remove(), 1, "{:?}", shop.engine());
        let again = place(&shop, "k1", &cart(11)).await;
        assert_eq!((again.status, &again.json()["order_id"]), (422, &first), "{}", again.body);
        assert_eq!(shop.number("SELECT COUNT(*) FROM client_references"), 1);
        assert_eq!(shop.number("SELECT COUNT(*) FROM failed_references"), 0);
        // Another key gets the reference as before.
        assert_eq!(place(&shop, "k3", &cart(2)).await.status, 201, "{:?}", shop.engine());
        assert_eq!(place(&shop, "k1", &cart(11)).await.json()["order_id"], first);
        shop.clock.advance(5);
        assert_eq!((remove(), remove()), (1, 0));
        assert_eq!(shop.number("SELECT COUNT(*) FROM client_references"), 1, "the order's that is there");
        shop.check_books();
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn failed_orders_leave_with_all_that_names_them() {
    for shop in shops() {
        shop.stock("ps5", 100, 10);
        for key in ["k1", "k2"] {
            assert_eq!(place(&shop, key, &cart(11)).await.status, 422);
        }
        assert_eq!(shop.order("k3", "nope", 1).await.status, 422);
        assert_eq!(place(&shop, "k4", &cart(2)).await.status, 201);
        let remove = || {
            let now = shop.clock.now();
            shop.db.write_blocking(move |tx| remove_failed(tx, 30, now, 100)).unwrap()
        };
        shop.clock.advance(30 * MICROS_PER_DAY - 1);
        shop.change("DELETE FROM outbox WHERE kind = 'OrderFailed' AND seq > 0 AND order_id IN (SELECT id FROM orders \
                     WHERE client_reference = 'cart-77')");
        assert_eq!(remove(), 0, "young");
        shop.clock.advance(1);
        assert_eq!(remove(), 2, "the outbox still tells of one");
        shop.change("DELETE FROM outbox WHERE kind = 'OrderFailed'");
        assert_eq!((remove(), remove()), (1, 0));
        for (table, left) in [
            ("SELECT COUNT(*) FROM orders", 1),
            ("SELECT COUNT(*) FROM order_lines", 1),
            ("SELECT COUNT(*) FROM order_events", 1),
            ("SELECT COUNT(*) FROM client_references", 1),
            ("SELECT COUNT(*) FROM failed_references", 0),
        ] {
            assert_eq!(shop.number(table), left, "{:?}: {table}", shop.engine());
        }
        // The reference belongs to the order that is there, and a key whose order has left is a new one.
        assert_eq!(place(&shop, "k4", &cart(2)).await.status, 200);
        assert_eq!(place(&shop, "k1", &cart(11)).await.problem(), "client-reference-reused");
        assert_eq!(shop.order("k3", "ps5", 1).await.status, 201);
        shop.check_books();
    }
}

/// What anyone may ask for without a key, in closed mode.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_stranger_asks_for_what_there_is_and_not_too_much() {
    let shop = TestShop::closed();
    shop.stock("ps5", 100, 5_000);
    shop.stock("mug", 100, 50_000);
    let asked = |items: &[(&str, i64)]| {
        let item = |(sku, quantity): &(&str, i64)| json!({"sku": sku, "quantity": quantity});
        json!({"items": items.iter().map(item).collect::<Vec<_>>()})
    };
    let tables = "SELECT (SELECT COUNT(*) FROM orders) + (SELECT COUNT(*) FROM outbox) \
                  + (SELECT COUNT(*) FROM idempotency) + (SELECT COUNT(*) FROM client_references)";
    let many: Vec<String> = (0..11).map(|n| format!("s{n}")).collect();
    for sku in &many {
        shop.product(sku, 1, "USD", false);
    }
    let many: Vec<(&str, i64)> = many.iter().map(|sku| (sku.as_str(), 1_000)).collect();
    // What came in is told.
    for told in ["DELETE FROM outbox", "DELETE FROM outbox_waiting"] {
        shop.change(told);
    }
    for (body, problem) in [
        (asked(&[("ps5", 1_001)]), "order-too-large"),
        (asked(&[("ps5", 600), ("ps5", 600)]), "order-too-large"),
        (asked(&many), "order-too-large"),
        (asked(&[("nope", 1), ("nor", 2)]), "unknown-sku"),
    ] {
        let answer = shop.post("/v1/orders", "k1", &body).await;
        assert_eq!((answer.status, answer.problem().as_str()), (422, problem), "{}", answer.body);
        assert!(answer.json()["order_id"].is_null(), "{}", answer.body);
        assert_eq!(shop.number(tables), 0, "nothing is written: {body}");
        // A key of the shop may ask for all of it.
        let headers = [("authorization", "Bearer buyer-key-1"), ("idempotency-key", problem)];
        let answer = shop.call((Method::POST, "/v1/orders"), &headers, body.to_string()).await;
        assert!(answer.status == 201 || !answer.json()["order_id"].is_null(), "{}", answer.body);
        for table in ["orders", "outbox", "outbox_waiting", "idempotency", "client_references"] {
            let sql: &'static str = format!("DELETE FROM {table}").leak();
            shop.change(sql);
        }
    }
    // The key was never used up.
    assert_eq!(shop.post("/v1/orders", "k1", &asked(&[("ps5", 1_000)])).await.status, 201);
    assert_eq!(shop.post("/v1/orders", "k2", &asked(&many[..10])).await.status, 201);
    // An order of which one product is known is one that somebody may have meant.
    let half = shop.post("/v1/orders", "k3", &asked(&[("ps5", 1), ("nope", 1)])).await;
    assert_eq!((half.status, half.json()["order_id"].is_null()), (422, false), "{}", half.body);
    let open = TestShop::sqlite();
    let kept = open.order("k1", "nope", 1).await;
    assert_eq!((kept.status, kept.json()["order_id"].is_null()), (422, false), "as ever in open mode");
}
