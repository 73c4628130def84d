//! Totals added to the store's table.

use std::cmp::Ordering;
use std::collections::HashMap;

use kassa_access::DayCounts;
use kassa_eventstore::query::{Cell, Direction, Metric, OrderKey, Query, Table};

use super::answerable::Reason;
use super::found::Imported;
use crate::report::shape::zero;

/// The page of the answer that `table`, with all rows, and totals make together; `table` itself where there are none.
pub(crate) fn merge(table: Table, query: &Query, imported: &mut Option<Imported>) -> Table {
    let Some(Imported { found, .. }) = imported else { return table };
    let Ok(totals) = found else { return table };
    let ((limit, offset), mut table) = (totals.page, table);
    if table.total_rows > table.rows.len() as u64 {
        // Rows that are not here may have totals.
        *found = Err(Reason::Rows);
    } else {
        add(&mut table, query, (&totals.rows, &totals.knows));
    }
    let (limit, offset) = (limit as usize, offset as usize);
    table.rows = table.rows.into_iter().skip(offset).take(limit).collect();
    table
}

fn add(table: &mut Table, query: &Query, (totals, knows): (&[(Vec<Cell>, DayCounts)], &[bool])) {
    let width = query.dimensions.len();
    let mut places: HashMap<Vec<Cell>, usize> =
        table.rows.iter().enumerate().map(|(place, row)| (row[..width].to_vec(), place)).collect();
    for (dimensions, counts) in totals {
        let place = *places.entry(dimensions.clone()).or_insert_with(|| {
            let zeros = query.metrics.iter().map(|metric| zero(*metric));
            table.rows.push(dimensions.iter().cloned().chain(zeros).collect());
            table.rows.len() - 1
        });
        let known = query.metrics.iter().zip(knows).zip(&mut table.rows[place][width..]);
        for ((metric, _), cell) in known.filter(|((_, knows), _)| **knows) {
            *cell = sum(cell, &counted(*metric, counts));
        }
    }
    table.rows.sort_by(|a, b| compare(a, b, query));
    table.total_rows = table.rows.len() as u64;
}

/// What totals know of a metric.
fn counted(metric: Metric, counts: &DayCounts) -> Cell {
    let DayCounts { visitors, visits, pageviews, bounces, seconds, events } = *counts;
    match metric {
        Metric::Visitors => Cell::Int(visitors),
        Metric::Visits => Cell::Int(visits),
        Metric::Pageviews => Cell::Int(pageviews),
        Metric::Events => Cell::Int(events),
        Metric::ViewsPerVisit => Cell::Ratio(pageviews, visits),
        Metric::BounceRate => Cell::Ratio(bounces.saturating_mul(100), visits),
        Metric::VisitDuration => Cell::Ratio(seconds, visits),
        _ => Cell::Null,
    }
}

fn sum(one: &Cell, other: &Cell) -> Cell {
    match (one, other) {
        (Cell::Int(one), Cell::Int(other)) => Cell::Int(one.saturating_add(*other)),
        (Cell::Ratio(top, bottom), Cell::Ratio(more, of)) => {
            Cell::Ratio(top.saturating_add(*more), bottom.saturating_add(*of))
        }
        (Cell::Null, other) => other.clone(),
        (one, _) => one.clone(),
    }
}

/// The order of a store's rows.
fn compare(a: &[Cell], b: &[Cell], query: &Query) -> Ordering {
    let width = query.dimensions.len();
    let asked = query.order_by.iter().map(|order| match order.key {
        OrderKey::Dimension(dimension) => (dimension, order.direction),
        OrderKey::Metric(metric) => (width + metric, order.direction),
    });
    let ties = (0..width).map(|column| (column, Direction::Ascending));
    asked
        .chain(ties)
        .map(|(column, direction)| compare_cells(&a[column], &b[column], direction))
        .find(|ordering| *ordering != Ordering::Equal)
        .unwrap_or(Ordering::Equal)
}

/// Missing values are last, whatever the direction.
fn compare_cells(a: &Cell, b: &Cell, direction: Direction) -> Ordering {
    let missing = |cell: &Cell| matches!(cell, Cell::Null | Cell::Ratio(_, 0));
    let ascending = match (a, b) {
        _ if missing(a) || missing(b) => return missing(a).cmp(&missing(b)),
        (Cell::Ratio(top, bottom), Cell::Ratio(other, of)) => {
            (i128::from(*top) * i128::from(*of)).cmp(&(i128::from(*other) * i128::from(*bottom)))
        }
        _ => a.cmp(b),
    };
    match direction {
        Direction::Ascending => ascending,
        Direction::Descending => ascending.reverse(),
    }
}
