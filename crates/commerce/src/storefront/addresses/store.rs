//! The SQL of addresses.

use kassa_db::{Error, Tx, params};
use kassa_model::Timestamp;

use super::Address;

const AFTER: &str = "SELECT id, slug, updated_at FROM products WHERE status = 'active' AND slug IS NOT NULL AND id > $1 \
     ORDER BY id LIMIT $2";
const NTH_AFTER: &str = "SELECT id FROM products WHERE status = 'active' AND slug IS NOT NULL AND id > $1 \
     ORDER BY id LIMIT 1 OFFSET $2";

/// Every statement of this file, for the test that prepares each on both engines.
#[cfg(test)]
pub(crate) const ALL: &[&str] = &[AFTER, NTH_AFTER];

/// At most `limit` products behind the number `after`, in the order of their numbers.
pub fn after(tx: &mut Tx<'_>, after: i64, limit: i64) -> Result<Vec<Address>, Error> {
    tx.all(AFTER, params![after, limit], |row| {
        Ok(Address { id: row.int(0)?, slug: row.text(1)?, updated_at: Timestamp::from_micros(row.int(2)?) })
    })
}

/// Behind which numbers parts of `size` begin, the first behind 0; at most `most` parts.
pub fn parts(tx: &mut Tx<'_>, size: i64, most: usize) -> Result<Vec<i64>, Error> {
    let mut starts = vec![0];
    while starts.len() < most {
        let last = starts[starts.len() - 1];
        let Some(end) = tx.first(NTH_AFTER, params![last, size - 1], |row| row.int(0))? else { break };
        if tx.first(NTH_AFTER, params![end, 0], |row| row.int(0))?.is_none() {
            break;
        }
        starts.push(end);
    }
    Ok(starts)
}
