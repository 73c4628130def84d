//! What a processor needs to go on, in pieces.

use duckdb::Connection;
use duckdb::arrow::array::Array;
use duckdb::types::Value;
use kassa_model::{MICROS_PER_HOUR, Timestamp, dedupe_hash, failpoint};

use super::failure::Failure;
use super::letters::time;
use super::read::read_visits;
use super::schema::{EVENT_COLUMNS, OWN_COLUMNS};
use super::stream::stream;
use super::writer::read_mark;
use crate::sql::visits::OPENS_VISITS;
use crate::{NamedVisitor, OpenSession, RecentId, Resume, Resumed, SessionPart};

/// To so much the engine's memory is brought for a moment, once all is read.
const LITTLE: &str = "16 MiB";

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
    for (place, part) in (0..).zip(&ask.sessions) {
        send_sessions(connection, ask.partition, (place, part), &mut *send)?;
        send_names(connection, ask.partition, (place, part), &mut *send)?;
    }
    if let Some(first_hour) = ask.ids_since_hour.filter(|_| clock.is_some()) {
        failpoint::hit("resume.before_ids");
        send_ids(connection, ask.partition, first_hour, &mut *send)?;
    }
    connection.execute_batch("COMMIT")?;
    Ok(())
}

/// Makes the engine let go of the blocks that were read: nobody asks for them again, and they would lie in memory up to its
/// limit, which is `limit`, for as long as the process lives. A query beside it would be told that there is no memory.
pub(super) fn give_back(connection: &Connection, limit: &str) {
    // What is in use stays; the engine then says that it cannot, and has let go of the rest.
    for limit in [LITTLE, limit] {
        if let Err(error) = connection.execute_batch(&format!("SET memory_limit = '{limit}'")) {
            tracing::debug!(%error, limit, "the event store keeps blocks that were read");
        }
    }
}

/// One query a part: its groups alone lie in memory, and rows of other parts are hardly touched, as offsets ascend.
fn send_sessions(
    connection: &Connection,
    partition: u32,
    (place, part): (u32, &SessionPart),
    send: Send<'_>,
) -> Result<(), Failure> {
    let (condition, values) = within(partition, part);
    let visit: String =
        EVENT_COLUMNS[OWN_COLUMNS..].iter().map(|column| format!(", min({column})")).collect();
    let sql = format!(
        "SELECT site, visitor, session, min(occurred_at), max(occurred_at){visit} FROM events
         WHERE order_id IS NULL AND session <> 0 AND {condition} AND {OPENS_VISITS}
         GROUP BY site, visitor, session"
    );
    let mut sessions = Vec::new();
    stream(connection, &sql, values, |piece| {
        let (site, visitor, session) = (piece.text(0)?, piece.int(1)?, piece.int(2)?);
        let (first, last) = (piece.time(3)?, piece.time(4)?);
        for (row, visit) in read_visits(piece, 5)?.into_iter().enumerate() {
            sessions.push(OpenSession {
                part: place,
                site: site.value(row).to_owned(),
                visitor: visitor.value(row),
                session: session.value(row),
                first: Timestamp::from_micros(first.value(row)),
                last: Timestamp::from_micros(last.value(row)),
                visit,
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

/// Who is named in a part; its rows with a user are few, or at most as many as its visitors' visits.
fn send_names(
    connection: &Connection,
    partition: u32,
    (place, part): (u32, &SessionPart),
    send: Send<'_>,
) -> Result<(), Failure> {
    let (condition, values) = within(partition, part);
    let sql = format!(
        "SELECT site, user_id, visitor, session, anonymous_visitor, arg_max(received_at, sequence) FROM events
         WHERE order_id IS NULL AND user_id IS NOT NULL AND session <> 0 AND {condition}
         GROUP BY site, user_id, visitor, session, anonymous_visitor ORDER BY max(sequence)"
    );
    let mut names = Vec::new();
    stream(connection, &sql, values, |piece| {
        let (site, user, visitor, session) = (piece.text(0)?, piece.text(1)?, piece.int(2)?, piece.int(3)?);
        let (anonymous, received) = (piece.int(4)?, piece.time(5)?);
        for row in 0..piece.rows() {
            names.push(NamedVisitor {
                part: place,
                site: site.value(row).to_owned(),
                user: user.value(row).to_owned(),
                visitor: visitor.value(row),
                session: session.value(row),
                anonymous_visitor: anonymous.is_valid(row).then(|| anonymous.value(row)),
                received_at: Timestamp::from_micros(received.value(row)),
            });
        }
        if names.len() >= PIECE_ROWS {
            send(Resumed::Names(std::mem::take(&mut names)));
        }
        Ok(())
    })?;
    send(Resumed::Names(names));
    Ok(())
}

/// The condition for the records of a part, and its values.
fn within(partition: u32, part: &SessionPart) -> (String, Vec<Value>) {
    let mut condition = "log_partition = $1 AND log_offset >= $2 AND log_offset < $3".to_owned();
    let mut values = vec![Value::UInt(partition), Value::UBigInt(part.from), Value::UBigInt(part.to)];
    if let Some(hour) = part.hour {
        condition.push_str(" AND received_at >= $4 AND received_at < $5");
        values.extend([hour_start(hour), hour_start(hour.saturating_add(1))]);
    }
    (condition, values)
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
