//! The table `idempotency`.

use kassa_db::{Error, Row, Tx, params};
use kassa_model::{Timestamp, believed};

use super::answer::Answer;
use super::request::{RECORD_LIFE_MICROS, RUNNING_MICROS, Request};

/// What is recorded under a key.
#[derive(Debug)]
pub(super) enum Found {
    /// Nothing that counts: the record had expired and was replaced by the caller's.
    Nothing,
    /// The answer.
    Done(Answer),
    /// No answer yet.
    Running,
    /// Another request's record.
    Other,
}

struct Record {
    fingerprint: String,
    running: bool,
    deadline: Option<i64>,
    created_at: i64,
    answer: Answer,
}

impl Record {
    /// Whether it counts for nothing any more. One that is open does until its request is decided, however long that takes.
    fn has_outlived_its_day(&self, now: Timestamp) -> bool {
        let is_open = self.running && self.deadline.is_none();
        !is_open && self.created_at <= a_life_before(believed(now))
    }
}

/// Makes the record; false when there is one. On PostgreSQL this waits for another transaction that makes it.
pub(super) fn insert(
    tx: &mut Tx<'_>,
    request: &Request<'_>,
    key: &str,
    now: Timestamp,
) -> Result<bool, Error> {
    let sql = "INSERT INTO idempotency (scope, key, fingerprint, state, status, headers, body, created_at) \
               VALUES ($1, $2, $3, 'running', 0, '[]', '', $4) ON CONFLICT (scope, key) DO NOTHING";
    Ok(tx.execute(sql, params![request.scope, key, request.fingerprint, now.micros()])? == 1)
}

/// Whether there is a record, of whatever age.
pub(super) fn exists(tx: &mut Tx<'_>, request: &Request<'_>, key: &str) -> Result<bool, Error> {
    let sql = "SELECT 1 FROM idempotency WHERE scope = $1 AND key = $2";
    Ok(tx.first(sql, params![request.scope, key], |_| Ok(()))?.is_some())
}

/// Makes the record with its final answer.
pub(super) fn insert_done(
    tx: &mut Tx<'_>,
    request: &Request<'_>,
    key: &str,
    (answer, now): (&Answer, Timestamp),
) -> Result<(), Error> {
    let sql = "INSERT INTO idempotency (scope, key, fingerprint, state, status, headers, body, order_id, created_at) \
               VALUES ($1, $2, $3, 'done', $4, $5, $6, $7, $8)";
    let (Request { scope, fingerprint, .. }, Stored { status, headers, body, order }) =
        (request, stored(answer));
    tx.execute(sql, params![*scope, key, *fingerprint, status, &headers, body, order, now.micros()]).map(drop)
}

/// Reads the record that [`insert`] met; replaces one that has outlived its day.
pub(super) fn find(
    tx: &mut Tx<'_>,
    request: &Request<'_>,
    key: &str,
    now: Timestamp,
) -> Result<Found, Error> {
    let Some(record) = read(tx, request.scope, key)? else {
        // Cleaned away since the insert met it.
        return take_again(tx, request, key, now);
    };
    if record.has_outlived_its_day(now) {
        let sql = "DELETE FROM idempotency WHERE scope = $1 AND key = $2 AND created_at = $3";
        tx.execute(sql, params![request.scope, key, record.created_at])?;
        return take_again(tx, request, key, now);
    }
    if record.fingerprint != request.fingerprint {
        return Ok(Found::Other);
    }
    if !record.running {
        return Ok(Found::Done(record.answer));
    }
    // A deadline further away than any can be was written by a process with a wrong clock.
    let furthest = now.micros().saturating_add(RUNNING_MICROS);
    if record.deadline.is_none_or(|deadline| now.micros() < deadline && deadline <= furthest) {
        return Ok(Found::Running);
    }
    // Past the deadline the 202 that stands is final; whoever was first to say otherwise has won.
    let sql = "UPDATE idempotency SET state = 'done' WHERE scope = $1 AND key = $2 AND state = 'running'";
    tx.execute(sql, params![request.scope, key])?;
    Ok(read(tx, request.scope, key)?.map_or(Found::Running, |record| Found::Done(record.answer)))
}

/// What is recorded under the key, without a change.
pub(super) fn look(
    tx: &mut Tx<'_>,
    request: &Request<'_>,
    key: &str,
    now: Timestamp,
) -> Result<Found, Error> {
    Ok(match read(tx, request.scope, key)?.filter(|record| !record.has_outlived_its_day(now)) {
        None => Found::Nothing,
        Some(record) if record.fingerprint != request.fingerprint => Found::Other,
        Some(record) if record.running => Found::Running,
        Some(record) => Found::Done(record.answer),
    })
}

fn take_again(tx: &mut Tx<'_>, request: &Request<'_>, key: &str, now: Timestamp) -> Result<Found, Error> {
    Ok(if insert(tx, request, key, now)? { Found::Nothing } else { Found::Running })
}

fn read(tx: &mut Tx<'_>, scope: &str, key: &str) -> Result<Option<Record>, Error> {
    let sql = "SELECT fingerprint, state, deadline, created_at, status, headers, body, order_id \
               FROM idempotency WHERE scope = $1 AND key = $2";
    tx.first(sql, params![scope, key], |row| {
        Ok(Record {
            fingerprint: row.text(0)?,
            running: row.text(1)? == "running",
            deadline: row.int_or_null(2)?,
            created_at: row.int(3)?,
            answer: answer(row)?,
        })
    })
}

