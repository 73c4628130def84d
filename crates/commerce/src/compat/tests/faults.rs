//! Orders while stock fails: queued, and settled by the drain; D's stock routes disturbed; the metrics that tell of it.

use super::support::Bed;

#[tokio::test(flavor = "multi_thread")]
async fn an_order_is_queued_while_inventory_fails() {
    let bed = Bed::with_chaos();
    bed.stock("ps5", 49_900, 5);
    let crash = r#"{"crash_rate":1}"#;
    assert_eq!(bed.call("POST /api/admin/chaos", &[], crash).await.status, 200);
    let body = r#"{"item_id":"ps5","quantity":2}"#;
    let queued = r#"{"success":true,"message":"Inventory service is currently unavailable. Your order has been queued for processing.","order":{"order_id":"<uuid>","item_id":"ps5","quantity":2,"status":"queued","created_at":"<now>"}}"#;
    let key = ["idempotency-key: k"];
    let first = bed.check_with("POST /api/orders", &key, body, (202, queued)).await;
    let again = bed.check_with("POST /api/orders", &key, body, (202, queued)).await;
    assert_eq!((&again.text, again.is_replay()), (&first.text, true));
    let id = first.json()["order"]["order_id"].as_str().unwrap().to_owned();
    let shown = bed.call(&format!("GET /api/orders/{id}"), &[], "").await;
    assert_eq!(shown.json()["order"]["status"], "queued");
    // A has no word for it; to its programs it is a success all the same.
    let order = r#"{"customerName":"Alice","items":[{"gameId":1,"quantity":1}]}"#;
    let added = bed.call("POST /orders/add", &[], order).await;
    assert_eq!((added.status, &added.json()["message"]), (202, &"Order placed successfully".into()));
    let number = added.json()["orderId"].as_i64().unwrap();
    let deleted = bed.call(&format!("DELETE /orders/delete/{number}"), &[], "").await;
    assert_eq!(deleted.status, 409, "{}", deleted.text);
    let disturbed = bed.call("GET /api/inventory", &[], "").await;
    assert!(disturbed.status >= 500 || disturbed.text.is_empty(), "{disturbed:?}");
    let text = bed.metrics.text();
    for series in [
        "orders_created_total{status=\"accepted\"} 2",
        "idempotency_cache_hits_total 1",
        "inventory_chaos_enabled{type=\"crash\"} 1",
    ] {
        assert!(text.contains(series), "{series} in {text}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn metrics_have_the_names_of_system_d() {
    let bed = Bed::with_chaos();
    bed.stock("ps5", 49_900, 5);
    let deduct = r#"{"item_id":"ps5","quantity":1}"#;
    assert_eq!(bed.call("POST /api/inventory/deduct", &[], deduct).await.status, 200);
    let key = ["idempotency-key: k"];
    for _ in 0..2 {
        assert_eq!(bed.call("POST /api/orders", &key, deduct).await.status, 201);
    }
    assert_eq!(bed.call("POST /api/admin/chaos", &[], r#"{"latency_ms":1}"#).await.status, 200);
    assert_eq!(bed.call("GET /api/inventory", &[], "").await.status, 200);
    crate::inventory::levels::read_levels(&bed.shop).await;
    let text = bed.metrics.text();
    for series in [
        "order_processing_duration_seconds_count{status=\"confirmed\"} 1",
        "orders_created_total{status=\"confirmed\"} 1",
        "circuit_breaker_state{service=\"inventory\"} 0",
        "inventory_update_duration_seconds_count{operation=\"deduct\"} 2",
        "inventory_chaos_enabled{type=\"latency\"} 1",
        "inventory_chaos_enabled{type=\"crash\"} 0",
        "inventory_chaos_enabled{type=\"partial_failure\"} 0",
        "inventory_chaos_events_total{type=\"latency\"} 1",
        "inventory_stock_level{item_id=\"ps5\"} 3",
        "inventory_transactions_total{type=\"deduct\"} 2",
        "idempotency_cache_hits_total 1",
        "idempotency_cache_misses_total 1",
    ] {
        assert!(text.contains(series), "{series} in {text}");
    }
}
