//! Clause 5 by hand: every definition on a few events, with the numbers worked out on paper.

use kassa_model::{Event, Timestamp};

use super::queries::{answer, buckets, by, check, is, largest, query, refuses, test, text};
use super::sample::{after, batch, order, view};
use crate::query::Cell::{self, Int, Null, Ratio};
use crate::query::{
    Dimension, Direction, EventFilter, Field, Filter, Metric, Operator, OrderBy, OrderKey, Query, TimeRange,
};
use crate::{DeadLetterFilter, EventStore, Lookup, RowPlace};

fn event(id: &str, name: &str, session: i64, path: &str, second: i64) -> Event {
    let name_sent = name.to_uppercase();
    Event {
        name: name.to_owned(),
        name_sent,
        session: Some(session),
        visitor: Some(session),
        ..view(id, path, second)
    }
}

/// Three sessions: 1 views / and /shop and clicks, 2 views only /shop, 3 views only / but clicks there.
fn three_sessions() -> Vec<Event> {
    let source = |source: &str, event: Event| Event { source: Some(source.to_owned()), ..event };
    vec![
        source("Search", event("a", "page_view", 1, "/", 10)),
        source("Direct", event("b", "page_view", 1, "/shop", 20)),
        event("c", "click", 1, "/shop", 25),
        source("Search", event("d", "page_view", 2, "/shop", 30)),
        event("e", "hover_enter", 2, "/shop", 40),
        event("f", "page_view", 3, "/", 3_700),
        event("g", "click", 3, "/", 3_701),
    ]
}

pub(super) async fn totals(store: &dyn EventStore) {
    let all = [
        Metric::Visitors,
        Metric::Visits,
        Metric::Pageviews,
        Metric::Events,
        Metric::ViewsPerVisit,
        Metric::BounceRate,
        Metric::VisitDuration,
        Metric::TimeOnPage,
        Metric::Percentage,
        Metric::Users,
    ];
    let nothing: &[_] = &[
        Int(0),
        Int(0),
        Int(0),
        Int(0),
        Ratio(0, 0),
        Ratio(0, 0),
        Ratio(0, 0),
        Ratio(0, 0),
        Ratio(0, 0),
        Int(0),
    ];
    check(store, query(&all), &[nothing]).await;
    let mut events = three_sessions();
    events[0].user = Some("7".to_owned());
    events[2].user = Some("7".to_owned());
    store.insert(batch(0, events)).await.unwrap();
    let something: &[_] = &[
        Int(3),
        Int(3),
        Int(4),
        Int(7),
        Ratio(4, 3),
        Ratio(100, 3),
        Ratio(15 + 1, 3),
        Ratio(0, 0),
        Ratio(300, 3),
        Int(1),
    ];
    check(store, query(&all), &[something]).await;
    let elsewhere = Query { sites: vec!["other".to_owned()], ..query(&all) };
    check(store, elsewhere, &[nothing]).await;
    let half = TimeRange { from: after(10), to: after(30) };
    let expected: &[_] = &[Int(1), Int(2)];
    check(store, Query { range: half, ..query(&[Metric::Visits, Metric::Pageviews]) }, &[expected]).await;
}

pub(super) async fn visits_are_aggregated_before_filters(store: &dyn EventStore) {
    store.insert(batch(0, three_sessions())).await.unwrap();
    // Session 1 has a click on /shop: its bounce and duration are those of the whole session.
    let metrics = [Metric::Visits, Metric::Events, Metric::BounceRate, Metric::VisitDuration];
    let on_shop = Query { filter: Some(is(Field::Page, &["/shop"])), ..query(&metrics) };
    check(store, on_shop, &[&[Int(2), Int(4), Ratio(100, 2), Ratio(15, 2)]]).await;
    let entered = Query { filter: Some(is(Field::EntryPage, &["/"])), ..query(&metrics) };
    check(store, entered, &[&[Int(2), Int(5), Ratio(0, 2), Ratio(16, 2)]]).await;
    let left = Query { filter: Some(is(Field::ExitPage, &["/shop"])), ..query(&metrics) };
    check(store, left, &[&[Int(2), Int(5), Ratio(100, 2), Ratio(15, 2)]]).await;
    let by_source = by(&[Field::Source], &[Metric::Visitors, Metric::Events, Metric::BounceRate]);
    let search: &[_] = &[text("Search"), Int(2), Int(5), Ratio(100, 2)];
    check(store, by_source, &[search, &[Null, Int(1), Int(2), Ratio(0, 1)]]).await;
    // What was before the range makes the visit, too: session 1 did not enter in it.
    let late = TimeRange { from: after(20), to: after(3_000) };
    let entries = Query { range: late, ..by(&[Field::EntryPage, Field::Source], &[Metric::Visits]) };
    check(store, entries, &[&[text("/shop"), text("Search"), Int(1)]]).await;
}

