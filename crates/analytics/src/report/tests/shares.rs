//! Share links: whatever is asked by one is answered within its segment, or refused.

use kassa_model::Event;
use serde_json::{Value, json};

use super::random::{Random, cases, query, random_event};
use super::support::{Answer, KEY_ADMIN, World, money, view};

async fn made(world: &World, path: &str, body: Value) -> Value {
    let answer = world.call(&format!("POST {path}"), KEY_ADMIN, body).await;
    assert_eq!(answer.status, 201, "{}", answer.text);
    answer.json()
}

pub(super) async fn link(world: &World, mut body: Value) -> String {
    body["site_id"] = json!("shop");
    body["name"] = json!("Agency");
    made(world, "/v1/shares", body).await["token"].as_str().unwrap().to_owned()
}

pub(super) async fn segment(world: &World, filters: &Value) -> Value {
    let body = json!({"site_id": "shop", "name": "Part", "filters": filters});
    made(world, "/v1/segments", body).await["id"].clone()
}

/// With the filters of a segment before its own.
pub(super) fn narrowed(query: &Value, segment: &Value) -> Value {
    let mut narrowed = query.clone();
    let own = query.get("filters").cloned().unwrap_or_else(|| json!([]));
    if let Value::Array(own) = own {
        narrowed["filters"] = json!([&segment.as_array().unwrap()[..], &own[..]].concat());
    }
    narrowed
}

#[tokio::test]
async fn random_questions_by_a_link_are_those_of_its_segment() {
    let count = cases(8_000);
    let mut random = Random::new("questions_by_links", count);
    let world = World::closed().keeping();
    world.seed((0..150).map(|number| random_event(&mut random, number)).collect()).await;
    let parts = [
        json!([["is", "visit:source", ["a"]]]),
        json!([["is", "event:page", ["/a", "/b"]], ["is_not", "visit:device", ["mobile"]]]),
        json!([["not", ["or", [["is", "event:name", ["click"]], ["is", "visit:source", ["(none)"]]]]]]),
    ];
    let (mut answered, mut refused) = (0, 0);
    for part in parts {
        let id = segment(&world, &part).await;
        let token = link(&world, json!({"segment": id})).await;
        for _ in 0..count / 3 + 1 {
            let mut query = query(&mut random);
            if !random.one_in(4) {
                query["site_id"] = json!("shop");
            }
            // Whatever somebody may try beside it.
            match random.below(12) {
                0 => query["site_id"] = json!(["shop", "berlin"]),
                1 => query["segment"] = json!(null),
                2 => query["filters"] = json!([["is", "segment", [id]]]),
                3 => query["include"] = json!({"bots": true}),
                _ => {}
            }
            let found = world.call("POST /v1/query", &token, query.clone()).await;
            let expected = world.call("POST /v1/query", KEY_ADMIN, narrowed(&query, &part)).await;
            match found.status.as_u16() {
                200 => {
                    answered += 1;
                    let (found, expected) = (found.json(), expected.json());
                    assert_eq!(query["site_id"], json!("shop"), "{query}");
                    assert_eq!(found["results"], expected["results"], "{query} {part}");
                    assert_eq!(found["meta"], expected["meta"], "{query} {part}");
                }
                400 | 404 => {
                    refused += 1;
                    let own = query["site_id"] == json!("shop") && expected.status == 200;
                    let names = query["filters"].to_string().contains("segment");
                    assert!(!own || names, "{query} {part}: {}", found.text);
                }
                status => panic!("{status} for {query}: {}", found.text),
            }
        }
    }
    println!("questions_by_links: {answered} answered, {refused} refused");
    assert!(
        answered * 10 > count && refused * 10 > count,
        "{answered} answered, {refused} refused of {count}"
    );
}

