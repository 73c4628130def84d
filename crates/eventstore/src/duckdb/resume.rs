//! What a processor needs to go on, in pieces.

use duckdb::Connection;
use duckdb::types::Value;
use kassa_model::{MICROS_PER_HOUR, Timestamp, dedupe_hash, failpoint};

use super::failure::Failure;
use super::letters::time;
use super::stream::stream;
use super::writer::read_mark;
use crate::{OpenSession, RecentId, Resume, Resumed};

/// About so many ids or sessions are sent at once.
const PIECE_ROWS: usize = 50_000;

type Send<'a> = &'a mut (dyn FnMut(Resumed) + std::marker::Send);

/// Sends mark, state, clock, sessions and ids, as of one moment.
pub(super) fn resume(
    connection: &Connection,
    ask: Resume,
    mut send: Box<dyn FnMut(Resumed) + std::marker::Send>,
) -> Result<(), Failure> {
    connection.execute_batch("BEGIN TRANSACTION")?;
    let (mark, state) = read_mark(connection, ask.partition)?;
    send(Resumed::Mark(mark));
    send(Resumed::State(state));
    let clock = connection
        .query_row(
            "SELECT epoch_us(max(received_at)) FROM events WHERE log_partition = $1",
            [ask.partition],
            |row| row.get::<_, Option<i64>>(0),
        )?
        .map(Timestamp::from_micros);
    send(Resumed::Clock(clock));
    if let Some(clock) = clock {
        let since = clock.plus_micros(ask.session_micros.saturating_neg());
        send_sessions(connection, ask.partition, since, &mut *send)?;
        let first_hour = clock.hour().saturating_sub(ask.id_hours);
        if ask.id_hours > 0 {
            failpoint::hit("resume.before_ids");
        }
        send_ids(connection, ask.partition, first_hour, &mut *send)?;
    }
    connection.execute_batch("COMMIT")?;
    Ok(())
}

fn send_sessions(
    connection: &Connection,
    partition: u32,
    since: Timestamp,
    send: Send<'_>,
) -> Result<(), Failure> {
    let sql = "
        SELECT site, visitor, session, min(occurred_at), max(occurred_at), max(received_at) FROM events
        WHERE log_partition = $1 AND order_id IS NULL AND received_at >= $2
        GROUP BY site, visitor, session, epoch_us(received_at) // 3600000000
        ORDER BY site, visitor, session, max(received_at)";
    let mut sessions = Vec::new();
    stream(connection, sql, vec![Value::UInt(partition), time(since)], |piece| {
        let (site, visitor, session) = (piece.text(0)?, piece.int(1)?, piece.int(2)?);
        let (first, last, received) = (piece.time(3)?, piece.time(4)?, piece.time(5)?);
        for row in 0..piece.rows() {
            sessions.push(OpenSession {
                site: site.value(row).to_owned(),
                visitor: visitor.value(row),
                session: session.value(row),
                first: Timestamp::from_micros(first.value(row)),
                last: Timestamp::from_micros(last.value(row)),
                received: Timestamp::from_micros(received.value(row)),
            });
        }
        if sessions.len() >= PIECE_ROWS {
            send(Resumed::Sessions(std::mem::take(&mut sessions)));
        }
        Ok(())
    })?;
    send(Resumed::Sessions(sessions));
    Ok(())
}

/// Sends the ids by ranges of hours of about a piece each, so that they never lie in memory whole.
fn send_ids(connection: &Connection, partition: u32, first_hour: i64, send: Send<'_>) -> Result<(), Failure> {
    let mut ids = Vec::new();
    for (from, to) in hour_ranges(connection, partition, first_hour)? {
        let sql = "
            SELECT site, id, received_at FROM events
            WHERE log_partition = $1 AND received_at >= $2 AND received_at < $3";
        let bounds = vec![Value::UInt(partition), hour_start(from), hour_start(to + 1)];
        let sorted = ids.len();
        stream(connection, sql, bounds, |piece| {
            let (site, id, received) = (piece.text(0)?, piece.text(1)?, piece.time(2)?);
            ids.extend((0..piece.rows()).map(|row| RecentId {
                hash: dedupe_hash(site.value(row), id.value(row)),
                hour: Timestamp::from_micros(received.value(row)).hour(),
            }));
            // The ids of one hour have no order among them, so a busy one goes piece by piece.
            if from == to && ids.len() >= PIECE_ROWS {
                send(Resumed::Ids(std::mem::take(&mut ids)));
            }
            Ok(())
        })?;
        // Hashes are sorted here: the engine would sort the texts along.
        if from < to {
            ids[sorted..].sort_unstable_by_key(|id: &RecentId| id.hour);
        }
        if ids.len() >= PIECE_ROWS {
            send(Resumed::Ids(std::mem::take(&mut ids)));
        }
    }
    send(Resumed::Ids(ids));
    Ok(())
}

fn hour_start(hour: i64) -> Value {
    time(Timestamp::from_micros(hour.saturating_mul(MICROS_PER_HOUR)))
}

/// Ranges of hours (both inclusive) that have ids: single ones, and several that together have at most a piece's rows.
fn hour_ranges(connection: &Connection, partition: u32, first_hour: i64) -> Result<Vec<(i64, i64)>, Failure> {
    let mut statement = connection.prepare(
        "SELECT epoch_us(received_at) // 3600000000 AS hour, count(*) FROM events
         WHERE log_partition = $1 AND received_at >= $2 GROUP BY hour ORDER BY hour",
    )?;
    let mut rows = statement.query(duckdb::params![partition, hour_start(first_hour)])?;
    let mut ranges: Vec<(i64, i64)> = Vec::new();
    let mut filled = 0;
    while let Some(row) = rows.next()? {
        let (hour, count): (i64, i64) = (row.get(0)?, row.get(1)?);
        match ranges.last_mut() {
            Some(range) if filled + count <= PIECE_ROWS as i64 => range.1 = hour,
            _ => {
                ranges.push((hour, hour));
                filled = 0;
            }
        }
        filled += count;
    }
    Ok(ranges)
}
