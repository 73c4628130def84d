//! What is there of a SKU when it comes into the books: an entry of the ledger, and no news for anybody.

use kassa_db::{Error, Tx};
use kassa_model::Timestamp;

use super::stock::LedgerKind;
use super::store::{self, Entry};

/// Books what is there of a SKU whose stock was just opened, once for each reference. Unlike goods that come in it says nothing
/// in the outbox: nobody has waited for it.
pub(crate) fn begin_with(
    tx: &mut Tx<'_>,
    (reference, sku): (&str, &str),
    quantity: i64,
    now: Timestamp,
) -> Result<(), Error> {
    let (kind, reason) = (LedgerKind::Receive, Some("import"));
    if store::enter(tx, &Entry { reference, sku, kind, quantity, reason }, now)? {
        store::add(tx, sku, quantity, now)?;
    }
    Ok(())
}
