//! The SQL of deliveries, their attempts, and up to where the stream was read.

use kassa_db::{Error, Row, Tx, params};
use kassa_eventlog::{Offset, Partition};
use kassa_model::{MICROS_PER_DAY, Timestamp};
use uuid::Uuid;

use super::delivery::{Attempt, Channel, Delivery, NewDelivery, Sent, State};

/// How long a delivery stays after its end.
const KEPT_MICROS: i64 = 30 * MICROS_PER_DAY;
/// Bytes that are kept of an answer.
const ANSWER_BYTES_MAX: usize = 1_024;

macro_rules! columns {
    () => {
        "id, event_id, event_type, channel, target, template, payload, order_id, state, attempts, tries, next_at, \
         created_at, begun_at, done_at"
    };
}

const INSERT: &str = "INSERT INTO deliveries (id, event_id, event_type, channel, target, template, lane, payload, order_id, \
     state, attempts, tries, next_at, lease_until, created_at, begun_at, done_at) \
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $14, $14, $11, 0, $12, $12, $13) \
     ON CONFLICT (event_id, channel, target, template) DO NOTHING";
const NEXT_LANE: &str = "SELECT MIN(lane) FROM deliveries WHERE state = 'waiting' AND lane > $1";
const CLAIM: &str = concat!(
    "UPDATE deliveries SET lease_until = $4 WHERE id IN (SELECT id FROM deliveries WHERE state = 'waiting' AND lane = $1 \
     AND next_at <= $2 AND lease_until <= $2 ORDER BY next_at LIMIT $3) AND state = 'waiting' AND lease_until <= $2 \
     RETURNING ",
    columns!()
);
const TRIED: &str = "UPDATE deliveries SET state = $2, attempts = attempts + 1, tries = tries + 1, next_at = $3, \
     lease_until = 0, done_at = $4 WHERE id = $1 AND state = 'waiting'";
const ATTEMPT: &str = "INSERT INTO delivery_attempts (delivery_id, number, at, took_us, outcome, status, answer) \
     SELECT id, attempts, CAST($2 AS BIGINT), CAST($3 AS BIGINT), $4, CAST($5 AS BIGINT), $6 FROM deliveries WHERE id = $1";
const BY_ID: &str = concat!("SELECT ", columns!(), " FROM deliveries WHERE id = $1");
const LIST: &str = concat!(
    "SELECT ",
    columns!(),
    " FROM deliveries WHERE id < $1 AND ($2 = '' OR channel = $2) ORDER BY id DESC LIMIT $3"
);
const LIST_STATE: &str = concat!(
    "SELECT ",
    columns!(),
    " FROM deliveries WHERE state = $4 AND id < $1 AND ($2 = '' OR channel = $2) ORDER BY id DESC LIMIT $3"
);
const LIST_ORDER: &str = concat!(
    "SELECT ",
    columns!(),
    " FROM deliveries WHERE order_id = $5 AND id < $1 AND ($2 = '' OR channel = $2) AND ($4 = '' OR state = $4) \
     ORDER BY id DESC LIMIT $3"
);
const LIST_TARGET: &str = concat!(
    "SELECT ",
    columns!(),
    " FROM deliveries WHERE target = $5 AND id < $1 AND ($2 = '' OR channel = $2) AND ($4 = '' OR state = $4) \
     AND ($6 = '' OR order_id = $6) ORDER BY id DESC LIMIT $3"
);
const ATTEMPTS: &str = "SELECT number, at, took_us, outcome, status, answer FROM delivery_attempts \
     WHERE delivery_id = $1 ORDER BY number";
const REPLAY: &str = "UPDATE deliveries SET state = 'waiting', tries = 0, next_at = $2, lease_until = 0, begun_at = $2, \
     done_at = NULL WHERE id = $1 AND channel <> 'push'";
const END_LEASES: &str = "UPDATE deliveries SET lease_until = 0 WHERE state = 'waiting' AND lease_until > 0";
const GIVE_BACK: &str = "UPDATE deliveries SET lease_until = 0 WHERE id = $1 AND state = 'waiting'";
const BACKLOG: &str = "SELECT COUNT(*), MIN(created_at) FROM deliveries WHERE state = 'waiting'";
const TOLD_LATELY: &str = "SELECT COUNT(*) FROM (SELECT 1 FROM deliveries WHERE target = $1 AND event_type = $3 \
     AND created_at > $2 LIMIT $4) AS told";
