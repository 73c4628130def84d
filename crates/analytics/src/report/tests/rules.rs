//! Rules that act on the past: what they change, what never changes, and that without them all is as it was.

use kassa_model::Event;
use serde_json::{Value, json};

use super::random::{Random, cases, query, random_event};
use super::support::{Answer, KEY_ADMIN, KEY_ALL, World, event, money, view};

async fn admin(world: &World, line: &str, body: Value) -> Answer {
    world.call(line, KEY_ADMIN, body).await
}

async fn made(world: &World, rule: Value) -> Value {
    let mut body = json!({"site_id": "shop", "name": "a rule"});
    body.as_object_mut().unwrap().extend(rule.as_object().unwrap().clone());
    let answer = admin(world, "POST /v1/rules", body).await;
    assert_eq!(answer.status, 201, "{}", answer.text);
    answer.json()
}

async fn rows(world: &World, extra: Value) -> Value {
    let mut query = json!({"site_id": "shop", "date_range": "7d", "metrics": ["pageviews"]});
    query.as_object_mut().unwrap().extend(extra.as_object().unwrap().clone());
    let answer = world.call("POST /v1/query", KEY_ALL, query.clone()).await;
    assert_eq!(answer.status, 200, "{query}: {}", answer.text);
    let row = |row: &Value| json!([row["dimensions"], row["metrics"]]);
    answer.json()["results"].as_array().unwrap().iter().map(row).collect()
}

fn path(pattern: &str) -> Value {
    json!({"path": {"pattern": pattern}})
}

fn exclude(filters: Value) -> Value {
    json!({"exclude": {"filters": filters}})
}

async fn seeded() -> World {
    let world = World::closed().keeping();
    world
        .seed(vec![
            view("/order/7", 1, "2026-11-19T10:00:00Z"),
            view("/order/8?tab=2", 1, "2026-11-19T10:01:00Z"),
            view("/order/7/edit", 2, "2026-11-19T10:02:00Z"),
            view("/test/a", 3, "2026-11-19T10:03:00Z"),
            money(("o1", "Order Completed", "confirmed"), 3, "2026-11-19T10:04:00Z", &[("mug", 1, 900)]),
        ])
        .await;
    world
}

#[tokio::test]
async fn paths_are_shown_as_one_and_as_they_were() {
    let world = seeded().await;
    let by_page = || rows(&world, json!({"dimensions": ["event:page"]}));
    let before = by_page().await;
    let rule = made(&world, path("/order/:id")).await;
    let orders = json!([[["/order/:id"], [2]], [["/order/7/edit"], [1]], [["/test/a"], [1]]]);
    assert_eq!(by_page().await, orders);
    // Filters and entry pages go by what is shown.
    assert_eq!(
        rows(&world, json!({"filters": [["is", "event:page", ["/order/:id"]]]})).await,
        json!([[[], [2]]])
    );
    let entries =
        json!({"dimensions": ["visit:entry_page"], "metrics": ["visits"], "pagination": {"limit": 1}});
    assert_eq!(rows(&world, entries).await, json!([[["/order/7/edit"], [1]]]));
    let one = format!("/v1/rules/{}", rule["id"].as_str().unwrap());
    let mut off = json!({"name": "a rule", "enabled": false});
    off["path"] = rule["path"].clone();
    assert_eq!(admin(&world, &format!("PUT {one}"), off).await.status, 200);
    assert_eq!(by_page().await, before, "disabled");
    assert_eq!(admin(&world, &format!("DELETE {one}"), json!({})).await.status, 204);
    assert_eq!(by_page().await, before, "removed");
}

#[tokio::test]
async fn the_first_rule_that_covers_a_path_has_it() {
    let world = seeded().await;
    made(&world, json!({"position": 2, "path": {"pattern": "/order/*"}})).await;
    made(&world, json!({"position": 1, "path": {"pattern": "/order/:id", "as": "/order/…"}})).await;
    let found = rows(&world, json!({"dimensions": ["event:page"]})).await;
    assert_eq!(found, json!([[["/order/…"], [2]], [["/order/*"], [1]], [["/test/a"], [1]]]));
    let listed = world.call("GET /v1/rules?site_id=shop", KEY_ALL, json!({})).await.json();
    let positions: Vec<&Value> =
        listed["results"].as_array().unwrap().iter().map(|rule| &rule["position"]).collect();
    assert_eq!(positions, [1, 2]);
}

#[tokio::test]
async fn what_is_left_out_counts_nowhere_and_money_stays() {
    let world = seeded().await;
    let money = json!({"metrics": ["orders", "revenue"]});
    let revenue = rows(&world, money.clone()).await;
    let rule = made(&world, exclude(json!([["contains", "event:page", ["/test"]]]))).await;
    let all = json!({"metrics": ["visitors", "visits", "pageviews"]});
    assert_eq!(rows(&world, all.clone()).await, json!([[[], [2, 2, 3]]]));
    assert_eq!(rows(&world, money).await, revenue);
    let live = world.get_with_key("/v1/realtime?site_id=shop", KEY_ALL).await;
    assert_eq!(live.status, 200);
    let one = format!("DELETE /v1/rules/{}", rule["id"].as_str().unwrap());
    assert_eq!(admin(&world, &one, json!({})).await.status, 204);
    assert_eq!(rows(&world, all).await, json!([[[], [3, 3, 4]]]));
}

