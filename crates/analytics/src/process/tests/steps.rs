//! Each step by what it does to an event that goes in at one end and is read at the other.

use kassa_eventlog::Offset;
use kassa_eventstore::{DeadLetter, DeadLetterFilter, EventStore, MemoryStore};
use kassa_model::{
    Dialect, Event, LogRecord, MICROS_PER_HOUR, Naming, OrderItem, OrderPart, Outcome, Reason, Recorded,
    Timestamp,
};

use super::cost::AnySite;
use crate::process::dedupe::DedupeOptions;
use crate::process::session::opened_by;
use crate::process::steps::{STEPS, Uses};
use crate::process::testing::{Runner, START, event, payload, recorded, rows};
use crate::wire::{Context, Kind, Reading, read_event, read_segment, read_track};

const MINUTE: i64 = 60_000_000;

/// What became of a list of records.
struct Found {
    events: Vec<Event>,
    letters: Vec<DeadLetter>,
    counts: Vec<(Outcome, u64)>,
}

async fn fold(records: Vec<Recorded>) -> Found {
    let store = MemoryStore::new();
    let records: Vec<_> =
        records.into_iter().zip(1..).map(|(record, n)| (Offset(n), payload(record))).collect();
    Runner::start(&store, DedupeOptions::default()).await.batch(&records).await;
    let filter = DeadLetterFilter { limit: 100, ..DeadLetterFilter::default() };
    let counts = store.counts().await.unwrap();
    Found {
        events: rows(&store).await.into_iter().map(|row| row.event).collect(),
        letters: store.dead_letters(&filter).await.unwrap(),
        counts: counts.into_iter().map(|(key, count)| (key.outcome, count)).collect(),
    }
}

/// An event of the visitor and the session as given, so many minutes after the start.
fn at(id: &str, minutes: i64, visitor: Option<i64>, session: Option<i64>) -> Recorded {
    let time = Timestamp::from_micros(START + minutes * MINUTE);
    recorded(Event { occurred_at: time, received_at: time, visitor, session, ..event(id) })
}

fn money(id: &str, amount: i64, items: Vec<OrderItem>) -> Recorded {
    let mut change = at(id, 0, Some(1), None);
    change.event.dialect = Dialect::SHOP;
    change.event.order = Some(OrderPart {
        order_id: "o-1".to_owned(),
        revenue_minor: amount,
        currency: "EUR".to_owned(),
        status: "confirmed".to_owned(),
        items,
    });
    change
}

fn item(amount: i64) -> OrderItem {
    OrderItem { sku: "mug".into(), name: "Mug".into(), category: None, units: 1, revenue_minor: amount }
}

#[test]
fn steps_have_names_and_reject_before_they_remember() {
    let names: std::collections::BTreeSet<_> = STEPS.iter().map(|step| step.name).collect();
    assert_eq!(names.len(), STEPS.len());
    let at = |name| STEPS.iter().position(|step| step.name == name).unwrap();
    assert!(at("check_limits") < at("drop_duplicate"));
    assert!(at("drop_duplicate") < at("assign_session"));
    assert!(at("choose_visitor") < at("assign_session"));
    assert_eq!(STEPS.iter().filter(|step| step.uses == Uses::Memory).count(), 3);
}

#[tokio::test]
async fn drops_duplicates_by_site_and_id() {
    let mut other_site = at("a", 0, Some(1), None);
    other_site.event.site = "t".to_owned();
    let found = fold(vec![
        at("a", 0, Some(1), None),
        at("a", 5, Some(2), None),
        other_site,
        at("a", 168 * 60, Some(1), None),
        at("a", 169 * 60, Some(1), None),
    ])
    .await;
    assert_eq!(found.events.len(), 3);
    assert_eq!(found.events[2].received_at.micros(), START + 169 * MICROS_PER_HOUR);
    let duplicates: u64 =
        found.counts.iter().filter(|(end, _)| *end == Outcome::Duplicate).map(|(_, count)| count).sum();
    assert_eq!(duplicates, 2);
}

