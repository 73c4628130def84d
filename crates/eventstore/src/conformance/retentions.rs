//! Clause 5, the definitions of retention.

use kassa_model::{Dialect, Event, OrderPart};

use super::queries::{is, test};
use super::sample::{after, batch, view};
use crate::journey::{Cohort, Of, Retention, RetentionAnswer, Scope};
use crate::query::{CONFIRMED, Field, Filter, Operator, REFUNDED, TimeRange};
use crate::{Error, EventStore};

const DAY: i64 = 86_400;

/// Three days, from the second on.
fn asked(of: Of) -> Retention {
    let boundaries = vec![after(DAY), after(2 * DAY), after(3 * DAY), after(4 * DAY)];
    Retention {
        scope: Scope {
            sites: vec!["demo".to_owned()],
            range: TimeRange { from: after(DAY), to: after(4 * DAY) },
            only: None,
            filter: None,
            include_bots: false,
            rules: Vec::new(),
        },
        of,
        boundaries,
        currency: None,
    }
}

fn views(who: i64, path: &str, second: i64) -> Event {
    Event { visitor: Some(who), session: Some(who), ..view(&format!("{who}-{path}-{second}"), path, second) }
}

fn order(who: i64, name: &str, second: i64, (id, amount): (&str, i64)) -> Event {
    let order = OrderPart {
        order_id: id.to_owned(),
        revenue_minor: amount,
        currency: "EUR".to_owned(),
        status: "confirmed".to_owned(),
        items: Vec::new(),
    };
    Event { name: name.to_owned(), order: Some(order), dialect: Dialect::SHOP, ..views(who, "/pay", second) }
}

async fn answer(store: &dyn EventStore, asked: &Retention) -> RetentionAnswer {
    store.retention(asked).await.unwrap_or_else(|error| panic!("{error}: {asked:?}"))
}

fn returned(answer: &RetentionAnswer) -> Vec<&[u64]> {
    answer.cohorts.iter().map(|cohort| cohort.returned.as_slice()).collect()
}

pub(super) async fn visitors_come_back(store: &dyn EventStore) {
    let events = vec![
        // Came before the first period: of no cohort.
        views(1, "/", 0),
        views(1, "/", DAY),
        views(2, "/", DAY),
        views(2, "/shop", DAY + 5),
        views(2, "/", 3 * DAY),
        views(3, "/shop", 2 * DAY - 1),
        views(3, "/", 2 * DAY),
        views(4, "/", 3 * DAY),
        // Behind the last period.
        views(4, "/", 4 * DAY),
        views(5, "/", 4 * DAY),
        Event { bot: true, ..views(6, "/", DAY) },
        Event { session: Some(0), ..views(7, "/", DAY) },
        Event { site: "other".to_owned(), ..views(8, "/", DAY) },
        order(9, CONFIRMED, DAY, ("a", 100)),
    ];
    store.insert(batch(0, events)).await.unwrap();
    let found = answer(store, &asked(Of::Visitors)).await;
    assert_eq!(returned(&found), [&[2, 1, 1][..], &[0, 0], &[1]]);
    assert_eq!(found.cohorts.iter().map(|cohort| cohort.size).collect::<Vec<_>>(), [2, 0, 1]);
    assert!(found.currencies.is_empty() && found.cohorts[0].revenue.is_empty());
    // A filter is one of the first event ever.
    let filtered = |filter: Filter| {
        let scope = Scope { filter: Some(filter), ..asked(Of::Visitors).scope };
        Retention { scope, ..asked(Of::Visitors) }
    };
    let found = answer(store, &filtered(is(Field::Page, &["/shop"]))).await;
    assert_eq!(returned(&found), [&[1, 1, 0][..], &[0, 0], &[0]]);
    let found = answer(store, &filtered(test(Field::Page, Operator::Matches, &["^/$"]))).await;
    assert_eq!(returned(&found), [&[1, 0, 1][..], &[0, 0], &[1]]);
}

pub(super) async fn customers_come_back(store: &dyn EventStore) {
    let of_user = |user: &str, event: Event| Event { user: Some(user.to_owned()), ..event };
    let events = vec![
        // One customer with two visitors, by the id that the shop knows.
        of_user("anna", order(1, CONFIRMED, DAY, ("a", 100))),
        of_user("anna", order(2, CONFIRMED, 3 * DAY, ("b", 50))),
        order(1, REFUNDED, 3 * DAY + 1, ("a", -30)),
        // By the visitor; two in one period.
        order(3, CONFIRMED, DAY + 1, ("c", 1_000)),
        order(3, CONFIRMED, DAY + 2, ("d", 2_000)),
        // Of nobody, and money behind the last period.
        Event { session: Some(0), ..order(4, CONFIRMED, DAY, ("e", 9)) },
        order(3, REFUNDED, 4 * DAY, ("d", -2_000)),
        // A customer of before.
        order(5, CONFIRMED, 0, ("f", 7)),
        order(5, CONFIRMED, DAY, ("g", 7)),
    ];
    store.insert(batch(0, events)).await.unwrap();
    let found = answer(store, &asked(Of::Customers)).await;
    let first = Cohort { size: 2, returned: vec![2, 0, 1], repeat: 2, revenue: vec![3_100, 0, 20] };
    assert_eq!(found.cohorts[0], first);
    assert_eq!((found.cohorts[1].size, found.cohorts[2].size), (0, 0));
    assert_eq!(found.currencies, ["EUR"]);
    let dollars = Retention { currency: Some("USD".to_owned()), ..asked(Of::Customers) };
    let found = answer(store, &dollars).await;
    assert_eq!((found.cohorts[0].size, found.cohorts[0].revenue.as_slice()), (2, &[0, 0, 0][..]));
    assert!(found.currencies.is_empty());
}

pub(super) async fn retention_without_an_answer_is_refused(store: &dyn EventStore) {
    let refuses = async |asked: Retention| {
        let answer = store.retention(&asked).await;
        assert!(matches!(answer, Err(Error::Invalid(_))), "{answer:?}: {asked:?}");
    };
    let plain = || asked(Of::Visitors);
    refuses(Retention { boundaries: vec![after(DAY)], ..plain() }).await;
    refuses(Retention { boundaries: vec![after(DAY), after(2 * DAY)], ..plain() }).await;
    let many: Vec<_> = (0..=32).map(|day| after(day * DAY)).collect();
    let scope = Scope { range: TimeRange { from: after(0), to: after(32 * DAY) }, ..plain().scope };
    refuses(Retention { boundaries: many, scope, ..plain() }).await;
    for field in [Field::ExitPage, Field::Sku, Field::Currency] {
        refuses(Retention { scope: Scope { filter: Some(is(field, &["a"])), ..plain().scope }, ..plain() })
            .await;
    }
}
