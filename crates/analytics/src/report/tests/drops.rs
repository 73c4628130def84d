//! What was not counted, by day, reason and country; and freshness where nobody knows of a log.

use std::collections::BTreeMap;

use kassa_eventstore::{Batch, CountKey, with_visits};
use kassa_model::{Event, Outcome, Reason, Timestamp};
use serde_json::{Value, json};
use uuid::Uuid;

use super::support::{KEY_ADMIN, KEY_ALL, KEY_SHOP, World, view};

fn day(date: &str) -> i64 {
    format!("{date}T00:00:00Z").parse::<Timestamp>().unwrap().day()
}

/// Two people, three bots, and what was refused on some days.
async fn seed(world: &World) {
    let bot = |path: &str, who: i64, time: &str, country: Option<&str>| Event {
        bot: true,
        country: country.map(str::to_owned),
        ..view(path, who, time)
    };
    let rows = with_visits(
        0,
        vec![
            Event { country: Some("DE".to_owned()), ..view("/", 1, "2026-11-19T10:00:00Z") },
            view("/", 2, "2026-11-20T10:00:00Z"),
            bot("/", 3, "2026-11-19T23:59:59Z", Some("DE")),
            bot("/a", 3, "2026-11-20T00:00:00Z", Some("DE")),
            bot("/", 4, "2026-11-20T01:00:00Z", None),
            bot("/", 5, "2026-09-01T01:00:00Z", Some("FR")),
        ],
    );
    let count = |site: &str, date: &str, outcome: Outcome| CountKey {
        site: site.to_owned(),
        day: day(date),
        outcome,
    };
    let counts = BTreeMap::from([
        (count("shop", "2026-11-19", Outcome::Stored), 2),
        (count("shop", "2026-11-20", Outcome::Stored), 3),
        (count("shop", "2026-09-01", Outcome::Stored), 1),
        (count("shop", "2026-11-19", Outcome::Duplicate), 4),
        (count("shop", "2026-11-19", Outcome::Rejected(Reason::InvalidTime)), 5),
        (count("shop", "2026-11-20", Outcome::Rejected(Reason::TooDeep)), 6),
        (count("shop", "2026-11-20", Outcome::Rejected(Reason::ExcludedAddress)), 9),
        (count("shop", "2026-10-01", Outcome::Duplicate), 7),
        (count("berlin", "2026-11-19", Outcome::Duplicate), 8),
    ]);
    let (log_id, rejected, state) = (Uuid::nil(), Vec::new(), None);
    let batch = Batch { log_id, partition: 0, epoch: 1, from: 0, to: 6, rows, rejected, counts, state };
    world.store.insert(batch).await.unwrap();
}

async fn drops(world: &World, more: &str) -> Value {
    let answer = world.get(&format!("/v1/drops?site_id=shop{more}")).await;
    assert_eq!(answer.status, 200, "{more}: {}", answer.text);
    answer.json()
}

#[tokio::test]
async fn what_was_not_counted_is_told_by_day_and_reason() {
    let world = World::open();
    seed(&world).await;
    let (first, second) = ("2026-11-19", "2026-11-20");
    let lately = json!([
        {"day": second, "outcome": "bot", "country": null, "events": 1},
        {"day": second, "outcome": "bot", "country": "DE", "events": 1},
        {"day": second, "outcome": "excluded", "reason": "address", "events": 9},
        {"day": second, "outcome": "rejected", "reason": "too_deep", "events": 6},
        {"day": first, "outcome": "bot", "country": "DE", "events": 1},
        {"day": first, "outcome": "duplicate", "events": 4},
        {"day": first, "outcome": "rejected", "reason": "invalid_time", "events": 5},
    ]);
    // The last thirty days, unless others are named.
    assert_eq!(drops(&world, "").await, json!({"results": lately, "meta": {"stored": 5, "dropped": 27}}));
    let one = drops(&world, "&from=2026-11-20&to=2026-11-20").await;
    assert_eq!(
        one,
        json!({"results": lately.as_array().unwrap()[..4], "meta": {"stored": 3, "dropped": 17}})
    );
    let longer = drops(&world, "&from=2026-09-01").await;
    assert_eq!(longer["meta"], json!({"stored": 6, "dropped": 35}));
    let oldest = &longer["results"].as_array().unwrap()[8];
    assert_eq!(*oldest, json!({"day": "2026-09-01", "outcome": "bot", "country": "FR", "events": 1}));
    assert_eq!(drops(&world, "&from=2027-05-01").await["results"], json!([]));
}

