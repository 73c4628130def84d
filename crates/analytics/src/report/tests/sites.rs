//! Questions about several sites.

use axum::body::Body;
use axum::http::Request;
use kassa_model::Event;
use serde_json::{Value, json};

use super::support::{KEY_ALL, KEY_SHOP, World, money, view};

fn of(site: &str, event: Event) -> Event {
    Event { site: site.to_owned(), id: format!("{site} {}", event.id), ..event }
}

async fn seeded() -> World {
    let world = World::open();
    world
        .seed(vec![
            view("/", 1, "2026-11-18T10:00:00Z"),
            of("berlin", view("/", 2, "2026-11-18T23:30:00Z")),
            of("berlin", view("/b", 3, "2026-11-19T10:00:00Z")),
            of("paulo", view("/", 4, "2026-11-19T11:00:00Z")),
            of(
                "berlin",
                money(("o1", "Order Completed", "confirmed"), 0, "2026-11-19T12:00:00Z", &[("mug", 1, 900)]),
            ),
        ])
        .await;
    world
}

#[tokio::test]
async fn sites_are_counted_together_and_apart() {
    let world = seeded().await;
    let check = async |site_id: Value, more: Value, expected: Value| {
        let mut query = more.clone();
        query["site_id"] = site_id.clone();
        assert_eq!(world.rows(query).await, expected, "{site_id} {more}");
    };
    let by_site = |metrics: Value| json!({"metrics": metrics, "dimensions": ["event:site"]});
    check(json!(["shop", "berlin"]), json!({}), json!([[3]])).await;
    check(json!(["shop"]), json!({}), json!([[1]])).await;
    check(
        json!(["shop", "berlin", "paulo"]),
        by_site(json!(["visitors", "visits", "revenue"])),
        json!([
            ["berlin", 2, 2, {"amount_minor": 900, "currency": "EUR"}],
            ["paulo", 1, 1, {"amount_minor": 0, "currency": "EUR"}],
            ["shop", 1, 1, {"amount_minor": 0, "currency": "EUR"}],
        ]),
    )
    .await;
    check(
        json!(["shop", "berlin"]),
        by_site(json!(["bounce_rate"])),
        json!([["berlin", 100], ["shop", 100]]),
    )
    .await;
    let filtered = json!({"metrics": ["pageviews"], "filters": [["is_not", "event:site", ["shop"]]]});
    check(json!(["shop", "berlin"]), filtered, json!([[2]])).await;
    // A sparkline for each site.
    let days = json!({"dimensions": ["event:site", "time:day"], "date_range": ["2026-11-18", "2026-11-19"]});
    check(
        json!(["shop", "berlin"]),
        days.clone(),
        json!([["berlin", "2026-11-18", 1], ["shop", "2026-11-18", 1], ["berlin", "2026-11-19", 1]]),
    )
    .await;
    // Days are those of the first site: half past eleven is the next day in Berlin.
    check(
        json!(["berlin", "shop"]),
        days.clone(),
        json!([["shop", "2026-11-18", 1], ["berlin", "2026-11-19", 2]]),
    )
    .await;
    let mut in_berlin = days;
    in_berlin["timezone"] = json!("Europe/Berlin");
    check(
        json!(["shop", "berlin"]),
        in_berlin,
        json!([["shop", "2026-11-18", 1], ["berlin", "2026-11-19", 2]]),
    )
    .await;
    let all = world
        .query(json!({"site_id": ["paulo", "berlin"], "metrics": ["events"], "date_range": "all"}))
        .await;
    // The first event of any, by the clock of the first.
    assert_eq!(all["query"]["date_range"][0], "2026-11-18T00:00:00-03:00");
    assert_eq!(all["query"]["site_id"], json!(["paulo", "berlin"]));
    assert_eq!(all["results"][0]["metrics"], json!([3]));
}

