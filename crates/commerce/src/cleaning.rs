//! Removes what has outlived its time, from every database of the shop that this process has, whichever roles it plays:
//!
//! | what | how long it stays |
//! |---|---|
//! | idempotency records | a day |
//! | rows of work that are done | a day |
//! | commands to stock | 30 days |
//! | deliveries that have ended | 30 days |
//! | notes | 760 days |
//! | messages of `/notify` to names | 30 days |
//! | orders that have failed | `orders.keep_failed_days` |
//!
//! It also closes answers whose deadline has passed. Several processes may clean the same database.
//!
//! All that is due goes, however much it is: in transactions short enough that an order hardly waits for one, each followed
//! by a pause as long, so that at least every other turn is the orders'. Kinds take turns, and one that cannot be removed
//! just now, for its database is away or slow, keeps no other from being removed.

use std::sync::Arc;
use std::time::{Duration, Instant};

use kassa_db::{Db, Error, Tx};
use kassa_model::{Timestamp, believed};
use kassa_service::Shutdown;

use crate::orders::{self, work};
use crate::shop::Shop;
use crate::transport::store as commands;
use crate::{idempotency, notes, notify, outbox};

/// How often is looked what is due.
const EVERY: Duration = Duration::from_secs(20);
/// How long a transaction should take of the database's writer, within the rows below.
const TURN: Duration = Duration::from_millis(10);
const ROWS_LEAST: u64 = 100;
const ROWS_MOST: u64 = 2_000;

