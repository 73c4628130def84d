//! Products and demand over HTTP, with the revenue that was lost worked out by hand.

use axum::body::Body;
use axum::http::Request;
use kassa_model::{Dialect, Event, STOCK_BACK, STOCK_OUT};
use serde_json::{Value, json};

use super::support::{Answer, KEY_SHOP, World, event, money};

/// `POST path`.
async fn ask(world: &World, path: &str, body: Value) -> Answer {
    let request = Request::post(path).header("content-type", "application/json");
    world.send(request.body(Body::from(body.to_string())).unwrap()).await
}

async fn performance(world: &World, extra: Value) -> Value {
    let mut body = json!({"site_id": "shop", "date_range": "day"});
    for (name, value) in extra.as_object().unwrap() {
        body[name] = value.clone();
    }
    let answer = ask(world, "/v1/products/performance", body).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    answer.json()
}

fn looks(who: i64, name: &str, sku: &str, time: &str) -> Event {
    let props = json!({"sku": sku, "name": format!("A {sku}"), "category": "kitchen"});
    Event { props: props.to_string(), ..event(name, who, time) }
}

fn stock(name: &str, sku: &str, time: &str) -> Event {
    let props = json!({"sku": sku, "on_hand": 0}).to_string();
    Event { props, dialect: Dialect::SHOP, session: Some(0), ..event(name, 0, time) }
}

/// An order of so many units for so much; its category is the kitchen.
fn buys(order: i64, sku: &str, units: i64, minor: i64, time: &str) -> Event {
    let id = format!("o{order}");
    let mut bought = money((&id, "Order Completed", "confirmed"), order, time, &[(sku, units, minor)]);
    if let Some(order) = &mut bought.order {
        order.items[0].category = Some("kitchen".to_owned());
    }
    bought
}

/// ```text
/// mug  18 Nov: 60 viewers, 6 orders of 8 units for 12.00    sold out 20 Nov, 10:00: 10 viewers
/// cap  19 Nov: 20 viewers, 2 orders of 3 units for 3.00     sold out 20 Nov from 08:00 to 11:00: 4 viewers, one of them twice
/// tea  20 Nov: sold out at 09:00, 3 viewers; nothing is known of it, nor of its category
/// ```
/// And before the 28 days that end with 20 November a hundred saw the mug and 50 bought it.
fn story() -> Vec<Event> {
    let mut story = Vec::new();
    let viewed = "Product Viewed";
    story.extend((1_000..1_100).map(|who| looks(who, viewed, "mug", "2026-10-23T23:00:00Z")));
    story.extend((1_000..1_050).map(|who| buys(who, "mug", 1, 9_999, "2026-10-23T23:30:00Z")));
    story.extend((100..160).map(|who| looks(who, viewed, "mug", "2026-11-18T10:00:00Z")));
    story.extend((100..104).map(|who| buys(who, "mug", 1, 150, "2026-11-18T10:05:00Z")));
    story.extend((104..106).map(|who| buys(who, "mug", 2, 300, "2026-11-18T10:06:00Z")));
    story.extend((200..220).map(|who| looks(who, viewed, "cap", "2026-11-19T10:00:00Z")));
    story.push(buys(200, "cap", 2, 200, "2026-11-19T10:05:00Z"));
    story.push(buys(201, "cap", 1, 100, "2026-11-19T10:06:00Z"));
    story.push(stock(STOCK_OUT, "cap", "2026-11-20T08:00:00Z"));
    story.extend((300..304).map(|who| looks(who, viewed, "cap", "2026-11-20T08:30:00Z")));
    story.push(looks(300, viewed, "cap", "2026-11-20T08:31:00Z"));
    story.push(stock(STOCK_OUT, "tea", "2026-11-20T09:00:00Z"));
    let tea = |who| Event {
        props: r#"{"sku":"tea"}"#.to_owned(),
        ..looks(who, viewed, "tea", "2026-11-20T09:30:00Z")
    };
    story.extend((400..403).map(tea));
    story.push(stock(STOCK_OUT, "mug", "2026-11-20T10:00:00Z"));
    story.extend((500..510).map(|who| looks(who, viewed, "mug", "2026-11-20T10:30:00Z")));
    story.push(stock(STOCK_BACK, "cap", "2026-11-20T11:00:00Z"));
    story.push(looks(304, "Product Added", "cap", "2026-11-20T11:30:00Z"));
    story
}

