//! What a route of catalogue or stock does not know is refused, in its body and behind its `?`, and nothing is done.

use serde_json::json;

use super::{body, row};
use crate::testing::Bed;

#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_known_is_refused() {
    for bed in Bed::each() {
        let mut mug = body("Mug", 100);
        mug["sku"] = "mug".into();
        bed.send("POST /v1/products", mug.clone(), 201).await;
        bed.send("POST /v1/inventory/mug/receive", json!({"quantity": 5}), 200).await;
        let (product, stock) = (bed.get("/v1/products/1").await, bed.get("/v1/inventory/mug").await);
        let (whole, part) = (body("Cup", 1).to_string(), json!({"name": "Cup"}).to_string());
        let (moved, low) = (r#"{"quantity":1}"#, r#"{"low_stock_at":1}"#);
        for (head, body) in [
            ("POST /v1/products?dry_run=true", whole.as_str()),
            ("PUT /v1/products/1?dry_run=true", &whole),
            ("PATCH /v1/products/1?dry_run=true", &part),
            ("DELETE /v1/products/1?dry_run=true", ""),
            ("DELETE /v1/products/1", r#"{"purge":true}"#),
            ("POST /v1/products/1/restore?dry_run=true", ""),
            ("POST /v1/products/1/restore", r#"{"sku":"other"}"#),
            ("GET /v1/products/1?fields=name", ""),
            ("GET /v1/products/sku:mug?archived=true", ""),
            ("GET /v1/products?archived=true", ""),
            ("GET /v1/products", r#"{"q":"mug"}"#),
            ("GET /v1/categories?limit=1", ""),
            ("POST /v1/inventory/mug/receive?dry_run=true", moved),
            ("POST /v1/inventory/mug/adjust?dry_run=true", moved),
            ("PUT /v1/inventory/mug?dry_run=true", low),
            ("PUT /v1/inventory/mug", r#"{"low_stock_at":1,"on_hand":9}"#),
            ("POST /v1/inventory/mug/receive", r#"{"quantity":1,"dry_run":true}"#),
            ("GET /v1/inventory/mug?at=2026", ""),
            ("GET /v1/inventory/mug/ledger?kind=receive", ""),
            ("GET /v1/inventory?sku=mug", ""),
            ("GET /v1/inventory", r#"{"low":true}"#),
        ] {
            let reply = bed.call(head, &["content-type: application/json"], body.to_owned()).await;
            assert_eq!(reply.status, 400, "{} {head} {body}: {}", bed.name, reply.text);
        }
        assert_eq!(
            bed.get("/v1/products").await["results"],
            json!([row(&product)]),
            "{}: nothing has changed",
            bed.name
        );
        assert_eq!(bed.get("/v1/inventory/mug").await, stock, "{}", bed.name);
        // What says nothing passes.
        assert_eq!(bed.call("POST /v1/products/1/restore", &[], "{}").await.status, 200);
        assert_eq!(bed.call("DELETE /v1/products/1?", &[], " {} ").await.status, 204);
    }
}
