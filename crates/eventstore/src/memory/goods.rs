//! Answers questions about products and searches in the most obvious code.

use std::collections::{BTreeMap, BTreeSet};

use kassa_model::{OrderItem, STOCK_OUT, Timestamp};

use super::journey::fits;
use super::money::{self, visits_of_orders};
use super::report::items_of_events;
use super::visit::{Id, Visit, began, session_of};
use crate::goods::{
    ADDED, ANSWERED_WITHIN_MICROS, CLICKED, GoodsBy, GoodsDay, GoodsQuery, GoodsTable, GoodsTotals,
    ProductName, SEARCHED, SearchTerm, TERMS_MAX, VIEWED, is_nothing, is_nothing_of,
};
use crate::journey::Scope;
use crate::query::{CONFIRMED, TimeRange};
use crate::{Error, Row, items, properties};

/// Where a row stands in the log among those of one instant.
type Place = (Timestamp, u32, u64, u32);

fn place(row: &Row) -> Place {
    (row.event.occurred_at, row.partition, row.offset, row.index)
}

/// A view or an addition of a product.
struct Look<'a> {
    row: &'a Row,
    sku: String,
    is_out: bool,
}

impl Look<'_> {
    fn is(&self, name: &str) -> bool {
        self.row.event.name == name
    }

    fn viewer(&self) -> Option<i64> {
        (self.is(VIEWED) && session_of(self.row) != 0).then_some(self.row.event.visitor.unwrap_or_default())
    }
}

/// A line of an order's change.
struct Line<'a> {
    row: &'a Row,
    item: &'a OrderItem,
}

/// When a product of a site sold out (true) or came back.
type States = BTreeMap<(String, String), BTreeMap<Timestamp, (Place, bool)>>;

/// What is known of the products of `query`.
pub(super) fn goods(rows: &[Row], query: &GoodsQuery) -> Result<GoodsTable, Error> {
    let states = states(rows, query);
    let visits = visits_of_orders(rows, &query.counted());
    let (looks, lines) = (looks(rows, &states, query)?, lines(rows, &visits, query)?);
    let products = products((&looks, &lines), (&states, query));
    let mut totals: BTreeMap<Option<String>, GoodsTotals> = BTreeMap::new();
    let key = |sku: &str| match query.by {
        GoodsBy::Sku => Some(sku.to_owned()),
        GoodsBy::Name => products.get(sku).and_then(|product| product.name.clone()),
        GoodsBy::Category => products.get(sku).and_then(|product| product.category.clone()),
    };
    let keys: BTreeSet<Option<String>> = products.keys().map(|sku| key(sku)).collect();
    for wanted in keys {
        let of = |sku: &str| key(sku) == wanted;
        let found = totals_of(&looks, &lines, query, &of);
        let told = |sku: &str| products.contains_key(sku) && of(sku);
        let micros_out =
            states.iter().filter(|((_, sku), _)| told(sku)).map(|(_, states)| micros_out(states, query));
        let found = GoodsTotals { key: wanted.clone(), micros_out: micros_out.sum(), ..found };
        totals.insert(wanted, found);
    }
    let days = days(&looks, &lines, query);
    let currencies: BTreeSet<String> =
        lines.iter().filter_map(|line| Some(line.row.event.order.as_ref()?.currency.clone())).collect();
    let ends: BTreeSet<&String> = currencies.first().into_iter().chain(currencies.last()).collect();
    Ok(GoodsTable {
        products: products.into_values().collect(),
        totals: totals.into_values().filter(|totals| !is_nothing(totals)).collect(),
        days,
        currencies: ends.into_iter().cloned().collect(),
    })
}

fn within(time: Timestamp, range: TimeRange) -> bool {
    range.from <= time && time < range.to
}

fn states(rows: &[Row], query: &GoodsQuery) -> States {
    let mut states = States::new();
    for row in rows {
        let event = &row.event;
        if !event.is_of_stock() || !query.sites.contains(&event.site) || event.occurred_at >= query.range.to {
            continue;
        }
        for sku in items::skus(event) {
            let of_sku = states.entry((event.site.clone(), sku)).or_default();
            let new = (place(row), event.name == STOCK_OUT);
            let known = of_sku.entry(event.occurred_at).or_insert(new);
            *known = (*known).max(new);
        }
    }
    states
}

