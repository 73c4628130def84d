//! The SQL of batches: how far a file has come, what it made, and which of its lines were refused.

use kassa_db::{Error, Row, Tx, params};
use kassa_model::Timestamp;

use super::batch::{Batch, Counts, Kind, Refused};

/// The columns of a [`Batch`], in the order in which [`batch`] reads them.
macro_rules! columns {
    () => {
        "id, kind, file, name, done_to, made, changed, same, refused, created_at, finished_at, undone_at"
    };
}

/// Refused lines of a batch that are kept; of further ones only how many there are.
const REFUSED_MAX: i64 = 100_000;

const BY_ID: &str = concat!("SELECT ", columns!(), " FROM import_batch WHERE id = $1");
const NEWEST: &str =
    concat!("SELECT ", columns!(), " FROM import_batch ORDER BY created_at DESC, id LIMIT $1");
const INSERT: &str = "INSERT INTO import_batch (id, kind, file, name, done_to, made, changed, same, refused, created_at) \
     VALUES ($1, $2, $3, $4, 0, 0, 0, 0, 0, $5) ON CONFLICT (id) DO NOTHING";
const ANEW: &str = "UPDATE import_batch SET done_to = 0, made = 0, changed = 0, same = 0, refused = 0, created_at = $2, \
     finished_at = NULL, undone_at = NULL WHERE id = $1";
const FORGET_REFUSED: &str = "DELETE FROM import_refused WHERE batch_id = $1";
const FORGET_MADE: &str = "DELETE FROM imported WHERE batch_id = $1";
const ADVANCE: &str = "UPDATE import_batch SET done_to = $3 \
     WHERE id = $1 AND done_to = $2 AND finished_at IS NULL AND undone_at IS NULL";
const COUNT: &str = "UPDATE import_batch SET made = made + $2, changed = changed + $3, same = same + $4, \
     refused = refused + $5 WHERE id = $1";
const FINISH: &str = "UPDATE import_batch SET finished_at = $2 WHERE id = $1";
const MADE: &str = "INSERT INTO imported (batch_id, line, thing) VALUES ($1, $2, $3) ON CONFLICT (batch_id, line) DO NOTHING";
const REFUSE: &str = "INSERT INTO import_refused (batch_id, line, why) VALUES ($1, $2, $3) \
     ON CONFLICT (batch_id, line) DO NOTHING";
const REFUSED: &str =
    "SELECT line, why FROM import_refused WHERE batch_id = $1 AND line > $2 ORDER BY line LIMIT $3";
const THINGS: &str = "SELECT line, thing FROM imported WHERE batch_id = $1 ORDER BY line DESC LIMIT $2";
const FORGET: &str = "DELETE FROM imported WHERE batch_id = $1 AND line = $2";
const UNDONE: &str = "UPDATE import_batch SET undone_at = $2 WHERE id = $1";

/// Every statement of this file, for the test that prepares each on both engines.
#[cfg(test)]
pub(super) const ALL: &[&str] = &[
    BY_ID,
    NEWEST,
    INSERT,
    ANEW,
    FORGET_REFUSED,
    FORGET_MADE,
    ADVANCE,
    COUNT,
    FINISH,
    MADE,
    REFUSE,
    REFUSED,
    THINGS,
    FORGET,
    UNDONE,
];

fn batch(row: &Row<'_>) -> Result<Batch, Error> {
    let kind = row.text(1)?;
    Ok(Batch {
        id: row.text(0)?,
        kind: Kind::of(&kind).ok_or_else(|| Error::Invalid(format!("import_batch: no kind {kind}")))?,
        file: row.text(2)?,
        name: row.text(3)?,
        done_to: row.int(4)?,
        counts: Counts { made: row.int(5)?, changed: row.int(6)?, same: row.int(7)?, refused: row.int(8)? },
        created_at: Timestamp::from_micros(row.int(9)?),
        finished_at: row.int_or_null(10)?.map(Timestamp::from_micros),
        undone_at: row.int_or_null(11)?.map(Timestamp::from_micros),
    })
}

/// The batch of this id.
pub(super) fn by_id(tx: &mut Tx<'_>, id: &str) -> Result<Option<Batch>, Error> {
    tx.first(BY_ID, params![id], batch)
}

/// The batches that were begun last.
pub(super) fn newest(tx: &mut Tx<'_>, limit: i64) -> Result<Vec<Batch>, Error> {
    tx.all(NEWEST, params![limit], batch)
}

/// Begins a batch, unless there is one of its id.
pub(super) fn insert(tx: &mut Tx<'_>, new: &Batch) -> Result<(), Error> {
    let values = params![&new.id, new.kind.name(), &new.file, &new.name, new.created_at.micros()];
    tx.execute(INSERT, values).map(drop)
}

/// Begins a batch once more with its first line.
pub(super) fn begin_anew(tx: &mut Tx<'_>, id: &str, now: Timestamp) -> Result<(), Error> {
    tx.execute(FORGET_REFUSED, params![id])?;
    tx.execute(ANEW, params![id, now.micros()]).map(drop)
}

/// A batch that stands at the line `from` is at `to` from now on; whether it stood there. Whoever does the same at the same time
/// is waited for.
pub(super) fn advance(tx: &mut Tx<'_>, id: &str, (from, to): (i64, i64)) -> Result<bool, Error> {
    Ok(tx.execute(ADVANCE, params![id, from, to])? == 1)
}

/// Adds what became of some lines.
pub(super) fn count(tx: &mut Tx<'_>, id: &str, counts: Counts) -> Result<(), Error> {
    let Counts { made, changed, same, refused } = counts;
    tx.execute(COUNT, params![id, made, changed, same, refused]).map(drop)
}

/// All lines of the file are taken.
pub(super) fn finish(tx: &mut Tx<'_>, id: &str, now: Timestamp) -> Result<(), Error> {
    tx.execute(FINISH, params![id, now.micros()]).map(drop)
}

/// Notes what a line has made.
pub(super) fn made(tx: &mut Tx<'_>, id: &str, line: i64, thing: &str) -> Result<(), Error> {
    tx.execute(MADE, params![id, line, thing]).map(drop)
}

/// Notes why nothing was made of a line, unless the batch has refused more than anybody reads.
pub(super) fn refuse(tx: &mut Tx<'_>, batch: &Batch, line: &Refused) -> Result<(), Error> {
    if batch.counts.refused >= REFUSED_MAX {
        return Ok(());
    }
    tx.execute(REFUSE, params![&batch.id, line.line, &line.why]).map(drop)
}

/// Refused lines behind the line `after`.
pub(super) fn refused(tx: &mut Tx<'_>, id: &str, after: i64, limit: i64) -> Result<Vec<Refused>, Error> {
    tx.all(REFUSED, params![id, after, limit], |row| Ok(Refused { line: row.int(0)?, why: row.text(1)? }))
}

/// What the batch has made last, with its lines.
pub(super) fn things(tx: &mut Tx<'_>, id: &str, limit: i64) -> Result<Vec<(i64, String)>, Error> {
    tx.all(THINGS, params![id, limit], |row| Ok((row.int(0)?, row.text(1)?)))
}

/// What a line has made is gone.
pub(super) fn forget(tx: &mut Tx<'_>, id: &str, line: i64) -> Result<(), Error> {
    tx.execute(FORGET, params![id, line]).map(drop)
}

/// All that the batch has made is gone.
pub(super) fn undone(tx: &mut Tx<'_>, id: &str, now: Timestamp) -> Result<(), Error> {
    tx.execute(FORGET_MADE, params![id])?;
    tx.execute(UNDONE, params![id, now.micros()]).map(drop)
}
