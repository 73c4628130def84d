//! Clauses 1 to 4: batches, positions, resume, lookups.

use std::sync::{Arc, Mutex};

use kassa_model::{MICROS_PER_HOUR, Timestamp, Visit, dedupe_hash};
use uuid::Uuid;

use super::sample::{LOG, after, batch, full, letter, letters, of_partition, order, view};
use crate::query::EventFilter;
use crate::{
    Batch, DeadLetterFilter, EventStore, InsertError, Lookup, Mark, NamedVisitor, OpenSession, Owned,
    RecentId, Resume, Resumed, Row, SessionPart,
};

/// All that the store holds of `partition`, by kind.
#[derive(Debug, Default, Clone, PartialEq)]
pub(crate) struct Held {
    pub(crate) mark: Option<Mark>,
    pub(crate) state: Option<String>,
    pub(crate) clock: Option<Timestamp>,
    pub(crate) ids: Vec<RecentId>,
    pub(crate) sessions: Vec<OpenSession>,
    pub(crate) names: Vec<NamedVisitor>,
}

pub(crate) async fn resume(store: &dyn EventStore, ask: Resume) -> Held {
    let parts = Arc::new(Mutex::new(Vec::new()));
    let sink = parts.clone();
    store.resume(ask, Box::new(move |part| sink.lock().unwrap().push(part))).await.unwrap();
    let mut held = Held::default();
    let mut last_stage = 0;
    for part in parts.lock().unwrap().drain(..) {
        let stage = match part {
            Resumed::Mark(mark) => {
                held.mark = mark;
                1
            }
            Resumed::State(state) => {
                held.state = state;
                2
            }
            Resumed::Clock(clock) => {
                held.clock = clock;
                3
            }
            Resumed::Sessions(sessions) => {
                held.sessions.extend(sessions);
                4
            }
            Resumed::Names(names) => {
                held.names.extend(names);
                4
            }
            Resumed::Ids(ids) => {
                held.ids.extend(ids);
                5
            }
        };
        assert!(stage >= last_stage, "mark, state, clock, sessions and names, ids");
        last_stage = stage;
    }
    assert!(held.ids.is_sorted_by_key(|id| id.hour));
    held.ids.sort_by_key(|id| (id.hour, id.hash));
    held.sessions.sort_by_key(|session| (session.site.clone(), session.session, session.part));
    held
}

pub(crate) fn everything(partition: u32) -> Resume {
    let whole = SessionPart { from: 0, to: u64::MAX, hour: None };
    Resume { partition, ids_since_hour: Some(0), sessions: vec![whole] }
}

pub(crate) fn all_events() -> EventFilter {
    EventFilter { include_bots: true, limit: 100_000, ..EventFilter::default() }
}

pub(super) async fn a_batch_is_committed_whole(store: &dyn EventStore) {
    let mut sent = batch(3, vec![view("a", "/", 0), full("b")]);
    sent.rejected = vec![letter(5, "demo", 1)];
    sent.to = 6;
    let (rows, rejected, counts) = (sent.rows.clone(), sent.rejected.clone(), sent.counts.clone());
    store.insert(sent).await.unwrap();

    let mut found = store.events(&all_events()).await.unwrap();
    found.sort_by_key(|row| row.offset);
    assert_eq!(found, rows);
    let listed = store.dead_letters(&DeadLetterFilter { limit: 9, ..Default::default() }).await.unwrap();
    assert_eq!(listed, rejected);
    assert_eq!(store.counts().await.unwrap(), counts);
    assert_eq!(store.status().await.unwrap().events, 2);
    let mark = resume(store, everything(0)).await.mark;
    assert_eq!(mark, Some(Mark { log_id: LOG, position: 6, epoch: 1 }));
}