#[tokio::test]
async fn a_link_shows_its_panels_and_nothing_else() {
    let world = World::closed().keeping();
    world.seed(vec![view("/a", 1, "2026-11-19T10:00:00Z")]).await;
    let token = link(&world, json!({"panels": ["pages"]})).await;
    let check = async |extra: Value, status: u16| {
        let mut query = json!({"site_id": "shop", "date_range": "7d", "metrics": ["visitors"]});
        query.as_object_mut().unwrap().extend(extra.as_object().unwrap().clone());
        let answer = world.call("POST /v1/query", &token, query.clone()).await;
        assert_eq!(answer.status, status, "{query}: {}", answer.text);
    };
    check(json!({}), 200).await;
    check(json!({"dimensions": ["time:day"]}), 200).await;
    check(json!({"dimensions": ["event:page"]}), 200).await;
    check(json!({"dimensions": ["visit:source"]}), 400).await;
    check(json!({"filters": [["is", "visit:country", ["DE"]]]}), 400).await;
    check(json!({"filters": [["not", ["is", "event:props:plan", ["gold"]]]]}), 400).await;
    check(json!({"metrics": ["revenue"]}), 400).await;
    check(json!({"metrics": ["conversion_rate"]}), 400).await;
    check(json!({"site_id": "berlin"}), 404).await;
    assert_eq!(world.get_with_key("/v1/realtime?site_id=shop", &token).await.status, 400, "no live panel");
    let products = link(&world, json!({"panels": ["products"]})).await;
    let by_sku =
        json!({"site_id": "shop", "date_range": "7d", "metrics": ["units"], "dimensions": ["product:sku"]});
    assert_eq!(world.call("POST /v1/query", &products, by_sku).await.status, 200);
    let total = json!({"site_id": "shop", "date_range": "7d", "metrics": ["revenue"]});
    assert_eq!(world.call("POST /v1/query", &products, total).await.status, 400);
    // What no link is shown cannot be promised to one.
    let rows = json!({"site_id": "shop", "name": "Agency", "panels": ["rows"]});
    assert_eq!(world.call("POST /v1/shares", KEY_ADMIN, rows).await.status, 400);
}

#[tokio::test]
async fn what_is_no_question_is_refused_to_links() {
    let world = World::closed().keeping();
    let token = link(&world, json!({})).await;
    for (route, status) in [
        ("/v1/events?site_id=shop", 403),
        ("/v1/export?site_id=shop", 403),
        ("/v1/realtime/stream?site_id=shop", 403),
        ("/v1/admin/counts", 403),
        ("/v1/segments?site_id=shop", 403),
        ("/v1/shares?site_id=shop", 403),
        ("/stats?site_id=shop", 401),
        ("/events?site_id=shop", 401),
        ("/v1/annotations?site_id=shop", 200),
        ("/v1/goals?site_id=shop", 200),
        ("/v1/goals?site_id=berlin", 404),
        ("/v1/query/definitions", 200),
        ("/v1/realtime?site_id=shop", 200),
        ("/v1/realtime?site_id=berlin", 404),
    ] {
        assert_eq!(world.get_with_key(route, &token).await.status, status, "{route}");
    }
}

#[tokio::test]
async fn a_link_is_not_told_who_writes_things_down() {
    let world = World::closed().keeping();
    let goal = json!({"site_id": "shop", "name": "A", "filters": [["is", "event:name", ["a"]]]});
    let goal = made(&world, "/v1/goals", goal).await;
    let note = json!({"site_id": "shop", "at": "2026-11-19T10:00:00Z", "text": "Newsletter"});
    made(&world, "/v1/annotations", note).await;
    let token = link(&world, json!({})).await;
    let one = format!("/v1/goals/{}", goal["id"].as_str().unwrap());
    for path in ["/v1/goals?site_id=shop", "/v1/annotations?site_id=shop", &one] {
        let (by_link, by_key) =
            (world.get_with_key(path, &token).await, world.get_with_key(path, KEY_ADMIN).await);
        assert!(by_key.text.contains("created_by") && by_key.text.contains("changed_by"), "{}", by_key.text);
        assert!(by_link.text.contains("created_at"), "{}", by_link.text);
        assert!(!by_link.text.contains("_by"), "{}", by_link.text);
    }
}

#[tokio::test]
async fn live_numbers_are_the_segments() {
    let world = World::closed().keeping();
    world.seed(vec![view("/a", 1, "2026-11-20T11:59:00Z"), view("/b", 2, "2026-11-20T11:59:30Z")]).await;
    let id = segment(&world, &json!([["is", "event:page", ["/a"]]])).await;
    let token = link(&world, json!({"segment": id, "panels": ["live"]})).await;
    let live = world.get_with_key("/v1/realtime?site_id=shop", &token).await.json();
    assert_eq!(live["current_visitors"], json!(1), "{live}");
    assert_eq!(live["top_pages"], json!([{"page": "/a", "visitors": 1, "pageviews": 1}]));
}

