//! Clause 5 for money: every definition on a few orders, with the numbers worked out on paper.
//!
//! | order | visit | records |
//! |---|---|---|
//! | a, EUR | 1, Search | second 20 confirmed: 2 mugs at 500, 1 cap at 300 · 100,000 refund of a mug · 200,000 refund of 50 by amount |
//! | b, EUR | 2, Ads | 40 confirmed: 1 mug · 50 edited to 3 mugs · 60 cancelled |
//! | c, EUR | none | 70 confirmed: 1 cap |
//!
//! The customer of a is new, that of b returning, and c has none.

use kassa_model::{Dialect, Event, OrderItem, OrderPart};

use super::queries::{buckets, by, check, is, query, refuses, text};
use super::sample::{after, batch, view};
use crate::EventStore;
use crate::query::Cell::{Int, Null, Ratio};
use crate::query::{CONFIRMED, Dimension, Field, Filter, Metric, NO_VISIT, Query, REFUNDED, TimeRange};

const ALL: [Metric; 5] =
    [Metric::Orders, Metric::Units, Metric::Revenue, Metric::Refunds, Metric::AverageOrderValue];

/// A change of an order: its id, the event's name, the status after it, and the second when it was.
type Change<'a> = (&'a str, &'a str, &'a str, i64);

fn money(change: Change<'_>, session: i64, lines: &[(&str, i64, i64)]) -> Event {
    let (order_id, name, status, second) = change;
    let item = |&(sku, units, revenue_minor): &(&str, i64, i64)| OrderItem {
        sku: sku.to_owned(),
        name: format!("The {sku}"),
        category: (sku == "mug").then(|| "kitchen".to_owned()),
        units,
        revenue_minor,
    };
    let items: Vec<OrderItem> = lines.iter().map(item).collect();
    let props = match order_id {
        "a" => r#"{"customer_type":"new"}"#,
        "b" => r#"{"customer_type":"returning"}"#,
        _ => "{}",
    };
    Event {
        props: props.to_owned(),
        name: name.to_owned(),
        name_sent: name.to_owned(),
        visitor: Some(session.max(1)),
        session: Some(session),
        dialect: Dialect::SHOP,
        order: Some(OrderPart {
            order_id: order_id.to_owned(),
            revenue_minor: items.iter().map(|item| item.revenue_minor).sum(),
            currency: "EUR".to_owned(),
            status: status.to_owned(),
            items,
        }),
        ..view(&format!("order:{order_id}:{second}"), "/checkout", second)
    }
}

fn visit(session: i64, source: &str, second: i64) -> Event {
    Event {
        session: Some(session),
        visitor: Some(session),
        source: Some(source.to_owned()),
        utm_campaign: Some(format!("{source} 2026")),
        device: Some("mobile".to_owned()),
        ..view(&format!("v{second}"), "/landing", second)
    }
}

fn three_orders() -> Vec<Event> {
    let edited = ("b", "Order Updated", "confirmed", 50);
    vec![
        visit(1, "Search", 10),
        money(("a", CONFIRMED, "confirmed", 20), 1, &[("mug", 2, 1_000), ("cap", 1, 300)]),
        visit(2, "Ads", 30),
        money(("b", CONFIRMED, "confirmed", 40), 2, &[("mug", 1, 500)]),
        money(edited, 0, &[("mug", 2, 1_000)]),
        money(("b", "Order Cancelled", "cancelled", 60), 9, &[("mug", -3, -1_500)]),
        money(("c", CONFIRMED, "confirmed", 70), 0, &[("cap", 1, 300)]),
        // Visitor 1 is back by another way when the refund is made, but the order stays where it came from.
        visit(9, "Newsletter", 99_000),
        money(("a", REFUNDED, "confirmed", 100_000), 9, &[("mug", -1, -500)]),
        money(("a", REFUNDED, "confirmed", 200_000), 0, &[("(none)", 0, -50)]),
    ]
}

fn late(query: Query) -> Query {
    Query { range: TimeRange { from: after(80_000), to: after(300_000) }, ..query }
}

fn of_all_time(query: Query) -> Query {
    Query { range: TimeRange { from: after(0), to: after(300_000) }, ..query }
}

