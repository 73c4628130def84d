//! Orders through kills with inventory in a process of its own, on its own database: both processes are killed at random
//! and at every named point of the way between them. At the end no order is undecided, what is on hand is what came in less
//! what orders hold, and both audits are clean. A negative control: commands sent again under new names are noticed.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use kassa_db::testing::TestPostgres;
use serde_json::json;

use crate::kassa::{Kassa, Start, scaled, wait_for};
use crate::market::{Market, audit, audit_is_clean, seed, send};
use crate::victim::{Survivor, Victim};

/// The points of the process that has the orders.
pub(crate) const AT_ORDERS: &[&str] = &[
    "orders.before_write",
    "db.before_commit",
    "db.after_commit",
    "orders.after_commit",
    "transport.after_reply",
    "transport.after_decision",
    "drain.after_reply",
    "relay.after_append",
    "relay.before_mark",
];
/// Those of the process that has the stock.
pub(crate) const AT_STOCK: &[&str] = &["db.before_commit", "db.after_commit"];

const TOKEN: &str = "a-token-between-roles";

/// Two processes that are one shop.
struct Split {
    orders: Start,
    stock: Start,
    orders_data: PathBuf,
    stock_data: PathBuf,
    /// The databases of each; empty: the file in its folder.
    urls: Option<[String; 2]>,
}

#[test]
fn hard_orders_through_kills_of_both_processes_on_sqlite() {
    through_kills("SQLite, stock apart", None);
}

#[test]
fn hard_orders_through_kills_of_both_processes_on_postgres() {
    let Some(server) = TestPostgres::start_own() else { return };
    through_kills("PostgreSQL, stock apart", Some(server));
}

fn through_kills(engine: &str, postgres: Option<TestPostgres>) {
    let folder = tempfile::tempdir().unwrap();
    let urls = postgres.as_ref().map(|server| [server.fresh_database(), server.fresh_database()]);
    let (split, stock) = Split::new(folder.path(), urls);
    let kassa = split.orders.start();
    let (seed, orders) = (seed(), scaled(2_000));
    eprintln!("{engine}: seed {seed}");
    let market = Arc::new(Market::default());
    market.orders_moved(&kassa);
    market.stock_moved(&stock);
    market.open(orders / 4);
    let buyers = market.start(seed);
    let kills = scaled(100);
    // On PostgreSQL the drain's lease outlives who is killed by 10 s.
    let long_life_ms = if postgres.is_some() { 15_000 } else { 1_000 };
    let of_orders =
        Victim { start: split.orders.clone(), points: AT_ORDERS, kills, life_ms: 300, long_life_ms, seed };
    let of_stock = Victim {
        start: split.stock.clone(),
        points: AT_STOCK,
        kills: kills / 2,
        life_ms: 5_000,
        long_life_ms: 20,
        seed: seed ^ 0x57,
    };
    let mut backends = 0;
    let (orders_end, stock_end) = std::thread::scope(|scope| {
        let market = &market;
        let stock = scope.spawn(move || of_stock.torment(stock, |kassa| market.stock_moved(kassa)));
        let orders = of_orders.torment(kassa, |kassa| {
            market.orders_moved(kassa);
            if let (Some(server), Some(urls), 0) = (&postgres, &split.urls, kassa.pid() % 4) {
                backends += server.kill_connections(&urls[0]);
            }
        });
        (orders, stock.join().unwrap())
    });
    market.close(buyers, orders);
    let kills = [("orders", &orders_end.kills), ("stock", &stock_end.kills)];
    println!("{engine}: {backends} backends killed");
    kills.iter().for_each(|(what, kills)| println!("{engine}: {what}: {kills}"));
    market.settle(&orders_end.kassa, &stock_end.kassa);
    let answers = folder.path().join("answers.jsonl");
    market.write_answers(&answers);
    split.audit_both_ways(&answers, orders_end, stock_end);
    println!("{engine}: seed {seed}, {}; the audits are clean", market.report());
}

