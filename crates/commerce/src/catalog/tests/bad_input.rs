//! Nonsense on every route of the catalogue: a 4xx with a sentence, never a 500, and nothing has changed.

use serde_json::json;

use super::{body, row};
use crate::testing::Bed;

/// Bodies that are no product.
fn bad_bodies() -> Vec<String> {
    let field = |field: &str| format!("{{\"name\":\"x\",\"price\":{{\"amount_minor\":1}},{field}}}");
    let price = |price: &str| format!("{{\"name\":\"x\",\"price\":{price}}}");
    let mut bodies: Vec<String> = [
        "",
        "{",
        "null",
        "[]",
        "7",
        "\"x\"",
        "{\"name\":7}",
        "{\"name\":null}",
        "{\"name\":\"\"}",
        "{\"name\":\" \\t\"}",
        "{\"name\":\"a\\u0000b\"}",
        "{\"name\":\"a\\nb\"}",
        "{\"name\":\"\\ud800\"}",
        "{\"name\":\"x\",\"name\":\"y\"}",
    ]
    .map(str::to_owned)
    .to_vec();
    bodies.push(format!("{{\"name\":\"{}\",\"price\":{{\"amount_minor\":1}}}}", "x".repeat(256)));
    bodies.extend(
        [
            "7",
            "null",
            "\"1\"",
            "{}",
            "{\"amount_minor\":1.5}",
            "{\"amount_minor\":-1}",
            "{\"amount_minor\":\"1\"}",
            "{\"amount_minor\":9007199254740992}",
            "{\"amount_minor\":1e-3}",
            "{\"amount_minor\":null}",
            "{\"amount_minor\":99999999999999999999999}",
            "{\"amount_minor\":1,\"currency\":\"DOLLAR\"}",
            "{\"amount_minor\":1,\"currency\":7}",
            "{\"amount_minor\":1,\"currency\":\"U\\u0000D\"}",
            "[1,\"USD\"]",
            "[]",
            "[1]",
            "{\"amount_minor\":1,\"cents\":0}",
            "{\"amount_minor\":1,\"amount_minor\":2}",
        ]
        .map(price),
    );
    bodies.extend(
        [
            "\"sku\":\"\"",
            "\"sku\":\"a b\"",
            "\"sku\":\"p-7\"",
            "\"sku\":7",
            "\"sku\":\"a\\u0000\"",
            "\"sku\":\"\u{fc}\"",
            "\"category\":\"\"",
            "\"category\":7",
            "\"category\":\"a\\u0000\"",
            "\"description\":\"a\\u0000\"",
            "\"description\":[]",
            "\"release_date\":\"2023-02-29\"",
            "\"release_date\":\"soon\"",
            "\"release_date\":20230101",
            "\"image_url\":\"javascript:alert(1)\"",
            "\"image_url\":\"//x y\"",
            "\"image_url\":7",
            "\"attributes\":[]",
            "\"attributes\":7",
            "\"attributes\":\"{}\"",
            "\"track_stock\":1",
            "\"track_stock\":\"yes\"",
            "\"more\":1",
            "\"attributes\":{\"a\":1e400}",
        ]
        .map(field),
    );
    bodies.push(field(&format!("\"sku\":\"{}\"", "x".repeat(101))));
    bodies.push(field(&format!("\"category\":\"{}\"", "x".repeat(256))));
    bodies.push(field(&format!("\"description\":\"{}\"", "x".repeat(10_001))));
    bodies.push(field(&format!("\"image_url\":\"/{}\"", "x".repeat(2_048))));
    bodies.push(field(&format!("\"attributes\":{{\"a\":\"{}\"}}", "x".repeat(17_000))));
    bodies.push(field(&format!("\"attributes\":{{\"a\":{}1{}}}", "[".repeat(20), "]".repeat(20))));
    bodies.push(field(&format!("\"attributes\":{{\"a\":{}1{}}}", "[".repeat(100_000), "]".repeat(100_000))));
    bodies
}

