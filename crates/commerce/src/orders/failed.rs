//! How orders that have failed leave: with all that names them.

mod store;

use kassa_db::{Error, Tx};
use kassa_model::{MICROS_PER_DAY, Timestamp};

use crate::outbox::store::forget_removed;

/// Removes at most `most` of the orders that failed `keep_days` before `now` or earlier, with all that names them; how many.
/// Anyone may ask for what there is not, and nothing that a stranger sends is kept for ever. They hold neither stock nor
/// money, so the books stay right. One that the outbox still tells of, or that has work under way, stays until it does not.
pub(crate) fn remove_failed(
    tx: &mut Tx<'_>,
    keep_days: u32,
    now: Timestamp,
    most: i64,
) -> Result<u64, Error> {
    let before = now.plus_micros(-i64::from(keep_days).saturating_mul(MICROS_PER_DAY));
    let (mut removed, mut changes) = (0, 0);
    for order in store::due(tx, before, most)? {
        if let Some(its_changes) = store::remove(tx, &order)? {
            removed += 1;
            changes += its_changes;
        }
    }
    forget_removed(tx, changes)?;
    Ok(removed)
}
