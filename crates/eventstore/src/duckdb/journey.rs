//! Answers the questions that follow visitors.

use std::collections::BTreeSet;

use duckdb::Connection;

use super::dialect::DuckDb;
use super::failure::Failure;
use super::read::values;
use super::stream::{Piece, maybe, stream};
use crate::journey::{
    Funnel, FunnelAnswer, Node, Of, Paths, PathsAnswer, Retention, RetentionAnswer, Scope, Step,
};
use crate::query::TimeRange;
use crate::sql::attempts::{Attempts, Marked};
use crate::sql::statement::Statement;
use crate::sql::trail::{Names, Visits};
use crate::sql::{funnel, paths, retention};

/// What the engine sorts of an eighth of ten million events fits the memory that it has by default; all of them do not.
const PARTS: i64 = 8;

/// The answer to `asked`, which has been checked.
pub(super) fn funnel(connection: &Connection, asked: &Funnel) -> Result<FunnelAnswer, Failure> {
    at_one_moment(connection, || {
        let mut marked = Marked::default();
        run(connection, funnel::orders(&DuckDb, asked), |piece| {
            let (sequences, amounts, currencies) = (piece.unsigned(0)?, piece.int(1)?, piece.text(2)?);
            for row in 0..piece.rows() {
                let order = (amounts.value(row), maybe(currencies, row).unwrap_or_default());
                marked.orders.insert(sequences.value(row), order);
            }
            Ok(())
        })?;
        if asked.steps.iter().any(Step::is_order) {
            run(connection, funnel::refusals(&DuckDb, asked)?, |piece| {
                let (sequences, reasons) = (piece.unsigned(0)?, piece.text(1)?);
                let reasons = (0..piece.rows()).map(|row| (row, maybe(reasons, row)));
                marked
                    .refusals
                    .extend(reasons.filter_map(|(row, reason)| Some((sequences.value(row), reason?))));
                Ok(())
            })?;
        }
        let mut attempts = Attempts::new(asked, &marked);
        run(connection, funnel::steps(&DuckDb, asked)?, |piece| {
            let (visitors, times) = (piece.int(0)?, piece.time(1)?);
            let (sequences, marks) = (piece.unsigned(2)?, piece.number(3)?);
            for row in 0..piece.rows() {
                attempts.add(visitors.value(row), (times.value(row), sequences.value(row)), marks.value(row));
            }
            Ok(())
        })?;
        Ok(attempts.finish())
    })
}

/// The answer to `asked`, which has been checked.
pub(super) fn retention(connection: &Connection, asked: &Retention) -> Result<RetentionAnswer, Failure> {
    let mut answer = RetentionAnswer::empty(asked);
    let members = match asked.of {
        Of::Visitors => retention::visitors(&DuckDb, asked)?,
        Of::Customers => retention::customers(&DuckDb, asked)?,
    };
    let mut currencies = BTreeSet::new();
    at_one_moment(connection, || {
        run(connection, members, |piece| {
            let (cohorts, periods) = (piece.int(0)?, piece.int(1)?);
            let (repeat, members) = (piece.flag(2)?, piece.int(3)?);
            for row in 0..piece.rows() {
                let members = members.value(row).unsigned_abs();
                answer.add(cohorts.value(row), periods.value(row), (members, repeat.value(row)));
            }
            Ok(())
        })?;
        if asked.of == Of::Visitors {
            return Ok(());
        }
        run(connection, retention::money(&DuckDb, asked)?, |piece| {
            let (cohorts, periods, amounts) = (piece.int(0)?, piece.int(1)?, piece.int(2)?);
            let (low, high) = (piece.text(3)?, piece.text(4)?);
            for row in 0..piece.rows() {
                answer.add_money(cohorts.value(row), periods.value(row), amounts.value(row));
                currencies.extend([maybe(low, row), maybe(high, row)].into_iter().flatten());
            }
            Ok(())
        })
    })?;
    Ok(answer.with_currencies(&currencies))
}

/// The answer to `asked`, which has been checked.
pub(super) fn paths(connection: &Connection, asked: &Paths) -> Result<PathsAnswer, Failure> {
    at_one_moment(connection, || {
        let mut names = Names::default();
        run(connection, paths::names(&DuckDb, asked)?, |piece| {
            let (hashes, pages, texts) = (piece.unsigned(0)?, piece.flag(1)?, piece.text(2)?);
            for row in 0..piece.rows() {
                let text = texts.value(row).to_owned();
                let node = if pages.value(row) { Node::Page(text) } else { Node::Event(text) };
                names.add(hashes.value(row), node);
            }
            Ok(())
        })?;
        let mut visits = Visits::new(asked, &names);
        for range in parts(asked.scope.range) {
            let part = Paths { scope: Scope { range, ..asked.scope.clone() }, ..asked.clone() };
            run(connection, paths::stops(&DuckDb, &part)?, |piece| {
                let (visit, hashes, marks) = (piece.unsigned(0)?, piece.unsigned(1)?, piece.number(2)?);
                for row in 0..piece.rows() {
                    visits.add(visit.value(row), hashes.value(row), marks.value(row));
                }
                Ok(())
            })?;
        }
        Ok(visits.finish())
    })
}

/// The parts of `range` that paths are read in, one after the other: a visit lies in the one in which it began.
fn parts(range: TimeRange) -> impl Iterator<Item = TimeRange> {
    let step = range.to.micros().saturating_sub(range.from.micros()) / PARTS;
    let begin = move |part: i64| if part == PARTS { range.to } else { range.from.plus_micros(step * part) };
    (0..PARTS).map(move |part| TimeRange { from: begin(part), to: begin(part + 1) })
}

/// Runs several statements that see the same rows.
fn at_one_moment<T>(
    connection: &Connection,
    statements: impl FnOnce() -> Result<T, Failure>,
) -> Result<T, Failure> {
    connection.execute_batch("BEGIN TRANSACTION")?;
    let answer = statements();
    // A connection is used once: what a failed end leaves behind goes with it.
    let ended = connection.execute_batch("ROLLBACK");
    let answer = answer?;
    ended?;
    Ok(answer)
}

fn run(
    connection: &Connection,
    statement: Statement,
    each: impl FnMut(&Piece<'_>) -> Result<(), Failure>,
) -> Result<(), Failure> {
    stream(connection, &statement.text, values(statement.values), each)
}
