//! Edits that several processes settle: each decision is for its own command, and a command that was dropped is not sent.

use std::sync::Arc;

use kassa_db::params;
use kassa_model::{Currency, MICROS_PER_DAY, Money};
use serde_json::json;

use super::super::accepted::{EditBegun, begin_edit};
use super::super::drain;
use super::*;
use crate::catalog::Offer;
use crate::cleaning;
use crate::orders::edited::{EditAsk, Prices};
use crate::orders::target::Target;
use crate::orders::{Item, Items, store};
use crate::testing::Bed;
use crate::transport::run;

/// Ten of `a`, and an order of four; its UUID.
async fn ordered(bed: &Bed) -> String {
    let product = json!({"sku": "a", "name": "A", "price": {"amount_minor": 100, "currency": "USD"}});
    bed.send("POST /v1/products", product, 201).await;
    bed.send("POST /v1/inventory/a/receive", json!({"quantity": 10}), 200).await;
    let body = json!({"items": [{"sku": "a", "quantity": 4}]}).to_string();
    let placed = bed.call("POST /v1/orders", &["idempotency-key: o"], body).await;
    assert_eq!(placed.status, 201, "{}", placed.text);
    placed.json()["id"].as_str().unwrap().to_owned()
}

/// Begins an edit to `quantity`, as where stock is apart; its command.
fn begin(bed: &Bed, order: &str, quantity: i64) -> Command {
    let price = Money { amount_minor: 100, currency: Currency::USD };
    let (sku, name) = ("a".to_owned(), "A".to_owned());
    let offer = Offer {
        id: 1,
        sku,
        name,
        title: None,
        category: None,
        price,
        track_stock: true,
        version: 1,
        archived: false,
    };
    let items = Items::new([Item { sku: "a".to_owned(), quantity }]).unwrap();
    let ask = EditAsk { items, prices: Prices::Agreed, customer_name: None };
    let (target, now) = (Target::any(order), bed.shop.now());
    let begun =
        bed.db.write_blocking(move |tx| begin_edit(tx, &target, &ask, std::slice::from_ref(&offer), now));
    match begun.unwrap() {
        EditBegun::Pending(command) => command,
        EditBegun::Done(change) => panic!("it moved no stock: {change:?}"),
    }
}

/// What stock makes of the command.
fn sent(bed: &Bed, command: &Command) -> Decision {
    let (command, now) = (command.clone(), bed.shop.now());
    bed.write(move |tx| run::run(tx, &command, now)).reply.into()
}

fn decide(bed: &Bed, order: &str, command: &Command, decision: &Decision) -> EditSettled {
    let (order, command, decision) = (order.to_owned(), command.clone(), decision.clone());
    let now = bed.shop.now();
    bed.write(move |tx| decide_edit(tx, &order, &command, &decision, now))
}

fn drop_it(bed: &Bed, order: &str, command: &Command) -> EditSettled {
    let (order, command, now) = (order.to_owned(), command.clone(), bed.shop.now());
    bed.write(move |tx| drop_edit(tx, &order, &command, now))
}

fn order_of(bed: &Bed, id: &str) -> Order {
    let id = id.to_owned();
    bed.db.read_blocking(move |tx| store::by_id(tx, &id)).unwrap().unwrap()
}

fn on_hand(bed: &Bed) -> i64 {
    let sql = "SELECT on_hand FROM stock WHERE sku = 'a'";
    bed.db.read_blocking(move |tx| tx.first(sql, params![], |row| row.int(0))).unwrap().unwrap()
}

