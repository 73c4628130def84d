//! Clauses 6 and 7, the lists of events and dead letters, and the fingerprint.

use std::sync::Arc;

use kassa_model::{Event, Timestamp};

use super::places::{all_events, everything, resume};
use super::queries::{answer, query};
use super::sample::{after, batch, full, letter, letters, of_partition, order, view};
use crate::export::{EventRef, Line};
use crate::query::{Dimension, EventFilter, Field, Metric, Query};
use crate::{Batch, DeadLetterFilter, EventStore, Forget, Names, Person};

async fn ids(store: &dyn EventStore, filter: EventFilter) -> Vec<String> {
    store.events(&filter).await.unwrap().into_iter().map(|row| row.event.id).collect()
}

pub(super) async fn events_come_newest_received_first(store: &dyn EventStore) {
    let late = Event { occurred_at: after(-500), ..view("late", "/", 60) };
    let money = Event { order: Some(order("o", 5)), session: Some(0), ..view("money", "/", 7) };
    store.insert(batch(0, vec![view("a", "/", 5), view("b", "/", 5), late, money.clone()])).await.unwrap();
    store.insert(of_partition(3, batch(1, vec![view("c", "/", 5)]))).await.unwrap();
    assert_eq!(ids(store, all_events()).await, ["late", "money", "c", "b", "a"]);
    assert_eq!(ids(store, EventFilter { limit: 2, ..all_events() }).await, ["late", "money"]);
    assert_eq!(ids(store, EventFilter { limit: 0, ..all_events() }).await, [""; 0]);
    assert_eq!(store.events(&all_events()).await.unwrap()[1].event, money);
}

pub(super) async fn events_are_filtered(store: &dyn EventStore) {
    let click = Event {
        name: "click".to_owned(),
        name_sent: "CLICK".to_owned(),
        component: Some("Buy".to_owned()),
        location_type: Some("COMPONENT".to_owned()),
        user: Some("7".to_owned()),
        visitor: Some(2),
        ..view("click", "/shop", 10)
    };
    let bot = Event { bot: true, ..view("bot", "/", 20) };
    let other = Event { site: "other".to_owned(), occurred_at: after(5), ..view("other", "/", 30) };
    let custom =
        Event { name: "Ärger".to_owned(), name_sent: "Ärger".to_owned(), ..view("custom", "/", 40) };
    store.insert(batch(0, vec![view("view", "/", 0), click, bot, other, custom])).await.unwrap();
    let base = || EventFilter { limit: 100, ..EventFilter::default() };
    let text = |text: &str| Some(text.to_owned());
    let names = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>();
    let cases: Vec<(EventFilter, &[&str])> = vec![
        (base(), &["custom", "other", "click", "view"]),
        (EventFilter { include_bots: true, ..base() }, &["custom", "other", "bot", "click", "view"]),
        (EventFilter { sites: Some(names(&["other"])), ..base() }, &["other"]),
        (
            EventFilter { sites: Some(names(&["other", "demo"])), ..base() },
            &["custom", "other", "click", "view"],
        ),
        (EventFilter { sites: Some(Vec::new()), ..base() }, &[]),
        (EventFilter { received_from: Some(after(10)), ..base() }, &["custom", "other", "click"]),
        (EventFilter { received_to: Some(after(10)), ..base() }, &["view"]),
        (EventFilter { occurred_from: Some(after(5)), ..base() }, &["custom", "other", "click"]),
        (EventFilter { occurred_to: Some(after(10)), ..base() }, &["other", "view"]),
        (EventFilter { names: names(&["PAGE_view"]), ..base() }, &["other", "view"]),
        (EventFilter { names: names(&["Click", "nope"]), ..base() }, &["click"]),
        (EventFilter { names: names(&["ärger"]), ..base() }, &[]),
        (EventFilter { names: names(&["ÄRGER"]), ..base() }, &["custom"]),
        (EventFilter { name_sent: text("CLICK"), ..base() }, &["click"]),
        (EventFilter { name_sent: text("click"), ..base() }, &[]),
        (EventFilter { location_type: text("COMPONENT"), ..base() }, &["click"]),
        (EventFilter { component: text("Buy"), ..base() }, &["click"]),
        (EventFilter { path: text("/shop"), ..base() }, &["click"]),
        (EventFilter { user: text("7"), ..base() }, &["click"]),
        (EventFilter { visitor: Some(2), ..base() }, &["click"]),
        (EventFilter { id: text("view"), ..base() }, &["view"]),
    ];
    for (filter, expected) in cases {
        assert_eq!(ids(store, filter.clone()).await, expected, "{filter:?}");
    }
}

