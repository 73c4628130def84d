//! Clause 5, the definitions of funnels.

use std::collections::BTreeMap;

use kassa_model::{Dialect, Event, MICROS_PER_SECOND, OrderPart};

use super::queries::{is, test};
use super::sample::{after, batch, view};
use crate::journey::{CHECKOUT_FAILED, Funnel, FunnelAnswer, Scope, Step};
use crate::query::{CONFIRMED, Field, Filter, Operator, REFUNDED, TimeRange};
use crate::{Error, EventStore};

const HOUR: i64 = 3_600;

/// From `/` by `/shop` to an order, within a day, over the first two days.
fn funnel() -> Funnel {
    Funnel {
        scope: Scope {
            sites: vec!["demo".to_owned()],
            range: TimeRange { from: after(0), to: after(48 * HOUR) },
            only: None,
            filter: None,
            include_bots: false,
            rules: Vec::new(),
        },
        steps: vec![page("/"), page("/shop"), Step::Named(CONFIRMED.to_owned())],
        window: 24 * HOUR * MICROS_PER_SECOND,
        boundaries: Vec::new(),
        currency: None,
    }
}

fn page(path: &str) -> Step {
    Step::Fits(Filter::And(vec![is(Field::Name, &["page_view"]), is(Field::Page, &[path])]))
}

/// `who` views a page, in a session that has the visitor's number.
fn views(who: i64, path: &str, second: i64) -> Event {
    Event { visitor: Some(who), session: Some(who), ..view(&format!("{who}-{path}-{second}"), path, second) }
}

/// The shop's record of an order of `who`.
fn order(who: i64, name: &str, second: i64, (id, amount): (&str, i64)) -> Event {
    let order = OrderPart {
        order_id: id.to_owned(),
        revenue_minor: amount,
        currency: "EUR".to_owned(),
        status: "confirmed".to_owned(),
        items: Vec::new(),
    };
    let event = views(who, "/pay", second);
    Event { name: name.to_owned(), order: Some(order), dialect: Dialect::SHOP, ..event }
}

fn refused(who: i64, second: i64, reason: &str) -> Event {
    let event = views(who, "/pay", second);
    let props = format!("{{\"reason\":\"{reason}\"}}");
    Event { name: CHECKOUT_FAILED.to_owned(), props, dialect: Dialect::SHOP, ..event }
}

async fn answer(store: &dyn EventStore, funnel: &Funnel) -> FunnelAnswer {
    store.funnel(funnel).await.unwrap_or_else(|error| panic!("{error}: {funnel:?}"))
}

fn visitors(answer: &FunnelAnswer) -> Vec<u64> {
    answer.steps.iter().map(|step| step.visitors).collect()
}

pub(super) async fn a_visitor_counts_by_the_best_attempt(store: &dyn EventStore) {
    let events = vec![
        // Twice from the first step on; the first attempt is over before the second step comes.
        views(1, "/", 0),
        views(1, "/", 20 * HOUR),
        views(1, "/", 21 * HOUR),
        views(1, "/shop", 30 * HOUR),
        // Two attempts that come equally far: the first counts, by time and bucket.
        views(2, "/", 100),
        views(2, "/shop", 200),
        views(2, "/", 30 * HOUR),
        views(2, "/shop", 30 * HOUR + 7),
        // Begins before the range, and goes on behind it.
        views(3, "/shop", 48 * HOUR + 10),
        views(3, "/", 48 * HOUR - 10),
        views(4, "/", 48 * HOUR),
    ];
    store.insert(batch(0, events)).await.unwrap();
    let asked = Funnel { boundaries: vec![after(0), after(24 * HOUR), after(48 * HOUR)], ..funnel() };
    let found = answer(store, &asked).await;
    assert_eq!(visitors(&found), [3, 3, 0]);
    assert_eq!(found.trend, [[2, 2, 0], [1, 1, 0]]);
    // 10 hours, 100 s and 20 s.
    assert_eq!((found.steps[1].seconds, found.steps[1].median_doubled), (10 * HOUR + 120, Some(200)));
    assert_eq!((found.steps[0].seconds, found.steps[0].median_doubled), (0, None));
    assert_eq!(found.steps[2].median_doubled, None);
    let later = TimeRange { from: after(1), to: after(48 * HOUR) };
    let found =
        answer(store, &Funnel { scope: Scope { range: later, ..asked.scope.clone() }, ..funnel() }).await;
    assert_eq!(visitors(&found), [3, 3, 0]);
    let short = Funnel { window: 60 * MICROS_PER_SECOND, ..funnel() };
    assert_eq!(visitors(&answer(store, &short).await), [3, 2, 0]);
}

