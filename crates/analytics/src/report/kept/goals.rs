//! The dimension `event:goal`: a row for each goal of the site that somebody reached, with all that overlap. An event may reach several
//! goals, so each is asked for by itself, and the rows are put together here: ordered and cut into pages as the store does it.
//!
//! `percentage` is the goal's conversion rate: its visitors by all visitors that fit the other filters.

use std::cmp::Ordering;

use kassa_access::{Access, KeptKind};
use kassa_eventstore::query::{Cell, Direction, Filter, Metric, OrderKey, Query, Table};
use kassa_eventstore::{Error, EventStore, check_filter};

use super::names::filters_of;
use crate::report::parse_filter::parse_filters;

/// The most goals that one question asks for.
const GOALS_MAX: usize = 50;

/// Rows of one goal.
const ROWS_MAX: u32 = 10_000;

/// A query by goal as the queries that it is made of.
#[derive(Debug)]
pub(crate) struct ByGoal {
    query: Query,
    /// Where the goal stands among the dimensions of the answer.
    place: usize,
    names: Vec<String>,
    /// One for each goal, and where a percentage is asked for, one for all visitors.
    pub(crate) queries: Vec<Query>,
}

impl ByGoal {
    /// The query whose dimension `place` is the goal, which stands in `query` no more.
    ///
    /// # Errors
    /// [`Error::Invalid`] for more goals than may be asked for at once, or too much with a goal's filters.
    pub(crate) fn new(access: &Access, query: &Query, place: usize) -> Result<Self, Error> {
        let (mut names, mut queries) = (Vec::new(), Vec::new());
        for (name, goal) in goals_of(access, query)? {
            names.push(name);
            queries.push(of_goal(query, goal)?);
        }
        if query.metrics.contains(&Metric::Percentage) {
            let metrics = vec![Metric::Visitors];
            let (dimensions, order_by) = (Vec::new(), Vec::new());
            queries.push(Query { metrics, dimensions, order_by, limit: 1, offset: 0, ..query.clone() });
        }
        Ok(Self { query: query.clone(), place, names, queries })
    }

    /// The table, from those of `queries`.
    pub(crate) fn table(self, tables: Vec<Table>) -> Table {
        let (query, width) = (&self.query, self.query.dimensions.len());
        let all = match tables.get(self.names.len()).and_then(|table| table.rows.first()?.first()) {
            Some(Cell::Int(visitors)) => *visitors,
            _ => 0,
        };
        let mut table = Table { rows: Vec::new(), total_rows: 0, currencies: Vec::new() };
        for (name, found) in self.names.iter().zip(tables) {
            table.currencies.extend(found.currencies);
            for mut row in found.rows.into_iter().filter(|row| !is_empty(&row[width..])) {
                for (metric, cell) in query.metrics.iter().zip(&mut row[width..]) {
                    if let (Metric::Percentage, Cell::Ratio(top, _)) = (metric, &*cell) {
                        *cell = Cell::Ratio(*top, all);
                    }
                }
                row.insert(self.place, Cell::Text(name.clone()));
                table.rows.push(row);
            }
        }
        table.currencies.sort();
        table.currencies.dedup();
        table.rows.sort_by(|a, b| compare(a, b, query));
        table.total_rows = table.rows.len() as u64;
        let page = table.rows.into_iter().skip(query.offset as usize).take(query.limit as usize);
        table.rows = page.collect();
        table
    }
}

/// The table of `query`, by goal.
///
/// # Errors
/// The store's, and [`ByGoal::new`]'s.
pub(crate) async fn answer_goals(
    access: &Access,
    store: &dyn EventStore,
    query: &Query,
    place: usize,
) -> Result<Table, Error> {
    let by_goal = ByGoal::new(access, query, place)?;
    let mut tables = Vec::with_capacity(by_goal.queries.len());
    for query in &by_goal.queries {
        tables.push(store.query(query).await?);
    }
    Ok(by_goal.table(tables))
}

/// The goals by name. Of several sites only those that all of them have alike.
fn goals_of(access: &Access, query: &Query) -> Result<Vec<(String, Filter)>, Error> {
    let mut goals = Vec::new();
    for site in &query.sites {
        for kept in access.kept(site, KeptKind::Goal) {
            let filter = parse_filters(&filters_of(&kept)).map_err(|why| Error::Invalid(why.to_string()))?;
            let Some(filter) = filter else { continue };
            if goals.iter().any(|(name, known)| *name == kept.name && *known != filter) {
                let name = &kept.name;
                return Err(Error::Invalid(format!(
                    "the goal {name:?} is not the same on all of these sites"
                )));
            }
            if !goals.iter().any(|(name, _)| *name == kept.name) {
                goals.push((kept.name.clone(), filter));
            }
        }
    }
    match goals.len() {
        0..=GOALS_MAX => Ok(goals),
        many => {
            Err(Error::Invalid(format!("there are {many} goals; at most {GOALS_MAX} are asked for at once")))
        }
    }
}

fn of_goal(query: &Query, goal: Filter) -> Result<Query, Error> {
    let filter = match &query.filter {
        None => goal,
        Some(filter) => Filter::And(vec![goal, filter.clone()]),
    };
    check_filter(&filter)?;
    // The order is settled over all goals, by columns that this query does not have.
    Ok(Query { filter: Some(filter), order_by: Vec::new(), limit: ROWS_MAX, offset: 0, ..query.clone() })
}

/// Whether nothing was counted: a goal that nobody reached has no row.
fn is_empty(metrics: &[Cell]) -> bool {
    metrics.iter().all(|cell| matches!(cell, Cell::Null | Cell::Int(0) | Cell::Ratio(0, _)))
}

/// As asked, then by the dimensions' values; what is missing comes last whichever way.
fn compare(a: &[Cell], b: &[Cell], query: &Query) -> Ordering {
    let width = query.dimensions.len() + 1;
    for order in &query.order_by {
        let column = match order.key {
            OrderKey::Dimension(dimension) => dimension,
            OrderKey::Metric(metric) => width + metric,
        };
        let ordering = compare_cells(&a[column], &b[column], order.direction);
        if ordering != Ordering::Equal {
            return ordering;
        }
    }
    let by_dimension = (0..width).map(|column| compare_cells(&a[column], &b[column], Direction::Ascending));
    by_dimension.reduce(Ordering::then).unwrap_or(Ordering::Equal)
}

fn compare_cells(a: &Cell, b: &Cell, direction: Direction) -> Ordering {
    let missing = |cell: &Cell| matches!(cell, Cell::Null | Cell::Ratio(_, 0));
    let ascending = match (a, b) {
        (a, b) if missing(a) || missing(b) => return missing(a).cmp(&missing(b)),
        // Exactly: a/b against c/d is ad against cb, as denominators are counts.
        (Cell::Ratio(a, b), Cell::Ratio(c, d)) => {
            (i128::from(*a) * i128::from(*d)).cmp(&(i128::from(*c) * i128::from(*b)))
        }
        _ => a.cmp(b),
    };
    match direction {
        Direction::Ascending => ascending,
        Direction::Descending => ascending.reverse(),
    }
}