pub(super) async fn events_are_listed_page_by_page(store: &dyn EventStore) {
    let mut sent = batch(0, (0..20).map(|n| view(&format!("e{n}"), "/", n / 7)).collect());
    for row in &mut sent.rows {
        row.index = u32::try_from(row.offset % 3).unwrap();
        row.offset /= 3;
    }
    store.insert(sent).await.unwrap();
    let all = ids(store, all_events()).await;
    let mut paged = Vec::new();
    let mut before = None;
    loop {
        let page = store.events(&EventFilter { before, limit: 3, ..all_events() }).await.unwrap();
        let Some(last) = page.last() else { break };
        before = Some(last.place());
        paged.extend(page.into_iter().map(|row| row.event.id));
    }
    assert_eq!(paged, all);
    assert_eq!(paged.len(), 20);
}

/// Four partitions, whose rows share times of receipt, offsets and indexes: each row is on exactly one page, and once in
/// the export.
pub(super) async fn pages_of_several_partitions_have_every_event(store: &dyn EventStore) {
    for partition in 0..4 {
        let one = |n| view(&format!("{partition} {n}"), "/", if n < 6 { 0 } else { 1 });
        store.insert(of_partition(partition, batch(0, (0..8).map(one).collect()))).await.unwrap();
    }
    let rows = store.events(&all_events()).await.unwrap();
    let mut distinct: Vec<_> = rows.iter().map(|row| (row.partition, row.event.id.clone())).collect();
    assert!(rows.is_sorted_by(|a, b| a.place() > b.place()), "newest received first");
    assert!(distinct.iter().all(|(partition, id)| id.starts_with(&format!("{partition} "))));
    distinct.sort();
    distinct.dedup();
    assert_eq!(distinct.len(), 32);
    for limit in 1..=33 {
        let (mut paged, mut before) = (Vec::new(), None);
        loop {
            let page = store.events(&EventFilter { before, limit, ..all_events() }).await.unwrap();
            let Some(last) = page.last() else { break };
            before = Some(last.place());
            paged.extend(page);
        }
        assert!(paged == rows, "pages of {limit}");
    }
    assert_eq!(exported(store, &all_events()).await.0.lines().count(), 32);
}

/// All parts of an export as text, one line an event, and how long the longest is.
async fn exported(store: &dyn EventStore, filter: &EventFilter) -> (String, usize) {
    let line: Line = std::sync::Arc::new(|event: &EventRef<'_>, text: &mut String| {
        text.push_str(&format!("{event:?}\n"));
    });
    let (mut all, mut longest) = (String::new(), 0);
    for part in store.export_parts(filter).await.unwrap() {
        let text = store.export(&part, line.clone()).await.unwrap();
        longest = longest.max(text.len());
        all.push_str(&text);
    }
    (all, longest)
}

pub(super) async fn dead_letters_are_listed(store: &dyn EventStore) {
    let sent = vec![letter(0, "demo", 5), letter(1, "demo", 9), letter(2, "", 7), letter(3, "other", 9)];
    store.insert(letters(0, sent)).await.unwrap();
    let base = || DeadLetterFilter { limit: 10, ..Default::default() };
    let cases: Vec<(DeadLetterFilter, &[u64])> = vec![
        (base(), &[3, 1, 2, 0]),
        (DeadLetterFilter { limit: 2, ..base() }, &[3, 1]),
        (DeadLetterFilter { site: Some("demo".to_owned()), ..base() }, &[1, 0]),
        (DeadLetterFilter { site: Some(String::new()), ..base() }, &[2]),
        (DeadLetterFilter { reason: Some("unknown_site".to_owned()), ..base() }, &[3, 1]),
        (DeadLetterFilter { id: Some("letter-2".to_owned()), ..base() }, &[2]),
        (DeadLetterFilter { id: Some("nope".to_owned()), ..base() }, &[]),
        (
            DeadLetterFilter { has: Some("\"ü\"".to_owned()), site: Some("demo".to_owned()), ..base() },
            &[1, 0],
        ),
        (DeadLetterFilter { has: Some("%".to_owned()), ..base() }, &[]),
    ];
    for (filter, expected) in cases {
        let found = store.dead_letters(&filter).await.unwrap();
        let offsets: Vec<u64> = found.iter().map(|letter| letter.offset).collect();
        assert_eq!(offsets, expected, "{filter:?}");
    }
}

