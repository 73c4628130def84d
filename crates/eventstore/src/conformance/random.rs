//! Random data and random queries: every backend gives the tables of the reference.

#[cfg(feature = "duckdb")]
use std::fmt::Debug;

use kassa_model::{Dialect, Event, OrderItem, OrderPart, STOCK_BACK, STOCK_OUT};

use super::queries::{buckets, test};
use super::sample::{Random, after, batch, of_partition, view};
#[cfg(feature = "duckdb")]
use crate::Error;
use crate::goods::{ADDED, CLICKED, SEARCHED, VIEWED};
use crate::query::rules::{PathRule, SiteRules, may_exclude_by};
use crate::query::{
    CONFIRMED, Counted, Dimension, Direction, EventFilter, Field, Filter, Metric, Operator, OrderBy,
    OrderKey, Query, REFUNDED, TimeRange,
};
use crate::{Batch, Row, RowPlace};

const METRICS: [Metric; 11] = [
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
    Metric::ConversionRate,
];

const MONEY: [Metric; 5] =
    [Metric::Orders, Metric::Units, Metric::Revenue, Metric::Refunds, Metric::AverageOrderValue];

pub(super) const SITES: [&str; 3] = ["demo", "other", "ünï"];
pub(super) const PATHS: [&str; 6] = ["/", "/shop", "/shop/ä", "", "(none)", "/Z"];
pub(super) const NAMES: [&str; 7] =
    ["page_view", "page_view", "click", "time_on_page", "hover_enter", "identify", "Ärger"];
const OF_PRODUCTS: [&str; 5] = [VIEWED, VIEWED, ADDED, CLICKED, SEARCHED];
const TEXTS: [&str; 5] = ["a", "b", "Ä", "a b", "Firefox"];
const PROPS: [&str; 20] = [
    r#"{"customer_type":"new"}"#,
    r#"{"customer_type":"returning","sku":"mug"}"#,
    r#"{"customer_type":null}"#,
    "{}",
    r#"{"sku":"mug"}"#,
    r#"{"sku":"mug","name":"A mug","category":"kitchen","query":"mug","results":0}"#,
    r#"{"sku":"ä","name":null,"category":"a","query":"Mug ","results":3}"#,
    r#"{"sku":"cap","name":"Cap","query":"","results":"0"}"#,
    r#"{"sku":"(none)","category":7,"query":"mug","results":"0"}"#,
    r#"{"query":"mug","results":12}"#,
    r#"{"sku":"cap","products":[{"sku":"mug"},{"sku":7},{"sku":"cap"}],"seconds":3}"#,
    r#"{"products":[{"sku":"ä"},{"name":"x"}]}"#,
    r#"{"seconds":7}"#,
    r#"{"seconds":1.75,"color":"rot"}"#,
    r#"{"seconds":"8","color":"Grün"}"#,
    r#"{"color":{"a":[1,2]},"seconds":90000}"#,
    r#"{"color":null,"seconds":-3}"#,
    r#"{"color":5}"#,
    r#"{"color":5.0e0,"color":"first","seconds":1e1}"#,
    r#"{"color":{"b":1.50, "a":"\u00fc"}}"#,
];
const SKUS: [&str; 4] = ["mug", "cap", "(none)", "ä"];
pub(super) const PATTERNS: [&str; 7] = ["^/shop", "[a-z]$", r"\w+", "(?i)ä", "^$", "a|b", "[^/]"];

/// Of events and visits; the last five are of money.
pub(super) fn fields() -> Vec<Field> {
    vec![
        Field::Site,
        Field::Name,
        Field::Page,
        Field::Hostname,
        Field::Prop("color".to_owned()),
        Field::Visit,
        Field::ItemSku,
        Field::EntryPage,
        Field::EntryHost,
        Field::ExitPage,
        Field::Source,
        Field::Channel,
        Field::Referrer,
        Field::UtmSource,
        Field::UtmMedium,
        Field::UtmCampaign,
        Field::UtmTerm,
        Field::UtmContent,
        Field::Device,
        Field::Browser,
        Field::Os,
        Field::Country,
        Field::NameSent,
        Field::Sku,
        Field::ProductName,
        Field::ProductCategory,
        Field::Currency,
        Field::OrderStatus,
        Field::CustomerType,
    ]
}

