//! `POST /v1/funnel`: what is asked, what is answered, what is refused. Numbers are in the store's tests and the definitions.

use kassa_eventstore::journey::CHECKOUT_FAILED;
use kassa_model::{Dialect, Event};
use serde_json::{Value, json};

use super::support::{KEY_SHOP, World, event, money, view};

const ROUTE: &str = "/v1/funnel";

/// Anna buys after a refusal, Ben is refused, Cleo leaves, Dora comes yesterday and buys after the window.
async fn world() -> World {
    let world = World::open();
    let refused = |who: i64, time: &str, reason: &str| Event {
        dialect: Dialect::SHOP,
        props: json!({"reason": reason}).to_string(),
        ..event(CHECKOUT_FAILED, who, time)
    };
    let order = |id: &str, who: i64, time: &str| {
        money((id, "Order Completed", "confirmed"), who, time, &[("mug", 1, 1_000)])
    };
    world
        .seed(vec![
            view("/", 4, "2026-11-19T08:00:00Z"),
            view("/p/1", 4, "2026-11-19T08:00:30Z"),
            view("/", 1, "2026-11-20T09:00:00Z"),
            view("/p/1", 1, "2026-11-20T09:00:10Z"),
            refused(1, "2026-11-20T09:00:50Z", "sold_out"),
            order("a", 1, "2026-11-20T09:01:00Z"),
            view("/", 2, "2026-11-20T10:00:00Z"),
            view("/q/1", 2, "2026-11-20T10:00:20Z"),
            refused(2, "2026-11-20T10:01:00Z", "sold_out"),
            view("/", 3, "2026-11-20T11:00:00Z"),
            order("b", 4, "2026-11-20T11:30:00Z"),
        ])
        .await;
    world
}

fn asked(extra: Value) -> Value {
    let mut question = json!({"site_id": "shop", "date_range": "7d", "steps": [
        {"page": "/"}, {"page": ["contains", ["/p/", "/q/"]]}, {"event": "Order Completed", "name": "Bought"}]});
    for (name, value) in extra.as_object().unwrap() {
        question[name] = value.clone();
    }
    question
}

#[tokio::test]
async fn an_answer_has_every_step() {
    let world = world().await;
    let answer = world
        .ask(ROUTE, &asked(json!({"interval": "day", "date_range": ["2026-11-19", "2026-11-20"]})))
        .await;
    let euros = |amount: i64| json!({"amount_minor": amount, "currency": "EUR"});
    let expected = json!([
        {"step": 1, "name": "/", "visitors": 4, "from_first": 100, "from_previous": null, "drop": 0,
            "median_seconds": null, "average_seconds": null, "value": euros(1_000)},
        {"step": 2, "name": "contains /p/, /q/", "visitors": 3, "from_first": 75, "from_previous": 75, "drop": 1,
            "median_seconds": 20, "average_seconds": 20, "value": euros(1_000)},
        {"step": 3, "name": "Bought", "visitors": 1, "from_first": 25, "from_previous": 33.3, "drop": 2,
            "median_seconds": 50, "average_seconds": 50, "value": euros(1_000),
            "causes": [{"reason": "sold_out", "visitors": 1}, {"reason": "left", "visitors": 1}]},
    ]);
    assert_eq!(answer["results"], expected);
    let trend =
        json!([{"time": "2026-11-19", "visitors": [1, 1, 0]}, {"time": "2026-11-20", "visitors": [3, 2, 1]}]);
    assert_eq!(answer["trend"], trend);
    assert_eq!(answer["meta"], json!({"entered": 4, "completed": 1, "conversion_rate": 25}));
    // What was understood, asked again, is the same question.
    assert_eq!(world.ask(ROUTE, &answer["query"]).await, answer);
    let longer = world.ask(ROUTE, &asked(json!({"window": "2d"}))).await;
    assert_eq!(longer["meta"]["completed"], json!(2));
    assert_eq!(longer["query"]["window"], json!("2d"));
    assert!(longer.get("trend").is_none());
}

#[tokio::test]
async fn nobody_is_an_answer_too() {
    let world = World::open();
    let answer = world.ask(ROUTE, &asked(json!({"date_range": "all"}))).await;
    assert_eq!(answer["results"][2]["causes"], json!([{"reason": "left", "visitors": 0}]));
    assert_eq!(answer["results"][1]["from_first"], Value::Null);
    assert_eq!(answer["results"][0]["value"], json!({"amount_minor": 0, "currency": "USD"}));
    assert_eq!(answer["meta"], json!({"entered": 0, "completed": 0, "conversion_rate": null}));
}

