//! Books that nobody spoiled are clean, whatever happened to the shop.

use std::sync::{Arc, Mutex};

use serde_json::json;

use super::support::{Books, Reports, broken, silent};
use crate::audit::{Answered, Report, Step};
use crate::testing::{Bed, Dice, scaled, seed};

fn assert_clean(report: &Report, name: &str) {
    assert!(report.ok, "{name}: {}", serde_json::to_string_pretty(report).unwrap());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_random_history_is_clean() {
    let (seed, steps) = (seed(), scaled(2_000));
    println!("seed {seed}, {steps} steps on each");
    for bed in Bed::each().into_iter().chain([Bed::apart()]) {
        let mut books = Books::open(bed).await;
        books.random(&mut Dice(seed), steps).await;
        books.publish().await;
        books.wait(3_600);
        let report = books.audit().await;
        assert_clean(&report, books.bed.name);
        assert!(report.complete, "{}: {report:?}", books.bed.name);
        let counts: Vec<u64> = report.invariants.iter().map(|invariant| invariant.checked).collect();
        println!("{}: checked {counts:?}", books.bed.name);
        assert!(counts.iter().take(6).all(|checked| *checked >= 3), "{}: {counts:?}", books.bed.name);
    }
}

/// A shop that is older than its outbox rows are kept: they are gone, and their count says that they were published.
#[tokio::test(flavor = "multi_thread")]
async fn an_old_shop_can_be_complete() {
    for bed in Bed::each() {
        let mut books = Books::open(bed).await;
        books.one_of_each().await;
        books.publish().await;
        assert_eq!(books.clean_outbox().await, 0);
        books.wait(8 * 86_400);
        assert!(books.clean_outbox().await > 0);
        let made = books.one_of_each().await;
        books.publish().await;
        let report = books.audit().await;
        assert_clean(&report, books.bed.name);
        assert!(report.complete, "{}: {report:?}", books.bed.name);
        let five = &report.invariants[4];
        assert!(five.notes.iter().any(|note| note.starts_with("18 older changes")), "{five:?}");
        // A row that was removed and never counted, or was never written, is noticed whatever its age.
        books.spoil("UPDATE outbox_removed SET changes = changes - 1 WHERE id = 1", "");
        assert_eq!(broken(&books.audit().await), [5], "{}", books.bed.name);
        books.spoil("UPDATE outbox_removed SET uncounted = uncounted + 1 WHERE id = 1", "");
        let report = books.audit().await;
        assert!(report.ok && report.complete, "{report:?}");
        assert!(report.invariants[4].notes.iter().any(|note| note.contains("before they were counted")));
        books.spoil("DELETE FROM outbox WHERE order_id = $1", &made["confirmed"]);
        assert_eq!(broken(&books.audit().await), [5], "{}", books.bed.name);
    }
}

/// Nobody orders for days, until the outbox is empty; what is written then is as young as it is.
#[tokio::test(flavor = "multi_thread")]
async fn what_comes_after_a_quiet_week_stays() {
    for bed in Bed::each() {
        let mut books = Books::open(bed).await;
        books.one_of_each().await;
        books.publish().await;
        assert_eq!(books.clean_outbox().await, 0);
        books.wait(8 * 86_400);
        assert!(books.clean_outbox().await > 0);
        let order = books.order(&[("mug", 1)]).await;
        books.publish().await;
        books.wait(60);
        assert_eq!(books.clean_outbox().await, 0, "{}", books.bed.name);
        books.keyed(&format!("POST /v1/orders/{order}/cancel"), json!({})).await;
        books.publish().await;
        assert_clean(&books.audit().await, books.bed.name);
    }
}

/// An order that has failed leaves with its changes, and with the count of their rows: it covers for no other's.
#[tokio::test(flavor = "multi_thread")]
async fn an_order_that_leaves_covers_for_no_other() {
    for bed in Bed::each() {
        let mut books = Books::open(bed).await;
        books.one_of_each().await;
        books.publish().await;
        assert_eq!(books.clean_outbox().await, 0);
        books.wait(31 * 86_400);
        assert!(books.clean_outbox().await > 0);
        crate::cleaning::clean(&books.bed.shop).await.unwrap();
        let report = books.audit().await;
        assert_clean(&report, books.bed.name);
        let five = &report.invariants[4];
        assert!(five.notes.iter().any(|note| note.starts_with("17 older changes")), "{five:?}");
        books.spoil("UPDATE outbox_removed SET changes = changes - 1 WHERE id = 1", "");
        assert_eq!(
            broken(&books.audit().await),
            [5],
            "{}: one row was removed that was not published",
            books.bed.name
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_young_is_pending() {
    let mut books = Books::open(Bed::sqlite()).await;
    let made = books.one_of_each().await;
    let report = books.audit().await;
    assert_clean(&report, "nothing is published yet");
    let pending: Vec<u64> = report.invariants.iter().map(|invariant| invariant.pending).collect();
    // 18 changes, of which two fulfil and one fails, and three products that came in.
    assert_eq!((pending[5], pending[6]), (15, 21), "{made:?} {report:?}");
    books.wait(120);
    assert_eq!(broken(&books.audit().await), [6, 7], "two minutes later it is not");
    books.publish().await;
    assert_clean(&books.audit().await, "and then all is there");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_seen_is_told() {
    let mut books = Books::open(Bed::sqlite()).await;
    books.one_of_each().await;
    books.publish().await;
    let mut audit = books.audit_over(Reports::default());
    (audit.log, audit.money) = (None, None);
    let report = audit.run(silent()).await.unwrap();
    assert!(report.ok && !report.complete);
    let partly: Vec<usize> =
        report.invariants.iter().filter(|of| !of.unchecked.is_empty()).map(|of| of.id).collect();
    assert_eq!(partly, [5, 6, 7]);
}

#[tokio::test(flavor = "multi_thread")]
async fn it_tells_how_far_it_has_come() {
    let mut books = Books::open(Bed::sqlite()).await;
    books.one_of_each().await;
    books.publish().await;
    let steps = Arc::new(Mutex::new(Vec::new()));
    let told = Arc::clone(&steps);
    let audit = books.audit_over(books.reports().await);
    audit.run(Arc::new(move |step, _, _| told.lock().unwrap().push(step))).await.unwrap();
    let steps = steps.lock().unwrap();
    for step in [Step::Stock, Step::Keys, Step::Money] {
        assert!(steps.contains(&step), "{step:?} in {steps:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn failed_orders_give_their_names_away_and_leave_and_all_is_clean() {
    for bed in Bed::each().into_iter().chain([Bed::apart()]) {
        let mut books = Books::open(bed).await;
        let cart = |quantity: i64| json!({"items": [{"sku": "ps5", "quantity": quantity}], "client_reference": "cart-1"});
        let (status, failed) = books.keyed("POST /v1/orders", cart(5_000)).await;
        assert_eq!(status, 422, "{failed}");
        let (status, done) = books.keyed("POST /v1/orders", cart(1)).await;
        assert_eq!(status, 201, "{}: {done}", books.bed.name);
        books.publish().await;
        assert_clean(&books.audit().await, "a name given away");
        books.wait(31 * 86_400);
        books.spoil("DELETE FROM outbox WHERE order_id = $1", failed["order_id"].as_str().unwrap());
        crate::cleaning::clean(&books.bed.shop).await.unwrap();
        let path = format!("GET /v1/orders/{}", failed["order_id"].as_str().unwrap());
        assert_eq!(books.bed.call(&path, &[], "").await.status, 404, "{}", books.bed.name);
        assert_clean(&books.audit().await, "it has left");
        // Whoever noted its refusal asks about it long after.
        let order_id = failed["order_id"].as_str().map(str::to_owned);
        let noted = Answered { key: "k4".to_owned(), status: 422, order_id, body: None };
        let audit = books.audit_over(Reports::default());
        let five = audit.answers(vec![noted]).await.unwrap();
        assert!(five.ok && five.unchecked.len() == 1, "{five:?}");
    }
}
