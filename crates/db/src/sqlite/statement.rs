//! Statements on SQLite: prepared once per connection, parameters bound by the number in their name.

use rusqlite::types::{ToSqlOutput, Value, ValueRef};
use rusqlite::{CachedStatement, Connection, Rows};

use super::{explain, failure};
use crate::tx::{Columns, Failure, Keep, ReadOutcome, plain, unreadable};
use crate::{Error, Param, Row};

pub(crate) fn execute(connection: &Connection, sql: &str, params: &[Param<'_>]) -> Result<u64, Failure> {
    let mut statement = prepared(connection, sql, params)?;
    let changed = statement.raw_execute().map_err(|error| failure(connection, &error))?;
    Ok(changed as u64)
}

/// Hands the rows to `keep` until it wants no more. A statement that writes is always run to its end.
pub(crate) fn rows(
    connection: &Connection,
    sql: &str,
    params: &[Param<'_>],
    keep: &mut Keep<'_>,
) -> ReadOutcome {
    let mut statement = prepared(connection, sql, params)?;
    let to_the_end = !statement.readonly();
    let mut rows = statement.raw_query();
    while let Some(row) = rows.next().map_err(|error| failure(connection, &error))? {
        match keep(&Row(Columns::Sqlite(row))) {
            Ok(true) => {}
            Ok(false) if to_the_end => return drain(connection, rows).map(Ok),
            Ok(false) => break,
            Err(error) if to_the_end => return drain(connection, rows).map(|()| Err(error)),
            Err(error) => return Ok(Err(error)),
        }
    }
    Ok(Ok(()))
}

fn drain(connection: &Connection, mut rows: Rows<'_>) -> Result<(), Failure> {
    while rows.next().map_err(|error| failure(connection, &error))?.is_some() {}
    Ok(())
}

/// Statements without parameters and answers.
pub(crate) fn batch(connection: &Connection, sql: &str) -> Result<(), Failure> {
    // Savepoints are prepared once like any other statement; several at a time cannot be.
    let outcome = if sql.contains(';') {
        connection.execute_batch(sql)
    } else {
        connection.prepare_cached(sql).and_then(|mut statement| statement.raw_execute().map(|_| ()))
    };
    outcome.map_err(|error| failure(connection, &error))
}

/// Prepares a statement without running it.
#[cfg(any(test, feature = "testing"))]
pub(crate) fn prepare(connection: &Connection, sql: &str) -> Result<(), Failure> {
    connection.prepare(sql).map(|_| ()).map_err(|error| failure(connection, &error))
}

fn prepared<'c>(
    connection: &'c Connection,
    sql: &str,
    params: &[Param<'_>],
) -> Result<CachedStatement<'c>, Failure> {
    let mut statement = connection.prepare_cached(sql).map_err(|error| failure(connection, &error))?;
    let count = statement.parameter_count();
    if count != params.len() {
        return Err(spoilt(format!("{count} parameters are named and {} given: {sql}", params.len())));
    }
    // SQLite takes `$2` for a name and numbers names by first appearance, so each goes by the number in its name.
    for position in 1..=count {
        let number = statement.parameter_name(position).and_then(|name| name.strip_prefix('$')?.parse().ok());
        let param = number.and_then(|number: usize| params.get(number.checked_sub(1)?));
        let Some(param) = param else {
            return Err(spoilt(format!("a parameter is not one of $1 to ${count}: {sql}")));
        };
        let value = value(param)?;
        let bound = statement.raw_bind_parameter(position, value);
        bound.map_err(|error| failure(connection, &error))?;
    }
    Ok(statement)
}

fn spoilt(why: String) -> Failure {
    Failure::Spoilt(Error::Statement(why))
}

fn value<'a>(param: &Param<'a>) -> Result<ToSqlOutput<'a>, Failure> {
    Ok(match *param {
        Param::Null => ToSqlOutput::Owned(Value::Null),
        Param::Int(number) => ToSqlOutput::Owned(Value::Integer(number)),
        Param::Text(text) => ToSqlOutput::Borrowed(ValueRef::Text(plain(text)?.as_bytes())),
    })
}

/// A BIGINT column.
pub(crate) fn int(row: &rusqlite::Row<'_>, column: usize) -> Result<Option<i64>, Error> {
    match row.get_ref(column).map_err(|error| explain(&error))? {
        ValueRef::Null => Ok(None),
        ValueRef::Integer(number) => Ok(Some(number)),
        other => Err(unreadable(column, &format!("{:?} is no integer", other.data_type()))),
    }
}

/// A TEXT column.
pub(crate) fn text(row: &rusqlite::Row<'_>, column: usize) -> Result<Option<String>, Error> {
    match row.get_ref(column).map_err(|error| explain(&error))? {
        ValueRef::Null => Ok(None),
        ValueRef::Text(bytes) => match std::str::from_utf8(bytes) {
            Ok(text) => Ok(Some(text.to_owned())),
            Err(error) => Err(unreadable(column, &error.to_string())),
        },
        other => Err(unreadable(column, &format!("{:?} is no text", other.data_type()))),
    }
}