pub(super) async fn dead_letters_are_discarded(store: &dyn EventStore) {
    let sent = vec![letter(0, "demo", 5), letter(1, "demo", 9), letter(2, "", 7), letter(3, "other", 9)];
    store.insert(letters(0, sent)).await.unwrap();
    store.insert(of_partition(2, letters(0, vec![letter(0, "demo", 5)]))).await.unwrap();
    let counts = store.counts().await.unwrap();
    let base = || DeadLetterFilter { limit: 10, ..Default::default() };
    let of_demo = || DeadLetterFilter { site: Some("demo".to_owned()), ..base() };
    let cases: Vec<(DeadLetterFilter, u64, &[u64])> = vec![
        (DeadLetterFilter { id: Some("nope".to_owned()), ..base() }, 0, &[3, 1, 2, 0, 0]),
        (DeadLetterFilter { limit: 0, ..base() }, 0, &[3, 1, 2, 0, 0]),
        (DeadLetterFilter { id: Some("letter-2".to_owned()), limit: 1, ..base() }, 1, &[3, 1, 0, 0]),
        (DeadLetterFilter { limit: 1, ..of_demo() }, 1, &[3, 0, 0]),
        (DeadLetterFilter { reason: Some("unknown_site".to_owned()), ..of_demo() }, 0, &[3, 0, 0]),
        (DeadLetterFilter { limit: 1, ..of_demo() }, 1, &[3, 0]),
        (of_demo(), 1, &[3]),
    ];
    for (which, removed, left) in cases {
        assert_eq!(store.forget(&Forget::Discarded(which.clone())).await.unwrap(), removed, "{which:?}");
        let found = store.dead_letters(&base()).await.unwrap();
        assert_eq!(found.iter().map(|letter| letter.offset).collect::<Vec<_>>(), left, "{which:?}");
    }
    assert_eq!(store.counts().await.unwrap(), counts, "what was counted stays counted");
    store.insert(letters(4, vec![letter(4, "demo", 10)])).await.unwrap();
    assert_eq!(store.dead_letters(&base()).await.unwrap().len(), 2);
}

pub(super) async fn dead_letters_are_kept_for_14_days(store: &dyn EventStore) {
    let day = 86_400;
    store.insert(letters(0, vec![letter(0, "demo", 0), letter(1, "demo", 1)])).await.unwrap();
    let all = DeadLetterFilter { limit: 10, ..Default::default() };
    store.insert(batch(2, vec![view("a", "/", 14 * day)])).await.unwrap();
    assert_eq!(store.dead_letters(&all).await.unwrap().len(), 2);
    store.insert(letters(3, vec![letter(3, "demo", 14 * day + 1)])).await.unwrap();
    assert_eq!(store.dead_letters(&all).await.unwrap().len(), 3, "the time of events decides");
    store.insert(batch(4, vec![view("b", "/", 14 * day + 1)])).await.unwrap();
    let found = store.dead_letters(&all).await.unwrap();
    assert_eq!(found.iter().map(|letter| letter.offset).collect::<Vec<_>>(), [3, 1]);
    let counted: u64 = store.counts().await.unwrap().values().sum();
    assert_eq!(counted, 5);
}

pub(super) async fn dead_letters_outlive_a_clock_set_ahead(store: &dyn EventStore) {
    let (all, years) = (DeadLetterFilter { limit: 10, ..Default::default() }, 2 * 365 * 86_400);
    store.insert(letters(0, vec![letter(0, "demo", 0)])).await.unwrap();
    store.insert(batch(1, vec![view("ahead", "/", years), view("now", "/", 60)])).await.unwrap();
    store.insert(letters(3, vec![letter(3, "demo", 70), letter(4, "demo", years)])).await.unwrap();
    store.keep_house().await.unwrap();
    assert_eq!(
        store.dead_letters(&all).await.unwrap().len(),
        3,
        "the newest letter is of a clock that was ahead"
    );
    let before = Forget::DeadLetters { before: after(70) };
    assert_eq!(store.forget(&before).await.unwrap(), 1);
    assert_eq!(store.forget(&before).await.unwrap(), 0);
    let left = store.dead_letters(&all).await.unwrap();
    assert_eq!(left.iter().map(|letter| letter.offset).collect::<Vec<_>>(), [4, 3]);
}

