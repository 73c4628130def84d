//! What the records say: the whole order for everybody, and its money with the visit that its request came from.

use std::collections::BTreeMap;
use std::sync::Arc;

use kassa_db::testing::Folder;
use kassa_eventlog::{EventLog, Stream};
use kassa_model::{Dialect, Event, Recorded, visitor_from};
use kassa_service::Metrics;
use serde_json::{Value, json};

use super::support::open_log;
use crate::outbox::{Relay, RelayOptions, Round, Wake};
use crate::testing::Bed;

/// What the log's stream of events says of stock: `Stock Out mug` each.
#[tokio::test(flavor = "multi_thread")]
async fn the_log_tells_what_sold_out_and_came_back() {
    for bed in Bed::each() {
        let folder = Folder::new();
        let log = open_log(folder.path());
        let ports = (bed.db.clone(), Arc::clone(&log) as Arc<dyn EventLog>);
        let options = RelayOptions { site: "ps5.test".to_owned(), ..RelayOptions::default() };
        let clock = Arc::clone(&bed.clock) as _;
        let mut relay = Relay::new(ports, clock, Wake::default(), options, &Metrics::new("t"));
        let price = json!({"amount_minor": 250, "currency": "EUR"});
        bed.send("POST /v1/products", json!({"sku": "mug", "name": "Mug", "price": price}), 201).await;
        bed.send("POST /v1/inventory/mug/receive", json!({"quantity": 3}), 200).await;
        let all = ordered(&bed, "k1", 3).await;
        // Another edit to what is there already, and a cancel.
        bed.send(&format!("PUT /v1/orders/{all}"), json!({"items": [{"sku": "mug", "quantity": 3}]}), 200)
            .await;
        bed.send(&format!("POST /v1/orders/{all}/cancel"), json!({}), 200).await;
        publish(&mut relay).await;
        let said: Vec<_> = log.events().await.into_iter().filter(|said| said.event.is_of_stock()).collect();
        let short = |said: &Recorded| {
            let Event { name, props, visitor, site, .. } = &said.event;
            assert_eq!((*visitor, said.visitor_today, site.as_str()), (None, 0, "ps5.test"), "{}", bed.name);
            format!("{name} {props}")
        };
        let expected = [
            r#"Stock Back {"on_hand":3,"sku":"mug"}"#,
            r#"Stock Out {"on_hand":0,"sku":"mug"}"#,
            r#"Stock Back {"on_hand":3,"sku":"mug"}"#,
        ];
        assert_eq!(said.iter().map(short).collect::<Vec<_>>(), expected, "{}", bed.name);
        assert_eq!(said[1].event.id, format!("order:out:{all}/1:mug"), "{}", bed.name);
    }
}

async fn publish(relay: &mut Relay) -> usize {
    let mut all = 0;
    loop {
        match relay.round().await.unwrap() {
            Round::Published(rows) => all += rows,
            Round::Idle => return all,
            Round::Standby => panic!("nobody else publishes"),
        }
    }
}

async fn ordered(bed: &Bed, key: &str, quantity: i64) -> String {
    let body = json!({"items": [{"sku": "mug", "quantity": quantity}],
        "context": {"anonymous_id": "a-1", "page": "https://shop.test/checkout"}});
    let header = format!("idempotency-key: {key}");
    let reply = bed.call("POST /v1/orders", &[&header], body.to_string()).await;
    assert_eq!(reply.status, 201, "{}: {}", bed.name, reply.text);
    reply.json()["id"].as_str().unwrap().to_owned()
}

async fn refund(bed: &Bed, order: &str, key: &str, body: Value) {
    let header = format!("idempotency-key: {key}");
    let reply = bed.call(&format!("POST /v1/orders/{order}/refunds"), &[&header], body.to_string()).await;
    assert!(reply.status < 300, "{}: {}", bed.name, reply.text);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_log_tells_what_the_orders_table_says() {
    for bed in Bed::each() {
        let folder = Folder::new();
        let log = open_log(folder.path());
        let ports = (bed.db.clone(), Arc::clone(&log) as Arc<dyn EventLog>);
        let clock = Arc::clone(&bed.clock) as _;
        let mut relay =
            Relay::new(ports, clock, Wake::default(), RelayOptions::default(), &Metrics::new("t"));
        bed.send(
            "POST /v1/products",
            json!({"sku": "mug", "name": "Mug", "price": {"amount_minor": 250, "currency": "EUR"}}),
            201,
        )
        .await;
        bed.send("POST /v1/inventory/mug/receive", json!({"quantity": 100}), 200).await;
        let (edited, refunded, cancelled) =
            (ordered(&bed, "k1", 2).await, ordered(&bed, "k2", 4).await, ordered(&bed, "k3", 1).await);
        publish(&mut relay).await;
        bed.send(&format!("PUT /v1/orders/{edited}"), json!({"items": [{"sku": "mug", "quantity": 5}]}), 200)
            .await;
        refund(&bed, &refunded, "r1", json!({"lines": [{"sku": "mug", "quantity": 1, "restock": true}]}))
            .await;
        refund(&bed, &refunded, "r2", json!({"amount_minor": 99})).await;
        bed.send(&format!("POST /v1/orders/{cancelled}/cancel"), json!({}), 200).await;
        publish(&mut relay).await;
        assert_eq!(super::support::unpublished(&bed.db).await, 0);

        let mut revenue: BTreeMap<String, i64> = BTreeMap::new();
        for recorded in log.money().await {
            let event = recorded.event;
            let order = event.order.clone().unwrap();
            assert_eq!((event.dialect, event.visitor), (Dialect::SHOP, Some(visitor_from("default", "a-1"))));
            assert_eq!(
                (event.host.as_deref(), event.path.as_deref()),
                (Some("shop.test"), Some("/checkout"))
            );
            assert!(
                recorded.placed_at.is_some() && event.id.starts_with(&format!("order:{}:", order.order_id))
            );
            *revenue.entry(order.order_id).or_default() += order.revenue_minor;
        }
        assert_eq!(
            log.revenue_by_id().await.len(),
            log.money().await.len(),
            "{}: nothing came twice",
            bed.name
        );
        let expected =
            [(edited.clone(), 1_250), (refunded.clone(), 1_000 - 250 - 99), (cancelled.clone(), 0)];
        assert_eq!(revenue, BTreeMap::from(expected), "{}", bed.name);
        let mut kinds: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for text in log.texts(Stream::Orders).await {
            let event: Value = serde_json::from_str(&text).unwrap();
            if event.get("order").is_none() {
                continue;
            }
            let text = |value: &Value| value.as_str().unwrap().to_owned();
            kinds.entry(text(&event["order"]["id"])).or_default().push(text(&event["type"]));
        }
        let kinds = |order: &String| kinds[order].join(" ");
        assert_eq!(kinds(&edited), "OrderConfirmed OrderEdited");
        assert_eq!(kinds(&refunded), "OrderConfirmed OrderRefunded OrderRefunded");
        assert_eq!(kinds(&cancelled), "OrderConfirmed OrderCancelled");
    }
}
