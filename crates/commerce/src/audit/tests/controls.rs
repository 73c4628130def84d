//! Negative controls: with a guard of the shop taken away, the audit finds what a crowd of buyers leaves behind.

use std::process::Command;
use std::sync::Arc;

use kassa_db::testing::TestPostgres;
use kassa_model::Timestamp;
use serde_json::json;

use super::support::{Books, broken};
use crate::inventory::{self, StockLine};
use crate::testing::Bed;

const BUYERS: usize = 24;

/// Buyers at once, each request sent three times with its key; some orders are then refunded twice, and a command that
/// took stock comes again.
async fn crowd(bed: Bed) -> Books {
    let books = Books::open(bed).await;
    let books = Arc::new(books);
    let buyers: Vec<_> = (0..BUYERS * 3)
        .map(|buyer| {
            let books = Arc::clone(&books);
            tokio::spawn(async move {
                let key = format!("idempotency-key: crowd-{}", buyer % BUYERS);
                let body = json!({"items": [{"sku": "mug", "quantity": 1}, {"sku": "ebook", "quantity": 2}]});
                let reply = books.bed.call("POST /v1/orders", &[&key], body.to_string()).await;
                (reply.status == 201).then(|| reply.json()["id"].as_str().unwrap().to_owned())
            })
        })
        .collect();
    let mut orders = Vec::new();
    for buyer in buyers {
        orders.extend(buyer.await.unwrap());
    }
    let mut books = Arc::into_inner(books).unwrap();
    assert!(!orders.is_empty());
    let first = orders[0].clone();
    for amount in [100, 50] {
        books.keyed(&format!("POST /v1/orders/{first}/refunds"), json!({"amount_minor": amount})).await;
    }
    let line = StockLine { sku: "mug".to_owned(), quantity: 1 };
    let again = move |tx: &mut kassa_db::Tx<'_>| {
        let (reference, now) = (format!("{first}/1"), Timestamp::from_micros(1));
        inventory::deduct(tx, &reference, std::slice::from_ref(&line), now).map(drop)
    };
    books.bed.write(again);
    books.publish().await;
    books.wait(3_600);
    books
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_crowd_leaves_clean_books() {
    for bed in Bed::each() {
        let books = crowd(bed).await;
        let report = books.audit().await;
        println!("{}: broken {:?}", books.bed.name, broken(&report));
        assert!(report.ok, "{}: {}", books.bed.name, serde_json::to_string_pretty(&report).unwrap());
    }
}

/// Runs the crowd in a process without the guard; the audit must find one of these invariants broken.
fn check(sabotage: &str, expected: &[&str]) {
    let run = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "audit::tests::controls::a_crowd_leaves_clean_books", "--nocapture"])
        .env("KASSA_SABOTAGE", sabotage)
        .env("RUST_BACKTRACE", "0")
        .output()
        .unwrap();
    let out = String::from_utf8_lossy(&run.stdout);
    assert!(out.contains("running 1 test") && !run.status.success(), "{sabotage} is not found: {out}");
    let found: Vec<&str> =
        out.lines().filter(|line| line.contains("broken [") && !line.contains("[]")).collect();
    println!("negative control {sabotage}: {}", found.join("; "));
    let is_expected = |line: &&str| expected.iter().any(|broken| line.ends_with(broken));
    assert!(found.iter().any(is_expected), "{sabotage}: {out} {}", String::from_utf8_lossy(&run.stderr));
}

#[test]
fn a_ledger_without_its_unique_is_found() {
    check("ledger_unique", &["[2]"]);
}

#[test]
fn stock_that_is_checked_first_is_found() {
    // SQLite has one writer at a time, so that only PostgreSQL can tell.
    if TestPostgres::start().is_some() {
        check("check_first", &["[1]"]);
    }
}

#[test]
fn a_record_after_the_commit_is_found() {
    check("late_record", &["[4]"]);
}

#[test]
fn money_named_by_its_order_alone_is_found() {
    check("money_by_order", &["[5, 6]"]);
}
