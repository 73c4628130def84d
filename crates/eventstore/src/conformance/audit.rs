//! Clause 8: what an audit asks.

use kassa_model::{Event, MICROS_PER_DAY};

use super::sample::{after, batch, order, view};
use crate::EventStore;
use crate::audit::{MoneyRecord, MoneySpan};

fn money(order_id: &str, seq: i64, revenue_minor: i64) -> Event {
    let order = Some(order(order_id, revenue_minor));
    Event { order, ..view(&format!("order:{order_id}:{seq}"), "/", seq) }
}

pub(crate) async fn money_is_listed_by_order(store: &impl EventStore) {
    let events =
        vec![money("b", 1, 500), view("v", "/", 1), money("a", 2, -3), money("a", 1, 7), money("c", 1, 0)];
    store.insert(batch(0, events)).await.unwrap();
    let listed = async |after: &str, until: Option<&str>| {
        let span = MoneySpan { after: after.to_owned(), until: until.map(str::to_owned) };
        let records = store.money(&span).await.unwrap();
        records.iter().map(|record| record.id.clone()).collect::<Vec<_>>().join(" ")
    };
    assert_eq!(listed("", None).await, "order:a:1 order:a:2 order:b:1 order:c:1");
    assert_eq!(listed("a", Some("b")).await, "order:b:1");
    assert_eq!(listed("b", None).await, "order:c:1");
    assert_eq!(listed("c", None).await, "");
    let first = &store.money(&MoneySpan::default()).await.unwrap()[0];
    let expected = MoneyRecord {
        order_id: "a".to_owned(),
        id: "order:a:1".to_owned(),
        currency: "EUR".to_owned(),
        revenue_minor: 7,
        occurred_at: after(1),
    };
    assert_eq!(*first, expected);
}

pub(crate) async fn repeated_ids_are_told(store: &impl EventStore) {
    const WEEK: i64 = 7 * MICROS_PER_DAY;
    let days = |event: Event, days: i64| Event { received_at: after(days * 86_400), ..event };
    let elsewhere = Event { site: "other".to_owned(), ..view("twice", "/", 0) };
    let events = vec![
        view("once", "/", 0),
        view("twice", "/", 0),
        elsewhere,
        days(view("twice", "/", 0), 2),
        view("weekly", "/", 0),
        days(view("weekly", "/", 0), 8),
        days(view("weekly", "/", 0), 16),
        money("a", 1, 5),
        days(money("a", 1, 5), 30),
    ];
    store.insert(batch(0, events)).await.unwrap();
    let found = store.repeated_ids(WEEK, None, 10).await.unwrap();
    assert_eq!((found.rows, found.total), (9, 2));
    assert_eq!(found.ids, ["order:a:1", "twice"]);
    let some = store.repeated_ids(WEEK, None, 1).await.unwrap();
    assert_eq!((some.total, some.ids.len()), (2, 1));
    // Of what came later only one is left of either.
    let late = store.repeated_ids(WEEK, Some(after(2 * 86_400)), 10).await.unwrap();
    assert_eq!((late.rows, late.total), (4, 0));
    let all = store.repeated_ids(WEEK, Some(after(0)), 10).await.unwrap();
    assert_eq!((all.rows, all.total), (9, 2));
}
