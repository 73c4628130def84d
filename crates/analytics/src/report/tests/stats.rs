//! System E's `GET /stats`.

use kassa_model::{Dialect, Event};
use serde_json::json;

use super::support::{KEY_ALL, KEY_SHOP, World, event, view};

async fn world() -> World {
    let world = World::open();
    let by = |user: &str, event: Event| Event { user: Some(user.to_owned()), ..event };
    world
        .seed(vec![
            by("u1", view("/p/1", 1, "2025-11-12T00:00:00Z")),
            by("u1", view("/p/1", 1, "2025-11-12T19:30:01Z")),
            by("u2", view("/p/2", 2, "2025-11-12T23:59:59.999999Z")),
            view("/p/2", 3, "2025-11-13T00:00:00Z"),
            // Sent under another name: no view here, whatever it is canonically; its user counts.
            by("u3", Event { name_sent: "PAGE_VIEW".to_owned(), ..view("/p/3", 4, "2025-11-12T12:00:00Z") }),
            by("u4", event("click", 5, "2025-11-12T12:00:00Z")),
            by(
                "bot",
                Event { bot: true, dialect: Dialect::SEGMENT, ..view("/p/9", 6, "2025-11-12T12:00:00Z") },
            ),
            by("u9", Event { site: "berlin".to_owned(), ..view("/b", 7, "2025-11-11T23:30:00Z") }),
        ])
        .await;
    world
}

#[tokio::test]
async fn a_day_and_all_of_time() {
    let world = world().await;
    let check = async |path: &str, expected: serde_json::Value| {
        let answer = world.get(path).await;
        assert_eq!((answer.status.as_u16(), answer.json()), (200, expected), "{path}");
        assert_eq!(answer.headers["content-type"], "application/json");
    };
    check(
        "/stats?site_id=shop&date=2025-11-12",
        json!({"site_id": "shop", "date": "2025-11-12", "total_views": 3, "unique_users": 4,
            "top_paths": [{"path": "/p/1", "views": 2}, {"path": "/p/2", "views": 1}]}),
    )
    .await;
    check(
        "/stats?site_id=shop",
        json!({"site_id": "shop", "date": null, "total_views": 4, "unique_users": 4,
            "top_paths": [{"path": "/p/1", "views": 2}, {"path": "/p/2", "views": 2}]}),
    )
    .await;
    let nothing = json!({"total_views": 0, "unique_users": 0, "top_paths": []});
    let of = |site: &str, date: serde_json::Value| {
        let mut all = nothing.clone();
        all["site_id"] = json!(site);
        all["date"] = date;
        all
    };
    check("/stats?site_id=shop&date=2025-11-14", of("shop", json!("2025-11-14"))).await;
    check("/stats?site_id=nobody", of("nobody", json!(null))).await;
    check("/stats?site_id=shop&date=", world.get("/stats?site_id=shop").await.json()).await;
    // A day of Berlin: 23:30 UTC is tomorrow there.
    check(
        "/stats?site_id=berlin&date=2025-11-12&_=1",
        json!({"site_id": "berlin", "date": "2025-11-12", "total_views": 1, "unique_users": 1,
            "top_paths": [{"path": "/b", "views": 1}]}),
    )
    .await;
}

/// E never knew of crawlers: one that is sent to it counts in its answers, and in no report of kassa's own.
#[tokio::test]
async fn a_crawler_counts_where_the_dialect_knows_none() {
    let world = World::open();
    let crawler = Event { bot: true, user: Some("g".to_owned()), ..view("/p/1", 1, "2025-11-12T12:00:00Z") };
    world.seed(vec![crawler.clone(), Event { dialect: Dialect::SEGMENT, ..crawler }]).await;
    let stats = world.get("/stats?site_id=shop").await.json();
    assert_eq!((&stats["total_views"], &stats["unique_users"]), (&json!(1), &json!(1)));
    assert_eq!(stats["top_paths"], json!([{"path": "/p/1", "views": 1}]));
    let query = json!({"site_id": "shop", "metrics": ["visitors", "pageviews"], "date_range": "all"});
    assert_eq!(world.query(query).await["results"][0]["metrics"], json!([0, 0]));
}

#[tokio::test]
async fn ten_paths_most_first() {
    let world = World::open();
    let mut events = Vec::new();
    for page in 0..12 {
        for second in 0..=page {
            events.push(view(&format!("/{page:02}"), page, &format!("2025-11-12T00:00:{second:02}Z")));
        }
    }
    world.seed(events).await;
    let paths = world.get("/stats?site_id=shop").await.json()["top_paths"].clone();
    let paths = paths.as_array().unwrap();
    assert_eq!(paths.len(), 10);
    assert_eq!(paths[0], json!({"path": "/11", "views": 12}));
    assert_eq!(paths[9], json!({"path": "/02", "views": 3}));
}

#[tokio::test]
async fn bad_questions() {
    let world = World::open();
    let check = async |path: &str, expected: &str| {
        let answer = world.get(path).await;
        assert_eq!(answer.status, 400, "{path}");
        let error = answer.json()["error"].as_str().unwrap().to_owned();
        assert!(error.contains(expected), "{path}: {error}");
    };
    check("/stats", "site_id is required").await;
    check("/stats?site_id=", "site_id is required").await;
    for date in [
        "yesterday",
        "2025-13-01",
        "2025-02-29",
        "2025-11-12T00:00:00Z",
        "20251112",
        "2025-11-1",
        "9999-01-01",
    ] {
        check(&format!("/stats?site_id=shop&date={date}"), "date must be a valid date").await;
    }
    check("/stats?site_id=a%00", "U+0000").await;
    check("/stats?site_id=a&site_id=b", "given twice").await;
    check(&format!("/stats?site_id={}", "a".repeat(10_000)), "at most").await;
    assert_eq!(world.get("/stats").await.json(), json!({"error": "site_id is required"}));
}

#[tokio::test]
async fn keys() {
    let world = World::closed();
    let answer = world.get("/stats?site_id=shop").await;
    assert_eq!((answer.status.as_u16(), answer.json()), (401, json!({"error": "Unauthorized"})));
    assert!(answer.headers.contains_key("www-authenticate"));
    let check = async |path: &str, key: &str, status: u16| {
        let answer = world.get_with_key(path, key).await;
        assert_eq!(answer.status, status, "{path} with {key}: {}", answer.text);
        assert_eq!(answer.json().get("error").is_some(), status != 200);
    };
    check("/stats?site_id=shop", KEY_SHOP, 200).await;
    check("/stats?site_id=shop", KEY_ALL, 200).await;
    check("/stats?site_id=berlin", KEY_ALL, 200).await;
    check("/stats?site_id=berlin", KEY_SHOP, 404).await;
    check("/stats?site_id=nobody", KEY_SHOP, 404).await;
    check("/stats?site_id=shop", "sk-wrong", 401).await;
}
