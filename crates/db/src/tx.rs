//! A transaction, as business rules see it.
//!
//! It remembers what went wrong in it, so that whatever error an operation makes of it, or if it makes none, the runner
//! knows what to do: run it again, undo it, or throw the connection away.

use kassa_model::Timestamp;

use crate::Error;

/// A statement about the savepoint of each depth, ready-made so that it is prepared like any other: they nest 8 deep.
macro_rules! each_savepoint {
    ($verb:literal) => { each_savepoint!($verb: "s1" "s2" "s3" "s4" "s5" "s6" "s7" "s8") };
    ($verb:literal: $($name:literal)*) => { [$(concat!($verb, " ", $name)),*] };
}
pub(crate) use each_savepoint;

const SAVE: [&str; 8] = each_savepoint!("SAVEPOINT");
const UNDO: [&str; 8] = each_savepoint!("ROLLBACK TO SAVEPOINT");

/// A value of a statement. `None` of an `Option` is NULL; `bool` is 0 or 1.
#[derive(Debug, Clone, Copy)]
pub enum Param<'a> {
    /// NULL.
    Null,
    /// BIGINT.
    Int(i64),
    /// TEXT. It holds no NUL character: PostgreSQL has none.
    Text(&'a str),
}

/// A row of an answer; columns by position, from 0.
#[derive(Debug)]
pub struct Row<'a>(pub(crate) &'a dyn Columns);

/// Where the columns are: an engine's row.
pub(crate) trait Columns {
    /// A BIGINT column.
    fn int(&self, column: usize) -> Result<Option<i64>, Error>;
    /// A TEXT column.
    fn text(&self, column: usize) -> Result<Option<String>, Error>;
}

impl std::fmt::Debug for dyn Columns + '_ {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.write_str("columns")
    }
}

/// A transaction.
pub struct Tx<'a> {
    session: &'a mut dyn Session,
    depth: usize,
    spoilt: Option<Error>,
    doom: Option<Doom>,
}

/// A connection in a transaction.
pub(crate) trait Session {
    /// Runs a statement; how many rows it changed.
    fn execute(&mut self, sql: &'static str, params: &[Param<'_>]) -> Result<u64, Failure>;
    /// Runs an `INSERT … RETURNING` that makes one row; the column that it returns, which on SQLite is the row's number.
    fn insert(&mut self, sql: &'static str, params: &[Param<'_>]) -> Result<i64, Failure>;
    /// Hands the rows of an answer to `keep` until it wants no more. A statement that writes runs to its end.
    fn rows(&mut self, sql: &'static str, params: &[Param<'_>], keep: &mut Keep<'_>) -> ReadOutcome;
    /// Runs a statement without parameters and answer.
    fn control(&mut self, sql: &'static str) -> Result<(), Failure>;
    /// Ends the innermost savepoint, if the engine needs that before the commit.
    fn release(&mut self, depth: usize) -> Result<(), Failure>;
    /// Runs several statements.
    fn batch(&mut self, sql: &str) -> Result<(), Failure>;
    /// Whether nobody else writes until this transaction ends.
    fn is_alone(&self) -> bool;
    /// What asks the server for its time, µs, where there is a server.
    fn clock(&self) -> Option<&'static str>;
    /// Prepares a statement without running it.
    #[cfg(any(test, feature = "testing"))]
    fn prepare(&mut self, sql: &str) -> Result<(), Failure>;
}

impl std::fmt::Debug for Tx<'_> {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let mut out = out.debug_struct("Tx");
        out.field("depth", &self.depth).field("spoilt", &self.spoilt).field("doom", &self.doom);
        out.finish_non_exhaustive()
    }
}

/// Why a transaction can no longer be committed, whatever is rolled back.
#[derive(Debug, Clone)]
pub(crate) enum Doom {
    /// It must be run again: serialization failure, deadlock.
    Again(Error),
    /// It is gone: SQLite rolled it back, or the connection to PostgreSQL is lost.
    Gone(Error),
}

impl Doom {
    pub(crate) fn error(&self) -> &Error {
        match self {
            Self::Again(error) | Self::Gone(error) => error,
        }
    }
}

/// What a failed statement means for its transaction.
#[derive(Debug)]
pub(crate) enum Failure {
    /// It did nothing; its savepoint is spoilt.
    Spoilt(Error),
    /// The transaction is doomed.
    Doomed(Doom),
}

