//! Clause 5 for visits that a range, a bucket or the end of a day cuts: each is one thing, and counts where it began.
//!
//! Midnight is second 0. The visit of visitor 1 comes from a search at 23:58, goes on at 00:02 and buys at 00:05; that of
//! visitor 2 begins after midnight.

use kassa_model::{Dialect, Event, Visit};

use super::queries::{buckets, by, check, is, query, text};
use super::sample::{after, batch, order, view};
use crate::EventStore;
use crate::query::Cell::{Int, Null, Ratio};
use crate::query::{CONFIRMED, Dimension, Field, Filter, Metric, NO_VISIT, Query, TimeRange};

const DAY: i64 = 86_400;

fn of(visitor: i64, event: Event) -> Event {
    Event { visitor: Some(visitor), session: Some(visitor), ..event }
}

fn from(source: &str, event: Event) -> Event {
    Event { source: Some(source.to_owned()), country: Some("DE".to_owned()), ..event }
}

fn bought(visitor: i64, session: i64, second: i64) -> Event {
    Event {
        name: CONFIRMED.to_owned(),
        dialect: Dialect::SHOP,
        visitor: Some(visitor),
        session: Some(session),
        order: Some(order(&format!("o{second}"), 500)),
        ..view(&format!("order:{second}"), "/checkout", second)
    }
}

fn across_midnight() -> Vec<Event> {
    vec![
        from("Search", of(1, view("a", "/in", -120))),
        from("Elsewhere", of(1, view("b", "/shop", 120))),
        bought(1, 1, 300),
        of(2, view("c", "/shop", 400)),
    ]
}

fn yesterday(query: Query) -> Query {
    Query { range: TimeRange { from: after(-DAY), to: after(0) }, ..query }
}

fn both_days(query: Query) -> Query {
    Query { range: TimeRange { from: after(-DAY), to: after(DAY) }, ..query }
}

pub(super) async fn a_visit_keeps_its_source_across_midnight(store: &dyn EventStore) {
    store.insert(batch(0, across_midnight())).await.unwrap();
    let metrics = [
        Metric::Visitors,
        Metric::Visits,
        Metric::Pageviews,
        Metric::BounceRate,
        Metric::VisitDuration,
        Metric::ViewsPerVisit,
        Metric::Orders,
        Metric::ConversionRate,
    ];
    let rows: [&[_]; 1] = [&[
        text("Search"),
        Int(1),
        Int(1),
        Int(1),
        Ratio(0, 1),
        Ratio(240, 1),
        Ratio(2, 1),
        Int(0),
        Ratio(0, 1),
    ]];
    check(store, yesterday(by(&[Field::Source], &metrics)), &rows).await;
    let here = [
        text("Search"),
        Int(1),
        Int(0),
        Int(1),
        Ratio(0, 0),
        Ratio(0, 0),
        Ratio(0, 0),
        Int(1),
        Ratio(100, 1),
    ];
    let new = [Null, Int(1), Int(1), Int(1), Ratio(100, 1), Ratio(0, 1), Ratio(1, 1), Int(0), Ratio(0, 1)];
    check(store, by(&[Field::Source], &metrics), &[&here, &new]).await;
    // Whoever asks for less than the visit finds it under the same facts.
    let live = TimeRange { from: after(100), to: after(130) };
    let now = Query { range: live, ..by(&[Field::Source, Field::Country], &[Metric::Visitors]) };
    check(store, now, &[&[text("Search"), text("DE"), Int(1)]]).await;
    let of_search = Query { filter: Some(is(Field::Source, &["Search"])), ..query(&[Metric::Pageviews]) };
    check(store, of_search, &[&[Int(1)]]).await;
}

pub(super) async fn a_visit_counts_in_the_bucket_in_which_it_began(store: &dyn EventStore) {
    store.insert(batch(0, across_midnight())).await.unwrap();
    let metrics =
        [Metric::Visitors, Metric::Visits, Metric::Pageviews, Metric::ViewsPerVisit, Metric::BounceRate];
    let days = vec![buckets(&[-DAY, 0, DAY])];
    let rows: [&[_]; 2] = [
        &[Int(0), Int(1), Int(1), Int(1), Ratio(2, 1), Ratio(0, 1)],
        &[Int(1), Int(2), Int(1), Int(2), Ratio(1, 1), Ratio(100, 1)],
    ];
    check(store, both_days(Query { dimensions: days.clone(), ..query(&metrics) }), &rows).await;
    // Also where single events are asked for: the page of 00:02 is seen in a visit of the day before.
    let pages = vec![days[0].clone(), Dimension::Field(Field::Page)];
    let rows: [&[_]; 3] =
        [&[Int(0), text("/in"), Int(1)], &[Int(0), text("/shop"), Int(1)], &[Int(1), text("/shop"), Int(1)]];
    check(store, both_days(Query { dimensions: pages, ..query(&[Metric::Visits]) }), &rows).await;
    let on_shop = Some(is(Field::Page, &["/shop"]));
    let counted = Query { filter: on_shop, ..query(&[Metric::Visits, Metric::BounceRate, Metric::Visitors]) };
    check(store, yesterday(counted.clone()), &[&[Int(1), Ratio(0, 1), Int(0)]]).await;
    check(store, counted, &[&[Int(1), Ratio(100, 1), Int(2)]]).await;
}

