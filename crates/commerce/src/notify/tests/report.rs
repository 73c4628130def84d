//! What a week has brought, told once.

use kassa_db::testing::prepare_all;
use serde_json::json;

use super::support::Desk;
use crate::notify::{MailOptions, report};

#[tokio::test(flavor = "multi_thread")]
async fn a_week_that_is_over_is_told_once() {
    let mail = MailOptions { staff: vec!["owner@shop.test".to_owned()], ..MailOptions::default() };
    for desk in Desk::each(&mail) {
        let bed = &desk.bed;
        prepare_all(&bed.db, report::ALL).unwrap();
        let look = async |owner: &str| report::look(&bed.shop, owner).await.unwrap();
        // A Friday; before that the stream was never read.
        look("one").await;
        drop(desk.consumer().await);
        let product = json!({"sku": "mug", "name": "Mug", "price": {"amount_minor": 900, "currency": "EUR"}});
        bed.send("POST /v1/products", product, 201).await;
        bed.send("POST /v1/inventory/mug/receive", json!({"quantity": 9}), 200).await;
        for (key, email) in [("a", "ann@b.test"), ("b", "bob@b.test"), ("c", "ann@b.test")] {
            let order = json!({"items": [{"sku": "mug", "quantity": 2}], "customer": {"email": email}});
            let placed =
                bed.call("POST /v1/orders", &[&format!("idempotency-key: {key}")], order.to_string()).await;
            assert_eq!(placed.status, 201, "{}", placed.text);
            if key == "c" {
                let path = format!("POST /v1/orders/{}/cancel", placed.json()["id"].as_str().unwrap());
                bed.send(&path, json!({}), 200).await;
            }
        }
        look("one").await;
        assert_eq!(desk.rows().len(), 0, "{}: the week is not over", bed.name);
        // Monday.
        bed.clock.advance(3 * 86_400_000_000);
        look("one").await;
        look("other").await;
        assert_eq!(desk.rows(), ["email owner@shop.test staff-report waiting"], "{}", bed.name);
        let listed = bed.get("/v1/deliveries").await;
        let whole =
            bed.get(&format!("/v1/deliveries/{}", listed["results"][0]["id"].as_str().unwrap())).await;
        let expected = json!({"period": "week", "from": "2027-01-11", "to": "2027-01-17", "orders": 3, "customers": 2,
            "sales": [{"amount_minor": 3_600, "currency": "EUR"}]});
        assert_eq!(whole["payload"]["report"], expected, "{}", bed.name);
    }
}
