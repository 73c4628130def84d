//! The table `work`.

use kassa_db::{Error, Row, Tx, params};
use kassa_model::{MICROS_PER_DAY, Timestamp};

use super::{Work, WorkKind};
use crate::stored::{from_json, to_json};
use crate::transport::commands::Command;

/// The columns of a [`Work`], in the order in which [`read`] reads them.
macro_rules! select_work {
    ($rest:literal) => {
        concat!("SELECT id, order_id, kind, payload, attempts, next_at FROM work ", $rest)
    };
}

/// Writes a command that is still to be sent; the drain looks at it from its `next_at` on.
pub(crate) fn insert(tx: &mut Tx<'_>, work: &Work, now: Timestamp) -> Result<(), Error> {
    let sql = "INSERT INTO work (order_id, kind, ref, payload, attempts, next_at, created_at) \
               VALUES ($1, $2, $3, $4, $5, $6, $7)";
    let (reference, payload) = (work.command.reference(), to_json(work)?);
    let (kind, next_at) = (work.kind.name(), work.next_at.micros());
    tx.execute(
        sql,
        params![&work.order_id, kind, reference, &payload, work.attempts, next_at, now.micros()],
    )?;
    Ok(())
}

/// Closes the row of this reference; whether it was open.
pub(crate) fn finish(tx: &mut Tx<'_>, reference: &str, now: Timestamp) -> Result<bool, Error> {
    let sql = "UPDATE work SET done_at = $2 WHERE ref = $1 AND done_at IS NULL";
    Ok(tx.execute(sql, params![reference, now.micros()])? > 0)
}

/// Removes the rows of an order that leaves.
pub(crate) fn forget(tx: &mut Tx<'_>, order_id: &str) -> Result<(), Error> {
    tx.execute("DELETE FROM work WHERE order_id = $1", params![order_id]).map(drop)
}

/// Whether anything waits.
pub(crate) fn is_any(tx: &mut Tx<'_>) -> Result<bool, Error> {
    let sql = "SELECT 1 FROM work WHERE done_at IS NULL LIMIT 1";
    Ok(tx.first(sql, params![], |row| row.int(0))?.is_some())
}

/// How many orders and edits wait, counted up to `most`.
pub(crate) fn count(tx: &mut Tx<'_>, most: i64) -> Result<u64, Error> {
    let sql = "SELECT COUNT(*) FROM (SELECT 1 FROM work WHERE done_at IS NULL AND kind <> 'release' LIMIT $1) AS open";
    let count = tx.first(sql, params![most], |row| row.int(0))?;
    Ok(count.and_then(|count| u64::try_from(count).ok()).unwrap_or(0))
}

/// The oldest open rows.
pub(crate) fn oldest(tx: &mut Tx<'_>, most: i64) -> Result<Vec<Work>, Error> {
    let sql = select_work!("WHERE done_at IS NULL ORDER BY id LIMIT $1");
    tx.all(sql, params![most], read)
}

fn read(row: &Row<'_>) -> Result<Work, Error> {
    let name = row.text(2)?;
    let kind = [WorkKind::Order, WorkKind::Edit].into_iter().find(|kind| kind.name() == name);
    Ok(Work {
        id: row.int(0)?,
        order_id: row.text(1)?,
        kind: kind.unwrap_or_default(),
        attempts: row.int(4)?,
        next_at: Timestamp::from_micros(row.int(5)?),
        ..from_json(&row.text(3)?)?
    })
}

/// The open row of this very command: an edit that was begun after one that was refused has the same `ref`.
pub(crate) fn open(tx: &mut Tx<'_>, command: &Command) -> Result<Option<Work>, Error> {
    let sql = select_work!("WHERE ref = $1 AND done_at IS NULL");
    Ok(tx.first(sql, params![command.reference()], read)?.filter(|work| work.command == *command))
}

/// Notes a try of this row that brought no reply; the next one comes at `next_at`.
pub(crate) fn postpone(tx: &mut Tx<'_>, id: i64, next_at: Timestamp) -> Result<(), Error> {
    let sql = "UPDATE work SET attempts = attempts + 1, next_at = $2 WHERE id = $1 AND done_at IS NULL";
    tx.execute(sql, params![id, next_at.micros()])?;
    Ok(())
}

/// Leaves the command of an accepted order to the drain, from `now` on.
pub(crate) fn leave(tx: &mut Tx<'_>, reference: &str, now: Timestamp) -> Result<(), Error> {
    let sql = "UPDATE work SET attempts = attempts + 1, next_at = $2 \
               WHERE ref = $1 AND kind = 'deduct' AND done_at IS NULL";
    tx.execute(sql, params![reference, now.micros()])?;
    Ok(())
}

/// Takes an open row that nobody has tried, for its drain or for whoever drops it: only one of them gets it, whatever the
/// time is and however long either takes to commit.
pub(crate) fn claim(tx: &mut Tx<'_>, id: i64) -> Result<bool, Error> {
    let sql = "UPDATE work SET attempts = 1 WHERE id = $1 AND attempts = 0 AND done_at IS NULL";
    Ok(tx.execute(sql, params![id])? == 1)
}

/// Rows that are done, the oldest first.
const CLEAN: &str = "DELETE FROM work WHERE id IN (SELECT id FROM work WHERE done_at IS NOT NULL \
                     AND done_at <= $1 ORDER BY done_at LIMIT $2)";

/// Removes at most `most` rows that were done more than a day ago.
pub(crate) fn clean(tx: &mut Tx<'_>, now: Timestamp, most: i64) -> Result<u64, Error> {
    tx.execute(CLEAN, params![now.plus_micros(-MICROS_PER_DAY).micros(), most])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::Bed;

    /// It is asked again and again by whoever writes: what is due is found without a look at what is not.
    #[test]
    fn rows_that_are_due_are_found_by_their_age() {
        let bed = Bed::sqlite();
        let plan: &'static str = Box::leak(format!("EXPLAIN QUERY PLAN {CLEAN}").into_boxed_str());
        let steps =
            bed.db.read_blocking(move |tx| tx.all(plan, params![0_i64, 1_i64], |row| row.text(3))).unwrap();
        assert!(steps.iter().any(|step| step.contains("USING COVERING INDEX work_done")), "{steps:?}");
        assert!(!steps.iter().any(|step| step.contains("SCAN work")), "{steps:?}");
    }
}
