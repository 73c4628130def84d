//! `POST /v1/retention` and `POST /v1/paths`: what is asked, what is answered, what is refused.

use kassa_model::Event;
use serde_json::{Value, json};

use super::support::{World, money, view};

fn with(base: Value, extra: Value) -> Value {
    let mut question = base;
    for (name, value) in extra.as_object().unwrap() {
        question[name] = value.clone();
    }
    question
}

fn retention(extra: Value) -> Value {
    with(json!({"site_id": "shop", "date_range": ["2026-11-09", "2026-11-20"], "period": "week"}), extra)
}

fn paths(extra: Value) -> Value {
    with(json!({"site_id": "shop", "date_range": "7d"}), extra)
}

async fn refused(world: &World, route: &str, question: Value, expected: &str) {
    let answer = world.post_to(route, question.to_string()).await;
    assert_eq!(answer.status, 400, "{question}: {}", answer.text);
    let detail = answer.json()["detail"].as_str().unwrap().to_owned();
    assert!(detail.contains(expected), "{expected:?} is not in {detail:?}");
}

#[tokio::test]
async fn cohorts_of_whole_weeks() {
    let world = World::open();
    world
        .seed(vec![
            view("/", 1, "2026-11-09T00:00:00Z"),
            view("/", 2, "2026-11-15T23:59:59Z"),
            view("/", 1, "2026-11-16T08:00:00Z"),
            view("/", 3, "2026-11-20T09:00:00Z"),
        ])
        .await;
    // From Wednesday to Thursday: the weeks of both are whole.
    let asked = retention(json!({"date_range": ["2026-11-11", "2026-11-19"]}));
    let answer = world.ask("/v1/retention", &asked).await;
    let expected = json!([
        {"period": "2026-11-09", "size": 2, "returned": [2, 1], "rates": [100, 50]},
        {"period": "2026-11-16", "size": 1, "returned": [1], "rates": [100]},
    ]);
    assert_eq!(answer["results"], expected);
    // The second week is not over: of it there is no average.
    assert_eq!(answer["averages"], json!([100, null]));
    assert_eq!(answer["meta"], json!({"partial_period": "2026-11-16"}));
    assert_eq!(
        answer["query"]["date_range"],
        json!(["2026-11-09T00:00:00+00:00", "2026-11-23T00:00:00+00:00"])
    );
    assert_eq!(world.ask("/v1/retention", &answer["query"]).await, answer);
    // What has not begun is not there.
    let answer =
        world.ask("/v1/retention", &retention(json!({"date_range": ["2026-11-09", "2026-12-09"]}))).await;
    assert_eq!(answer["results"].as_array().unwrap().len(), 2);
}

#[tokio::test]
async fn the_range_chooses_the_period() {
    let world = World::open();
    let check = async |range: Value, period: &str, periods: usize| {
        let asked = json!({"site_id": "berlin", "date_range": range});
        let answer = world.ask("/v1/retention", &asked).await;
        let found = answer["results"].as_array().unwrap().len();
        assert_eq!((answer["query"]["period"].as_str(), found), (Some(period), periods), "{range}");
    };
    check(json!("day"), "day", 1).await;
    check(json!("30d"), "day", 30).await;
    check(json!("31d"), "day", 31).await;
    check(json!("32d"), "week", 5).await;
    check(json!("12mo"), "month", 12).await;
    check(json!(["2026-06-01", "2026-11-20"]), "week", 25).await;
    // A day of 25 hours.
    check(json!(["2026-10-25", "2026-10-25"]), "day", 1).await;
    let many = json!({"site_id": "shop", "date_range": "36mo"});
    refused(&world, "/v1/retention", many, "at most 24 months").await;
    let days = retention(json!({"period": "day", "date_range": "91d"}));
    refused(&world, "/v1/retention", days, "at most 31 days").await;
    refused(&world, "/v1/retention", retention(json!({"period": "year"})), "known are day, week, month")
        .await;
    refused(&world, "/v1/retention", retention(json!({"of": "visits"})), "did you mean \"visitors\"").await;
    refused(&world, "/v1/retention", retention(json!({"currency": "EUR"})), "of customers").await;
    refused(&world, "/v1/retention", json!({"site_id": "shop", "date_range": [1, 2]}), "must be a string")
        .await;
}

