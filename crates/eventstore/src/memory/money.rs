//! Records of money as a report sees them: whole, or line by line, each with the visit that its order belongs to.

use std::collections::{BTreeMap, BTreeSet};

use kassa_model::{OrderItem, OrderPart};

use super::rows::{index, own_field, ratio, visitor_of, visitors};
use super::visit::{Id, Visit, began, session_of, visits_and_sessions};
use crate::query::{
    CONFIRMED, CUSTOMER_TYPE, Cell, Dimension, Field, Metric, NO_VISIT, Query, REFUNDED, holds,
};
use crate::{Error, Row, properties};

/// A record of money, or one line of it.
#[derive(Debug)]
pub(super) struct Money<'a> {
    pub(super) row: &'a Row,
    order: &'a OrderPart,
    /// The line, where money counts line by line.
    line: Option<&'a OrderItem>,
    visit: Option<&'a Visit<'a>>,
}

impl Money<'_> {
    /// The value of a field.
    pub(super) fn field(&self, field: &Field) -> Option<String> {
        match field {
            Field::Site => Some(self.row.event.site.clone()),
            Field::Sku | Field::ItemSku => self.line.map(|line| line.sku.clone()),
            Field::ProductName => self.line.map(|line| line.name.clone()),
            Field::ProductCategory => self.line?.category.clone(),
            Field::Currency => Some(self.order.currency.clone()),
            Field::OrderStatus => Some(self.order.status.clone()),
            Field::CustomerType => properties::text(&self.row.event.props, CUSTOMER_TYPE),
            Field::Source if self.visit.is_none() => Some(NO_VISIT.to_owned()),
            field if field.is_of_visits() => self.visit?.field(field),
            own => own_field(own, &self.row.event),
        }
    }

    fn amount(&self) -> i64 {
        self.line.map_or(self.order.revenue_minor, |line| line.revenue_minor)
    }

    fn units(&self) -> i64 {
        match self.line {
            Some(line) => line.units,
            None => self.order.items.iter().map(|line| line.units).sum(),
        }
    }

    fn is_named(&self, name: &str) -> bool {
        self.row.event.name == name
    }
}

/// The visits that orders may belong to: rows of a visit, whatever they tell and whenever they were.
pub(super) fn visits_of_orders<'a>(rows: &'a [Row], query: &Query) -> BTreeMap<Id, Visit<'a>> {
    let of_visits = |row: &&Row| query.sites.contains(&row.event.site) && row.visit.is_some();
    visits_and_sessions(rows.iter().filter(of_visits))
}

/// What counts of the records in the range.
pub(super) fn money<'a>(
    rows: &'a [Row],
    query: &Query,
    visits: &'a BTreeMap<Id, Visit<'a>>,
) -> Result<Vec<Money<'a>>, Error> {
    let mut found = Vec::new();
    if !asks_for_money(query) {
        return Ok(found);
    }
    let placed_in = visits_by_order(rows, query);
    for row in rows.iter().filter(|row| query.sites.contains(&row.event.site)) {
        let event = &row.event;
        let Some(order) = &event.order else { continue };
        if event.occurred_at < query.range.from
            || event.occurred_at >= query.range.to
            || !is_in_buckets(row, query)
        {
            continue;
        }
        let placed = placed_in.get(&(event.site.as_str(), order.order_id.as_str()));
        let visit = placed.and_then(|(_, id)| visits.get(id));
        let lines: Vec<Option<&OrderItem>> =
            if query.is_by_line() { order.items.iter().map(Some).collect() } else { vec![None] };
        for line in lines {
            let part = Money { row, order, line, visit };
            if holds(query.filter.as_ref(), &|field| part.field(field))? {
                found.push(part);
            }
        }
    }
    Ok(found)
}

/// The lines that count of the records in the range of a query by product, each with its record.
pub(super) fn lines<'a>(
    rows: &'a [Row],
    query: &Query,
    visits: &'a BTreeMap<Id, Visit<'a>>,
) -> Result<Vec<(&'a Row, &'a OrderItem)>, Error> {
    Ok(money(rows, query, visits)?.into_iter().filter_map(|part| Some((part.row, part.line?))).collect())
}

fn asks_for_money(query: &Query) -> bool {
    query.metrics.iter().any(|metric| metric.is_of_money() || *metric == Metric::ConversionRate)
}

fn is_in_buckets(row: &Row, query: &Query) -> bool {
    let time = row.event.occurred_at;
    query.dimensions.iter().all(|dimension| match dimension {
        Dimension::Time { boundaries } => {
            boundaries.first().is_some_and(|first| *first <= time)
                && boundaries.last().is_some_and(|last| time < *last)
        }
        Dimension::Field(_) => true,
    })
}

type Place = (kassa_model::Timestamp, u32, u64, u32);

/// By site and order: the visit, or else the session, of the first record that has one, and where that record is.
fn visits_by_order<'a>(rows: &'a [Row], query: &Query) -> BTreeMap<(&'a str, &'a str), (Place, Id)> {
    let mut visits: BTreeMap<(&str, &str), (Place, Id)> = BTreeMap::new();
    for row in rows {
        let event = &row.event;
        let Some(order) = &event.order else { continue };
        let session = session_of(row);
        if session == 0 || !query.sites.contains(&event.site) {
            continue;
        }
        let place = (event.occurred_at, row.partition, row.offset, row.index);
        let id = (session, began(row));
        let known = visits.entry((&event.site, &order.order_id)).or_insert((place, id));
        *known = (*known).min((place, id));
    }
    visits
}

/// The first and the last currency of all that counts.
pub(super) fn currencies(money: &[Money<'_>], query: &Query) -> Vec<String> {
    if !query.asks_for_amounts() {
        return Vec::new();
    }
    let all: BTreeSet<&String> = money.iter().map(|part| &part.order.currency).collect();
    let ends: BTreeSet<&String> = all.first().into_iter().chain(all.last()).copied().collect();
    ends.into_iter().cloned().collect()
}

/// Distinct visitors of `events` with a record that confirms an order in a visit.
pub(super) fn converters(money: &[&Money<'_>], events: &[&Row]) -> usize {
    let confirmed = money.iter().filter(|part| part.is_named(CONFIRMED) && session_of(part.row) != 0);
    let buyers: BTreeSet<i64> = confirmed.map(|part| visitor_of(part.row)).collect();
    buyers.intersection(&visitors(events)).count()
}

/// A metric of money alone.
pub(super) fn measure(metric: Metric, money: &[&Money<'_>]) -> Cell {
    let named = |name: &'static str| money.iter().filter(move |part| part.is_named(name));
    let orders = named(CONFIRMED).map(|part| &part.order.order_id).collect::<BTreeSet<_>>().len();
    match metric {
        Metric::Orders => index(orders),
        Metric::Units => Cell::Int(money.iter().map(|part| part.units()).sum()),
        Metric::Revenue => Cell::Int(money.iter().map(|part| part.amount()).sum()),
        Metric::Refunds => Cell::Int(-named(REFUNDED).map(|part| part.amount()).sum::<i64>()),
        Metric::AverageOrderValue => {
            Cell::Ratio(named(CONFIRMED).map(|part| part.amount()).sum(), orders as i64)
        }
        _ => ratio(0, 0),
    }
}