/// Batches of `count` events in two partitions, with many equal times, few visitors and sessions, bots and money. A session is one
/// visitor's and in one partition, as a log has it: so the rows of a visit have the same facts.
pub(crate) fn batches(random: &mut Random, count: usize) -> Vec<Batch> {
    let mut partitions = [Vec::new(), Vec::new()];
    for n in 0..count {
        let event = event(random, n);
        partitions[usize::from(event.session.is_some_and(|session| session % 2 == 1))].push(event);
    }
    // The later partition is stored first: the order of the log is not that of the table.
    let numbered = (0..2).zip(partitions).rev();
    numbered.map(|(partition, events)| of_partition(partition, shaken(random, events))).collect()
}

/// A batch in which some records made several rows.
fn shaken(random: &mut Random, events: Vec<Event>) -> Batch {
    let mut sent = batch(0, events);
    let (mut offset, mut index) = (5_u64 << 40, 0);
    for row in &mut sent.rows {
        (offset, index) = if random.one_in(3) { (offset, index + 1) } else { (offset + 2, 0) };
        *row = Row { offset, index, ..row.clone() };
    }
    sent.to = offset + 1;
    sent
}

fn event(random: &mut Random, n: usize) -> Event {
    let (site, own) = (random.below(SITES.len()), random.below(9) as i64);
    let visitor = if random.one_in(8) { random.below(9) as i64 } else { own % 5 };
    // Of one visitor of one site; 0 is none.
    let session = if own == 0 { 0 } else { 100 * site as i64 + 10 * visitor + own };
    // Many events of one instant where sessions begin and where they end.
    let second = [random.below(20), random.below(7_000), 7_000 + random.below(20)][random.below(3)] as i64;
    let name = if random.one_in(3) { random.pick(&OF_PRODUCTS) } else { random.pick(&NAMES) }.to_owned();
    let event = Event {
        site: SITES[site].to_owned(),
        name_sent: if random.one_in(2) { name.to_uppercase() } else { name.clone() },
        name,
        visitor: Some(visitor),
        session: Some(session),
        received_at: after(second + random.below(3) as i64),
        user: random.maybe(&TEXTS),
        host: random.maybe(&TEXTS),
        path: random.maybe(&PATHS),
        referrer: random.maybe(&TEXTS),
        source: random.maybe(&TEXTS),
        utm_source: random.maybe(&TEXTS),
        utm_medium: random.maybe(&TEXTS),
        utm_campaign: random.maybe(&TEXTS),
        utm_term: random.maybe(&TEXTS),
        utm_content: random.maybe(&TEXTS),
        device: random.maybe(&TEXTS),
        browser: random.maybe(&TEXTS),
        os: random.maybe(&TEXTS),
        country: random.maybe(&TEXTS),
        bot: random.one_in(7),
        non_interactive: random.one_in(6),
        anonymous_visitor: random.one_in(9).then_some(visitor + 1),
        dialect: if random.one_in(2) { Dialect::SEGMENT } else { Dialect::named("site") },
        props: random.pick(&PROPS).to_owned(),
        ..view(&format!("e{n}"), "", second)
    };
    let event = money(random, event);
    if random.one_in(10) { stock(random, event) } else { event }
}