#[tokio::test]
async fn customers_have_repeat_purchases_and_revenue() {
    let world = World::open();
    let order = |id: &str, who: i64, time: &str, cents: i64| {
        money((id, "Order Completed", "confirmed"), who, time, &[("mug", 1, cents)])
    };
    world
        .seed(vec![
            order("a", 1, "2026-11-10T09:00:00Z", 1_000),
            order("b", 1, "2026-11-17T09:00:00Z", 500),
            order("c", 2, "2026-11-11T09:00:00Z", 700),
            money(("c", "Order Refunded", "refunded"), 2, "2026-11-18T09:00:00Z", &[("mug", 0, -100)]),
        ])
        .await;
    let answer = world.ask("/v1/retention", &retention(json!({"of": "customers"}))).await;
    let euros = |amount: i64| json!({"amount_minor": amount, "currency": "EUR"});
    let expected = json!({"period": "2026-11-09", "size": 2, "returned": [2, 1], "rates": [100, 50],
        "repeat": {"customers": 1, "rate": 50}, "revenue": [euros(1_700), euros(400)]});
    assert_eq!(answer["results"][0], expected);
    let none = json!({"period": "2026-11-16", "size": 0, "returned": [0], "rates": [null],
        "repeat": {"customers": 0, "rate": null}, "revenue": [euros(0)]});
    assert_eq!(answer["results"][1], none);
    assert_eq!(world.ask("/v1/retention", &answer["query"]).await, answer);
    let mut dollars = order("d", 3, "2026-11-12T09:00:00Z", 5);
    dollars.order.as_mut().unwrap().currency = "USD".to_owned();
    world.seed(vec![dollars]).await;
    let answer = world.post_to("/v1/retention", retention(json!({"of": "customers"})).to_string()).await;
    assert_eq!(answer.json()["type"], json!("/errors/mixed_currencies"));
}

#[tokio::test]
async fn paths_are_shown_in_the_order_of_time() {
    let world = World::open();
    let order = money(("a", "Order Completed", "confirmed"), 1, "2026-11-20T09:03:00Z", &[("mug", 1, 1_000)]);
    world
        .seed(vec![
            view("/", 1, "2026-11-20T09:00:00Z"),
            view("/a", 1, "2026-11-20T09:01:00Z"),
            view("/pay", 1, "2026-11-20T09:02:00Z"),
            order,
            view("/pay", 2, "2026-11-20T10:00:00Z"),
            Event { path: Some("(other)".to_owned()), ..view("", 2, "2026-11-20T10:01:00Z") },
        ])
        .await;
    let answer = world.ask("/v1/paths", &paths(json!({"steps": 2}))).await;
    let node = |kind: &str, name: &str| json!({"kind": kind, "name": name, "visits": 1, "share": 50});
    let expected = json!([
        {"step": 1, "nodes": [node("page", "/"), node("page", "/pay")]},
        {"step": 2, "nodes": [node("page", "(other)"), node("page", "/a")]},
    ]);
    assert_eq!(answer["results"], expected);
    let edges =
        json!([{"step": 1, "from": 0, "to": 1, "visits": 1}, {"step": 1, "from": 1, "to": 0, "visits": 1}]);
    assert_eq!(answer["edges"], edges);
    assert_eq!(answer["meta"], json!({"visits": 2, "longer": 1}));
    assert_eq!(world.ask("/v1/paths", &answer["query"]).await, answer);
    let to = paths(json!({"to": {"event": "Order Completed"}, "steps": 3}));
    let answer = world.ask("/v1/paths", &to).await;
    let node = |kind: &str, name: &str| json!({"kind": kind, "name": name, "visits": 1, "share": 100});
    let expected = json!([
        {"step": -2, "nodes": [node("page", "/a")]},
        {"step": -1, "nodes": [node("page", "/pay")]},
        {"step": 0, "nodes": [node("event", "Order Completed")]},
    ]);
    assert_eq!(answer["results"], expected);
    let edges =
        json!([{"step": -2, "from": 0, "to": 0, "visits": 1}, {"step": -1, "from": 0, "to": 0, "visits": 1}]);
    assert_eq!(answer["edges"], edges);
    let answer = world.ask("/v1/paths", &paths(json!({"to": {"page": "/pay"}}))).await;
    let kinds: Vec<&Value> =
        answer["results"].as_array().unwrap().iter().map(|step| &step["nodes"][0]["kind"]).collect();
    assert_eq!(kinds, ["start", "page", "page", "page"]);
    assert_eq!(
        answer["results"][2]["nodes"][1],
        json!({"kind": "start", "name": "(start)", "visits": 1, "share": 50})
    );
}

#[tokio::test]
async fn paths_that_cannot_be_asked() {
    let world = World::open();
    let refuses =
        async |extra: Value, expected: &str| refused(&world, "/v1/paths", paths(extra), expected).await;
    refuses(json!({"steps": 1}), "from 2 to 20").await;
    refuses(json!({"steps": 21}), "from 2 to 20").await;
    refuses(json!({"nodes": 51}), "from 1 to 50").await;
    refuses(json!({"nodes": "9"}), "must be an integer").await;
    refuses(json!({"from": "/"}), "from must be an object").await;
    refuses(json!({"from": {"pages": "/"}}), "did you mean \"page\"").await;
    refuses(json!({"until": {"page": "/"}}), "unknown field").await;
}
