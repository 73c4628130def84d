//! Removes what is to be forgotten, piece by piece: each is one transaction between two batches, so that the processor
//! never waits long for it, and is followed by a pause.

pub(super) mod names;
pub(super) mod person;

use std::time::{Duration, Instant};

use duckdb::{Connection, params};
use kassa_model::Timestamp;

use super::letters;
use super::nobody::nobodys;
use super::writer::WriterHandle;
use crate::{Error, Forget};

/// Rows of one piece.
const PIECE_ROWS: u64 = 20_000;
/// The shortest pause after a piece; a piece that took longer is followed by as long a pause as it took.
const PAUSE_LEAST: Duration = Duration::from_millis(5);

/// Removes the events of `what`; returns how many rows it changed.
pub(super) async fn forget(writer: &WriterHandle, what: &Forget) -> Result<u64, Error> {
    match what {
        Forget::Visitor { site, visitor } => {
            let (site, visitor) = (site.clone(), *visitor);
            writer.change(Box::new(move |connection| all_of(connection, &site, visitor))).await
        }
        Forget::Before { site, time } => {
            Ok(in_pieces(writer, site, *time, remove).await? + in_pieces(writer, site, *time, empty).await?)
        }
        Forget::Person(who) => {
            let who = who.clone();
            writer.change(Box::new(move |connection| person::forget(connection, &who))).await
        }
        Forget::DeadLetters { before } => {
            let before = before.micros();
            let sql = "DELETE FROM dead_letters WHERE received_at < make_timestamp($1)";
            writer.change(Box::new(move |connection| Ok(connection.execute(sql, [before])? as u64))).await
        }
        Forget::Discarded(which) => {
            let which = which.clone();
            writer.change(Box::new(move |connection| letters::discard(connection, &which))).await
        }
    }
}

type Piece = fn(&Connection, &str, i64) -> duckdb::Result<u64>;

async fn in_pieces(writer: &WriterHandle, site: &str, time: Timestamp, piece: Piece) -> Result<u64, Error> {
    let mut changed = 0;
    loop {
        let (of, started) = (site.to_owned(), Instant::now());
        let rows = writer.change(Box::new(move |connection| piece(connection, &of, time.micros()))).await?;
        changed += rows;
        if rows < PIECE_ROWS {
            return Ok(changed);
        }
        tokio::time::sleep(started.elapsed().max(PAUSE_LEAST)).await;
    }
}

/// What the time of events is compared with: both, so that no id leaves that was received a moment ago.
const OLD: &str = "site = $1 AND epoch_us(occurred_at) < $2 AND epoch_us(received_at) < $2";

fn remove(connection: &Connection, site: &str, micros: i64) -> duckdb::Result<u64> {
    let sql = format!(
        "DELETE FROM events WHERE rowid IN (SELECT rowid FROM events WHERE {OLD} AND order_id IS NULL LIMIT {PIECE_ROWS})"
    );
    Ok(connection.execute(&sql, params![site, micros])? as u64)
}

fn empty(connection: &Connection, site: &str, micros: i64) -> duckdb::Result<u64> {
    let (values, told) = nobodys();
    let sql = format!(
        "UPDATE events SET {values} WHERE rowid IN (SELECT rowid FROM events WHERE {OLD} AND order_id <> '' AND ({told}) \
         LIMIT {PIECE_ROWS})"
    );
    Ok(connection.execute(&sql, params![site, micros])? as u64)
}

/// All of a visitor, but what became of stock, which is of nobody.
const OF_VISITOR: &str = "site = $1 AND visitor = $2 AND order_id IS DISTINCT FROM ''";

fn all_of(connection: &Connection, site: &str, visitor: i64) -> duckdb::Result<u64> {
    connection.execute_batch("BEGIN TRANSACTION")?;
    connection.execute(
        &format!("DELETE FROM items WHERE sequence IN (SELECT sequence FROM events WHERE {OF_VISITOR} AND order_id <> '')"),
        params![site, visitor],
    )?;
    let removed =
        connection.execute(&format!("DELETE FROM events WHERE {OF_VISITOR}"), params![site, visitor])?;
    connection.execute_batch("COMMIT")?;
    Ok(removed as u64)
}
