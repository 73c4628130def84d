//! A catalogue with a database of its own beside orders and stock in another: orders still take their stock in their own
//! transaction.

use kassa_db::testing::{Folder, TestPostgres};
use kassa_db::{Error, params};

use super::bed::{Split, id};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn orders_stay_one_step() {
    let folders = [Folder::new(), Folder::new()];
    one_step(&folders[0].sqlite_url(), &folders[1].sqlite_url()).await;
    if let Some(cluster) = TestPostgres::start() {
        one_step(&cluster.fresh_database(), &cluster.fresh_database()).await;
    }
}

async fn one_step(orders: &str, catalog: &str) {
    let split = Split::with_catalog_apart(&[("a", 10), ("b", 1)], (orders, catalog)).await;
    let placed = split.place("a=2").await;
    assert_eq!(
        (placed.status, placed.body["total"]["amount_minor"].as_i64()),
        (201, Some(2_000)),
        "{placed:?}"
    );
    let order = id(&placed);
    assert_eq!(split.edit(&order, "a=3 b=1").await.status, 200);
    assert_eq!(split.edit(&order, "a=3 b=2").await.status, 422);
    assert_eq!(split.place("a=8").await.status, 422);
    assert_eq!((split.stock.on_hand("a").await, split.stock.on_hand("b").await), (7, 0));
    assert_eq!(split.cancel(&order).await.status, 200);
    assert_eq!((split.stock.on_hand("a").await, split.stock.on_hand("b").await), (10, 1));
    let sent = split.shop.orders.as_ref().unwrap().read(|tx| {
        let count = tx.first("SELECT COUNT(*) FROM stock_commands", params![], |row| row.int(0))?;
        let work = tx.first("SELECT COUNT(*) FROM work", params![], |row| row.int(0))?;
        Ok::<_, Error>((count, work))
    });
    assert_eq!(sent.await.unwrap(), (Some(0), Some(0)), "commands that were sent, and work that was kept");
    split.exact().await;
    split.audit_is_clean().await;
}
