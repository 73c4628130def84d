//! The secret of links, in the table `settings`.

use kassa_db::{Error, Tx, params};
use kassa_model::Timestamp;

use crate::stored::{from_json, to_json};

/// Its name there.
const NAME: &str = "order-links";

/// The secret, if it was made.
pub(super) fn secret(tx: &mut Tx<'_>) -> Result<Option<String>, Error> {
    let sql = "SELECT value FROM settings WHERE name = $1";
    tx.first(sql, params![NAME], |row| from_json(&row.text(0)?))
}

/// Keeps `secret` unless there is one; the one that there then is: another process may have been first.
pub(super) fn keep(tx: &mut Tx<'_>, secret: &str, now: Timestamp) -> Result<String, Error> {
    let sql = "INSERT INTO settings (name, value, version, updated_at) VALUES ($1, $2, 1, $3) \
               ON CONFLICT (name) DO NOTHING";
    tx.execute(sql, params![NAME, &to_json(&secret)?, now.micros()])?;
    self::secret(tx)?.ok_or_else(|| Error::Invalid(format!("settings: {NAME} is gone")))
}
