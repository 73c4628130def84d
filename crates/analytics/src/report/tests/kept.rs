//! Segments, goals and notes over HTTP, and in questions.

use serde_json::{Value, json};

use super::support::{Answer, KEY_ADMIN, KEY_ALL, KEY_SHOP, World, event, money, view};

async fn admin(world: &World, line: &str, body: Value) -> Answer {
    world.call(line, KEY_ADMIN, body).await
}

async fn made(world: &World, path: &str, body: Value) -> Value {
    let answer = admin(world, &format!("POST {path}"), body.clone()).await;
    assert_eq!(answer.status, 201, "{path} {body}: {}", answer.text);
    answer.json()
}

fn signup() -> Value {
    json!({"site_id": "shop", "name": "Signup", "filters": [["is", "event:name", ["signup"]]],
        "value": {"amount_minor": 500, "currency": "EUR"}})
}

#[tokio::test]
async fn a_segment_is_made_changed_and_removed_with_its_versions() {
    let world = World::closed().keeping();
    let body = json!({"site_id": "shop", "name": "Germany", "filters": [["is", "visit:country", ["DE"]]]});
    let segment = made(&world, "/v1/segments", body).await;
    assert_eq!(segment["personal"], json!(false));
    assert_eq!(segment["created_by"], json!("admin"));
    assert_eq!(segment["version"], json!(1));
    let id = segment["id"].as_str().unwrap();
    let one = format!("/v1/segments/{id}");
    assert_eq!(world.call(&format!("GET {one}"), KEY_SHOP, json!({})).await.json(), segment);
    let listed = world.call("GET /v1/segments?site_id=shop", KEY_ALL, json!({})).await.json();
    assert_eq!(listed, json!({"results": [segment], "next_cursor": null}));
    let change =
        json!({"name": "Deutschland", "filters": [["is", "visit:country", ["DE", "AT"]]], "version": 1});
    let changed = admin(&world, &format!("PUT {one}"), change.clone()).await;
    assert_eq!((changed.status.as_u16(), &changed.json()["version"]), (200, &json!(2)), "{}", changed.text);
    assert_eq!(admin(&world, &format!("PUT {one}"), change).await.status, 409, "that version is old");
    assert_eq!(admin(&world, &format!("DELETE {one}"), json!({})).await.status, 204);
    assert_eq!(admin(&world, &format!("GET {one}"), json!({})).await.status, 404);
    let versions = admin(&world, &format!("GET {one}/versions"), json!({})).await.json();
    let told: Vec<&Value> = versions["results"].as_array().unwrap().iter().map(|was| &was["name"]).collect();
    assert_eq!(told, [&Value::Null, &json!("Deutschland"), &json!("Germany")]);
    assert_eq!(versions["results"][0]["removed"], json!(true));
}

#[tokio::test]
async fn who_may_what_is_as_with_sites_and_keys() {
    let world = World::closed().keeping();
    let goal = made(&world, "/v1/goals", signup()).await;
    let one = format!("/v1/goals/{}", goal["id"].as_str().unwrap());
    for (line, key, status) in [
        ("POST /v1/goals", KEY_ALL, 403),
        (&format!("PUT {one}"), KEY_ALL, 403),
        (&format!("DELETE {one}"), KEY_SHOP, 403),
        (&format!("GET {one}/versions"), KEY_ALL, 403),
        ("GET /v1/shares?site_id=shop", KEY_ALL, 403),
        ("GET /v1/goals?site_id=berlin", KEY_SHOP, 404),
        ("GET /v1/goals?site_id=shop", "sk-wrong", 401),
        (&format!("GET {one}"), KEY_SHOP, 200),
    ] {
        assert_eq!(world.call(line, key, signup()).await.status, status, "{line}");
    }
    // Of another site a key finds nothing.
    let other = json!({"site_id": "berlin", "name": "A", "filters": [["is", "event:name", ["a"]]]});
    let other = made(&world, "/v1/goals", other).await;
    let line = format!("GET /v1/goals/{}", other["id"].as_str().unwrap());
    assert_eq!(world.call(&line, KEY_SHOP, json!({})).await.status, 404);
}