const POSITION: &str = "SELECT next FROM notified WHERE log_id = $1 AND log_partition = $2";
const SINCE: &str = "SELECT MIN(since) FROM notified";
const NOTE: &str = "INSERT INTO notified (log_id, log_partition, next, since) VALUES ($1, $2, $3, $4) \
     ON CONFLICT (log_id, log_partition) DO UPDATE SET next = $3";
const OLD: &str = "SELECT id FROM deliveries WHERE done_at <= $1 ORDER BY done_at LIMIT $2";
const REMOVE_ATTEMPTS: &str = "DELETE FROM delivery_attempts WHERE delivery_id = $1";
const REMOVE: &str = "DELETE FROM deliveries WHERE id = $1 AND done_at IS NOT NULL";

/// Every statement of this file, for the test that prepares each on both engines.
#[cfg(test)]
pub(crate) const ALL: &[&str] = &[
    INSERT,
    NEXT_LANE,
    CLAIM,
    TRIED,
    ATTEMPT,
    BY_ID,
    LIST,
    LIST_STATE,
    LIST_ORDER,
    ATTEMPTS,
    REPLAY,
    END_LEASES,
    GIVE_BACK,
    BACKLOG,
    TOLD_LATELY,
    POSITION,
    SINCE,
    NOTE,
    OLD,
    REMOVE_ATTEMPTS,
    REMOVE,
];

fn delivery(row: &Row<'_>) -> Result<Delivery, Error> {
    let unknown = |what: &str, name: &str| Error::Invalid(format!("deliveries: no {what} is named {name}"));
    let (channel, state) = (row.text(3)?, row.text(8)?);
    let time = |at: Option<i64>| at.map(Timestamp::from_micros);
    Ok(Delivery {
        id: row.text(0)?,
        event_id: row.text(1)?,
        event_type: row.text(2)?,
        channel: Channel::of(&channel).ok_or_else(|| unknown("channel", &channel))?,
        target: row.text(4)?,
        template: row.text(5)?,
        payload: row.text(6)?,
        order_id: row.text_or_null(7)?,
        state: State::of(&state).ok_or_else(|| unknown("state", &state))?,
        attempts: row.int(9)?,
        tries: row.int(10)?,
        next_at: time(row.int_or_null(11)?),
        created_at: Timestamp::from_micros(row.int(12)?),
        begun_at: Timestamp::from_micros(row.int(13)?),
        done_at: time(row.int_or_null(14)?),
    })
}

/// Writes a delivery, due at once, unless this was told to this target before; its id if it was written. What is pushed is
/// there for whoever asks, so it is sent already.
pub(crate) fn insert(tx: &mut Tx<'_>, new: &NewDelivery, now: Timestamp) -> Result<Option<String>, Error> {
    match new.channel {
        Channel::Push => write(tx, new, (State::Sent, 0), now),
        Channel::Email | Channel::Webhook => write(tx, new, (State::Waiting, 0), now),
    }
}

/// As [`insert`], of one that is not sent, and why.
pub(crate) fn insert_dead(
    tx: &mut Tx<'_>,
    new: &NewDelivery,
    why: &str,
    now: Timestamp,
) -> Result<Option<String>, Error> {
    let Some(id) = write(tx, new, (State::Dead, 1), now)? else { return Ok(None) };
    note_attempt(tx, &id, (now, 0), &Sent::Never { status: None, answer: why.to_owned() })?;
    Ok(Some(id))
}

fn write(
    tx: &mut Tx<'_>,
    new: &NewDelivery,
    (state, attempts): (State, i64),
    now: Timestamp,
) -> Result<Option<String>, Error> {
    let id = Uuid::now_v7().to_string();
    let lane = new.channel.lane(&new.target);
    let waits = state == State::Waiting;
    let values = params![
        &id,
        &new.event_id,
        &new.event_type,
        new.channel.name(),
        &new.target,
        new.template,
        &lane,
        &new.payload,
        new.order_id.as_deref(),
        state.name(),
        waits.then_some(now.micros()),
        now.micros(),
        (!waits).then_some(now.micros()),
        attempts
    ];
    Ok((tx.execute(INSERT, values)? == 1).then_some(id))
}