/// Who is on two sites is one visitor.
#[tokio::test]
async fn visitors_are_followed_over_several_sites() {
    let world = seeded().await;
    world
        .seed(vec![
            view("/a", 5, "2026-11-19T10:00:00Z"),
            of("berlin", view("/b", 5, "2026-11-19T10:05:00Z")),
            view("/a", 6, "2026-11-19T11:00:00Z"),
        ])
        .await;
    let both = json!(["shop", "berlin"]);
    let steps = json!([{"page": "/a"}, {"page": "/b"}]);
    let funnel = async |site_id: &Value, more: Value| {
        let mut body = json!({"site_id": site_id, "date_range": "7d", "steps": steps});
        body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        let answer = world.ask("/v1/funnel", &body).await;
        assert_eq!(answer["query"]["site_id"], *site_id);
        assert_eq!(world.ask("/v1/funnel", &answer["query"]).await, answer);
        json!([answer["meta"]["entered"], answer["meta"]["completed"]])
    };
    assert_eq!(funnel(&json!("shop"), json!({})).await, json!([2, 0]));
    assert_eq!(funnel(&both, json!({})).await, json!([2, 1]));
    let on_shop = json!({"filters": [["is", "event:site", ["shop"]]], "timezone": "Europe/Berlin"});
    assert_eq!(funnel(&both, on_shop).await, json!([2, 1]), "filters are about the first step");
    let visits = async |site_id: Value| {
        let body = json!({"site_id": site_id, "date_range": "7d"});
        world.ask("/v1/paths", &body).await["meta"]["visits"].clone()
    };
    assert_eq!([visits(json!("shop")).await, visits(both.clone()).await], [json!(3), json!(6)]);
    // Days are those of the first site: half past eleven is the next day in Berlin.
    let sizes = async |site_id: &Value, more: Value| {
        let mut body =
            json!({"site_id": site_id, "date_range": ["2026-11-18", "2026-11-19"], "period": "day"});
        body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        let answer = world.ask("/v1/retention", &body).await;
        answer["results"].as_array().unwrap().iter().map(|row| row["size"].clone()).collect::<Value>()
    };
    assert_eq!(sizes(&both, json!({})).await, json!([2, 3]));
    assert_eq!(sizes(&json!(["berlin", "shop"]), json!({})).await, json!([1, 4]));
    assert_eq!(sizes(&both, json!({"timezone": "Europe/Berlin"})).await, json!([1, 4]));
    let body = json!({"site_id": ["shop", "nowhere"], "date_range": "7d", "steps": steps});
    assert_eq!(world.post_to("/v1/funnel", body.to_string()).await.status, 404);
    let closed = World::closed();
    let body = json!({"site_id": both, "date_range": "7d", "steps": steps});
    for (key, status) in [(KEY_ALL, 200), (KEY_SHOP, 404)] {
        assert_eq!(closed.call("POST /v1/funnel", key, body.clone()).await.status, status);
    }
}

#[tokio::test]
async fn every_site_must_be_the_callers() {
    let world = World::closed();
    let check = async |site_id: Value, key: &str, status: u16| {
        let query = json!({"site_id": site_id, "metrics": ["visitors"], "date_range": "7d"}).to_string();
        let request = Request::post("/v1/query").header("authorization", format!("Bearer {key}"));
        let answer = world.send(request.body(Body::from(query)).unwrap()).await;
        assert_eq!(answer.status, status, "{site_id} {key}: {}", answer.text);
    };
    check(json!(["shop"]), KEY_SHOP, 200).await;
    check(json!(["shop", "berlin"]), KEY_SHOP, 404).await;
    check(json!(["shop", "berlin"]), KEY_ALL, 200).await;
    check(json!(["shop", "nobody"]), KEY_ALL, 404).await;
    check(json!(["shop", "shop"]), KEY_ALL, 400).await;
    check(json!([]), KEY_ALL, 400).await;
    check(json!(["shop", 7]), KEY_ALL, 400).await;
    check(json!((0..51).map(|n| format!("s{n}")).collect::<Vec<_>>()), KEY_ALL, 400).await;
}

#[tokio::test]
async fn a_time_zone_is_named_as_the_iana_database_does() {
    let world = World::open();
    let check = async |zone: Value, status: u16| {
        let query =
            json!({"site_id": "shop", "metrics": ["visitors"], "date_range": "day", "timezone": zone});
        let answer = world.post(query.to_string()).await;
        assert_eq!(answer.status, status, "{zone}: {}", answer.text);
    };
    check(json!("Asia/Kathmandu"), 200).await;
    check(json!("UTC"), 200).await;
    check(json!("Europe/Bärlin"), 400).await;
    check(json!(""), 400).await;
    check(json!(2), 400).await;
    check(json!("../../etc/passwd"), 400).await;
}
