//! Answers a report: statement, rows, cells.

use std::collections::BTreeSet;

use duckdb::{Connection, params_from_iter};

use super::dialect::DuckDb;
use super::failure::Failure;
use super::read::values;
use crate::query::{Cell, Dimension, Query, Table};
use crate::sql::report::{LEADING_COLUMNS, is_ratio, report};

/// The table of `query`, which has been checked.
pub(super) fn answer(connection: &Connection, query: &Query) -> Result<Table, Failure> {
    let statement = report(&DuckDb, query)?;
    let mut prepared = connection.prepare(&statement.text)?;
    let mut found = prepared.query(params_from_iter(values(statement.values)))?;
    let mut table = Table { rows: Vec::new(), total_rows: 0, currencies: Vec::new() };
    while let Some(row) = found.next()? {
        table.total_rows = row.get::<_, i64>(0)?.unsigned_abs();
        if table.currencies.is_empty() {
            let ends: BTreeSet<String> =
                [row.get::<_, Option<String>>(1)?, row.get(2)?].into_iter().flatten().collect();
            table.currencies = ends.into_iter().collect();
        }
        if row.get::<_, Option<i32>>(3)?.is_some() {
            table.rows.push(read_line(row, query)?);
        }
    }
    Ok(table)
}

fn read_line(row: &duckdb::Row<'_>, query: &Query) -> Result<Vec<Cell>, Failure> {
    let mut column = LEADING_COLUMNS;
    let mut line = Vec::with_capacity(query.dimensions.len() + query.metrics.len());
    for dimension in &query.dimensions {
        line.push(match dimension {
            Dimension::Time { .. } => Cell::Int(row.get(column)?),
            Dimension::Field(_) => row.get::<_, Option<String>>(column)?.map_or(Cell::Null, Cell::Text),
        });
        column += 1;
    }
    for metric in &query.metrics {
        if is_ratio(*metric) {
            line.push(Cell::Ratio(row.get(column)?, row.get(column + 1)?));
            column += 2;
        } else {
            line.push(Cell::Int(row.get(column)?));
            column += 1;
        }
    }
    Ok(line)
}