pub(super) async fn dead_letters_are_kept_up_to_10_000_per_partition_site_and_day(store: &dyn EventStore) {
    let many = |from: u64, to: u64| (from..to).map(|offset| letter(offset, "demo", 0)).collect::<Vec<_>>();
    store.insert(letters(0, many(0, 9_000))).await.unwrap();
    store.insert(letters(9_000, many(9_000, 11_000))).await.unwrap();
    store.insert(letters(11_000, vec![letter(11_000, "demo", 0), letter(11_001, "other", 0)])).await.unwrap();
    store.insert(letters(11_002, vec![letter(11_002, "demo", 86_400)])).await.unwrap();
    let found = store.dead_letters(&DeadLetterFilter { limit: 20_000, ..Default::default() }).await.unwrap();
    assert_eq!(found.len(), 10_002);
    assert!(!found.iter().any(|letter| letter.offset == 11_000));
    assert_eq!(store.counts().await.unwrap().values().sum::<u64>(), 11_003);
    // Another partition has room of its own, and the counts of both are told as one.
    store
        .insert(of_partition(2, letters(0, vec![letter(0, "demo", 0), letter(2, "demo", 0)])))
        .await
        .unwrap();
    let found = store.dead_letters(&DeadLetterFilter { limit: 20_000, ..Default::default() }).await.unwrap();
    assert_eq!(found.len(), 10_004);
    let counts = store.counts().await.unwrap();
    assert_eq!((counts.len(), counts.values().sum::<u64>()), (4, 11_005));
}

pub(super) async fn forget_removes_exactly_the_named(store: &dyn EventStore) {
    let of = |id: &str, visitor, second| Event { visitor: Some(visitor), ..view(id, "/", second) };
    let other = Event { site: "other".to_owned(), ..of("other", 1, 0) };
    let money = Event { order: Some(order("o", 5)), ..of("money", 1, 3) };
    let kept_money = Event { order: Some(order("p", 5)), ..of("kept money", 2, 3) };
    let events = vec![of("a", 1, 0), of("b", 2, 1), of("c", 1, 2), other, money, kept_money.clone()];
    store.insert(batch(0, events)).await.unwrap();
    let visitor = Forget::Visitor { site: "demo".to_owned(), visitor: 1 };
    assert_eq!(store.forget(&visitor).await.unwrap(), 3);
    assert_eq!(store.forget(&visitor).await.unwrap(), 0);
    let mut left = ids(store, all_events()).await;
    left.sort();
    assert_eq!(left, ["b", "kept money", "other"]);
    let before = Forget::Before { site: "demo".to_owned(), time: after(3) };
    assert_eq!(store.forget(&before).await.unwrap(), 1);
    let found = store.events(&all_events()).await.unwrap();
    assert_eq!(found[0].event, kept_money);
    assert_eq!(found.len(), 2);
    assert_eq!(store.forget(&before).await.unwrap(), 0);
    assert_eq!(resume(store, everything(0)).await.mark.unwrap().position, 6);
    store.insert(batch(6, vec![view("on", "/", 0)])).await.unwrap();
}

