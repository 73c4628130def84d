//! What lies behind a row of a report: as much as the row says.

use std::collections::BTreeSet;

use axum::body::Body;
use axum::http::Request;
use kassa_model::Event;
use serde_json::{Value, json};

use super::support::{Answer, KEY_ALL, KEY_SHOP, World, event, money, view};

async fn send(world: &World, key: &str, query: &Value) -> Answer {
    let request = Request::post("/v1/query/rows").header("authorization", format!("Bearer {key}"));
    world.send(request.body(Body::from(query.to_string())).unwrap()).await
}

/// All pages, a few rows each.
async fn all(world: &World, mut query: Value) -> Vec<Value> {
    let mut rows = Vec::new();
    query["limit"] = json!(2);
    loop {
        let answer = send(world, KEY_ALL, &query).await;
        assert_eq!(answer.status, 200, "{query}: {}", answer.text);
        let page = answer.json();
        let results = page["results"].as_array().unwrap();
        assert!(
            results.len() <= 2 && (page["next_cursor"].is_null() || results.len() == 2),
            "{query}: {page}"
        );
        assert_eq!(page["not_counted"].is_null(), query["cursor"].is_string(), "{query}");
        rows.extend(results.iter().cloned());
        if page["next_cursor"].is_null() {
            break rows;
        }
        query["cursor"] = page["next_cursor"].clone();
    }
}

/// Five visits of three people and one bot over three days, two of them in one moment, and two orders.
async fn seeded() -> World {
    let world = World::open();
    let from = |source: &str, event: Event| Event { source: Some(source.to_owned()), ..event };
    let of = |session: i64, event: Event| Event {
        session: Some(session),
        id: format!("{} {session}", event.id),
        ..event
    };
    let events = vec![
        from("Google", view("/", 1, "2026-11-17T10:00:00Z")),
        view("/mugs", 1, "2026-11-17T10:01:00Z"),
        event("click", 1, "2026-11-17T10:02:00Z"),
        of(11, view("/mugs", 1, "2026-11-18T23:59:00Z")),
        of(11, view("/cart", 1, "2026-11-19T00:01:00Z")),
        from("Google", view("/", 2, "2026-11-18T10:00:00Z")),
        from("Bing", view("/", 3, "2026-11-18T10:00:00Z")),
        of(33, from("Bing", view("/mugs", 3, "2026-11-19T11:00:00Z"))),
        Event { bot: true, ..view("/", 4, "2026-11-18T12:00:00Z") },
        money(
            ("o-1", "Order Completed", "confirmed"),
            1,
            "2026-11-17T10:03:00Z",
            &[("mug", 2, 900), ("cap", 1, 500)],
        ),
        money(("o-1", "Order Refunded", "refunded"), 0, "2026-11-19T09:00:00Z", &[("mug", -1, -450)]),
        money(("o-2", "Order Completed", "confirmed"), 3, "2026-11-18T10:05:00Z", &[("mug", 1, 450)]),
    ];
    world.seed(events).await;
    world
}

fn number(value: &Value) -> i64 {
    value.as_i64().or_else(|| value["amount_minor"].as_i64()).unwrap_or_else(|| panic!("{value}"))
}

#[tokio::test]
async fn every_number_opens() {
    let world = seeded().await;
    let filters = [
        json!([]),
        json!([["is", "event:page", ["/mugs"]]]),
        json!([["is", "visit:source", ["Google", "Bing"]]]),
    ];
    let dimensions = [
        json!([]),
        json!(["event:page"]),
        json!(["visit:source"]),
        json!(["visit:exit_page"]),
        json!(["visit:channel", "visit:entry_page"]),
        json!(["time:day"]),
        json!(["time:hour", "visit:source"]),
    ];
    let mut opened = 0;
    for (filter, dimensions) in
        filters.iter().flat_map(|filter| dimensions.iter().map(move |by| (filter, by)))
    {
        for metric in ["events", "pageviews", "visitors", "visits", "revenue", "orders"] {
            let mut query = json!({"site_id": "shop", "date_range": "7d", "metrics": [metric],
                "dimensions": dimensions, "filters": filter});
            if metric == "pageviews" {
                query["filters"].as_array_mut().unwrap().push(json!(["is", "event:name", ["page_view"]]));
            }
            // Money has no page of its own.
            if ["revenue", "orders"].contains(&metric) && format!("{query}").contains("event:page") {
                continue;
            }
            let answer = world.query(query.clone()).await;
            for row in answer["results"].as_array().unwrap() {
                let mut asked = query.clone();
                asked["row"] = row["dimensions"].clone();
                let rows = all(&world, asked).await;
                let told = number(&row["metrics"][0]);
                let found = match metric {
                    "visitors" => {
                        rows.iter().map(|row| row["visitor"].to_string()).collect::<BTreeSet<_>>().len()
                            as i64
                    }
                    "revenue" => rows.iter().map(|row| number(&row["order"]["revenue"])).sum(),
                    "orders" => rows.iter().filter(|row| row["name"] == "Order Completed").count() as i64,
                    _ => rows.len() as i64,
                };
                assert_eq!(found, told, "{metric} of {row} in {query}: {rows:?}");
                opened += 1;
            }
        }
    }
    assert!(opened > 200, "{opened} rows");
}