/// The negative control: a drain that sends what may have been done under a new name takes stock twice, and the audit says so.
#[test]
fn a_command_sent_again_under_a_new_name_is_noticed() {
    if !cfg!(debug_assertions) {
        return;
    }
    let twice = |sabotage: &str| {
        let folder = tempfile::tempdir().unwrap();
        let (mut split, stock) = Split::new(folder.path(), None);
        stock.kill();
        split.stock = split.stock.env("KASSA_CHAOS__ALLOWED", "true");
        let stock = split.stock.start();
        let kassa = split.orders.env("KASSA_SABOTAGE", sabotage).start();
        let market = Market::default();
        market.orders_moved(&kassa);
        market.stock_moved(&stock);
        market.open(50);
        let lost = json!({"latency": false, "partial_failure_rate": 1});
        assert_eq!(stock.post("/api/admin/chaos", &lost.to_string()).status, 200);
        let order = json!({"items": [{"sku": "sku-1", "quantity": 2}]});
        let answer = send(&mut kassa.http(), "POST", "/v1/orders", "k", &order).unwrap();
        assert_eq!(answer.status, 202, "{answer:?}");
        assert_eq!(
            send(&mut stock.http(), "DELETE", "/api/admin/chaos", "", &json!({})).unwrap().status,
            200
        );
        let path = format!("/v1/orders/{}", answer.json()["id"].as_str().unwrap());
        wait_for("the order's decision", || (kassa.get(&path).json()["status"] == "confirmed").then_some(()));
        let on_hand = stock.get("/v1/inventory/sku-1").json()["on_hand"].as_i64().unwrap();
        (audit(&split.orders_data, None, &[]), on_hand)
    };
    let ((clean, said), on_hand) = twice("");
    assert!(clean && on_hand == 48, "{on_hand}: {said}");
    let ((clean, said), on_hand) = twice("new_command");
    assert!(!clean && said.contains("2  BROKEN") && on_hand < 48, "{on_hand}: {said}");
}

impl Split {
    /// The two, with stock running, for it must be known where that is.
    fn new(folder: &Path, urls: Option<[String; 2]>) -> (Self, Kassa) {
        let (orders_data, stock_data) = (folder.join("orders"), folder.join("stock"));
        let url = |index: usize| urls.as_ref().map(|urls| urls[index].as_str());
        let all_but_inventory = "catalog,orders,collector,processor,reports";
        let role = |data: &Path, roles: &str| {
            Start::command(data, &["serve", "--roles", roles]).env("KASSA_INTERNAL_TOKEN", TOKEN)
        };
        let stock = role(&stock_data, "inventory").with_database(url(1));
        let running = stock.start();
        let stock = stock.listen(running.address.trim_start_matches("http://"));
        let orders = role(&orders_data, all_but_inventory)
            .with_database(url(0))
            .env("KASSA_INVENTORY__URL", &running.address);
        (Self { orders, stock, orders_data, stock_data, urls }, running)
    }

    /// The audits of both processes, and then one over both databases, which sees all.
    fn audit_both_ways(&self, answers: &Path, orders: Survivor, stock: Survivor) {
        audit_is_clean(&self.orders_data, Some(answers), &[]);
        audit_is_clean(&self.stock_data, None, &[]);
        assert!(orders.kassa.stop().success());
        assert!(stock.kassa.stop().success());
        let file = format!("sqlite:{}", self.stock_data.join("kassa.db").display());
        let mut environment = vec![("KASSA_LOG__RESERVE_BYTES", "1048576")];
        match &self.urls {
            None => environment.push(("KASSA_INVENTORY__DATABASE_URL", &file)),
            Some([orders, stock]) => environment
                .extend([("KASSA_DATABASE__URL", orders.as_str()), ("KASSA_INVENTORY__DATABASE_URL", stock)]),
        }
        let said = audit_is_clean(&self.orders_data, Some(answers), &environment);
        assert!(said.contains("the books agree"), "{said}");
        orders.kills.assert_every_point();
        stock.kills.assert_every_point();
    }
}