#[tokio::test]
async fn lost_revenue_is_the_hand_count() {
    let world = World::open();
    world.seed(story()).await;
    let answer = performance(&world, json!({"order_by": [["lost_revenue", "desc"]]})).await;
    let eur = |minor: i64| json!({"amount_minor": minor, "currency": "EUR"});
    let row = |sku: &str, name: Value, category: Value, counts: [i64; 4], hours: f64, lost: i64| {
        let [views, viewers, adds, viewers_out] = counts;
        json!({"sku": sku, "name": name, "category": category, "views": views, "viewers": viewers, "adds": adds,
            "orders": 0, "units": 0, "net": eur(0), "conversion_rate": 0, "hours_sold_out": hours,
            "views_sold_out": views, "viewers_sold_out": viewers_out, "lost_revenue": eur(lost)})
    };
    let expected = json!([
        // 10 viewers × 6 orders ÷ 60 viewers × 12.00 ÷ 8 units = 1.50; sold out for 2 h 30 s.
        row("mug", json!("The mug"), json!("kitchen"), [10, 10, 0, 10], 2.0, 150),
        // 4 viewers × (2 orders + 30 × 8 ÷ 80) ÷ 50 × 3.00 ÷ 3 units = 4 × 0.1 × 1.00.
        row("cap", json!("The cap"), json!("kitchen"), [5, 4, 1, 4], 3.0, 40),
        row("tea", Value::Null, Value::Null, [3, 3, 0, 3], 3.0, 0),
    ]);
    let mut found = answer["results"].clone();
    for row in found.as_array_mut().unwrap() {
        row["hours_sold_out"] = json!(row["hours_sold_out"].as_f64().unwrap());
    }
    assert_eq!(found, expected);
    let totals = json!({"views": 18, "adds": 1, "units": 0, "net": eur(0), "views_sold_out": 18, "lost_revenue": eur(190)});
    assert_eq!((&answer["totals"], &answer["meta"]), (&totals, &json!({"total_rows": 3})));
    assert_eq!(
        answer["query"]["date_range"],
        json!(["2026-11-20T00:00:00+00:00", "2026-11-21T00:00:00+00:00"])
    );
    // The same by days: 26 hours of the mug in half a week lose nothing more.
    let week = performance(&world, json!({"date_range": "7d", "search": "MUG"})).await;
    let mug = &week["results"][0];
    assert_eq!(
        (&mug["views"], &mug["viewers"], &mug["orders"], &mug["units"]),
        (&json!(70), &json!(70), &json!(6), &json!(8))
    );
    assert_eq!((&mug["net"], &mug["conversion_rate"]), (&eur(1_200), &json!(8.6)), "6 of 70 viewers");
    assert_eq!((&mug["lost_revenue"], week["results"].as_array().unwrap().len()), (&eur(150), 1));
    // Asked again as it was understood, it is the same.
    let again = ask(&world, "/v1/products/performance", week["query"].clone()).await.json();
    assert_eq!(again, week);
    // By category.
    let groups =
        performance(&world, json!({"group_by": "category", "order_by": [["category", "desc"]]})).await;
    let lost: Vec<_> = groups["results"]
        .as_array()
        .unwrap()
        .iter()
        .map(|row| (&row["category"], &row["lost_revenue"]))
        .collect();
    assert_eq!(lost, [(&json!("kitchen"), &eur(190)), (&Value::Null, &eur(0))]);
    // A range that begins in the middle of a day counts those who came in it.
    let late = json!({"date_range": ["2026-11-20T08:30:30Z", "2026-11-20T12:00:00Z"], "search": "cap"});
    let late = performance(&world, late).await;
    assert_eq!((&late["results"][0]["views"], &late["results"][0]["lost_revenue"]), (&json!(1), &eur(10)));
}

/// As a sequence of `[sku, views, orders, net, hours sold out]`.
fn shown(answer: &Value) -> Value {
    let rows = answer["results"].as_array().unwrap().iter();
    rows.map(|row| {
        let of = ["sku", "views", "orders", "net", "hours_sold_out"].map(|name| &row[name]);
        json!([of[0], of[1], of[2], of[3]["amount_minor"], of[4]])
    })
    .collect()
}

/// Two visits from two sources, an order, and something that is sold out; in Berlin one more view and one more order.
async fn visited() -> World {
    let from = |source: &str, event: Event| Event {
        path: Some("/p".to_owned()),
        source: Some(source.to_owned()),
        ..event
    };
    let search = |who: i64, time: &str| Event {
        props: r#"{"query":"mug","results":2}"#.to_owned(),
        ..event("Products Searched", who, time)
    };
    let of_berlin =
        |event: Event| Event { site: "berlin".to_owned(), id: format!("berlin {}", event.id), ..event };
    let world = World::open();
    world
        .seed(vec![
            stock(STOCK_OUT, "tea", "2026-11-20T09:00:00Z"),
            from("a", search(1, "2026-11-20T09:59:00Z")),
            from("a", looks(1, "Product Viewed", "mug", "2026-11-20T10:00:00Z")),
            buys(1, "mug", 2, 500, "2026-11-20T10:05:00Z"),
            from("b", search(2, "2026-11-20T10:00:30Z")),
            from("b", looks(2, "Product Viewed", "mug", "2026-11-20T10:01:00Z")),
            from("b", looks(2, "Product Viewed", "=cap", "2026-11-20T10:02:00Z")),
            of_berlin(from("b", looks(1, "Product Viewed", "mug", "2026-11-19T23:30:00Z"))),
            of_berlin(buys(3, "mug", 1, 200, "2026-11-20T10:05:00Z")),
        ])
        .await;
    world
}