#[tokio::test]
async fn visits_are_shown_whole() {
    let world = seeded().await;
    // Only one event fits, and the visit has two.
    let query = json!({"site_id": "shop", "date_range": "7d", "metrics": ["visits"], "dimensions": ["event:page"], "row": ["/cart"]});
    let found = all(&world, query).await;
    let expected = json!([{
        "session": format!("{:016x}", 11), "started_at": "2026-11-18T23:59:00Z", "entry_page": "/mugs", "exit_page": "/cart",
        "source": null, "channel": "Direct", "utm_campaign": null, "referrer": null, "country": null, "device": null,
        "browser": null, "os": null, "pageviews": 2, "duration_seconds": 120, "bounced": false,
    }]);
    assert_eq!(json!(found), expected);
    let times = all(&world, json!({"site_id": "shop", "date_range": "7d", "metrics": ["visits"]})).await;
    let times: Vec<&str> = times.iter().map(|visit| visit["started_at"].as_str().unwrap()).collect();
    let newest_first = [
        "2026-11-19T11:00:00Z",
        "2026-11-18T23:59:00Z",
        "2026-11-18T10:00:00Z",
        "2026-11-18T10:00:00Z",
        "2026-11-17T10:00:00Z",
    ];
    assert_eq!(times, newest_first);
}

#[tokio::test]
async fn lines_of_products_lead_to_their_orders_and_the_rest_is_told() {
    let world = seeded().await;
    let query = json!({"site_id": "shop", "date_range": "7d", "metrics": ["revenue"], "dimensions": ["product:sku"], "row": ["mug"]});
    let found = all(&world, query.clone()).await;
    let orders: Vec<_> = found.iter().map(|row| row["order"]["order_id"].as_str().unwrap()).collect();
    assert_eq!(orders, ["o-1", "o-2", "o-1"]);
    let answer = send(&world, KEY_ALL, &query).await.json();
    assert_eq!(answer["of"], "orders");
    assert_eq!(answer["not_counted"], json!([{"outcome": "bot", "country": null, "events": 1}]));
    assert_eq!(answer["date_range"], json!(["2026-11-14T00:00:00+00:00", "2026-11-21T00:00:00+00:00"]));
    let mut of_day = json!({"site_id": "shop", "date_range": "7d", "metrics": ["events"], "dimensions": ["time:day"], "row": ["2026-11-17"]});
    let answer = send(&world, KEY_ALL, &of_day).await.json();
    assert_eq!(answer["date_range"], json!(["2026-11-17T00:00:00+00:00", "2026-11-18T00:00:00+00:00"]));
    assert_eq!((&answer["of"], &answer["not_counted"]), (&json!("events"), &json!([])));
    of_day["of"] = json!("visits");
    assert_eq!(all(&world, of_day).await.len(), 1);
}

#[tokio::test]
async fn what_cannot_be_meant_is_refused() {
    let world = World::closed();
    let base = json!({"site_id": "shop", "metrics": ["events"], "date_range": "7d", "dimensions": ["event:page"], "row": ["/"]});
    let check = async |key: &str, more: Value, status: u16, says: &str| {
        let mut query = base.clone();
        query.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        let answer = send(&world, key, &query).await;
        assert_eq!(answer.status, status, "{query}: {}", answer.text);
        assert!(answer.text.contains(says), "{query}: {}", answer.text);
    };
    check(KEY_SHOP, json!({}), 200, "next_cursor").await;
    check(KEY_SHOP, json!({"site_id": "berlin"}), 404, "no site").await;
    check(KEY_ALL, json!({"row": []}), 400, "the dimensions: 1, not 0").await;
    check(KEY_ALL, json!({"row": [1]}), 400, "string").await;
    check(KEY_ALL, json!({"of": "sessions"}), 400, "known are events, visits, orders").await;
    check(KEY_ALL, json!({"limit": 1_001}), 400, "1 to 1000").await;
    check(KEY_ALL, json!({"limit": 101, "of": "visits"}), 400, "1 to 100").await;
    check(KEY_ALL, json!({"cursor": "x"}), 400, "next_cursor").await;
    check(KEY_ALL, json!({"cursor": "x", "of": "visits"}), 400, "next_cursor").await;
    check(KEY_ALL, json!({"dimensions": ["time:day"], "row": ["2026-11-01"]}), 400, "no bucket").await;
    check(
        KEY_ALL,
        json!({"dimensions": ["product:sku"], "metrics": ["units"], "of": "events"}),
        400,
        "money only",
    )
    .await;
    check(KEY_ALL, json!({"format": "csv"}), 400, "JSON").await;
}
