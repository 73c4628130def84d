//! An order belongs to the visit in which it was placed: from the log's records to the answers of a report.

use kassa_eventlog::Offset;
use kassa_eventstore::query::{Cell, Dimension, Field, Metric, Query, TimeRange};
use kassa_eventstore::{EventStore, MemoryStore};
use kassa_model::{Dialect, Event, MICROS_PER_DAY, OrderItem, OrderPart, Recorded, Timestamp, money_id};

use crate::process::dedupe::DedupeOptions;
use crate::process::testing::{Runner, START, event, payload, recorded};

const MINUTE: i64 = 60_000_000;

/// A visitor as the collector and the order request both compute it.
#[derive(Clone, Copy)]
struct Who {
    visitor: Option<i64>,
    session: Option<i64>,
    today: i64,
    yesterday: i64,
}

const NOBODY: Who = Who { visitor: None, session: None, today: 0, yesterday: 0 };

fn sent(who: Who, id: &str, minute: i64, change: impl FnOnce(&mut Event)) -> Recorded {
    let time = Timestamp::from_micros(START + minute * MINUTE);
    let mut event = Event {
        occurred_at: time,
        received_at: time,
        visitor: who.visitor,
        session: who.session,
        ..event(id)
    };
    change(&mut event);
    Recorded { visitor_today: who.today, visitor_yesterday: who.yesterday, ..recorded(event) }
}

fn view(who: Who, id: &str, minute: i64, path: &str, campaign: &str) -> Recorded {
    sent(who, id, minute, |event| {
        event.path = Some(path.to_owned());
        event.utm_source = (!campaign.is_empty()).then(|| campaign.to_owned());
        event.utm_campaign.clone_from(&event.utm_source);
    })
}

fn money(who: Who, (order, seq): (&str, i64), minute: i64, name: &str, amount: i64) -> Recorded {
    sent(who, &money_id(order, seq), minute, |event| {
        event.name = name.to_owned();
        event.path = None;
        event.dialect = Dialect::SHOP;
        let items = vec![OrderItem {
            sku: "mug".to_owned(),
            name: "Mug".to_owned(),
            category: None,
            units: amount.signum(),
            revenue_minor: amount,
        }];
        event.order = Some(OrderPart {
            order_id: order.to_owned(),
            revenue_minor: amount,
            currency: "EUR".to_owned(),
            status: "confirmed".to_owned(),
            items,
        });
    })
}

/// A change of an order that was placed at another minute.
fn late(change: Recorded, placed_minute: i64) -> Recorded {
    Recorded { placed_at: Some(Timestamp::from_micros(START + placed_minute * MINUTE)), ..change }
}

fn by(field: Field, days: std::ops::Range<i64>) -> Query {
    let day = |number: i64| Timestamp::from_micros(START + number * MICROS_PER_DAY);
    Query {
        sites: vec!["s".to_owned()],
        range: TimeRange { from: day(days.start), to: day(days.end) },
        metrics: vec![Metric::Orders, Metric::Revenue],
        dimensions: vec![Dimension::Field(field)],
        filter: None,
        include_bots: false,
        include_dialect_bots: false,
        order_by: Vec::new(),
        limit: 100,
        offset: 0,
        rules: Vec::new(),
    }
}

#[tokio::test]
async fn revenue_shows_at_the_source_of_its_visit() {
    let given = Who { visitor: Some(7), ..NOBODY };
    let named = Who { visitor: Some(8), session: Some(80), ..NOBODY };
    let cookieless = |today, yesterday| Who { today, yesterday, ..NOBODY };
    let midnight = 24 * 60;
    let records = [
        view(given, "a", 0, "/landing", "x"),
        view(given, "b", 5, "/mug", ""),
        money(given, ("o-1", 1), 20, "Order Completed", 1_000),
        view(named, "c", 30, "/news", "y"),
        money(named, ("o-2", 1), 31, "Order Completed", 500),
        // Without a cookie, placed just after midnight, when the salt of the day has changed.
        view(cookieless(11, 10), "d", midnight - 5, "/landing", "x"),
        money(cookieless(12, 11), ("o-3", 1), midnight + 5, "Order Completed", 70),
        // Its stock was decided hours after its visit; and a claim of a client, which is no money, joins nothing by it.
        late(money(cookieless(11, 10), ("o-5", 1), midnight + 300, "Order Completed", 7_000), midnight - 4),
        late(view(cookieless(11, 10), "v", midnight + 301, "/later", ""), midnight - 4),
        // Nobody was here.
        money(cookieless(99, 98), ("o-4", 1), midnight + 6, "Order Completed", 3),
        // Back by another way two days later; the refund, with the context of the order, is the old visit's.
        view(given, "e", 2 * midnight, "/", "z"),
        money(given, ("o-1", 2), 2 * midnight + 1, "Order Refunded", -400),
    ];
    let store = MemoryStore::new();
    let numbered: Vec<_> =
        records.into_iter().zip(1..).map(|(record, n)| (Offset(n), payload(record))).collect();
    let mut runner = Runner::start(&store, DedupeOptions::default()).await;
    for part in numbered.chunks(3) {
        runner.batch(part).await;
        runner.restart().await;
    }
    let check = async |query: Query, expected: &[(&str, i64, i64)]| {
        let rows: Vec<_> = expected
            .iter()
            .map(|(name, orders, revenue)| {
                let name = if name.is_empty() { Cell::Null } else { Cell::Text((*name).to_owned()) };
                vec![name, Cell::Int(*orders), Cell::Int(*revenue)]
            })
            .collect();
        assert_eq!(store.query(&query).await.unwrap().rows, rows, "{query:?}");
    };
    let all = 0..3;
    check(by(Field::UtmSource, all.clone()), &[("x", 3, 7_670), ("y", 1, 500), ("", 1, 3)]).await;
    check(by(Field::UtmCampaign, all.clone()), &[("x", 3, 7_670), ("y", 1, 500), ("", 1, 3)]).await;
    check(by(Field::EntryPage, all.clone()), &[("/landing", 3, 7_670), ("/news", 1, 500), ("", 1, 3)]).await;
    check(
        by(Field::ExitPage, all),
        &[("/landing", 2, 7_070), ("/mug", 1, 600), ("/news", 1, 500), ("", 1, 3)],
    )
    .await;
    check(by(Field::UtmSource, 2..3), &[("x", 0, -400)]).await;
}