fn looks<'a>(rows: &'a [Row], states: &States, query: &GoodsQuery) -> Result<Vec<Look<'a>>, Error> {
    let mut looks = Vec::new();
    for (row, sku) in items_of_events(rows, &query.counted())? {
        if row.event.name == VIEWED || row.event.name == ADDED {
            let of_sku = states.get(&(row.event.site.clone(), sku.clone()));
            let last = of_sku.and_then(|states| states.range(..=row.event.occurred_at).next_back());
            let is_out = last.is_some_and(|(_, (_, is_out))| *is_out);
            looks.push(Look { row, sku, is_out });
        }
    }
    Ok(looks)
}

fn lines<'a>(
    rows: &'a [Row],
    visits: &'a BTreeMap<Id, Visit<'a>>,
    query: &GoodsQuery,
) -> Result<Vec<Line<'a>>, Error> {
    let mut lines = Vec::new();
    for (row, item) in money::lines(rows, &query.counted(), visits)? {
        let of = row.event.order.as_ref().map(|order| &order.currency);
        if query.currency.is_none() || query.currency.as_ref() == of {
            lines.push(Line { row, item });
        }
    }
    Ok(lines)
}

fn products(
    (looks, lines): (&[Look<'_>], &[Line<'_>]),
    (states, query): (&States, &GoodsQuery),
) -> BTreeMap<String, ProductName> {
    let of_states = states.keys().map(|(_, sku)| sku).filter(|_| query.filter.is_none());
    let skus =
        lines.iter().map(|line| &line.item.sku).chain(looks.iter().map(|look| &look.sku)).chain(of_states);
    let mut products = BTreeMap::new();
    for sku in skus.collect::<BTreeSet<_>>() {
        let last = lines.iter().filter(|line| line.item.sku == *sku);
        let last = last.max_by_key(|line| place(line.row));
        let alone = |look: &&Look<'_>| {
            look.sku == *sku
                && items::skus(&look.row.event).len() == 1
                && look.row.event.props.contains("\"name\"")
        };
        let told = looks.iter().filter(alone).max_by_key(|look| place(look.row));
        let text = |key: &str| properties::text(&told?.row.event.props, key);
        let (name, category) = match last {
            Some(line) => (Some(line.item.name.clone()), line.item.category.clone()),
            None => (text("name"), text("category")),
        };
        products.insert(sku.clone(), ProductName { sku: sku.clone(), name, category });
    }
    products
}

fn totals_of(
    looks: &[Look<'_>],
    lines: &[Line<'_>],
    query: &GoodsQuery,
    of: &dyn Fn(&str) -> bool,
) -> GoodsTotals {
    let looks: Vec<&Look<'_>> = looks
        .iter()
        .filter(|look| of(&look.sku) && within(look.row.event.occurred_at, query.range))
        .collect();
    let lines: Vec<&Line<'_>> = lines
        .iter()
        .filter(|line| of(&line.item.sku) && within(line.row.event.occurred_at, query.range))
        .collect();
    let viewers: BTreeSet<i64> = looks.iter().filter_map(|look| look.viewer()).collect();
    let confirmed = || lines.iter().filter(|line| line.row.event.name == CONFIRMED);
    let ordered = confirmed().filter(|line| session_of(line.row) != 0);
    let ordered: BTreeSet<i64> = ordered.map(|line| line.row.event.visitor.unwrap_or_default()).collect();
    let out = || looks.iter().filter(|look| look.is_out);
    let count = |count: usize| count as i64;
    GoodsTotals {
        key: None,
        views: count(looks.iter().filter(|look| look.is(VIEWED)).count()),
        viewers: count(viewers.len()),
        adds: count(looks.iter().filter(|look| look.is(ADDED)).count()),
        orders: count(confirmed().map(|line| order_id(line)).collect::<BTreeSet<_>>().len()),
        units: lines.iter().map(|line| line.item.units).sum(),
        revenue_minor: lines.iter().map(|line| line.item.revenue_minor).sum(),
        buyers: count(viewers.intersection(&ordered).count()),
        views_out: count(out().filter(|look| look.is(VIEWED)).count()),
        viewers_out: count(out().filter_map(|look| look.viewer()).collect::<BTreeSet<_>>().len()),
        micros_out: 0,
    }
}

fn order_id<'a>(line: &Line<'a>) -> &'a str {
    line.row.event.order.as_ref().map_or("", |order| order.order_id.as_str())
}