pub(super) async fn a_batch_that_does_not_belong_is_refused(store: &dyn EventStore) {
    store.insert(Batch { epoch: 4, ..batch(7, vec![view("a", "/", 0)]) }).await.unwrap();
    let before = store.fingerprint().await.unwrap();
    let next = |from| Batch { epoch: 4, ..batch(from, vec![view("b", "/", 1)]) };
    let other_log = Uuid::from_u128(9);
    let wrong = [
        next(7),
        next(9),
        Batch { epoch: 3, ..next(8) },
        Batch { log_id: other_log, ..next(8) },
        Batch { log_id: other_log, ..of_partition(1, next(0)) },
        Batch { to: 5, ..next(8) },
    ];
    for batch in wrong {
        let shown = format!("{batch:?}");
        let refused = store.insert(batch).await;
        assert!(matches!(refused, Err(InsertError::Conflict(_))), "{shown}: {refused:?}");
    }
    assert_eq!(store.fingerprint().await.unwrap(), before);
    store.insert(Batch { epoch: 9, ..next(8) }).await.unwrap();
    store.insert(Batch { epoch: 1, ..of_partition(1, next(100)) }).await.unwrap();
    let held = resume(store, everything(0)).await;
    assert_eq!(held.mark, Some(Mark { log_id: LOG, position: 9, epoch: 9 }));
}

pub(super) async fn an_empty_batch_moves_the_position(store: &dyn EventStore) {
    assert_eq!(resume(store, everything(0)).await, Held::default());
    store.insert(Batch { to: 50, ..batch(0, Vec::new()) }).await.unwrap();
    store.insert(Batch { to: 70, epoch: 2, ..batch(50, Vec::new()) }).await.unwrap();
    let held = resume(store, everything(0)).await;
    assert_eq!(held.mark, Some(Mark { log_id: LOG, position: 70, epoch: 2 }));
    assert_eq!(held.clock, None);
    assert_eq!(store.status().await.unwrap().events, 0);
}

pub(super) async fn marks_tell_where_every_partition_stands(store: &dyn EventStore) {
    assert!(store.marks().await.unwrap().is_empty());
    store.insert(batch(5, vec![view("a", "/", 0)])).await.unwrap();
    store.insert(Batch { partition: 2, epoch: 7, to: 90, ..batch(0, Vec::new()) }).await.unwrap();
    store.insert(Batch { epoch: 3, ..batch(6, vec![view("b", "/", 1)]) }).await.unwrap();
    let marks = store.marks().await.unwrap();
    let mark = |position, epoch| Mark { log_id: LOG, position, epoch };
    assert_eq!(Vec::from_iter(marks), [(0, mark(7, 3)), (2, mark(90, 7))]);
}

/// Batches of four partitions at the same time: each goes in, and none is refused because of another.
pub(super) async fn partitions_are_inserted_side_by_side(store: &dyn EventStore) {
    let fill = async |partition| {
        for from in 0..25 {
            let event = view(&format!("{partition} {from}"), "/", 0);
            let mut sent = of_partition(partition, batch(from, vec![event]));
            sent.rejected = vec![letter(from, "demo", 0)];
            store.insert(sent).await.unwrap();
        }
    };
    tokio::join!(fill(0), fill(1), fill(2), fill(3));
    let marks = store.marks().await.unwrap();
    let mark = Mark { log_id: LOG, position: 25, epoch: 1 };
    assert_eq!(Vec::from_iter(marks), (0..4).map(|partition| (partition, mark)).collect::<Vec<_>>());
    assert_eq!(store.status().await.unwrap().events, 100);
    assert_eq!(store.counts().await.unwrap().into_values().collect::<Vec<_>>(), [100]);
    let letters = store.dead_letters(&DeadLetterFilter { limit: 200, ..Default::default() }).await.unwrap();
    assert_eq!(letters.len(), 100);
}

pub(super) async fn a_store_says_whose_it_is(store: &dyn EventStore) {
    assert_eq!(store.owned().await.unwrap(), Owned::default());
    store.insert(batch(0, vec![view("a", "/", 0)])).await.unwrap();
    store.set_shop_id(Uuid::from_u128(1)).await.unwrap();
    store.set_shop_id(Uuid::from_u128(2)).await.unwrap();
    let owned = Owned { shop_id: Some(Uuid::from_u128(2)), has_money: false };
    assert_eq!(store.owned().await.unwrap(), owned);
    let money = kassa_model::Event { order: Some(order("o", 1)), ..view("b", "/", 1) };
    store.insert(batch(1, vec![money])).await.unwrap();
    assert_eq!(store.owned().await.unwrap(), Owned { has_money: true, ..owned });
}