pub(super) async fn every_metric_of_money(store: &dyn EventStore) {
    check(store, query(&ALL), &[&[Int(0), Int(0), Int(0), Int(0), Ratio(0, 0)]]).await;
    store.insert(batch(0, three_orders())).await.unwrap();
    let total = [Int(3), Int(3), Int(1_050), Int(550), Ratio(2_100, 3)];
    check(store, of_all_time(query(&ALL)), &[&total]).await;
    // Each change on its own time: a refund on its day, without its order.
    check(store, late(query(&ALL)), &[&[Int(0), Int(-1), Int(-550), Int(550), Ratio(0, 0)]]).await;
    let with_time = Query { dimensions: vec![buckets(&[0, 30, 60, 65])], ..query(&ALL) };
    let rows: [&[_]; 3] = [
        &[Int(0), Int(1), Int(3), Int(1_300), Int(0), Ratio(1_300, 1)],
        &[Int(1), Int(1), Int(3), Int(1_500), Int(0), Ratio(500, 1)],
        &[Int(2), Int(0), Int(-3), Int(-1_500), Int(0), Ratio(0, 0)],
    ];
    check(store, with_time, &rows).await;
    let by_status = of_all_time(by(&[Field::OrderStatus], &[Metric::Orders, Metric::Revenue]));
    let rows: [&[_]; 2] =
        [&[text("cancelled"), Int(0), Int(-1_500)], &[text("confirmed"), Int(3), Int(2_550)]];
    check(store, by_status, &rows).await;
    let by_customer = of_all_time(by(&[Field::CustomerType], &[Metric::Orders, Metric::Revenue]));
    let rows: [&[_]; 3] =
        [&[text("new"), Int(1), Int(750)], &[text("returning"), Int(1), Int(0)], &[Null, Int(1), Int(300)]];
    check(store, by_customer, &rows).await;
    let of_new =
        Query { filter: Some(is(Field::CustomerType, &["new"])), ..of_all_time(query(&[Metric::Units])) };
    check(store, of_new, &[&[Int(2)]]).await;
    let by_name = of_all_time(by(&[Field::Name], &[Metric::Revenue]));
    let rows: [&[_]; 4] = [
        &[text("Order Cancelled"), Int(-1_500)],
        &[text(CONFIRMED), Int(2_100)],
        &[text(REFUNDED), Int(-550)],
        &[text("Order Updated"), Int(1_000)],
    ];
    check(store, by_name, &rows).await;
}

pub(super) async fn products_add_up_to_the_orders(store: &dyn EventStore) {
    store.insert(batch(0, three_orders())).await.unwrap();
    let rows: [&[_]; 3] = [
        &[text("(none)"), Int(0), Int(0), Int(-50), Int(50), Ratio(0, 0)],
        &[text("cap"), Int(2), Int(2), Int(600), Int(0), Ratio(600, 2)],
        &[text("mug"), Int(2), Int(1), Int(500), Int(500), Ratio(1_500, 2)],
    ];
    check(store, of_all_time(by(&[Field::Sku], &ALL)), &rows).await;
    let by_category = of_all_time(by(&[Field::ProductCategory], &[Metric::Revenue]));
    check(store, by_category, &[&[text("kitchen"), Int(500)], &[Null, Int(550)]]).await;
    let caps = Some(is(Field::ProductName, &["The cap"]));
    let only_caps = of_all_time(Query { filter: caps, ..query(&ALL) });
    check(store, only_caps, &[&[Int(2), Int(2), Int(600), Int(0), Ratio(600, 2)]]).await;
    let no_mugs = Filter::Not(Box::new(is(Field::Sku, &["mug"])));
    let others = of_all_time(Query { filter: Some(no_mugs), ..query(&[Metric::Revenue]) });
    check(store, others, &[&[Int(550)]]).await;
}

pub(super) async fn an_order_belongs_to_its_visit(store: &dyn EventStore) {
    store.insert(batch(0, three_orders())).await.unwrap();
    let metrics = [Metric::Orders, Metric::Revenue];
    let apart = || text(NO_VISIT);
    let rows: [&[_]; 3] =
        [&[apart(), Int(1), Int(300)], &[text("Ads"), Int(1), Int(0)], &[text("Search"), Int(1), Int(750)]];
    check(store, of_all_time(by(&[Field::Source], &metrics)), &rows).await;
    // The visit was before the range.
    check(store, late(by(&[Field::Source], &metrics)), &[&[text("Search"), Int(0), Int(-550)]]).await;
    for field in [Field::UtmCampaign, Field::EntryPage, Field::Device] {
        let value = if field == Field::UtmCampaign { "Ads 2026" } else { "(none)" };
        let expected = if field == Field::UtmCampaign { [Int(1), Int(0)] } else { [Int(1), Int(300)] };
        let filtered = Query { filter: Some(is(field, &[value])), ..query(&metrics) };
        check(store, of_all_time(filtered), &[&expected]).await;
    }
    let by_device = of_all_time(by(&[Field::Device], &metrics));
    check(store, by_device, &[&[text("mobile"), Int(2), Int(750)], &[Null, Int(1), Int(300)]]).await;
    // Beside metrics of events, row by row.
    let mixed = by(&[Field::Source], &[Metric::Visitors, Metric::Revenue]);
    let rows: [&[_]; 3] =
        [&[apart(), Int(0), Int(300)], &[text("Ads"), Int(1), Int(0)], &[text("Search"), Int(1), Int(1_300)]];
    check(store, mixed, &rows).await;
}