/// Products and demand follow visitors' events, so rules hold for them, too.
#[tokio::test]
async fn what_is_left_out_is_no_view_and_no_search() {
    let world = seeded().await;
    let of_test = |name: &str, props: Value| Event {
        props: props.to_string(),
        path: Some("/test/a".to_owned()),
        ..event(name, 3, "2026-11-19T10:05:00Z")
    };
    world
        .seed(vec![
            of_test("Product Viewed", json!({"sku": "mug"})),
            of_test("Products Searched", json!({"query": "mug", "results": 0})),
        ])
        .await;
    let counts = async || {
        let body = json!({"site_id": "shop", "date_range": "7d"});
        let products = world.call("POST /v1/products/performance", KEY_ALL, body.clone()).await.json();
        let demand = world.call("POST /v1/demand", KEY_ALL, body).await.json();
        let mug = &products["results"][0];
        json!([mug["views"], mug["orders"], demand["searches"]["totals"]["searches"]])
    };
    assert_eq!(counts().await, json!([1, 1, 1]));
    let rule = made(&world, exclude(json!([["contains", "event:page", ["/test"]]]))).await;
    assert_eq!(counts().await, json!([0, 1, 0]));
    let one = format!("DELETE /v1/rules/{}", rule["id"].as_str().unwrap());
    assert_eq!(admin(&world, &one, json!({})).await.status, 204);
    assert_eq!(counts().await, json!([1, 1, 1]));
}

#[tokio::test]
async fn a_preview_changes_nothing_and_tells_what_would() {
    let world = seeded().await;
    let rules = json!([
        path("/order/:id"),
        path("/nowhere/*"),
        exclude(json!([["contains", "event:page", ["/test"]]]))
    ]);
    let body = json!({"site_id": "shop", "date_range": "7d", "rules": rules});
    let answer = admin(&world, "POST /v1/rules/preview", body).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    let revenue = json!([{"amount_minor": 900, "currency": "EUR"}]);
    let found = answer.json();
    let counted = |visits: u64, views: u64| json!({"visitors": visits, "visits": visits, "pageviews": views, "events": views, "orders": 1, "revenue": revenue});
    assert_eq!(found["before"], counted(3, 4));
    assert_eq!(found["after"], counted(2, 3));
    assert_eq!(
        found["paths"],
        json!([
            {"path": "/order/:id", "pages": 2, "pageviews": 2},
            {"path": "/nowhere/*", "pages": 0, "pageviews": 0},
        ])
    );
    assert_eq!(rows(&world, json!({})).await, json!([[[], [4]]]));
}

#[tokio::test]
async fn what_is_no_rule_is_refused() {
    let world = World::closed().keeping();
    let check = async |rule: Value, said: &str| {
        let mut body = json!({"site_id": "shop", "name": "a"});
        body.as_object_mut().unwrap().extend(rule.as_object().unwrap().clone());
        let answer = admin(&world, "POST /v1/rules", body).await;
        assert_eq!(answer.status, 400, "{rule}: {}", answer.text);
        assert!(answer.text.contains(said), "{rule}: {}", answer.text);
    };
    check(json!({}), "either").await;
    check(json!({"path": {"pattern": "/a"}, "exclude": {"filters": []}}), "either").await;
    check(path("order"), "no slash").await;
    check(json!({"path": {"patern": "/a"}}), "pattern").await;
    check(exclude(json!([])), "at least one").await;
    check(exclude(json!([["is", "visit:exit_page", ["/a"]]])), "exit page").await;
    check(exclude(json!([["is", "order:status", ["confirmed"]]])), "money").await;
    made(&world, exclude(json!([["matches", "event:page", ["^/a"]]]))).await;
    // Together they would cost too much.
    check(exclude(json!([["matches", "event:page", ["^/b"]]])), "together").await;
    let off = json!({"enabled": false, "exclude": {"filters": [["matches", "event:page", ["^/b"]]]}});
    made(&world, off).await;
}

#[tokio::test]
async fn rules_that_come_and_go_leave_the_same_answers() {
    let count = cases(2_000);
    let mut random = Random::new("rules_come_and_go", count);
    let world = World::closed().keeping();
    world.seed((0..150).map(|number| random_event(&mut random, number)).collect()).await;
    let queries: Vec<Value> = (0..count / 4 + 1).map(|_| query(&mut random)).collect();
    let all = async || {
        let mut answers = Vec::new();
        for query in &queries {
            let answer = world.call("POST /v1/query", KEY_ALL, query.clone()).await;
            let found = if answer.status == 200 { answer.json()["results"].clone() } else { Value::Null };
            answers.push(found);
        }
        answers
    };
    let before = all().await;
    let mut changed = 0;
    for rule in [path("/a"), path("/:any/b"), exclude(json!([["is", "visit:source", ["a"]]]))] {
        let rule = made(&world, rule).await;
        changed += u32::from(all().await != before);
        let one = format!("DELETE /v1/rules/{}", rule["id"].as_str().unwrap());
        assert_eq!(admin(&world, &one, json!({})).await.status, 204);
        assert_eq!(all().await, before);
    }
    assert!(changed > 0, "no rule changed anything");
}