#[tokio::test]
async fn refuses_what_a_collector_would_have_refused() {
    async fn check(change: impl Fn(&mut Event), expected: Reason) {
        let mut record = at("a", 0, Some(1), None);
        change(&mut record.event);
        let found = fold(vec![record]).await;
        assert_eq!(found.events, []);
        assert_eq!(found.letters.len(), 1);
        assert_eq!(found.letters[0].rejected.reason, expected);
        assert!(found.letters[0].rejected.original.contains(r#""st":"#), "the record's own text is kept");
        assert_eq!(found.counts, [(Outcome::Rejected(expected), 1)]);
    }
    check(|event| event.id.clear(), Reason::MissingField).await;
    check(|event| event.id = "x".repeat(201), Reason::IdTooLong).await;
    check(|event| event.site.clear(), Reason::UnknownSite).await;
    check(|event| event.id = "a\0b".to_owned(), Reason::InvalidField).await;
    check(|event| event.id = "order:o-1:1".to_owned(), Reason::InvalidField).await;
    check(|event| event.name = "x".repeat(256), Reason::NameTooLong).await;
    check(|event| event.occurred_at = Timestamp::from_micros(0), Reason::TimeOutOfRange).await;
    check(|event| event.occurred_at = Timestamp::from_micros(i64::MAX), Reason::TimeOutOfRange).await;
    check(|event| event.received_at = Timestamp::from_micros(i64::MIN), Reason::TimeOutOfRange).await;
}

#[tokio::test]
async fn counts_what_is_excluded_and_keeps_nothing_of_it() {
    let store = MemoryStore::new();
    let excluded =
        br#"{"v":1,"rej":"excluded_address","id":"r-1","st":"shop","r":1735732800100000,"d":"flat"}"#;
    let records = [(Offset(1), bytes::Bytes::from_static(excluded))];
    Runner::start(&store, DedupeOptions::default()).await.batch(&records).await;
    let filter = DeadLetterFilter { limit: 9, ..DeadLetterFilter::default() };
    assert_eq!(store.dead_letters(&filter).await.unwrap(), []);
    let counts: Vec<_> = store
        .counts()
        .await
        .unwrap()
        .into_iter()
        .map(|(key, count)| (key.site, key.outcome, count))
        .collect();
    assert_eq!(counts, [("shop".to_owned(), Outcome::Rejected(Reason::ExcludedAddress), 1)]);
}

#[tokio::test]
async fn keeps_what_cannot_be_read() {
    let store = MemoryStore::new();
    let newer = br#"{"v":2,"id":"a","st":"shop","d":"flat","r":1}"#;
    let records = [
        (Offset(1), payload(at("a", 0, Some(1), None))),
        (Offset(2), bytes::Bytes::from_static(newer)),
        (Offset(9), bytes::Bytes::from_static(b"\xff\0")),
    ];
    Runner::start(&store, DedupeOptions::default()).await.batch(&records).await;
    let filter = DeadLetterFilter { limit: 9, ..DeadLetterFilter::default() };
    let mut letters = store.dead_letters(&filter).await.unwrap();
    letters.sort_by_key(|letter| letter.offset);
    let short = |letter: &DeadLetter| {
        let found = &letter.rejected;
        (
            found.id.clone(),
            found.site.clone(),
            found.reason,
            found.received_at.micros(),
            found.original.clone(),
        )
    };
    let newer = String::from_utf8_lossy(newer).into_owned();
    assert_eq!(
        letters.iter().map(short).collect::<Vec<_>>(),
        [
            ("log-0-2".to_owned(), "shop".to_owned(), Reason::Undecodable, START, newer),
            ("log-0-9".to_owned(), String::new(), Reason::Undecodable, START, "\u{fffd}\u{fffd}".to_owned()),
        ]
    );
    assert!(letters[0].rejected.detail.contains("version 2"));
}

#[tokio::test]
async fn assigns_sessions() {
    let found = fold(vec![
        at("a", 0, Some(1), None),
        at("b", 30, Some(1), None),
        at("c", 61, Some(1), None),
        at("d", 61, Some(2), None),
        at("e", 62, Some(2), Some(77)),
        at("f", 63, Some(2), None),
    ])
    .await;
    let sessions: Vec<_> = found.events.iter().map(|event| event.session.unwrap()).collect();
    let opened = |visitor, id| opened_by("s", visitor, id);
    assert_eq!(
        sessions,
        [opened(1, "a"), opened(1, "a"), opened(1, "c"), opened(2, "d"), 77, 77],
        "of two sessions that hold a time it is the latest"
    );
}

#[tokio::test]
async fn what_nobody_did_opens_and_extends_no_visit() {
    let named = |name: &str, record: Recorded| {
        let mut record = record;
        record.event.name = name.to_owned();
        record
    };
    let marked = |props: &str, record: Recorded| {
        let mut record = record;
        record.event.props = props.to_owned();
        named("Scrolled", record)
    };
    let found = fold(vec![
        named("identify", at("a", -10, Some(1), None)),
        at("b", 0, Some(1), None),
        named("time_on_page", at("c", 45, Some(1), None)),
        named("hover_enter", at("d", 50, Some(1), Some(5))),
        marked(r#"{"interactive":false}"#, at("e", 60, Some(1), None)),
        marked(r#"{"nonInteraction":true}"#, at("f", 70, Some(1), None)),
        marked(r#"{"interactive":true}"#, at("g", 80, Some(1), None)),
        named("time_on_page", at("h", 70, Some(1), None)),
        named("group", at("i", 90, Some(1), None)),
        at("x", 13 * 60, Some(9), None),
        at("y", 20 * 60, Some(9), None),
        named("alias", at("j", 30 * 60, Some(1), None)),
        named("time_on_page", at("k", 0, Some(2), Some(7))),
        at("l", 0, Some(2), Some(7)),
        named("time_on_page", at("m", 60, Some(2), Some(7))),
    ])
    .await;
    let sessions: Vec<_> = found.events.iter().map(|event| event.session.unwrap()).collect();
    let (first, second) = (opened_by("s", 1, "b"), opened_by("s", 1, "g"));
    let others = [opened_by("s", 9, "x"), opened_by("s", 9, "y")];
    assert_eq!(sessions[..9], [0, first, first, first, first, first, second, first, second]);
    assert_eq!(sessions[9..], [others[0], others[1], 0, 0, 7, 7]);
    let passive: String =
        found.events.iter().filter(|event| event.non_interactive).map(|event| event.id.as_str()).collect();
    assert_eq!(passive, "acdefhijkm");
    // A record of before opened a visit by whatever it was.
    let before = named("time_on_page", at("a", 0, Some(1), None));
    let before = fold(vec![Recorded { naming: Naming::OfBefore, ..before }]).await;
    assert_eq!(before.events[0].session, Some(opened_by("s", 1, "a")));
}

/// Where nothing else comes, memory grows old by half of what passes.
#[tokio::test]
async fn what_nobody_did_joins_a_visit_for_a_day_and_no_longer() {
    let named = |name: &str, mut record: Recorded| {
        record.event.name = name.to_owned();
        record
    };
    let found = fold(vec![
        at("a", 0, Some(1), None),
        named("identify", at("b", 13 * 60, Some(1), None)),
        named("identify", at("c", 24 * 60, Some(1), None)),
        named("identify", at("d", 24 * 60 + 1, Some(1), None)),
        named("identify", at("e", 37 * 60, Some(1), None)),
    ])
    .await;
    let first = opened_by("s", 1, "a");
    let sessions: Vec<_> = found.events.iter().map(|event| event.session.unwrap()).collect();
    assert_eq!(sessions, [first, first, first, 0, 0]);
}

/// By the word that each format's clients have for it.
#[tokio::test]
async fn every_dialect_can_say_that_nobody_did_it() {
    type Read = fn(&[u8], &Context<'_>) -> Reading;
    let segment: Read = |body, ctx| read_segment(Some(Kind::Track), body, ctx);
    let bodies: [(Read, &str); 8] = [
        (read_track, r#"{"eventType":"Scrolled","sessionId":"a","interactive":false}"#),
        (read_track, r#"{"events":[{"event_type":"Scrolled","interactive":false}]}"#),
        (read_track, r#"{"interactive":false,"events":[{"event_type":"Scrolled"}]}"#),
        (read_event, r#"{"type":"Scrolled","interactive":"false"}"#),
        (read_event, r#"{"site_id":"s","event_type":"Scrolled","path":"/","non_interaction":true}"#),
        (segment, r#"{"event":"Scrolled","properties":{"nonInteraction":1}}"#),
        (segment, r#"{"event":"Scrolled","properties":{"ni":1}}"#),
        (segment, r#"{"event":"Scrolled","interactive":false}"#),
    ];
    for (read, body) in bodies {
        let ctx = Context {
            received_at: Timestamp::from_micros(START),
            key: None,
            bearer: None,
            private: false,
            counter_first: false,
            sites: &AnySite,
        };
        let record = read(body.as_bytes(), &ctx).records.remove(0);
        let LogRecord::Event(mut recorded) = record else { panic!("{body}: {record:?}") };
        recorded.event.id = "a".to_owned();
        let event = fold(vec![*recorded]).await.events.remove(0);
        assert_eq!((event.non_interactive, event.session), (true, Some(0)), "{body}");
    }
}

#[tokio::test]
async fn a_view_opens_a_visit_however_it_is_marked() {
    let mut record = at("a", 0, Some(1), None);
    record.event.props = r#"{"interactive":false}"#.to_owned();
    assert_eq!(fold(vec![record]).await.events[0].session, Some(opened_by("s", 1, "a")));
}

#[tokio::test]
async fn a_late_event_joins_the_session_of_its_own_time() {
    let mut late = at("late", 10, Some(1), None);
    late.event.received_at = Timestamp::from_micros(START + 600 * MINUTE);
    let found = fold(vec![at("a", 0, Some(1), None), at("b", 500, Some(1), None), late]).await;
    assert_eq!(found.events[2].session, found.events[0].session);
}

#[tokio::test]
async fn a_cookieless_visitor_is_yesterdays_while_a_session_is_open() {
    let cookieless = |id: &str, minutes, (today, yesterday), session| Recorded {
        visitor_today: today,
        visitor_yesterday: yesterday,
        ..at(id, minutes, None, session)
    };
    let found = fold(vec![
        cookieless("a", -10, (20, 10), None),
        cookieless("b", 5, (30, 20), None),
        cookieless("c", 33, (30, 20), None),
        cookieless("d", 70, (30, 20), None),
        cookieless("e", 80, (30, 20), None),
        cookieless("late", 30, (30, 20), None),
    ])
    .await;
    let visitors: Vec<_> = found.events.iter().map(|event| event.visitor.unwrap()).collect();
    assert_eq!(visitors, [20, 20, 20, 30, 30, 20]);
    assert_eq!(found.events[5].session, found.events[0].session);

    let given = fold(vec![
        cookieless("a", -300, (20, 10), Some(5)),
        cookieless("b", 5, (30, 20), Some(5)),
        cookieless("c", 6, (30, 20), Some(6)),
    ])
    .await;
    let places: Vec<_> = given.events.iter().map(|event| (event.visitor, event.session)).collect();
    assert_eq!(places, [(Some(20), Some(5)), (Some(20), Some(5)), (Some(20), Some(6))]);
}

#[tokio::test]
async fn money_joins_but_neither_opens_nor_extends_a_session() {
    let mut later = money("m-2", 5, vec![item(5)]);
    later.event.occurred_at = Timestamp::from_micros(START + 25 * MINUTE);
    let mut given = money("m-3", 5, vec![item(5)]);
    given.event.session = Some(44);
    let found = fold(vec![
        money("m-1", 5, vec![item(5)]),
        at("a", 0, Some(1), None),
        later,
        at("b", 31, Some(1), None),
        given,
    ])
    .await;
    let sessions: Vec<_> = found.events.iter().map(|event| event.session.unwrap()).collect();
    let (first, second) = (opened_by("s", 1, "a"), opened_by("s", 1, "b"));
    assert_eq!(sessions, [0, first, first, second, 44], "the money at minute 25 extended nothing");
}

#[tokio::test]
async fn money_counts_once_for_ever_and_comes_from_the_shop_alone() {
    let mut years_later = money("m-1", 5, vec![item(5)]);
    years_later.event.received_at = Timestamp::from_micros(START + 9_000 * MICROS_PER_HOUR);
    let mut forged = money("m-2", 1_000_000, vec![item(1_000_000)]);
    forged.event.dialect = Dialect::SEGMENT;
    let found = fold(vec![money("m-1", 5, vec![item(5)]), years_later, forged]).await;
    let revenue: Vec<_> =
        found.events.iter().map(|event| event.order.as_ref().map(|order| order.revenue_minor)).collect();
    assert_eq!(revenue, [Some(5), None]);
}

#[tokio::test]
async fn nobody_makes_the_shops_record_a_duplicate() {
    // Whatever wrote this to the log came before the outbox and used the id that it will use.
    let early = at("order:o-1:1", 0, Some(1), None);
    let found = fold(vec![early, money("order:o-1:1", 500, vec![item(500)])]).await;
    assert_eq!(found.events.len(), 1);
    assert_eq!(found.events[0].order.as_ref().unwrap().revenue_minor, 500);
    assert_eq!(found.letters.len(), 1);
}

#[tokio::test]
async fn products_add_up_to_the_order() {
    let found = fold(vec![money("m-1", 500, vec![item(500)]), money("m-2", -200, Vec::new())]).await;
    let items = |at: usize| &found.events[at].order.as_ref().unwrap().items;
    assert_eq!(items(0), &[item(500)]);
    let none = OrderItem { sku: "(none)".into(), name: "(none)".into(), units: 0, ..item(-200) };
    assert_eq!(items(1), &[none]);
}

#[tokio::test]
async fn tells_agents_and_marks_bots() {
    let bot = "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)";
    let (_, chrome) = (bot, crate::process::agent::tests::PEOPLE[0]);
    let sent = |id: &str, agent: &str, from_browser| Recorded {
        agent: Some(agent.to_owned()),
        from_browser,
        ..at(id, 0, Some(1), None)
    };
    let found = fold(vec![
        sent("a", chrome.0, true),
        sent("b", bot, true),
        sent("c", bot, false),
        sent("d", "curl/8.5.0", false),
        sent("e", "curl/8.5.0", true),
        sent("f", "", true),
        Recorded { automated: true, ..sent("g", chrome.0, true) },
        // From before crawlers were bots in every format.
        Recorded { crawlers_are_bots: false, ..sent("h", bot, false) },
        Recorded { crawlers_are_bots: false, ..sent("i", bot, true) },
    ])
    .await;
    let bots: Vec<_> = found.events.iter().map(|event| event.bot).collect();
    assert_eq!(bots, [false, true, true, false, true, false, true, false, true]);
    let first = &found.events[0];
    assert_eq!(
        (first.device.as_deref(), first.browser.as_deref(), first.os.as_deref()),
        (Some(chrome.1), Some(chrome.2), Some(chrome.3))
    );
}

#[tokio::test]
async fn names_the_source() {
    let mut record = at("a", 0, Some(1), None);
    record.event.referrer = Some("https://www.google.de/".to_owned());
    let mut ignored = Recorded { referrer_ignored: true, ..record.clone() };
    ignored.event.id = "b".to_owned();
    let found = fold(vec![record, ignored]).await;
    let sources: Vec<_> = found.events.iter().map(|event| event.source.as_deref()).collect();
    assert_eq!(sources, [Some("Google"), None]);
}
