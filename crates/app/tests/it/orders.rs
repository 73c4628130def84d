//! Orders through kills: a busy shop while kassa is killed at random and at every named point of the order path, and
//! PostgreSQL's backends with it. At the end what is on hand must be what came in less what orders hold, and
//! `kassa audit --answers` must find the books clean.

use std::sync::Arc;

use kassa_db::testing::TestPostgres;
use kassa_model::failpoint;
use serde_json::json;

use crate::kassa::{Start, scaled, wait_for};
use crate::market::{Market, audit_is_clean, price, seed, send};
use crate::victim::Victim;

/// The points that an order passes whose stock is in the same database.
const POINTS: &[&str] = &[
    "orders.before_write",
    "orders.after_stock",
    "db.before_commit",
    "db.after_commit",
    "orders.after_commit",
    "relay.after_append",
    "relay.before_mark",
];

#[test]
fn an_order_takes_stock_survives_a_kill_and_its_revenue_shows() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let start = Start::up(&data);
    let kassa = start.start();
    let market = Market::default();
    market.orders_moved(&kassa);
    market.stock_moved(&kassa);
    market.open(10);
    let order = json!({"items": [{"sku": "sku-1", "quantity": 2}]});
    let first = send(&mut kassa.http(), "POST", "/v1/orders", "k", &order).unwrap();
    assert_eq!(first.status, 201, "{first:?}");
    kassa.kill();

    let kassa = start.start();
    let again = send(&mut kassa.http(), "POST", "/v1/orders", "k", &order).unwrap();
    assert_eq!((again.status, &again.body), (201, &first.body), "the same answer, byte for byte");
    assert_eq!(again.header("idempotent-replayed"), Some("true"));
    assert_eq!(kassa.get("/v1/inventory/sku-1").json()["on_hand"], 8);
    let asked = json!({"site_id": "default", "metrics": ["revenue", "orders"], "date_range": "day"});
    let seen = wait_for("the revenue", || {
        let answer = send(&mut kassa.http(), "POST", "/v1/query", "", &asked).unwrap().json();
        let metrics = answer["results"][0]["metrics"].clone();
        (metrics[1] == 1).then_some(metrics)
    });
    assert_eq!(seen[0], json!({"amount_minor": 2 * price(1), "currency": "USD"}));
    kassa.stop();
    audit_is_clean(&data, None, &[]);
}

#[test]
fn every_point_of_orders_has_a_test_that_dies_there() {
    let of_orders = |point: &&&str| {
        ["orders.", "db.", "relay.", "transport.", "drain."].iter().any(|of| point.starts_with(of))
    };
    for point in failpoint::ALL.iter().filter(of_orders) {
        let apart = [crate::orders_apart::AT_ORDERS, crate::orders_apart::AT_STOCK].concat();
        assert!(POINTS.contains(point) || apart.contains(point), "nothing dies at {point}");
    }
}

#[test]
fn hard_orders_through_kills_on_sqlite() {
    through_kills("SQLite", None);
}

#[test]
fn hard_orders_through_kills_on_postgres() {
    let Some(server) = TestPostgres::start_own() else { return };
    through_kills("PostgreSQL", Some(server));
}

fn through_kills(engine: &str, postgres: Option<TestPostgres>) {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let url = postgres.as_ref().map(TestPostgres::fresh_database);
    let start = Start::up(&data).with_database(url.as_deref());
    let (seed, orders) = (seed(), scaled(2_000));
    let kassa = start.start();
    eprintln!("{engine}: seed {seed}");
    let market = Arc::new(Market::default());
    market.orders_moved(&kassa);
    market.stock_moved(&kassa);
    market.open(orders / 4);
    let buyers = market.start(seed);
    let victim = Victim { start, points: POINTS, kills: scaled(100), life_ms: 300, long_life_ms: 20, seed };
    let mut backends = 0;
    let survivor = victim.torment(kassa, |kassa| {
        market.orders_moved(kassa);
        market.stock_moved(kassa);
        if let (Some(server), Some(url), 0) = (&postgres, &url, kassa.pid() % 4) {
            backends += server.kill_connections(url);
        }
    });
    market.close(buyers, orders);
    let kassa = survivor.kassa;
    market.settle(&kassa, &kassa);
    let answers = folder.path().join("answers.jsonl");
    market.write_answers(&answers);
    let said = audit_is_clean(&data, Some(&answers), &[]);
    assert!(said.contains("the books agree"), "{said}");
    assert!(kassa.stop().success());
    println!("{engine}: {}; {backends} backends killed", survivor.kills);
    println!("{engine}: seed {seed}, {}; the audit is clean", market.report());
    survivor.kills.assert_every_point();
}
