//! `POST /v1/query/batch`: the answers of its queries one by one, and until when they are complete.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use axum::body::Body;
use axum::http::Request;
use bytes::Bytes;
use kassa_eventlog::disk::RealDisk;
use kassa_eventlog::local::{LocalLog, Options};
use kassa_eventlog::{EventLog, Offset, Record, Stream};
use kassa_eventstore::Mark;
use kassa_model::{Dialect, LogRecord, Reason, Rejected, RouteKey, SystemClock, Timestamp, encode};
use serde_json::{Value, json};
use uuid::Uuid;

use super::super::freshness::LogEnds;
use super::support::{Answer, KEY_ALL, KEY_SHOP, World, event, view};

async fn send(world: &World, key: &str, batch: &Value) -> Answer {
    let request = Request::post("/v1/query/batch").header("authorization", format!("Bearer {key}"));
    world.send(request.body(Body::from(batch.to_string())).unwrap()).await
}

async fn results(world: &World, batch: Value) -> Vec<Value> {
    let answer = send(world, KEY_ALL, &batch).await;
    assert_eq!(answer.status, 200, "{batch}: {}", answer.text);
    answer.json()["results"].as_array().unwrap().clone()
}

async fn seeded() -> World {
    let world = World::open();
    let events = vec![
        view("/", 1, "2026-11-18T10:00:00Z"),
        view("/shop", 1, "2026-11-18T10:01:00Z"),
        view("/", 2, "2026-11-19T23:30:00Z"),
        event("click", 2, "2026-11-19T23:31:00Z"),
    ];
    world.seed(events).await;
    world
}

#[tokio::test]
async fn each_query_is_answered_as_if_it_were_alone() {
    let world = seeded().await;
    let queries = [
        json!({"site_id":"shop","metrics":["visitors","pageviews"],"date_range":"7d",
            "include":{"comparisons":{"mode":"previous_period"}}}),
        json!({"site_id":"shop","metrics":["visitors"],"date_range":"all","dimensions":["time:day"]}),
        json!({"site_id":"shop","metrics":["visitors"],"date_range":"7d","dimensions":["visit:sauce"]}),
        json!({"site_id":"nobody","metrics":["visitors"],"date_range":"7d"}),
        json!({"site_id":"shop","metrics":["events"],"date_range":"7d","dimensions":["time:minute"]}),
        json!({"site_id":"shop","metrics":["pageviews"],"date_range":"7d","dimensions":["event:page"],
            "pagination":{"limit":1}}),
        json!(7),
    ];
    let found = results(&world, json!({"queries": queries})).await;
    assert_eq!(found.len(), queries.len());
    let mut failed = 0;
    for (query, found) in queries.iter().zip(&found) {
        let alone = world.post(query.to_string()).await;
        if alone.status == 200 {
            assert_eq!(*found, alone.json(), "{query}");
        } else {
            failed += 1;
            assert_eq!(*found, json!({"error": alone.json()}), "{query}");
        }
    }
    assert_eq!(failed, 4);
}

#[tokio::test]
async fn what_stands_outside_holds_for_queries_that_say_nothing_else() {
    let world = seeded().await;
    let batch = json!({
        "site_id": "shop", "date_range": "7d", "filters": [["is", "event:page", ["/shop"]]], "timezone": "Europe/Berlin",
        "queries": [
            {"metrics": ["pageviews"], "dimensions": ["time:day"]},
            {"metrics": ["pageviews"], "filters": []},
            {"metrics": ["pageviews"], "site_id": "berlin"},
            {"metrics": ["pageviews"], "date_range": ["2026-11-19", "2026-11-19"], "filters": [], "timezone": "UTC"},
            {"metrics": ["pageviews"], "date_range": ["2026-11-19", "2026-11-19"], "filters": []},
        ],
    });
    let found = results(&world, batch).await;
    let total = |result: &Value| result["results"][0]["metrics"][0].clone();
    assert_eq!(found[0]["query"]["date_range"][0], "2026-11-14T00:00:00+01:00");
    assert_eq!(found[0]["query"]["timezone"], "Europe/Berlin");
    assert_eq!(found[0]["results"][4]["metrics"], json!([1]));
    assert_eq!(total(&found[1]), 3);
    assert_eq!(total(&found[2]), 0);
    assert_eq!(total(&found[3]), 1);
    // Half past eleven in UTC is the next day in Berlin.
    assert_eq!(total(&found[4]), 0);
}