pub(super) async fn the_state_goes_with_the_position(store: &dyn EventStore) {
    let with = |batch: Batch, state: &str| Batch { state: Some(state.to_owned()), ..batch };
    let state = async |partition| resume(store, everything(partition)).await.state;
    store.insert(with(batch(0, vec![view("a", "/", 0)]), "z: \"one\"")).await.unwrap();
    store.insert(with(Batch { partition: 1, ..batch(0, Vec::new()) }, "another's")).await.unwrap();
    assert_eq!(state(0).await.as_deref(), Some("z: \"one\""));
    // A batch that moves nothing may still say something else.
    store.insert(with(batch(1, Vec::new()), "b")).await.unwrap();
    assert_eq!(state(0).await.as_deref(), Some("b"));
    let refused = with(batch(9, vec![view("b", "/", 1)]), "refused");
    assert!(matches!(store.insert(refused).await, Err(InsertError::Conflict(_))));
    assert_eq!(state(0).await.as_deref(), Some("b"));
    assert_eq!(state(1).await.as_deref(), Some("another's"));
    store.insert(batch(1, vec![view("c", "/", 2)])).await.unwrap();
    assert_eq!((state(0).await, state(7).await), (None, None));
}

pub(super) async fn a_row_that_cannot_be_stored_is_named(store: &dyn EventStore) {
    let good = || view("a", "/", 0);
    let bad = [
        kassa_model::Event { visitor: None, ..good() },
        kassa_model::Event { session: None, ..good() },
        kassa_model::Event { occurred_at: Timestamp::from_micros(i64::MAX), ..good() },
        kassa_model::Event { received_at: Timestamp::from_micros(-1), ..good() },
        kassa_model::Event { props: "{".to_owned(), ..good() },
    ];
    for event in bad {
        let shown = format!("{event:?}");
        let refused = store.insert(batch(0, vec![good(), event, good()])).await;
        assert!(matches!(refused, Err(InsertError::Rejected { row: 1, .. })), "{shown}: {refused:?}");
    }
    let mut foreign = batch(0, vec![good(), good()]);
    foreign.rows[1].partition = 1;
    let refused = store.insert(foreign).await;
    assert!(matches!(refused, Err(InsertError::Rejected { row: 1, .. })), "{refused:?}");
    assert_eq!(store.status().await.unwrap().events, 0);
    store.insert(batch(0, vec![good()])).await.unwrap();
}

pub(super) async fn offsets_have_64_bits(store: &dyn EventStore) {
    let start = (1 << 63) - 1;
    let mut sent = batch(start, vec![view("a", "/", 0), view("b", "/", 0), view("c", "/", 0)]);
    sent.rows[2] = Row { offset: start + 1, index: 7, ..sent.rows[2].clone() };
    sent.to = u64::MAX;
    let rows = sent.rows.clone();
    store.insert(sent).await.unwrap();
    let found = store.events(&all_events()).await.unwrap();
    assert_eq!(found, rows.into_iter().rev().collect::<Vec<_>>());
    assert_eq!(resume(store, everything(0)).await.mark.unwrap().position, u64::MAX);
    let mut on = batch(u64::MAX, Vec::new());
    on.rejected = vec![letter(u64::MAX, "demo", 0)];
    store.insert(on).await.unwrap();
    let listed = store.dead_letters(&DeadLetterFilter { limit: 1, ..Default::default() }).await.unwrap();
    assert_eq!(listed[0].offset, u64::MAX);
}

