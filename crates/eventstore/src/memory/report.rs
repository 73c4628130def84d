//! Answers a [`Query`] from plain rows: the definitions of `query.rs`, one loop each.

use std::cmp::Ordering;
use std::collections::{BTreeMap, BTreeSet};

use kassa_model::{Event, PATH_SENT};

use super::money::{Money, money};
use super::visit::{Visit, session_of, visits};
use super::{Stored, json};
use crate::Error;
use crate::pattern::Pattern;
use crate::query::{Cell, Dimension, Direction, Field, Filter, Metric, Operator, OrderKey, Query, Table};
use crate::validate::is_session_metric;

/// The table of `query` over `rows`; the query has been checked.
pub(super) fn answer(rows: &[Stored], query: &Query) -> Result<Table, Error> {
    let scope: Vec<&Stored> = rows.iter().filter(|stored| in_scope(stored, query)).collect();
    let visits = visits(&scope);
    let mut matching = Vec::new();
    for stored in scope {
        let Some(visit) = visits.get(&session_of(stored)) else { continue };
        if holds(query.filter.as_ref(), &|field| event_field(field, stored, visit))? {
            matching.push((stored, visit));
        }
    }
    let whole_visits = super::money::whole_visits(rows, query);
    let money = money(rows, query, &whole_visits)?;
    let groups = groups(&matching, &money, query);
    let all: BTreeSet<i64> = matching.iter().map(|(stored, _)| visitor_of(stored)).collect();
    let mut table: Vec<Vec<Cell>> =
        groups.into_iter().map(|(key, group)| line(key, &group, query, all.len())).collect();
    table.sort_by(|a, b| compare(a, b, query));
    let total_rows = table.len() as u64;
    let rows = table.into_iter().skip(query.offset as usize).take(query.limit as usize).collect();
    Ok(Table { rows, total_rows, currencies: super::money::currencies(&money, query) })
}

fn in_scope(stored: &Stored, query: &Query) -> bool {
    let event = &stored.row.event;
    query.sites.contains(&event.site)
        && query.range.from <= event.occurred_at
        && event.occurred_at < query.range.to
        && query.bots().count(event)
        && event.order.is_none()
}

pub(super) fn visitor_of(stored: &Stored) -> i64 {
    stored.row.event.visitor.unwrap_or_default()
}

/// Whether `filter` holds where `found` gives the fields; what is missing fails every test but `is (none)`.
pub(super) fn holds(
    filter: Option<&Filter>,
    found: &dyn Fn(&Field) -> Option<String>,
) -> Result<bool, Error> {
    Ok(match filter {
        None => true,
        Some(Filter::And(parts)) => {
            for part in parts {
                if !holds(Some(part), found)? {
                    return Ok(false);
                }
            }
            true
        }
        Some(Filter::Or(parts)) => {
            for part in parts {
                if holds(Some(part), found)? {
                    return Ok(true);
                }
            }
            false
        }
        Some(Filter::Not(part)) => !holds(Some(part), found)?,
        Some(Filter::Test { field, operator, values }) => test(found(field).as_deref(), *operator, values)?,
    })
}

fn test(found: Option<&str>, operator: Operator, values: &[String]) -> Result<bool, Error> {
    for value in values {
        let fits = match (found, operator) {
            (None, Operator::Is) => value == "(none)",
            (None, _) => false,
            (Some(found), Operator::Is) => value != "(none)" && found == value,
            (Some(found), Operator::Contains) => found.contains(value.as_str()),
            (Some(found), Operator::Matches) => Pattern::parse(value)?.regex.is_match(found),
        };
        if fits {
            return Ok(true);
        }
    }
    Ok(false)
}

/// A field as an event has it: its own, or its visit's.
pub(super) fn event_field(field: &Field, stored: &Stored, visit: &Visit<'_>) -> Option<String> {
    let event = &stored.row.event;
    match field {
        Field::Name => Some(event.name.clone()),
        Field::NameSent => Some(event.name_sent.clone()),
        Field::Page => event.path.clone(),
        Field::PageSent => path_sent(event),
        Field::Hostname => event.host.clone(),
        Field::Prop(key) => json::property(&event.props, key),
        Field::Device => event.device.clone(),
        Field::Browser => event.browser.clone(),
        Field::Os => event.os.clone(),
        Field::Country => event.country.clone(),
        of_visit => visit.field(of_visit),
    }
}

/// The path of an event as it was sent.
pub(super) fn path_sent(event: &Event) -> Option<String> {
    json::property(&event.props, PATH_SENT).or_else(|| event.path.clone())
}

/// A field as a visit has it for bounce rate and duration: a page is its entry page, an agent that of its first event.
fn visit_field(field: &Field, visit: &Visit<'_>) -> Option<String> {
    match field {
        Field::Page => visit.field(&Field::EntryPage),
        other => event_field(other, visit.first, visit),
    }
}

