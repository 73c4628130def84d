//! The table `inbox`: the messages to names, by their number.

use kassa_db::{Error, Tx, params};
use kassa_model::{MICROS_PER_DAY, Timestamp};

/// How long a message stays.
const KEPT_MICROS: i64 = 30 * MICROS_PER_DAY;

const NEXT: &str = "UPDATE inbox_end SET seq = seq + 1 WHERE number = 1";
const PUT: &str = "INSERT INTO inbox (seq, delivery_id, created_at) \
     SELECT seq, $1, CAST($2 AS BIGINT) FROM inbox_end WHERE number = 1";
const END: &str = "SELECT seq FROM inbox_end WHERE number = 1";
const AFTER: &str = "SELECT inbox.seq, deliveries.event_type, deliveries.target, deliveries.payload FROM inbox \
     JOIN deliveries ON deliveries.id = inbox.delivery_id WHERE inbox.seq > $1 ORDER BY inbox.seq LIMIT $2";
const CLEAN: &str = "DELETE FROM inbox WHERE seq IN (SELECT seq FROM inbox WHERE created_at < $1 ORDER BY created_at LIMIT $2)";

/// Every statement of this file, for the test that prepares each on both engines.
#[cfg(test)]
pub(super) const ALL: &[&str] = &[NEXT, PUT, END, AFTER, CLEAN];

/// A message to a name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Put {
    pub(super) seq: i64,
    pub(super) event_type: String,
    pub(super) recipient: String,
    pub(super) payload: String,
}

/// Puts the delivery behind all that are there. Whoever else does at the same time waits until this transaction ends, so that
/// numbers are seen in their order.
pub(crate) fn put(tx: &mut Tx<'_>, delivery_id: &str, now: Timestamp) -> Result<(), Error> {
    tx.execute(NEXT, params![])?;
    tx.execute(PUT, params![delivery_id, now.micros()]).map(drop)
}

/// The number of the last one.
pub(super) fn end(tx: &mut Tx<'_>) -> Result<i64, Error> {
    Ok(tx.first(END, params![], |row| row.int(0))?.unwrap_or(0))
}

/// The first behind this number.
pub(super) fn after(tx: &mut Tx<'_>, seq: i64, most: i64) -> Result<Vec<Put>, Error> {
    tx.all(AFTER, params![seq, most], |row| {
        Ok(Put { seq: row.int(0)?, event_type: row.text(1)?, recipient: row.text(2)?, payload: row.text(3)? })
    })
}

/// Removes at most `most` messages that have outlived their time; how many.
pub(crate) fn clean(tx: &mut Tx<'_>, now: Timestamp, most: i64) -> Result<u64, Error> {
    tx.execute(CLEAN, params![now.plus_micros(-KEPT_MICROS).micros(), most])
}
