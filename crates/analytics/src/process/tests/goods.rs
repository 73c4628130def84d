//! What the shop writes beside money: stock is of no visitor and counts nowhere, a refused order is of its visit and opens none.
//! Both pass every step that rejects, and count once.

use kassa_eventlog::Offset;
use kassa_eventstore::goods::{GoodsBy, GoodsQuery};
use kassa_eventstore::query::{Cell, Dimension, Field, Metric, Query, TimeRange};
use kassa_eventstore::{EventStore, MemoryStore};
use kassa_model::{CHECKOUT_FAILED, Dialect, Event, Recorded, STOCK_BACK, STOCK_OUT, Timestamp};

use crate::process::dedupe::DedupeOptions;
use crate::process::testing::{Runner, START, event, payload, recorded, rows};

const MINUTE: i64 = 60_000_000;

fn at(minute: i64) -> Timestamp {
    Timestamp::from_micros(START + minute * MINUTE)
}

fn sent(id: &str, name: &str, minute: i64, change: impl FnOnce(&mut Event)) -> Recorded {
    let (occurred_at, name_sent, name) = (at(minute), name.to_owned(), name.to_owned());
    let mut event = Event { occurred_at, received_at: occurred_at, name, name_sent, ..event(id) };
    change(&mut event);
    recorded(event)
}

fn view(id: &str, visitor: i64, minute: i64) -> Recorded {
    sent(id, "page_view", minute, |event| event.visitor = Some(visitor))
}

fn shop(id: &str, name: &str, (minute, props): (i64, &str), visitor: Option<i64>) -> Recorded {
    sent(&format!("order:{id}"), name, minute, |event| {
        event.dialect = Dialect::SHOP;
        event.visitor = visitor;
        event.path = None;
        event.props = props.to_owned();
    })
}

fn query(metrics: &[Metric], by: Option<Field>) -> Query {
    Query {
        sites: vec!["s".to_owned()],
        range: TimeRange { from: at(-1), to: at(1_000) },
        metrics: metrics.to_vec(),
        dimensions: by.into_iter().map(Dimension::Field).collect(),
        filter: None,
        include_bots: true,
        include_dialect_bots: true,
        order_by: Vec::new(),
        limit: 100,
        offset: 0,
        rules: Vec::new(),
    }
}

#[tokio::test]
async fn what_the_shop_says_of_stock_counts_nowhere_and_a_refusal_in_its_visit() {
    let mug = r#"{"sku":"mug","on_hand":0}"#;
    let refused = r#"{"reason":"sold_out","sku":"mug"}"#;
    let out = || shop("out:o/1:mug", STOCK_OUT, (1, mug), None);
    let records = [
        view("a", 7, 0),
        out(),
        // Published twice, and by somebody who would have it forgotten.
        out(),
        sent("order:back:x:mug", STOCK_BACK, 1, |event| event.props = mug.to_owned()),
        shop("failed:1", CHECKOUT_FAILED, (2, refused), Some(7)),
        // Long after the visit it joins it still, and makes it no longer; of nobody it opens none.
        shop("failed:2", CHECKOUT_FAILED, (90, refused), Some(7)),
        shop("failed:3", CHECKOUT_FAILED, (3, refused), Some(99)),
        sent("viewed", "Product Viewed", 100, |event| {
            (event.visitor, event.props) = (Some(8), mug.to_owned());
        }),
        shop("back:c1:mug", STOCK_BACK, (101, mug), None),
    ];
    let store = MemoryStore::new();
    let numbered: Vec<_> =
        records.into_iter().zip(1..).map(|(record, n)| (Offset(n), payload(record))).collect();
    let mut runner = Runner::start(&store, DedupeOptions::default()).await;
    for part in numbered.chunks(2) {
        runner.batch(part).await;
        runner.restart().await;
    }
    let stored = rows(&store).await;
    let ids: Vec<&str> = stored.iter().map(|row| row.event.id.as_str()).collect();
    let expected = [
        "a",
        "order:out:o/1:mug",
        "order:failed:1",
        "order:failed:2",
        "order:failed:3",
        "viewed",
        "order:back:c1:mug",
    ];
    assert_eq!(ids, expected);
    for row in stored.iter().filter(|row| row.event.is_of_stock()) {
        assert_eq!((row.event.session, row.visit.clone()), (Some(0), None), "{row:?}");
    }
    let check = async |query: Query, expected: &[&[Cell]]| {
        let found = store.query(&query).await.unwrap();
        assert_eq!(found.rows, expected, "{query:?}");
    };
    let (int, text) = (Cell::Int, |text: &str| Cell::Text(text.to_owned()));
    // One visit with a page view and what is no interaction, and one with a view of a product.
    let all = [Metric::Visitors, Metric::Visits, Metric::Events, Metric::VisitDuration, Metric::BounceRate];
    let totals = [int(2), int(2), int(5), Cell::Ratio(0, 2), Cell::Ratio(100, 2)];
    check(query(&all, None), &[&totals]).await;
    check(
        query(&[Metric::Events, Metric::Visitors], Some(Field::Name)),
        &[
            &[text(CHECKOUT_FAILED), int(3), int(1)],
            &[text("Product Viewed"), int(1), int(1)],
            &[text("page_view"), int(1), int(1)],
        ],
    )
    .await;
    check(
        query(&[Metric::Events], Some(Field::Prop("reason".to_owned()))),
        &[&[text("sold_out"), int(3)], &[Cell::Null, int(2)]],
    )
    .await;
    // And a product is known to be sold out meanwhile.
    let goods = GoodsQuery {
        sites: vec!["s".to_owned()],
        range: TimeRange { from: at(-1), to: at(1_000) },
        days: vec![at(-1), at(1_000)],
        now: at(1_000),
        by: GoodsBy::Sku,
        filter: None,
        currency: None,
        include_bots: false,
        rules: Vec::new(),
    };
    let totals = store.goods(&goods).await.unwrap().totals;
    assert_eq!((totals.len(), totals[0].views_out, totals[0].micros_out), (1, 1, 100 * MINUTE));
}
