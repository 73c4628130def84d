//! The SQL of who waits for what.

use kassa_db::{Error, Tx, params};
use kassa_model::Timestamp;

use super::{Asking, Email};

/// Who waits already goes on waiting since then; who was told waits anew.
const WAIT: &str = "INSERT INTO back_in_stock (sku, email_key, email, created_at, language) VALUES ($1, $2, $3, $4, $5) \
     ON CONFLICT (sku, email_key) DO UPDATE SET email = $3, created_at = $4, told_at = NULL, language = $5 \
     WHERE back_in_stock.told_at IS NOT NULL";

const WAITING: &str = "SELECT email, email_key, created_at, language FROM back_in_stock WHERE sku = $1 AND told_at IS NULL \
     ORDER BY created_at, email_key LIMIT $2";
const TOLD: &str = "UPDATE back_in_stock SET told_at = $4 WHERE sku = $1 AND email_key = $2 AND created_at = $3 \
     AND told_at IS NULL";

/// Every statement of this file, for the test that prepares each on both engines.
#[cfg(test)]
pub(crate) const ALL: &[&str] = &[WAIT, WAITING, TOLD];

/// Who waits, and since when.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Waiting {
    pub(crate) email: Email,
    pub(crate) since: Timestamp,
    pub(crate) language: Option<String>,
}

/// Somebody waits for the SKU from now on.
pub(crate) fn wait(tx: &mut Tx<'_>, sku: &str, asking: &Asking, now: Timestamp) -> Result<(), Error> {
    let Asking { email, language } = asking;
    tx.execute(WAIT, params![sku, &email.key, &email.text, now.micros(), language.as_deref()]).map(drop)
}

/// Who waits for the SKU, at most so many, those first who have waited longest.
pub(crate) fn waiting(tx: &mut Tx<'_>, sku: &str, most: i64) -> Result<Vec<Waiting>, Error> {
    tx.all(WAITING, params![sku, most], |row| {
        let email = Email { text: row.text(0)?, key: row.text(1)? };
        let since = Timestamp::from_micros(row.int(2)?);
        Ok(Waiting { email, since, language: row.text_or_null(3)? })
    })
}

/// They are told, and wait no longer unless they have asked anew.
pub(crate) fn told(tx: &mut Tx<'_>, sku: &str, waiting: &[Waiting], now: Timestamp) -> Result<(), Error> {
    for Waiting { email, since, .. } in waiting {
        tx.execute(TOLD, params![sku, &email.key, since.micros(), now.micros()])?;
    }
    Ok(())
}
