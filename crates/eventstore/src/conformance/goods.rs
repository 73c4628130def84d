//! Clause 5 for products and searches: on a few events, with the numbers worked out on paper.
//!
//! ```text
//! mug   sold out from 100 to 200 and from 300 on   viewed at 90 (a), 100 (a), 150 (b), 200 (b), 350 (a bot), 350 (a)
//!                                                  added at 95 (a), ordered at 96 by a: 2 for 1,000; refunded 200
//! cap   never heard of                             viewed at 50 with the mug (c), ordered at 60 by nobody
//! ```

use kassa_model::{Dialect, Event, OrderItem, OrderPart, STOCK_BACK, STOCK_OUT};

use super::queries::is;
use super::sample::{after, batch, view};
use crate::goods::{
    ADDED, CLICKED, GoodsBy, GoodsDay, GoodsQuery, GoodsTotals, ProductName, SEARCHED, SearchTerm, VIEWED,
};
use crate::journey::Scope;
use crate::query::rules::SiteRules;
use crate::query::{CONFIRMED, Field, Filter, REFUNDED, TimeRange};
use crate::{Error, EventStore};

/// What the visitor `who` does, in a session of the same number.
fn does(who: i64, name: &str, second: i64, props: &str) -> Event {
    let id = format!("{name}{who}@{second}");
    Event {
        name: name.to_owned(),
        name_sent: name.to_owned(),
        visitor: Some(who),
        session: Some(who),
        props: props.to_owned(),
        ..view(&id, "/", second)
    }
}

