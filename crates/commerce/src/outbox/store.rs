//! The relay's SQL: which rows wait, and that they are published.

use kassa_db::{Error, Row, Tx, params};
use kassa_model::Timestamp;

/// A row to be written.
#[derive(Debug)]
pub(crate) struct NewRow<'a> {
    /// The order, and the number of its event; `None`: it is about stock.
    pub(crate) event: Option<(&'a str, i64)>,
    /// The name of the public event.
    pub(crate) kind: &'static str,
    /// The public event.
    pub(crate) body: &'a str,
    /// What the analytics record needs, where money changed.
    pub(crate) money: Option<&'a str>,
}

/// Writes a row that is to be published.
pub(crate) fn insert(tx: &mut Tx<'_>, row: &NewRow<'_>, now: Timestamp) -> Result<(), Error> {
    let sql = "INSERT INTO outbox (order_id, seq, kind, body, money, created_at) \
               VALUES ($1, $2, $3, $4, $5, $6) RETURNING id";
    let (order_id, seq) = row.event.unzip();
    let values = params![order_id, seq.unwrap_or(0), row.kind, row.body, row.money, now.micros()];
    let id = tx.insert(sql, values)?;
    let sql = "INSERT INTO outbox_waiting (id, created_at) VALUES ($1, $2)";
    tx.execute(sql, params![id, now.micros()]).map(drop)
}

/// A row that is not published.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Waiting {
    pub(super) id: i64,
    /// None: it is about stock.
    pub(super) order_id: Option<String>,
    /// The public event.
    pub(super) body: String,
    /// What the analytics record needs, where money changed.
    pub(super) money: Option<String>,
}

/// The first rows that are not published. Always the first, never those above the last one seen: on PostgreSQL a smaller
/// id may be committed after a larger one.
pub(super) fn waiting(tx: &mut Tx<'_>, most: i64) -> Result<Vec<Waiting>, Error> {
    let sql = "SELECT outbox.id, order_id, body, money FROM outbox_waiting \
               JOIN outbox ON outbox.id = outbox_waiting.id ORDER BY outbox_waiting.id LIMIT $1";
    tx.all(sql, params![most], |row: &Row<'_>| {
        Ok(Waiting {
            id: row.int(0)?,
            order_id: row.text_or_null(1)?,
            body: row.text(2)?,
            money: row.text_or_null(3)?,
        })
    })
}

/// The first rows about stock that are not published.
pub(super) fn waiting_stock(tx: &mut Tx<'_>, most: i64) -> Result<Vec<Waiting>, Error> {
    let sql = "SELECT outbox.id, body FROM outbox_waiting JOIN outbox ON outbox.id = outbox_waiting.id \
               WHERE order_id IS NULL ORDER BY outbox_waiting.id LIMIT $1";
    tx.all(sql, params![most], |row: &Row<'_>| {
        Ok(Waiting { id: row.int(0)?, order_id: None, body: row.text(1)?, money: None })
    })
}

/// Removes a row about stock; 1 if it waited still.
pub(super) fn remove_stock(tx: &mut Tx<'_>, id: i64) -> Result<u64, Error> {
    if tx.execute("DELETE FROM outbox WHERE id = $1 AND order_id IS NULL", params![id])? == 0 {
        return Ok(0);
    }
    tx.execute("DELETE FROM outbox_waiting WHERE id = $1", params![id])
}

/// Removes at most `most` rows about stock that have waited since `before`; how many.
pub(super) fn remove_stock_before(tx: &mut Tx<'_>, before: Timestamp, most: i64) -> Result<u64, Error> {
    let sql = "SELECT outbox.id FROM outbox_waiting JOIN outbox ON outbox.id = outbox_waiting.id \
               WHERE order_id IS NULL AND outbox_waiting.created_at <= $1 ORDER BY outbox.id LIMIT $2";
    let old = tx.all(sql, params![before.micros(), most], |row| row.int(0))?;
    let mut removed = 0;
    for id in old {
        removed += remove_stock(tx, id)?;
    }
    Ok(removed)
}

