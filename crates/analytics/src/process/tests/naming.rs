//! Who names themselves in mid-visit stays one visitor: from the log's records to rows.

use kassa_eventlog::Offset;
use kassa_eventstore::MemoryStore;
use kassa_model::{Dialect, Event, Naming, OrderPart, Recorded, Timestamp, visitor_from};

use crate::process::dedupe::DedupeOptions;
use crate::process::testing::{Runner, START, event, payload, recorded, rows};

const MINUTE: i64 = 60_000_000;
const DAY: i64 = 24 * 60;

/// Who sends.
#[derive(Clone, Copy)]
struct From {
    /// The visitor that the client names.
    given: Option<i64>,
    /// The cookieless ones of today and yesterday.
    address: (i64, i64),
    user: Option<&'static str>,
    agent: &'static str,
}

const BROWSER: From = From { given: Some(11), address: (0, 0), user: None, agent: "Mozilla/5.0" };
const COOKIELESS: From = From { given: None, address: (20, 19), user: None, agent: "Mozilla/5.0" };
const SERVER: From = From { given: None, address: (30, 29), user: None, agent: "python-requests/2.32" };

impl From {
    fn named(self, user: &'static str) -> Self {
        Self { user: Some(user), ..self }
    }

    fn sends(self, name: &str, minute: i64) -> Recorded {
        let time = Timestamp::from_micros(START + minute * MINUTE);
        let given = self.given.or_else(|| self.user.map(|user| visitor_from("s", user)));
        let event = Event {
            name: name.to_owned(),
            occurred_at: time,
            received_at: time,
            visitor: given,
            user: self.user.map(str::to_owned),
            ..event(&format!("{name}-{minute}-{given:?}-{:?}-{}", self.user, self.address.0))
        };
        let (visitor_today, visitor_yesterday) = self.address;
        let agent = Some(self.agent.to_owned());
        Recorded { visitor_today, visitor_yesterday, agent, ..recorded(event) }
    }

    fn buys(self, minute: i64) -> Recorded {
        let mut bought = self.sends("Order Completed", minute);
        bought.event.dialect = Dialect::SHOP;
        bought.event.order = Some(OrderPart {
            order_id: "o-1".to_owned(),
            revenue_minor: 500,
            currency: "EUR".to_owned(),
            status: "confirmed".to_owned(),
            items: Vec::new(),
        });
        bought
    }
}

/// Visitor and session of each record, the same whether the processor is started anew after each or never.
async fn places(records: Vec<Recorded>) -> Vec<(i64, i64)> {
    let records: Vec<_> =
        records.into_iter().zip(1..).map(|(record, n)| (Offset(n), payload(record))).collect();
    let (whole, restarted) = (MemoryStore::new(), MemoryStore::new());
    Runner::start(&whole, DedupeOptions::default()).await.batch(&records).await;
    let mut runner = Runner::start(&restarted, DedupeOptions::default()).await;
    for record in records.chunks(1) {
        runner.batch(record).await;
        runner.restart().await;
    }
    drop(runner);
    let found = rows(&whole).await;
    assert_eq!(found, rows(&restarted).await);
    found.into_iter().map(|row| (row.event.visitor.unwrap(), row.event.session.unwrap())).collect()
}

/// The records in which the visitor and the session are the first one's, by a letter for each pair as it appears.
async fn check(records: Vec<Recorded>, expected: &str) -> Vec<i64> {
    let places = places(records).await;
    let mut known: Vec<(i64, i64)> = Vec::new();
    let mut letters = String::new();
    for place in &places {
        let at = known.iter().position(|found| found == place).unwrap_or_else(|| {
            known.push(*place);
            known.len() - 1
        });
        letters.push(char::from(b'a' + u8::try_from(at).unwrap()));
    }
    assert_eq!(letters, expected, "{places:?}");
    places.into_iter().map(|(visitor, _)| visitor).collect()
}

fn c7() -> i64 {
    visitor_from("s", "c7")
}

#[tokio::test]
async fn one_who_names_themselves_in_mid_visit_stays_one() {
    for from in [BROWSER, COOKIELESS] {
        let user = COOKIELESS.named("c7");
        let known = From { given: None, ..from }.named("c7");
        let order = |from: From| From { given: None, ..from }.buys(9);
        let visitors = check(
            vec![
                from.sends("page_view", 0),
                from.named("c7").sends("identify", 3),
                known.sends("cart", 5),
                from.sends("cart", 6),
                order(SERVER.named("c7")),
                order(user),
                // On the same day it is the same visitor, known from the first event or not.
                from.named("c7").sends("page_view", 300),
                from.sends("page_view", 600),
            ],
            "aaaaaabc",
        )
        .await;
        assert!(visitors.iter().all(|visitor| *visitor == visitors[0] && *visitor != c7()));
    }
}

