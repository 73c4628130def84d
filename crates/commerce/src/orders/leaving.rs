//! Orders that have failed leave after `orders.keep_failed_days`, with all that names them: anyone may ask for what there is
//! not, and nothing that a stranger sends is kept for ever. They hold neither stock nor money, so the books stay right.

mod store;

use std::time::{Duration, Instant};

use kassa_db::{Db, Error};
use kassa_model::{MICROS_PER_DAY, Timestamp};

/// Orders that one transaction removes, so that others wait but a little for it.
const ORDERS_MAX: i64 = 200;
/// How long a cleaning goes on while there are more.
const AT_MOST: Duration = Duration::from_secs(50);

/// Removes the orders that failed `keep_days` before `now` or earlier; returns how many. One that the outbox still tells of,
/// or that has work under way, stays until it does not.
///
/// # Errors
/// The database's.
pub(crate) async fn remove_failed(db: &Db, keep_days: u32, now: Timestamp) -> Result<u64, Error> {
    let before = now.plus_micros(-i64::from(keep_days).saturating_mul(MICROS_PER_DAY));
    let begun = Instant::now();
    let mut removed = 0;
    loop {
        let some = db.write(move |tx| store::remove_some(tx, before, ORDERS_MAX)).await?;
        removed += some;
        if some < ORDERS_MAX.unsigned_abs() || begun.elapsed() > AT_MOST {
            return Ok(removed);
        }
    }
}