#[tokio::test]
async fn beyond_twenty_reasons_the_rest_is_one() {
    let world = World::open();
    let mut events = Vec::new();
    for who in 1..=23 {
        events.push(view("/", who, "2026-11-20T09:00:00Z"));
        let refused = event(CHECKOUT_FAILED, who, "2026-11-20T09:01:00Z");
        let props = json!({"reason": format!("reason {who:02}")}).to_string();
        events.push(Event { dialect: Dialect::SHOP, props, ..refused });
    }
    world.seed(events).await;
    let steps = json!([{"page": "/"}, {"event": "Order Completed"}]);
    let answer = world.ask(ROUTE, &asked(json!({"steps": steps}))).await;
    let causes = answer["results"][1]["causes"].as_array().unwrap();
    assert_eq!(causes.len(), 22);
    assert_eq!(causes[0], json!({"reason": "reason 01", "visitors": 1}));
    assert_eq!(
        causes[20..],
        [json!({"reason": "(other)", "visitors": 3}), json!({"reason": "left", "visitors": 0})]
    );
    let all: u64 = causes.iter().map(|cause| cause["visitors"].as_u64().unwrap()).sum();
    assert_eq!(json!(all), answer["results"][1]["drop"]);
}

#[tokio::test]
async fn currencies_are_not_added() {
    let world = world().await;
    let mut dollars =
        money(("c", "Order Completed", "confirmed"), 3, "2026-11-20T11:00:30Z", &[("cap", 1, 500)]);
    dollars.order.as_mut().unwrap().currency = "USD".to_owned();
    world.seed(vec![dollars]).await;
    let answer = world.post_to(ROUTE, asked(json!({})).to_string()).await;
    assert_eq!((answer.status.as_u16(), &answer.json()["type"]), (400, &json!("/errors/mixed_currencies")));
    let answer = world.ask(ROUTE, &asked(json!({"currency": "usd"}))).await;
    assert_eq!(answer["results"][0]["value"], json!({"amount_minor": 500, "currency": "USD"}));
    assert_eq!(answer["query"]["currency"], json!("USD"));
}

#[tokio::test]
async fn what_cannot_be_asked() {
    let world = World::open();
    let refused = async |extra: Value, expected: &str| {
        let answer = world.post_to(ROUTE, asked(extra.clone()).to_string()).await;
        assert_eq!(answer.status, 400, "{extra}: {}", answer.text);
        let detail = answer.json()["detail"].as_str().unwrap().to_owned();
        assert!(detail.contains(expected), "{expected:?} is not in {detail:?}");
    };
    let with = |step: Value| json!({"steps": [{"page": "/"}, step]});
    refused(json!({"step": []}), "did you mean \"steps\"").await;
    refused(json!({"steps": [{"page": "/"}]}), "2 to 12 steps").await;
    refused(json!({"steps": vec![json!({"page": "/"}); 13]}), "2 to 12 steps").await;
    refused(with(json!({})), "one of page, event and filters").await;
    refused(with(json!({"page": "/", "event": "a"})), "one of page, event and filters").await;
    refused(with(json!({"pages": "/"})), "did you mean \"page\"").await;
    refused(with(json!({"page": ["begins", ["/"]]})), "unknown page operator").await;
    refused(with(json!({"page": ["matches", ["("]]})), "regular expression").await;
    refused(with(json!({"event": ""})), "1 to 255 bytes").await;
    refused(with(json!({"filters": []})), "at least one").await;
    refused(with(json!({"filters": [["is", "visit:exit_page", ["/"]]]})), "visit:exit_page").await;
    refused(with(json!({"filters": [["is", "product:sku", ["mug"]]]})), "products and orders").await;
    refused(json!({"window": "91d"}), "1m to 90d").await;
    refused(json!({"window": 24}), "must be a string").await;
    refused(json!({"interval": "minute"}), "known are hour, day, week, month").await;
    refused(json!({"interval": "hour", "date_range": "91d"}), "wider time dimension").await;
    refused(json!({"currency": "euro"}), "ISO 4217").await;
    refused(json!({"include": {"comparisons": {}}}), "known are bots").await;
    refused(json!({"date_range": "yesterday"}), "known are realtime").await;
}

#[tokio::test]
async fn who_may_ask() {
    for route in ["/v1/funnel", "/v1/retention", "/v1/paths"] {
        let world = World::closed();
        assert_eq!(world.post_to(route, "{}").await.status, 401, "{route}");
        let steps = if route == ROUTE { r#","steps":[{"page":"/"},{"page":"/a"}]"# } else { "" };
        let with_key = async |site: &str| {
            let request =
                axum::http::Request::post(route).header("authorization", format!("Bearer {KEY_SHOP}"));
            let body = format!(r#"{{"site_id":"{site}","date_range":"7d"{steps}}}"#);
            world.send(request.body(body.into()).unwrap()).await.status.as_u16()
        };
        assert_eq!(with_key("shop").await, 200, "{route}");
        assert_eq!(with_key("berlin").await, 404, "{route}");
        assert_eq!(with_key("nobody").await, 404, "{route}");
    }
}