/// A person leaves: by visitor, user, order and text; money stays, as nobody's; what came later stays.
pub(super) async fn a_person_is_forgotten_and_money_stays(store: &dyn EventStore) {
    let of = |id: &str, visitor| Event { visitor: Some(visitor), ..view(id, "/", 0) };
    let user = |event: Event, user: &str| Event { user: Some(user.to_owned()), ..event };
    let told = Event { props: r#"{"traits":{"email":"Ann@Shop.test"}}"#.to_owned(), ..of("told", 13) };
    let money = Event { order: Some(order("o", 5)), ..of("money", 99) };
    let shared = Event { order: Some(order("p", 7)), ..of("shared", 11) };
    let events = vec![
        of("visit", 11),
        Event { anonymous_visitor: Some(11), ..of("before the name", 12) },
        user(of("user", 14), "42"),
        told,
        money.clone(),
        shared.clone(),
        of("nobody's", 0),
        user(of("other user", 15), "421"),
        Event {
            props: r#"{"to":"joann@shop.test, jo-ann@shop.test, ann@shop.test.example"}"#.to_owned(),
            ..of("others", 16)
        },
        Event { site: "other".to_owned(), ..user(of("other site", 11), "42") },
        user(Event { visitor: Some(11), ..view("later", "/", 100) }, "42"),
    ];
    store.insert(batch(0, events)).await.unwrap();
    let mut named = letter(11, "demo", 0);
    named.rejected.original = r#"{"email":"ann@shop.test"}"#.to_owned();
    store.insert(letters(11, vec![named, letter(12, "demo", 0)])).await.unwrap();
    let span = crate::audit::MoneySpan { after: String::new(), until: None };
    let records = store.money(&span).await.unwrap();
    let mut who = Person {
        site: "demo".to_owned(),
        until: after(50),
        visitors: [11].into(),
        users: ["42".to_owned()].into(),
        orders: ["o".to_owned()].into(),
        emails: ["ann@shop.test".to_owned()].into(),
    };
    let names = store.names("demo", Arc::new(|name: &str| name != "421")).await.unwrap();
    assert!(names.users.contains("42") && !names.users.contains("421"), "{names:?}");
    let others = ["ann@shop.test", "jo-ann@shop.test", "ann@shop.test.example"];
    assert!(others.iter().all(|email| names.emails.contains(*email)), "{names:?}");
    assert_eq!(store.names("nowhere", Arc::new(|_: &str| true)).await.unwrap(), Names::default());
    let known = store.known_as(&who).await.unwrap();
    assert_eq!((known.visitors, known.users), ([13, 14, 99].into(), ["42".to_owned()].into()));
    assert_eq!(store.forget(&Forget::Person(who.clone())).await.unwrap(), 7);
    assert_eq!(store.forget(&Forget::Person(who.clone())).await.unwrap(), 0, "once is enough");
    let mut left = store.events(&all_events()).await.unwrap();
    left.sort_by(|a, b| a.event.id.cmp(&b.event.id));
    let ids: Vec<&str> = left.iter().map(|row| row.event.id.as_str()).collect();
    assert_eq!(ids, ["later", "money", "nobody's", "other site", "other user", "others", "shared"]);
    for (row, was) in [(&left[1], &money), (&left[6], &shared)] {
        assert_eq!((row.event.visitor, row.event.path.as_ref()), (Some(0), None), "{}", was.id);
        assert_eq!(row.event.order, was.order, "{}", was.id);
    }
    assert_eq!(store.money(&span).await.unwrap(), records);
    assert_eq!(
        store.dead_letters(&DeadLetterFilter { limit: 9, ..Default::default() }).await.unwrap().len(),
        1
    );
    who = Person { site: "demo".to_owned(), until: after(50), ..Person::default() };
    assert_eq!(store.forget(&Forget::Person(who)).await.unwrap(), 0, "nobody in particular is nobody");
}

/// Events leave, money stays without its person, and what is asked of money is answered as before.
pub(super) async fn what_is_old_leaves_and_money_stays(store: &dyn EventStore) {
    let late = Event { received_at: after(500), ..view("old but received late", "/", 1) };
    let young = view("young", "/", 300);
    let old_money = Event { bot: false, ..full("old money") };
    let young_money = Event { order: Some(order("p", 700)), ..view("young money", "/buy", 300) };
    let other = Event { site: "other".to_owned(), ..view("other", "/", 0) };
    let events = vec![view("old", "/", 1), late, young, old_money.clone(), young_money.clone(), other];
    store.insert(batch(0, events)).await.unwrap();
    let asked = Query {
        dimensions: vec![Dimension::Field(Field::Sku)],
        ..query(&[Metric::Revenue, Metric::Orders, Metric::Units, Metric::Refunds])
    };
    let whole = query(&[Metric::Revenue, Metric::Orders, Metric::Units, Metric::Refunds]);
    let before = [answer(store, &asked).await, answer(store, &whole).await];
    let span = crate::audit::MoneySpan { after: String::new(), until: None };
    let records = store.money(&span).await.unwrap();

    let old = Forget::Before { site: "demo".to_owned(), time: after(200) };
    assert_eq!(store.forget(&old).await.unwrap(), 2);
    assert_eq!(store.forget(&old).await.unwrap(), 0, "once is enough");
    assert_eq!([answer(store, &asked).await, answer(store, &whole).await], before);
    assert_eq!(store.money(&span).await.unwrap(), records);
    let mut left = store.events(&all_events()).await.unwrap();
    left.sort_by(|a, b| a.event.id.cmp(&b.event.id));
    let ids: Vec<&str> = left.iter().map(|row| row.event.id.as_str()).collect();
    assert_eq!(ids, ["old but received late", "old money", "other", "young", "young money"]);
    assert_eq!(left[4].event, young_money);
    let kept = Event {
        id: old_money.id.clone(),
        site: old_money.site.clone(),
        name: old_money.name.clone(),
        name_sent: old_money.name.clone(),
        occurred_at: old_money.occurred_at,
        visitor: Some(0),
        session: Some(0),
        props: "{}".to_owned(),
        order: old_money.order.clone(),
        ..Event::blank(old_money.dialect, old_money.received_at)
    };
    assert_eq!(left[1].event, kept, "what it is about, and nobody");
}

pub(super) async fn the_fingerprint_sees_every_difference(store: &dyn EventStore) {
    let mut seen = vec![store.fingerprint().await.unwrap()];
    store.insert(batch(0, vec![full("a")])).await.unwrap();
    seen.push(store.fingerprint().await.unwrap());
    store
        .insert(Batch { counts: Default::default(), ..letters(1, vec![letter(1, "demo", 0)]) })
        .await
        .unwrap();
    seen.push(store.fingerprint().await.unwrap());
    store.insert(Batch { rejected: Vec::new(), ..letters(2, vec![letter(1, "demo", 0)]) }).await.unwrap();
    seen.push(store.fingerprint().await.unwrap());
    store
        .forget(&Forget::Before { site: "demo".to_owned(), time: Timestamp::from_micros(i64::MAX) })
        .await
        .unwrap();
    seen.push(store.fingerprint().await.unwrap());
    let mut distinct = seen.clone();
    distinct.sort();
    distinct.dedup();
    assert_eq!(distinct.len(), seen.len(), "{seen:?}");
}

/// Every event once, as it lies in the list, whatever the parts.
pub(super) async fn an_export_is_the_list_in_parts(store: &dyn EventStore) {
    let mut events = vec![full("full")];
    let bought = Event { order: Some(order("o", 5)), ..view("bought", "/", 4_000) };
    events.push(Event { site: "other".to_owned(), ..view("not of this site", "/", 0) });
    events.extend((0..40_000).map(|n| view(&format!("burst {n}"), "/", 0)));
    events.extend((0..20_000).map(|n| view(&format!("later {n}"), "/", 1 + n / 5)));
    events.push(bought);
    // Few, but long: 60 KB each.
    let long = format!("{{\"note\":\"{}\"}}", "x".repeat(60_000));
    events.extend(
        (0..600).map(|n| Event { props: long.clone(), ..view(&format!("long {n}"), "/", 8_000 + n) }),
    );
    store.insert(batch(0, events)).await.unwrap();
    let filter = EventFilter {
        sites: Some(vec!["demo".to_owned()]),
        occurred_from: Some(after(0)),
        include_bots: true,
        ..EventFilter::default()
    };
    let listed = store.events(&EventFilter { limit: 100_000, ..filter.clone() }).await.unwrap();
    let expected: Vec<String> = listed.iter().map(|row| format!("{:?}", EventRef::of(row))).collect();
    let parts = store.export_parts(&filter).await.unwrap();
    assert!(parts.len() >= 3, "{} parts", parts.len());
    let (found, longest) = exported(store, &filter).await;
    let found: Vec<&str> = found.lines().collect();
    assert_eq!(found.len(), 60_602);
    assert!(longest < 64 << 20, "a part of {longest} bytes");
    assert!(found == expected, "the same events in the same order");
    let nothing = EventFilter { occurred_to: Some(after(-10)), ..filter };
    assert!(store.export_parts(&nothing).await.unwrap().is_empty());
}