#[tokio::test]
async fn filters_and_sites_are_those_of_a_query() {
    let world = visited().await;
    let check = async |extra: Value, expected: Value| {
        let answer = performance(&world, extra.clone()).await;
        assert_eq!(shown(&answer), expected, "{extra}");
        assert_eq!(performance(&world, answer["query"].clone()).await, answer, "{extra}");
    };
    let all = json!([["mug", 2, 1, 500, 0], ["=cap", 1, 0, 0, 0], ["tea", 0, 0, 0, 3]]);
    let mut found = shown(&performance(&world, json!({})).await);
    found[2][4] = json!(found[2][4].as_f64().unwrap().round() as i64);
    assert_eq!(found, all);
    let filtered = |filter: Value| json!({"filters": [filter]});
    check(filtered(json!(["is", "visit:source", ["a"]])), json!([["mug", 1, 1, 500, 0]])).await;
    let other = json!([["=cap", 1, 0, null, 0], ["mug", 1, 0, null, 0]]);
    check(filtered(json!(["is_not", "visit:source", ["a"]])), other).await;
    check(filtered(json!(["is", "item:sku", ["=cap"]])), json!([["=cap", 1, 0, null, 0]])).await;
    check(filtered(json!(["is", "event:props:name", ["A mug"]])), json!([["mug", 2, 0, null, 0]])).await;
    // In Berlin it was the next day.
    let both = json!({"site_id": ["shop", "berlin"], "filters": [["is", "item:sku", ["mug"]]]});
    check(both.clone(), json!([["mug", 2, 2, 700, 0]])).await;
    let mut there = both;
    there["timezone"] = json!("Europe/Berlin");
    check(there, json!([["mug", 3, 2, 700, 0]])).await;
    let refused = async |path: &str, filter: Value| {
        let body = json!({"site_id": "shop", "date_range": "day", "filters": [filter]});
        let answer = ask(&world, path, body).await;
        assert_eq!(answer.status, 400, "{filter}: {}", answer.text);
    };
    for field in ["visit:exit_page", "product:name", "order:currency"] {
        refused("/v1/products/performance", json!(["is", field, ["a"]])).await;
        refused("/v1/demand", json!(["is", field, ["a"]])).await;
    }
    let of_a = json!({"site_id": "shop", "date_range": "day", "filters": [["is", "visit:source", ["a"]]]});
    let demand = ask(&world, "/v1/demand", of_a).await.json();
    let term = json!([{"term": "mug", "searches": 1, "without_result": 0, "without_click": 0}]);
    assert_eq!((&demand["searches"]["results"], &demand["sold_out"]["total_rows"]), (&term, &json!(0)));
    let body = json!({"site_id": ["shop", "nowhere"], "date_range": "day"});
    assert_eq!(ask(&world, "/v1/demand", body).await.status, 404);
}

#[tokio::test]
async fn rows_are_a_file_where_that_is_asked_for() {
    let world = visited().await;
    let body = json!({"site_id": "shop", "date_range": "day", "format": "csv", "filters": [["is", "visit:source", ["a", "b"]]]});
    let file = ask(&world, "/v1/products/performance", body.clone()).await;
    assert_eq!(file.headers["content-type"], "text/csv; charset=utf-8; header=present");
    let name = "attachment; filename=\"kassa-shop-products-2026-11-20.csv\"";
    assert_eq!(file.headers["content-disposition"], name);
    let expected = [
        "sku,name,category,views,viewers,adds,orders,units,conversion_rate,hours_sold_out,views_sold_out,viewers_sold_out,net,\
         lost_revenue,currency",
        "mug,The mug,kitchen,2,2,0,1,2,50,0,0,0,5,0,EUR",
        "'=cap,A =cap,kitchen,1,1,0,0,0,0,0,0,0,0,0,EUR",
        "",
    ];
    assert_eq!(file.text, expected.join("\r\n"));
    let file = ask(&world, "/v1/demand", body).await;
    assert_eq!(file.text, "term,searches,without_result,without_click\r\nmug,2,0,0\r\n");
    let request = Request::post("/v1/demand").header("accept", "text/csv");
    let body = json!({"site_id": "shop", "date_range": "day"}).to_string();
    let file = world.send(request.body(Body::from(body)).unwrap()).await;
    assert!(file.text.starts_with("term,"), "{}", file.text);
}