pub(super) async fn pages_carry_the_bounces_of_their_entries(store: &dyn EventStore) {
    let mut events = three_sessions();
    events[0].device = Some("mobile".to_owned());
    events[1].device = Some("desktop".to_owned());
    store.insert(batch(0, events)).await.unwrap();
    let metrics = [Metric::Visitors, Metric::Pageviews, Metric::BounceRate];
    let home: &[_] = &[text("/"), Int(2), Int(2), Ratio(0, 2)];
    let shop: &[_] = &[text("/shop"), Int(2), Int(2), Ratio(100, 1)];
    check(store, by(&[Field::Page], &metrics), &[home, shop]).await;
    let only_clicks = Some(is(Field::Name, &["click"]));
    let clicked = Query { filter: only_clicks, ..by(&[Field::Page], &metrics) };
    let home: &[_] = &[text("/"), Int(1), Int(0), Ratio(0, 2)];
    let shop: &[_] = &[text("/shop"), Int(1), Int(0), Ratio(0, 0)];
    check(store, clicked, &[home, shop]).await;
    // The device is that of the visit's first page, whatever a later event says.
    let mobile: &[_] = &[text("mobile"), Int(1), Int(2), Ratio(0, 1)];
    let unknown: &[_] = &[Null, Int(2), Int(2), Ratio(100, 2)];
    check(store, by(&[Field::Device], &metrics), &[mobile, unknown]).await;
}

pub(super) async fn time_buckets(store: &dyn EventStore) {
    store.insert(batch(0, three_sessions())).await.unwrap();
    let metrics = [Metric::Visits, Metric::BounceRate];
    let dimensions = vec![buckets(&[0, 30, 60, 90])];
    let by_time = Query { dimensions: dimensions.clone(), ..query(&metrics) };
    let rows: [&[_]; 3] =
        [&[Int(0), Int(1), Ratio(0, 1)], &[Int(1), Int(1), Ratio(100, 1)], &[Int(2), Int(0), Ratio(0, 0)]];
    check(store, by_time, &rows).await;
    // Session 1 counts where it began, though it has a page view in the second bucket.
    let split = Query { dimensions: vec![buckets(&[0, 15, 30])], ..query(&metrics) };
    check(store, split, &[&[Int(0), Int(1), Ratio(0, 1)], &[Int(1), Int(0), Ratio(0, 0)]]).await;
    let mut twice = dimensions;
    twice.push(Dimension::Field(Field::Page));
    let rows: [&[_]; 3] =
        [&[Int(0), text("/"), Int(1)], &[Int(0), text("/shop"), Int(1)], &[Int(1), text("/shop"), Int(1)]];
    check(store, Query { dimensions: twice, ..query(&[Metric::Visits]) }, &rows).await;
}

pub(super) async fn uneven_time_buckets(store: &dyn EventStore) {
    let events = (0..100).map(|n| event(&format!("e{n}"), "page_view", n, "/", n)).collect();
    store.insert(batch(0, events)).await.unwrap();
    let boundaries = [1, 2, 4, 7, 8, 9, 10, 20, 30, 35, 36, 90];
    let by_time = Query { dimensions: vec![buckets(&boundaries)], ..query(&[Metric::Events]) };
    let table = answer(store, &by_time).await;
    let expected: Vec<Vec<_>> = (0..)
        .zip(boundaries.windows(2))
        .map(|(index, pair)| vec![Int(index), Int(pair[1] - pair[0])])
        .collect();
    assert_eq!(table.rows, expected);
    // As many as there may be, of all lengths.
    let many: Vec<i64> = (0..=1_000).map(|n| n * n).collect();
    let by_time = Query { dimensions: vec![buckets(&many)], ..query(&[Metric::Events]) };
    let table = answer(store, &by_time).await;
    assert_eq!(table.total_rows, 1_000);
    assert_eq!(table.rows[9], [Int(9), Int(19)]);
    assert_eq!(table.rows[10], [Int(10), Int(0)]);
}

