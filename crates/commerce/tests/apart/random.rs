//! Anything at any time: random orders, edits, cancels and refunds under random faults, in several tasks at once, with
//! plenty of stock and with little. Every client sends its request with its key until the answer is final, takes every 4xx
//! as final, and keeps a book of what it was told. In the end stock is exactly what the orders say, orders are exactly what
//! the books say, and the audit is clean.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use kassa_commerce::orders::{Order, Status, store};
use kassa_db::testing::{Folder, TestPostgres};
use serde_json::json;
use tokio::sync::Mutex;

use super::bed::{Dice, Reply, Split, chaotic, id, parsed, scaled, seed};

const SKUS: [&str; 5] = ["a", "b", "c", "d", "e"];
const TASKS: u64 = 6;

/// What was answered, by status.
type Counts = BTreeMap<u16, u64>;

/// How much stock there is.
#[derive(Debug, Clone, Copy)]
enum Supply {
    Plenty,
    /// So little that orders and edits are refused for it.
    Scarce,
}

/// What clients were told of an order.
#[derive(Debug, Default)]
struct Told {
    /// The total by revision, from edits that were answered as done.
    edits: BTreeMap<i64, i64>,
    refunds: usize,
    cancelled: bool,
    /// Units that were handed over, at the most that was answered.
    fulfilled: i64,
}

/// What all clients were told, by order.
type Book = BTreeMap<String, Told>;