pub(super) async fn the_exit_page_is_that_of_the_whole_visit(store: &dyn EventStore) {
    store.insert(batch(0, across_midnight())).await.unwrap();
    let exits = by(&[Field::ExitPage], &[Metric::Visitors, Metric::Visits, Metric::VisitDuration]);
    check(store, yesterday(exits.clone()), &[&[text("/shop"), Int(1), Int(1), Ratio(240, 1)]]).await;
    check(store, exits, &[&[text("/shop"), Int(2), Int(1), Ratio(0, 1)]]).await;
    let left = |page: &str| Query {
        filter: Some(Filter::And(vec![is(Field::ExitPage, &[page]), is(Field::Page, &["/in"])])),
        ..query(&[Metric::Pageviews, Metric::Visits, Metric::BounceRate])
    };
    check(store, yesterday(left("/shop")), &[&[Int(1), Int(1), Ratio(0, 1)]]).await;
    check(store, yesterday(left("/in")), &[&[Int(0), Int(0), Ratio(0, 0)]]).await;
}

pub(super) async fn a_visit_counts_once_under_the_facts_of_its_first_page(store: &dyn EventStore) {
    let no_page = |id: &str, visitor, second| {
        let click = Event { name: "click".to_owned(), path: None, ..view(id, "", second) };
        from("Never", of(visitor, click))
    };
    let events = vec![
        no_page("a", 1, 10),
        from("Search", of(1, view("b", "/in", 20))),
        of(1, view("c", "/out", 30)),
        no_page("d", 2, 40),
    ];
    store.insert(batch(0, events)).await.unwrap();
    let metrics = [Metric::Visits, Metric::BounceRate];
    let rows: [&[_]; 2] = [&[text("Search"), Int(1), Ratio(0, 1)], &[Null, Int(1), Ratio(0, 1)]];
    check(store, by(&[Field::Source], &metrics), &rows).await;
    let rows: [&[_]; 2] = [&[text("/in"), Int(1), Ratio(0, 1)], &[Null, Int(1), Ratio(0, 1)]];
    check(store, by(&[Field::EntryPage], &metrics), &rows).await;
    let hosts = by(&[Field::EntryHost], &[Metric::Visits]);
    check(store, hosts, &[&[text("shop.test"), Int(1)], &[Null, Int(1)]]).await;
    // It began with the first of its events.
    let began = Query { range: TimeRange { from: after(0), to: after(15) }, ..query(&metrics) };
    check(store, began, &[&[Int(1), Ratio(0, 1)]]).await;
    check(store, query(&metrics), &[&[Int(2), Ratio(0, 2)]]).await;
    // What came before the page is of the visit that a filter holds for, and makes no visit of one that it does not hold for.
    let search = is(Field::Source, &["Search"]);
    let filtered = |filter: Filter| Query {
        filter: Some(filter),
        ..query(&[Metric::Visits, Metric::BounceRate, Metric::VisitDuration])
    };
    check(store, filtered(search.clone()), &[&[Int(1), Ratio(0, 1), Ratio(20, 1)]]).await;
    let other = Filter::Not(Box::new(search));
    check(store, filtered(other), &[&[Int(1), Ratio(0, 1), Ratio(0, 1)]]).await;
    check(store, filtered(is(Field::Source, &["(none)"])), &[&[Int(1), Ratio(0, 1), Ratio(0, 1)]]).await;
}

