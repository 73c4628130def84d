//! The SQL of who waits for what.

use kassa_db::{Error, Tx, params};
use kassa_model::Timestamp;

use super::Email;

/// Who waits already goes on waiting since then; who was told waits anew.
const WAIT: &str = "INSERT INTO back_in_stock (sku, email_key, email, created_at) VALUES ($1, $2, $3, $4) \
     ON CONFLICT (sku, email_key) DO UPDATE SET email = $3, created_at = $4, told_at = NULL \
     WHERE back_in_stock.told_at IS NOT NULL";

/// Every statement of this file, for the test that prepares each on both engines.
#[cfg(test)]
pub(crate) const ALL: &[&str] = &[WAIT];

/// Somebody waits for the SKU from now on.
pub(crate) fn wait(tx: &mut Tx<'_>, sku: &str, email: &Email, now: Timestamp) -> Result<(), Error> {
    tx.execute(WAIT, params![sku, &email.key, &email.text, now.micros()]).map(drop)
}