/// One process sends an edit, hears that there is too little stock, and stops. Another sends the same command and decides
/// it; the client edits again, under the same reference. Then the first goes on.
#[tokio::test]
async fn a_late_decision_does_not_touch_the_edit_after_it() {
    for bed in Bed::each() {
        let order = ordered(&bed).await;
        let refused = begin(&bed, &order, 11);
        let late = sent(&bed, &refused);
        assert_eq!(
            decide(&bed, &order, &refused, &late),
            EditSettled::Refused(Refusal::Insufficient { sku: "a".to_owned(), available: 10, requested: 11 })
        );
        let next = begin(&bed, &order, 5);
        assert_eq!(next.reference(), refused.reference());
        for what in [Decision::Void, late.clone(), Decision::Taken] {
            assert_eq!(decide(&bed, &order, &refused, &what), EditSettled::Unknown, "{}: {what:?}", bed.name);
        }
        assert_eq!(drop_it(&bed, &order, &refused), EditSettled::Unknown, "{}", bed.name);
        let pending = order_of(&bed, &order);
        assert_eq!((pending.revision, pending.pending_edit.as_deref()), (1, Some(next.reference())));

        let taken = sent(&bed, &next);
        assert!(matches!(decide(&bed, &order, &next, &taken), EditSettled::Done(_)), "{}", bed.name);
        assert_eq!(decide(&bed, &order, &refused, &late), EditSettled::Unknown, "{}", bed.name);
        // The order and its stock go together: it can be edited again, and all of it comes back.
        let last = begin(&bed, &order, 2);
        let taken = sent(&bed, &last);
        assert!(matches!(decide(&bed, &order, &last, &taken), EditSettled::Done(_)), "{}", bed.name);
        let edited = order_of(&bed, &order);
        assert_eq!((edited.revision, edited.total_minor, on_hand(&bed)), (3, 200, 8), "{}", bed.name);
        bed.send(&format!("POST /v1/orders/{order}/cancel"), json!({}), 200).await;
        assert_eq!(on_hand(&bed), 10, "{}", bed.name);
    }
}

/// What says which try of an edit it is outlives the rows of work.
#[tokio::test]
async fn an_edit_can_be_tried_anew_after_the_cleaning() {
    for bed in Bed::each() {
        let order = ordered(&bed).await;
        for attempt in 0..2 {
            let refused = begin(&bed, &order, 11);
            assert!(matches!(&refused, Command::Deduct(deduct) if deduct.attempt == attempt), "{refused:?}");
            let decision = sent(&bed, &refused);
            assert!(matches!(decide(&bed, &order, &refused, &decision), EditSettled::Refused(_)));
            bed.clock.advance(MICROS_PER_DAY);
            cleaning::clean(&bed.shop).await.unwrap();
            let sql = "SELECT COUNT(*) FROM work";
            let left = bed.db.read_blocking(move |tx| tx.first(sql, params![], |row| row.int(0))).unwrap();
            assert_eq!(left, Some(0), "{}: a customer's name may be in it", bed.name);
        }
        let next = begin(&bed, &order, 5);
        assert_eq!(sent(&bed, &next), Decision::Taken, "{}", bed.name);
    }
}

/// Whatever the clocks say, and however long a commit takes.
#[tokio::test]
async fn an_edit_is_sent_by_the_drain_or_dropped_by_its_request() {
    for bed in Bed::each() {
        let order = ordered(&bed).await;
        let oldest = || {
            let rows = bed.db.read_blocking(|tx| work::store::oldest(tx, 10)).unwrap();
            rows.into_iter().map(Arc::new).collect::<Vec<_>>()
        };
        // The drain has read the row, and then the request drops it.
        let dropped = begin(&bed, &order, 5);
        let read = oldest();
        assert_eq!(read.len(), 1);
        assert_eq!(drop_it(&bed, &order, &dropped), EditSettled::NotNow, "{}", bed.name);
        assert!(drain::claimed(&bed.db, read).await.unwrap().is_empty(), "{}", bed.name);
        // The other way round.
        let kept = begin(&bed, &order, 6);
        assert_ne!(kept, dropped);
        assert_eq!(drain::claimed(&bed.db, oldest()).await.unwrap().len(), 1, "{}", bed.name);
        assert_eq!(drop_it(&bed, &order, &kept), EditSettled::Unknown, "{}", bed.name);
        assert!(order_of(&bed, &order).pending_edit.is_some(), "{}", bed.name);
        // One that has been tried is sent again without being claimed again.
        assert_eq!(drain::claimed(&bed.db, oldest()).await.unwrap().len(), 1, "{}", bed.name);
        let taken = sent(&bed, &kept);
        assert!(matches!(decide(&bed, &order, &kept, &taken), EditSettled::Done(_)), "{}", bed.name);
        assert_eq!(on_hand(&bed), 4, "{}", bed.name);
    }
}
