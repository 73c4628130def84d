//! Deliveries, listed and shown.

use serde_json::{Value, json};

use super::support::{Desk, confirmed};
use crate::notify::MailOptions;

#[tokio::test(flavor = "multi_thread")]
async fn deliveries_are_listed_newest_first() {
    let mail = MailOptions { staff: vec!["owner@shop.test".to_owned()], ..MailOptions::default() };
    for desk in Desk::each(&mail) {
        let bed = &desk.bed;
        let running = desk.read().await;
        desk.publish(&[confirmed(1, "ann@b.test"), confirmed(2, "bob@b.test")]).await;
        desk.all_read().await;
        running.end().await;
        let targets = async |query: &str| {
            let page = bed.get(&format!("/v1/deliveries{query}")).await;
            let targets = page["results"].as_array().unwrap().iter().map(|row| row["target"].clone());
            (targets.collect::<Vec<Value>>(), page["next_cursor"].clone())
        };
        let (all, end) = targets("").await;
        assert_eq!(
            (json!(all), end),
            (json!(["owner@shop.test", "bob@b.test", "owner@shop.test", "ann@b.test"]), Value::Null)
        );
        let (first, next) = targets("?limit=3").await;
        let (rest, end) = targets(&format!("?limit=3&cursor={}", next.as_str().unwrap())).await;
        assert_eq!((first.len(), rest, end), (3, vec![json!("ann@b.test")], Value::Null), "{}", bed.name);
        let of_order = "?order_id=0190a000-0000-7000-8000-000000000002";
        for (query, count) in [
            ("?state=waiting", 4),
            ("?state=dead", 0),
            ("?channel=webhook", 0),
            ("?channel=email&state=waiting", 4),
            (of_order, 2),
            (&format!("{of_order}&state=sent"), 0),
            (&format!("{of_order}&channel=email"), 2),
            ("?target=owner%40shop.test", 2),
            ("?target=owner%40shop.test&state=sent", 0),
            ("?target=owner%40shop.test&channel=webhook", 0),
            (&format!("{of_order}&target=bob%40b.test"), 1),
            (&format!("{of_order}&target=ann%40b.test"), 0),
            ("?target=nobody", 0),
        ] {
            assert_eq!(targets(query).await.0.len(), count, "{} {query}", bed.name);
        }
        for bad in
            ["?state=x", "?channel=x", "?order_id=x", "?cursor=x", "?limit=0", "?target=%20", "?unknown=1"]
        {
            assert_eq!(bed.call(&format!("GET /v1/deliveries{bad}"), &[], "").await.status, 400, "{bad}");
        }
        let list = bed.get("/v1/deliveries?limit=1").await;
        let id = list["results"][0]["id"].as_str().unwrap();
        let whole = bed.get(&format!("/v1/deliveries/{id}")).await;
        assert_eq!(
            (&whole["payload"]["order"]["number"], &whole["tried"]),
            (&json!(2), &json!([])),
            "{whole}"
        );
        assert_eq!((&whole["template"], &whole["attempts"]), (&json!("staff-new-order"), &json!(0)));
        for unknown in ["x", "0190a000-0000-7000-8000-000000000009"] {
            assert_eq!(bed.call(&format!("GET /v1/deliveries/{unknown}"), &[], "").await.status, 404);
            assert_eq!(bed.call(&format!("POST /v1/deliveries/{unknown}/replay"), &[], "").await.status, 404);
        }
    }
}