/// What one row of the table is computed from.
#[derive(Default)]
struct Group<'a> {
    events: Vec<&'a Stored>,
    visits: BTreeMap<i64, &'a Visit<'a>>,
    money: Vec<&'a Money<'a>>,
}

fn groups<'a>(
    matching: &[(&'a Stored, &'a Visit<'a>)],
    money: &'a [Money<'a>],
    query: &Query,
) -> BTreeMap<Vec<Cell>, Group<'a>> {
    let mut groups: BTreeMap<Vec<Cell>, Group<'a>> = BTreeMap::new();
    match query.dimensions.as_slice() {
        [] => drop(groups.insert(Vec::new(), Group::default())),
        [Dimension::Time { boundaries }] => {
            for bucket in 0..boundaries.len() - 1 {
                groups.insert(vec![index(bucket)], Group::default());
            }
        }
        _ => {}
    }
    let of_events = query.metrics.iter().any(|metric| !is_session_metric(*metric) && !metric.is_of_money());
    let of_visits = query.metrics.iter().any(|metric| is_session_metric(*metric));
    for (stored, visit) in matching {
        if of_events && let Some(key) = key(query, stored, |field| event_field(field, stored, visit)) {
            groups.entry(key).or_default().events.push(stored);
        }
        if of_visits && let Some(key) = key(query, visit.first, |field| visit_field(field, visit)) {
            groups.entry(key).or_default().visits.insert(session_of(stored), visit);
        }
    }
    for part in money {
        if let Some(key) = key(query, part.stored, |field| part.field(field)) {
            groups.entry(key).or_default().money.push(part);
        }
    }
    groups
}

/// The dimension values of an event or (by its first event) of a visit; nothing if it is outside every bucket.
fn key(query: &Query, stored: &Stored, field: impl Fn(&Field) -> Option<String>) -> Option<Vec<Cell>> {
    let mut key = Vec::with_capacity(query.dimensions.len());
    for dimension in &query.dimensions {
        key.push(match dimension {
            Dimension::Time { boundaries } => {
                let time = stored.row.event.occurred_at;
                let bucket = boundaries.windows(2).position(|pair| pair[0] <= time && time < pair[1]);
                index(bucket?)
            }
            Dimension::Field(asked) => field(asked).map_or(Cell::Null, Cell::Text),
        });
    }
    Some(key)
}

pub(super) fn index(bucket: usize) -> Cell {
    Cell::Int(bucket as i64)
}

fn line(key: Vec<Cell>, group: &Group<'_>, query: &Query, visitors_total: usize) -> Vec<Cell> {
    let mut line = key;
    line.extend(query.metrics.iter().map(|metric| measure(*metric, group, visitors_total)));
    line
}

fn measure(metric: Metric, group: &Group<'_>, visitors_total: usize) -> Cell {
    let events = || group.events.iter().map(|stored| &stored.row.event);
    let visitors = || group.events.iter().map(|stored| visitor_of(stored)).collect::<BTreeSet<_>>().len();
    let visits = || group.events.iter().map(|stored| session_of(stored)).collect::<BTreeSet<_>>().len();
    let page_views = || events().filter(|event| event.name == "page_view").count();
    let sessions = group.visits.len();
    match metric {
        Metric::Visitors => index(visitors()),
        Metric::Visits => index(visits()),
        Metric::Pageviews => index(page_views()),
        Metric::Events => index(group.events.len()),
        Metric::Users => {
            index(events().filter_map(|event| event.user.clone()).collect::<BTreeSet<_>>().len())
        }
        Metric::ViewsPerVisit => ratio(page_views(), visits()),
        Metric::BounceRate => {
            ratio(100 * group.visits.values().filter(|visit| visit.bounced()).count(), sessions)
        }
        Metric::VisitDuration => {
            Cell::Ratio(group.visits.values().map(|visit| visit.seconds()).sum(), sessions as i64)
        }
        Metric::TimeOnPage => time_on_page(group),
        Metric::Percentage => ratio(100 * visitors(), visitors_total),
        Metric::ConversionRate => ratio(100 * super::money::converters(&group.money), visitors()),
        of_money => super::money::measure(of_money, &group.money),
    }
}

fn time_on_page(group: &Group<'_>) -> Cell {
    let mut total = 0;
    let mut pages = BTreeSet::new();
    for stored in group.events.iter().filter(|stored| stored.row.event.name == "time_on_page") {
        if let Some(seconds) = json::seconds(&stored.row.event.props) {
            total += seconds;
            pages.insert((session_of(stored), stored.row.event.path.clone()));
        }
    }
    Cell::Ratio(total, pages.len() as i64)
}

pub(super) fn ratio(numerator: usize, denominator: usize) -> Cell {
    Cell::Ratio(numerator as i64, denominator as i64)
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