impl Row<'_> {
    /// A BIGINT column that is not NULL.
    pub fn int(&self, column: usize) -> Result<i64, Error> {
        self.int_or_null(column)?.ok_or_else(|| null(column))
    }
    /// A BIGINT column.
    pub fn int_or_null(&self, column: usize) -> Result<Option<i64>, Error> {
        self.0.int(column)
    }
    /// A TEXT column that is not NULL.
    pub fn text(&self, column: usize) -> Result<String, Error> {
        self.text_or_null(column)?.ok_or_else(|| null(column))
    }
    /// A TEXT column.
    pub fn text_or_null(&self, column: usize) -> Result<Option<String>, Error> {
        self.0.text(column)
    }
    /// A BIGINT column of 0 or 1.
    pub fn flag(&self, column: usize) -> Result<bool, Error> {
        match self.int(column)? {
            0 => Ok(false),
            1 => Ok(true),
            other => Err(unreadable(column, &format!("{other} is neither 0 nor 1"))),
        }
    }
}

fn null(column: usize) -> Error {
    unreadable(column, "it is NULL")
}

/// A column that is not what the reader takes it for.
pub(crate) fn unreadable(column: usize, why: &str) -> Error {
    Error::Statement(format!("column {column} of the answer: {why}"))
}

impl<'a> Tx<'a> {
    pub(crate) fn new(session: &'a mut dyn Session) -> Self {
        Self { session, depth: 0, spoilt: None, doom: None }
    }

    /// What went wrong outside of savepoints, and what dooms the transaction.
    pub(crate) fn into_faults(self) -> (Option<Error>, Option<Doom>) {
        (self.spoilt, self.doom)
    }