pub(super) async fn resume_gives_back_what_was_committed(store: &dyn EventStore) {
    let late = kassa_model::Event { received_at: after(9_000), ..view("late", "/x", -60) };
    let other = kassa_model::Event { visitor: Some(2), session: Some(2), ..view("other", "/", 7_300) };
    let money = kassa_model::Event { order: Some(order("o", 1)), session: Some(0), ..view("money", "/", 50) };
    store.insert(batch(0, vec![view("a", "/", 0), view("b", "/", 30), late])).await.unwrap();
    store.insert(batch(3, vec![other, money])).await.unwrap();
    store.insert(of_partition(1, batch(0, vec![view("elsewhere", "/", 99_000)]))).await.unwrap();

    let held = resume(store, everything(0)).await;
    assert_eq!(held.clock, Some(after(9_000)));
    let hour = after(0).hour();
    let id = |id: &str, hour| RecentId { hash: dedupe_hash("demo", id), hour };
    let mut ids =
        vec![id("a", hour), id("b", hour), id("money", hour), id("late", hour + 2), id("other", hour + 2)];
    ids.sort_by_key(|id| (id.hour, id.hash));
    assert_eq!(held.ids, ids);
    // Their first pages, whichever rows of them are in a part.
    let visit = |number| {
        let (first, page) = if number == 1 { (0, "a") } else { (7_300, "other") };
        Some(Visit::with(None, &view(page, "/", first), after(first)))
    };
    let session = |part, number, first, last| OpenSession {
        visit: visit(number),
        part,
        site: "demo".to_owned(),
        visitor: number,
        session: number,
        first: after(first),
        last: after(last),
    };
    assert_eq!(held.sessions, [session(0, 1, -60, 30), session(0, 2, 7_300, 7_300)]);
    // One piece per session and part, by offsets, by hour of receipt, or by both.
    let part = |from, to, hour| SessionPart { from, to, hour };
    let parts = vec![
        part(1, 2, None),
        part(2, u64::MAX, None),
        part(0, u64::MAX, Some(hour)),
        part(3, 4, Some(hour)),
        part(1 << 63, u64::MAX, None),
        part(1, 4, Some(hour + 2)),
    ];
    let held = resume(store, Resume { sessions: parts, ..Resume::standing(0) }).await;
    let mut pieces = [
        session(0, 1, 30, 30),
        session(1, 1, -60, -60),
        session(1, 2, 7_300, 7_300),
        session(2, 1, 0, 30),
        session(5, 1, -60, -60),
        session(5, 2, 7_300, 7_300),
    ];
    pieces.sort_by_key(|session| (session.session, session.part));
    assert_eq!((held.sessions.as_slice(), held.ids.len()), (pieces.as_slice(), 0));
    assert_eq!(resume(store, everything(1)).await.ids, [id("elsewhere", after(99_000).hour())]);
    assert_eq!(resume(store, everything(2)).await, Held::default());
}

pub(super) async fn resume_tells_what_opens_visits_and_who_was_named(store: &dyn EventStore) {
    use kassa_model::Event;
    let user = |name: &str| Some(name.to_owned());
    let named = |id: &str, second, visitor, anonymous| Event {
        user: user("c7"),
        visitor: Some(visitor),
        anonymous_visitor: anonymous,
        ..view(id, "/", second)
    };
    let done = |id: &str, name: &str, second| Event { name: name.to_owned(), ..view(id, "/", second) };
    let glance = |id, name, second| Event { non_interactive: true, ..done(id, name, second) };
    let money = Event { order: Some(order("o", 1)), ..named("money", 95, 1, None) };
    store
        .insert(batch(
            0,
            vec![
                view("a", "/", 0),
                glance("b", "time_on_page", 500),
                glance("c", "hover_enter", 501),
                glance("d", "identify", 502),
                glance("e", "Scrolled", 503),
                done("f", "Clicked", 40),
                Event { non_interactive: true, ..view("g", "/", 60) },
                named("h", 70, 1, None),
                named("i", 80, 2, Some(1)),
                named("j", 75, 1, None),
                Event { session: Some(0), ..named("k", 90, 1, None) },
                money,
            ],
        ))
        .await
        .unwrap();
    let part = |from, to| SessionPart { from, to, hour: None };
    let held = resume(store, Resume { sessions: vec![part(0, 7), part(7, 99)], ..Resume::standing(0) }).await;
    let spans: Vec<_> =
        held.sessions.iter().map(|one| (one.part, one.visitor, one.first, one.last)).collect();
    assert_eq!(spans[0], (0, 1, after(0), after(60)), "nobody did what came later");
    let name = |visitor, anonymous_visitor, second: i64| NamedVisitor {
        part: 1,
        site: "demo".to_owned(),
        user: "c7".to_owned(),
        visitor,
        session: 1,
        anonymous_visitor,
        received_at: named("x", second, visitor, None).received_at,
    };
    assert_eq!(held.names, [name(2, Some(1), 80), name(1, None, 75)]);
}

