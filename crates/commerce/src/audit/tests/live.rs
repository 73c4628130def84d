//! An audit of a shop that is busy: whatever is under way, nothing is broken.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use serde_json::json;

use super::support::{Books, Reports, silent};
use crate::testing::{Bed, Dice, scaled, seed};

/// Places, edits, cancels and refunds until it is told to stop.
async fn trade(books: Arc<Books>, trader: u64, stop: Arc<AtomicBool>, done: Arc<AtomicU64>) {
    let mut dice = Dice(seed() ^ trader);
    for round in 0.. {
        if stop.load(Ordering::Relaxed) {
            return;
        }
        let sku = ["mug", "cap", "ps5"][usize::try_from(dice.below(3)).unwrap()];
        let key = format!("idempotency-key: t{trader}-{round}");
        let body =
            json!({"items": [{"sku": sku, "quantity": dice.below(2) + 1}, {"sku": "ebook", "quantity": 1}]});
        let placed = books.bed.call("POST /v1/orders", &[&key], body.to_string()).await;
        assert!(placed.status < 500, "{}", placed.text);
        done.fetch_add(1, Ordering::Relaxed);
        let Some(id) = placed.json()["id"].as_str().map(str::to_owned) else { continue };
        let (head, body) = match dice.below(4) {
            0 => (format!("PUT /v1/orders/{id}"), json!({"items": [{"sku": "mug", "quantity": 1}]})),
            1 => (format!("POST /v1/orders/{id}/refunds"), json!({"amount_minor": 5})),
            _ => (format!("POST /v1/orders/{id}/cancel"), json!({})),
        };
        let key = format!("idempotency-key: t{trader}-{round}e");
        let changed = books.bed.call(&head, &[&key], body.to_string()).await;
        // An edit may be told to come again while stock elsewhere has not answered.
        assert!(changed.status < 500 || changed.status == 503, "{}", changed.text);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_busy_shop_is_clean() {
    let orders = scaled(3_000);
    for bed in Bed::each().into_iter().chain([Bed::apart()]) {
        let mut books = Books::open(bed).await;
        books.publish().await;
        let books = Arc::new(books);
        let (stop, done) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicU64::new(0)));
        let traders: Vec<_> = (0..6)
            .map(|trader| {
                tokio::spawn(trade(Arc::clone(&books), trader, Arc::clone(&stop), Arc::clone(&done)))
            })
            .collect();
        let mut audits = 0;
        while done.load(Ordering::Relaxed) < orders {
            let mut audit = books.audit_over(Reports::default());
            audit.options.names_max = 1_000;
            let report = audit.run(silent()).await.unwrap();
            let name = books.bed.name;
            assert!(report.ok, "{name}: {}", serde_json::to_string_pretty(&report).unwrap());
            audits += 1;
        }
        stop.store(true, Ordering::Relaxed);
        for trader in traders {
            trader.await.unwrap();
        }
        println!("{}: {audits} audits beside {} orders", books.bed.name, done.load(Ordering::Relaxed));
    }
}
