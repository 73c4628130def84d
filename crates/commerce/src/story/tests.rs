//! An order's story over HTTP, on both databases.

use std::sync::Arc;

use kassa_db::testing::prepare_all;
use kassa_model::Timestamp;
use serde_json::{Value, json};

use super::store;
use crate::customers::{Origins, SeenEvent, SeenVisit, Visited};
use crate::notify::delivery::{Channel, NewDelivery, Sent};
use crate::testing::Bed;

/// Knows of one visit, 90 s before the order.
#[derive(Debug)]
struct Newsletter;

#[async_trait::async_trait]
impl Origins for Newsletter {
    async fn source_of(&self, _order_id: &str) -> Option<String> {
        Some("newsletter".to_owned())
    }

    async fn visits_of(&self, _order_id: &str) -> Option<Visited> {
        let began = Timestamp::from_micros(1_800_000_000_000_000 - 90_000_000);
        let event = |after: i64, name: &str, page: &str, props: &str| SeenEvent {
            at: began.plus_micros(after * 1_000_000),
            name: name.to_owned(),
            page: Some(page.to_owned()),
            props: props.to_owned(),
        };
        let visit = SeenVisit {
            started_at: began,
            source: Some("newsletter".to_owned()),
            referrer: None,
            utm_campaign: Some("spring".to_owned()),
            entry_page: Some("/sale".to_owned()),
            country: Some("DE".to_owned()),
            device: None,
        };
        let events = vec![
            event(
                40,
                "Product Added",
                "/p/mug",
                r#"{"sku":"mug","context":{"library":{"name":"kassa"}},"$path":"/p/mug?a=b"}"#,
            ),
            event(20, "Products Searched", "/search", r#"{"query":"mug","results":3}"#),
            event(0, "page_view", "/sale", "{}"),
        ];
        Some(Visited { visits: vec![visit], events })
    }
}

async fn ordered(bed: &Bed) -> String {
    let product = json!({"sku": "mug", "name": "Mug", "price": {"amount_minor": 1_250, "currency": "USD"}});
    bed.send("POST /v1/products", product, 201).await;
    bed.send("POST /v1/inventory/mug/receive", json!({"quantity": 10}), 200).await;
    let body = json!({"items": [{"sku": "mug", "quantity": 2}], "customer": {"email": "ann@shop.test"}});
    let placed = bed.call("POST /v1/orders", &["idempotency-key: k"], body.to_string()).await;
    assert_eq!(placed.status, 201, "{}", placed.text);
    placed.json()["id"].as_str().unwrap().to_owned()
}

async fn act(bed: &Bed, path: &str, body: Value) {
    bed.clock.advance(1_000_000);
    let key = format!("idempotency-key: {path}{body}");
    let done = bed.call(&format!("POST {path}"), &[&key], body.to_string()).await;
    assert!(done.status < 300, "{path}: {}", done.text);
}

fn told(entries: &[Value]) -> Vec<String> {
    let word = |entry: &Value, of: &str| entry[of].as_str().unwrap_or_default().to_owned();
    let name = |entry: &Value| match entry["kind"].as_str().unwrap() {
        "order" => format!("order {}", word(entry, "event")),
        "stock" => format!("stock {} {}", word(entry, "movement"), entry["quantity"]),
        "fulfilment" => format!("parcel {}", word(entry, "stage")),
        "search" => format!("search {} {}", word(entry, "query"), entry["results"]),
        "delivery" => {
            format!("mail {} {}", word(entry, "state"), entry["attempts"].as_array().unwrap().len())
        }
        kind => kind.to_owned(),
    };
    entries.iter().map(name).collect()
}

#[test]
fn every_statement_is_one_of_both_engines() {
    for bed in Bed::each() {
        prepare_all(&bed.db, store::ALL).unwrap();
    }
}

#[tokio::test]
async fn everything_of_an_order_stands_on_one_line_of_time() {
    for bed in Bed::each() {
        let id = ordered(&bed).await;
        let path = format!("/v1/orders/{id}");
        let (order, now) = (id.clone(), bed.shop.now());
        bed.write(move |tx| {
            let new = NewDelivery {
                event_id: format!("{order}:1"),
                event_type: "OrderConfirmed".to_owned(),
                channel: Channel::Email,
                target: "ann@shop.test".to_owned(),
                template: "order-confirmed",
                payload: "{}".to_owned(),
                order_id: Some(order.clone()),
            };
            let delivery = crate::notify::store::insert(tx, &new, now)?.unwrap();
            let sent = Sent::Done { status: Some(250), answer: "queued".to_owned() };
            crate::notify::store::tried(tx, &delivery, (now, 1), &sent, (None, now))
        });
        act(&bed, &format!("{path}/payments"), json!({"reference": "bank 1"})).await;
        act(&bed, &format!("{path}/fulfilments"), json!({"carrier": "DHL", "tracking_number": "1"})).await;
        act(&bed, &format!("{path}/fulfilments/1"), json!({"status": "shipped"})).await;
        let back = json!({"lines": [{"sku": "mug", "quantity": 1, "restock": true}]});
        act(&bed, &format!("{path}/refunds"), back).await;

        let story = bed.get(&format!("{path}/timeline")).await;
        assert_eq!((&story["order_id"], &story["visit"]["status"]), (&json!(id), &json!("elsewhere")));
        let of_shop = [
            "order confirmed",
            "stock deduct -2",
            "mail sent 1",
            "payment",
            "parcel packed",
            "parcel shipped",
            "order refunded",
            "stock return 1",
        ];
        let entries = story["entries"].as_array().unwrap();
        assert_eq!(told(entries), of_shop, "{}: {story:#}", bed.name);
        assert_eq!(entries[0]["amount"], json!({"amount_minor": 2_500, "currency": "USD"}));
        assert_eq!(entries[6]["amount"]["amount_minor"], -1_250);
        assert_eq!(entries[6]["lines"], json!([{"sku": "mug", "quantity": -1}]));
        assert_eq!(entries[2]["attempts"][0]["answer"], "queued");
        assert_eq!(entries[5]["tracking_number"], "1");

        bed.shop.origins.set(Arc::new(Newsletter)).unwrap();
        let story = bed.get(&format!("{path}/timeline")).await;
        assert_eq!(
            (&story["visit"]["status"], &story["stock"]["status"]),
            (&json!("known"), &json!("known"))
        );
        let entries = story["entries"].as_array().unwrap();
        assert_eq!(told(&entries[..5]), ["visit", "page", "search mug 3", "event", "order confirmed"]);
        assert_eq!(entries[0]["source"], "newsletter");
        assert_eq!(entries[3]["props"], json!({"sku": "mug"}));
    }
}

#[tokio::test]
async fn a_story_is_one_orders_alone() {
    for bed in Bed::each() {
        let id = ordered(&bed).await;
        let body = json!({"items": [{"sku": "mug", "quantity": 1}]});
        let other = bed.call("POST /v1/orders", &["idempotency-key: other"], body.to_string()).await.json();
        let story = bed.get(&format!("/v1/orders/{}/timeline", other["id"].as_str().unwrap())).await;
        assert_eq!(told(story["entries"].as_array().unwrap()), ["order confirmed", "stock deduct -1"]);
        assert!(!story.to_string().contains(&id));
        for unknown in ["0190a0b0-0000-7000-8000-000000000000", "nobody", "%00"] {
            let answer = bed.call(&format!("GET /v1/orders/{unknown}/timeline"), &[], "").await;
            assert_eq!(answer.status, 404, "{unknown}: {}", answer.text);
        }
    }
}
