//! D: orders, answer by answer.

use super::support::Bed;

const PS5: &str = r#"{"item_id":"ps5","quantity":2}"#;

#[tokio::test(flavor = "multi_thread")]
async fn orders() {
    for bed in Bed::each() {
        bed.stock("ps5", 49_900, 5);
        bed.check("GET /api/orders", "", 200, r#"{"success":true,"count":0,"orders":[]}"#).await;
        let created = r#"{"success":true,"message":"Order created successfully","order":{"order_id":"<uuid>","item_id":"ps5","quantity":2,"status":"confirmed","created_at":"<now>"}}"#;
        let key = ["Idempotency-Key: k1"];
        let first = bed.check_with("POST /api/orders", &key, PS5, (201, created)).await;
        let again = bed.check_with("POST /api/orders", &key, PS5, (201, created)).await;
        assert_eq!((&again.text, first.is_replay(), again.is_replay()), (&first.text, false, true));
        assert_eq!(bed.on_hand("ps5"), 3, "{}", bed.name);
        let reused = r#"{"success":false,"error":"Idempotency key reused","message":"this key was first sent with another body or to another route"}"#;
        let three = r#"{"item_id":"ps5","quantity":3}"#;
        bed.check_with("POST /api/orders", &key, three, (422, reused)).await;
        let id = first.json()["order"]["order_id"].as_str().unwrap().to_owned();
        let order = r#"{"order_id":"<uuid>","item_id":"ps5","quantity":2,"status":"confirmed","created_at":"<now>","updated_at":"<now>"}"#;
        let one = format!(r#"{{"success":true,"order":{order}}}"#);
        bed.check(&format!("GET /api/orders/{id}"), "", 200, &one).await;
        bed.check(&format!("GET /api/orders/{}", id.to_uppercase()), "", 200, &one).await;
        let all = format!(r#"{{"success":true,"count":1,"orders":[{order}]}}"#);
        bed.check("GET /api/orders", "", 200, &all).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refusal_is_an_answer_for_good() {
    for bed in Bed::each() {
        bed.stock("ps5", 49_900, 1);
        let failed = |why: &str| {
            format!(
                r#"{{"success":false,"error":"Inventory update failed","message":"{why}","order":{{"order_id":"<uuid>","status":"failed"}}}}"#
            )
        };
        let key = ["idempotency-key: k1"];
        let short = failed("Insufficient stock");
        let first = bed.check_with("POST /api/orders", &key, PS5, (422, &short)).await;
        let again = bed.check_with("POST /api/orders", &key, PS5, (422, &short)).await;
        assert_eq!((&again.text, again.is_replay()), (&first.text, true));
        let nothing = r#"{"item_id":"ps6","quantity":1}"#;
        let key = ["idempotency-key: k2"];
        bed.check_with("POST /api/orders", &key, nothing, (422, &failed("Item not found"))).await;
        assert_eq!(bed.on_hand("ps5"), 1, "{}", bed.name);
        let listed = bed.call("GET /api/orders", &[], "").await.json();
        assert_eq!((&listed["count"], &listed["orders"][0]["status"]), (&2.into(), &"failed".into()));
    }
}

#[tokio::test]
async fn refuses_what_is_no_order() {
    let bed = Bed::sqlite();
    bed.stock("ps5", 49_900, 5);
    let no = |error: &str, message: &str| {
        format!(r#"{{"success":false,"error":"{error}","message":"{message}"}}"#)
    };
    let missing =
        no("Missing idempotency-key header", "send a header Idempotency-Key that is unique to this order");
    bed.check("POST /api/orders", PS5, 400, &missing).await;
    let fields = no("Missing required fields", "item_id and quantity are required");
    let quantity = no("Invalid quantity", "quantity must be a positive integer");
    for (body, expected) in [
        ("{}", &fields),
        (r#"{"item_id":"ps5"}"#, &fields),
        (r#"{"quantity":1}"#, &fields),
        (r#"{"item_id":"","quantity":1}"#, &fields),
        (r#"{"item_id":null,"quantity":1}"#, &fields),
        (r#"{"item_id":"ps5","quantity":0}"#, &quantity),
        (r#"{"item_id":"ps5","quantity":-2}"#, &quantity),
        (r#"{"item_id":"ps5","quantity":1.5}"#, &quantity),
        (r#"{"item_id":"ps5","quantity":"2"}"#, &quantity),
        (r#"{"item_id":"ps5","quantity":99999999999999999999}"#, &quantity),
        (r#"{"item_id":5,"quantity":1}"#, &no("Invalid item_id", "item_id must be a string")),
    ] {
        bed.check_with("POST /api/orders", &["idempotency-key: k"], body, (400, expected)).await;
        bed.check("POST /api/inventory/deduct", body, 400, expected).await;
    }
    for body in [r#"{"item_id":"a\u0000","quantity":1}"#, r#"{"item_id":"ps5","quantity":1000000001}"#] {
        let reply = bed.call("POST /api/orders", &["idempotency-key: k"], body).await;
        assert_eq!(reply.status, 400, "{}", reply.text);
    }
    let unknown = no("Order not found", "no order has this id");
    for id in ["7", "0190a1b2-0000-7000-8000-000000000000", "%F0", "%00"] {
        bed.check(&format!("GET /api/orders/{id}"), "", 404, &unknown).await;
    }
    let keys = [vec!["idempotency-key: "], vec!["idempotency-key: a", "idempotency-key: b"]];
    for key in keys {
        let reply = bed.call("POST /api/orders", &key, PS5).await;
        assert_eq!(reply.status, 400, "{}", reply.text);
        assert_eq!(reply.json()["error"], "Invalid idempotency-key header");
    }
    let count = bed.call("GET /api/orders", &[], "").await.json()["count"].clone();
    assert_eq!(count, 0);
}

#[tokio::test]
async fn a_key_belongs_to_one_route() {
    let bed = Bed::sqlite();
    bed.stock("ps5", 49_900, 5);
    let key = ["idempotency-key: k1"];
    assert_eq!(bed.call("POST /api/orders", &key, PS5).await.status, 201);
    let native = r#"{"items":[{"sku":"ps5","quantity":2}]}"#;
    assert_eq!(bed.call("POST /v1/orders", &key, native).await.status, 422);
    assert_eq!(bed.on_hand("ps5"), 3);
}

#[tokio::test]
async fn several_lines_and_every_status() {
    let bed = Bed::sqlite();
    bed.stock("ps5", 49_900, 5);
    bed.stock("mug", 950, 5);
    let native = r#"{"items":[{"sku":"ps5","quantity":2},{"sku":"mug","quantity":1}]}"#;
    let order = bed.call("POST /v1/orders", &["idempotency-key: k1"], native).await.json();
    let id = order["id"].as_str().unwrap();
    let shown = |status: &str| {
        format!(
            r#"{{"success":true,"order":{{"order_id":"<uuid>","item_id":"ps5","quantity":2,"status":"{status}","created_at":"<now>","updated_at":"<now>","items":[{{"item_id":"ps5","quantity":2}},{{"item_id":"mug","quantity":1}}]}}}}"#
        )
    };
    let path = format!("GET /api/orders/{id}");
    bed.check(&path, "", 200, &shown("confirmed")).await;
    assert_eq!(bed.call(&format!("POST /v1/orders/{id}/cancel"), &[], "").await.status, 200);
    bed.check(&path, "", 200, &shown("cancelled")).await;
}

#[tokio::test]
async fn lists_a_hundred() {
    let bed = Bed::sqlite();
    bed.stock("mug", 950, 1_000);
    let mut last = String::new();
    for number in 0..103 {
        let key = format!("idempotency-key: k{number}");
        let reply = bed.call("POST /api/orders", &[&key], r#"{"item_id":"mug","quantity":1}"#).await;
        last = reply.json()["order"]["order_id"].as_str().unwrap().to_owned();
    }
    let listed = bed.call("GET /api/orders", &[], "").await.json();
    assert_eq!((&listed["count"], listed["orders"].as_array().unwrap().len()), (&100.into(), 100));
    assert_eq!(listed["orders"][0]["order_id"], last);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_crowd_with_one_key_makes_one_order() {
    for bed in Bed::each() {
        bed.stock("ps5", 49_900, 100);
        let crowd = (0..40).map(|_| {
            let bed = bed.clone();
            tokio::spawn(async move { bed.call("POST /api/orders", &["idempotency-key: k"], PS5).await })
        });
        let (mut made, mut waiting) = (Vec::new(), 0);
        for reply in futures_util::future::join_all(crowd).await {
            let reply = reply.unwrap();
            match reply.status {
                201 => made.push(reply.json()["order"]["order_id"].clone()),
                409 => {
                    assert_eq!(reply.json()["error"], "Duplicate request", "{}", reply.text);
                    assert!(reply.headers.contains_key("retry-after"));
                    waiting += 1;
                }
                _ => panic!("{} {}: {}", bed.name, reply.status, reply.text),
            }
        }
        made.dedup();
        assert_eq!((made.len(), bed.on_hand("ps5")), (1, 98), "{}", bed.name);
        println!("{}: 40 identical orders at once: 1 order, {waiting} told to wait", bed.name);
    }
}
