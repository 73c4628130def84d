//! The SQL of the forecast. Times are µs.

use kassa_db::{Error, Tx, params};
use kassa_model::Timestamp;

/// What went out and came back by orders since a time, by SKU; of the SKUs whose stock is there.
const SOLD: &str = "SELECT s.sku, s.on_hand - s.reserved, s.created_at, CAST(-SUM(l.quantity) AS BIGINT) \
     FROM ledger l JOIN stock s ON s.sku = l.sku \
     WHERE l.created_at >= $1 AND l.created_at <= $2 AND l.kind IN ('deduct', 'release') \
     GROUP BY s.sku, s.on_hand, s.reserved, s.created_at HAVING SUM(l.quantity) < 0 ORDER BY s.sku";

/// Every statement of this file, for the test that prepares each on both engines.
#[cfg(test)]
pub(crate) const ALL: &[&str] = &[SOLD];

/// What was sold of a SKU.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Sold {
    pub(super) sku: String,
    pub(super) available: i64,
    /// Since when there has been stock of it.
    pub(super) opened_at: Timestamp,
    pub(super) units: i64,
}

/// What was sold with `from <= time <= to`.
pub(super) fn sold(tx: &mut Tx<'_>, from: Timestamp, to: Timestamp) -> Result<Vec<Sold>, Error> {
    tx.all(SOLD, params![from.micros(), to.micros()], |row| {
        Ok(Sold {
            sku: row.text(0)?,
            available: row.int(1)?,
            opened_at: Timestamp::from_micros(row.int(2)?),
            units: row.int(3)?,
        })
    })
}