/// The lanes in which something waits, due or not.
pub(crate) fn lanes(tx: &mut Tx<'_>) -> Result<Vec<String>, Error> {
    let mut lanes: Vec<String> = Vec::new();
    loop {
        let last = lanes.last().map_or("", String::as_str);
        match tx.first(NEXT_LANE, params![last], |row| row.text_or_null(0))?.flatten() {
            Some(lane) => lanes.push(lane),
            None => return Ok(lanes),
        }
    }
}

/// Takes at most `most` deliveries of a lane that are due, those first that have waited longest, until `until`: nobody else does
/// before.
pub(crate) fn claim(
    tx: &mut Tx<'_>,
    (lane, most): (&str, usize),
    now: Timestamp,
    until: Timestamp,
) -> Result<Vec<Delivery>, Error> {
    let most = i64::try_from(most).unwrap_or(i64::MAX);
    let mut claimed = tx.all(CLAIM, params![lane, now.micros(), most, until.micros()], delivery)?;
    claimed.sort_unstable_by_key(|delivery| delivery.next_at);
    Ok(claimed)
}

/// Notes what came of an attempt that was begun at `at`, and when the next one is due if there is to be one; whether the
/// delivery waited still.
pub(crate) fn tried(
    tx: &mut Tx<'_>,
    id: &str,
    (at, took_us): (Timestamp, i64),
    sent: &Sent,
    (next, now): (Option<Timestamp>, Timestamp),
) -> Result<bool, Error> {
    let state = match (sent, next) {
        (Sent::Done { .. }, _) => State::Sent,
        (Sent::Later { .. }, Some(_)) => State::Waiting,
        (Sent::Later { .. }, None) | (Sent::Never { .. }, _) => State::Dead,
    };
    let next = next.filter(|_| state == State::Waiting).map(Timestamp::micros);
    let done_at = (state != State::Waiting).then(|| now.micros());
    if tx.execute(TRIED, params![id, state.name(), next, done_at])? == 0 {
        return Ok(false);
    }
    note_attempt(tx, id, (at, took_us), sent)?;
    Ok(true)
}

fn note_attempt(
    tx: &mut Tx<'_>,
    id: &str,
    (at, took_us): (Timestamp, i64),
    sent: &Sent,
) -> Result<(), Error> {
    let answer = beginning(sent.answer());
    tx.execute(ATTEMPT, params![id, at.micros(), took_us, sent.name(), sent.status(), &answer]).map(drop)
}

/// As much of an answer as is kept, without what a database cannot hold.
fn beginning(answer: &str) -> String {
    let mut end = answer.len().min(ANSWER_BYTES_MAX);
    while !answer.is_char_boundary(end) {
        end -= 1;
    }
    answer[..end].replace('\0', "\u{fffd}")
}

/// The delivery with this id.
pub(crate) fn by_id(tx: &mut Tx<'_>, id: &str) -> Result<Option<Delivery>, Error> {
    tx.first(BY_ID, params![id], delivery)
}

/// Which deliveries are listed; an empty name stands for any.
#[derive(Debug, Clone, Default)]
pub(crate) struct Filter {
    pub(crate) state: Option<State>,
    pub(crate) channel: Option<Channel>,
    pub(crate) order_id: Option<String>,
    /// To this address, endpoint or recipient.
    pub(crate) target: Option<String>,
    /// Those before this id.
    pub(crate) before: Option<String>,
}

/// The newest deliveries, newest first.
pub(crate) fn list(tx: &mut Tx<'_>, filter: &Filter, limit: i64) -> Result<Vec<Delivery>, Error> {
    // Behind every UUID.
    let before = filter.before.as_deref().unwrap_or("~");
    let channel = filter.channel.map_or("", Channel::name);
    let state = filter.state.map_or("", State::name);
    if let Some(target) = &filter.target {
        let order = filter.order_id.as_deref().unwrap_or("");
        return tx.all(LIST_TARGET, params![before, channel, limit, state, target, order], delivery);
    }
    match (&filter.order_id, filter.state) {
        (Some(order), _) => tx.all(LIST_ORDER, params![before, channel, limit, state, order], delivery),
        (None, Some(_)) => tx.all(LIST_STATE, params![before, channel, limit, state], delivery),
        (None, None) => tx.all(LIST, params![before, channel, limit], delivery),
    }
}