/// A client names a session again after days: each of its visits has its own facts, exit page, bucket and order.
pub(super) async fn a_session_that_is_named_again_is_another_visit(store: &dyn EventStore) {
    let again = from("Ads", of(1, view("c", "/again", 500)));
    let visit = Visit::with(None, &again, again.occurred_at);
    let events = vec![
        from("Search", of(1, view("a", "/in", -DAY))),
        of(1, view("b", "/out", 60 - DAY)),
        again,
        bought(1, 1, 560),
    ];
    let mut sent = batch(0, events);
    sent.rows[2..].iter_mut().for_each(|row| row.visit = Some(visit.clone()));
    store.insert(sent).await.unwrap();

    let metrics =
        [Metric::Visitors, Metric::Visits, Metric::BounceRate, Metric::VisitDuration, Metric::Orders];
    let search = [text("Search"), Int(1), Int(1), Ratio(0, 1), Ratio(60, 1), Int(0)];
    let ads = [text("Ads"), Int(1), Int(1), Ratio(100, 1), Ratio(0, 1), Int(1)];
    check(store, both_days(by(&[Field::Source], &metrics)), &[&ads, &search]).await;
    let exits = by(&[Field::ExitPage], &[Metric::Visitors, Metric::Visits, Metric::ConversionRate]);
    let rows: [&[_]; 2] =
        [&[text("/again"), Int(1), Int(1), Ratio(100, 1)], &[text("/out"), Int(1), Int(1), Ratio(0, 1)]];
    check(store, both_days(exits), &rows).await;
    let days = Query { dimensions: vec![buckets(&[-DAY, 0, DAY])], ..query(&metrics) };
    let rows: [&[_]; 2] = [
        &[Int(0), Int(1), Int(1), Ratio(0, 1), Ratio(60, 1), Int(0)],
        &[Int(1), Int(1), Int(1), Ratio(100, 1), Ratio(0, 1), Int(1)],
    ];
    check(store, both_days(days), &rows).await;
    check(store, both_days(query(&metrics)), &[&[Int(1), Int(2), Ratio(100, 2), Ratio(60, 2), Int(1)]]).await;
    let seen = Some(is(Field::Page, &["/again"]));
    let asked = Query { filter: seen, ..query(&[Metric::Visits, Metric::BounceRate]) };
    check(store, both_days(asked), &[&[Int(1), Ratio(100, 1)]]).await;
    let pages = both_days(by(&[Field::Page], &[Metric::Visits]));
    check(store, pages, &[&[text("/again"), Int(1)], &[text("/in"), Int(1)], &[text("/out"), Int(1)]]).await;
}

pub(super) async fn events_without_a_visit_count_in_no_visitor(store: &dyn EventStore) {
    let apart = Event { session: Some(0), visitor: Some(7), ..view("apart", "/", 10) };
    store.insert(batch(0, vec![apart, view("a", "/", 20)])).await.unwrap();
    let metrics = [Metric::Visitors, Metric::Visits, Metric::BounceRate, Metric::Events, Metric::Percentage];
    check(store, query(&metrics), &[&[Int(1), Int(1), Ratio(100, 1), Int(2), Ratio(100, 1)]]).await;
    let by_exit = by(&[Field::ExitPage], &[Metric::Visitors, Metric::Events]);
    check(store, by_exit, &[&[text("/"), Int(1), Int(1)], &[Null, Int(0), Int(1)]]).await;
}

pub(super) async fn converters_are_among_the_visitors(store: &dyn EventStore) {
    let mut events = across_midnight();
    // Over the counter; by somebody who was here, but in no visit; in a visit of which nothing happened in the range.
    events.extend([bought(0, 0, 500), bought(2, 0, 600), bought(3, 3, 700)]);
    events.push(from("Ads", of(3, view("d", "/in", -500))));
    store.insert(batch(0, events)).await.unwrap();
    let metrics = [Metric::Orders, Metric::Visitors, Metric::ConversionRate];
    check(store, query(&metrics), &[&[Int(4), Int(2), Ratio(100, 2)]]).await;
    let rows: [&[_]; 4] = [
        &[text(NO_VISIT), Int(2), Int(0), Ratio(0, 0)],
        &[text("Ads"), Int(1), Int(0), Ratio(0, 0)],
        &[text("Search"), Int(1), Int(1), Ratio(100, 1)],
        &[Null, Int(0), Int(1), Ratio(0, 1)],
    ];
    check(store, by(&[Field::Source], &metrics), &rows).await;
    let apart = Query { filter: Some(is(Field::Source, &[NO_VISIT])), ..query(&metrics) };
    check(store, apart, &[&[Int(2), Int(0), Ratio(0, 0)]]).await;
    let by_time = Query { dimensions: vec![buckets(&[0, 200, 350, 800])], ..query(&metrics) };
    // Of the second bucket no visitor is known: the order of 00:05 converts nobody there.
    let rows: [&[_]; 3] = [
        &[Int(0), Int(0), Int(1), Ratio(0, 1)],
        &[Int(1), Int(1), Int(0), Ratio(0, 0)],
        &[Int(2), Int(3), Int(1), Ratio(0, 1)],
    ];
    check(store, by_time, &rows).await;
}