    /// Runs a statement; returns how many rows it changed.
    ///
    /// # Errors
    /// Whatever the engine says. The savepoint around it is then spoilt: no further statement runs until it is undone.
    pub fn execute(&mut self, sql: &'static str, params: &[Param<'_>]) -> Result<u64, Error> {
        self.usable()?;
        self.session.execute(sql, params).map_err(|failure| self.failed(failure))
    }

    /// Runs an `INSERT … RETURNING` of one row; the one column that it returns, which must be the identity of its table.
    /// (SQLite knows that one anyway; for RETURNING it builds a table in memory each time.)
    ///
    /// # Errors
    /// As [`Tx::execute`], and if another number of rows was made.
    pub fn insert(&mut self, sql: &'static str, params: &[Param<'_>]) -> Result<i64, Error> {
        self.usable()?;
        self.session.insert(sql, params).map_err(|failure| self.failed(failure))
    }

    /// Every row of the answer.
    ///
    /// # Errors
    /// As [`Tx::execute`], or what `read` says.
    pub fn all<T>(
        &mut self,
        sql: &'static str,
        params: &[Param<'_>],
        mut read: impl FnMut(&Row<'_>) -> Result<T, Error>,
    ) -> Result<Vec<T>, Error> {
        let mut found = Vec::new();
        let mut keep = |row: &Row<'_>| {
            found.push(read(row)?);
            Ok(true)
        };
        self.rows(sql, params, &mut keep)?;
        Ok(found)
    }

    /// The rows of all these keys, eight to a statement, which names them `$1` to `$8`: one text serves any number of keys,
    /// for a part that is short repeats its last.
    ///
    /// # Errors
    /// As for [`all`](Self::all).
    pub fn all_of<T>(
        &mut self,
        sql: &'static str,
        keys: &[Param<'_>],
        mut read: impl FnMut(&Row<'_>) -> Result<T, Error>,
    ) -> Result<Vec<T>, Error> {
        let mut found = Vec::with_capacity(keys.len());
        for part in keys.chunks(8) {
            let mut eight = [part[part.len() - 1]; 8];
            eight[..part.len()].copy_from_slice(part);
            found.extend(self.all(sql, &eight, &mut read)?);
        }
        Ok(found)
    }

    /// The first row, if there is one.
    ///
    /// # Errors
    /// As [`Tx::execute`], or what `read` says.
    pub fn first<T>(
        &mut self,
        sql: &'static str,
        params: &[Param<'_>],
        read: impl FnOnce(&Row<'_>) -> Result<T, Error>,
    ) -> Result<Option<T>, Error> {
        let (mut found, mut read) = (None, Some(read));
        let mut keep = |row: &Row<'_>| {
            if let Some(read) = read.take() {
                found = Some(read(row)?);
            }
            Ok(false)
        };
        self.rows(sql, params, &mut keep)?;
        Ok(found)
    }

    fn rows(&mut self, sql: &'static str, params: &[Param<'_>], keep: &mut Keep<'_>) -> Result<(), Error> {
        self.usable()?;
        self.session.rows(sql, params, keep).map_err(|failure| self.failed(failure))?
    }

    /// Runs statements that take no parameters and give no answer; for migrations.
    pub(crate) fn batch(&mut self, sql: &str) -> Result<(), Error> {
        self.usable()?;
        self.session.batch(sql).map_err(|failure| self.failed(failure))
    }

    /// Runs `op` in a savepoint: its `Err` undoes what it did and leaves the transaction usable. They nest 8 deep.
    ///
    /// # Errors
    /// The error of `op`, or that of a statement which failed in it although it returned `Ok`.
    pub fn savepoint<T, E: From<Error>>(
        &mut self,
        op: impl FnOnce(&mut Tx<'_>) -> Result<T, E>,
    ) -> Result<T, E> {
        self.usable()?;
        let depth = self.depth;
        let save = SAVE.get(depth).ok_or_else(|| Error::Statement("savepoints nest too deep".to_owned()))?;
        self.session.control(save).map_err(|failure| self.failed(failure))?;
        self.depth = depth + 1;
        let outcome = op(self);
        self.depth = depth;
        if let Some(doom) = &self.doom {
            return outcome.and_then(|_| Err(E::from(doom.error().clone())));
        }
        match self.spoilt.take() {
            Some(spoilt) => {
                self.undo(depth)?;
                outcome.and_then(|_| Err(E::from(spoilt)))
            }
            None if outcome.is_ok() => {
                self.session.release(depth).map_err(|failure| self.failed(failure))?;
                outcome
            }
            None => {
                self.undo(depth)?;
                outcome
            }
        }
    }

    /// What time it is for everybody who uses this database: by its server's clock, so that processes agree whose own clocks
    /// do not; `own` on SQLite, whose file is one process's alone. A round trip.
    ///
    /// # Errors
    /// As [`Tx::execute`].
    pub fn now(&mut self, own: Timestamp) -> Result<Timestamp, Error> {
        let Some(sql) = self.session.clock() else { return Ok(own) };
        let found = self.first(sql, &[], |row| row.int(0))?;
        Ok(found.map_or(own, Timestamp::from_micros))
    }

    /// Whether nobody else writes until this transaction ends, so that what it reads stays true: SQLite has one writer.
    pub fn is_alone(&self) -> bool {
        self.session.is_alone()
    }

    fn undo(&mut self, depth: usize) -> Result<(), Error> {
        let outcome = self.session.control(UNDO[depth]).and_then(|()| self.session.release(depth));
        outcome.map_err(|failure| self.failed(failure))
    }

    /// Prepares a statement without running it; for tests.
    #[cfg(any(test, feature = "testing"))]
    pub(crate) fn prepare(&mut self, sql: &str) -> Result<(), Error> {
        self.usable()?;
        self.session.prepare(sql).map_err(|failure| self.failed(failure))
    }

    /// Refuses what follows a failure: SQLite would run it, perhaps outside of any transaction.
    fn usable(&self) -> Result<(), Error> {
        let doom = self.doom.as_ref().map(Doom::error);
        doom.or(self.spoilt.as_ref()).map_or(Ok(()), |error| Err(error.clone()))
    }

    fn failed(&mut self, failure: Failure) -> Error {
        match failure {
            Failure::Spoilt(error) => {
                self.spoilt = Some(error.clone());
                error
            }
            Failure::Doomed(doom) => {
                let error = doom.error().clone();
                self.doom = Some(doom);
                error
            }
        }
    }
}

/// Takes a row; says whether it wants more.
pub(crate) type Keep<'a> = dyn FnMut(&Row<'_>) -> Result<bool, Error> + 'a;

/// Rows were read: the answer of the reader, which spoils nothing; or the statement failed.
pub(crate) type ReadOutcome = Result<Result<(), Error>, Failure>;

impl From<i64> for Param<'_> {
    fn from(value: i64) -> Self {
        Self::Int(value)
    }
}

impl From<bool> for Param<'_> {
    fn from(value: bool) -> Self {
        Self::Int(value.into())
    }
}

impl<'a> From<&'a str> for Param<'a> {
    fn from(value: &'a str) -> Self {
        Self::Text(value)
    }
}

impl<'a> From<&'a String> for Param<'a> {
    fn from(value: &'a String) -> Self {
        Self::Text(value)
    }
}

impl<'a, T: Into<Param<'a>>> From<Option<T>> for Param<'a> {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Null, Into::into)
    }
}

/// Parameters of a statement, from anything that [`Param`] is made of: `params![id, name, category.as_deref()]`.
#[macro_export]
macro_rules! params {
    ($($value:expr),* $(,)?) => { &[$($crate::Param::from($value)),*] };
}

/// A statement that is wrong in itself.
pub(crate) fn spoilt(why: String) -> Failure {
    Failure::Spoilt(Error::Statement(why))
}

/// A text that neither engine's drivers trip over.
pub(crate) fn plain(text: &str) -> Result<&str, Failure> {
    if text.contains('\0') {
        return Err(Failure::Spoilt(Error::Nul));
    }
    Ok(text)
}