#[tokio::test]
async fn a_segment_in_use_stays_and_a_revoked_link_ends() {
    let world = World::closed().keeping();
    let id = segment(&world, &json!([["is", "event:page", ["/a"]]])).await;
    let share = made(&world, "/v1/shares", json!({"site_id": "shop", "name": "x", "segment": id})).await;
    let token = share["token"].as_str().unwrap().to_owned();
    assert_eq!(share["path"], json!(format!("/share/{token}")));
    let line = format!("DELETE /v1/segments/{}", id.as_str().unwrap());
    assert_eq!(world.call(&line, KEY_ADMIN, json!({})).await.status, 409);
    let listed = world.call("GET /v1/shares?site_id=shop", KEY_ADMIN, json!({})).await;
    assert!(!listed.text.contains(&token) && listed.json()["results"][0]["has_password"] == json!(false));
    assert_eq!(world.get_with_key("/v1/goals?site_id=shop", &token).await.status, 200);
    let listed = world.call("GET /v1/shares?site_id=shop", KEY_ADMIN, json!({})).await.json();
    assert_eq!(listed["results"][0]["last_used_at"], json!("2026-11-20T12:00:30Z"), "{listed}");
    let revoke = format!("DELETE /v1/shares/{}", share["id"].as_str().unwrap());
    assert_eq!(world.call(&revoke, KEY_ADMIN, json!({})).await.status, 204);
    assert_eq!(world.get_with_key("/v1/goals?site_id=shop", &token).await.status, 401);
    assert_eq!(world.call(&line, KEY_ADMIN, json!({})).await.status, 204);
}

#[tokio::test]
async fn journeys_by_a_link_are_those_of_its_segment_and_panels() {
    let world = World::closed().keeping();
    let seen = |path: &str, who: i64, time: &str, source: &str| Event {
        source: Some(source.to_owned()),
        ..view(path, who, &format!("2026-11-19T{time}Z"))
    };
    world
        .seed(vec![
            seen("/a", 1, "10:00:00", "x"),
            seen("/b", 1, "10:01:00", "x"),
            seen("/a", 2, "11:00:00", "y"),
            seen("/b", 2, "11:01:00", "y"),
            seen("/a", 3, "12:00:00", "x"),
        ])
        .await;
    let id = segment(&world, &json!([["is", "visit:source", ["x"]]])).await;
    let token = link(&world, json!({"segment": id})).await;
    let goal = json!({"site_id": "shop", "name": "B", "filters": [["is", "event:page", ["/b"]]]});
    made(&world, "/v1/goals", goal).await;
    let funnel = json!({"site_id": "shop", "date_range": "7d", "steps": [{"page": "/a"}, {"goal": "B"}]});
    let visitors = |answer: &Answer| {
        let steps = answer.json()["results"].as_array().unwrap().clone();
        steps.iter().map(|step| step["visitors"].clone()).collect::<Value>()
    };
    let by_link = world.call("POST /v1/funnel", &token, funnel.clone()).await;
    assert_eq!(by_link.status, 200, "{}", by_link.text);
    assert_eq!(visitors(&by_link), json!([2, 1]));
    assert_eq!(by_link.json()["results"][1]["name"], json!("B"));
    assert_eq!(visitors(&world.call("POST /v1/funnel", KEY_ADMIN, funnel.clone()).await), json!([3, 2]));
    let paths = json!({"site_id": "shop", "date_range": "7d"});
    assert_eq!(world.call("POST /v1/paths", &token, paths.clone()).await.json()["meta"]["visits"], json!(2));
    let retention = json!({"site_id": "shop", "date_range": "7d"});
    let found = world.call("POST /v1/retention", &token, retention.clone()).await.json();
    let sizes: u64 =
        found["results"].as_array().unwrap().iter().map(|row| row["size"].as_u64().unwrap()).sum();
    assert_eq!(sizes, 2, "{found}");
    let mut customers = retention.clone();
    customers["of"] = json!("customers");
    assert_eq!(world.call("POST /v1/retention", &token, customers).await.status, 400);
    let narrow = link(&world, json!({"panels": ["funnels"]})).await;
    assert_eq!(world.call("POST /v1/funnel", &narrow, funnel.clone()).await.status, 200);
    assert_eq!(world.call("POST /v1/paths", &narrow, paths.clone()).await.status, 400);
    assert_eq!(world.call("POST /v1/retention", &narrow, retention).await.status, 400);
    let mut probing = funnel.clone();
    probing["filters"] = json!([["is", "visit:source", ["x"]]]);
    assert_eq!(world.call("POST /v1/funnel", &narrow, probing).await.status, 400);
    // Elsewhere there is nothing, and not even a name is told.
    let of_berlin = json!({"site_id": "berlin", "name": "Secret", "filters": [["is", "event:name", ["a"]]]});
    made(&world, "/v1/goals", of_berlin).await;
    let mut elsewhere = funnel;
    elsewhere["site_id"] = json!("berlin");
    let refused = world.call("POST /v1/funnel", &token, elsewhere.clone()).await;
    assert!(refused.status == 400 && !refused.text.contains("Secret"), "{}", refused.text);
    elsewhere["steps"] = json!([{"page": "/a"}, {"page": "/b"}]);
    assert_eq!(world.call("POST /v1/funnel", &token, elsewhere).await.status, 404);
    // Pages are shown as the site's rules have them.
    let rule = json!({"site_id": "shop", "name": "letters", "path": {"pattern": "/:letter"}});
    made(&world, "/v1/rules", rule).await;
    let found = world.call("POST /v1/paths", &token, paths).await.json();
    assert_eq!(
        found["results"][0]["nodes"],
        json!([{"kind": "page", "name": "/:letter", "visits": 2, "share": 100}])
    );
}

