//! D: stock and chaos, answer by answer.

use super::support::Bed;

const ITEM: &str = r#""item_id":"ps5","item_name":"The ps5","quantity":"#;

fn deducted(left: i64, extra: &str) -> String {
    format!(
        r#"{{"success":true,"message":"Stock deducted successfully",{extra}"item":{{{ITEM}{left},"reserved_quantity":0}}}}"#
    )
}

#[tokio::test(flavor = "multi_thread")]
async fn stock() {
    for bed in Bed::each() {
        let empty = r#"{"success":true,"count":0,"items":[]}"#;
        bed.check("GET /api/inventory", "", 200, empty).await;
        bed.stock("ps5", 49_900, 10);
        let body = r#"{"item_id":"ps5","quantity":2,"order_id":"o-1"}"#;
        let path = "POST /api/inventory/deduct";
        bed.check(path, body, 200, &deducted(8, "")).await;
        bed.check(path, body, 200, &deducted(8, r#""idempotent":true,"#)).await;
        let other = r#"{"item_id":"ps5","quantity":3,"order_id":"o-1"}"#;
        let mismatch = r#"{"success":false,"error":"Quantity mismatch","message":"the same order has taken another quantity of this item before"}"#;
        bed.check(path, other, 422, mismatch).await;
        // Without an order every request is a new one, unless it has a key.
        bed.check(path, r#"{"item_id":"ps5","quantity":1}"#, 200, &deducted(7, "")).await;
        bed.check(path, r#"{"item_id":"ps5","quantity":1,"order_id":null}"#, 200, &deducted(6, "")).await;
        let key = ["idempotency-key: k"];
        let one = r#"{"item_id":"ps5","quantity":1}"#;
        bed.check_with(path, &key, one, (200, &deducted(5, ""))).await;
        bed.check_with(path, &key, one, (200, &deducted(5, r#""idempotent":true,"#))).await;
        let short = r#"{"success":false,"error":"Insufficient stock","message":"cannot take 6 of ps5: 5 left","available":5,"requested":6}"#;
        bed.check(path, r#"{"item_id":"ps5","quantity":6,"order_id":"o-2"}"#, 422, short).await;
        // What was refused may be tried again.
        bed.check(path, r#"{"item_id":"ps5","quantity":5,"order_id":"o-2"}"#, 200, &deducted(0, "")).await;
        let unknown =
            r#"{"success":false,"error":"Item not found","message":"no stock is kept under this item_id"}"#;
        bed.check(path, r#"{"item_id":"ps6","quantity":1}"#, 404, unknown).await;
        bed.check(path, r#"{"item_id":"p s","quantity":1}"#, 404, unknown).await;
        bed.check("GET /api/inventory/ps6", "", 404, unknown).await;
        bed.check("GET /api/inventory/%F0", "", 404, unknown).await;
        let item = format!(
            r#"{{"success":true,"item":{{{ITEM}0,"reserved_quantity":0,"created_at":"<now>","updated_at":"<now>"}}}}"#
        );
        bed.check("GET /api/inventory/ps5", "", 200, &item).await;
        let all = format!(r#"{{"success":true,"count":1,"items":[{{{ITEM}0,"reserved_quantity":0}}]}}"#);
        bed.check("GET /api/inventory", "", 200, &all).await;
    }
}

#[tokio::test]
async fn a_game_has_no_stock() {
    let bed = Bed::sqlite();
    bed.call("POST /games/add", &[], r#"{"name":"Tetris","price":1}"#).await;
    assert_eq!(bed.call("GET /api/inventory", &[], "").await.json()["count"], 0);
    let order =
        bed.call("POST /api/orders", &["idempotency-key: k"], r#"{"item_id":"p-1","quantity":9}"#).await;
    assert_eq!(order.status, 201, "{}", order.text);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_crowd_for_one_order_deducts_once() {
    for bed in Bed::each() {
        bed.stock("ps5", 49_900, 100);
        for round in 0..5 {
            let crowd = (0..20).map(|_| {
                let bed = bed.clone();
                let body = format!(r#"{{"item_id":"ps5","quantity":3,"order_id":"o-{round}"}}"#);
                tokio::spawn(async move { bed.call("POST /api/inventory/deduct", &[], body).await })
            });
            let mut first = 0;
            for reply in futures_util::future::join_all(crowd).await {
                let reply = reply.unwrap();
                assert_eq!(reply.status, 200, "{} {}", bed.name, reply.text);
                first += usize::from(reply.json()["idempotent"].is_null());
            }
            assert_eq!((first, bed.on_hand("ps5")), (1, 97 - 3 * round), "{}", bed.name);
        }
        println!("{}: 5 rounds of 20 deducts at once for one order: 1 deduction each", bed.name);
    }
}

#[tokio::test]
async fn refuses_ids_that_are_none() {
    let bed = Bed::sqlite();
    bed.stock("ps5", 49_900, 10);
    for id in ["7", "{}", r#""a\u0000""#, &format!("\"{}\"", "x".repeat(256))] {
        let body = format!(r#"{{"item_id":"ps5","quantity":1,"order_id":{id}}}"#);
        let reply = bed.call("POST /api/inventory/deduct", &[], body).await;
        assert_eq!((reply.status, &reply.json()["error"]), (400, &"Invalid order_id".into()), "{id}");
    }
    let large = r#"{"item_id":"ps5","quantity":1000000001}"#;
    assert_eq!(bed.call("POST /api/inventory/deduct", &[], large).await.status, 400);
    assert_eq!(bed.on_hand("ps5"), 10);
}

#[tokio::test]
async fn chaos_is_set_shown_and_ended() {
    let bed = Bed::with_chaos();
    let off = r#"{"latency":false,"latency_ms":0,"crash_rate":0.0,"partial_failure_rate":0.0}"#;
    let path = "/api/admin/chaos";
    let is_off = format!(r#"{{"success":true,"chaos_enabled":false,"config":{off}}}"#);
    bed.check(&format!("GET {path}"), "", 200, &is_off).await;
    let until = "2026-11-21T05:10:00.000Z";
    for (body, config) in [
        (
            r#"{"latency":true,"latency_ms":5000,"crash_rate":0.3,"partial_failure_rate":0.2}"#,
            r#"{"latency":true,"latency_ms":5000,"crash_rate":0.3,"partial_failure_rate":0.2}"#,
        ),
        (
            r#"{"latency":true}"#,
            r#"{"latency":true,"latency_ms":5000,"crash_rate":0.0,"partial_failure_rate":0.0}"#,
        ),
        (
            r#"{"latency_ms":20}"#,
            r#"{"latency":true,"latency_ms":20,"crash_rate":0.0,"partial_failure_rate":0.0}"#,
        ),
        (
            r#"{"latency":false,"latency_ms":20,"crash_rate":1}"#,
            r#"{"latency":false,"latency_ms":0,"crash_rate":1.0,"partial_failure_rate":0.0}"#,
        ),
    ] {
        let on =
            format!(r#"{{"success":true,"message":"Chaos is on","config":{config},"expires_at":"{until}"}}"#);
        bed.check(&format!("POST {path}"), body, 200, &on).await;
        let shown =
            format!(r#"{{"success":true,"chaos_enabled":true,"config":{config},"expires_at":"{until}"}}"#);
        bed.check(&format!("GET {path}"), "", 200, &shown).await;
    }
    let ended = format!(r#"{{"success":true,"message":"Chaos is off","config":{off}}}"#);
    bed.check(&format!("DELETE {path}"), "", 200, &ended).await;
    bed.check(&format!("GET {path}"), "", 200, &is_off).await;
    bed.check(&format!("POST {path}"), "{}", 200, &ended).await;
    for body in [
        r#"{"crash_rate":2}"#,
        r#"{"crash_rate":-0.1}"#,
        r#"{"partial_failure_rate":1.1}"#,
        r#"{"latency_ms":60001}"#,
        r#"{"latency_ms":-1}"#,
        r#"{"latency":"yes"}"#,
    ] {
        let reply = bed.call(&format!("POST {path}"), &[], body).await;
        assert_eq!((reply.status, &reply.json()["success"]), (400, &false.into()), "{body}");
    }
    let refused = Bed::sqlite().call(&format!("POST {path}"), &[], r#"{"crash_rate":1}"#).await;
    assert_eq!((refused.status, &refused.json()["error"]), (403, &"Chaos is not allowed".into()));
}

#[tokio::test]
async fn chaos_says_no_in_its_own_words() {
    let bed = Bed::with_chaos();
    bed.call("POST /api/admin/chaos", &[], r#"{"latency":false,"crash_rate":1}"#).await;
    let mut seen = [0; 3];
    for _ in 0..60 {
        let reply = bed.call("GET /api/inventory", &[], "").await;
        match reply.status {
            // The connection is dropped.
            200 => seen[2] += 1,
            status => {
                assert_eq!(reply.headers["content-type"], "application/json", "{}", reply.text);
                let error = if status == 500 { "Internal server error" } else { "Service unavailable" };
                let (said, success) = (reply.json()["error"].clone(), reply.json()["success"].clone());
                assert_eq!((said, success), (error.into(), false.into()), "{status}: {}", reply.text);
                assert_eq!(reply.headers.contains_key("retry-after"), status == 503);
                seen[usize::from(status == 503)] += 1;
            }
        }
    }
    assert!(seen.iter().all(|count| *count > 5), "{seen:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn every_variant_is_an_item() {
    for bed in Bed::each() {
        let shirt = r#"{"name":"Shirt","price":{"amount_minor":1900},"options":["Size"],
            "variants":[{"sku":"shirt-s","options":["S"]},{"sku":"shirt-m","options":["M"]}]}"#;
        assert_eq!(bed.call("POST /v1/products", &[], shirt).await.status, 201);
        bed.check_status("POST /v1/inventory/shirt-m/receive", r#"{"quantity":2}"#, 200).await;
        let item = |sku: &str, size: &str, count: i64| {
            format!(
                r#"{{"item_id":"{sku}","item_name":"Shirt, {size}","quantity":{count},"reserved_quantity":0}}"#
            )
        };
        let all = [item("shirt-m", "M", 2), item("shirt-s", "S", 0)].join(",");
        bed.check("GET /api/inventory", "", 200, &format!(r#"{{"success":true,"count":2,"items":[{all}]}}"#))
            .await;
        let order = bed
            .call("POST /api/orders", &["idempotency-key: k"], r#"{"item_id":"shirt-m","quantity":2}"#)
            .await;
        assert_eq!((order.status, bed.on_hand("shirt-m")), (201, 0), "{}: {}", bed.name, order.text);
    }
}
