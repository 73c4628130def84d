//! Answers a [`Query`] from plain rows: the definitions of `query.rs`, one loop each.

use std::cmp::Ordering;
use std::collections::{BTreeMap, BTreeSet};

use kassa_model::Timestamp;

use super::money::{Money, money};
use super::rows::{index, own_field, ratio, visitors};
use super::rules::ruled;
use super::visit::{Id, Visit, began, id_of, session_of, visits, written};
use crate::query::{Cell, Counted, Dimension, Direction, Field, Metric, OrderKey, Query, Table, holds};
use crate::validate::is_session_metric;
use crate::{Error, Row, RowPlace, items, properties};

/// The table of `query` over `rows`; the query has been checked.
pub(super) fn answer(rows: &[Row], query: &Query) -> Result<Table, Error> {
    let scope = || rows.iter().filter(|row| in_scope(row, query));
    let within = |time: Timestamp| query.range.from <= time && time < query.range.to;
    let happened = scope().filter(|row| within(row.event.occurred_at));
    let begun = || scope().filter(|row| began(row).is_some_and(within));
    let whole = Whole { ever: visits(scope()), begun: visits(begun()) };
    let mut found = Found {
        happened: fitting(happened, &whole, query)?,
        begun: fitting(begun(), &whole, query)?,
        visits: Vec::new(),
    };
    for (id, visit) in &whole.begun {
        let fits = match &query.filter {
            Some(filter) if filter.is_of_visits() => holds(Some(filter), &|field| visit.field(field))?,
            _ => found.begun.iter().any(|line| id_of(line.row) == Some(*id)),
        };
        if fits {
            found.visits.push(visit);
        }
    }
    let of_orders = super::money::visits_of_orders(rows, query);
    let money = money(rows, query, &of_orders)?;
    let groups = groups(&found, &whole, &money, query);
    let all = visitors(&found.happened.iter().map(|line| line.row).collect::<Vec<_>>()).len();
    let mut table: Vec<Vec<Cell>> =
        groups.into_iter().map(|(key, group)| line(key, &group, query, all)).collect();
    table.sort_by(|a, b| compare(a, b, query));
    let total_rows = table.len() as u64;
    let rows = table.into_iter().skip(query.offset as usize).take(query.limit as usize).collect();
    Ok(Table { rows, total_rows, currencies: super::money::currencies(&money, query) })
}

/// The places of what counts in a report, of which the query has been checked.
pub(super) fn counted(rows: &[Row], counted: &Counted) -> Result<BTreeSet<RowPlace>, Error> {
    let query = counted.query();
    let ruled = &ruled(rows, &query.rules)?;
    let rows: &[Row] = ruled;
    let of_orders = super::money::visits_of_orders(rows, &query);
    let records = money(rows, &query, &of_orders)?;
    if matches!(counted, Counted::Money(_)) {
        return Ok(records.iter().map(|part| part.row.place()).collect());
    }
    let scope = || rows.iter().filter(|row| in_scope(row, &query));
    let within =
        |row: &&Row| query.range.from <= row.event.occurred_at && row.event.occurred_at < query.range.to;
    let whole = Whole { ever: visits(scope()), begun: BTreeMap::new() };
    Ok(fitting(scope().filter(within), &whole, &query)?.into_iter().map(|line| line.row.place()).collect())
}

/// The events that count in a query by product that asks for no exit page, each once for every product that it names.
pub(super) fn items_of_events<'a>(rows: &'a [Row], query: &Query) -> Result<Vec<(&'a Row, String)>, Error> {
    let within =
        |row: &&Row| query.range.from <= row.event.occurred_at && row.event.occurred_at < query.range.to;
    let whole = Whole { ever: BTreeMap::new(), begun: BTreeMap::new() };
    let happened = rows.iter().filter(|row| in_scope(row, query)).filter(within);
    let lines = fitting(happened, &whole, query)?;
    Ok(lines.into_iter().filter_map(|line| Some((line.row, line.item?))).collect())
}

/// Visits, each as a whole.
struct Whole<'a> {
    /// From all events in scope, whenever they were.
    ever: BTreeMap<Id, Visit<'a>>,
    /// Those that began in the range.
    begun: BTreeMap<Id, Visit<'a>>,
}

/// What fits the filter.
struct Found<'a> {
    /// Events that happened in the range.
    happened: Vec<Line<'a>>,
    /// Events of visits that began in it.
    begun: Vec<Line<'a>>,
    /// These visits, as far as the filter holds for the visit or, if it asks for more, for one of its events.
    visits: Vec<&'a Visit<'a>>,
}

