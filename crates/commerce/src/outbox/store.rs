//! The relay's SQL: which rows wait, who may publish them, and that they are published.

use kassa_db::{Error, Param, Row, Tx, params};
use kassa_model::Timestamp;

/// The row of `leases` that the relays of a database share.
const LEASE: &str = "relay";

/// Rows that one statement marks.
const MARKED_AT_ONCE: usize = 16;

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

/// Takes or renews the right to publish until `until`; its epoch, or nothing while another has it.
pub(super) fn hold_lease(
    tx: &mut Tx<'_>,
    owner: &str,
    now: Timestamp,
    until: Timestamp,
) -> Result<Option<i64>, Error> {
    let sql = "INSERT INTO leases (name, owner, epoch, until) VALUES ($1, $2, 1, $3) \
               ON CONFLICT (name) DO UPDATE SET owner = $2, until = $3, \
               epoch = CASE WHEN leases.owner = $2 THEN leases.epoch ELSE leases.epoch + 1 END \
               WHERE leases.owner = $2 OR leases.until <= $4";
    if tx.execute(sql, params![LEASE, owner, until.micros(), now.micros()])? == 0 {
        return Ok(None);
    }
    tx.first("SELECT epoch FROM leases WHERE name = $1", params![LEASE], |row| row.int(0))
}

/// Gives the right back, so that the next process need not wait for its end.
pub(super) fn release_lease(tx: &mut Tx<'_>, owner: &str) -> Result<(), Error> {
    tx.execute("UPDATE leases SET until = 0 WHERE name = $1 AND owner = $2", params![LEASE, owner])?;
    Ok(())
}

/// The first rows that are not published. Always the first, never those above the last one seen: on PostgreSQL a smaller
/// id may be committed after a larger one.
pub(super) fn waiting(tx: &mut Tx<'_>, most: i64) -> Result<Vec<Waiting>, Error> {
    let sql = "SELECT id, order_id, body, money FROM outbox WHERE published_at IS NULL ORDER BY id LIMIT $1";
    tx.all(sql, params![most], |row: &Row<'_>| {
        Ok(Waiting {
            id: row.int(0)?,
            order_id: row.text_or_null(1)?,
            body: row.text(2)?,
            money: row.text_or_null(3)?,
        })
    })
}

/// How many rows wait, and since when the oldest of them does.
pub(super) fn backlog(tx: &mut Tx<'_>) -> Result<(i64, Option<Timestamp>), Error> {
    let sql = "SELECT COUNT(*), MIN(created_at) FROM outbox WHERE published_at IS NULL";
    let found = tx.first(sql, params![], |row| Ok((row.int(0)?, row.int_or_null(1)?)))?;
    let (rows, oldest) = found.unwrap_or_default();
    Ok((rows, oldest.map(Timestamp::from_micros)))
}

/// Marks these rows; how many were not marked before.
pub(super) fn mark(tx: &mut Tx<'_>, ids: &[i64], now: Timestamp) -> Result<u64, Error> {
    let sql = "UPDATE outbox SET published_at = $1 WHERE published_at IS NULL AND id IN \
               ($2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17)";
    let mut marked = 0;
    for part in ids.chunks(MARKED_AT_ONCE) {
        // The statement has one length; a shorter part repeats its first row.
        let mut values = [Param::Int(part[0]); MARKED_AT_ONCE + 1];
        values[0] = Param::Int(now.micros());
        for (value, id) in values[1..].iter_mut().zip(part) {
            *value = Param::Int(*id);
        }
        marked += tx.execute(sql, &values)?;
    }
    Ok(marked)
}

/// Removes rows that were published at or before `before`, looking at the oldest `most` only.
pub(super) fn clean(tx: &mut Tx<'_>, before: Timestamp, most: i64) -> Result<u64, Error> {
    let sql = "DELETE FROM outbox WHERE id IN (SELECT oldest.id FROM \
               (SELECT id, published_at FROM outbox ORDER BY id LIMIT $2) AS oldest \
               WHERE oldest.published_at <= $1)";
    tx.execute(sql, params![before.micros(), most])
}