/// How many rows wait, and since when the oldest of them does.
pub(super) fn backlog(tx: &mut Tx<'_>) -> Result<(i64, Option<Timestamp>), Error> {
    let sql = "SELECT COUNT(*), MIN(created_at) FROM outbox_waiting";
    let found = tx.first(sql, params![], |row| Ok((row.int(0)?, row.int_or_null(1)?)))?;
    let (rows, oldest) = found.unwrap_or_default();
    Ok((rows, oldest.map(Timestamp::from_micros)))
}

/// These rows wait no longer; how many did. `ids` ascend.
pub(super) fn mark(tx: &mut Tx<'_>, ids: &[i64]) -> Result<u64, Error> {
    let sql = "DELETE FROM outbox_waiting WHERE id >= $1 AND id <= $2";
    let mut marked = 0;
    // Nearly always that is one statement: ids are given out without gaps.
    for run in ids.chunk_by(|id, next| *next == *id + 1) {
        marked += tx.execute(sql, params![run[0], run[run.len() - 1]])?;
    }
    Ok(marked)
}

/// Notes which row is the newest now, and forgets notes that say no more than a later one about what is older than `before`.
pub(super) fn note_age(tx: &mut Tx<'_>, now: Timestamp, before: Timestamp) -> Result<(), Error> {
    let sql = "INSERT INTO outbox_ages (noted_at, newest) SELECT CAST($1 AS BIGINT), MAX(id) FROM outbox \
               HAVING MAX(id) IS NOT NULL ON CONFLICT (noted_at) DO NOTHING";
    tx.execute(sql, params![now.micros()])?;
    let sql = "DELETE FROM outbox_ages WHERE noted_at < \
               (SELECT MAX(noted_at) FROM outbox_ages WHERE noted_at <= $1)";
    tx.execute(sql, params![before.micros()])?;
    Ok(())
}

/// Removes published rows that were there at `before`, looking at the oldest `most` only, and counts the changes of orders
/// among them: the audit takes them for published.
pub(super) fn clean(tx: &mut Tx<'_>, before: Timestamp, most: i64) -> Result<u64, Error> {
    forget_ages(tx)?;
    let sql = "DELETE FROM outbox WHERE id IN (SELECT oldest.id FROM \
               (SELECT id FROM outbox ORDER BY id LIMIT $2) AS oldest \
               WHERE oldest.id <= (SELECT MAX(newest) FROM outbox_ages WHERE noted_at <= $1) \
               AND NOT EXISTS (SELECT 1 FROM outbox_waiting WHERE outbox_waiting.id = oldest.id)) \
               RETURNING order_id";
    let removed = tx.all(sql, params![before.micros(), most], |row| row.text_or_null(0))?;
    let changes = i64::try_from(removed.iter().flatten().count()).unwrap_or(i64::MAX);
    if changes > 0 {
        tx.execute("UPDATE outbox_removed SET changes = changes + $1 WHERE id = 1", params![changes])?;
    }
    forget_ages(tx)?;
    Ok(removed.len() as u64)
}

/// Forgets notes of rows beyond the newest there is. When all rows have gone SQLite gives their numbers out again, and what is
/// written then would be taken for as old as those were.
fn forget_ages(tx: &mut Tx<'_>) -> Result<(), Error> {
    let sql = "DELETE FROM outbox_ages WHERE newest > (SELECT COALESCE(MAX(id), 0) FROM outbox)";
    tx.execute(sql, params![]).map(drop)
}

/// Takes so many changes off the count whose orders have left: nothing looks for their rows any more.
pub(crate) fn forget_removed(tx: &mut Tx<'_>, changes: u64) -> Result<(), Error> {
    let changes = i64::try_from(changes).unwrap_or(i64::MAX);
    if changes == 0 {
        return Ok(());
    }
    let sql = "UPDATE outbox_removed SET uncounted = CASE WHEN changes >= $1 THEN uncounted \
               WHEN changes + uncounted >= $1 THEN changes + uncounted - $1 ELSE 0 END, \
               changes = CASE WHEN changes >= $1 THEN changes - $1 ELSE 0 END WHERE id = 1";
    tx.execute(sql, params![changes]).map(drop)
}