/// Removes at most so many rows of a kind, or orders; returns how many.
type Removal = Arc<dyn Fn(&mut Tx<'_>, Timestamp, i64) -> Result<u64, Error> + Send + Sync>;

/// One kind of rows, in one database.
struct Chore {
    what: &'static str,
    db: Db,
    removal: Removal,
    /// Rows, or orders, of its next transaction.
    rows: u64,
}

/// Cleans until `shutdown`; a task of every process that has a database of the shop.
pub async fn run(shop: Arc<Shop>, shutdown: Shutdown) {
    loop {
        tokio::select! {
            () = shutdown.wait() => return,
            () = tokio::time::sleep(EVERY) => {}
        }
        let cleaned = tokio::select! {
            () = shutdown.wait() => return,
            cleaned = clean(&shop) => cleaned,
        };
        for (what, error) in cleaned.err().unwrap_or_default() {
            tracing::warn!(what, %error, "cannot clean up the shop's database; it is tried again");
        }
    }
}

/// One cleaning.
///
/// # Errors
/// What could not be cleaned, and why; the rest is.
pub async fn clean(shop: &Shop) -> Result<(), Vec<(&'static str, Error)>> {
    let now = shop.now();
    let mut failed = Vec::new();
    if let Some(db) = &shop.orders
        && let Err(error) = db.write(move |tx| idempotency::close_expired(tx, now)).await
    {
        failed.push(("answers whose deadline has passed", error));
    }
    let now = believed(now);
    let mut kinds = kinds(shop);
    while !kinds.is_empty() {
        let mut left = Vec::with_capacity(kinds.len());
        for mut kind in kinds {
            match kind.remove(now).await {
                Ok(Due::More) => left.push(kind),
                Ok(Due::Nothing) => {}
                Err(error) => failed.push((kind.what, error)),
            }
        }
        kinds = left;
    }
    if failed.is_empty() { Ok(()) } else { Err(failed) }
}

fn kinds(shop: &Shop) -> Vec<Chore> {
    let kind = |what, db: &Db, removal: Removal| Chore { what, db: db.clone(), removal, rows: ROWS_LEAST };
    let keep_days = shop.options.keep_failed_days;
    let failed: Removal =
        Arc::new(move |tx, now, most| orders::failed::remove_failed(tx, keep_days, now, most));
    let mut kinds = Vec::new();
    if let Some(db) = &shop.orders {
        kinds.push(kind("work that is done", db, Arc::new(work::store::clean)));
        kinds.push(kind("failed orders", db, Arc::clone(&failed)));
        kinds.push(kind("deliveries that have ended", db, Arc::new(notify::store::clean)));
        kinds.push(kind("messages to names", db, Arc::new(notify::push::store::clean)));
    }
    kinds.extend(shop.inventory.iter().map(|db| kind("commands to stock", db, Arc::new(commands::clean))));
    if let Some(db) = shop.inventory.as_ref().filter(|_| !shop.stock_is_with_orders()) {
        kinds.push(kind("news of stock", db, Arc::new(outbox::clean_unfetched)));
    }
    let mut known: Vec<&Db> = Vec::new();
    for db in [&shop.orders, &shop.inventory, &shop.catalog].into_iter().flatten() {
        if !known.iter().any(|other| other.is_same(db)) {
            kinds.push(kind("idempotency records", db, Arc::new(idempotency::clean)));
            kinds.push(kind("notes", db, Arc::new(notes::store::clean)));
            known.push(db);
        }
    }
    kinds
}

/// What is left of a kind after a transaction.
enum Due {
    Nothing,
    /// More may be due.
    More,
}

impl Chore {
    /// One transaction, and the pause after it.
    async fn remove(&mut self, now: Timestamp) -> Result<Due, Error> {
        let (removal, rows) = (Arc::clone(&self.removal), self.rows);
        let most = i64::try_from(rows).unwrap_or(i64::MAX);
        let done = self.db.write(move |tx| {
            let begun = Instant::now();
            let removed = removal(tx, now, most)?;
            Ok::<_, Error>((removed, begun.elapsed()))
        });
        let (removed, took) = done.await?;
        if removed < rows {
            return Ok(Due::Nothing);
        }
        self.rows = if took < TURN / 2 {
            rows * 2
        } else if took > TURN {
            rows / 2
        } else {
            rows
        };
        self.rows = self.rows.clamp(ROWS_LEAST, ROWS_MOST);
        tokio::time::sleep(took).await;
        Ok(Due::More)
    }
}

#[cfg(test)]
mod tests {
    use kassa_db::params;
    use kassa_model::MICROS_PER_DAY;
    use serde_json::json;

    use super::*;
    use crate::testing::Bed;

    async fn records(bed: &Bed) -> [i64; 2] {
        let count = async |db: &Option<Db>| {
            let sql = "SELECT COUNT(*) FROM idempotency";
            let read = db.as_ref().unwrap().read(move |tx| tx.first(sql, params![], |row| row.int(0)));
            read.await.unwrap().unwrap()
        };
        [count(&bed.shop.orders).await, count(&bed.shop.inventory).await]
    }

    #[tokio::test]
    async fn every_database_is_cleaned() {
        let bed = Bed::apart();
        let body = json!({"sku": "a", "name": "A", "price": {"amount_minor": 1, "currency": "USD"}});
        for (head, body) in
            [("POST /v1/products", body), ("POST /v1/inventory/a/receive", json!({"quantity": 1}))]
        {
            let reply = bed.call(head, &["idempotency-key: k"], body.to_string()).await;
            assert!(reply.status < 300, "{}", reply.text);
        }
        clean(&bed.shop).await.unwrap();
        assert_eq!(records(&bed).await, [1, 1], "young");
        bed.clock.advance(MICROS_PER_DAY);
        clean(&bed.shop).await.unwrap();
        assert_eq!(records(&bed).await, [0, 0]);
    }

    /// What cannot be removed, of whichever database, keeps nothing else.
    #[tokio::test]
    async fn one_kind_that_fails_keeps_no_other() {
        let bed = Bed::apart();
        for db in [&bed.shop.orders, &bed.shop.inventory] {
            let insert = |tx: &mut Tx<'_>| {
                let sql = "INSERT INTO idempotency (scope, key, fingerprint, state, status, headers, body, created_at) \
                           VALUES ('s', 'k', 'f', 'done', 201, '[]', '{}', 1)";
                tx.execute(sql, params![])?;
                tx.execute("DROP TABLE work", params![])?;
                tx.execute("DROP TABLE stock_commands", params![])
            };
            db.as_ref().unwrap().write(insert).await.unwrap();
        }
        let failed = clean(&bed.shop).await.unwrap_err();
        let what: Vec<&str> = failed.iter().map(|(what, _)| *what).collect();
        assert_eq!(what, ["work that is done", "failed orders", "commands to stock"], "{failed:?}");
        assert_eq!(records(&bed).await, [0, 0]);
    }

    /// Writes `count` orders that failed at `at`, microseconds, with their lines and what happened to them.
    fn fail_orders(bed: &Bed, count: i64, at: i64) {
        bed.write(move |tx| {
            let orders = "WITH RECURSIVE n (i) AS (SELECT CAST(1 AS BIGINT) UNION ALL SELECT i + 1 FROM n WHERE i < $1) \
                          INSERT INTO orders (id, status, revision, last_seq, currency, total_minor, refunded_minor, scope, \
                          context, fail_reason, created_at, updated_at) \
                          SELECT 'f' || i, 'failed', 1, 1, 'USD', 5, 0, 's', '{}', 'insufficient-stock', \
                          CAST($2 AS BIGINT), CAST($2 AS BIGINT) FROM n";
            tx.execute(orders, params![count, at])?;
            let lines = "WITH RECURSIVE n (i) AS (SELECT CAST(1 AS BIGINT) UNION ALL SELECT i + 1 FROM n WHERE i < $1) \
                          INSERT INTO order_lines (order_id, position, sku, name, unit_price_minor, quantity, tracked, \
                         refunded_quantity, refunded_minor, restocked_quantity) \
                         SELECT 'f' || i, 0, 'a', 'A', 5, 1, 1, 0, 0, 0 FROM n";
            tx.execute(lines, params![count])?;
            let events = "WITH RECURSIVE n (i) AS (SELECT CAST(1 AS BIGINT) UNION ALL SELECT i + 1 FROM n WHERE i < $1) \
                          INSERT INTO order_events (order_id, seq, kind, status, revenue_delta_minor, currency, lines, created_at) \
                          SELECT 'f' || i, 1, 'OrderFailed', 'failed', 0, 'USD', '[]', CAST($2 AS BIGINT) FROM n";
            tx.execute(events, params![count, at])
        });
    }

    /// So much is due at once that a cleaning with a bound of rows would not end with it; orders are taken meanwhile.
    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn all_that_is_due_goes_while_others_write() {
        const ROWS: i64 = 130_000;
        const FAILED: i64 = 10_000;
        for bed in Bed::each() {
            let now = bed.shop.now().micros();
            fail_orders(&bed, FAILED, now - 31 * MICROS_PER_DAY);
            bed.write(move |tx| {
                let sql = "WITH RECURSIVE n (i) AS (SELECT CAST(1 AS BIGINT) UNION ALL SELECT i + 1 FROM n WHERE i < $1) \
                           INSERT INTO idempotency (scope, key, fingerprint, state, status, headers, body, created_at) \
                           SELECT 's', 'key' || i, 'f', 'done', 201, '[]', '{\"id\":\"0193f7a0-0000-7000\"}', CAST($2 AS BIGINT) + i FROM n";
                tx.execute(sql, params![ROWS, now - 2 * MICROS_PER_DAY])?;
                let sql = "WITH RECURSIVE n (i) AS (SELECT CAST(1 AS BIGINT) UNION ALL SELECT i + 1 FROM n WHERE i < $1) \
                           INSERT INTO work (order_id, kind, ref, payload, attempts, next_at, created_at, done_at) \
                           SELECT 'o' || i, 'deduct', 'r' || i, '{}', 1, 0, CAST($2 AS BIGINT), CAST($2 AS BIGINT) FROM n";
                tx.execute(sql, params![ROWS, now - 2 * MICROS_PER_DAY])
            });
            let (shop, begun) = (Arc::clone(&bed.shop), Instant::now());
            let cleaning = tokio::spawn(async move { clean(&shop).await.map(|()| begun.elapsed()) });
            let (mut writes, mut longest) = (0, Duration::ZERO);
            while !cleaning.is_finished() {
                let started = Instant::now();
                bed.db
                    .write(|tx| tx.execute("UPDATE leases SET until = 0 WHERE name = 'none'", params![]))
                    .await
                    .unwrap();
                longest = longest.max(started.elapsed());
                writes += 1;
            }
            let took = cleaning.await.unwrap().unwrap();
            for table in [
                "SELECT COUNT(*) FROM idempotency",
                "SELECT COUNT(*) FROM work",
                "SELECT COUNT(*) FROM orders",
                "SELECT COUNT(*) FROM order_lines",
                "SELECT COUNT(*) FROM order_events",
            ] {
                let left = bed.db.read(move |tx| tx.first(table, params![], |row| row.int(0))).await.unwrap();
                assert_eq!(left, Some(0), "{}: {table}", bed.name);
            }
            let rate = (2 * ROWS + 3 * FAILED) as f64 / took.as_secs_f64();
            println!(
                "cleaning on {}: {rate:.0} rows/s, {writes} other writes meanwhile, the longest took {longest:?}",
                bed.name
            );
            assert!(writes > 20, "{}: {writes} writes within {took:?}", bed.name);
        }
    }
}