#[tokio::test]
async fn what_cannot_be_meant_is_refused_in_words() {
    let world = World::closed().keeping();
    let check = async |path: &str, body: Value, said: &str| {
        let answer = admin(&world, &format!("POST {path}"), body.clone()).await;
        assert!(matches!(answer.status.as_u16(), 400 | 404), "{path} {body}: {}", answer.text);
        assert!(answer.text.contains(said), "{path} {body}: {}", answer.text);
    };
    let filters = json!([["is", "event:name", ["a"]]]);
    check("/v1/segments", json!({"name": "a", "filters": filters}), "site_id is required").await;
    check("/v1/segments", json!({"site_id": "nowhere", "name": "a", "filters": filters}), "no site").await;
    check("/v1/segments", json!({"site_id": "shop", "filters": filters}), "name is required").await;
    check("/v1/segments", json!({"site_id": "shop", "name": "", "filters": filters}), "name is a text").await;
    check("/v1/segments", json!({"site_id": "shop", "name": "a", "filters": []}), "at least one").await;
    check("/v1/segments", json!({"site_id": "shop", "name": "a", "filter": filters}), "filters").await;
    let wrong = json!([["is", "visit:nothing", ["a"]]]);
    check("/v1/segments", json!({"site_id": "shop", "name": "a", "filters": wrong}), "visit:country").await;
    let nested = json!([["is", "segment", ["a"]]]);
    check("/v1/segments", json!({"site_id": "shop", "name": "a", "filters": nested}), "unknown dimension")
        .await;
    let of_visit = json!([["is", "visit:source", ["a"]]]);
    check("/v1/goals", json!({"site_id": "shop", "name": "a", "filters": of_visit}), "one event").await;
    let value = json!({"amount_minor": "5", "currency": "EUR"});
    check(
        "/v1/goals",
        json!({"site_id": "shop", "name": "a", "filters": filters, "value": value}),
        "value is",
    )
    .await;
    check("/v1/annotations", json!({"site_id": "shop", "at": "noon", "text": "a"}), "at must be a time")
        .await;
    check("/v1/annotations", json!({"site_id": "shop", "at": "2026-11-20T10:00:00Z"}), "text is required")
        .await;
    check("/v1/shares", json!({"site_id": "shop", "name": "a", "panels": ["page"]}), "pages").await;
    check("/v1/shares", json!({"site_id": "shop", "name": "a", "segment": "x"}), "no segment x").await;
    made(&world, "/v1/goals", signup()).await;
    assert_eq!(admin(&world, "POST /v1/goals", signup()).await.status, 409, "the name is taken");
}

#[tokio::test]
async fn a_personal_segment_is_its_makers_alone() {
    let world = World::closed().keeping();
    let body = json!({"site_id": "shop", "name": "Mine", "personal": true, "filters": [["is", "event:page", ["/a"]]]});
    let mine = made(&world, "/v1/segments", body).await;
    let id = mine["id"].as_str().unwrap();
    let list = world.call("GET /v1/segments?site_id=shop", KEY_ALL, json!({})).await.json();
    assert_eq!(list["results"], json!([]));
    assert_eq!(world.call(&format!("GET /v1/segments/{id}"), KEY_ALL, json!({})).await.status, 404);
    let query = json!({"site_id": "shop", "metrics": ["visitors"], "date_range": "7d", "filters": [["is", "segment", [id]]]});
    assert_eq!(world.call("POST /v1/query", KEY_ALL, query.clone()).await.status, 400);
    assert_eq!(world.call("POST /v1/query", KEY_ADMIN, query).await.status, 200);
}

#[tokio::test]
async fn lists_come_page_by_page() {
    let world = World::closed().keeping();
    for name in ["b", "a", "c"] {
        let body = json!({"site_id": "shop", "name": name, "filters": [["is", "event:page", ["/a"]]]});
        made(&world, "/v1/segments", body).await;
    }
    let mut names = Vec::new();
    let mut cursor = String::new();
    loop {
        let line = format!("GET /v1/segments?site_id=shop&limit=2{cursor}");
        let page = world.call(&line, KEY_ALL, json!({})).await.json();
        names.extend(page["results"].as_array().unwrap().iter().map(|found| found["name"].clone()));
        match page["next_cursor"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => break,
        }
    }
    assert_eq!(json!(names), json!(["a", "b", "c"]));
    let wrong = world.call("GET /v1/segments?site_id=shop&cursor=x", KEY_ALL, json!({})).await;
    assert_eq!(wrong.status, 400);
}

/// Anna sees two pages and signs up, Ben one page, Cleo signs up and buys.
async fn seeded() -> World {
    let world = World::closed().keeping();
    world
        .seed(vec![
            view("/a", 1, "2026-11-19T10:00:00Z"),
            view("/b", 1, "2026-11-19T10:01:00Z"),
            event("signup", 1, "2026-11-19T10:02:00Z"),
            view("/a", 2, "2026-11-19T11:00:00Z"),
            event("signup", 3, "2026-11-19T12:00:00Z"),
            view("/b", 3, "2026-11-19T12:01:00Z"),
            money(("o1", "Order Completed", "confirmed"), 3, "2026-11-19T12:02:00Z", &[("mug", 1, 900)]),
        ])
        .await;
    world
}

async fn asked(world: &World, query: Value) -> Value {
    let answer = world.call("POST /v1/query", KEY_ALL, query.clone()).await;
    assert_eq!(answer.status, 200, "{query}: {}", answer.text);
    answer.json()
}

fn question(extra: Value) -> Value {
    let mut query = json!({"site_id": "shop", "date_range": "7d", "metrics": ["visitors"]});
    query.as_object_mut().unwrap().extend(extra.as_object().unwrap().clone());
    query
}