#[tokio::test]
async fn demand_is_what_was_looked_for() {
    let world = World::open();
    world.seed(story()).await;
    let search = |who: i64, query: &str, results: i64, time: &str| Event {
        props: json!({"query": query, "results": results}).to_string(),
        ..event("Products Searched", who, time)
    };
    world
        .seed(vec![
            search(1, "Tea Pot", 0, "2026-11-20T10:00:00Z"),
            search(2, " tea  pot", 0, "2026-11-20T10:00:00Z"),
            search(1, "mug", 3, "2026-11-20T10:01:00Z"),
            looks(1, "Product Clicked", "mug", "2026-11-20T10:02:00Z"),
            search(1, "mug", 3, "2026-11-19T10:01:00Z"),
        ])
        .await;
    let answer = ask(&world, "/v1/demand", json!({"site_id": "shop", "date_range": "day"})).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    let answer = answer.json();
    let searches = json!({
        "results": [
            {"term": "tea pot", "searches": 2, "without_result": 2, "without_click": 2},
            {"term": "mug", "searches": 1, "without_result": 0, "without_click": 0},
        ],
        "total_rows": 2,
        "totals": {"searches": 3, "without_result": 2, "without_click": 2},
    });
    assert_eq!(answer["searches"], searches);
    let sold_out: Vec<_> = answer["sold_out"]["results"]
        .as_array()
        .unwrap()
        .iter()
        .map(|row| {
            (row["sku"].as_str().unwrap(), row["viewers"].as_i64().unwrap(), row["views"].as_i64().unwrap())
        })
        .collect();
    assert_eq!(sold_out, [("mug", 10, 10), ("cap", 4, 5), ("tea", 3, 3)]);
    let by_term = json!({"site_id": "shop", "date_range": "day", "order_by": [["term", "asc"]],
        "pagination": {"limit": 1, "offset": 0}});
    let by_term = ask(&world, "/v1/demand", by_term).await.json();
    assert_eq!(by_term["searches"]["results"][0]["term"], "mug");
    assert_eq!(by_term["meta"], json!({"total_rows": 2}));
}

#[tokio::test]
async fn what_cannot_be_understood_is_said() {
    let world = World::open();
    let check = async |path: &str, extra: Value, says: &str| {
        let mut body = json!({"site_id": "shop", "date_range": "day"});
        for (name, value) in extra.as_object().unwrap() {
            body[name] = value.clone();
        }
        let answer = ask(&world, path, body.clone()).await;
        assert_eq!(answer.status, 400, "{body}: {}", answer.text);
        assert!(answer.text.contains(says), "{body}: {}", answer.text);
    };
    let products = "/v1/products/performance";
    check(products, json!({"group_by": "size"}), "category").await;
    check(products, json!({"order_by": [["profit", "desc"]]}), "lost_revenue").await;
    check(products, json!({"order_by": [["views", "down"]]}), "asc").await;
    check(products, json!({"order_by": [["views", "asc"], ["views", "asc"]]}), "twice").await;
    check(products, json!({"currency": "euro"}), "ISO 4217").await;
    check(products, json!({"include": {"robots": true}}), "bots").await;
    check(products, json!({"date_range": "3000d"}), "970 days").await;
    check(products, json!({"metrics": ["views"]}), "group_by").await;
    check("/v1/demand", json!({"group_by": "sku"}), "order_by").await;
    check("/v1/demand", json!({"order_by": [["views", "asc"]]}), "without_click").await;
    // Two currencies.
    let mut dollars =
        money(("o9", "Order Completed", "confirmed"), 9, "2026-11-20T10:00:00Z", &[("mug", 1, 5)]);
    if let Some(order) = &mut dollars.order {
        order.currency = "USD".to_owned();
    }
    world.seed(vec![dollars]).await;
    world.seed(story()).await;
    check(products, json!({}), "EUR, USD").await;
    let one = performance(&world, json!({"currency": "USD", "search": "mug"})).await;
    assert_eq!(one["results"][0]["net"], json!({"amount_minor": 5, "currency": "USD"}));
}

#[tokio::test]
async fn only_who_may_read_the_site_may_ask() {
    let world = World::closed();
    for path in ["/v1/products/performance", "/v1/demand"] {
        for (site, key, expected) in
            [("shop", None, 401), ("shop", Some(KEY_SHOP), 200), ("berlin", Some(KEY_SHOP), 404)]
        {
            let mut request = Request::post(path).header("content-type", "application/json");
            if let Some(key) = key {
                request = request.header("authorization", format!("Bearer {key}"));
            }
            let body = json!({"site_id": site, "date_range": "day"}).to_string();
            let answer = world.send(request.body(Body::from(body)).unwrap()).await;
            assert_eq!(answer.status, expected, "{path} {site} {key:?}: {}", answer.text);
        }
    }
}
