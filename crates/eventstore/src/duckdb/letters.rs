//! Dead letters and counts: how many are kept, and how they are read.

use std::collections::BTreeMap;
use std::ops::RangeInclusive;

use duckdb::{Connection, params};
use kassa_model::{Outcome, Reason, Rejected, Timestamp};

use super::columns;
use super::failure::Failure;
use crate::retention::{LETTERS_PER_SITE_AND_DAY, letters_since};
use crate::{CountKey, DeadLetter, DeadLetterFilter, Error};

/// A time as a bound `TIMESTAMP`.
pub(super) fn time(time: Timestamp) -> duckdb::types::Value {
    duckdb::types::Value::Timestamp(duckdb::types::TimeUnit::Microsecond, time.micros())
}

/// Appends those of `letters` for which there is room in their site's day, of this partition.
pub(super) fn append(connection: &Connection, partition: u32, letters: &[DeadLetter]) -> duckdb::Result<()> {
    let day = |letter: &DeadLetter| letter.rejected.received_at.day();
    let (Some(first), Some(last)) = (letters.iter().map(day).min(), letters.iter().map(day).max()) else {
        return Ok(());
    };
    let mut stored = stored(connection, partition, first..=last)?;
    let mut kept = Vec::new();
    for letter in letters {
        let count = stored.entry((letter.rejected.site.clone(), day(letter))).or_default();
        *count += 1;
        if *count <= LETTERS_PER_SITE_AND_DAY {
            kept.push(letter.clone());
        }
    }
    if kept.is_empty() {
        return Ok(());
    }
    columns::letters(partition, &kept).append(connection, "dead_letters")
}

/// How many a partition has by site and day: one query, however many sites a batch names.
fn stored(
    connection: &Connection,
    partition: u32,
    days: RangeInclusive<i64>,
) -> duckdb::Result<BTreeMap<(String, i64), u64>> {
    let mut statement = connection.prepare_cached(
        "SELECT site, epoch_us(received_at) // 86400000000 AS day, count(*) FROM dead_letters
         WHERE received_at >= make_timestamp($1 * 86400000000)
           AND received_at < make_timestamp(($2 + 1) * 86400000000) AND log_partition = $3
         GROUP BY site, day",
    )?;
    let mut rows = statement.query(params![days.start(), days.end(), partition])?;
    let mut counts = BTreeMap::new();
    while let Some(row) = rows.next()? {
        counts.insert((row.get(0)?, row.get(1)?), row.get(2)?);
    }
    Ok(counts)
}

/// Dead letters received before this are no longer listed; nothing while the store is empty. Counted from the events that
/// were stored last: a receipt of a clock that was set ahead would else hide all others until that time, and of a letter,
/// which is rare, until the next.
fn listed_since(connection: &Connection) -> duckdb::Result<Option<duckdb::types::Value>> {
    let newest: Option<i64> = connection.query_row(
        "SELECT epoch_us(coalesce(
             (SELECT max(newest) FROM
                 (SELECT arg_max(received_at, sequence) AS newest FROM events GROUP BY log_partition)),
             (SELECT max(newest) FROM
                 (SELECT arg_max(received_at, log_offset) AS newest
                  FROM dead_letters GROUP BY log_partition))))",
        [],
        |row| row.get(0),
    )?;
    Ok(newest.map(|micros| time(letters_since(Timestamp::from_micros(micros)))))
}

/// The columns of a dead letter, in the order in which [`letter`] reads them.
const COLUMNS: &str =
    "log_partition, log_offset, id, site, epoch_us(received_at), reason, detail, dialect, original";

/// Which are meant: since a time, of a site, a reason, an id, with a text, and how many of them, newest received first.
const WHICH: &str = "FROM dead_letters
     WHERE received_at >= $1 AND ($2 IS NULL OR site = $2) AND ($3 IS NULL OR reason = $3)
       AND ($4 IS NULL OR id = $4) AND ($5 IS NULL OR contains(original, $5))
     ORDER BY received_at DESC, log_partition DESC, log_offset DESC, id DESC LIMIT $6";

