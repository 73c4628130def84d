//! Alerts: what they say of the past, and how they stand.

use std::path::Path;
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use kassa_access::{Draft, KeptKind};
use kassa_eventstore::{Error, EventStore};
use kassa_model::{MICROS_PER_SECOND, Timestamp};
use serde_json::{Value, json};

use super::super::alerts::{NoPager, look};
use super::batch::{log_in, received};
use super::spy::{Failure, Spy};
use super::support::{Answer, KEY_ADMIN, KEY_ALL, NOW, World, view};
use crate::report::{Books, Fired, Gauges, Pager, ReportOptions, Verdict};

/// Three mugs.
#[derive(Debug)]
struct Shop;

#[async_trait]
impl Gauges for Shop {
    async fn stock(&self, site: &str, sku: &str) -> Option<i64> {
        (site == "shop" && sku == "mug").then_some(3)
    }
}

/// What a pager heard: name, since when, and value.
#[derive(Debug, Default)]
struct Heard(Mutex<Vec<(String, String, Value)>>);

#[async_trait]
impl Pager for Heard {
    async fn fires(&self, alert: Fired) {
        self.0.lock().unwrap().push((alert.name, alert.since, alert.value));
    }
}

/// Books of which so many things are wrong, and whether all of them could be looked at.
#[derive(Debug)]
struct Looked(u64, bool);

impl Books for Looked {
    fn verdict(&self) -> Option<Verdict> {
        let Self(violations, complete) = *self;
        Some(Verdict {
            ok: violations == 0,
            complete,
            violations,
            checked_at: "2026-11-20T12:00:00Z".to_owned(),
        })
    }
}

/// With these books, and a log whose record came in five minutes and ten seconds ago.
async fn watched(folder: &Path, books: Looked) -> World {
    let log = log_in(folder);
    let now: Timestamp = NOW.parse().unwrap();
    received(log.as_ref(), 1, now.plus_micros(-310 * MICROS_PER_SECOND).micros()).await;
    let options = ReportOptions {
        gauges: Arc::new(Shop),
        books: Some(Arc::new(books)),
        log: Some(log),
        ..ReportOptions::default()
    };
    World::closed().with_options(options).keeping()
}

async fn admin(world: &World, line: &str, body: Value) -> Answer {
    world.call(line, KEY_ADMIN, body).await
}

fn visitors(when: Value) -> Value {
    json!({"site_id": "shop", "watch": {"query": {"metric": "visitors"}}, "when": when})
}

/// Four visitors at ten o'clock of each of the last six Thursdays and Fridays, but one on the last Friday.
async fn weeks() -> World {
    let world = World::closed()
        .with_options(ReportOptions { gauges: Arc::new(Shop), ..ReportOptions::default() })
        .keeping();
    let mut events = Vec::new();
    let mut id = 0;
    for day in [
        "10-15", "10-22", "10-29", "11-05", "11-12", "11-19", "10-16", "10-23", "10-30", "11-06", "11-13",
        "11-20",
    ] {
        let count = if day == "11-20" { 1 } else { 4 };
        for _ in 0..count {
            id += 1;
            events.push(view("/a", id, &format!("2026-{day}T10:30:00Z")));
        }
    }
    events.sort_by_key(|event| event.received_at);
    world.seed(events).await;
    world
}

#[tokio::test]
async fn the_past_tells_how_often_it_would_have_been_heard_of() {
    let world = weeks().await;
    let check = async |when: Value, days: i64, expected: Value| {
        let mut body = visitors(when);
        body["days"] = json!(days);
        let answer = admin(&world, "POST /v1/alerts/evaluate", body.clone()).await;
        assert_eq!(answer.status, 200, "{}", answer.text);
        let found = answer.json();
        let times: Vec<Value> = found["times"]
            .as_array()
            .unwrap()
            .iter()
            .map(|time| json!([time["at"], time["until"], time["value"], time["expected"]]))
            .collect();
        assert_eq!(json!([found["fired"], times]), expected, "{body}");
    };
    // The last Friday alone, against four Fridays before.
    let half = json!({"is": "below", "percent": 50, "weeks": 4});
    let friday = json!(["2026-11-20T10:00:00Z", "2026-11-20T11:00:00Z", 1, 4]);
    check(half.clone(), 1, json!([1, [friday]])).await;
    check(half, 8, json!([1, [friday]])).await;
    check(json!({"is": "above", "percent": 100, "weeks": 4}), 8, json!([0, []])).await;
    // An hour above, and what lies between as one firing.
    let above = json!({"is": "above", "bound": 3});
    let thursday = json!(["2026-11-19T10:00:00Z", "2026-11-19T11:00:00Z", 4, 3]);
    check(above, 2, json!([1, [thursday]])).await;
    let quiet = json!([
        ["2026-11-19T12:00:00Z", "2026-11-20T10:00:00Z", 0, 1],
        ["2026-11-20T11:00:00Z", "2026-11-20T12:00:00Z", 0, 1]
    ]);
    check(json!({"is": "below", "bound": 1}), 1, json!([2, quiet])).await;
}