pub(super) async fn steps_come_in_order_within_the_window(store: &dyn EventStore) {
    let of_site = |site: &str, event: Event| Event { site: site.to_owned(), ..event };
    let events = vec![
        // The second before the first is no second.
        views(1, "/shop", 0),
        views(1, "/", 1),
        // Others lie between; to the µs within the window, and beyond it.
        views(2, "/", 0),
        views(2, "/cart", 5),
        views(2, "/shop", 24 * HOUR),
        views(3, "/", 0),
        views(3, "/shop", 24 * HOUR + 1),
        // At one time: the log's order says which came first.
        views(4, "/", 9),
        views(4, "/shop", 9),
        views(5, "/shop", 9),
        views(5, "/", 9),
        // A robot, nobody's visit, another site.
        Event { bot: true, ..views(6, "/", 0) },
        Event { session: Some(0), ..views(7, "/", 0) },
        of_site("other", views(8, "/", 0)),
    ];
    store.insert(batch(0, events)).await.unwrap();
    assert_eq!(visitors(&answer(store, &funnel()).await), [5, 2, 0]);
    // One event is one step.
    let twice = Funnel { steps: vec![page("/"), page("/")], ..funnel() };
    assert_eq!(visitors(&answer(store, &twice).await), [5, 0]);
    let with_bots = Scope { include_bots: true, ..funnel().scope };
    assert_eq!(visitors(&answer(store, &Funnel { scope: with_bots, ..funnel() }).await), [6, 2, 0]);
    // A filter is one of the beginning, `only` one of every event.
    let front = Some(test(Field::Page, Operator::Is, &["/"]));
    let filtered = Scope { filter: front.clone(), ..funnel().scope };
    assert_eq!(visitors(&answer(store, &Funnel { scope: filtered, ..funnel() }).await), [5, 2, 0]);
    let only = Scope { only: front, ..funnel().scope };
    assert_eq!(visitors(&answer(store, &Funnel { scope: only, ..funnel() }).await), [5, 0, 0]);
}

pub(super) async fn a_drop_has_causes_that_add_up(store: &dyn EventStore) {
    let way = |who: i64| vec![views(who, "/", 0), views(who, "/shop", 10)];
    let mut events: Vec<Event> = (1..=6).flat_map(way).collect();
    events.extend([
        order(1, CONFIRMED, 30, ("a", 100)),
        refused(1, 20, "sold_out"),
        // The last of two.
        refused(2, 20, "sold_out"),
        refused(2, 25, "unavailable"),
        // Before the step, and behind the window.
        refused(3, 5, "sold_out"),
        refused(4, 25 * HOUR, "sold_out"),
        refused(5, 20, "sold_out"),
        // A client's event of this name is none of the shop's.
        Event { dialect: Dialect::SEGMENT, ..refused(6, 20, "sold_out") },
    ]);
    store.insert(batch(0, events)).await.unwrap();
    let found = answer(store, &funnel()).await;
    assert_eq!(visitors(&found), [6, 6, 1]);
    let causes: BTreeMap<Option<String>, u64> = [(None, 3), (Some("sold_out"), 1), (Some("unavailable"), 1)]
        .map(|(why, n)| (why.map(str::to_owned), n))
        .into();
    assert_eq!(found.steps[2].causes, causes);
    assert!(found.steps[0].causes.is_empty() && found.steps[1].causes.is_empty());
}

pub(super) async fn value_is_of_the_orders_on_the_way(store: &dyn EventStore) {
    let events = vec![
        views(1, "/", 100),
        views(1, "/shop", 110),
        order(1, CONFIRMED, 120, ("a", 1_000)),
        // Of the same attempt, and money given back after the window.
        order(1, CONFIRMED, 130, ("b", 500)),
        order(1, REFUNDED, 90 * HOUR, ("b", -200)),
        // Before the attempt, behind its window, of a till.
        order(1, CONFIRMED, 50, ("c", 7)),
        order(1, CONFIRMED, 25 * HOUR, ("d", 70)),
        Event { session: Some(0), ..order(1, CONFIRMED, 140, ("e", 700)) },
        // One who orders without the steps between.
        views(2, "/", 100),
        order(2, CONFIRMED, 120, ("f", 10)),
    ];
    store.insert(batch(0, events)).await.unwrap();
    let found = answer(store, &funnel()).await;
    assert_eq!(visitors(&found), [2, 1, 1]);
    assert_eq!(found.steps.iter().map(|step| step.value).collect::<Vec<_>>(), [1_310, 1_300, 1_300]);
    assert_eq!(found.currencies, ["EUR"]);
    let dollars = answer(store, &Funnel { currency: Some("USD".to_owned()), ..funnel() }).await;
    assert_eq!((dollars.steps[0].value, dollars.currencies), (0, Vec::new()));
}

pub(super) async fn funnels_without_an_answer_are_refused(store: &dyn EventStore) {
    let refuses = async |asked: Funnel| {
        let answer = store.funnel(&asked).await;
        assert!(matches!(answer, Err(Error::Invalid(_))), "{answer:?}: {asked:?}");
    };
    refuses(Funnel { steps: vec![page("/")], ..funnel() }).await;
    refuses(Funnel { steps: vec![page("/"); 13], ..funnel() }).await;
    refuses(Funnel { window: 59 * MICROS_PER_SECOND, ..funnel() }).await;
    refuses(Funnel { window: 91 * 24 * HOUR * MICROS_PER_SECOND, ..funnel() }).await;
    refuses(Funnel { boundaries: vec![after(1), after(1)], ..funnel() }).await;
    for field in [Field::ExitPage, Field::Sku, Field::Currency] {
        refuses(Funnel { steps: vec![page("/"), Step::Fits(is(field.clone(), &["a"]))], ..funnel() }).await;
        let scope = Scope { filter: Some(is(field, &["a"])), ..funnel().scope };
        refuses(Funnel { scope, ..funnel() }).await;
    }
    refuses(Funnel { scope: Scope { sites: Vec::new(), ..funnel().scope }, ..funnel() }).await;
    // All steps together may cost so much.
    let search = Step::Fits(test(Field::Page, Operator::Matches, &["a|b"]));
    refuses(Funnel { steps: vec![search; 6], ..funnel() }).await;
}