/// Removes those that [`listed`] lists; how many.
pub(super) fn discard(connection: &Connection, filter: &DeadLetterFilter) -> duckdb::Result<u64> {
    let Some(since) = listed_since(connection)? else { return Ok(0) };
    let sql = format!("DELETE FROM dead_letters WHERE rowid IN (SELECT rowid {WHICH})");
    let limit = i64::from(filter.limit);
    let which = params![since, filter.site, filter.reason, filter.id, filter.has, limit];
    Ok(connection.execute(&sql, which)? as u64)
}

/// Dead letters, newest received first.
pub(super) fn listed(connection: &Connection, filter: &DeadLetterFilter) -> Result<Vec<DeadLetter>, Failure> {
    let Some(since) = listed_since(connection)? else { return Ok(Vec::new()) };
    let mut statement = connection.prepare(&format!("SELECT {COLUMNS} {WHICH}"))?;
    let limit = i64::from(filter.limit);
    let mut rows =
        statement.query(params![since, filter.site, filter.reason, filter.id, filter.has, limit])?;
    let mut found = Vec::new();
    while let Some(row) = rows.next()? {
        found.push(letter(row)?.1);
    }
    Ok(found)
}

/// Every listed dead letter with its partition, in no order.
pub(super) fn all(connection: &Connection, mut each: impl FnMut(u32, &DeadLetter)) -> Result<(), Failure> {
    let Some(since) = listed_since(connection)? else { return Ok(()) };
    let mut statement =
        connection.prepare(&format!("SELECT {COLUMNS} FROM dead_letters WHERE received_at >= $1"))?;
    let mut rows = statement.query([since])?;
    while let Some(row) = rows.next()? {
        let (partition, letter) = letter(row)?;
        each(partition, &letter);
    }
    Ok(())
}

fn letter(row: &duckdb::Row<'_>) -> Result<(u32, DeadLetter), Failure> {
    let reason: String = row.get(5)?;
    let dialect: String = row.get(7)?;
    let rejected = Rejected {
        id: row.get(2)?,
        site: row.get(3)?,
        received_at: Timestamp::from_micros(row.get(4)?),
        reason: reason.parse().map_err(unknown)?,
        detail: row.get(6)?,
        dialect: dialect.parse().map_err(unknown)?,
        original: row.get(8)?,
    };
    Ok((row.get(0)?, DeadLetter { offset: row.get(1)?, rejected }))
}

/// What is said of a row of a newer build.
pub(super) fn unknown(error: impl std::fmt::Display) -> Error {
    Error::Failed(format!("it holds what this build does not know: {error}"))
}

/// Counts of outcomes, summed up over the partitions.
pub(super) fn counts(connection: &Connection) -> Result<BTreeMap<CountKey<String>, u64>, Failure> {
    let mut statement = connection
        .prepare("SELECT site, day, outcome, reason, sum(events)::UBIGINT FROM counts GROUP BY ALL")?;
    let mut rows = statement.query([])?;
    let mut counts = BTreeMap::new();
    while let Some(row) = rows.next()? {
        let (outcome, reason): (String, String) = (row.get(2)?, row.get(3)?);
        let outcome = outcome_of(&outcome, &reason)?;
        counts.insert(CountKey { site: row.get(0)?, day: row.get(1)?, outcome }, row.get(4)?);
    }
    Ok(counts)
}

fn outcome_of(outcome: &str, reason: &str) -> Result<Outcome, Error> {
    match outcome {
        "stored" => Ok(Outcome::Stored),
        "duplicate" => Ok(Outcome::Duplicate),
        _ => Ok(Outcome::Rejected(reason.parse::<Reason>().map_err(unknown)?)),
    }
}
