//! `GET /v1/events` and `GET /v1/export`.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use axum::body::Body;
use axum::http::Request;
use http_body_util::BodyExt;
use kassa_eventstore::EventStore;
use kassa_model::{Dialect, Event};
use serde_json::{Value, json};
use tower::ServiceExt;

use super::spy::Spy;
use super::support::{World, event, view};

async fn many(count: i64) -> World {
    let world = World::open();
    let at = |n: i64| format!("2026-11-{:02}T10:00:{:02}Z", 1 + n % 20, n % 60);
    world
        .seed((0..count).map(|n| Event { id: format!("e{n}"), ..view("/x", n % 7, &at(n)) }).collect())
        .await;
    world
}

#[tokio::test]
async fn a_row_has_every_column() {
    let world = World::open();
    let full = Event {
        name_sent: "PAGE_VIEW".to_owned(),
        user: Some("u".to_owned()),
        props: r#"{"n":1.10}"#.to_owned(),
        dialect: Dialect::named("batch"),
        ..view("/x", 171, "2026-11-20T10:00:00Z")
    };
    world.seed(vec![full]).await;
    let answer = world.get("/v1/events?site_id=shop").await;
    assert!(answer.text.contains(r#""props":{"n":1.10}"#), "{}", answer.text);
    let row = answer.json()["results"][0].clone();
    for (name, value) in [
        ("name", "page_view"),
        ("name_sent", "PAGE_VIEW"),
        ("occurred_at", "2026-11-20T10:00:00Z"),
        ("received_at", "2026-11-20T10:00:00.1Z"),
        ("visitor", "00000000000000ab"),
        ("session", "00000000000000ab"),
        ("user", "u"),
        ("page", "/x"),
        ("dialect", "batch"),
    ] {
        assert_eq!(row[name], value, "{name}");
    }
    assert_eq!(row["order"], Value::Null);
    let visit = &row["visit"];
    assert_eq!((&visit["started_at"], &visit["entry_page"]), (&json!("2026-11-20T10:00:00Z"), &json!("/x")));
    assert_eq!(visit["source"], Value::Null);
}

#[tokio::test]
async fn what_names_nobody_is_no_user() {
    let world = World::open();
    let props = r#"{"user_id":"guest"}"#;
    let guest = Event {
        user: Some("guest".to_owned()),
        props: props.to_owned(),
        dialect: Dialect::named("site"),
        ..view("/x", 1, "2026-11-20T10:00:00Z")
    };
    world.seed(vec![guest]).await;
    let row = world.get("/v1/events?site_id=shop").await.json()["results"][0].clone();
    assert_eq!((&row["user"], &row["props"]), (&Value::Null, &json!({"user_id": "guest"})));
    let csv = world.get("/v1/export?site_id=shop&format=csv&from=2026-11-20&to=2026-11-20").await.text;
    assert_eq!(csv.matches("guest").count(), 1, "in the properties alone: {csv}");
    // System E counts what it was sent, and system B shows it.
    assert_eq!(world.get("/stats?site_id=shop").await.json()["unique_users"], 1);
    let shown = world.get("/events").await.json()[0].clone();
    assert_eq!(shown["user_metadata"], json!({"userId": "guest"}));
    assert_eq!(shown["full_event_data"].get("user_id"), None);
}

#[tokio::test]
async fn pages_cover_every_row_once() {
    let world = many(1_234).await;
    for limit in [7, 100, 617, 1_000] {
        let mut path = format!("/v1/events?site_id=shop&limit={limit}");
        let mut ids = Vec::new();
        let mut received = Vec::new();
        loop {
            let page = world.get(&path).await.json();
            let rows = page["results"].as_array().unwrap().clone();
            assert!(rows.len() <= limit);
            ids.extend(rows.iter().map(|row| row["id"].as_str().unwrap().to_owned()));
            received.extend(rows.iter().map(|row| row["received_at"].as_str().unwrap().to_owned()));
            match page["next_cursor"].as_str() {
                Some(cursor) => path = format!("/v1/events?site_id=shop&limit={limit}&cursor={cursor}"),
                None => break,
            }
        }
        assert!(received.is_sorted_by(|a, b| a >= b), "newest received first");
        let unique: std::collections::BTreeSet<&String> = ids.iter().collect();
        assert_eq!((ids.len(), unique.len()), (1_234, 1_234), "limit {limit}");
    }
}

/// Rows of four partitions that share time, offset and index, page by page and as a file.
#[tokio::test]
async fn pages_cover_every_row_of_every_partition() {
    let world = World::open();
    for partition in 0..4 {
        world.seed_partition(partition, 0, vec![view("/a", 1, "2026-11-20T10:00:00Z"); 3]).await;
    }
    for limit in 1..=13 {
        let first = format!("/v1/events?site_id=shop&limit={limit}");
        let (mut path, mut rows) = (first.clone(), 0);
        loop {
            let page = world.get(&path).await.json();
            rows += page["results"].as_array().unwrap().len();
            let Some(cursor) = page["next_cursor"].as_str() else { break };
            path = format!("{first}&cursor={cursor}");
        }
        assert_eq!(rows, 12, "pages of {limit}");
    }
    let file = world.get("/v1/export?site_id=shop").await;
    assert_eq!(file.text.lines().count(), 13);
    let old = "00064f2b8c0a1234-00000000000000000000000000000007-00000000-00000000";
    let refused = world.get(&format!("/v1/events?site_id=shop&cursor={old}")).await;
    assert_eq!(refused.status, 400);
    assert!(refused.text.contains("next_cursor of an earlier answer"), "{}", refused.text);
}

#[tokio::test]
async fn filters_of_rows() {
    let world = World::open();
    world
        .seed(vec![
            Event { user: Some("u1".to_owned()), ..view("/a", 1, "2026-11-19T23:59:59Z") },
            view("/b", 2, "2026-11-20T00:00:00Z"),
            event("click", 1, "2026-11-20T10:00:00Z"),
            Event { bot: true, ..view("/a", 3, "2026-11-20T10:00:01Z") },
        ])
        .await;
    let check = async |query: &str, count: usize| {
        let answer = world.get(&format!("/v1/events?site_id=shop&{query}")).await;
        assert_eq!(answer.status, 200, "{query}: {}", answer.text);
        assert_eq!(answer.json()["results"].as_array().unwrap().len(), count, "{query}");
        assert_eq!(answer.json()["next_cursor"], Value::Null);
    };
    check("", 3).await;
    check("include_bots=true", 4).await;
    check("name=click", 1).await;
    check("page=/a", 1).await;
    check("user=u1", 1).await;
    check("visitor=0000000000000001", 2).await;
    check("id=page_view-2-2026-11-20T00:00:00Z", 1).await;
    check("from=2026-11-20", 2).await;
    check("to=2026-11-19", 1).await;
    check("from=2026-11-20&to=2026-11-20", 2).await;
    check("from=2026-11-20T00:00:00Z&to=2026-11-20T10:00:00Z", 1).await;
}

#[tokio::test]
async fn bad_questions() {
    let world = World::open();
    let check = async |path: &str, status: u16| {
        let answer = world.get(path).await;
        assert_eq!(answer.status, status, "{path}: {}", answer.text);
        assert_eq!(answer.headers["content-type"], "application/problem+json");
    };
    for route in ["/v1/events", "/v1/export", "/v1/realtime", "/v1/realtime/stream"] {
        check(route, 400).await;
        check(&format!("{route}?site_id=nobody"), 404).await;
        check(&format!("{route}?site=shop"), 400).await;
        check(&format!("{route}?site_id=%00"), 400).await;
        check(&format!("{route}?site_id=shop&site_id=shop"), 400).await;
        check(&format!("{route}?site_id={}", "x".repeat(9_000)), 400).await;
    }
    for query in
        ["limit=0", "cursor=1", "visitor=1", "include_bots=1", "from=x", "from=2026-11-21&to=2026-11-20"]
    {
        check(&format!("/v1/events?site_id=shop&{query}"), 400).await;
    }
    for query in ["format=parquet", "cells=bold", "from=2026-02-30", "from=9999-01-01", "to=1969-12-31"] {
        check(&format!("/v1/export?site_id=shop&{query}"), 400).await;
    }
    for to in ["9999-12-31", "9999-12-31T23:59:59Z", "2201-01-01", "2200-12-31"] {
        for route in ["/v1/export", "/v1/events"] {
            let answer = world.get(&format!("{route}?site_id=shop&from=2026-01-01&to={to}")).await;
            assert_eq!(answer.status, 200, "{route} {to}: {}", answer.text);
        }
    }
}

/// Reads RFC 4180.
fn parse_csv(text: &str) -> Vec<Vec<String>> {
    let mut rows = vec![vec![String::new()]];
    let mut chars = text.chars().peekable();
    let mut quoted = false;
    while let Some(char) = chars.next() {
        let row = rows.last_mut().unwrap();
        match (char, quoted) {
            ('"', true) if chars.peek() == Some(&'"') => {
                chars.next();
                row.last_mut().unwrap().push('"');
            }
            ('"', _) => quoted = !quoted,
            (',', false) => row.push(String::new()),
            ('\r', false) => {
                assert_eq!(chars.next(), Some('\n'));
                rows.push(vec![String::new()]);
            }
            (other, _) => row.last_mut().unwrap().push(other),
        }
    }
    assert_eq!(rows.pop(), Some(vec![String::new()]), "the file ends with a line break");
    rows
}

#[tokio::test]
async fn an_export_has_every_event_once() {
    // More than two pages.
    let world = many(4_321).await;
    let answer = world.get("/v1/export?site_id=shop&format=csv").await;
    assert_eq!(answer.status, 200);
    assert!(answer.headers["content-type"].to_str().unwrap().starts_with("text/csv"));
    assert_eq!(answer.headers["content-disposition"], "attachment; filename=\"kassa-shop-2026-11-20.csv\"");
    let rows = parse_csv(&answer.text);
    assert_eq!(rows.len(), 4_322);
    let ids: std::collections::BTreeSet<&String> = rows[1..].iter().map(|row| &row[0]).collect();
    assert_eq!(ids.len(), 4_321);
    assert!(rows.iter().all(|row| row.len() == rows[0].len()));
    let part = world.get("/v1/export?site_id=shop&from=2026-11-03&to=2026-11-04").await;
    let expected = (0..4_321).filter(|n| matches!(n % 20, 2 | 3)).count();
    assert_eq!(parse_csv(&part.text).len(), expected + 1);
    let nothing = world.get("/v1/export?site_id=shop&to=2020-01-01").await;
    assert_eq!(parse_csv(&nothing.text).len(), 1);
}

#[tokio::test]
async fn an_export_reads_as_the_reader_does_and_is_cut_off_when_the_store_fails() {
    let store = Arc::new(Spy::default());
    let world = World::over(Arc::clone(&store) as Arc<dyn EventStore>);
    // Four hours, each of which fills a part.
    let at = |n: i64| format!("2026-11-20T{:02}:00:00Z", 6 + n / 9_000);
    world.seed((0..36_000).map(|n| view("/x", n % 7, &at(n))).collect()).await;
    let open = async || {
        let request = Request::get("/v1/export?site_id=shop").body(Body::empty()).unwrap();
        world.router.clone().oneshot(request).await.unwrap().into_body()
    };
    let pages = || store.pages.load(Ordering::SeqCst);
    let mut body = open().await;
    assert_eq!(pages(), 1);
    body.frame().await.unwrap().unwrap();
    body.frame().await.unwrap().unwrap();
    assert!(pages() <= 2, "{} pages read for two sent", pages());
    while let Some(frame) = body.frame().await {
        frame.unwrap();
    }
    assert_eq!(pages(), 4);
    store.failing_page.store(pages() + 4, Ordering::SeqCst);
    let mut body = open().await;
    for _ in 0..3 {
        body.frame().await.unwrap().unwrap();
    }
    assert!(body.frame().await.unwrap().is_err(), "the transfer breaks");
    assert!(body.frame().await.is_none());
}

#[tokio::test]
async fn two_exports_at_a_time_and_a_third_waits_for_its_turn() {
    let world = many(100).await;
    let open = async || {
        let request = Request::get("/v1/export?site_id=shop").body(Body::empty()).unwrap();
        world.router.clone().oneshot(request).await.unwrap()
    };
    let (first, second) = (open().await, open().await);
    assert_eq!((first.status().as_u16(), second.status().as_u16()), (200, 200));
    let refused = world.get("/v1/export?site_id=shop").await;
    assert_eq!(refused.status, 503, "{}", refused.text);
    assert!(refused.text.contains("2 exports are being sent") && refused.headers.contains_key("retry-after"));
    assert_eq!(world.get("/v1/events?site_id=shop").await.status, 200, "others are answered");
    let waiting = world.get("/v1/export?site_id=shop");
    let ending = async {
        tokio::task::yield_now().await;
        drop(first);
    };
    assert_eq!(tokio::join!(waiting, ending).0.status, 200, "it waited until one ended");
    assert_eq!(world.get("/v1/export?site_id=shop").await.status, 200, "sent to its end, its turn is over");
}

#[tokio::test]
async fn an_export_survives_hostile_texts() {
    let world = World::open();
    let texts = ["=cmd|' /C calc'!A0", "a,b", "say \"hi\"", "two\r\nlines", "\u{202e}x", "+1", ""];
    let events = texts.iter().enumerate().map(|(n, text)| Event {
        title: Some((*text).to_owned()),
        props: json!({"t": text}).to_string(),
        bot: n == 0,
        ..event("x", n as i64, &format!("2026-11-20T10:00:0{n}Z"))
    });
    world.seed(events.collect()).await;
    let titles = async |query: &str| {
        let rows = parse_csv(&world.get(&format!("/v1/export?site_id=shop{query}")).await.text);
        let column = rows[0].iter().position(|name| name == "title").unwrap();
        rows[1..].iter().rev().map(|row| row[column].clone()).collect::<Vec<_>>()
    };
    assert_eq!(titles("&cells=raw").await, texts);
    let safe = ["'=cmd|' /C calc'!A0", "a,b", "say \"hi\"", "two\r\nlines", "\u{202e}x", "'+1", ""];
    assert_eq!(titles("").await, safe);
}