#[tokio::test]
async fn one_who_is_known_from_the_first_event_is_the_same_on_every_day_and_device() {
    let phone = From { given: Some(12), ..BROWSER };
    let visitors = check(
        vec![
            BROWSER.named("c7").sends("page_view", 0),
            BROWSER.sends("click", 5),
            phone.named("c7").sends("page_view", 300),
            BROWSER.named("c7").sends("page_view", DAY + 60),
            COOKIELESS.named("c7").sends("page_view", 2 * DAY + 60),
            COOKIELESS.sends("click", 2 * DAY + 61),
            SERVER.named("c7").buys(2 * DAY + 70),
            // The next visit without the name is the browser's.
            BROWSER.sends("page_view", 2 * DAY + 300),
        ],
        "aabcddde",
    )
    .await;
    assert_eq!(visitors[..7], [c7(); 7]);
    assert_eq!(visitors[7], 11);
}

#[tokio::test]
async fn the_day_after_a_name_is_known_from_the_first_event() {
    let visitors = check(
        vec![
            BROWSER.sends("page_view", DAY - 70),
            BROWSER.named("c7").sends("login", DAY - 50),
            BROWSER.named("c7").sends("page_view", DAY - 10),
            // Not cut at midnight.
            BROWSER.named("c7").sends("page_view", DAY + 5),
            BROWSER.named("c7").sends("page_view", DAY + 60),
            BROWSER.named("c7").sends("page_view", 2 * DAY + 60),
        ],
        "aabbcd",
    )
    .await;
    assert_eq!(visitors, [11, 11, 11, 11, 11, c7()]);
}

#[tokio::test]
async fn a_cookieless_visit_goes_over_midnight_with_its_name() {
    let next = From { address: (21, 20), ..COOKIELESS };
    let records = vec![
        COOKIELESS.sends("page_view", DAY - 10),
        COOKIELESS.named("c7").sends("identify", DAY - 5),
        next.named("c7").sends("cart", DAY + 5),
        next.sends("time_on_page", DAY + 70),
        next.sends("page_view", DAY + 80),
        next.sends("time_on_page", DAY + 90),
    ];
    assert_eq!(check(records, "aaaabb").await, [20, 20, 20, 20, 21, 21]);
}

#[tokio::test]
async fn another_who_logs_in_is_another() {
    let records = vec![
        BROWSER.sends("page_view", 0),
        BROWSER.named("c7").sends("login", 2),
        BROWSER.named("c8").sends("login", 5),
        BROWSER.sends("click", 6),
        BROWSER.named("c7").sends("login", 8),
    ];
    let c8 = visitor_from("s", "c8");
    assert_eq!(check(records, "aabba").await, [11, 11, c8, c8, 11]);
}

#[tokio::test]
async fn so_is_the_third_in_one_browser() {
    let logins = ["c7", "c8", "c9", "c8", "c7"].into_iter().zip(1..);
    let logins = logins.map(|(user, minute)| BROWSER.named(user).sends("login", minute));
    let records: Vec<_> = std::iter::once(BROWSER.sends("page_view", 0)).chain(logins).collect();
    let (c8, c9) = (visitor_from("s", "c8"), visitor_from("s", "c9"));
    assert_eq!(check(records.clone(), "aabcba").await, [11, 11, c8, c9, c8, 11]);
    // Later that day the first is who they were in this browser, whoever came between.
    let again = records.into_iter().take(4).chain([BROWSER.named("c7").sends("page_view", 300)]);
    assert_eq!(check(again.collect(), "aabcd").await[4], 11);
}

/// One who is known is the same visitor on every device, but who uses the other device without a name is not.
#[tokio::test]
async fn a_browser_without_the_name_does_not_follow_the_user_to_another_device() {
    let phone = From { given: Some(12), ..BROWSER };
    let records = vec![
        BROWSER.named("c7").sends("page_view", 0),
        phone.named("c7").sends("page_view", 300),
        BROWSER.sends("page_view", 305),
        // And in mid-visit the name splits it as little as ever.
        BROWSER.named("c7").sends("identify", 307),
        BROWSER.named("c7").sends("cart", 308),
    ];
    assert_eq!(check(records, "abccc").await, [c7(), c7(), 11, 11, 11]);
}

#[tokio::test]
async fn an_order_of_the_server_joins_no_visit_that_another_named() {
    let visits = |user| {
        vec![
            BROWSER.sends("page_view", 0),
            BROWSER.named("c7").sends("login", 2),
            BROWSER.sends("page_view", 300),
            BROWSER.named(user).sends("login", 302),
            SERVER.named("c7").buys(305),
        ]
    };
    assert_eq!(check(visits("c7"), "aabbb").await, [11; 5]);
    assert_eq!(check(visits("c8"), "aabbc").await, [11, 11, 11, 11, c7()]);
}

