//! The rule of the ledger: one entry per command, SKU and kind, which says the same however often it comes.

use kassa_db::{Error, Tx};
use kassa_model::Timestamp;

use super::{sabotage, store};

/// Writes an entry; whether it is new. One that is there already must say the same.
pub(super) fn enter(tx: &mut Tx<'_>, entry: &store::Entry<'_>, now: Timestamp) -> Result<bool, Error> {
    if sabotage::enter(tx, entry, now)? {
        return Ok(true);
    }
    match store::entered(tx, entry.reference, entry.sku, entry.kind)? {
        Some(quantity) if quantity == entry.quantity => Ok(false),
        before => Err(Error::Invalid(format!(
            "cannot {} {} of {} for {}: the ledger has {before:?}",
            entry.kind.name(),
            entry.quantity,
            entry.sku,
            entry.reference
        ))),
    }
}