#[tokio::test]
async fn a_batch_that_cannot_be_read_is_refused_whole() {
    let world = World::open();
    let one = json!({"site_id":"shop","metrics":["visitors"],"date_range":"7d"});
    let check = async |batch: Value, says: &str| {
        let answer = send(&world, KEY_ALL, &batch).await;
        assert_eq!(answer.status, 400, "{batch}");
        assert!(answer.text.contains(says), "{batch}: {}", answer.text);
    };
    check(json!({}), "queries is required").await;
    check(json!({"queries": []}), "1 to 20").await;
    check(json!({"queries": vec![one.clone(); 21]}), "1 to 20").await;
    check(json!({"queries": one}), "an array").await;
    check(json!({"queries": [one], "query": 1}), "queries").await;
    check(json!({"queries": [one], "site_id": []}), "1 to 50").await;
    check(json!({"queries": [one], "metrics": ["visitors"]}), "metrics").await;
}

#[tokio::test]
async fn a_key_of_one_site_asks_about_no_other() {
    let world = World::closed();
    let query = |site: &str| json!({"site_id": site, "metrics": ["visitors"], "date_range": "7d"});
    let bare = json!({"metrics": ["visitors"], "date_range": "7d"});
    let status = async |batch: Value| send(&world, KEY_SHOP, &batch).await.status;
    assert_eq!(status(json!({"site_id": "shop", "queries": [bare]})).await, 200);
    assert_eq!(status(json!({"site_id": "berlin", "queries": [bare]})).await, 404);
    assert_eq!(status(json!({"site_id": ["shop", "berlin"], "queries": [bare]})).await, 404);
    let answer = send(&world, KEY_SHOP, &json!({"queries": [query("berlin"), query("shop")]})).await;
    let found = answer.json();
    assert_eq!(found["results"][0]["error"]["status"], 404);
    assert_eq!(found["results"][1]["results"][0]["metrics"], json!([0]));
    // Without a log nobody knows how much is still to come.
    assert_eq!(found["meta"], json!({"fresh_at": null}));
}

const LOOKED_AT: i64 = 9_000_000;

pub(super) fn log_in(folder: &Path) -> Arc<dyn EventLog> {
    let mut options = Options::new(folder.join("log"));
    (options.reserve_bytes, options.events.partitions) = (0, 2);
    Arc::new(LocalLog::open(options, Arc::new(RealDisk), Arc::new(SystemClock)).unwrap())
}

/// A record that was received at so many µs; returns its place.
pub(super) async fn received(log: &dyn EventLog, key: u64, micros: i64) -> kassa_eventlog::Position {
    let rejected = Rejected {
        id: String::new(),
        site: String::new(),
        received_at: Timestamp::from_micros(micros),
        reason: Reason::ALL[0],
        detail: String::new(),
        dialect: Dialect::SEGMENT,
        original: String::new(),
    };
    let payload = Bytes::from(encode(&LogRecord::Rejected(Box::new(rejected))).unwrap());
    log.append(Stream::Events, vec![Record { key: RouteKey(key), payload }]).await.unwrap()[0]
}

#[tokio::test]
async fn answers_are_complete_until_the_first_record_that_the_store_has_not() {
    let folder = tempfile::tempdir().unwrap();
    let log = log_in(folder.path());
    let log_id = log.status(Stream::Events).await.unwrap().log_id;
    let looked_at = Timestamp::from_micros(LOOKED_AT);
    let fresh = async |marks: &[(u32, u64)]| {
        let ends = LogEnds::of(&log, looked_at).await.unwrap();
        let mark = |position: u64| Mark { log_id, position, epoch: 1 };
        let marks = marks.iter().map(|(partition, position)| (*partition, mark(*position))).collect();
        ends.fresh_at(&marks).await.map(Timestamp::micros)
    };
    assert_eq!(fresh(&[]).await, Some(LOOKED_AT), "an empty log has nothing to come");
    let mut places = BTreeMap::new();
    for key in 0..40_u64 {
        let place = received(log.as_ref(), key, 1_000 + key as i64).await;
        places.entry(place.partition).or_insert_with(Vec::new).push((place.offset, 1_000 + key as i64));
    }
    let [(0, left), (1, right)] = &Vec::from_iter(&places)[..] else { panic!("{places:?}") };
    let end = |part: &[(Offset, i64)]| part[part.len() - 1].0.after().0;
    assert_eq!(fresh(&[]).await, Some(1_000));
    assert_eq!(fresh(&[(0, end(left)), (1, end(right))]).await, Some(LOOKED_AT));
    assert_eq!(fresh(&[(0, left[3].0.0), (1, end(right))]).await, Some(left[3].1));
    assert_eq!(fresh(&[(0, end(left)), (1, right[5].0.0)]).await, Some(right[5].1));
    let both = left[3].1.min(right[5].1);
    assert_eq!(fresh(&[(0, left[3].0.0), (1, right[5].0.0)]).await, Some(both));
    let ends = LogEnds::of(&log, looked_at).await.unwrap();
    let other = BTreeMap::from([(0, Mark { log_id: Uuid::nil(), position: 0, epoch: 1 })]);
    assert_eq!(ends.fresh_at(&other).await, None, "a store of another log");
}
