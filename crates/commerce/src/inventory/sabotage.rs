//! The two statements that keep stock right, and in builds with debug assertions what stands in their place when a guard is
//! taken away: negative controls (see `crate::sabotage`).

use kassa_db::{Error, Tx};
use kassa_model::Timestamp;

use super::stock::Stock;
use super::store::{self, Entry};
#[cfg(debug_assertions)]
use crate::sabotage::{self, Sabotage};

/// [`store::take`].
pub(super) fn take(
    tx: &mut Tx<'_>,
    sku: &str,
    quantity: i64,
    now: Timestamp,
) -> Result<Option<Stock>, Error> {
    #[cfg(debug_assertions)]
    if sabotage::is(Sabotage::CheckFirst) {
        return take_after_looking(tx, sku, quantity, now);
    }
    store::take(tx, sku, quantity, now)
}

/// [`store::enter`].
pub(super) fn enter(tx: &mut Tx<'_>, entry: &Entry<'_>, now: Timestamp) -> Result<bool, Error> {
    #[cfg(debug_assertions)]
    if sabotage::is(Sabotage::LedgerUnique) {
        let reference = format!("{}#{}", entry.reference, uuid::Uuid::now_v7());
        return store::enter(tx, &Entry { reference: &reference, ..*entry }, now);
    }
    store::enter(tx, entry, now)
}

/// Stock is looked at first and taken unconditionally after.
#[cfg(debug_assertions)]
fn take_after_looking(
    tx: &mut Tx<'_>,
    sku: &str,
    quantity: i64,
    now: Timestamp,
) -> Result<Option<Stock>, Error> {
    let seen = store::by_sku(tx, sku)?.filter(|stock| stock.available() >= quantity);
    let Some(seen) = seen else { return Ok(None) };
    let left = seen.on_hand - quantity;
    let sql = "UPDATE stock SET on_hand = $2, updated_at = $3 WHERE sku = $1";
    tx.execute(sql, kassa_db::params![sku, left, now.micros()])?;
    Ok(Some(Stock { on_hand: left, updated_at: now, ..seen }))
}