#[tokio::test]
async fn alerts_stand_as_the_last_window_says_and_the_list_shows_it() {
    let world = weeks().await;
    let mut ids = Vec::new();
    for (name, watch, when) in [
        ("quiet", json!({"query": {"metric": "visitors"}}), json!({"is": "below", "bound": 1})),
        ("mugs", json!({"stock": {"sku": "mug"}}), json!({"is": "below", "bound": 5})),
        ("caps", json!({"stock": {"sku": "cap"}}), json!({"is": "below", "bound": 5})),
        ("late", json!({"lag": {}}), json!({"is": "above", "bound": 300})),
        ("books", json!({"audit": {}}), json!({"is": "above", "bound": 0})),
    ] {
        let body = json!({"site_id": "shop", "name": name, "watch": watch, "when": when});
        let made = admin(&world, "POST /v1/alerts", body).await;
        assert_eq!(made.status, 201, "{}", made.text);
        ids.push(made.json()["id"].clone());
    }
    let stands = async || {
        let list = world.call("GET /v1/alerts?site_id=shop", KEY_ALL, json!({})).await.json();
        let results = list["results"].as_array().unwrap().clone();
        results
            .iter()
            .map(|alert| json!([alert["name"], alert["state"]["status"], alert["state"]["value"]]))
            .collect::<Value>()
    };
    let heard = Heard::default();
    assert_eq!(stands().await[0], json!(["books", "unknown", null]), "not looked at yet");
    look(&world.reports, &heard).await;
    let expected = json!([
        ["books", "unknown", null],
        ["caps", "unknown", null],
        ["late", "unknown", null],
        ["mugs", "firing", 3],
        ["quiet", "firing", 0],
    ]);
    assert_eq!(stands().await, expected);
    let heard_of = || {
        let mut heard = std::mem::take(&mut *heard.0.lock().unwrap());
        heard.sort_by(|one, other| one.0.cmp(&other.0));
        heard
    };
    let fires = |name: &str, value: i64| (name.to_owned(), "2026-11-20T12:00:30Z".to_owned(), json!(value));
    assert_eq!(heard_of(), [fires("mugs", 3), fires("quiet", 0)]);
    // Since when, however often it is looked at.
    let since = async || {
        let list = world.call("GET /v1/alerts?site_id=shop", KEY_ALL, json!({})).await.json();
        json!([list["results"][3]["state"]["since"], list["results"][3]["state"]["checked_at"]])
    };
    assert_eq!(since().await, json!(["2026-11-20T12:00:30Z", "2026-11-20T12:00:30Z"]));
    world.clock.advance(60_000_000);
    look(&world.reports, &heard).await;
    assert_eq!(since().await, json!(["2026-11-20T12:00:30Z", "2026-11-20T12:01:30Z"]));
    assert!(heard_of().contains(&fires("mugs", 3)), "by the same time, so it is known");
    let one = format!("/v1/alerts/{}", ids[1].as_str().unwrap());
    let off = json!({"name": "mugs", "enabled": false, "watch": {"stock": {"sku": "mug"}}, "when": {"is": "below", "bound": 5}});
    assert_eq!(admin(&world, &format!("PUT {one}"), off).await.status, 200);
    look(&world.reports, &heard).await;
    assert_eq!(stands().await[3], json!(["mugs", "disabled", null]));
}

#[tokio::test]
async fn lag_and_books_are_those_of_the_mark_of_trust() {
    let above = |bound: i64| json!({"is": "above", "bound": bound});
    let check = async |books: Looked, expected: Value| {
        let folder = tempfile::tempdir().unwrap();
        let world = watched(folder.path(), books).await;
        for (name, watch, when) in [
            ("books", json!({"audit": {}}), above(0)),
            ("late", json!({"lag": {}}), above(300)),
            ("later", json!({"lag": {}}), above(310)),
        ] {
            let body = json!({"site_id": "shop", "name": name, "watch": watch, "when": when});
            assert_eq!(admin(&world, "POST /v1/alerts", body).await.status, 201);
        }
        look(&world.reports, &NoPager).await;
        let list = world.call("GET /v1/alerts?site_id=shop", KEY_ALL, json!({})).await.json();
        let stands = list["results"].as_array().unwrap().iter();
        let stands = stands.map(|alert| json!([alert["state"]["status"], alert["state"]["value"]]));
        assert_eq!(stands.collect::<Value>(), expected);
        let trust = world.call("GET /v1/trust", KEY_ALL, json!({})).await.json();
        assert_eq!(trust["lag"]["seconds"], json!(310.0), "{trust}");
        assert_eq!(trust["fresh_at"], json!("2026-11-20T11:55:20Z"), "{trust}");
    };
    check(Looked(0, true), json!([["ok", 0], ["firing", 310], ["ok", 310]])).await;
    check(Looked(2, true), json!([["firing", 2], ["firing", 310], ["ok", 310]])).await;
    check(Looked(2, false), json!([["firing", 2], ["firing", 310], ["ok", 310]])).await;
    // Nothing was found, but something could not be looked at.
    check(Looked(0, false), json!([["unknown", null], ["firing", 310], ["ok", 310]])).await;
}