/// A record of stock, or a client's event that looks like one.
fn stock(random: &mut Random, event: Event) -> Event {
    let name = if random.one_in(2) { STOCK_OUT } else { STOCK_BACK };
    let sku = random.pick(&SKUS);
    let dialect = if random.one_in(4) { event.dialect } else { Dialect::SHOP };
    let props = format!(r#"{{"sku":"{sku}","on_hand":0}}"#);
    let (name, name_sent, order) = (name.to_owned(), name.to_owned(), None);
    Event { name, name_sent, props, dialect, order, session: Some(0), bot: false, ..event }
}

/// One in a few is a record of money, of one of a few orders: confirmed, edited, cancelled or refunded in part, in one
/// of two currencies, with or without lines.
fn money(random: &mut Random, event: Event) -> Event {
    if !random.one_in(5) {
        return event;
    }
    let changes = [
        (CONFIRMED, "confirmed"),
        ("Order Updated", "confirmed"),
        ("Order Cancelled", "cancelled"),
        (REFUNDED, "fulfilled"),
        (REFUNDED, "refunded"),
    ];
    let (name, status) = changes[random.below(changes.len())];
    let item = |random: &mut Random| OrderItem {
        sku: random.pick(&SKUS).to_owned(),
        name: random.pick(&TEXTS).to_owned(),
        category: random.maybe(&["kitchen", "a"]),
        units: random.below(7) as i64 - 3,
        revenue_minor: random.below(90_000) as i64 - 30_000,
    };
    let order = OrderPart {
        order_id: format!("o{}", random.below(9)),
        revenue_minor: random.below(90_000) as i64 - 30_000,
        currency: if random.one_in(6) { "EUR" } else { "USD" }.to_owned(),
        status: status.to_owned(),
        items: (0..random.below(4)).map(|_| item(random)).collect(),
    };
    Event { name: name.to_owned(), name_sent: name.to_owned(), order: Some(order), ..event }
}

/// A query; one in some has no answer.
pub(crate) fn query(random: &mut Random) -> Query {
    let (from, to) = if random.one_in(2) {
        (0, 8_000)
    } else {
        let from = random.below(4_000) as i64;
        (from, from + random.below(5_000) as i64)
    };
    let count = 1 + random.below(4);
    let of_money = random.one_in(3);
    let known = if of_money { MONEY.to_vec() } else { [&METRICS[..], &MONEY[..]].concat() };
    let metrics: Vec<Metric> = (0..count).map(|_| known[random.below(known.len())]).collect();
    let fields = known_fields(random, of_money);
    let session_metrics = metrics.iter().any(|metric| crate::validate::is_session_metric(*metric));
    let count = random.below(3);
    let mut dimensions: Vec<Dimension> =
        (0..count).map(|_| dimension(random, session_metrics, &fields)).collect();
    if random.one_in(4) {
        dimensions.retain(|dimension| !matches!(dimension, Dimension::Time { .. }));
        dimensions.insert(0, time(random));
    }
    let order_by = (0..random.below(3)).map(|_| order_by(random, dimensions.len(), metrics.len())).collect();
    Query {
        sites: SITES[random.below(2)..].iter().map(|site| (*site).to_owned()).collect(),
        range: TimeRange { from: after(from), to: after(to) },
        metrics,
        dimensions,
        filter: (!random.one_in(3)).then(|| filter(random, 0, &fields)),
        include_bots: random.one_in(3),
        include_dialect_bots: random.one_in(3),
        order_by,
        limit: if random.one_in(3) { random.below(6) as u32 } else { 1_000 },
        offset: if random.one_in(4) { random.below(9) as u32 } else { 0 },
        rules: if random.one_in(2) { Vec::new() } else { rules(random) },
    }
}

/// Rules of some of the sites: paths shown as one, and events left out.
pub(super) fn rules(random: &mut Random) -> Vec<SiteRules> {
    let patterns = ["/:any", "/shop/*", "/shop", "/:a/:b", "/", "/Z"];
    let own: Vec<Field> = fields().into_iter().filter(may_exclude_by).collect();
    let mut rules = Vec::new();
    for site in &SITES[random.below(3)..] {
        let path = |random: &mut Random| {
            let shown = random.maybe(&["/shop", "x", "(none)"]);
            PathRule::parse(random.pick(&patterns), shown.as_deref()).unwrap()
        };
        let paths = (0..random.below(4)).map(|_| path(random)).collect();
        let excluded = random.one_in(2).then(|| filter(random, 1, &own));
        let ruled = SiteRules { site: (*site).to_owned(), paths, excluded };
        // Seldom some that cost too much.
        if crate::check_rules(&ruled).is_ok() || random.one_in(20) {
            rules.push(ruled);
        }
    }
    rules
}

/// Nearly always those that the metrics have.
fn known_fields(random: &mut Random, of_money: bool) -> Vec<Field> {
    let mut known = fields();
    if !of_money && !random.one_in(20) {
        known.retain(|field| !field.is_of_money());
    }
    // Otherwise most would be fields of visits.
    if of_money && random.one_in(2) {
        known.retain(Field::is_of_money);
    }
    known
}

fn dimension(random: &mut Random, session_metrics: bool, fields: &[Field]) -> Dimension {
    loop {
        let field = fields[random.below(fields.len())].clone();
        let single = matches!(
            field,
            Field::Name | Field::NameSent | Field::Hostname | Field::ItemSku | Field::Prop(_)
        );
        if !(session_metrics && single) || random.one_in(20) {
            return Dimension::Field(field);
        }
    }
}

pub(super) fn time(random: &mut Random) -> Dimension {
    let mut boundaries = vec![random.below(500) as i64];
    let even = random.one_in(2);
    let step = 1 + random.below(900) as i64;
    for _ in 0..=random.below(12) {
        let last = boundaries[boundaries.len() - 1];
        boundaries.push(last + if even { step } else { 1 + random.below(900) as i64 });
    }
    buckets(&boundaries)
}

pub(super) fn filter(random: &mut Random, depth: usize, fields: &[Field]) -> Filter {
    let parts =
        |random: &mut Random| (0..1 + random.below(3)).map(|_| filter(random, depth + 1, fields)).collect();
    match random.below(if depth > 1 { 3 } else { 6 }) {
        0..3 => {
            let field = fields[random.below(fields.len())].clone();
            // Mostly what costs little: a filter may not spend much.
            let operators = [Operator::Is, Operator::Is, Operator::Is, Operator::Contains, Operator::Matches];
            let operator = operators[random.below(operators.len())];
            let choices: Vec<&str> = match operator {
                Operator::Matches => PATTERNS.to_vec(),
                _ => [
                    &PATHS[..],
                    &TEXTS[..],
                    &NAMES[..],
                    &["rot", "Grün", "5", "(none)", "mug", "USD", "refunded"],
                ]
                .concat(),
            };
            let values: Vec<&str> = (0..1 + random.below(4)).map(|_| random.pick(&choices)).collect();
            test(field, operator, &values)
        }
        3 => Filter::And(parts(random)),
        4 => Filter::Or(parts(random)),
        _ => Filter::Not(Box::new(filter(random, depth + 1, fields))),
    }
}

fn order_by(random: &mut Random, dimensions: usize, metrics: usize) -> OrderBy {
    let column = random.below(dimensions + metrics);
    let key =
        if column < dimensions { OrderKey::Dimension(column) } else { OrderKey::Metric(column - dimensions) };
    let direction = if random.one_in(2) { Direction::Ascending } else { Direction::Descending };
    OrderBy { key, direction }
}

/// What counts in a query.
fn counted(random: &mut Random) -> Counted {
    let query = query(random);
    if random.one_in(2) { Counted::Events(query) } else { Counted::Money(query) }
}

/// A list of events.
pub(crate) fn event_filter(random: &mut Random) -> EventFilter {
    let one_in_three =
        |random: &mut Random, choices: &[&str]| random.one_in(3).then(|| random.pick(choices).to_owned());
    EventFilter {
        sites: random.one_in(2).then(|| vec![random.pick(&SITES).to_owned()]),
        received_from: random.one_in(3).then(|| after(random.below(5_000) as i64)),
        received_to: random.one_in(3).then(|| after(random.below(9_000) as i64)),
        occurred_from: random.one_in(3).then(|| after(random.below(5_000) as i64)),
        occurred_to: random.one_in(3).then(|| after(random.below(9_000) as i64)),
        names: one_in_three(random, &["CLICK", "Page_View", "ärger"]).into_iter().collect(),
        name_sent: one_in_three(random, &["CLICK", "PAGE_VIEW"]),
        location_type: None,
        component: None,
        path: one_in_three(random, &PATHS),
        path_sent: if random.one_in(8) { one_in_three(random, &PATHS) } else { None },
        user: one_in_three(random, &TEXTS),
        visitor: random.one_in(4).then(|| random.below(5) as i64),
        id: None,
        counted: random.one_in(3).then(|| counted(random)),
        order: random.one_in(6).then(|| format!("o{}", random.below(9))),
        include_bots: random.one_in(2),
        include_dialect_bots: random.one_in(2),
        before: random.one_in(4).then(|| RowPlace {
            received_at: after(random.below(4_000) as i64),
            offset: (5_u64 << 40) + 40,
            index: 1,
            partition: random.below(3) as u32,
        }),
        limit: random.below(40) as u32,
    }
}

/// What `KASSA_TEST_SEED` says, else another one every time.
#[cfg(feature = "duckdb")]
pub(super) fn seed() -> u64 {
    let given = std::env::var("KASSA_TEST_SEED").ok().and_then(|text| text.parse().ok());
    given.unwrap_or_else(|| std::time::SystemTime::UNIX_EPOCH.elapsed().unwrap().subsec_nanos().into())
}

/// The answer that both have; none where both refuse. The seed has been printed.
#[cfg(feature = "duckdb")]
pub(super) fn same<A: PartialEq + Debug>(
    asked: &impl Debug,
    (found, expected): (Result<A, Error>, Result<A, Error>),
) -> Option<A> {
    match (found, expected) {
        (Ok(found), Ok(expected)) => {
            assert_eq!(found, expected, "{asked:#?}");
            Some(found)
        }
        (Err(Error::Invalid(_)), Err(Error::Invalid(_))) => None,
        (found, expected) => panic!("{found:?}, not {expected:?}: {asked:#?}"),
    }
}

/// Clause 5 at random: every store that `make` gives (with whatever has to outlive it) answers as the reference does.
#[cfg(feature = "duckdb")]
pub(super) async fn answers_as_the_reference_does<S: crate::EventStore, K>(make: impl Fn() -> (S, K)) {
    use super::sample::scaled;
    use crate::{EventStore, MemoryStore};

    let seed = seed();
    let sets = scaled(100);
    println!("seed {seed}, {sets} sets of data, 100 queries each");
    let mut random = Random(seed);
    let (mut refused, mut with_money) = (0, 0);
    for _ in 0..sets {
        let (store, _keep) = make();
        let memory = MemoryStore::new();
        let count = random.below(400);
        for batch in batches(&mut random, count) {
            memory.insert(batch.clone()).await.unwrap();
            store.insert(batch).await.unwrap();
        }
        assert_eq!(store.fingerprint().await.unwrap(), memory.fingerprint().await.unwrap());
        for _ in 0..100 {
            let query = query(&mut random);
            match same(&query, (store.query(&query).await, memory.query(&query).await)) {
                Some(table) => with_money += u64::from(!table.currencies.is_empty()),
                None => refused += 1,
            }
            let filter = event_filter(&mut random);
            same(&filter, (store.events(&filter).await, memory.events(&filter).await));
        }
        for _ in 0..10 {
            super::several::answers_a_page_as_the_reference_does((&store, &memory), &mut random).await;
        }
    }
    let (sold_out, answered) = super::random_goods::as_the_reference_does(&make, &mut random, sets).await;
    println!(
        "{refused} refused, {with_money} with amounts of money, {sold_out} products seen while sold out, \
         {answered} searches that led somewhere"
    );
    assert!(sold_out > sets * 3 && answered * 5 > sets, "{sold_out} and {answered}");
    assert!(with_money * 10 > sets * 100, "{with_money} queries found money");
    assert!(refused * 2 < sets * 100, "{refused} queries had no answer");
}