fn stock(name: &str, sku: &str, second: i64) -> Event {
    let props = format!(r#"{{"sku":"{sku}","on_hand":0}}"#);
    Event { dialect: Dialect::SHOP, session: Some(0), ..does(0, name, second, &props) }
}

fn money(
    who: i64,
    (name, order_id): (&str, &str),
    (sku, units, minor): (&str, i64, i64),
    second: i64,
) -> Event {
    let item = OrderItem {
        sku: sku.to_owned(),
        name: format!("The {sku}"),
        category: (sku == "mug").then(|| "kitchen".to_owned()),
        units,
        revenue_minor: minor,
    };
    let order = OrderPart {
        order_id: order_id.to_owned(),
        revenue_minor: minor,
        currency: "EUR".to_owned(),
        status: "confirmed".to_owned(),
        items: vec![item],
    };
    Event { dialect: Dialect::SHOP, order: Some(order), ..does(who, name, second, "{}") }
}

fn story() -> Vec<Event> {
    let mug = r#"{"sku":"mug","name":"Mug!","category":"x"}"#;
    vec![
        does(3, VIEWED, 50, r#"{"products":[{"sku":"mug"},{"sku":"cap"}]}"#),
        money(0, (CONFIRMED, "o1"), ("cap", 1, 700), 60),
        does(1, VIEWED, 90, mug),
        does(1, ADDED, 95, mug),
        money(1, (CONFIRMED, "o2"), ("mug", 2, 1_000), 96),
        does(1, VIEWED, 100, mug),
        stock(STOCK_OUT, "mug", 100),
        does(2, VIEWED, 150, mug),
        money(1, (REFUNDED, "o2"), ("mug", 0, -200), 160),
        stock(STOCK_BACK, "mug", 200),
        does(2, VIEWED, 200, mug),
        // Somebody who says that it is out again is not the shop.
        Event { dialect: Dialect::SEGMENT, ..stock(STOCK_OUT, "mug", 210) },
        stock(STOCK_OUT, "mug", 300),
        Event { bot: true, ..does(4, VIEWED, 350, mug) },
        does(1, VIEWED, 350, mug),
        does(5, VIEWED, 360, r#"{"sku":"tea","name":"Tea"}"#),
    ]
}

fn query(by: GoodsBy) -> GoodsQuery {
    GoodsQuery {
        sites: vec!["demo".to_owned()],
        range: TimeRange { from: after(90), to: after(400) },
        days: [0, 90, 250, 400].map(after).to_vec(),
        now: after(370),
        by,
        filter: None,
        currency: None,
        include_bots: false,
        rules: Vec::new(),
    }
}

/// Views and viewers, orders, what was sold, and what stands beside a product that is sold out.
pub(super) async fn products_are_counted_with_what_stock_there_was(store: &dyn EventStore) {
    store.insert(batch(0, story())).await.unwrap();
    let found = store.goods(&query(GoodsBy::Sku)).await.unwrap();
    let product = |sku: &str, name: &str, category: Option<&str>| ProductName {
        sku: sku.to_owned(),
        name: Some(name.to_owned()),
        category: category.map(str::to_owned),
    };
    let expected = [
        product("cap", "The cap", None),
        product("mug", "The mug", Some("kitchen")),
        product("tea", "Tea", None),
    ];
    assert_eq!(found.products, expected);
    assert_eq!(found.currencies, ["EUR"]);
    let mug = GoodsTotals {
        key: Some("mug".to_owned()),
        views: 5,
        viewers: 2,
        adds: 1,
        orders: 1,
        units: 2,
        revenue_minor: 800,
        buyers: 1,
        views_out: 3,
        viewers_out: 2,
        micros_out: (100 + 70) * 1_000_000,
    };
    let tea = GoodsTotals { key: Some("tea".to_owned()), views: 1, viewers: 1, ..GoodsTotals::default() };
    assert_eq!(found.totals, [mug.clone(), tea.clone()]);
    let day = |sku: &str, day: i64, viewers: (i64, i64), sold: (i64, i64, i64)| GoodsDay {
        sku: sku.to_owned(),
        day,
        viewers_in: viewers.0,
        viewers_out: viewers.1,
        orders: sold.0,
        units: sold.1,
        revenue_minor: sold.2,
    };
    let expected = [
        day("cap", 0, (1, 0), (1, 1, 700)),
        day("mug", 0, (1, 0), (0, 0, 0)),
        day("mug", 1, (2, 2), (1, 2, 1_000)),
        day("mug", 2, (0, 1), (0, 0, 0)),
        day("tea", 2, (1, 0), (0, 0, 0)),
    ];
    assert_eq!(found.days, expected);
    let by_category = store.goods(&query(GoodsBy::Category)).await.unwrap();
    let kitchen = GoodsTotals { key: Some("kitchen".to_owned()), ..mug };
    assert_eq!(by_category.totals, [GoodsTotals { key: None, ..tea }, kitchen]);
    let by_name = store.goods(&GoodsQuery { include_bots: true, ..query(GoodsBy::Name) }).await.unwrap();
    let views: Vec<_> = by_name.totals.iter().map(|totals| (totals.key.as_deref(), totals.views)).collect();
    assert_eq!(views, [(Some("Tea"), 1), (Some("The mug"), 6)]);
    let dollars = GoodsQuery { currency: Some("USD".to_owned()), ..query(GoodsBy::Sku) };
    let dollars = store.goods(&dollars).await.unwrap();
    assert_eq!((dollars.totals[0].orders, dollars.currencies.len()), (0, 0));
    // Days that do not belong to the range.
    for days in
        [vec![after(90)], vec![after(91), after(400)], vec![after(0), after(399)], vec![after(5), after(5)]]
    {
        let refused = store.goods(&GoodsQuery { days, ..query(GoodsBy::Sku) }).await;
        assert!(matches!(refused, Err(Error::Invalid(_))), "{refused:?}");
    }
}

/// What the shop says of its stock is there whatever a rule leaves out.
pub(super) async fn rules_hold_for_products_and_searches(store: &dyn EventStore) {
    let search = |who: i64, second: i64| does(who, SEARCHED, second, r#"{"query":"mug","results":0}"#);
    let story = [story(), vec![search(1, 110), search(2, 120)]].concat();
    store.insert(batch(0, story)).await.unwrap();
    let excluded = Filter::Or(vec![
        is(Field::Name, &[SEARCHED, STOCK_OUT, STOCK_BACK, CONFIRMED]),
        is(Field::Prop("sku".to_owned()), &["tea"]),
    ]);
    let rules = |site: &str, excluded: &Filter| {
        vec![SiteRules { site: site.to_owned(), paths: Vec::new(), excluded: Some(excluded.clone()) }]
    };
    let before = store.goods(&query(GoodsBy::Sku)).await.unwrap();
    let elsewhere = GoodsQuery { rules: rules("other", &excluded), ..query(GoodsBy::Sku) };
    assert_eq!(store.goods(&elsewhere).await.unwrap(), before);
    let ruled = GoodsQuery { rules: rules("demo", &excluded), ..query(GoodsBy::Sku) };
    let found = store.goods(&ruled).await.unwrap();
    assert_eq!(found.totals, before.totals[..1], "without tea, the mug as it was");
    let searches = |rules: Vec<SiteRules>| Scope { rules, ..searches(400) };
    assert_eq!(store.searches(&searches(Vec::new())).await.unwrap()[0].searches, 2);
    assert_eq!(store.searches(&searches(rules("demo", &excluded))).await.unwrap(), []);
    let not_allowed = rules("demo", &is(Field::ExitPage, &["/"]));
    let refused = store.searches(&searches(not_allowed.clone())).await;
    assert!(matches!(refused, Err(Error::Invalid(_))), "{refused:?}");
    let refused = store.goods(&GoodsQuery { rules: not_allowed, ..query(GoodsBy::Sku) }).await;
    assert!(matches!(refused, Err(Error::Invalid(_))), "{refused:?}");
}

/// The searches of the first seconds.
fn searches(seconds: i64) -> Scope {
    Scope {
        sites: vec!["demo".to_owned()],
        range: TimeRange { from: after(0), to: after(seconds) },
        only: None,
        filter: None,
        include_bots: false,
        rules: Vec::new(),
    }
}

/// With a filter events and lines count that fit, and without one of them a product is not told.
pub(super) async fn products_are_counted_by_what_fits(store: &dyn EventStore) {
    let from = |source: &str, event: Event| Event { source: Some(source.to_owned()), ..event };
    let source = |event: &Event| if event.visitor == Some(1) { "a" } else { "b" };
    let story = story().into_iter().map(|event| from(source(&event), event));
    store.insert(batch(0, story.collect())).await.unwrap();
    let check = async |filter: Filter, expected: &[(&str, i64, i64, i64, i64)]| {
        let found = store.goods(&GoodsQuery { filter: Some(filter.clone()), ..query(GoodsBy::Sku) }).await;
        let found = found.unwrap();
        let totals: Vec<_> = found
            .totals
            .iter()
            .map(|of| {
                (of.key.as_deref().unwrap(), of.views, of.orders, of.revenue_minor, of.micros_out / 1_000_000)
            })
            .collect();
        assert_eq!(totals, expected, "{filter:?}");
    };
    check(is(Field::Source, &["a"]), &[("mug", 3, 1, 800, 170)]).await;
    check(is(Field::Source, &["b"]), &[("mug", 2, 0, 0, 170), ("tea", 1, 0, 0, 0)]).await;
    check(is(Field::ItemSku, &["tea"]), &[("tea", 1, 0, 0, 0)]).await;
    check(is(Field::Prop("name".to_owned()), &["Tea"]), &[("tea", 1, 0, 0, 0)]).await;
    check(is(Field::Source, &["c"]), &[]).await;
    for field in [Field::ExitPage, Field::Sku, Field::Currency] {
        let filter = Some(is(field, &["/"]));
        let refused = store.goods(&GoodsQuery { filter: filter.clone(), ..query(GoodsBy::Sku) }).await;
        assert!(matches!(refused, Err(Error::Invalid(_))), "{filter:?}: {refused:?}");
        let refused = store.searches(&Scope { filter: filter.clone(), ..searches(400) }).await;
        assert!(matches!(refused, Err(Error::Invalid(_))), "{filter:?}: {refused:?}");
    }
}

/// A search is answered by what its visit does next.
pub(super) async fn searches_are_counted_by_what_came_of_them(store: &dyn EventStore) {
    let search = |who: i64, term: &str, results: &str, second: i64| {
        does(who, SEARCHED, second, &format!(r#"{{"query":"{term}","results":{results}}}"#))
    };
    let mug = r#"{"sku":"mug"}"#;
    let story = vec![
        search(1, "mug", "3", 10),
        does(1, "page_view", 11, "{}"),
        does(1, CLICKED, 12, mug),
        search(1, "mug", "3", 20),
        search(1, "tea pot", "0", 21),
        // Somebody else's click answers nothing.
        search(2, "mug", "3", 30),
        does(3, CLICKED, 31, mug),
        // After the range, and before a day has passed.
        search(4, "mug", "3", 90),
        does(4, VIEWED, 86_000, mug),
        search(5, "mug", "3", 100),
        Event { bot: true, ..search(6, "mug", "3", 40) },
        does(7, SEARCHED, 50, "{}"),
        search(7, "", "1", 51),
        Event { session: Some(0), ..search(8, "Mug", r#""0""#, 60) },
        Event { session: Some(0), ..does(8, CLICKED, 61, mug) },
    ];
    store.insert(batch(0, story)).await.unwrap();
    let query = |include_bots: bool| Scope { include_bots, ..searches(100) };
    let term = |term: &str, searches: i64, without_result: i64, without_click: i64| SearchTerm {
        term: term.to_owned(),
        searches,
        without_result,
        without_click,
    };
    let found = store.searches(&query(false)).await.unwrap();
    assert_eq!(found, [term("mug", 4, 0, 2), term("Mug", 1, 1, 1), term("tea pot", 1, 1, 1)]);
    assert_eq!(store.searches(&query(true)).await.unwrap()[0], term("mug", 5, 0, 3));
    // Which searches count, and what there is to answer them.
    let of_mug = Some(is(Field::Prop("query".to_owned()), &["mug"]));
    let found = store.searches(&Scope { filter: of_mug, ..query(false) }).await.unwrap();
    assert_eq!(found, [term("mug", 4, 0, 2)]);
    let only = Some(is(Field::Name, &[SEARCHED]));
    let found = store.searches(&Scope { only, ..query(false) }).await.unwrap();
    assert_eq!(found, [term("mug", 4, 0, 4), term("Mug", 1, 1, 1), term("tea pot", 1, 1, 1)]);
}
