//! A connection and the statements prepared on it.

use std::collections::HashMap;

use postgres::error::SqlState;
use postgres::types::{ToSql, Type};
use postgres::{Client, Statement};

use super::failure::{explain, failure};
use crate::tx::{self, Columns, Failure, Keep, ReadOutcome, plain, spoilt, unreadable};
use crate::{Error, Param, Row};

/// A connection and the statements prepared on it.
pub(crate) struct Session {
    client: Client,
    statements: HashMap<&'static str, Statement>,
    statements_max: usize,
}

impl std::fmt::Debug for Session {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.debug_struct("Session").field("statements", &self.statements.len()).finish_non_exhaustive()
    }
}

impl Session {
    pub(super) fn new(client: Client, statements_max: usize) -> Self {
        Self { client, statements: HashMap::new(), statements_max }
    }

    /// Runs BEGIN, COMMIT and the like, whose errors their callers judge.
    pub(super) fn command(&mut self, sql: &str) -> Result<(), postgres::Error> {
        self.client.batch_execute(sql)
    }

    pub(super) fn is_closed(&self) -> bool {
        self.client.is_closed()
    }

    /// The statement with parameter types that fit. They are declared, as far as they are known: PostgreSQL infers INTEGER,
    /// which has 32 bits, from `$1 + 1`. A NULL says nothing of its type, so a later value may ask for another one.
    fn prepared(&mut self, sql: &'static str, params: &[Param<'_>]) -> Result<Statement, Failure> {
        let known = self.statements.get(sql);
        if let Some(statement) = known.filter(|statement| fits(statement, params)) {
            return Ok(statement.clone());
        }
        let types: Vec<Type> = (0..params.len()).map(|at| type_of(&params[at], known, at)).collect();
        let named = (1..=params.len()).all(|number| names(sql, number));
        if !named || names(sql, params.len() + 1) {
            return Err(spoilt(format!("{} parameters are given and others named: {sql}", params.len())));
        }
        let prepared = prepare(&mut self.client, sql, types).map_err(|error| failure(&error))?;
        if self.statements.len() >= self.statements_max {
            self.statements.clear();
        }
        self.statements.insert(sql, prepared.clone());
        Ok(prepared)
    }
}

impl tx::Session for Session {
    fn batch(&mut self, sql: &str) -> Result<(), Failure> {
        self.client.batch_execute(sql).map_err(|error| failure(&error))
    }

    fn is_alone(&self) -> bool {
        false
    }

    fn clock(&self) -> Option<&'static str> {
        Some("SELECT CAST(EXTRACT(EPOCH FROM clock_timestamp()) * 1000000 AS BIGINT)")
    }

    fn control(&mut self, sql: &'static str) -> Result<(), Failure> {
        self.batch(sql)
    }

    /// The commit ends savepoints, and the newest of a name is found first: a round trip saved.
    fn release(&mut self, _depth: usize) -> Result<(), Failure> {
        Ok(())
    }

    fn execute(&mut self, sql: &'static str, params: &[Param<'_>]) -> Result<u64, Failure> {
        let statement = self.prepared(sql, params)?;
        if !statement.columns().is_empty() {
            return Err(spoilt(format!("it gives an answer and is not to be executed: {sql}")));
        }
        with_values(&statement, params, |values| {
            self.client.execute(&statement, values).map_err(|error| failure(&error))
        })
    }

    fn insert(&mut self, sql: &'static str, params: &[Param<'_>]) -> Result<i64, Failure> {
        let statement = self.prepared(sql, params)?;
        let rows = with_values(&statement, params, |values| {
            self.client.query(&statement, values).map_err(|error| failure(&error))
        })?;
        match rows.as_slice() {
            [row] => row.try_get(0).map_err(|error| failure(&error)),
            rows => Err(spoilt(format!("{} rows were made instead of one: {sql}", rows.len()))),
        }
    }

    fn rows(&mut self, sql: &'static str, params: &[Param<'_>], keep: &mut Keep<'_>) -> ReadOutcome {
        let statement = self.prepared(sql, params)?;
        let rows = with_values(&statement, params, |values| {
            self.client.query(&statement, values).map_err(|error| failure(&error))
        })?;
        for row in &rows {
            match keep(&Row(row)) {
                Ok(true) => {}
                Ok(false) => break,
                Err(error) => return Ok(Err(error)),
            }
        }
        Ok(Ok(()))
    }

    /// Prepares a statement without running it.
    #[cfg(any(test, feature = "testing"))]
    fn prepare(&mut self, sql: &str) -> Result<(), Failure> {
        let count = (1..).take_while(|number| names(sql, *number)).count();
        let outcome = prepare(&mut self.client, sql, vec![Type::UNKNOWN; count]);
        outcome.map(|_| ()).map_err(|error| failure(&error))
    }
}

/// Whether the statement names the parameter of this number.
fn names(sql: &str, number: usize) -> bool {
    let name = format!("${number}");
    let ends = |at: usize| !sql[at + name.len()..].starts_with(|next: char| next.is_ascii_digit());
    sql.match_indices(&name).any(|(at, _)| ends(at))
}

