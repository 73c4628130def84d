//! The table `erasures`.

use kassa_db::{Error, Row, Tx, params};
use kassa_model::{Erasure, Timestamp};

use super::super::counts::Counts;
use super::Job;
use crate::stored::{from_json, to_json};

/// The columns of a [`Job`].
macro_rules! select_jobs {
    ($rest:literal) => {
        concat!("SELECT id, subject, kind, asked_by, asked_at, found, counts, done_at FROM erasures ", $rest)
    };
}

const INSERT: &str = "INSERT INTO erasures (id, subject, kind, asked_by, asked_at, found, marks, counts) \
     VALUES ($1, $2, $3, $4, $5, $6, '{}', '{}')";
const OPEN: &str = select_jobs!("WHERE subject = $1 AND done_at IS NULL ORDER BY id LIMIT 1");
const OPEN_ALL: &str = select_jobs!("WHERE done_at IS NULL ORDER BY id");
const SET_FOUND: &str = "UPDATE erasures SET found = $2, asked_at = $3 WHERE id = $1";
const SET_COUNTS: &str = "UPDATE erasures SET counts = $2 WHERE id = $1";
const SET_MARKS: &str = "UPDATE erasures SET marks = $2 WHERE id = $1";
const END: &str = "UPDATE erasures SET found = '{}', done_at = $2 WHERE id = $1";
const IDS: &str = "SELECT id FROM erasures ORDER BY id";
const NEWEST: &str = select_jobs!("WHERE id < $1 ORDER BY id DESC LIMIT $2");

#[cfg(test)]
pub(in crate::privacy) const ALL: &[&str] =
    &[INSERT, OPEN, OPEN_ALL, SET_FOUND, SET_COUNTS, SET_MARKS, END, IDS, NEWEST];

/// The open erasure of the same person with what `new` has found, or `new`.
pub(in crate::privacy) fn begin(tx: &mut Tx<'_>, new: &Job) -> Result<Job, Error> {
    if let Some(open) = tx.first(OPEN, params![&new.subject], read)? {
        let job = Job { found: open.found.and(new.found.clone()), asked_at: new.asked_at, ..open };
        tx.execute(SET_FOUND, params![&job.id, &to_json(&job.found)?, job.asked_at.micros()])?;
        return Ok(job);
    }
    let found = to_json(&new.found)?;
    let values = params![&new.id, &new.subject, &new.kind, &new.asked_by, new.asked_at.micros(), &found];
    tx.execute(INSERT, values)?;
    Ok(new.clone())
}

/// Erasures that are not finished.
pub(in crate::privacy) fn open(tx: &mut Tx<'_>) -> Result<Vec<Job>, Error> {
    tx.all(OPEN_ALL, params![], read)
}

/// Writes what was counted so far.
pub(in crate::privacy) fn set_counts(tx: &mut Tx<'_>, id: &str, counts: Counts) -> Result<(), Error> {
    tx.execute(SET_COUNTS, params![id, &to_json(&counts)?]).map(drop)
}

/// Writes by what records of the log are known.
pub(in crate::privacy) fn set_marks(tx: &mut Tx<'_>, id: &str, marks: &Erasure) -> Result<(), Error> {
    tx.execute(SET_MARKS, params![id, &to_json(marks)?]).map(drop)
}

/// Closes an erasure.
pub(in crate::privacy) fn end(tx: &mut Tx<'_>, id: &str, now: Timestamp) -> Result<(), Error> {
    tx.execute(END, params![id, now.micros()]).map(drop)
}

/// Ids of all erasures.
pub(in crate::privacy) fn ids(tx: &mut Tx<'_>) -> Result<Vec<String>, Error> {
    tx.all(IDS, params![], |row| row.text(0))
}

/// The newest erasures before the id `before`.
pub(in crate::privacy) fn newest(tx: &mut Tx<'_>, before: &str, limit: i64) -> Result<Vec<Job>, Error> {
    tx.all(NEWEST, params![before, limit], read)
}

fn read(row: &Row<'_>) -> Result<Job, Error> {
    Ok(Job {
        id: row.text(0)?,
        subject: row.text(1)?,
        kind: row.text(2)?,
        asked_by: row.text(3)?,
        asked_at: Timestamp::from_micros(row.int(4)?),
        found: from_json(&row.text(5)?)?,
        counts: from_json(&row.text(6)?)?,
        done_at: row.int_or_null(7)?.map(Timestamp::from_micros),
    })
}