/// An event, or one product that it names where that is asked for.
struct Line<'a> {
    row: &'a Row,
    item: Option<String>,
}

/// The lines of an event: one, unless it names several products and they are asked for.
fn lines<'a>(row: &'a Row, query: &Query) -> Vec<Line<'a>> {
    let asked = query.fields().contains(&&Field::ItemSku);
    let skus = if asked { items::skus(&row.event) } else { Vec::new() };
    match skus.is_empty() {
        true => vec![Line { row, item: None }],
        false => skus.into_iter().map(|sku| Line { row, item: Some(sku) }).collect(),
    }
}

fn in_scope(row: &Row, query: &Query) -> bool {
    let event = &row.event;
    query.sites.contains(&event.site) && query.bots().count(event) && event.is_of_visitors()
}

fn fitting<'a>(
    rows: impl Iterator<Item = &'a Row>,
    whole: &Whole<'_>,
    query: &Query,
) -> Result<Vec<Line<'a>>, Error> {
    let mut fitting = Vec::new();
    for line in rows.flat_map(|row| lines(row, query)) {
        if holds(query.filter.as_ref(), &|field| event_field(field, &line, whole))? {
            fitting.push(line);
        }
    }
    Ok(fitting)
}

/// A field as an event has it: its own, or one of its visit that stands on its row; the exit page is looked up.
fn event_field(field: &Field, line: &Line<'_>, whole: &Whole<'_>) -> Option<String> {
    let row = line.row;
    match field {
        Field::ItemSku => line.item.clone(),
        Field::ExitPage => whole.ever.get(&id_of(row)?)?.exit_page(),
        field if field.is_of_visits() => written(field, row),
        own => own_field(own, &row.event),
    }
}

/// What one row of the table is computed from.
#[derive(Default)]
struct Group<'a> {
    /// What happened.
    events: Vec<&'a Row>,
    /// Events of the visits that are counted.
    begun: Vec<&'a Row>,
    /// Visits, for bounce rate and duration.
    visits: Vec<&'a Visit<'a>>,
    money: Vec<&'a Money<'a>>,
}

fn groups<'a>(
    found: &Found<'a>,
    whole: &Whole<'_>,
    money: &'a [Money<'a>],
    query: &Query,
) -> BTreeMap<Vec<Cell>, Group<'a>> {
    let mut groups = empty_groups(query);
    let asks = |of: fn(Metric) -> bool| query.metrics.iter().any(|metric| of(*metric));
    if asks(|metric| !is_session_metric(metric) && !metric.is_of_money() && !counts_visits(metric)) {
        for line in &found.happened {
            let field = |field: &Field| event_field(field, line, whole);
            if let Some(key) = key(query, Some(line.row.event.occurred_at), field) {
                groups.entry(key).or_default().events.push(line.row);
            }
        }
    }
    if asks(counts_visits) && !query.takes_whole_visits() {
        for line in &found.begun {
            if let Some(key) = key(query, began(line.row), |field| event_field(field, line, whole)) {
                groups.entry(key).or_default().begun.push(line.row);
            }
        }
    }
    let counted = asks(counts_visits) && query.takes_whole_visits();
    for visit in found.visits.iter().filter(|_| counted || asks(is_session_metric)) {
        if let Some(key) = key(query, visit.began(), |field| visit.field(field)) {
            let group = groups.entry(key).or_default();
            group.visits.push(visit);
            group.begun.extend(visit.rows().iter().filter(|_| counted));
        }
    }
    for part in money {
        let time = part.row.event.occurred_at;
        if let Some(key) = key(query, Some(time), |field| part.field(field)) {
            groups.entry(key).or_default().money.push(part);
        }
    }
    groups
}

/// The rows that are there whatever happened: the total, and every bucket of time alone.
fn empty_groups<'a>(query: &Query) -> BTreeMap<Vec<Cell>, Group<'a>> {
    let buckets = match query.dimensions.as_slice() {
        [] => return BTreeMap::from([(Vec::new(), Group::default())]),
        [Dimension::Time { boundaries }] => boundaries.len() - 1,
        _ => 0,
    };
    (0..buckets).map(|bucket| (vec![index(bucket)], Group::default())).collect()
}

/// Whether a metric counts visits event by event, where they are not taken whole.
fn counts_visits(metric: Metric) -> bool {
    matches!(metric, Metric::Visits | Metric::ViewsPerVisit)
}

