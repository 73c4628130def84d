//! Archived products brought back, and their stock meanwhile.

use serde_json::{Value, json};

use super::{body, row};
use crate::testing::Bed;

async fn mug(bed: &Bed) -> String {
    let mut product = body("Mug", 100);
    product["sku"] = "mug".into();
    let made = bed.call("POST /v1/products", &[], product.to_string()).await;
    bed.send("POST /v1/inventory/mug/receive", json!({"quantity": 7}), 200).await;
    made.header("location").to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_archived_comes_back_as_it_was() {
    for bed in Bed::each() {
        let path = mug(&bed).await;
        let before = bed.get(&path).await;
        assert_eq!(bed.call(&format!("DELETE {path}"), &[], "").await.status, 204);
        assert_eq!(bed.call(&format!("GET {path}"), &[], "").await.status, 404);
        bed.clock.advance(5_000_000);
        let back = bed.call(&format!("POST {path}/restore"), &[], "").await;
        assert_eq!((back.status, back.header("etag")), (200, "\"3-7\""), "{}: {}", bed.name, back.text);
        let mut expected = before.clone();
        expected["version"] = 3.into();
        expected["updated_at"] = "2027-01-15T08:00:05Z".into();
        assert_eq!(back.json(), expected, "{}", bed.name);
        for path in [path.as_str(), "/v1/products/sku:mug"] {
            assert_eq!(bed.get(path).await, expected, "{}", bed.name);
        }
        assert_eq!(bed.get("/v1/products").await["results"], json!([row(&expected)]), "{}", bed.name);
        // It sells again.
        let order = json!({"items": [{"sku": "mug", "quantity": 7}]}).to_string();
        let order = bed.call("POST /v1/orders", &["idempotency-key: o"], order).await;
        assert_eq!(order.status, 201, "{}: {}", bed.name, order.text);
        // One that is there stays as it is, and one that never was is not made.
        let again = bed.call("POST /v1/products/sku:mug/restore", &[], "").await.json();
        assert_eq!(again["version"], 3, "{}", bed.name);
        for unknown in ["99", "sku:nope", "nope"] {
            let reply = bed.call(&format!("POST /v1/products/{unknown}/restore"), &[], "").await;
            assert_eq!(reply.status, 404, "{} {unknown}", bed.name);
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn restoring_honours_versions_keys_and_callers() {
    for bed in Bed::each() {
        let path = mug(&bed).await;
        bed.call(&format!("DELETE {path}"), &[], "").await;
        let restore = format!("POST {path}/restore");
        assert_eq!(bed.call(&restore, &["if-match: \"1\""], "").await.status, 412, "{}", bed.name);
        let with_key = async || bed.call(&restore, &["if-match: \"2\"", "idempotency-key: k"], "").await;
        let (first, again) = (with_key().await, with_key().await);
        assert_eq!((first.status, again.status), (200, 200), "{}: {}", bed.name, again.text);
        assert_eq!((&first.text, again.header("idempotent-replayed")), (&again.text, "true"));
        // The SKU was never free, so nothing else can have it.
        let mut other = body("Other", 1);
        other["sku"] = "mug".into();
        bed.send("POST /v1/products", other, 409).await;
    }
    let bed = Bed::sqlite();
    let path = mug(&bed).await;
    bed.call(&format!("DELETE {path}"), &[], "").await;
    let bed = bed.closed();
    let restore = format!("POST {path}/restore");
    assert_eq!(bed.call(&restore, &[], "").await.status, 401);
    let key = "authorization: Bearer an-admin-token-for-tests";
    assert_eq!(bed.call(&restore, &[key], "").await.status, 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_stock_of_what_is_archived_is_marked() {
    for bed in Bed::each() {
        let path = mug(&bed).await;
        let mut cup = body("Cup", 100);
        cup["sku"] = "cup".into();
        bed.send("POST /v1/products", cup, 201).await;
        let check = async |query: &str, expected: &[(&str, bool)]| {
            let page = bed.get(&format!("/v1/inventory?total=true&{query}")).await;
            let rows = page["results"].as_array().unwrap();
            let rows: Vec<_> = rows
                .iter()
                .map(|row| (row["sku"].as_str().unwrap(), row["archived"].as_bool().unwrap()))
                .collect();
            assert_eq!(rows, expected, "{} {query}", bed.name);
            assert_eq!(page["total"], expected.len(), "{} {query}", bed.name);
        };
        check("", &[("cup", false), ("mug", false)]).await;
        check("archived=true", &[]).await;
        bed.call(&format!("DELETE {path}"), &[], "").await;
        check("", &[("cup", false), ("mug", true)]).await;
        check("archived=true", &[("mug", true)]).await;
        check("archived=false", &[("cup", false)]).await;
        check("archived=true&low=true", &[]).await;
        check("low=true", &[("cup", false)]).await;
        assert_eq!(bed.get("/v1/inventory/mug").await["archived"], true, "{}", bed.name);
        bed.call(&format!("POST {path}/restore"), &[], "").await;
        check("archived=true", &[]).await;
        assert_eq!(bed.get("/v1/inventory/mug").await["archived"], false, "{}", bed.name);
        assert_eq!(bed.call("GET /v1/inventory?archived=1", &[], "").await.status, 400);
    }
    let apart = Bed::apart();
    mug(&apart).await;
    assert_eq!(apart.get("/v1/inventory/mug").await["archived"], Value::Null);
    let reply = apart.call("GET /v1/inventory?archived=true", &[], "").await;
    assert_eq!(reply.status, 400, "{}", reply.text);
}

#[tokio::test(flavor = "multi_thread")]
async fn it_comes_back_where_stock_is_elsewhere() {
    let bed = Bed::apart();
    let path = mug(&bed).await;
    bed.call(&format!("DELETE {path}"), &[], "").await;
    assert_eq!(bed.call(&format!("POST {path}/restore"), &[], "").await.status, 200);
    assert_eq!(bed.get(&path).await["stock"]["available"], 7);
}
