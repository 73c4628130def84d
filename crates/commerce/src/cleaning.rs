//! Removes what has outlived its time, from every database of the shop that this process has, whichever roles it plays:
//!
//! | what | how long it stays |
//! |---|---|
//! | idempotency records | a day |
//! | rows of work that are done, but for edits | a day |
//! | commands to stock | 30 days |
//! | orders that have failed | `orders.keep_failed_days` |
//!
//! It also closes answers whose deadline has passed. Several processes may clean the same database.

use std::sync::Arc;
use std::time::Duration;

use kassa_db::{Db, Error, Tx};
use kassa_model::Timestamp;
use kassa_service::Shutdown;

use crate::orders::leaving;
use crate::transport::{store as commands, work};
use crate::{Shop, idempotency, outbox};

/// How often.
const EVERY: Duration = Duration::from_secs(60);
/// Rows of a kind that one transaction removes, so that orders wait but a little for it.
const ROWS_MAX: u64 = 500;
/// Transactions of a cleaning.
const TRANSACTIONS_MAX: usize = 200;

/// Removes at most so many rows of a kind; returns how many.
type Removal = fn(&mut Tx<'_>, Timestamp, i64) -> Result<u64, Error>;

/// Cleans until `shutdown`; a task of every process that has a database of the shop.
pub async fn run(shop: Arc<Shop>, shutdown: Shutdown) {
    loop {
        tokio::select! {
            () = shutdown.wait() => return,
            () = tokio::time::sleep(EVERY) => {}
        }
        if let Err(error) = clean(&shop).await {
            tracing::warn!(%error, "cannot clean up the shop's database; it is tried again");
        }
    }
}

/// One cleaning.
///
/// # Errors
/// The databases'.
pub(crate) async fn clean(shop: &Shop) -> Result<(), Error> {
    let now = shop.now();
    if let Some(db) = &shop.orders {
        db.write(move |tx| idempotency::close_expired(tx, now)).await?;
        remove(db, now, work::store::clean).await?;
    }
    if let Some(db) = &shop.inventory {
        remove(db, now, commands::clean).await?;
        if !shop.stock_is_with_orders() {
            remove(db, now, outbox::clean_unfetched).await?;
        }
    }
    let mut cleaned: Vec<&Db> = Vec::new();
    for db in [&shop.orders, &shop.inventory, &shop.catalog].into_iter().flatten() {
        if !cleaned.iter().any(|done| done.is_same(db)) {
            remove(db, now, idempotency::clean).await?;
            cleaned.push(db);
        }
    }
    if let Some(db) = &shop.orders {
        leaving::remove_failed(db, shop.options.keep_failed_days, now).await?;
    }
    Ok(())
}

async fn remove(db: &Db, now: Timestamp, removal: Removal) -> Result<(), Error> {
    let most = i64::try_from(ROWS_MAX).unwrap_or(i64::MAX);
    for _ in 0..TRANSACTIONS_MAX {
        if db.write(move |tx| removal(tx, now, most)).await? < ROWS_MAX {
            break;
        }
    }
    Ok(())
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
}