/// The dimension values of an event or a visit; nothing if its time is outside every bucket.
fn key(
    query: &Query,
    time: Option<Timestamp>,
    field: impl Fn(&Field) -> Option<String>,
) -> Option<Vec<Cell>> {
    let mut key = Vec::with_capacity(query.dimensions.len());
    for dimension in &query.dimensions {
        key.push(match dimension {
            Dimension::Time { boundaries } => {
                let time = time?;
                let bucket = boundaries.windows(2).position(|pair| pair[0] <= time && time < pair[1]);
                index(bucket?)
            }
            Dimension::Field(asked) => field(asked).map_or(Cell::Null, Cell::Text),
        });
    }
    Some(key)
}

fn line(key: Vec<Cell>, group: &Group<'_>, query: &Query, visitors_total: usize) -> Vec<Cell> {
    let mut line = key;
    line.extend(query.metrics.iter().map(|metric| measure(*metric, group, visitors_total)));
    line
}

fn measure(metric: Metric, group: &Group<'_>, visitors_total: usize) -> Cell {
    let events = || group.events.iter().map(|row| &row.event);
    let visitors = || visitors(&group.events).len();
    let visits = || group.begun.iter().filter_map(|row| id_of(row)).collect::<BTreeSet<_>>().len();
    let page_views = |rows: &[&Row]| rows.iter().filter(|row| row.event.name == "page_view").count();
    let sessions = group.visits.len();
    match metric {
        Metric::Visitors => index(visitors()),
        Metric::Visits => index(visits()),
        Metric::Pageviews => index(page_views(&group.events)),
        Metric::Events => index(group.events.len()),
        Metric::Users => {
            index(events().filter_map(|event| event.user.clone()).collect::<BTreeSet<_>>().len())
        }
        Metric::ViewsPerVisit => ratio(page_views(&group.begun), visits()),
        Metric::BounceRate => {
            ratio(100 * group.visits.iter().filter(|visit| visit.bounced()).count(), sessions)
        }
        Metric::VisitDuration => {
            Cell::Ratio(group.visits.iter().map(|visit| visit.seconds()).sum(), sessions as i64)
        }
        Metric::TimeOnPage => time_on_page(group),
        Metric::Percentage => ratio(100 * visitors(), visitors_total),
        Metric::ConversionRate => {
            ratio(100 * super::money::converters(&group.money, &group.events), visitors())
        }
        of_money => super::money::measure(of_money, &group.money),
    }
}

fn time_on_page(group: &Group<'_>) -> Cell {
    let mut total = 0;
    let mut pages = BTreeSet::new();
    let of_visits = group.events.iter().filter(|row| session_of(row) != 0);
    for row in of_visits.filter(|row| row.event.name == "time_on_page") {
        if let Some(seconds) = properties::seconds(&row.event.props) {
            total += seconds;
            pages.insert((session_of(row), row.event.path.clone()));
        }
    }
    Cell::Ratio(total, pages.len() as i64)
}

/// The order of the table: as asked, then by dimension values; what is missing comes last whichever way.
fn compare(a: &[Cell], b: &[Cell], query: &Query) -> Ordering {
    for order in &query.order_by {
        let column = match order.key {
            OrderKey::Dimension(dimension) => dimension,
            OrderKey::Metric(metric) => query.dimensions.len() + metric,
        };
        let ordering = compare_cells(&a[column], &b[column], order.direction);
        if ordering != Ordering::Equal {
            return ordering;
        }
    }
    (0..query.dimensions.len())
        .map(|column| compare_cells(&a[column], &b[column], Direction::Ascending))
        .find(|ordering| *ordering != Ordering::Equal)
        .unwrap_or(Ordering::Equal)
}

fn compare_cells(a: &Cell, b: &Cell, direction: Direction) -> Ordering {
    let missing = |cell: &Cell| matches!(cell, Cell::Null | Cell::Ratio(_, 0));
    match (missing(a), missing(b)) {
        (true, true) => return Ordering::Equal,
        (true, false) => return Ordering::Greater,
        (false, true) => return Ordering::Less,
        (false, false) => {}
    }
    let ascending = match (a, b) {
        (Cell::Ratio(..), Cell::Ratio(..)) => quotient(a).total_cmp(&quotient(b)),
        _ => a.cmp(b),
    };
    match direction {
        Direction::Ascending => ascending,
        Direction::Descending => ascending.reverse(),
    }
}

fn quotient(cell: &Cell) -> f64 {
    match cell {
        Cell::Ratio(numerator, denominator) => *numerator as f64 / *denominator as f64,
        _ => f64::NAN,
    }
}