/// Prepares a statement. Types that are not known are left to PostgreSQL; where it cannot say, as in `$1 IS NULL OR a = $1`,
/// TEXT is tried and then BIGINT. A failure in a transaction would end it, so the trials are in a savepoint.
fn prepare(client: &mut Client, sql: &str, mut types: Vec<Type>) -> Result<Statement, postgres::Error> {
    if !types.contains(&Type::UNKNOWN) {
        return client.prepare_typed(sql, &types);
    }
    client.batch_execute("SAVEPOINT trial")?;
    let mut guess = None;
    loop {
        let error = match client.prepare_typed(sql, &types) {
            Ok(statement) => {
                client.batch_execute("RELEASE trial")?;
                return Ok(statement);
            }
            Err(error) => error,
        };
        let Some((position, tried)) = next_guess(&error, &types, guess) else { return Err(error) };
        client.batch_execute("ROLLBACK TO SAVEPOINT trial")?;
        types[position] = tried;
        guess = Some(position);
    }
}

/// Which parameter to give which type, after an error that a type may mend.
fn next_guess(error: &postgres::Error, types: &[Type], last: Option<usize>) -> Option<(usize, Type)> {
    let code = error.code()?;
    if [SqlState::AMBIGUOUS_PARAMETER, SqlState::INDETERMINATE_DATATYPE].contains(code) {
        let (_, number) = error.as_db_error()?.message().split_once('$')?;
        let digits = number.split(|next: char| !next.is_ascii_digit()).next()?;
        let position = digits.parse::<usize>().ok()?.checked_sub(1)?;
        return (types.get(position) == Some(&Type::UNKNOWN)).then_some((position, Type::TEXT));
    }
    let mismatch = [SqlState::UNDEFINED_FUNCTION, SqlState::DATATYPE_MISMATCH].contains(code);
    last.filter(|position| mismatch && types[*position] == Type::TEXT).map(|position| (position, Type::INT8))
}

fn fits(statement: &Statement, params: &[Param<'_>]) -> bool {
    let types = statement.params();
    types.len() == params.len()
        && types.iter().zip(params).all(|(declared, param)| match param {
            Param::Null => true,
            Param::Int(_) => *declared == Type::INT8,
            Param::Text(_) => *declared == Type::TEXT,
        })
}

fn type_of(param: &Param<'_>, known: Option<&Statement>, position: usize) -> Type {
    match param {
        Param::Int(_) => Type::INT8,
        Param::Text(_) => Type::TEXT,
        Param::Null => known.and_then(|known| known.params().get(position).cloned()).unwrap_or(Type::UNKNOWN),
    }
}

/// A NULL has a type here, too: that of its parameter.
fn null(declared: &Type) -> Result<&'static (dyn ToSql + Sync), Failure> {
    Ok(match *declared {
        Type::INT8 => &None::<i64>,
        Type::INT4 => &None::<i32>,
        Type::INT2 => &None::<i16>,
        Type::BOOL => &None::<bool>,
        Type::TEXT | Type::VARCHAR | Type::BPCHAR | Type::NAME | Type::UNKNOWN => &None::<&str>,
        _ => return Err(spoilt(format!("a parameter would have the type {declared}"))),
    })
}

fn with_values<T>(
    statement: &Statement,
    params: &[Param<'_>],
    run: impl FnOnce(&[&(dyn ToSql + Sync)]) -> Result<T, Failure>,
) -> Result<T, Failure> {
    let mut values: Vec<&(dyn ToSql + Sync)> = Vec::with_capacity(params.len());
    for (param, declared) in params.iter().zip(statement.params()) {
        values.push(match param {
            Param::Null => null(declared)?,
            Param::Int(number) => number,
            Param::Text(text) => {
                plain(text)?;
                text
            }
        });
    }
    run(&values)
}

impl Columns for postgres::Row {
    /// A BIGINT column; a comparison's BOOLEAN and a literal's INTEGER, too, which are integers on SQLite.
    fn int(&self, column: usize) -> Result<Option<i64>, Error> {
        let outcome = match *declared(self, column)? {
            Type::INT8 => self.try_get(column),
            Type::INT4 => self.try_get(column).map(|found: Option<i32>| found.map(i64::from)),
            Type::INT2 => self.try_get(column).map(|found: Option<i16>| found.map(i64::from)),
            Type::BOOL => self.try_get(column).map(|found: Option<bool>| found.map(i64::from)),
            ref other => return Err(unreadable(column, &format!("{other} is no BIGINT"))),
        };
        outcome.map_err(|error| explain(&error))
    }

    /// A TEXT column.
    fn text(&self, column: usize) -> Result<Option<String>, Error> {
        match *declared(self, column)? {
            Type::TEXT | Type::VARCHAR | Type::BPCHAR | Type::NAME | Type::UNKNOWN => {
                self.try_get(column).map_err(|error| explain(&error))
            }
            ref other => Err(unreadable(column, &format!("{other} is no text"))),
        }
    }
}

fn declared(row: &postgres::Row, column: usize) -> Result<&Type, Error> {
    let found = row.columns().get(column).map(postgres::Column::type_);
    found.ok_or_else(|| unreadable(column, "there is no such column"))
}
