//! System B's `GET /events`.

use kassa_model::{Dialect, Event};
use serde_json::{Value, json};

use super::support::{KEY_ALL, KEY_SHOP, World, event, view};

fn click(id: &str, component: &str, time: &str) -> Event {
    Event {
        id: id.to_owned(),
        name_sent: "CLICK".to_owned(),
        component: Some(component.to_owned()),
        location_type: Some("COMPONENT".to_owned()),
        path: Some("/shop".to_owned()),
        title: Some("Shop".to_owned()),
        user: Some("7".to_owned()),
        props: r#"{"dom_info":{"tag":"BUTTON"},"user_metadata":{"userId":7},"appName":"shop"}"#.to_owned(),
        dialect: Dialect::named("batch"),
        ..event("click", 1, time)
    }
}

#[tokio::test]
async fn an_event_comes_back_as_it_was_sent() {
    let world = World::open();
    world.seed(vec![click("6f1c", "BuyButton", "2025-01-01T12:00:00Z")]).await;
    let answer = world.get("/events").await;
    assert_eq!(answer.status, 200);
    assert_eq!(
        answer.json(),
        json!([{
            "event_id": "6f1c", "event_type": "CLICK", "location_type": "COMPONENT", "component_name": "BuyButton",
            "page_path": "/shop", "page_title": "Shop", "timestamp": "2025-01-01T12:00:00.000Z",
            "user_metadata": {"userId": 7}, "received_at": "2025-01-01T12:00:00.100Z",
            "full_event_data": {
                "event_id": "6f1c", "event_type": "CLICK", "timestamp": 1_735_732_800_000_i64,
                "location_type": "COMPONENT", "component_name": "BuyButton", "page_path": "/shop",
                "page_title": "Shop", "dom_info": {"tag": "BUTTON"}, "user_metadata": {"userId": 7}, "appName": "shop",
            },
        }])
    );
}

