//! The facts of a visit: taken once, on every row from then on, and the same after a restart.

use kassa_eventlog::Offset;
use kassa_eventstore::MemoryStore;
use kassa_model::{Dialect, Event, OrderItem, OrderPart, Recorded, Timestamp, Visit};

use crate::process::dedupe::DedupeOptions;
use crate::process::testing::{Runner, START, event, payload, recorded, rows};

const MINUTE: i64 = 60_000_000;
const GOOGLE: &str = "https://www.google.com/";

fn at(id: &str, minute: i64, path: Option<&str>, referrer: Option<&str>) -> Recorded {
    let time = Timestamp::from_micros(START + minute * MINUTE);
    recorded(Event {
        occurred_at: time,
        received_at: time,
        host: Some("shop.test".to_owned()),
        path: path.map(str::to_owned),
        referrer: referrer.map(str::to_owned),
        ..event(id)
    })
}

fn money(id: &str, minute: i64, path: Option<&str>) -> Recorded {
    let mut record = at(id, minute, path, None);
    record.event.dialect = Dialect::SHOP;
    record.event.order = Some(OrderPart {
        order_id: id.to_owned(),
        revenue_minor: 5,
        currency: "EUR".to_owned(),
        status: "confirmed".to_owned(),
        items: vec![OrderItem {
            sku: "mug".to_owned(),
            name: "Mug".to_owned(),
            category: None,
            units: 1,
            revenue_minor: 5,
        }],
    });
    record
}

/// Folds the records one by one with a restart after each, and gives the visits on their rows.
async fn visits(records: Vec<Recorded>) -> Vec<Option<Visit>> {
    let store = MemoryStore::new();
    let mut runner = Runner::start(&store, DedupeOptions::default()).await;
    for (offset, record) in (1..).zip(records) {
        runner.batch(&[(Offset(offset), payload(record))]).await;
        runner.restart().await;
    }
    drop(runner);
    rows(&store).await.into_iter().map(|row| row.visit).collect()
}

fn shown(visit: Option<&Visit>) -> (i64, Option<&str>, Option<&str>) {
    let visit = visit.unwrap();
    let minute = (visit.started_at.micros() - START) / MINUTE;
    (minute, visit.facts.entry_page.as_deref(), visit.facts.source.as_deref())
}

#[tokio::test]
async fn facts_stand_on_every_row_of_a_visit_and_on_its_money() {
    let midnight = 24 * 60;
    let found = visits(vec![
        at("a", midnight - 2, Some("/in"), Some(GOOGLE)),
        at("b", midnight + 2, Some("/shop"), Some("https://pay.test/")),
        money("order-1", midnight + 5, Some("/checkout")),
        at("late", midnight - 9, Some("/earlier"), None),
        // After a pause it is another visit, and another source.
        at("c", midnight + 90, Some("/again"), None),
        money("order-2", midnight + 400, None),
    ])
    .await;
    for visit in &found[..4] {
        assert_eq!(shown(visit.as_ref()), (midnight - 2, Some("/in"), Some("Google")));
    }
    assert_eq!(found[0].as_ref().unwrap().facts.host.as_deref(), Some("shop.test"));
    assert_eq!(shown(found[4].as_ref()), (midnight + 90, Some("/again"), None));
    assert_eq!(found[5], None, "an order hours after the visit has none");
}

#[tokio::test]
async fn facts_wait_for_the_first_event_with_a_page() {
    let found = visits(vec![
        at("a", 0, None, Some("https://bing.com/")),
        money("order-1", 1, None),
        at("b", 2, Some("/in"), Some(GOOGLE)),
        at("c", 3, None, None),
    ])
    .await;
    let none = (0, None, None);
    let known = (0, Some("/in"), Some("Google"));
    assert_eq!(
        found.iter().map(|visit| shown(visit.as_ref())).collect::<Vec<_>>(),
        [none, none, known, known]
    );
}

/// A session that its client names again after all of it has left memory begins anew; within a day it goes on.
#[tokio::test]
async fn a_named_session_keeps_its_facts_for_a_day() {
    let named = |id: &str, hour: i64, referrer| {
        let mut record = at(id, hour * 60, Some("/in"), referrer);
        record.event.session = Some(77);
        record
    };
    // Others come meanwhile: time that nobody was here for ages by half a day at most.
    let other = |id: &str, hour: i64| {
        let mut record = at(id, hour * 60, Some("/other"), None);
        record.event.visitor = Some(2);
        record
    };
    let found = visits(vec![
        named("a", 0, Some(GOOGLE)),
        named("b", 11, None),
        named("c", 22, Some("https://bing.com/")),
        other("d", 33),
        other("e", 44),
        other("f", 55),
        named("g", 56, Some("https://bing.com/")),
    ])
    .await;
    for visit in &found[..3] {
        assert_eq!(shown(visit.as_ref()), (0, Some("/in"), Some("Google")));
    }
    assert_eq!(shown(found[6].as_ref()), (56 * 60, Some("/in"), Some("Bing")));
}

/// Who comes back from where one pays comes from nowhere else, however long it took.
#[tokio::test]
async fn where_people_pay_names_no_visit() {
    for (pays, ignored) in [("https://www.paypal.com/checkoutnow", false), ("https://bank.example/", true)] {
        for (minute, expected) in [(10, (0, Some("/"), Some("Google"))), (35, (35, Some("/thanks"), None))] {
            let back = at("b", minute, Some("/thanks"), Some(pays));
            let back = Recorded { referrer_ignored: ignored, ..back };
            let found = visits(vec![at("a", 0, Some("/"), Some(GOOGLE)), back]).await;
            assert_eq!(shown(found[1].as_ref()), expected, "{pays} after {minute} min");
        }
    }
}