pub(super) async fn currencies_are_told(store: &dyn EventStore) {
    let currencies = async |query: Query| store.query(&query).await.unwrap().currencies;
    assert!(currencies(query(&[Metric::Revenue])).await.is_empty());
    let mut events = three_orders();
    for (event, currency) in events.iter_mut().zip(["", "USD", "", "", "GBP"]) {
        if let Some(order) = event.order.as_mut().filter(|_| !currency.is_empty()) {
            order.currency = currency.to_owned();
        }
    }
    store.insert(batch(0, events)).await.unwrap();
    assert_eq!(currencies(query(&[Metric::Revenue])).await, ["EUR", "USD"]);
    assert_eq!(currencies(late(query(&[Metric::Refunds]))).await, ["EUR"]);
    assert!(currencies(query(&[Metric::Orders, Metric::Units])).await.is_empty());
    let pounds = Query { filter: Some(is(Field::Currency, &["GBP"])), ..query(&[Metric::AverageOrderValue]) };
    assert_eq!(currencies(pounds).await, ["GBP"]);
    // Also when the page asked for is empty.
    let beyond = Query { offset: 9, ..by(&[Field::Currency], &[Metric::Revenue]) };
    assert_eq!(currencies(beyond).await, ["EUR", "USD"]);
    let rows: [&[_]; 3] = [&[text("EUR"), Int(-700)], &[text("GBP"), Int(1_000)], &[text("USD"), Int(1_300)]];
    check(store, by(&[Field::Currency], &[Metric::Revenue]), &rows).await;
}

pub(super) async fn conversions(store: &dyn EventStore) {
    let mut events = three_orders();
    events.push(visit(3, "Search", 5));
    store.insert(batch(0, events)).await.unwrap();
    let metrics = [Metric::ConversionRate];
    // Order c has no visit: it converts nobody.
    check(store, query(&metrics), &[&[Ratio(200, 3)]]).await;
    let rows: [&[_]; 3] =
        [&[text(NO_VISIT), Ratio(0, 0)], &[text("Ads"), Ratio(100, 1)], &[text("Search"), Ratio(100, 2)]];
    check(store, by(&[Field::Source], &metrics), &rows).await;
    let from_search = Query { filter: Some(is(Field::Source, &["Search"])), ..query(&metrics) };
    check(store, from_search, &[&[Ratio(100, 2)]]).await;
    check(store, late(query(&metrics)), &[&[Ratio(0, 1)]]).await;
}

pub(super) async fn fields_of_money_are_refused_elsewhere(store: &dyn EventStore) {
    store.insert(batch(0, three_orders())).await.unwrap();
    let fields = [
        Field::Sku,
        Field::ProductName,
        Field::ProductCategory,
        Field::Currency,
        Field::OrderStatus,
        Field::CustomerType,
    ];
    for field in fields {
        for metric in [Metric::Visitors, Metric::ConversionRate, Metric::BounceRate] {
            refuses(store, by(std::slice::from_ref(&field), &[Metric::Revenue, metric])).await;
            let filter = Some(Filter::Or(vec![is(field.clone(), &["mug"])]));
            refuses(store, Query { filter, ..query(&[metric]) }).await;
        }
        let fine = Query { filter: Some(is(field.clone(), &["x"])), ..by(&[field], &ALL) };
        assert!(store.query(&fine).await.unwrap().rows.is_empty());
    }
    let time = Dimension::Time { boundaries: vec![after(0), after(30)] };
    let by_both = Query { dimensions: vec![time, Dimension::Field(Field::Sku)], ..query(&[Metric::Units]) };
    check(store, by_both, &[&[Int(0), text("cap"), Int(1)], &[Int(0), text("mug"), Int(2)]]).await;
}
