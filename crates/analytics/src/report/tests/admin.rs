//! Dead letters and counts.

use std::collections::BTreeMap;

use kassa_eventstore::{Batch, CountKey, DeadLetter};
use kassa_model::{Dialect, Outcome, Reason, Rejected, Timestamp};
use serde_json::{Value, json};
use uuid::Uuid;

use super::support::{KEY_ADMIN, KEY_ALL, KEY_SHOP, World};

async fn seed(world: &World) {
    let letter = |n: u32, site: &str, reason: Reason| DeadLetter {
        offset: n.into(),
        rejected: Rejected {
            id: format!("letter-{n}"),
            site: site.to_owned(),
            received_at: "2026-11-20T10:00:00Z".parse::<Timestamp>().unwrap().plus_micros(n.into()),
            reason,
            detail: "timestamp: yesterday".to_owned(),
            dialect: Dialect::named("flat"),
            original: r#"{"eventType":"click"}"#.to_owned(),
        },
    };
    let count = |site: &str, day: i64, outcome: Outcome| CountKey { site: site.to_owned(), day, outcome };
    let batch = Batch {
        log_id: Uuid::nil(),
        partition: 0,
        epoch: 1,
        from: 0,
        to: 9,
        rows: Vec::new(),
        rejected: vec![
            letter(1, "shop", Reason::InvalidTime),
            letter(2, "shop", Reason::TooDeep),
            letter(3, "berlin", Reason::InvalidTime),
            letter(4, "", Reason::InvalidPayload),
        ],
        state: None,
        counts: BTreeMap::from([
            (count("shop", 1, Outcome::Stored), 5),
            (count("shop", 2, Outcome::Stored), 6),
            (count("shop", 2, Outcome::Duplicate), 1),
            (count("shop", 2, Outcome::Rejected(Reason::InvalidTime)), 2),
            (count("berlin", 2, Outcome::Stored), 3),
        ]),
    };
    world.store.insert(batch).await.unwrap();
}

fn ids(answer: &Value) -> Vec<&str> {
    answer["results"].as_array().unwrap().iter().map(|letter| letter["id"].as_str().unwrap()).collect()
}

#[tokio::test]
async fn dead_letters_are_listed_and_shown() {
    let world = World::open();
    seed(&world).await;
    let check = async |query: &str, expected: &[&str]| {
        let answer = world.get(&format!("/v1/admin/dead-letters{query}")).await;
        assert_eq!(ids(&answer.json()), expected, "{query}");
    };
    check("", &["letter-4", "letter-3", "letter-2", "letter-1"]).await;
    check("?site_id=shop", &["letter-2", "letter-1"]).await;
    check("?reason=invalid_time", &["letter-3", "letter-1"]).await;
    check("?site_id=shop&reason=invalid_time", &["letter-1"]).await;
    check("?limit=1", &["letter-4"]).await;
    let shown = world.get("/v1/admin/dead-letters/letter-1").await.json();
    assert_eq!(
        shown,
        json!({"id": "letter-1", "site_id": "shop", "received_at": "2026-11-20T10:00:00.000001Z",
            "reason": "invalid_time", "detail": "timestamp: yesterday", "dialect": "flat",
            "original": "{\"eventType\":\"click\"}"})
    );
    let check = async |path: &str, status: u16| {
        assert_eq!(world.get(path).await.status, status, "{path}");
    };
    check("/v1/admin/dead-letters/none", 404).await;
    check("/v1/admin/dead-letters/%00", 400).await;
    check("/v1/admin/dead-letters/%ff", 400).await;
    let broken = world.get("/v1/admin/dead-letters/%ff").await;
    assert_eq!(broken.headers["content-type"], "application/problem+json");
    check("/v1/admin/dead-letters?reason=bad", 400).await;
    check("/v1/admin/dead-letters?limit=0", 400).await;
    check("/v1/admin/counts?day=1", 400).await;
}

#[tokio::test]
async fn counts_are_summed_over_days() {
    let world = World::open();
    seed(&world).await;
    let row = |site: &str, outcome: &str, reason: Value, count: u64| json!({"site_id": site, "outcome": outcome, "reason": reason, "count": count});
    let shop = [
        row("shop", "duplicate", Value::Null, 1),
        row("shop", "rejected", json!("invalid_time"), 2),
        row("shop", "stored", Value::Null, 11),
    ];
    let of_shop = world.get("/v1/admin/counts?site_id=shop").await.json();
    assert_eq!(of_shop, json!({"results": shop}));
    let all = world.get("/v1/admin/counts").await.json();
    assert_eq!(all["results"].as_array().unwrap().len(), 4);
    assert_eq!(all["results"][0], row("berlin", "stored", Value::Null, 3));
}

#[tokio::test]
async fn they_are_for_admins_alone() {
    let world = World::closed();
    seed(&world).await;
    for path in ["/v1/admin/dead-letters", "/v1/admin/dead-letters/letter-1", "/v1/admin/counts"] {
        for (key, status) in [(KEY_ADMIN, 200), (KEY_ALL, 403), (KEY_SHOP, 403)] {
            let answer = world.get_with_key(path, key).await;
            assert_eq!(answer.status, status, "{path} {key}");
            assert_eq!(
                answer.text.contains("letter-1"),
                status == 200 && !path.ends_with("counts"),
                "{path}"
            );
        }
    }
}