#[tokio::test]
async fn what_was_not_sent_does_not_come_back() {
    let world = World::open();
    let absent =
        r#"{"$absent":["event_id","timestamp"],"timestamp_text":1.10,"big":123456789012345678901234567890}"#;
    let odd = r#"{"event_id":7,"timestamp":"2025-01-01T12:00:00.5Z","page_title":null}"#;
    let bare = |props: &str, time: &str| Event {
        name_sent: "HOVER_ENTER".to_owned(),
        props: props.to_owned(),
        dialect: Dialect::named("batch"),
        ..event("hover_enter", 1, time)
    };
    world.seed(vec![bare(absent, "2025-01-01T12:00:01Z"), bare(odd, "2025-01-01T12:00:00Z")]).await;
    let answer = world.get("/events").await;
    // Numbers keep their digits.
    assert!(answer.text.contains(r#""timestamp_text":1.10"#), "{}", answer.text);
    assert!(answer.text.contains(r#""big":123456789012345678901234567890"#), "{}", answer.text);
    let rows = answer.json();
    let first: Vec<&String> = rows[0]["full_event_data"].as_object().unwrap().keys().collect();
    assert_eq!(first, ["big", "event_type", "timestamp_text"]);
    assert_eq!(
        rows[1]["full_event_data"],
        json!({"event_id": 7, "timestamp": "2025-01-01T12:00:00.5Z", "page_title": null, "event_type": "HOVER_ENTER"})
    );
    assert_eq!(rows[1]["user_metadata"], Value::Null);
}

#[tokio::test]
async fn other_dialects_take_the_same_shape() {
    let world = World::open();
    let from_e = Event {
        user: Some("u1".to_owned()),
        props: r#"{"plan":"pro"}"#.to_owned(),
        ..view("/p/1", 1, "2025-01-01T12:00:00Z")
    };
    world.seed(vec![from_e]).await;
    let row = world.get("/events").await.json()[0].clone();
    assert_eq!(row["event_type"], "page_view");
    assert_eq!(row["user_metadata"], json!({"userId": "u1"}));
    assert_eq!(row["full_event_data"]["plan"], "pro");
    assert_eq!(row["full_event_data"]["page_path"], "/p/1");
}

#[tokio::test]
async fn filters_and_order() {
    let world = World::open();
    let hover = |kind: &str, time: &str| Event {
        name_sent: kind.to_uppercase(),
        location_type: Some("PAGE".to_owned()),
        dialect: Dialect::named("batch"),
        ..event(kind, 1, time)
    };
    world
        .seed(vec![
            click("1", "BuyButton", "2026-11-20T10:00:00Z"),
            click("2", "Logo", "2026-11-20T10:00:01Z"),
            hover("hover_enter", "2026-11-20T10:00:02Z"),
            hover("hover_leave", "2026-11-20T10:00:03Z"),
            view("/about", 2, "2026-11-20T10:00:04Z"),
            Event { bot: true, dialect: Dialect::SEGMENT, ..view("/about", 3, "2026-11-20T10:00:05Z") },
            Event { bot: true, ..view("/crawled", 3, "2026-11-20T08:00:05Z") },
            Event { site: "berlin".to_owned(), ..view("/b", 4, "2026-11-20T09:00:00Z") },
        ])
        .await;
    let check = async |query: &str, times: &[&str]| {
        let rows = world.get(&format!("/events?{query}")).await.json();
        let found: Vec<String> = rows
            .as_array()
            .unwrap()
            .iter()
            .map(|row| row["timestamp"].as_str().unwrap()[11..19].to_owned())
            .collect();
        assert_eq!(found, times, "{query}");
    };
    check("", &["10:00:04", "10:00:03", "10:00:02", "10:00:01", "10:00:00", "09:00:00", "08:00:05"]).await;
    check("site_id=berlin", &["09:00:00"]).await;
    check("site_id=nobody", &[]).await;
    check("event_type=CLICK", &["10:00:01", "10:00:00"]).await;
    check("event_type=click", &["10:00:01", "10:00:00"]).await;
    check("event_type=Hover", &["10:00:03", "10:00:02"]).await;
    check("event_type=HOVER_LEAVE", &["10:00:03"]).await;
    check("event_type=nothing", &[]).await;
    check("location_type=PAGE", &["10:00:03", "10:00:02"]).await;
    check("component_name=Logo", &["10:00:01"]).await;
    check("page_path=/about", &["10:00:04"]).await;
    check("event_type=click&component_name=BuyButton&page_path=%2Fshop&limit=5", &["10:00:00"]).await;
    check("limit=1", &["10:00:04"]).await;
    check(
        "limit=999999&unknown=1",
        &["10:00:04", "10:00:03", "10:00:02", "10:00:01", "10:00:00", "09:00:00", "08:00:05"],
    )
    .await;
}

#[tokio::test]
async fn thirty_unless_asked_and_never_over_a_thousand() {
    let world = World::open();
    let events = (0..1_100).map(|n| event("x", n, "2026-11-20T10:00:00Z")).collect();
    world.seed(events).await;
    let check = async |query: &str, rows: usize| {
        let answer = world.get(&format!("/events{query}")).await.json();
        assert_eq!(answer.as_array().unwrap().len(), rows, "{query}");
    };
    check("", 30).await;
    check("?limit=31", 31).await;
    check("?limit=1000", 1_000).await;
    check("?limit=5000", 1_000).await;
}

#[tokio::test]
async fn bad_questions_and_keys() {
    let world = World::open();
    for query in ["limit=0", "limit=-1", "limit=ten", "limit=1.5", "page_path=%00", "limit=1&limit=2"] {
        let answer = world.get(&format!("/events?{query}")).await;
        assert_eq!(answer.status, 400, "{query}");
        assert!(answer.json()["error"].is_string(), "{query}");
    }
    let world = World::closed();
    let elsewhere = Event { site: "berlin".to_owned(), ..event("x", 2, "2026-11-20T10:00:00Z") };
    world.seed(vec![event("x", 1, "2026-11-20T10:00:00Z"), elsewhere]).await;
    let check = async |query: &str, key: &str, status: u16, rows: usize| {
        let answer = world.get_with_key(&format!("/events{query}"), key).await;
        assert_eq!(answer.status, status, "{query} {key}");
        assert_eq!(answer.json().as_array().map_or(0, Vec::len), rows, "{query} {key}");
    };
    check("", KEY_ALL, 200, 2).await;
    // Without a site: those that the key may read.
    check("", KEY_SHOP, 200, 1).await;
    check("?site_id=shop", KEY_SHOP, 200, 1).await;
    check("?site_id=berlin", KEY_SHOP, 404, 0).await;
    check("", "sk-wrong", 401, 0).await;
    assert_eq!(world.get("/events").await.json(), json!({"error": "Unauthorized"}));
}
