//! A machine's clock that was set ahead by mistake makes nothing old. A test of its own, for it tells its whole process so.

#![allow(clippy::unwrap_used, reason = "a test fails by it")]

use std::sync::Arc;
use std::time::{Duration, Instant};

use kassa_access::{Access, Mode, Options};
use kassa_commerce::outbox::{Relay, RelayOptions, Wake};
use kassa_commerce::{Databases, MIGRATIONS, Shop, ShopOptions, cleaning};
use kassa_db::testing::Folder;
use kassa_db::{Db, Error, Tx, params};
use kassa_eventlog::EventLog;
use kassa_eventlog::disk::RealDisk;
use kassa_eventlog::local::{self, LocalLog};
use kassa_model::{Clock, MICROS_PER_DAY, SystemClock, Timestamp, clock_was};
use kassa_service::{Metrics, Shutdown};

/// By how much the clock is ahead: more than anything that is removed is kept.
const AHEAD_MICROS: i64 = 60 * MICROS_PER_DAY;

/// Writes one of each that is removed when it is old, by the name `name`, at `at`.
fn write(tx: &mut Tx<'_>, name: &str, at: Timestamp) -> Result<(), Error> {
    let at = at.micros();
    let sql = "INSERT INTO idempotency (scope, key, fingerprint, state, status, headers, body, created_at) \
               VALUES ('s', $1, 'f', 'done', 201, '[]', '{}', $2)";
    tx.execute(sql, params![name, at])?;
    let sql = "INSERT INTO work (order_id, kind, ref, payload, attempts, next_at, created_at, done_at) \
               VALUES ('o', 'deduct', $1, '{}', 1, 0, $2, $2)";
    tx.execute(sql, params![name, at])?;
    let sql = "INSERT INTO stock_commands (ref, kind, attempt, fingerprint, lines, outcome, answer, released, created_at) \
               VALUES ($1, 'deduct', 0, 'f', '[]', 'void', '{}', 0, $2)";
    tx.execute(sql, params![name, at])?;
    let sql = "INSERT INTO orders (id, status, revision, last_seq, currency, total_minor, refunded_minor, scope, context, \
               created_at, updated_at) VALUES ($1, 'failed', 1, 1, 'USD', 0, 0, 's', '{}', $2, $2)";
    tx.execute(sql, params![name, at])?;
    let sql = "INSERT INTO outbox (seq, kind, body, created_at) VALUES (0, $1, '{}', $2) RETURNING id";
    let id = tx.insert(sql, params![name, at])?;
    tx.execute("INSERT INTO outbox_ages (noted_at, newest) VALUES ($1, $2)", params![at, id])?;
    Ok(())
}

async fn names(db: &Db, sql: &'static str) -> Vec<String> {
    db.read(move |tx| tx.all(sql, params![], |row| row.text(0))).await.unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_clock_that_was_set_ahead_makes_nothing_old() {
    let now = SystemClock.now();
    clock_was(now.plus_micros(-AHEAD_MICROS));
    let folder = Folder::new();
    let db = Db::open(&folder.sqlite_url()).unwrap();
    db.migrate(MIGRATIONS).unwrap();
    let access = Access::open(&Options::default(), Mode::Open, folder.path()).unwrap();
    let options = ShopOptions::default();
    let shop =
        Shop::new(Databases::all_in(&db), access, Arc::new(SystemClock), options, &Metrics::new("shop"));
    db.write(move |tx| {
        write(tx, "old", now.plus_micros(-AHEAD_MICROS - 40 * MICROS_PER_DAY))?;
        write(tx, "young", now.plus_micros(-AHEAD_MICROS - MICROS_PER_DAY / 2))
    })
    .await
    .unwrap();

    cleaning::clean(&shop).await.unwrap();
    for sql in [
        "SELECT key FROM idempotency",
        "SELECT ref FROM work",
        "SELECT ref FROM stock_commands",
        "SELECT id FROM orders",
    ] {
        assert_eq!(names(&db, sql).await, ["young"], "{sql}");
    }
    relayed(&db, &folder).await;
    assert_eq!(names(&db, "SELECT kind FROM outbox").await, ["young"]);
}

/// Lets a relay clean until what is old is gone.
async fn relayed(db: &Db, folder: &Folder) {
    let mut options = local::Options { reserve_bytes: 0, ..local::Options::new(folder.path().join("log")) };
    options.events.groups = vec!["processor".to_owned()];
    options.orders.groups = Vec::new();
    let log = Arc::new(LocalLog::open(options, Arc::new(RealDisk), Arc::new(SystemClock)).unwrap());
    let ports = (db.clone(), log as Arc<dyn EventLog>);
    let options = RelayOptions::default();
    let relay = Relay::new(ports, Arc::new(SystemClock), Wake::default(), options, &Metrics::new("relay"));
    let shutdown = Shutdown::new();
    let relaying = tokio::spawn(relay.run(shutdown.clone()));
    let begun = Instant::now();
    while names(db, "SELECT kind FROM outbox").await.contains(&"old".to_owned()) {
        assert!(begun.elapsed() < Duration::from_secs(30), "nothing is cleaned");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    shutdown.trigger();
    relaying.await.unwrap();
}