fn micros_out(states: &BTreeMap<Timestamp, (Place, bool)>, query: &GoodsQuery) -> i64 {
    let until = query.now.min(query.range.to).max(query.range.from);
    let mut sum = 0;
    let mut changes = states.iter().peekable();
    while let Some((changed_at, (_, is_out))) = changes.next() {
        let next = changes.peek().map_or(until, |(next, _)| **next).min(until);
        let began = (*changed_at).max(query.range.from);
        if *is_out {
            sum += (next.micros() - began.micros()).max(0);
        }
    }
    sum
}

fn days(looks: &[Look<'_>], lines: &[Line<'_>], query: &GoodsQuery) -> Vec<GoodsDay> {
    let day_of = |time: Timestamp| query.days.windows(2).position(|day| day[0] <= time && time < day[1]);
    let mut days: BTreeMap<(&str, usize), GoodsDay> = BTreeMap::new();
    let looked =
        looks.iter().filter_map(|look| Some((look.sku.as_str(), day_of(look.row.event.occurred_at)?)));
    let sold =
        lines.iter().filter_map(|line| Some((line.item.sku.as_str(), day_of(line.row.event.occurred_at)?)));
    for (sku, day) in looked.chain(sold).collect::<BTreeSet<_>>() {
        let is_here = |other: &str, row: &Row| other == sku && day_of(row.event.occurred_at) == Some(day);
        let viewers = |out: bool| {
            let looks = looks.iter().filter(|look| look.is_out == out && is_here(&look.sku, look.row));
            looks.filter_map(Look::viewer).collect::<BTreeSet<_>>().len() as i64
        };
        let lines: Vec<&Line<'_>> = lines
            .iter()
            .filter(|line| line.row.event.name == CONFIRMED && is_here(&line.item.sku, line.row))
            .collect();
        let orders: BTreeSet<&str> = lines.iter().map(|line| order_id(line)).collect();
        let found = GoodsDay {
            sku: sku.to_owned(),
            day: day as i64,
            viewers_in: viewers(false),
            viewers_out: viewers(true),
            orders: orders.len() as i64,
            units: lines.iter().map(|line| line.item.units).sum(),
            revenue_minor: lines.iter().map(|line| line.item.revenue_minor).sum(),
        };
        days.insert((sku, day), found);
    }
    days.into_values().filter(|day| !is_nothing_of(day)).collect()
}

/// What was searched for, most often first.
pub(super) fn terms(rows: &[Row], scope: &Scope) -> Result<Vec<SearchTerm>, Error> {
    let until = scope.range.to.plus_micros(ANSWERED_WITHIN_MICROS);
    let mut acts = Vec::new();
    for row in rows {
        let event = &row.event;
        let counts = scope.sites.contains(&event.site) && event.is_of_visitors() && scope.bots().count(event);
        let acted = [SEARCHED, VIEWED, CLICKED, ADDED].contains(&event.name.as_str())
            && within(event.occurred_at, TimeRange { from: scope.range.from, to: until });
        if counts && acted && fits(row, scope.only.as_ref())? {
            acts.push(row);
        }
    }
    acts.sort_by_key(|row| place(row));
    let mut terms: BTreeMap<String, SearchTerm> = BTreeMap::new();
    for (number, row) in acts.iter().enumerate() {
        let event = &row.event;
        let term = properties::text(&event.props, "query").filter(|term| !term.is_empty());
        let Some(term) = term.filter(|_| event.name == SEARCHED && event.occurred_at < scope.range.to) else {
            continue;
        };
        if !fits(row, scope.filter.as_ref())? {
            continue;
        }
        let same = |other: &&&Row| (session_of(other), began(other)) == (session_of(row), began(row));
        let next = acts[number + 1..].iter().find(same);
        let answered = session_of(row) != 0 && next.is_some_and(|next| next.event.name != SEARCHED);
        let blank = SearchTerm { term: term.clone(), searches: 0, without_result: 0, without_click: 0 };
        let found = terms.entry(term).or_insert(blank);
        found.searches += 1;
        found.without_result += i64::from(properties::text(&event.props, "results").as_deref() == Some("0"));
        found.without_click += i64::from(!answered);
    }
    let mut terms: Vec<SearchTerm> = terms.into_values().collect();
    terms.sort_by_key(|term| (std::cmp::Reverse(term.searches), term.term.clone()));
    terms.truncate(TERMS_MAX as usize);
    Ok(terms)
}