#[tokio::test]
async fn a_server_that_sends_for_many_makes_none_of_them_another() {
    let users = ["c7", "c8", "c9", "c7"].into_iter().zip(0..);
    let records = users.map(|(user, minute)| SERVER.named(user).sends("Delivered", minute)).collect();
    let visitors = check(records, "abca").await;
    assert_eq!(visitors[1], visitor_from("s", "c8"));
    // Its events without a user are not those of whom it named last.
    let records = vec![SERVER.named("c7").sends("Delivered", 0), SERVER.sends("Restocked", 1)];
    assert_eq!(check(records, "ab").await, [c7(), 30]);
}

#[tokio::test]
async fn a_server_s_own_events_take_in_none_of_those_that_it_names() {
    let records = vec![
        BROWSER.sends("page_view", 0),
        BROWSER.named("c7").sends("login", 1),
        SERVER.sends("Stock synced", 2),
        SERVER.named("c7").sends("Invoice sent", 3),
        SERVER.named("c8").sends("Invoice sent", 4),
        SERVER.named("c7").buys(5),
        SERVER.sends("Stock synced", 6),
    ];
    assert_eq!(check(records, "aabacab").await, [11, 11, 30, 11, visitor_from("s", "c8"), 11, 30]);
}

#[tokio::test]
async fn a_program_that_identifies_at_night_makes_no_visit() {
    let mut records = vec![
        BROWSER.named("c7").sends("page_view", 0),
        SERVER.named("c7").sends("identify", 180),
        SERVER.named("c8").sends("identify", 180),
    ];
    // The clock of others goes on, until the visit has left.
    let other = From { given: Some(99), ..BROWSER };
    records.extend((1..8).map(|n| other.sends("page_view", 180 + n * 600)));
    records.push(SERVER.named("c7").sends("identify", 4 * DAY));
    let places = places(records).await;
    assert_eq!(places[1], places[0]);
    assert_eq!((places[2].1, places.last().unwrap().1), (0, 0));
}

#[tokio::test]
async fn an_alias_names_whom_it_was() {
    let records = vec![
        BROWSER.sends("page_view", 0),
        // By the shop's server: previousId 11, userId c7.
        From { agent: SERVER.agent, ..BROWSER }.named("c7").sends("alias", 2),
        SERVER.named("c7").sends("Paid", 5),
    ];
    assert_eq!(check(records, "aaa").await, [11, 11, 11]);
}

#[tokio::test]
async fn an_alias_of_a_user_names_whom_that_one_was() {
    let before = From { given: Some(visitor_from("s", "c6")), ..SERVER };
    let renamed = |first: From| {
        vec![
            first.sends("page_view", 0),
            BROWSER.named("c6").sends("identify", 1),
            before.named("c7").sends("alias", 2),
            SERVER.named("c7").buys(3),
            BROWSER.named("c7").sends("cart", 4),
            BROWSER.sends("click", 5),
        ]
    };
    assert_eq!(check(renamed(BROWSER), "aaaaaa").await, [11; 6]);
    assert_eq!(check(renamed(BROWSER.named("c6")), "aaaaaa").await, [visitor_from("s", "c6"); 6]);
}

/// In a window where they asked for privacy they are nobody for longer than the day, whoever they were in another.
#[tokio::test]
async fn who_asked_for_privacy_is_not_known_by_the_address() {
    let private = |record: Recorded| Recorded { naming: Naming::Private, ..record };
    let records = vec![
        COOKIELESS.named("c7").sends("page_view", 0),
        private(COOKIELESS.sends("page_view", 5)),
        private(COOKIELESS.sends("time_on_page", 6)),
        private(COOKIELESS.buys(7)),
        COOKIELESS.named("c7").sends("cart", 8),
    ];
    assert_eq!(check(records, "abbba").await, [c7(), 20, 20, 20, c7()]);
}

#[tokio::test]
async fn a_log_of_0_2_0_gives_the_rows_that_it_gave() {
    let of_before = |record: Recorded| Recorded { naming: Naming::OfBefore, ..record };
    let records = vec![
        of_before(BROWSER.named("c7").sends("page_view", 0)),
        of_before(BROWSER.named("c7").sends("time_on_page", 45)),
        of_before(From { given: None, ..BROWSER }.named("c7").sends("cart", 50)),
        of_before(BROWSER.named("c7").buys(55)),
        // Later ones go on from there.
        BROWSER.named("c7").sends("cart", 60),
        BROWSER.named("c7").sends("time_on_page", 120),
    ];
    assert_eq!(check(records, "abcbbb").await, [11, 11, c7(), 11, 11, 11]);
}
