//! Stock over HTTP: what is listed, what moves it, and what comes again.

use serde_json::{Value, json};

use super::{on_hand, stock};
use crate::inventory::levels::read_levels;
use crate::testing::Bed;

async fn product(bed: &Bed, sku: &str) {
    let body = json!({"sku": sku, "name": sku.to_uppercase(), "price": {"amount_minor": 100}});
    bed.send("POST /v1/products", body, 201).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_product_gets_its_stock_and_goods_come_in() {
    for bed in Bed::each() {
        product(&bed, "ps5").await;
        let before = bed.get("/v1/inventory/ps5").await;
        assert_eq!(before["on_hand"], 0);
        assert_eq!(before["low_stock_at"], 5);
        assert_eq!(before["low"], true);
        assert_eq!(before["product"]["name"], "PS5");
        let after = bed.send("POST /v1/inventory/ps5/receive", json!({"quantity": 12}), 200).await;
        assert_eq!(
            (&after["on_hand"], &after["available"], &after["low"]),
            (&json!(12), &json!(12), &json!(false))
        );
        let body = json!({"quantity": -3, "reason": "broken"});
        assert_eq!(bed.send("POST /v1/inventory/ps5/adjust", body, 200).await["on_hand"], 9);
        let refused = bed.send("POST /v1/inventory/ps5/adjust", json!({"quantity": -10}), 422).await;
        assert_eq!(refused["type"], "/errors/insufficient-stock");
        assert_eq!((&refused["available"], &refused["requested"]), (&json!(9), &json!(10)));
        assert_eq!(bed.send("PUT /v1/inventory/ps5", json!({"low_stock_at": 9}), 200).await["low"], true);
        let ledger = bed.get("/v1/inventory/ps5/ledger").await;
        let told: Vec<_> = ledger["results"].as_array().unwrap().iter().map(told).collect();
        assert_eq!(told, [("adjust", -3, "broken"), ("receive", 12, "")], "{}", bed.name);
        assert_eq!(ledger["next_cursor"], Value::Null);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_bears_a_barcode_is_found() {
    for bed in Bed::each() {
        product(&bed, "ps5").await;
        product(&bed, "xbox").await;
        let barcode = json!({"barcode": "4006381333931"});
        bed.send("PATCH /v1/products/sku:ps5/variants/ps5", barcode, 200).await;
        let found = bed.get("/v1/inventory?barcode=4006381333931").await;
        let skus: Vec<&Value> = found["results"].as_array().unwrap().iter().map(|one| &one["sku"]).collect();
        assert_eq!(skus, [&json!("ps5")], "{}", bed.name);
        assert_eq!(found["results"][0]["product"]["name"], "PS5", "{}", bed.name);
        assert_eq!(
            bed.get("/v1/inventory?barcode=4006381333932").await["results"],
            json!([]),
            "{}",
            bed.name
        );
        assert_eq!(bed.call("GET /v1/inventory?barcode=", &[], "").await.status, 400, "{}", bed.name);
    }
}

fn told(entry: &Value) -> (&str, i64, &str) {
    let text = |name: &str| entry[name].as_str().unwrap_or("");
    assert!(!text("ref").is_empty(), "{entry}");
    (text("kind"), entry["quantity"].as_i64().unwrap(), text("reason"))
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_sent_again_is_done_once() {
    for bed in Bed::each() {
        product(&bed, "ps5").await;
        let receive = async |key: &str, quantity: i64| {
            let header = format!("idempotency-key: {key}");
            let body = json!({"quantity": quantity}).to_string();
            bed.call("POST /v1/inventory/ps5/receive", &[&header], body).await
        };
        let first = receive("k1", 10).await;
        let again = receive("k1", 10).await;
        assert_eq!((first.status, again.status), (200, 200));
        assert_eq!(first.text, again.text);
        assert_eq!((first.header("idempotent-replayed"), again.header("idempotent-replayed")), ("", "true"));
        assert_eq!(receive("k1", 11).await.problem(), "idempotency-key-reused");
        let replies = [receive("k2", 1).await.status, receive("k3", 1).await.status];
        assert_eq!((replies, on_hand(&bed, "ps5")), ([200, 200], 12), "{}", bed.name);
        let ledger = bed.get("/v1/inventory/ps5/ledger").await;
        assert_eq!(ledger["results"][2]["ref"], "open/k1");
        // The record is gone after a day, but the ledger remembers the command.
        bed.clock.advance(25 * 3_600 * 1_000_000);
        assert_eq!(receive("k1", 10).await.json()["on_hand"], 12);
        assert_eq!(on_hand(&bed, "ps5"), 12, "{}", bed.name);
        bed.clock.advance(25 * 3_600 * 1_000_000);
        assert_eq!(receive("k1", 11).await.problem(), "idempotency-key-reused");
        // And under the key stands what it has done.
        let again = receive("k1", 10).await;
        assert_eq!((again.status, again.header("idempotent-replayed")), (200, "true"), "{}", again.text);
        assert_eq!(on_hand(&bed, "ps5"), 12, "{}", bed.name);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_sent_again_long_after_says_so() {
    for bed in Bed::each() {
        product(&bed, "ps5").await;
        for (what, body) in [("receive", json!({"quantity": 12})), ("adjust", json!({"quantity": -2}))] {
            let head = format!("POST /v1/inventory/ps5/{what}");
            let key = format!("idempotency-key: {what}-1");
            let first = bed.call(&head, &[&key], body.to_string()).await;
            assert_eq!((first.status, first.headers.get("idempotent-replayed")), (200, None));
            // The answer is kept for a day, the ledger's entry for ever.
            bed.clock.advance(2 * kassa_model::MICROS_PER_DAY);
            let again = bed.call(&head, &[&key], body.to_string()).await;
            assert_eq!(
                (again.status, &again.headers["idempotent-replayed"]),
                (200, &"true".parse().unwrap())
            );
            assert_eq!(again.json()["on_hand"], first.json()["on_hand"], "{}", bed.name);
            bed.clock.advance(2 * kassa_model::MICROS_PER_DAY);
            let other = bed.call(&head, &[&key], json!({"quantity": 3}).to_string()).await;
            assert_eq!(other.json()["type"], "/errors/idempotency-key-reused");
        }
        assert_eq!(bed.get("/v1/inventory/ps5").await["on_hand"], 10);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refusal_that_is_sent_again_is_the_same_refusal() {
    for bed in Bed::each() {
        product(&bed, "ps5").await;
        let adjust = async || {
            let body = json!({"quantity": -1}).to_string();
            bed.call("POST /v1/inventory/ps5/adjust", &["idempotency-key: k1"], body).await
        };
        let first = adjust().await;
        bed.send("POST /v1/inventory/ps5/receive", json!({"quantity": 5}), 200).await;
        let again = adjust().await;
        assert_eq!((first.status, again.status, again.header("idempotent-replayed")), (422, 422, "true"));
        assert_eq!(first.text, again.text);
        assert_eq!(on_hand(&bed, "ps5"), 5, "{}", bed.name);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn lists_come_in_pages_by_sku() {
    for bed in Bed::each() {
        for number in 0..25 {
            product(&bed, &format!("s{number:02}")).await;
        }
        bed.send("POST /v1/inventory/s07/receive", json!({"quantity": 6}), 200).await;
        let mut seen = Vec::new();
        let mut path = "/v1/inventory?limit=4".to_owned();
        loop {
            let page = bed.get(&path).await;
            seen.extend(
                page["results"].as_array().unwrap().iter().map(|row| row["sku"].as_str().unwrap().to_owned()),
            );
            // What is added behind the cursor shows, what is added before it does not disturb.
            product(&bed, &format!("a{:02}", seen.len())).await;
            let Some(cursor) = page["next_cursor"].as_str() else { break };
            path = format!("/v1/inventory?limit=4&cursor={cursor}");
        }
        let expected: Vec<_> = (0..25).map(|number| format!("s{number:02}")).collect();
        assert_eq!(seen, expected, "{}", bed.name);
        let low = bed.get("/v1/inventory?low=true&limit=200").await;
        let low: Vec<_> = low["results"].as_array().unwrap().iter().map(|row| &row["sku"]).collect();
        assert!(!low.contains(&&json!("s07")) && low.contains(&&json!("s08")), "{}: {low:?}", bed.name);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_ledger_comes_in_pages_newest_first() {
    for bed in Bed::each() {
        product(&bed, "ps5").await;
        for quantity in 1..=11 {
            bed.send("POST /v1/inventory/ps5/receive", json!({"quantity": quantity}), 200).await;
        }
        let mut seen = Vec::new();
        let mut path = "/v1/inventory/ps5/ledger?limit=3".to_owned();
        loop {
            let page = bed.get(&path).await;
            seen.extend(
                page["results"].as_array().unwrap().iter().map(|row| row["quantity"].as_i64().unwrap()),
            );
            bed.send("POST /v1/inventory/ps5/receive", json!({"quantity": 99}), 200).await;
            let Some(cursor) = page["next_cursor"].as_str() else { break };
            path = format!("/v1/inventory/ps5/ledger?limit=3&cursor={cursor}");
        }
        assert_eq!(seen, (1..=11).rev().collect::<Vec<_>>(), "{}", bed.name);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn goods_that_come_in_make_their_stock_where_the_catalogue_is_elsewhere() {
    let bed = Bed::apart();
    product(&bed, "ps5").await;
    assert_eq!(bed.get("/v1/inventory/ps5").await["on_hand"], 0, "made after the catalogue's commit");
    bed.send("POST /v1/inventory/new/receive", json!({"quantity": 3}), 200).await;
    assert_eq!(bed.get("/v1/inventory/new").await["on_hand"], 3);
    bed.send("POST /v1/inventory/newer/adjust", json!({"quantity": 3}), 404).await;
    bed.send("POST /v1/inventory/ps5/receive", json!({"quantity": 3}), 200).await;
    assert_eq!(bed.get("/v1/products/sku:ps5").await["stock"], json!({"available": 3, "low": true}));
    bed.send("PATCH /v1/products/sku:ps5", json!({"track_stock": false}), 409).await;
    bed.send("POST /v1/inventory/ps5/adjust", json!({"quantity": -3}), 200).await;
    bed.send("PATCH /v1/products/sku:ps5", json!({"track_stock": false}), 200).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn counts_and_measures() {
    let bed = Bed::sqlite();
    product(&bed, "ps5").await;
    stock(&bed, "late", 7);
    bed.send("POST /v1/inventory/ps5/receive", json!({"quantity": 3}), 200).await;
    bed.send("POST /v1/inventory/ps5/adjust", json!({"quantity": -9}), 422).await;
    read_levels(&bed.shop).await;
    let text = bed.metrics.text();
    for expected in [
        "inventory_stock_level{item_id=\"ps5\"} 3",
        "inventory_stock_level{item_id=\"late\"} 7",
        "inventory_transactions_total{type=\"receive\"} 1",
        "inventory_transactions_total{type=\"adjust\"} 0",
        "inventory_update_duration_seconds_count{operation=\"receive\"} 1",
    ] {
        assert!(text.contains(expected), "{expected} is not in\n{text}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_sells_out_first_is_foretold_first() {
    for bed in Bed::each() {
        for (sku, there) in [("ps5", 30), ("mug", 30), ("cap", 30)] {
            product(&bed, sku).await;
            bed.send(&format!("POST /v1/inventory/{sku}/receive"), json!({"quantity": there}), 200).await;
        }
        bed.clock.advance(7 * kassa_model::MICROS_PER_DAY);
        for (sku, quantity) in [("ps5", 2), ("mug", 14)] {
            let body = json!({"items": [{"sku": sku, "quantity": quantity}], "customer": {"name": "Ann", "email": "a@b.test"}});
            let key = format!("idempotency-key: order-{sku}");
            assert_eq!(bed.call("POST /v1/orders", &[&key], body.to_string()).await.status, 201);
        }
        let found = bed.get("/v1/products/forecast").await;
        let told = |row: &Value| {
            json!([
                row["sku"],
                row["name"],
                row["available"],
                row["units"],
                row["days"],
                row["units_per_day"],
                row["days_left"]
            ])
        };
        let told: Value = found["results"].as_array().unwrap().iter().map(told).collect();
        let expected = json!([["mug", "MUG", 16, 14, 7, 2.0, 8], ["ps5", "PS5", 28, 2, 7, 0.2, 98]]);
        assert_eq!(told, expected, "{}", bed.name);
        for (sku, rows) in [("ps5", 1), ("cap", 0), ("nothing", 0)] {
            let of = bed.get(&format!("/v1/products/forecast?sku={sku}&limit=1")).await;
            assert_eq!(of["results"].as_array().unwrap().len(), rows, "{sku}");
        }
        assert_eq!(bed.get("/v1/products/forecast?limit=1").await["results"].as_array().unwrap().len(), 1);
        // After four weeks in which nothing is sold there is nothing to say.
        bed.clock.advance(29 * kassa_model::MICROS_PER_DAY);
        assert_eq!(bed.get("/v1/products/forecast").await["results"], json!([]), "{}", bed.name);
    }
}
