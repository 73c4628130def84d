//! Anything at any time: random orders, edits, cancels and refunds under random faults, in several tasks at once. In the
//! end stock is exactly what the orders say.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use kassa_commerce::orders::Status;
use kassa_db::testing::{Folder, TestPostgres};
use serde_json::json;
use tokio::sync::Mutex;

use super::bed::{Dice, Split, chaotic, scaled, seed};

const SKUS: [&str; 5] = ["a", "b", "c", "d", "e"];
const TASKS: u64 = 6;

/// What was answered, by status.
type Counts = std::collections::BTreeMap<u16, u64>;

fn stocked(operations: u64) -> [(&'static str, i64); 5] {
    SKUS.map(|sku| (sku, i64::try_from(operations / 2).unwrap()))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn exact_after_anything_with_inventory_apart() {
    let operations = scaled(6_000);
    let split = Split::with(&stocked(operations), chaotic()).await;
    check("apart", split, operations).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn exact_after_anything_with_another_database() {
    let (operations, folders) = (scaled(3_000), [Folder::new(), Folder::new()]);
    let urls = (folders[0].sqlite_url(), folders[1].sqlite_url());
    let split = Split::in_one_process(&stocked(operations), (&urls.0, Some(&urls.1))).await;
    check("another database", split, operations).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn exact_after_anything_in_one_database() {
    let (operations, folder) = (scaled(3_000), Folder::new());
    let split = Split::in_one_process(&stocked(operations), (&folder.sqlite_url(), None)).await;
    check("one database, SQLite", split, operations).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn exact_after_anything_in_one_database_on_postgresql() {
    let Some(cluster) = TestPostgres::start() else { return };
    let (operations, url) = (scaled(3_000), cluster.fresh_database());
    let split = Split::in_one_process(&stocked(operations), (&url, None)).await;
    check("one database, PostgreSQL", split, operations).await;
}

async fn check(way: &str, split: Split, operations: u64) {
    let seed = seed();
    println!("{way}: {operations} operations, seed {seed}");
    let split = Arc::new(split);
    let ids = Arc::new(Mutex::new(Vec::new()));
    let faults_over = Arc::new(AtomicBool::new(false));
    let troublemaker = tokio::spawn(trouble(Arc::clone(&split), Dice(seed ^ 1), Arc::clone(&faults_over)));
    let mut tasks = Vec::new();
    for task in 0..TASKS {
        let (split, ids) = (Arc::clone(&split), Arc::clone(&ids));
        let mut dice = Dice(seed.wrapping_mul(31).wrapping_add(task));
        tasks.push(tokio::spawn(async move {
            let mut counts = Counts::new();
            for _ in 0..operations / TASKS {
                let (status, took) = act(&split, &ids, &mut dice).await;
                *counts.entry(status).or_default() += 1;
                assert!(took < Duration::from_secs(2), "{status} after {took:?}");
                // Faults come and go by the clock, so that a run must not be over in no time.
                tokio::time::sleep(Duration::from_millis(dice.below(15))).await;
            }
            counts
        }));
    }
    let mut counts = Counts::new();
    for task in tasks {
        for (status, count) in task.await.unwrap() {
            *counts.entry(status).or_default() += count;
        }
    }
    faults_over.store(true, Ordering::SeqCst);
    troublemaker.await.unwrap();
    let settled = split.settled(Duration::from_secs(60)).await;
    split.exact().await;
    // However stormy it was, something is confirmed, edited and cancelled in the end.
    let mut dice = Dice(seed ^ 2);
    for _ in 0..100 {
        act(&split, &ids, &mut dice).await;
    }
    split.settled(Duration::from_secs(60)).await;
    split.exact().await;
    let orders = split.orders().await;
    let by = |status: Status| orders.iter().filter(|order| order.status == status).count();
    let edited = orders.iter().filter(|order| order.revision > 1).count();
    let statuses = Status::ALL.map(|status| (status.name(), by(status)));
    println!(
        "{way}: {operations} operations, seed {seed}: answers {counts:?}; orders {statuses:?}, {edited} edited; settled in {settled:?}; stock exact"
    );
    assert!(counts.contains_key(&202), "no fault made an order wait");
    assert!(by(Status::Confirmed) > 0 && by(Status::Cancelled) > 0 && edited > 0);
    assert_eq!(counts.get(&500), None, "nothing is an internal error");
}

/// Changes what goes wrong every little while.
async fn trouble(split: Arc<Split>, mut dice: Dice, over: Arc<AtomicBool>) {
    // So that every run has faults, however short it is.
    split.stock.chaos(0, 1.0, 0.0);
    tokio::time::sleep(Duration::from_millis(100)).await;
    while !over.load(Ordering::SeqCst) {
        match dice.below(7) {
            0..=2 => split.stock.calm(),
            3 => split.stock.chaos(0, 0.5, 0.0),
            4 => split.stock.chaos(0, 0.0, 0.5),
            5 => split.stock.chaos(dice.below(900), 0.1, 0.1),
            _ => split.stock.chaos(0, 0.2, 0.2),
        }
        tokio::time::sleep(Duration::from_millis(20 + dice.below(150))).await;
    }
    split.stock.calm();
}

fn items(dice: &mut Dice) -> String {
    let mut text = String::new();
    for _ in 0..=dice.below(3) {
        text += &format!("{}={} ", SKUS[dice.below(5) as usize], 1 + dice.below(4));
    }
    text
}

async fn act(split: &Split, ids: &Mutex<Vec<String>>, dice: &mut Dice) -> (u16, Duration) {
    let known = {
        let ids = ids.lock().await;
        (!ids.is_empty()).then(|| ids[dice.below(ids.len() as u64) as usize].clone())
    };
    let reply = match (dice.below(10), known) {
        (0..=1, Some(id)) => split.edit(&id, &items(dice)).await,
        (2, Some(id)) => split.cancel(&id).await,
        (3, Some(id)) => {
            let sku = SKUS[dice.below(5) as usize];
            let line = json!([{ "sku": sku, "quantity": 1 + dice.below(2), "restock": dice.below(2) == 0 }]);
            split.refund(&id, line).await
        }
        (4, Some(id)) => {
            let key = split.key();
            split.call("POST", &format!("/v1/orders/{id}/fulfil"), &key, None).await
        }
        _ => {
            let reply = split.place(&items(dice)).await;
            if let Some(id) = reply.body["id"].as_str() {
                ids.lock().await.push(id.to_owned());
            }
            reply
        }
    };
    (reply.status, reply.took)
}