/// Every attempt of a delivery, in their order.
pub(crate) fn attempts(tx: &mut Tx<'_>, id: &str) -> Result<Vec<Attempt>, Error> {
    tx.all(ATTEMPTS, params![id], |row| {
        Ok(Attempt {
            number: row.int(0)?,
            at: Timestamp::from_micros(row.int(1)?),
            took_us: row.int(2)?,
            outcome: row.text(3)?,
            status: row.int_or_null(4)?,
            answer: row.text(5)?,
        })
    })
}

/// Begins a delivery anew, under the same id; whether there is one that is sent to somebody.
pub(crate) fn replay(tx: &mut Tx<'_>, id: &str, now: Timestamp) -> Result<bool, Error> {
    Ok(tx.execute(REPLAY, params![id, now.micros()])? == 1)
}

/// Lets everything be claimed again that a process had claimed.
pub(crate) fn end_leases(tx: &mut Tx<'_>) -> Result<(), Error> {
    tx.execute(END_LEASES, params![]).map(drop)
}

/// Lets a delivery be claimed again.
pub(crate) fn give_back(tx: &mut Tx<'_>, id: &str) -> Result<(), Error> {
    tx.execute(GIVE_BACK, params![id]).map(drop)
}

/// How many deliveries wait, and since when the oldest of them does.
pub(crate) fn backlog(tx: &mut Tx<'_>) -> Result<(i64, Option<Timestamp>), Error> {
    let found = tx.first(BACKLOG, params![], |row| Ok((row.int(0)?, row.int_or_null(1)?)))?;
    let (rows, oldest) = found.unwrap_or_default();
    Ok((rows, oldest.map(Timestamp::from_micros)))
}

/// Whether a target was told of events of this type so many times since then.
pub(crate) fn was_told(
    tx: &mut Tx<'_>,
    (target, event_type): (&str, &str),
    (times, since): (i64, Timestamp),
) -> Result<bool, Error> {
    let found =
        tx.first(TOLD_LATELY, params![target, since.micros(), event_type, times], |row| row.int(0))?;
    Ok(found.unwrap_or_default() >= times)
}

/// Where a partition of a log is read on.
pub(crate) fn position(tx: &mut Tx<'_>, log_id: &str, partition: Partition) -> Result<Option<Offset>, Error> {
    let found = tx.first(POSITION, params![log_id, i64::from(partition)], |row| row.int(0))?;
    Ok(found.map(|next| Offset(next.unsigned_abs())))
}

/// When a stream was first read.
pub(crate) fn since(tx: &mut Tx<'_>) -> Result<Option<Timestamp>, Error> {
    let found = tx.first(SINCE, params![], |row| row.int_or_null(0))?;
    Ok(found.flatten().map(Timestamp::from_micros))
}

/// Notes where a partition of a log is read on; `since` where nothing was noted of it before.
pub(crate) fn note_position(
    tx: &mut Tx<'_>,
    (log_id, partition): (&str, Partition),
    next: Offset,
    since: Timestamp,
) -> Result<(), Error> {
    let next = i64::try_from(next.0).unwrap_or(i64::MAX);
    tx.execute(NOTE, params![log_id, i64::from(partition), next, since.micros()]).map(drop)
}

/// Removes at most `most` deliveries that ended long ago, with their attempts; how many.
pub(crate) fn clean(tx: &mut Tx<'_>, now: Timestamp, most: i64) -> Result<u64, Error> {
    let before = now.plus_micros(-KEPT_MICROS);
    let old = tx.all(OLD, params![before.micros(), most], |row| row.text(0))?;
    let mut removed = 0;
    for id in old {
        tx.execute(REMOVE_ATTEMPTS, params![&id])?;
        removed += tx.execute(REMOVE, params![&id])?;
    }
    Ok(removed)
}
