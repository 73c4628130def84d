//! Orders that have failed leave after `orders.keep_failed_days`, with all that names them: anyone may ask for what there is
//! not, and nothing that a stranger sends is kept for ever. They hold neither stock nor money, so the books stay right.

mod store;

use kassa_db::{Error, Tx};
use kassa_model::{MICROS_PER_DAY, Timestamp};

/// Removes at most `most` of the orders that failed `keep_days` before `now` or earlier; returns how many. One that the
/// outbox still tells of, or that has work under way, stays until it does not.
pub(crate) fn remove_failed(
    tx: &mut Tx<'_>,
    keep_days: u32,
    now: Timestamp,
    most: i64,
) -> Result<u64, Error> {
    let before = now.plus_micros(-i64::from(keep_days).saturating_mul(MICROS_PER_DAY));
    store::remove_some(tx, before, most)
}