fn answer(row: &Row<'_>) -> Result<Answer, Error> {
    let headers = row.text(5)?;
    Ok(Answer {
        status: u16::try_from(row.int(4)?).map_err(|_| Error::Invalid("a stored status".to_owned()))?,
        headers: serde_json::from_str(&headers)
            .map_err(|error| Error::Invalid(format!("cannot read stored headers: {error}")))?,
        body: row.text(6)?,
        order_id: row.text_or_null(7)?,
    })
}

/// Keeps the final answer of this transaction's own record.
pub(super) fn keep(tx: &mut Tx<'_>, (scope, key): (&str, &str), answer: &Answer) -> Result<(), Error> {
    set(tx, (scope, key), answer).map(drop)
}

/// Keeps the answer that stands unless [`close`] replaces it before `deadline`.
pub(super) fn keep_running(
    tx: &mut Tx<'_>,
    (scope, key): (&str, &str),
    answer: &Answer,
    deadline: Timestamp,
) -> Result<(), Error> {
    let sql = "UPDATE idempotency SET deadline = $3, status = $4, headers = $5, body = $6, order_id = $7 \
               WHERE scope = $1 AND key = $2";
    let Stored { status, headers, body, order } = stored(answer);
    tx.execute(sql, params![scope, key, deadline.micros(), status, &headers, body, order]).map(drop)
}

/// Takes this transaction's own record back: its answer is none that is kept.
pub(super) fn forget(tx: &mut Tx<'_>, (scope, key): (&str, &str)) -> Result<(), Error> {
    tx.execute("DELETE FROM idempotency WHERE scope = $1 AND key = $2", params![scope, key]).map(drop)
}

fn set(tx: &mut Tx<'_>, (scope, key): (&str, &str), answer: &Answer) -> Result<u64, Error> {
    let sql = "UPDATE idempotency SET state = 'done', status = $3, headers = $4, body = $5, order_id = $6 \
               WHERE scope = $1 AND key = $2 AND state = 'running'";
    let Stored { status, headers, body, order } = stored(answer);
    tx.execute(sql, params![scope, key, status, &headers, body, order])
}

/// An answer as it stands in the table.
struct Stored<'a> {
    status: i64,
    headers: String,
    body: &'a str,
    order: Option<&'a str>,
}

fn stored(answer: &Answer) -> Stored<'_> {
    // Pairs of texts: serde_json always writes them.
    let headers = serde_json::to_string(&answer.headers).unwrap_or_else(|_| "[]".to_owned());
    Stored { status: answer.status.into(), headers, body: &answer.body, order: answer.order_id.as_deref() }
}

/// Sets the final answer of a running record, once. Returns the answer that stands: the given one, or the one that
/// another closed it with. To be committed before the answer is sent.
///
/// # Errors
/// The database's; [`Error::Invalid`] when there is no such record.
pub(crate) fn close(tx: &mut Tx<'_>, (scope, key): (&str, &str), answer: &Answer) -> Result<Answer, Error> {
    if set(tx, (scope, key), answer)? == 1 {
        return Ok(answer.clone());
    }
    let record = read(tx, scope, key)?;
    record.map(|record| record.answer).ok_or_else(|| Error::Invalid(format!("no record under {key}")))
}

/// Gives an open record its answer; no change if it is not open. It lives a day from `now` on.
pub(crate) fn close_open(
    tx: &mut Tx<'_>,
    (scope, key): (&str, &str),
    answer: &Answer,
    now: Timestamp,
) -> Result<(), Error> {
    let sql = "UPDATE idempotency SET state = 'done', status = $3, headers = $4, body = $5, order_id = $6, \
               created_at = $7 WHERE scope = $1 AND key = $2 AND state = 'running' AND deadline IS NULL";
    let Stored { status, headers, body, order } = stored(answer);
    tx.execute(sql, params![scope, key, status, &headers, body, order, now.micros()]).map(drop)
}

/// Takes an open record back: its request came to nothing, and a repeat may try again.
pub(crate) fn forget_open(tx: &mut Tx<'_>, (scope, key): (&str, &str)) -> Result<(), Error> {
    let sql =
        "DELETE FROM idempotency WHERE scope = $1 AND key = $2 AND state = 'running' AND deadline IS NULL";
    tx.execute(sql, params![scope, key]).map(drop)
}

/// Makes the standing answers final whose deadline has passed, or is further away than any can be; returns how many. For the
/// cleaning.
pub(crate) fn close_expired(tx: &mut Tx<'_>, now: Timestamp) -> Result<u64, Error> {
    let sql =
        "UPDATE idempotency SET state = 'done' WHERE state = 'running' AND (deadline <= $1 OR deadline > $2)";
    let furthest = now.micros().saturating_add(RUNNING_MICROS);
    tx.execute(sql, params![now.micros(), furthest])
}

/// Removes records older than a day, at most `limit`, but none that is open; returns how many.
pub(crate) fn clean(tx: &mut Tx<'_>, now: Timestamp, limit: i64) -> Result<u64, Error> {
    let sql = "DELETE FROM idempotency WHERE (scope, key) IN \
               (SELECT scope, key FROM idempotency WHERE created_at <= $1 \
               AND (state = 'done' OR deadline IS NOT NULL) ORDER BY created_at LIMIT $2)";
    tx.execute(sql, params![a_life_before(now), limit])
}

/// A record made then or before has outlived its day, µs.
fn a_life_before(now: Timestamp) -> i64 {
    now.micros().saturating_sub(RECORD_LIFE_MICROS)
}