/// Each event is told of once, whether a rule or what sent it leaves it out.
#[tokio::test]
async fn what_a_rule_excludes_is_told_as_long_as_it_holds() {
    let world = World::closed().keeping();
    seed(&world).await;
    let stored = async || {
        let answer = world.get_with_key("/v1/drops?site_id=shop", KEY_ALL).await.json();
        let of_stored = |drop: &&Value| drop["outcome"] == "bot" || drop["reason"] == "rule";
        let drops: Vec<Value> =
            answer["results"].as_array().unwrap().iter().filter(of_stored).cloned().collect();
        (json!(drops), answer["meta"]["dropped"].clone())
    };
    let before = stored().await;
    let rule =
        json!({"site_id": "shop", "name": "home", "exclude": {"filters": [["is", "visit:country", ["DE"]]]}});
    let made = world.call("POST /v1/rules", KEY_ADMIN, rule).await;
    assert_eq!(made.status, 201, "{}", made.text);
    let expected = json!([
        {"day": "2026-11-20", "outcome": "bot", "country": null, "events": 1},
        {"day": "2026-11-20", "outcome": "excluded", "reason": "rule", "country": "DE", "events": 1},
        {"day": "2026-11-19", "outcome": "excluded", "reason": "rule", "country": "DE", "events": 2},
    ]);
    // A person more than before.
    assert_eq!(stored().await, (expected, json!(28)));
    let query = json!({"site_id": "shop", "date_range": "7d", "metrics": ["events"]});
    let rows = world.call("POST /v1/query/rows", KEY_ALL, query).await;
    let not_counted = &rows.json()["not_counted"];
    let excluded = json!({"outcome": "excluded", "reason": "rule", "country": "DE", "events": 3});
    assert!(not_counted.as_array().unwrap().contains(&excluded), "{}", rows.text);
    let gone = format!("DELETE /v1/rules/{}", made.json()["id"].as_str().unwrap());
    let gone = world.call(&gone, KEY_ADMIN, json!({})).await;
    assert!(gone.status.is_success(), "{}", gone.text);
    assert_eq!(stored().await, before);
}

#[tokio::test]
async fn it_is_told_to_whom_may_read_the_site() {
    let world = World::closed();
    let check = async |path: &str, key: &str, status: u16| {
        assert_eq!(world.get_with_key(path, key).await.status, status, "{path} {key}");
    };
    check("/v1/drops?site_id=shop", KEY_SHOP, 200).await;
    check("/v1/drops?site_id=berlin", KEY_SHOP, 404).await;
    check("/v1/drops?site_id=nobody", KEY_ALL, 404).await;
    check("/v1/drops?site_id=shop&from=2001-01-01", KEY_ALL, 400).await;
    check("/v1/drops?site_id=shop&from=yesterday", KEY_ALL, 400).await;
    check("/v1/drops", KEY_ALL, 400).await;
    check("/v1/trust", KEY_SHOP, 200).await;
    assert_eq!(world.get("/v1/trust").await.status, 401);
}

/// With a log and books: `it::audit`.
#[tokio::test]
async fn nothing_is_claimed_that_nobody_knows() {
    let answer = World::open().get("/v1/trust").await;
    assert_eq!(answer.json(), json!({"fresh_at": null, "lag": null, "books": null}));
}