/// Of the last one there is enough for what is sure to happen in the end.
fn stocked(operations: u64, supply: Supply) -> [(&'static str, i64); 6] {
    let each = match supply {
        Supply::Plenty => operations / 2,
        Supply::Scarce => 10 + operations / 60,
    };
    let [a, b, c, d, e] = SKUS.map(|sku| (sku, i64::try_from(each).unwrap()));
    [a, b, c, d, e, ("f", 1_000)]
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn exact_after_anything_with_inventory_apart() {
    let operations = scaled(6_000);
    let split = Split::with(&stocked(operations, Supply::Plenty), chaotic()).await;
    check("apart", split, operations).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn exact_after_anything_with_little_stock_apart() {
    let operations = scaled(6_000);
    let split = Split::with(&stocked(operations, Supply::Scarce), chaotic()).await;
    check("apart, little stock", split, operations).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn exact_after_anything_with_another_database() {
    let (operations, folders) = (scaled(3_000), [Folder::new(), Folder::new()]);
    let urls = (folders[0].sqlite_url(), folders[1].sqlite_url());
    let split = Split::in_one_process(&stocked(operations, Supply::Scarce), (&urls.0, Some(&urls.1))).await;
    check("another database", split, operations).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn exact_after_anything_in_one_database() {
    for supply in [Supply::Plenty, Supply::Scarce] {
        let (operations, folder) = (scaled(3_000), Folder::new());
        let split = Split::in_one_process(&stocked(operations, supply), (&folder.sqlite_url(), None)).await;
        check(&format!("one database, SQLite, {supply:?}"), split, operations).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn exact_after_anything_in_one_database_on_postgresql() {
    let Some(cluster) = TestPostgres::start() else { return };
    let (operations, url) = (scaled(3_000), cluster.fresh_database());
    let split = Split::in_one_process(&stocked(operations, Supply::Scarce), (&url, None)).await;
    check("one database, PostgreSQL", split, operations).await;
}

async fn check(way: &str, split: Split, operations: u64) {
    let seed = seed();
    println!("{way}: {operations} operations, seed {seed}");
    let split = Arc::new(split);
    let ids = Arc::new(Mutex::new(Vec::new()));
    let book = Arc::new(Mutex::new(Book::new()));
    let faults_over = Arc::new(AtomicBool::new(false));
    let troublemaker = tokio::spawn(trouble(Arc::clone(&split), Dice(seed ^ 1), Arc::clone(&faults_over)));
    let mut tasks = Vec::new();
    for task in 0..TASKS {
        let (split, ids, book) = (Arc::clone(&split), Arc::clone(&ids), Arc::clone(&book));
        let mut dice = Dice(seed.wrapping_mul(31).wrapping_add(task));
        tasks.push(tokio::spawn(async move {
            let mut counts = Counts::new();
            for _ in 0..operations / TASKS {
                act(&split, (&ids, &book), &mut dice, &mut counts).await;
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
    let mut dice = Dice(seed ^ 2);
    for _ in 0..100 {
        act(&split, (&ids, &book), &mut dice, &mut counts).await;
    }
    one_of_each(&split, &mut *book.lock().await).await;
    split.settled(Duration::from_secs(60)).await;
    split.exact().await;
    split.audit_is_clean().await;
    let orders = split.orders().await;
    let by = |status: Status| orders.iter().filter(|order| order.status == status).count();
    let edited = orders.iter().filter(|order| order.revision > 1).count();
    let statuses = Status::ALL.map(|status| (status.name(), by(status)));
    println!(
        "{way}: {operations} operations, seed {seed}: answers {counts:?}; orders {statuses:?}, {edited} edited; settled in {settled:?}; stock exact"
    );
    assert!(counts.contains_key(&202), "no fault made an order wait");
    agree(&split, &orders, &*book.lock().await).await;
    let kept = orders.iter().filter(|order| order.stock_kept).count();
    let partly = orders.iter().filter(|order| {
        order.status == Status::Confirmed && order.lines.iter().any(|line| line.fulfilled_quantity > 0)
    });
    let partly = partly.count();
    println!("{way}: {kept} cancelled with their stock kept, {partly} handed over in part");
    assert!(by(Status::Confirmed) > 0 && by(Status::Cancelled) > 0 && edited > 0 && kept > 0 && partly > 0);
    assert_eq!(counts.get(&500), None, "nothing is an internal error");
}

/// However stormy it was, in the end an order is edited, one is cancelled and keeps its stock, one is handed over in part.
async fn one_of_each(split: &Split, book: &mut Book) {
    split.ready("f=1").await;
    let mut orders = Vec::new();
    for _ in 0..3 {
        orders.push(id(&split.place("f=3").await));
    }
    let part = json!({"lines": [{"sku": "f", "quantity": 1}]});
    for (order, (method, tail), body) in [
        (&orders[0], ("PUT", ""), json!({"items": [{"sku": "f", "quantity": 2}]})),
        (&orders[1], ("POST", "/cancel"), json!({"restock": false})),
        (&orders[2], ("POST", "/fulfil"), part),
    ] {
        let (path, key) = (format!("/v1/orders/{order}{tail}"), split.key());
        let reply = split.call_until_final((method, &path, &key), Some(body), |_| {}).await;
        assert_eq!(reply.status, 200, "{reply:?}");
    }
    book.entry(orders[0].clone()).or_default().edits.insert(2, 2_000);
    book.entry(orders[1].clone()).or_default().cancelled = true;
    book.entry(orders[2].clone()).or_default().fulfilled = 1;
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
        // Time itself: faults come and go by the clock.
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

async fn act(
    split: &Split,
    (ids, book): (&Mutex<Vec<String>>, &Mutex<Book>),
    dice: &mut Dice,
    counts: &mut Counts,
) {
    let known = {
        let ids = ids.lock().await;
        (!ids.is_empty()).then(|| ids[dice.below(ids.len() as u64) as usize].clone())
    };
    let tally = |reply: &Reply| {
        *counts.entry(reply.status).or_default() += 1;
        assert!(reply.took < Duration::from_secs(5), "{reply:?}");
    };
    let key = split.key();
    let Some((id, dice_says)) = known.map(|id| (id, dice.below(10))).filter(|(_, says)| *says < 5) else {
        let body = json!({ "items": parsed(&items(dice)) });
        let reply = split.call_until_final(("POST", "/v1/orders", &key), Some(body), tally).await;
        if let Some(id) = reply.body["id"].as_str() {
            ids.lock().await.push(id.to_owned());
        }
        return;
    };
    let path = format!("/v1/orders/{id}");
    let (method, path, body) = match dice_says {
        0..=1 => {
            let more = if dice.below(4) == 0 { "a=1000" } else { "" };
            let items = parsed(&(items(dice) + more));
            ("PUT", path, Some(json!({ "items": items, "reprice": dice.below(3) == 0 })))
        }
        2 => ("POST", path + "/cancel", Some(json!({ "restock": dice.below(3) > 0 }))),
        3 => {
            let sku = SKUS[dice.below(5) as usize];
            let line = json!([{ "sku": sku, "quantity": 1 + dice.below(2), "restock": dice.below(2) == 0 }]);
            ("POST", path + "/refunds", Some(json!({ "lines": line })))
        }
        _ => {
            let lines =
                json!({"lines": [{"sku": SKUS[dice.below(5) as usize], "quantity": 1 + dice.below(2)}]});
            ("POST", path + "/fulfil", (dice.below(3) > 0).then_some(lines))
        }
    };
    let reply = split.call_until_final((method, &path, &key), body, tally).await;
    if reply.status != 200 {
        return;
    }
    let mut book = book.lock().await;
    let told = book.entry(id).or_default();
    match dice_says {
        0..=1 => {
            let total = reply.body["total"]["amount_minor"].as_i64().unwrap();
            let before = told.edits.insert(reply.body["revision"].as_i64().unwrap(), total);
            assert_eq!(before, None, "two edits made the same revision: {reply:?}");
        }
        2 => told.cancelled = true,
        3 => told.refunds += 1,
        _ => {
            let units = |line: &serde_json::Value| line["fulfilled_quantity"].as_i64().unwrap();
            let out = reply.body["items"].as_array().unwrap().iter().map(units).sum();
            // Answers of several clients may come in another order than what they tell of.
            told.fulfilled = told.fulfilled.max(out);
        }
    }
}

/// Every order is what the clients were told, and nothing happened to it that nobody was told of.
async fn agree(split: &Split, orders: &[Order], book: &Book) {
    let nothing = Told::default();
    for order in orders {
        let told = book.get(&order.id).unwrap_or(&nothing);
        let revisions: Vec<i64> = told.edits.keys().copied().collect();
        assert_eq!(revisions, (2..=order.revision).collect::<Vec<_>>(), "edits of {order:?}");
        let total = told.edits.values().last().copied().unwrap_or(order.total_minor);
        assert_eq!(total, order.total_minor, "{order:?}");
        assert_eq!(told.cancelled, order.status == Status::Cancelled, "{order:?}");
        let out: i64 = order.lines.iter().map(|line| line.fulfilled_quantity).sum();
        assert_eq!(told.fulfilled, out, "{order:?}");
        let id = order.id.clone();
        let made = split.shop.orders.as_ref().unwrap().read(move |tx| store::refunds(tx, &id)).await.unwrap();
        assert_eq!(made.len(), told.refunds, "refunds of {order:?}");
    }
}
