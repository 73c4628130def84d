//! What leaves the shop: a public event of every change, and a record of every change of money.

use axum::http::Method;
use serde_json::{Value, json};

use super::support::shops;
use crate::outbox::MoneyRecord;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_change_has_a_row() {
    for shop in shops() {
        shop.stock("ps5", 100, 10);
        let headers = [("idempotency-key", "k1"), ("user-agent", "Firefox")];
        let body = json!({"items": [{"sku": "ps5", "quantity": 6}],
            "customer": {"email": "a@shop.test"},
            "context": {"anonymous_id": "a1", "session_id": "s1", "page": "https://shop.test/cart?x=1", "language": "de-AT"}});
        let made = shop.call((Method::POST, "/v1/orders"), &headers, body.to_string()).await.json();
        let id = made["id"].as_str().unwrap();
        let path = format!("/v1/orders/{id}");
        shop.put(&path, &json!({"items": [{"sku": "ps5", "quantity": 5}]})).await;
        shop.post(&format!("{path}/refunds"), "r1", &json!({"amount_minor": 50})).await;
        shop.call((Method::POST, &format!("{path}/fulfil")), &[], "").await;
        shop.order("k2", "nope", 1).await;
        let bodies: Vec<Value> = shop
            .texts("SELECT body FROM outbox WHERE kind <> 'StockBack' ORDER BY id")
            .iter()
            .map(|text| serde_json::from_str(text).unwrap())
            .collect();
        let kinds: Vec<&str> = bodies.iter().map(|body| body["type"].as_str().unwrap()).collect();
        let expected =
            ["OrderConfirmed", "StockLow", "OrderEdited", "OrderRefunded", "OrderFulfilled", "OrderFailed"];
        assert_eq!(kinds, expected);
        assert_eq!(bodies[0]["id"], format!("{id}:1"));
        assert_eq!(bodies[0]["order"]["customer"]["email"], "a@shop.test");
        assert_eq!(bodies[0]["order"]["status"], "confirmed");
        assert!(
            bodies[..5].iter().all(|body| body["type"] == "StockLow" || body["order"]["language"] == "de-AT")
        );
        let refund =
            json!({"id": format!("{id}/r3"), "amount": {"amount_minor": 50, "currency": "USD"}, "lines": []});
        assert_eq!(bodies[3]["refund"], refund);
        assert!(bodies.iter().filter(|body| body["refund"].is_object()).count() == 1);
        assert_eq!(bodies[1]["id"], format!("low:{id}/1:ps5"));
        assert_eq!(bodies[1]["stock"], json!({"sku": "ps5", "on_hand": 4, "low_stock_at": 5}));
        let money: Vec<MoneyRecord> = shop
            .texts("SELECT money FROM outbox WHERE money IS NOT NULL ORDER BY id")
            .iter()
            .map(|text| serde_json::from_str(text).unwrap())
            .collect();
        let told: Vec<_> = money
            .iter()
            .map(|record| (record.id.clone(), record.name.as_str(), record.revenue_delta_minor))
            .collect();
        assert_eq!(
            told,
            [
                (format!("order:{id}:1"), "Order Completed", 600),
                (format!("order:{id}:2"), "Order Updated", -100),
                (format!("order:{id}:3"), "Order Refunded", -50),
            ]
        );
        assert_eq!(money[1].lines[0].units_delta, -1);
        assert!(money[2].lines.is_empty());
        for record in &money {
            let context = &record.context;
            assert_eq!(context.visitor, Some(kassa_model::visitor_from("default", "a1")));
            assert_eq!(context.session, Some(kassa_model::session_from("default", "s1")));
            assert_eq!(
                (context.host.as_deref(), context.path.as_deref()),
                (Some("shop.test"), Some("/cart"))
            );
            assert_eq!(context.agent.as_deref(), Some("Firefox"));
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn stock_is_low_once_per_crossing() {
    for shop in shops() {
        shop.stock("ps5", 100, 8);
        let low = || shop.number("SELECT COUNT(*) FROM outbox WHERE kind = 'StockLow'");
        shop.order("k1", "ps5", 2).await;
        assert_eq!(low(), 0);
        shop.order("k2", "ps5", 1).await;
        shop.order("k3", "ps5", 1).await;
        assert_eq!(low(), 1);
        shop.receive("ps5", 10);
        let path = shop.placed(json!([{"sku": "ps5", "quantity": 9}])).await;
        assert_eq!(low(), 2);
        // An edit that keeps what it has crosses nothing.
        shop.put(&path, &json!({"items": [{"sku": "ps5", "quantity": 9}]})).await;
        assert_eq!(low(), 2);
    }
}
