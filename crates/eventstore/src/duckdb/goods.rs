//! Answers questions about products and searches.

use std::collections::BTreeSet;

use duckdb::{Connection, params_from_iter};

use super::dialect::DuckDb;
use super::failure::Failure;
use super::read::values;
use crate::goods::{
    GoodsDay, GoodsQuery, GoodsTable, GoodsTotals, ProductName, SearchTerm, is_nothing, is_nothing_of,
};
use crate::journey::Scope;
use crate::sql::goods::{currencies, days, names, totals};
use crate::sql::searches::searches;
use crate::sql::statement::Statement;

/// What is known of the products of `query`, which has been checked; of one moment.
pub(super) fn goods(connection: &Connection, query: &GoodsQuery) -> Result<GoodsTable, Failure> {
    connection.execute_batch("BEGIN TRANSACTION")?;
    let totals = all(connection, totals(&DuckDb, query)?, read_totals)?;
    let days = all(connection, days(&DuckDb, query)?, read_day)?;
    let mut table = GoodsTable {
        totals: totals.into_iter().filter(|totals| !is_nothing(totals)).collect(),
        days: days.into_iter().filter(|day| !is_nothing_of(day)).collect(),
        ..GoodsTable::default()
    };
    table.products = all(connection, names(&DuckDb, query)?, |row| {
        Ok(ProductName { sku: row.get(0)?, name: row.get(1)?, category: row.get(2)? })
    })?;
    let ends = all(connection, currencies(&DuckDb, query)?, |row| {
        Ok([row.get::<_, Option<String>>(0)?, row.get(1)?])
    })?;
    table.currencies = ends.into_iter().flatten().flatten().collect::<BTreeSet<_>>().into_iter().collect();
    connection.execute_batch("COMMIT")?;
    Ok(table)
}

/// What was searched for, most often first.
pub(super) fn terms(connection: &Connection, scope: &Scope) -> Result<Vec<SearchTerm>, Failure> {
    all(connection, searches(&DuckDb, scope)?, |row| {
        Ok(SearchTerm {
            term: row.get(0)?,
            searches: row.get(1)?,
            without_result: row.get(2)?,
            without_click: row.get(3)?,
        })
    })
}

fn read_totals(row: &duckdb::Row<'_>) -> duckdb::Result<GoodsTotals> {
    Ok(GoodsTotals {
        key: row.get(0)?,
        views: row.get(1)?,
        viewers: row.get(2)?,
        adds: row.get(3)?,
        orders: row.get(4)?,
        units: row.get(5)?,
        revenue_minor: row.get(6)?,
        buyers: row.get(7)?,
        views_out: row.get(8)?,
        viewers_out: row.get(9)?,
        micros_out: row.get(10)?,
    })
}

fn read_day(row: &duckdb::Row<'_>) -> duckdb::Result<GoodsDay> {
    Ok(GoodsDay {
        sku: row.get(0)?,
        day: row.get(1)?,
        viewers_in: row.get(2)?,
        viewers_out: row.get(3)?,
        orders: row.get(4)?,
        units: row.get(5)?,
        revenue_minor: row.get(6)?,
    })
}

fn all<T>(
    connection: &Connection,
    statement: Statement,
    read: impl Fn(&duckdb::Row<'_>) -> duckdb::Result<T>,
) -> Result<Vec<T>, Failure> {
    let mut prepared = connection.prepare(&statement.text)?;
    let mut rows = prepared.query(params_from_iter(values(statement.values)))?;
    let mut found = Vec::new();
    while let Some(row) = rows.next()? {
        found.push(read(row)?);
    }
    Ok(found)
}
