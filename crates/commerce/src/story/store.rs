//! The SQL of what an order's stock did: its entries of the ledger bear references that begin with the order's id.

use kassa_db::{Error, Tx, params};
use kassa_model::Timestamp;

use super::entry::{Entry, What};

const MOVEMENTS: &str =
    "SELECT ref, sku, kind, quantity, created_at FROM ledger WHERE ref > $1 AND ref < $2 ORDER BY id";

/// Every statement of this file, for the test that prepares each on both engines.
#[cfg(test)]
pub(super) const ALL: &[&str] = &[MOVEMENTS];

/// What an order took from the stock and gave back.
pub(super) fn movements(tx: &mut Tx<'_>, order_id: &str) -> Result<Vec<Entry>, Error> {
    // All that begin with the id and a slash: '0' is the byte behind it.
    let (from, to) = (format!("{order_id}/"), format!("{order_id}0"));
    tx.all(MOVEMENTS, params![&from, &to], |row| {
        let what = What::Stock {
            reference: row.text(0)?,
            sku: row.text(1)?,
            movement: row.text(2)?,
            quantity: row.int(3)?,
        };
        Ok(Entry { at: Timestamp::from_micros(row.int(4)?), what })
    })
}