pub(super) async fn resume_goes_back_as_far_as_asked(store: &dyn EventStore) {
    let at =
        |id: &str, session, second| kassa_model::Event { session: Some(session), ..view(id, "/", second) };
    let hour = MICROS_PER_HOUR / 1_000_000;
    let events = vec![
        at("old", 1, 0),
        at("kept alive", 2, 10),
        at("edge", 3, hour),
        at("kept alive 2", 2, 2 * hour),
        at("new", 4, 3 * hour + 5),
    ];
    store.insert(batch(0, events)).await.unwrap();
    let newest = after(3 * hour + 5).hour();
    let part = SessionPart { from: 3, to: 9, hour: None };
    let ask = Resume { partition: 0, ids_since_hour: Some(newest - 2), sessions: vec![part] };
    let held = resume(store, ask).await;
    let hours: Vec<i64> = held.ids.iter().map(|id| id.hour - after(0).hour()).collect();
    assert_eq!(hours, [1, 2, 3]);
    let sessions: Vec<(i64, Timestamp)> =
        held.sessions.iter().map(|session| (session.session, session.first)).collect();
    assert_eq!(sessions, [(2, after(2 * hour)), (4, after(3 * hour + 5))]);
    let one = Resume { ids_since_hour: Some(newest), ..Resume::standing(0) };
    assert_eq!(resume(store, one).await.ids.len(), 1);
    let standing = resume(store, Resume::standing(0)).await;
    assert_eq!((standing.clock, standing.ids.len()), (Some(after(3 * hour + 5)), 0));
}

pub(super) async fn seen_finds_exactly_the_stored_ids(store: &dyn EventStore) {
    let elsewhere = kassa_model::Event { site: "other".to_owned(), ..view("b", "/", 0) };
    let hour = 3_600;
    let again = view("a", "/", 5 * hour);
    store
        .insert(batch(0, vec![view("a", "/", 0), elsewhere, view("ä \"\\'", "/", hour), again]))
        .await
        .unwrap();
    store.insert(letters(4, vec![letter(4, "demo", 0)])).await.unwrap();
    let ask = |site: &str, id: &str| Lookup { site: site.to_owned(), id: id.to_owned() };
    let asked =
        vec![ask("demo", "a"), ask("demo", "b"), ask("other", "b"), ask("demo", "ä \"\\'"), ask("demo", "a")];
    let base = after(0).hour();
    let (end, base_end) = (after(1_000_000), after(3 * hour));
    let found = store.seen(0, asked.clone(), after(0)..end).await.unwrap();
    assert_eq!(found, [Some(base + 5), None, Some(base), Some(base + 1), Some(base + 5)]);
    let found = store.seen(0, asked.clone(), after(1)..end).await.unwrap();
    assert_eq!(found, [Some(base + 5), None, None, Some(base + 1), Some(base + 5)]);
    let found = store.seen(0, asked, after(0)..base_end).await.unwrap();
    assert_eq!(found, [Some(base), None, Some(base), Some(base + 1), Some(base)]);
    assert_eq!(store.seen(0, Vec::new(), after(0)..end).await.unwrap(), []);

    // Of an id that two partitions have, each knows its own receipt; what one has alone the other has not seen.
    let of_another = vec![view("a", "/", 2 * hour), view("only there", "/", 0)];
    store.insert(of_partition(3, batch(0, of_another))).await.unwrap();
    let asked = vec![ask("demo", "a"), ask("demo", "only there"), ask("other", "b")];
    let found = async |partition| store.seen(partition, asked.clone(), after(0)..end).await.unwrap();
    assert_eq!(found(0).await, [Some(base + 5), None, Some(base)]);
    assert_eq!(found(3).await, [Some(base + 2), Some(base), None]);
    assert_eq!(found(1).await, [None; 3]);
}
