//! Nonsense on every route of stock: a 4xx with a sentence, never a 500, and nothing has changed.

use serde_json::json;

use super::on_hand;
use crate::testing::Bed;

/// Bodies that are no movement.
pub(super) fn bad_bodies() -> Vec<String> {
    let mut bodies: Vec<String> = [
        "",
        "{",
        "null",
        "[]",
        "[1]",
        "[1,null]",
        "7",
        "\"x\"",
        "{}",
        r#"{"quantity":0}"#,
        r#"{"quantity":1.5}"#,
        r#"{"quantity":1e-2}"#,
        r#"{"quantity":"1"}"#,
        r#"{"quantity":null}"#,
        r#"{"quantity":true}"#,
        r#"{"quantity":[1]}"#,
        r#"{"quantity":1000000001}"#,
        r#"{"quantity":-1000000001}"#,
        r#"{"quantity":9223372036854775807}"#,
        r#"{"quantity":-9223372036854775808}"#,
        r#"{"quantity":9223372036854775808}"#,
        r#"{"quantity":1e400}"#,
        r#"{"quantity":NaN}"#,
        r#"{"quantity":1,"quantity":2}"#,
        r#"{"quantity":1,"more":2}"#,
        r#"{"Quantity":1}"#,
        r#"{"quantity":1,"reason":7}"#,
        r#"{"quantity":1,"reason":"a\u0000b"}"#,
        r#"{"quantity":1,"reason":"\ud800"}"#,
        r#"{"low_stock_at":-1}"#,
        r#"{"low_stock_at":1.5}"#,
        r#"{"low_stock_at":1000000001}"#,
        r#"{"low_stock_at":"5"}"#,
        "{\"quantity\":1}x",
        "{\"quantity\":\u{0}1}",
    ]
    .map(str::to_owned)
    .to_vec();
    bodies.push(format!("{{\"quantity\":1,\"reason\":\"{}\"}}", "x".repeat(256)));
    bodies.push(format!("{{\"quantity\":{}1{}}}", "[".repeat(100_000), "]".repeat(100_000)));
    bodies.push(format!("{{\"quantity\":{}}}", "9".repeat(100_000)));
    bodies
}

#[tokio::test(flavor = "multi_thread")]
async fn bad_movements_are_refused() {
    for bed in Bed::each() {
        let product = json!({"sku": "ps5", "name": "PS5", "price": {"amount_minor": 1}});
        bed.send("POST /v1/products", product, 201).await;
        bed.send("POST /v1/inventory/ps5/receive", json!({"quantity": 10}), 200).await;
        let mut tried = 0;
        for head in
            ["POST /v1/inventory/ps5/receive", "POST /v1/inventory/ps5/adjust", "PUT /v1/inventory/ps5"]
        {
            for body in bad_bodies().into_iter().chain([r#"{"quantity":-1,"low_stock_at":1}"#.to_owned()]) {
                let reply = bed.call(head, &[], body.clone()).await;
                let shown: String = body.chars().take(80).collect();
                assert_eq!(reply.status, 400, "{} {head} {shown}: {}", bed.name, reply.text);
                assert!(!reply.json()["detail"].as_str().unwrap().is_empty(), "{head} {shown}");
                tried += 1;
            }
        }
        assert_eq!(bed.call("POST /v1/inventory/ps5/receive", &[], r#"{"quantity":-1}"#).await.status, 400);
        println!("{}: {tried} bad bodies, all 400", bed.name);
        assert_eq!(on_hand(&bed, "ps5"), 10, "{}", bed.name);
        assert_eq!(bed.get("/v1/inventory/ps5").await["low_stock_at"], 5);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn bad_paths_parameters_and_headers_are_refused() {
    for bed in Bed::each() {
        let product = json!({"sku": "ps5", "name": "PS5", "price": {"amount_minor": 1}});
        bed.send("POST /v1/products", product, 201).await;
        for (head, expected) in [
            ("GET /v1/inventory/nope", 404),
            ("GET /v1/inventory/%00", 404),
            ("GET /v1/inventory/a%20b", 404),
            ("GET /v1/inventory/%ff", 400),
            ("GET /v1/inventory/nope/ledger", 404),
            ("GET /v1/inventory/ps5/ledger?cursor=x", 400),
            ("GET /v1/inventory/ps5/ledger?cursor=-1", 400),
            ("GET /v1/inventory/ps5/ledger?cursor=99999999999999999999", 400),
            ("GET /v1/inventory/ps5/ledger?limit=0", 400),
            ("GET /v1/inventory?limit=-1", 400),
            ("GET /v1/inventory?limit=1.5", 400),
            ("GET /v1/inventory?low=1", 400),
            ("GET /v1/inventory?lwo=true", 400),
            ("GET /v1/inventory?cursor=%21", 400),
            ("GET /v1/inventory?cursor=AAAA", 400),
            ("GET /v1/inventory?cursor=%00", 400),
            ("GET /v1/inventory?limit=1&limit=2", 400),
            ("DELETE /v1/inventory/ps5", 405),
            ("GET /v1/inventory/ps5/receive", 405),
            ("POST /v1/inventory", 405),
        ] {
            let reply = bed.call(head, &[], "").await;
            assert_eq!(reply.status, expected, "{} {head}: {}", bed.name, reply.text);
            assert_eq!(reply.header("content-type"), "application/problem+json", "{head}");
        }
        let long = format!("GET /v1/inventory/{}", "x".repeat(5_000));
        assert_eq!(bed.call(&long, &[], "").await.status, 404);
        let body = r#"{"quantity":1}"#;
        for (header, expected) in [
            ("idempotency-key:  ", 400),
            ("idempotency-key: \u{fc}", 400),
            (&format!("idempotency-key: {}", "k".repeat(256)), 400),
        ] {
            let reply = bed.call("POST /v1/inventory/ps5/receive", &[header], body).await;
            assert_eq!(reply.status, expected, "{} {header}: {}", bed.name, reply.text);
        }
        bed.send("POST /v1/inventory/nope/receive", json!({"quantity": 1}), 404).await;
        bed.send("PUT /v1/inventory/nope", json!({"low_stock_at": 1}), 404).await;
    }
}