/// What an alert names is whoever wrote it down's to see; how it stands is told to whoever may read the site.
#[tokio::test]
async fn an_alert_tells_nothing_of_personal_segments() {
    let world = weeks().await;
    let filters = json!([["is", "event:page", ["/a"]]]);
    let segment = |name: &str, personal: bool| json!({"site_id": "shop", "name": name, "filters": filters, "personal": personal});
    let gone = admin(&world, "POST /v1/segments", segment("Gone", false)).await.json()["id"].clone();
    assert_eq!(admin(&world, "POST /v1/segments", segment("Secret plans", true)).await.status, 201);
    // Personal to somebody else than who looks at alerts.
    let of_another = Draft {
        owner: Some("key:another".to_owned()),
        name: "Theirs".to_owned(),
        body: segment("Theirs", true).as_object().unwrap().clone(),
    };
    let access = &world.reports.access;
    let theirs = access.keep("shop", KeptKind::Segment, of_another, "key:another").await.unwrap().id.clone();
    for (name, id) in [("a", &gone), ("b", &json!(theirs))] {
        let watch = json!({"query": {"metric": "visitors", "filters": [["is", "segment", [id]]]}});
        let body =
            json!({"name": name, "enabled": true, "watch": watch, "when": {"is": "below", "bound": 1}});
        let draft = Draft { owner: None, name: name.to_owned(), body: body.as_object().unwrap().clone() };
        access.keep("shop", KeptKind::Alert, draft, "key:another").await.unwrap();
    }
    let line = format!("DELETE /v1/segments/{}", gone.as_str().unwrap());
    assert_eq!(admin(&world, &line, json!({})).await.status, 204);
    look(&world.reports, &NoPager).await;
    let list = world.call("GET /v1/alerts?site_id=shop", KEY_ALL, json!({})).await;
    let states: Value = list.json()["results"]
        .as_array()
        .unwrap()
        .iter()
        .map(|alert| alert["state"]["status"].clone())
        .collect();
    assert_eq!(states, json!(["unknown", "firing"]), "{}", list.text);
    assert!(list.text.contains("is gone") && !list.text.contains("Secret plans"), "{}", list.text);
}

/// Why it is not known is told as an answer tells it: nothing of how the store is made, and what the question lacks.
#[tokio::test]
async fn an_alert_tells_no_more_of_a_store_that_fails_than_an_answer() {
    let store = Arc::new(Spy::default());
    let world = World::over(Arc::clone(&store) as Arc<dyn EventStore>).keeping();
    let mut body = visitors(json!({"is": "below", "bound": 1}));
    body["name"] = json!("quiet");
    assert_eq!(admin(&world, "POST /v1/alerts", body).await.status, 201);
    let check = async |error: Failure, reason: &str| {
        store.fail(Some(error));
        look(&world.reports, &NoPager).await;
        let list = admin(&world, "GET /v1/alerts?site_id=shop", json!({})).await;
        let state = &list.json()["results"][0]["state"];
        assert_eq!(json!([state["status"], state["reason"]]), json!(["unknown", reason]), "{}", list.text);
    };
    check(|| Error::Failed("secret path".to_owned()), "the error was logged").await;
    check(|| Error::Unavailable("secret path".to_owned()), "the event store is not available just now").await;
    check(|| Error::Invalid("a bad expression".to_owned()), "a bad expression").await;
}

#[tokio::test]
async fn what_is_no_alert_is_refused() {
    let world = World::closed().keeping();
    let check = async |watch: Value, when: Value, said: &str| {
        let body = json!({"site_id": "shop", "name": "a", "watch": watch, "when": when});
        let answer = admin(&world, "POST /v1/alerts", body.clone()).await;
        assert_eq!(answer.status, 400, "{body}: {}", answer.text);
        assert!(answer.text.contains(said), "{body}: {}", answer.text);
    };
    let below = json!({"is": "below", "bound": 1});
    check(json!({}), below.clone(), "one of query").await;
    check(json!({"weather": {}}), below.clone(), "stock").await;
    check(json!({"query": {"metric": "visitor"}}), below.clone(), "visitors").await;
    check(json!({"query": {"metric": "visitors", "window_minutes": 7}}), below.clone(), "window_minutes")
        .await;
    check(json!({"stock": {}}), below, "sku").await;
    check(json!({"lag": {}}), json!({"is": "above", "percent": 50}), "bound").await;
    check(json!({"lag": {}}), json!({"is": "over", "bound": 1}), "above").await;
    check(json!({"lag": {}}), json!({"is": "above"}), "either").await;
    let past = json!({"site_id": "shop", "watch": {"lag": {}}, "when": {"is": "above", "bound": 1}});
    assert_eq!(admin(&world, "POST /v1/alerts/evaluate", past).await.status, 400);
}