pub(super) async fn time_on_page(store: &dyn EventStore) {
    let spent = |id: &str, session, path: &str, props: &str| Event {
        props: props.to_owned(),
        ..event(id, "time_on_page", session, path, 50)
    };
    let events = vec![
        spent("a", 1, "/", r#"{"seconds":10}"#),
        spent("b", 1, "/", r#"{"seconds":2.9}"#),
        spent("c", 2, "/", r#"{"seconds":86400.5}"#),
        spent("d", 3, "/", r#"{"seconds":-1}"#),
        spent("e", 3, "/", r#"{"seconds":"12"}"#),
        spent("f", 3, "/", r#"{"seconds":86401}"#),
        spent("g", 3, "/", r#"{"seconds":null,"x":{"seconds":5}}"#),
        spent("h", 3, "/shop", r#"{"seconds":0}"#),
        Event { props: r#"{"seconds":99}"#.to_owned(), ..event("i", "click", 3, "/", 60) },
    ];
    store.insert(batch(0, events)).await.unwrap();
    check(store, query(&[Metric::TimeOnPage]), &[&[Ratio(10 + 2 + 86_400, 3)]]).await;
    let by_page = by(&[Field::Page], &[Metric::TimeOnPage]);
    check(store, by_page, &[&[text("/"), Ratio(86_412, 2)], &[text("/shop"), Ratio(0, 1)]]).await;
}

pub(super) async fn properties(store: &dyn EventStore) {
    let props = |id: &str, props: &str| Event { props: props.to_owned(), ..view(id, "/", 1) };
    let events = vec![
        props("a", r#"{"size":"XL","a/b~c":true,"":"empty","0":"zero","$.x":1,"ü":"ä"}"#),
        props("b", r#"{"size":null,"x":{"size":"S"}}"#),
        props("c", r#"{"size":12.5}"#),
        props("d", r#"{"size":["a","ü"],"list":[1,{"b":2}]}"#),
        props("e", r#"{"size":"","size":"second"}"#),
        props("f", r#"{"odd":1.50,"odd":2,"size":null}"#),
        props("g", r#"{"odd":1.5,"size":null}"#),
        props("h", r#"{"odd":{"b" : 1,"a":[1e16, -0]},"size":null}"#),
        props("i", r#"{"odd":12345678901234567890123,"size":null}"#),
        props("j", r#"{"odd":1E400,"size":null}"#),
    ];
    store.insert(batch(0, events)).await.unwrap();
    let by_prop = |key: &str| by(&[Field::Prop(key.to_owned())], &[Metric::Events]);
    let rows: [&[_]; 5] = [
        &[text(""), Int(1)],
        &[text("12.5"), Int(1)],
        &[text("XL"), Int(1)],
        &[text(r#"["a","ü"]"#), Int(1)],
        &[Null, Int(6)],
    ];
    check(store, by_prop("size"), &rows).await;
    for (key, value) in [("a/b~c", "true"), ("", "empty"), ("0", "zero"), ("$.x", "1"), ("ü", "ä")] {
        check(store, by_prop(key), &[&[text(value), Int(1)], &[Null, Int(9)]]).await;
    }
    check(store, by_prop("x"), &[&[text(r#"{"size":"S"}"#), Int(1)], &[Null, Int(9)]]).await;
    let large = Query {
        filter: Some(is(Field::Prop("size".to_owned()), &["XL", "12.5", "(none)"])),
        ..query(&[Metric::Events])
    };
    check(store, large, &[&[Int(8)]]).await;
    let odd: [&[_]; 5] = [
        &[text("1.2345678901234568e+22"), Int(1)],
        &[text("1.5"), Int(2)],
        &[text("1E400"), Int(1)],
        &[text(r#"{"a":[1e+16,-0.0],"b":1}"#), Int(1)],
        &[Null, Int(5)],
    ];
    check(store, by_prop("odd"), &odd).await;
}

pub(super) async fn missing_values(store: &dyn EventStore) {
    let none = |id: &str| Event { path: None, ..view(id, "", 1) };
    let named = view("c", "(none)", 1);
    store.insert(batch(0, vec![none("a"), view("b", "/a.b", 1), named, view("d", "", 1)])).await.unwrap();
    let count = async |filter: Filter, expected: i64| {
        check(store, Query { filter: Some(filter), ..query(&[Metric::Events]) }, &[&[Int(expected)]]).await;
    };
    let not = |filter: Filter| Filter::Not(Box::new(filter));
    let page = |operator, values: &[&str]| test(Field::Page, operator, values);
    count(is(Field::Page, &["(none)"]), 1).await;
    count(not(is(Field::Page, &["(none)"])), 3).await;
    count(is(Field::Page, &["(none)", "/a.b"]), 2).await;
    count(not(is(Field::Page, &["/a.b"])), 3).await;
    count(page(Operator::Contains, &[""]), 3).await;
    count(not(page(Operator::Contains, &["a"])), 3).await;
    count(page(Operator::Contains, &["."]), 1).await;
    count(page(Operator::Matches, &["^.{4}$"]), 1).await;
    count(page(Operator::Matches, &["NONE", "(?i)NONE"]), 1).await;
    count(not(page(Operator::Matches, &[r"\w"])), 2).await;
    count(Filter::And(Vec::new()), 4).await;
    count(Filter::Or(Vec::new()), 0).await;
    let either = Filter::Or(vec![is(Field::Page, &["/a.b"]), not(page(Operator::Contains, &["e"]))]);
    count(either, 3).await;
    count(not(not(is(Field::Page, &["/a.b"]))), 1).await;
}

pub(super) async fn order_and_pages_of_the_table(store: &dyn EventStore) {
    let visit = |id: &str, session, path: &str| event(id, "page_view", session, path, session);
    let mut events = vec![visit("a", 1, "/b"), visit("b", 2, "/b"), visit("c", 3, "/a"), visit("d", 3, "/c")];
    events.push(Event { path: None, ..visit("e", 4, "") });
    store.insert(batch(0, events)).await.unwrap();
    let pages = || by(&[Field::Page], &[Metric::Visitors, Metric::BounceRate]);
    let order = |key, direction| OrderBy { key, direction };
    let names = async |query: Query| {
        let table = answer(store, &query).await;
        assert_eq!(table.total_rows, 4);
        let name = |row: &Vec<crate::query::Cell>| match &row[0] {
            crate::query::Cell::Text(text) => text.clone(),
            _ => "NULL".to_owned(),
        };
        table.rows.iter().map(name).collect::<Vec<_>>().join(" ")
    };
    assert_eq!(names(pages()).await, "/a /b /c NULL");
    let visitors = || Query { order_by: vec![largest(0)], ..pages() };
    assert_eq!(names(visitors()).await, "/b /a /c NULL");
    assert_eq!(names(Query { limit: 2, ..visitors() }).await, "/b /a");
    assert_eq!(names(Query { limit: 2, offset: 3, ..visitors() }).await, "NULL");
    assert_eq!(names(Query { offset: 9, ..visitors() }).await, "");
    assert_eq!(names(Query { limit: 0, ..visitors() }).await, "");
    let by_name = vec![order(OrderKey::Dimension(0), Direction::Descending)];
    assert_eq!(names(Query { order_by: by_name, ..pages() }).await, "/c /b /a NULL");
    // /c is nobody's entry: a ratio over nothing comes last whichever way.
    let bounces = |direction| vec![order(OrderKey::Metric(1), direction)];
    assert_eq!(names(Query { order_by: bounces(Direction::Ascending), ..pages() }).await, "/a /b NULL /c");
    assert_eq!(names(Query { order_by: bounces(Direction::Descending), ..pages() }).await, "/b NULL /a /c");
}

pub(super) async fn money_and_bots_do_not_count(store: &dyn EventStore) {
    let money = Event { order: Some(order("o", 100)), ..event("m", "order_confirmed", 1, "/", 5) };
    let apart = Event { order: Some(order("p", 100)), ..event("n", "order_confirmed", 0, "/", 5) };
    let bot = Event { bot: true, ..event("b", "page_view", 2, "/", 6) };
    store.insert(batch(0, vec![event("a", "page_view", 1, "/", 1), money, apart, bot])).await.unwrap();
    let metrics =
        [Metric::Visitors, Metric::Visits, Metric::Events, Metric::BounceRate, Metric::VisitDuration];
    check(store, query(&metrics), &[&[Int(1), Int(1), Int(1), Ratio(100, 1), Ratio(0, 1)]]).await;
    let with_bots = Query { include_bots: true, ..query(&metrics) };
    check(store, with_bots, &[&[Int(2), Int(2), Int(2), Ratio(200, 2), Ratio(0, 2)]]).await;
}

pub(super) async fn what_has_no_answer_is_refused(store: &dyn EventStore) {
    let visits = || query(&[Metric::Visits]);
    refuses(store, Query { sites: Vec::new(), ..visits() }).await;
    refuses(store, query(&[])).await;
    refuses(store, Query { order_by: vec![largest(1)], ..visits() }).await;
    for field in [Field::Name, Field::NameSent, Field::Hostname, Field::Prop("a".to_owned())] {
        refuses(store, by(std::slice::from_ref(&field), &[Metric::BounceRate])).await;
        answer(store, &by(&[field], &[Metric::Visits])).await;
    }
    for boundaries in [&[][..], &[1], &[1, 1], &[2, 1]] {
        refuses(store, Query { dimensions: vec![buckets(boundaries)], ..visits() }).await;
    }
    let two = vec![buckets(&[1, 2]), buckets(&[1, 2])];
    refuses(store, Query { dimensions: two, ..visits() }).await;
    let filter = |operator, values: &[&str]| Some(test(Field::Page, operator, values));
    refuses(store, Query { filter: filter(Operator::Matches, &["("]), ..visits() }).await;
    refuses(store, Query { filter: filter(Operator::Is, &[]), ..visits() }).await;
    let mut deep = is(Field::Page, &["/"]);
    for _ in 0..100 {
        deep = Filter::Not(Box::new(deep));
    }
    refuses(store, Query { filter: Some(deep), ..visits() }).await;
}

/// Whatever a request can hold is answered, never an error of the engine.
pub(super) async fn hostile_questions_are_answered(store: &dyn EventStore) {
    let odd_keys = [
        "a/b", "~", "a~1b", "$", "$.x", "*", "[0]", "\"", "'", "\u{0}", "ü", "/", "..", "a b", "0", "-1",
        "\\", "\n", "#", "$[*]", "x\"]", "😀",
    ];
    let long_key = "k".repeat(255);
    let mut keys: Vec<&str> = odd_keys.to_vec();
    keys.push(&long_key);
    let props: serde_json::Map<String, serde_json::Value> =
        keys.iter().map(|key| ((*key).to_owned(), format!("value of {key}").into())).collect();
    let props = serde_json::Value::from(props).to_string();
    store.insert(batch(0, vec![Event { props, ..view("a", "/", 0) }, view("b", "/b", 5)])).await.unwrap();
    for key in &keys {
        let value = format!("value of {key}");
        let asked = Query {
            filter: Some(is(Field::Prop((*key).to_owned()), &[&value])),
            ..by(&[Field::Prop((*key).to_owned())], &[Metric::Events])
        };
        check(store, asked, &[&[text(&value), Cell::Int(1)]]).await;
    }
    let hostile = ["", "\u{0}", "'; DROP TABLE events; --", "(none)", "%", "_", "\\", "$1", "ﬀ", "\u{202e}"];
    for value in hostile {
        for operator in [Operator::Is, Operator::Contains] {
            let asked = Query {
                filter: Some(test(Field::Page, operator, &[value, "/b"])),
                ..query(&[Metric::Events])
            };
            let expected = if value.is_empty() && operator == Operator::Contains { 2 } else { 1 };
            check(store, asked, &[&[Cell::Int(expected)]]).await;
        }
    }
    let (first, last) = (Timestamp::from_micros(0), Timestamp::from_micros(253_402_300_799_999_999));
    let everything = Query {
        sites: (0..1_000).map(|n| format!("site {n}")).chain(["demo".to_owned()]).collect(),
        range: TimeRange { from: first, to: last },
        ..query(&[Metric::Events])
    };
    check(store, everything.clone(), &[&[Cell::Int(2)]]).await;
    let far = Query { limit: u32::MAX, offset: u32::MAX, ..everything };
    assert_eq!(answer(store, &far).await.rows, Vec::<Vec<Cell>>::new());
    for time in [-1, 0, i64::MAX] {
        let time = Timestamp::from_micros(time);
        let expected = if time.micros() > 0 { 2 } else { 0 };
        let before = EventFilter {
            before: Some(RowPlace { received_at: time, offset: u64::MAX, index: u32::MAX, partition: 0 }),
            limit: u32::MAX,
            ..EventFilter::default()
        };
        assert_eq!(store.events(&before).await.unwrap().len(), expected, "{time:?}");
        let range = EventFilter {
            occurred_to: Some(time),
            received_to: Some(time),
            limit: 9,
            ..EventFilter::default()
        };
        assert_eq!(store.events(&range).await.unwrap().len(), expected, "{time:?}");
    }
    for value in hostile {
        let owned = Some(value.to_owned());
        let named = EventFilter { names: vec![value.to_owned()], limit: 9, ..EventFilter::default() };
        assert_eq!(store.events(&named).await.unwrap().len(), 0, "{value:?}");
        let listed =
            EventFilter { id: owned.clone(), user: owned.clone(), path: owned.clone(), limit: 9, ..named };
        assert_eq!(store.events(&listed).await.unwrap().len(), 0, "{value:?}");
        let letters = DeadLetterFilter {
            site: owned.clone(),
            reason: owned.clone(),
            id: owned.clone(),
            has: owned,
            limit: u32::MAX,
        };
        assert_eq!(store.dead_letters(&letters).await.unwrap(), []);
        let lookup = Lookup { site: "demo".to_owned(), id: value.to_owned() };
        assert_eq!(store.seen(0, vec![lookup], first..last).await.unwrap(), [None], "{value:?}");
    }
}
