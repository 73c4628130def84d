//! Answers a report: statement, rows, cells.

use std::collections::BTreeSet;

use duckdb::{Connection, params_from_iter};

use super::dialect::DuckDb;
use super::failure::{Failure, Trouble};
use super::read::values;
use super::writer::read_marks;
use crate::query::{Cell, Dimension, Query, Table};
use crate::sql::report::{LEADING_COLUMNS, is_ratio, report};
use crate::sql::shared::{Shared, Tables};
use crate::{Answers, Error, validate};

/// What `queries` are answered, all in one transaction. One that fails in the engine ends the transaction: those after it
/// are then of a later moment.
///
/// # Errors
/// What ends all of them: the database is given up, or nobody waits any more.
pub(super) fn answers(connection: &Connection, queries: &[Query]) -> Result<Answers, Failure> {
    connection.execute_batch("BEGIN TRANSACTION")?;
    let marks = read_marks(connection)?;
    let checked: Vec<Result<(), Error>> = queries.iter().map(validate::query).collect();
    let fine = queries.iter().zip(&checked).filter(|(_, checked)| checked.is_ok());
    let shared = Shared::of(&DuckDb, &fine.map(|(query, _)| query.clone()).collect::<Vec<_>>());
    let mut made = make(connection, &shared)?;
    let (mut place, mut tables) = (0, Vec::with_capacity(queries.len()));
    for (query, checked) in queries.iter().zip(checked) {
        if let Err(invalid) = checked {
            tables.push(Err(invalid));
            continue;
        }
        let of = if made { shared.tables(place) } else { Tables::default() };
        place += 1;
        match table(connection, query, of) {
            Ok(table) => tables.push(Ok(table)),
            Err(failure) => {
                tables.push(Err(begin_again(connection, failure)?));
                made = false;
            }
        }
    }
    connection.execute_batch("COMMIT")?;
    Ok(Answers { tables, marks })
}

/// Makes the tables that queries share; whether they are there.
fn make(connection: &Connection, shared: &Shared) -> Result<bool, Failure> {
    for (name, statement) in shared.statements()? {
        let sql = format!("CREATE TEMPORARY TABLE {name} AS {}", statement.text);
        if let Err(error) = connection.execute(&sql, params_from_iter(values(statement.values))) {
            // Without them it takes longer.
            let error = begin_again(connection, error.into())?;
            tracing::warn!(%error, "cannot make what several queries share");
            return Ok(false);
        }
    }
    Ok(true)
}

/// Goes on after a failure that is one query's alone, in another transaction.
fn begin_again(connection: &Connection, failure: Failure) -> Result<Error, Failure> {
    if matches!(failure.trouble(), Trouble::Fatal | Trouble::Interrupted) {
        return Err(failure);
    }
    connection.execute_batch("ROLLBACK; BEGIN TRANSACTION")?;
    Ok(failure.into_error())
}

/// The table of `query`, which has been checked.
pub(super) fn answer(connection: &Connection, query: &Query) -> Result<Table, Failure> {
    table(connection, query, Tables::default())
}

fn table(connection: &Connection, query: &Query, shared: Tables<'_>) -> Result<Table, Failure> {
    let statement = report(&DuckDb, query, shared)?;
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
