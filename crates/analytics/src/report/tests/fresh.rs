//! An answer is of now: nothing that was found before is believed without a look, and nobody on the way keeps an answer.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use kassa_eventstore::{EventStore, Forget};
use kassa_model::{Event, Timestamp};
use serde_json::{Value, json};

use super::spy::Spy;
use super::support::{World, event, money, view};

/// Where `all` begins now, and how many events and units it has.
async fn all(world: &World) -> (String, Value) {
    let ask = |metric: &str| json!({"site_id": "shop", "metrics": [metric], "date_range": "all"});
    let answer = world.query(ask("events")).await;
    let units = world.query(ask("units")).await;
    assert_eq!(units["query"]["date_range"], answer["query"]["date_range"]);
    let from = answer["query"]["date_range"][0].as_str().unwrap();
    (from[..10].to_owned(), json!([answer["results"][0]["metrics"][0], units["results"][0]["metrics"][0]]))
}

#[tokio::test]
async fn all_is_right_at_once() {
    let world = World::open();
    let check = async |from: &str, counts: Value| {
        assert_eq!(all(&world).await, (from.to_owned(), counts));
    };
    check("2026-11-20", json!([0, 0])).await;
    world.seed(vec![view("/", 1, "2026-11-18T10:00:00Z")]).await;
    check("2026-11-18", json!([1, 0])).await;
    // Imported, in the very second of the last answer.
    world.seed(vec![event("old", 2, "2024-05-06T07:08:09Z")]).await;
    check("2024-05-06", json!([2, 0])).await;
    // Earlier in the same minute, in a month before, and before any clock of the web.
    world.seed(vec![event("older", 2, "2024-05-06T07:08:01Z")]).await;
    check("2024-05-06", json!([3, 0])).await;
    // A till sells before the site has a page.
    world
        .seed(vec![money(
            ("o", "Order Completed", "confirmed"),
            0,
            "2023-01-02T03:04:05Z",
            &[("mug", 2, 900)],
        )])
        .await;
    check("2023-01-02", json!([3, 2])).await;
    world.seed(vec![event("oldest", 2, "2000-01-01T00:00:00Z")]).await;
    check("2000-01-01", json!([4, 2])).await;
    check("2000-01-01", json!([4, 2])).await;
}

#[tokio::test]
async fn all_begins_where_events_are_left() {
    let world = World::open();
    world.seed(vec![view("/", 1, "2025-03-04T05:06:07Z"), view("/", 2, "2026-11-18T10:00:00Z")]).await;
    assert_eq!(all(&world).await, ("2025-03-04".to_owned(), json!([2, 0])));
    let time: Timestamp = "2026-01-01T00:00:00Z".parse().unwrap();
    world.store.forget(&Forget::Before { site: "shop".to_owned(), time }).await.unwrap();
    assert_eq!(all(&world).await, ("2026-11-18".to_owned(), json!([1, 0])));
    world.store.forget(&Forget::Visitor { site: "shop".to_owned(), visitor: 2 }).await.unwrap();
    assert_eq!(all(&world).await, ("2026-11-20".to_owned(), json!([0, 0])));
}

#[tokio::test]
async fn a_proof_costs_one_question() {
    let spy = Arc::new(Spy::default());
    let world = World::over(spy.clone() as Arc<dyn EventStore>);
    world.seed(vec![view("/", 1, "2025-03-04T05:06:07Z")]).await;
    let asked = async || {
        let before = spy.queries.load(Ordering::SeqCst);
        world.query(json!({"site_id": "shop", "metrics": ["events"], "date_range": "all"})).await;
        spy.queries.load(Ordering::SeqCst) - before
    };
    assert_eq!(asked().await, 5);
    assert_eq!(asked().await, 2);
    assert_eq!(asked().await, 2);
}

#[tokio::test]
async fn no_answer_may_be_kept_on_its_way() {
    let world = World::open();
    world.seed(vec![Event { id: "one".to_owned(), ..view("/", 1, "2026-11-20T10:00:00Z") }]).await;
    let paths = [
        "/v1/query/definitions",
        "/v1/realtime?site_id=shop",
        "/v1/events?site_id=shop",
        "/v1/export?site_id=shop&format=csv",
        "/v1/realtime?site_id=nobody",
    ];
    for path in paths {
        let answer = world.get(path).await;
        assert_eq!(answer.headers["cache-control"], "no-store", "{path}");
    }
    let query = json!({"site_id": "shop", "metrics": ["events"], "date_range": "day"});
    assert_eq!(world.post(query.to_string()).await.headers["cache-control"], "no-store");
}
