//! Statements on SQLite: prepared once per connection, parameters bound by the number in their name.

use std::collections::HashMap;

use rusqlite::types::{ToSqlOutput, Value, ValueRef};
use rusqlite::{Connection, PrepFlags, Rows, Statement};

use super::failure::{explain, failure};
use crate::tx::{self, Columns, Failure, Keep, ReadOutcome, each_savepoint, plain, spoilt, unreadable};
use crate::{Error, Param, Row};

const RELEASE: [&str; 8] = each_savepoint!("RELEASE");

/// A connection and the statements prepared on it. They are found by where their text is, which never moves.
pub(super) struct Session<'c> {
    connection: &'c Connection,
    statements: HashMap<(*const u8, usize), Prepared<'c>>,
    statements_max: usize,
    batches: u64,
}

struct Prepared<'c> {
    statement: Statement<'c>,
    /// For each of SQLite's positions the parameter that goes there.
    order: Vec<usize>,
}

impl<'c> Session<'c> {
    pub(super) fn new(connection: &'c Connection, statements_max: usize) -> Self {
        Self { connection, statements: HashMap::new(), statements_max, batches: 0 }
    }

    pub(super) fn connection(&self) -> &'c Connection {
        self.connection
    }

    /// Counts rows that were changed, and batches, whose effects SQLite does not count: equal counts, equal contents.
    pub(super) fn changes(&self) -> (u64, u64) {
        (self.connection.total_changes(), self.batches)
    }

    /// Runs BEGIN, COMMIT and the like, whose errors their callers judge.
    pub(super) fn command(&mut self, sql: &'static str) -> rusqlite::Result<()> {
        self.prepared(sql)?.statement.raw_execute().map(|_| ())
    }

    fn prepared(&mut self, sql: &'static str) -> rusqlite::Result<&mut Prepared<'c>> {
        let key = (sql.as_ptr(), sql.len());
        // Looked up twice, for a reference found at first could not be given up to add another.
        if !self.statements.contains_key(&key) {
            if self.statements.len() >= self.statements_max {
                self.statements.clear();
            }
            let statement = self.connection.prepare_with_flags(sql, PrepFlags::SQLITE_PREPARE_PERSISTENT)?;
            let order = order(&statement);
            self.statements.insert(key, Prepared { statement, order });
        }
        self.statements.get_mut(&key).ok_or(rusqlite::Error::InvalidQuery)
    }

    fn bound(&mut self, sql: &'static str, params: &[Param<'_>]) -> Result<&mut Statement<'c>, Failure> {
        let connection = self.connection;
        let Prepared { statement, order } =
            self.prepared(sql).map_err(|error| failure(connection, &error))?;
        if order.len() != params.len() || order.iter().any(|at| *at >= params.len()) {
            return Err(spoilt(format!("{} parameters are given and others named: {sql}", params.len())));
        }
        for (position, at) in order.iter().enumerate() {
            let bound = statement.raw_bind_parameter(position + 1, value(&params[*at])?);
            bound.map_err(|error| failure(connection, &error))?;
        }
        Ok(statement)
    }
}

/// SQLite takes `$2` for a name and numbers names by first appearance, so each goes by the number in its name.
fn order(statement: &Statement<'_>) -> Vec<usize> {
    let number = |name: &str| name.strip_prefix('$')?.parse::<usize>().ok()?.checked_sub(1);
    let at = |position| statement.parameter_name(position).and_then(number).unwrap_or(usize::MAX);
    (1..=statement.parameter_count()).map(at).collect()
}

impl tx::Session for Session<'_> {
    fn execute(&mut self, sql: &'static str, params: &[Param<'_>]) -> Result<u64, Failure> {
        let connection = self.connection;
        let changed = self.bound(sql, params)?.raw_execute();
        changed.map(|count| count as u64).map_err(|error| failure(connection, &error))
    }

    fn insert(&mut self, sql: &'static str, params: &[Param<'_>]) -> Result<i64, Failure> {
        let bare = sql.rsplit_once(" RETURNING ").map_or(sql, |(bare, _)| bare);
        match self.execute(bare, params)? {
            1 => Ok(self.connection.last_insert_rowid()),
            count => Err(spoilt(format!("{count} rows were made instead of one: {sql}"))),
        }
    }

    fn rows(&mut self, sql: &'static str, params: &[Param<'_>], keep: &mut Keep<'_>) -> ReadOutcome {
        let connection = self.connection;
        let statement = self.bound(sql, params)?;
        let to_the_end = !statement.readonly();
        let mut rows = statement.raw_query();
        while let Some(row) = rows.next().map_err(|error| failure(connection, &error))? {
            match keep(&Row(row)) {
                Ok(true) => {}
                Ok(false) if to_the_end => return drain(connection, rows).map(Ok),
                Ok(false) => break,
                Err(error) if to_the_end => return drain(connection, rows).map(|()| Err(error)),
                Err(error) => return Ok(Err(error)),
            }
        }
        Ok(Ok(()))
    }

    fn control(&mut self, sql: &'static str) -> Result<(), Failure> {
        let connection = self.connection;
        self.command(sql).map_err(|error| failure(connection, &error))
    }

    fn release(&mut self, depth: usize) -> Result<(), Failure> {
        self.control(RELEASE[depth])
    }

    fn batch(&mut self, sql: &str) -> Result<(), Failure> {
        self.batches += 1;
        self.connection.execute_batch(sql).map_err(|error| failure(self.connection, &error))
    }

    fn is_alone(&self) -> bool {
        true
    }

    fn clock(&self) -> Option<&'static str> {
        None
    }

    #[cfg(any(test, feature = "testing"))]
    fn prepare(&mut self, sql: &str) -> Result<(), Failure> {
        self.connection.prepare(sql).map(|_| ()).map_err(|error| failure(self.connection, &error))
    }
}

fn drain(connection: &Connection, mut rows: Rows<'_>) -> Result<(), Failure> {
    while rows.next().map_err(|error| failure(connection, &error))?.is_some() {}
    Ok(())
}

fn value<'a>(param: &Param<'a>) -> Result<ToSqlOutput<'a>, Failure> {
    Ok(match *param {
        Param::Null => ToSqlOutput::Owned(Value::Null),
        Param::Int(number) => ToSqlOutput::Owned(Value::Integer(number)),
        Param::Text(text) => ToSqlOutput::Borrowed(ValueRef::Text(plain(text)?.as_bytes())),
    })
}

impl Columns for rusqlite::Row<'_> {
    /// A BIGINT column.
    fn int(&self, column: usize) -> Result<Option<i64>, Error> {
        match self.get_ref(column).map_err(|error| explain(&error))? {
            ValueRef::Null => Ok(None),
            ValueRef::Integer(number) => Ok(Some(number)),
            other => Err(unreadable(column, &format!("{:?} is no integer", other.data_type()))),
        }
    }

    /// A TEXT column.
    fn text(&self, column: usize) -> Result<Option<String>, Error> {
        match self.get_ref(column).map_err(|error| explain(&error))? {
            ValueRef::Null => Ok(None),
            ValueRef::Text(bytes) => match std::str::from_utf8(bytes) {
                Ok(text) => Ok(Some(text.to_owned())),
                Err(error) => Err(unreadable(column, &error.to_string())),
            },
            other => Err(unreadable(column, &format!("{:?} is no text", other.data_type()))),
        }
    }
}

/// Leaves no transaction open.
pub(super) fn end(connection: &Connection) {
    if !connection.is_autocommit()
        && let Err(error) = connection.execute_batch("ROLLBACK")
    {
        tracing::error!(%error, "cannot roll back");
    }
}