#[tokio::test(flavor = "multi_thread")]
async fn bad_products_are_refused() {
    for bed in Bed::each() {
        let mut good = body("Mug", 1);
        good["sku"] = "mug".into();
        let made = bed.send("POST /v1/products", good, 201).await;
        let mut tried = 0;
        for head in ["POST /v1/products", "PUT /v1/products/sku:mug", "PATCH /v1/products/sku:mug"] {
            for body in bad_bodies() {
                let reply = bed.call(head, &[], body.clone()).await;
                let shown: String = body.chars().take(120).collect();
                assert_eq!(reply.status, 400, "{} {head} {shown}: {}", bed.name, reply.text);
                assert!(!reply.json()["detail"].as_str().unwrap().is_empty(), "{head} {shown}");
                tried += 1;
            }
        }
        for low in ["-1", "1.5", "1000000001", "\"5\""] {
            let body = format!("{{\"name\":\"x\",\"price\":{{\"amount_minor\":1}},\"low_stock_at\":{low}}}");
            assert_eq!(bed.call("POST /v1/products", &[], body).await.status, 400, "{low}");
        }
        println!("{}: {tried} bad bodies, all 400", bed.name);
        let all = bed.get("/v1/products").await;
        assert_eq!(all["results"], json!([row(&made)]), "{}: nothing has changed", bed.name);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn bad_paths_and_parameters_are_refused() {
    for bed in Bed::each() {
        bed.send("POST /v1/products", body("Mug", 1), 201).await;
        let newest = {
            bed.send("POST /v1/products", body("Cup", 1), 201).await;
            bed.get("/v1/products?limit=1").await["next_cursor"].as_str().unwrap().to_owned()
        };
        let other_order = format!("GET /v1/products?sort=name&cursor={newest}");
        let many = format!("GET /v1/products?q={}", "x".repeat(2_049));
        for (head, expected) in [
            ("GET /v1/products/0", 404),
            ("GET /v1/products/-1", 404),
            ("GET /v1/products/1.5", 404),
            ("GET /v1/products/99999999999999999999", 404),
            ("GET /v1/products/9223372036854775807", 404),
            ("GET /v1/products/nope", 404),
            ("GET /v1/products/sku:", 404),
            ("GET /v1/products/sku:nope", 404),
            ("GET /v1/products/sku:%00", 404),
            ("GET /v1/products/%00", 404),
            ("GET /v1/products/%ff", 400),
            ("GET /v1/products/%D9%A3", 404),
            ("GET /v1/products?limit=0", 400),
            ("GET /v1/products?limit=-1", 400),
            ("GET /v1/products?limit=x", 400),
            ("GET /v1/products?sort=best", 400),
            ("GET /v1/products?sort=NAME", 400),
            ("GET /v1/products?search=x", 400),
            ("GET /v1/products?q=a&q=b", 400),
            ("GET /v1/products?q=%00", 400),
            ("GET /v1/products?cursor=%21", 400),
            ("GET /v1/products?cursor=AAAA", 400),
            (&other_order, 400),
            (&many, 400),
            ("GET /v1/categories?x=1", 400),
            ("POST /v1/products/1", 405),
            ("DELETE /v1/products", 405),
            ("PUT /v1/categories", 405),
        ] {
            let reply = bed.call(head, &[], "").await;
            assert_eq!(reply.status, expected, "{} {head}: {}", bed.name, reply.text);
            assert_eq!(reply.header("content-type"), "application/problem+json", "{head}");
        }
        for head in ["PATCH /v1/products/nope", "PUT /v1/products/99"] {
            assert_eq!(bed.call(head, &[], body("x", 1).to_string()).await.status, 404, "{head}");
        }
        assert_eq!(bed.call("DELETE /v1/products/sku:nope", &[], "").await.status, 404);
        let other = bed.send("PATCH /v1/products/1", json!({"sku": "other"}), 400).await;
        assert!(other["detail"].as_str().unwrap().contains("cannot change"), "{other}");
        assert_eq!(bed.send_untyped("POST /v1/products", body("x", 1).to_string()).await, 415);
    }
}
