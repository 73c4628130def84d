//! Where an event or an order was counted, or why not.

use std::collections::BTreeMap;
use std::sync::Arc;

use async_trait::async_trait;
use kassa_eventstore::{Batch, DeadLetter, with_visits};
use kassa_model::{Dialect, Event, Reason, Rejected};
use serde_json::{Value, json};
use uuid::Uuid;

use super::super::options::ReportOptions;
use super::super::orders::OrderNumbers;
use super::support::{KEY_ADMIN, KEY_ALL, KEY_SHOP, World, event, money, view};

async fn seeded() -> World {
    let world = World::open();
    let named = |id: &str, event: Event| Event { id: id.to_owned(), ..event };
    let of_order = |name: &str, who: i64, time: &str, amount: i64| {
        named(
            &format!("order:o-1:{name}"),
            money(("o-1", name, "confirmed"), who, time, &[("mug", 1, amount)]),
        )
    };
    let events = vec![
        named("m-1", Event { source: Some("Google".to_owned()), ..view("/mugs", 1, "2026-11-18T23:50:00Z") }),
        named("m-2", event("click", 1, "2026-11-19T00:05:00Z")),
        named("m-3", Event { bot: true, ..view("/", 2, "2026-11-19T10:00:00Z") }),
        named("client:order:7", event("click", 0, "2026-11-19T10:01:00Z")),
        of_order("Order Completed", 1, "2026-11-19T00:10:00Z", 900),
        of_order("Order Refunded", 0, "2026-11-20T00:10:00Z", -200),
        named("m-1", Event { site: "berlin".to_owned(), ..view("/", 9, "2026-11-19T10:00:00Z") }),
    ];
    let letter = |offset: u64, original: &str| DeadLetter {
        offset,
        rejected: Rejected {
            id: format!("letter-{offset}"),
            site: "shop".to_owned(),
            received_at: "2026-11-20T10:00:00Z".parse().unwrap(),
            reason: Reason::InvalidTime,
            detail: "timestamp: yesterday".to_owned(),
            dialect: Dialect::named("flat"),
            original: original.to_owned(),
        },
    };
    let batch = Batch {
        log_id: Uuid::nil(),
        partition: 0,
        epoch: 1,
        from: 0,
        to: 20,
        rows: with_visits(0, events),
        rejected: vec![
            letter(10, r#"{"messageId":"m-4","timestamp":"yesterday"}"#),
            letter(11, r#"{"messageId":"m-45"}"#),
        ],
        counts: BTreeMap::new(),
        state: None,
    };
    world.store.insert(batch).await.unwrap();
    world
}

async fn find(world: &World, site: &str, id: &str) -> Value {
    let answer = world.get(&format!("/v1/where?site_id={site}&id={id}")).await;
    assert_eq!(answer.status, 200, "{id}: {}", answer.text);
    answer.json()
}

#[tokio::test]
async fn an_event_is_found_with_all_that_it_counts_in() {
    let world = seeded().await;
    let found = find(&world, "shop", "m-1").await;
    assert_eq!((&found["status"], &found["id"]), (&json!("counted"), &json!("m-1")));
    let [record] = found["records"].as_array().unwrap().as_slice() else { panic!("{found}") };
    assert_eq!(record["event"]["page"], "/mugs");
    assert_eq!((&record["day"], &record["visit_day"]), (&json!("2026-11-18"), &json!("2026-11-18")));
    let metrics = [
        "events",
        "pageviews",
        "visitors",
        "percentage",
        "visits",
        "views_per_visit",
        "bounce_rate",
        "visit_duration",
    ];
    assert_eq!(record["metrics"], json!(metrics));
    let dimensions = &record["dimensions"];
    assert_eq!(dimensions["event:page"], "/mugs");
    assert_eq!(
        (&dimensions["visit:source"], &dimensions["visit:country"]),
        (&json!("Google"), &json!("(none)"))
    );
    assert_eq!(dimensions["visit:channel"], "Organic Search");
    // After midnight, of a visit that began before.
    let found = find(&world, "shop", "m-2").await;
    let record = &found["records"][0];
    assert_eq!((&record["day"], &record["visit_day"]), (&json!("2026-11-19"), &json!("2026-11-18")));
    assert_eq!(record["metrics"][1], "visitors");
    // Days are those of the site.
    assert_eq!(find(&world, "berlin", "m-1").await["records"][0]["day"], "2026-11-19");
    // An id that is like the shop's own is found as it was sent, and without a visit it counts as an event alone.
    let found = find(&world, "shop", "order:7").await;
    assert_eq!(found["records"][0]["metrics"], json!(["events"]));
    assert_eq!(found["records"][0]["visit_day"], Value::Null);
}

#[tokio::test]
async fn what_was_not_counted_says_why() {
    let world = seeded().await;
    let status = async |id: &str| find(&world, "shop", id).await["status"].clone();
    assert_eq!(status("m-3").await, "bot");
    assert_eq!(status("m-9").await, "unknown");
    assert_eq!(status("letter-11").await, "rejected");
    let found = find(&world, "shop", "m-4").await;
    let letter = json!({"id": "letter-10", "received_at": "2026-11-20T10:00:00Z", "reason": "invalid_time"});
    assert_eq!((&found["status"], &found["rejected"]), (&json!("rejected"), &json!([letter])));
    assert_eq!(find(&world, "berlin", "m-4").await["status"], "unknown");
}

/// What a rule leaves out counts nowhere, and a page counts as what it is shown as.
#[tokio::test]
async fn rules_hold_for_where_it_counted() {
    let world = seeded().await.keeping();
    let rule = async |says: Value| {
        let mut body = json!({"site_id": "shop", "name": "a rule"});
        body.as_object_mut().unwrap().extend(says.as_object().unwrap().clone());
        let answer = world.call("POST /v1/rules", KEY_ADMIN, body).await;
        assert_eq!(answer.status, 201, "{}", answer.text);
    };
    rule(json!({"path": {"pattern": "/:page", "as": "/a page"}})).await;
    let found = find(&world, "shop", "m-1").await;
    let dimensions = &found["records"][0]["dimensions"];
    assert_eq!(
        (&dimensions["event:page"], &dimensions["visit:entry_page"], &found["status"]),
        (&json!("/a page"), &json!("/a page"), &json!("counted"))
    );
    assert_eq!(found["records"][0]["event"]["page"], "/mugs");
    rule(json!({"exclude": {"filters": [["is", "event:page", ["/mugs"]]]}})).await;
    let found = find(&world, "shop", "m-1").await;
    assert_eq!((&found["status"], &found["records"][0]["metrics"]), (&json!("excluded"), &json!([])));
    let status = async |id: &str| find(&world, "shop", id).await["status"].clone();
    assert_eq!([status("m-2").await, status("o-1").await], ["counted", "counted"]);
    assert_eq!([status("m-3").await, status("m-9").await], ["bot", "unknown"]);
}

#[tokio::test]
async fn an_order_is_found_by_its_records() {
    let world = seeded().await;
    let found = find(&world, "shop", "o-1").await;
    let [refunded, completed] = found["records"].as_array().unwrap().as_slice() else { panic!("{found}") };
    assert_eq!(
        completed["metrics"],
        json!(["revenue", "units", "orders", "average_order_value", "conversion_rate"])
    );
    assert_eq!(completed["dimensions"]["order:currency"], "EUR");
    assert_eq!(
        (&refunded["day"], &refunded["metrics"]),
        (&json!("2026-11-20"), &json!(["revenue", "units", "refunds"]))
    );
    // The metrics that are named have it.
    let day = json!(["2026-11-20", "2026-11-20"]);
    let asked = json!({"metrics": ["revenue", "units", "refunds"], "date_range": day});
    let amount = |minor: i64| json!({"amount_minor": minor, "currency": "EUR"});
    assert_eq!(world.rows(asked).await, json!([[amount(-200), 1, amount(200)]]));
}

/// The shop of `shop`, which has one order.
#[derive(Debug)]
struct OneOrder;

#[async_trait]
impl OrderNumbers for OneOrder {
    async fn id_of(&self, site: &str, number: i64) -> Result<Option<String>, String> {
        match (site, number) {
            ("shop", 1_042) => Ok(Some("o-1".to_owned())),
            (_, 13) => Err("the database is gone".to_owned()),
            _ => Ok(None),
        }
    }
}

#[tokio::test]
async fn an_order_is_found_by_its_number() {
    let orders: Arc<dyn OrderNumbers> = Arc::new(OneOrder);
    let world =
        seeded().await.with_options(ReportOptions { orders: Some(orders), ..ReportOptions::default() });
    let by_id = find(&world, "shop", "o-1").await["records"].clone();
    for number in ["1042", "%231042"] {
        let found = find(&world, "shop", number).await;
        assert_eq!((&found["status"], &found["records"]), (&json!("counted"), &by_id), "{number}");
    }
    let unknown =
        [("shop", "1043"), ("shop", "13"), ("shop", "-1042"), ("shop", "%2B1042"), ("berlin", "1042")];
    for (site, id) in unknown {
        assert_eq!(find(&world, site, id).await["status"], "unknown", "{site} {id}");
    }
    // Where nobody knows numbers it is an id as any other.
    assert_eq!(find(&seeded().await, "shop", "1042").await["status"], "unknown");
}

#[tokio::test]
async fn it_is_told_to_whom_may_read_the_site() {
    let world = World::closed();
    let check = async |query: &str, key: &str, status: u16| {
        assert_eq!(
            world.get_with_key(&format!("/v1/where{query}"), key).await.status,
            status,
            "{query} {key}"
        );
    };
    check("?site_id=shop&id=x", KEY_SHOP, 200).await;
    check("?site_id=berlin&id=x", KEY_SHOP, 404).await;
    check("?site_id=shop", KEY_ALL, 400).await;
    check("?site_id=shop&id=", KEY_ALL, 400).await;
    check("?site_id=shop&id=x&name=y", KEY_ALL, 400).await;
}