/// Records of orders are there for every question, whatever its segment: by them alone nobody is found who is not in it.
#[tokio::test]
async fn orders_outside_of_a_segment_are_in_no_journey() {
    let world = World::closed().keeping();
    let order = |id: &str, who: i64, amount: i64| {
        money((id, "Order Completed", "confirmed"), who, "2026-11-19T10:05:00Z", &[("mug", 1, amount)])
    };
    let refund = |who: i64| {
        money(("o2", "Order Refunded", "refunded"), who, "2026-11-19T10:06:00Z", &[("mug", -1, -900)])
    };
    let from = |source: &str, event: Event| Event { source: Some(source.to_owned()), ..event };
    world
        .seed(vec![
            from("x", view("/a", 1, "2026-11-19T10:00:00Z")),
            order("o1", 1, 100),
            from("y", view("/a", 2, "2026-11-19T10:00:00Z")),
            order("o2", 2, 900),
            refund(2),
        ])
        .await;
    for part in [json!([["is", "visit:source", ["x"]]]), json!([["is_not", "visit:source", ["y"]]])] {
        let id = segment(&world, &part).await;
        let token = link(&world, json!({"segment": id})).await;
        let (ordered, refunded) = (json!({"event": "Order Completed"}), json!({"event": "Order Refunded"}));
        let check = async |path: &str, extra: Value, expected: Option<Value>| {
            let mut body = json!({"site_id": "shop", "date_range": "7d"});
            body.as_object_mut().unwrap().extend(extra.as_object().unwrap().clone());
            let answer = world.call(&format!("POST {path}"), &token, body.clone()).await;
            match expected {
                None => assert_eq!(answer.status, 400, "{path} {body}: {}", answer.text),
                Some(expected) => {
                    assert_eq!(answer.status, 200, "{path} {body}: {}", answer.text);
                    assert_eq!(answer.json()["meta"], expected, "{path} {body}: {}", answer.text);
                }
            }
        };
        let funnel = |entered: u64, completed: u64, rate: Value| {
            Some(json!({"entered": entered, "completed": completed, "conversion_rate": rate}))
        };
        check("/v1/funnel", json!({"steps": [ordered, ordered]}), None).await;
        check("/v1/funnel", json!({"steps": [refunded, ordered]}), funnel(0, 0, Value::Null)).await;
        check("/v1/funnel", json!({"steps": [{"page": "/a"}, ordered]}), funnel(1, 1, json!(100))).await;
        let visits = |visits: u64| Some(json!({"visits": visits, "longer": 0}));
        check("/v1/paths", json!({"from": ordered}), None).await;
        check("/v1/paths", json!({"to": ordered}), None).await;
        check("/v1/paths", json!({"to": refunded}), visits(0)).await;
        check("/v1/paths", json!({"from": {"page": "/a"}, "to": ordered}), visits(1)).await;
    }
}