#[tokio::test]
async fn filters_name_segments_and_goals() {
    let world = seeded().await;
    let body = json!({"site_id": "shop", "name": "A", "filters": [["is", "event:page", ["/a"]]]});
    let id = made(&world, "/v1/segments", body).await["id"].clone();
    made(&world, "/v1/goals", signup()).await;
    let check = async |filters: Value, visitors: u64| {
        let answer = asked(&world, question(json!({"filters": filters}))).await;
        assert_eq!(answer["results"][0]["metrics"], json!([visitors]), "{filters}");
        assert_eq!(answer["query"]["filters"], filters, "the echo has the names");
        assert_eq!(asked(&world, answer["query"].clone()).await["results"], answer["results"]);
    };
    check(json!([["is", "segment", [id]]]), 2).await;
    check(json!([["is_not", "segment", [id]], ["is", "event:name", ["page_view"]]]), 2).await;
    check(json!([["not", ["or", [["is", "segment", [id]], ["is", "event:page", ["/b"]]]]]]), 2).await;
    check(json!([["is", "event:goal", ["Signup"]]]), 2).await;
    check(json!([["is_not", "event:goal", ["Signup"]]]), 3).await;
    for (filters, said) in [
        (json!([["is", "segment", ["x"]]]), "known are"),
        (json!([["is", "event:goal", ["Sign"]]]), "known are Signup"),
        (json!([["contains", "event:goal", ["Sign"]]]), "is_not"),
        (json!([["is", "segment", []]]), "at least one value"),
    ] {
        let answer = world.call("POST /v1/query", KEY_ALL, question(json!({"filters": filters}))).await;
        assert_eq!(answer.status, 400, "{filters}");
        assert!(answer.text.contains(said), "{filters}: {}", answer.text);
    }
}

#[tokio::test]
async fn goals_are_rows_that_may_overlap() {
    let world = seeded().await;
    made(&world, "/v1/goals", signup()).await;
    for (name, filters) in [
        ("Page b", json!([["is", "event:page", ["/b"]]])),
        ("Any page", json!([["contains", "event:page", ["/"]]])),
        ("Nobody", json!([["is", "event:name", ["never"]]])),
    ] {
        made(&world, "/v1/goals", json!({"site_id": "shop", "name": name, "filters": filters})).await;
    }
    let rows = async |extra: Value| {
        let answer = asked(&world, question(extra)).await;
        let row = |row: &Value| json!([row["dimensions"], row["metrics"]]);
        answer["results"].as_array().unwrap().iter().map(row).collect::<Value>()
    };
    let found =
        rows(json!({"dimensions": ["event:goal"], "metrics": ["visitors", "events", "percentage"]})).await;
    assert_eq!(
        found,
        json!([[["Any page"], [3, 4, 100]], [["Page b"], [2, 2, 66.7]], [["Signup"], [2, 2, 66.7]],])
    );
    let page = json!({"dimensions": ["event:goal"], "order_by": [["event:goal", "desc"]], "pagination": {"limit": 1, "offset": 1}});
    assert_eq!(rows(page).await, json!([[["Page b"], [2]]]));
    let by_both = json!({"dimensions": ["event:page", "event:goal"], "order_by": [["event:page", "asc"]]});
    assert_eq!(
        rows(by_both).await,
        json!([
            [["/a", "Any page"], [2]],
            [["/b", "Any page"], [2]],
            [["/b", "Page b"], [2]],
            [["(none)", "Signup"], [2]],
        ])
    );
    let compared = asked(
        &world,
        question(
            json!({"dimensions": ["event:goal"], "include": {"comparisons": {"mode": "previous_period"}}}),
        ),
    )
    .await;
    assert_eq!(compared["results"][0]["comparison"]["metrics"], json!([0]), "{compared}");
    assert_eq!(compared["meta"]["total_rows"], json!(3));
    // With a filter, percentage is by all who fit the filter.
    let only_b = json!({"dimensions": ["event:goal"], "metrics": ["percentage"], "filters": [["is", "event:page", ["/b"]]]});
    assert_eq!(rows(only_b).await, json!([[["Any page"], [100]], [["Page b"], [100]]]));
    let refused = question(json!({"dimensions": ["event:goal"], "metrics": ["bounce_rate"]}));
    assert_eq!(world.call("POST /v1/query", KEY_ALL, refused).await.status, 400);
}

#[tokio::test]
async fn notes_come_newest_first() {
    let world = World::closed().keeping();
    for (at, text) in [("2026-11-19T10:00:00Z", "first"), ("2026-11-20T10:00:00+01:00", "second")] {
        made(&world, "/v1/annotations", json!({"site_id": "shop", "at": at, "text": text})).await;
    }
    let list = world.call("GET /v1/annotations?site_id=shop", KEY_SHOP, json!({})).await.json();
    let shown = |note: &Value| json!([note["at"], note["text"], note["source"]]);
    let shown: Value = list["results"].as_array().unwrap().iter().map(shown).collect();
    assert_eq!(
        shown,
        json!([["2026-11-20T09:00:00Z", "second", "manual"], ["2026-11-19T10:00:00Z", "first", "manual"]])
    );
}
