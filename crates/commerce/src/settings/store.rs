//! The SQL of what is set: one value by its name, with a version that each change raises.

use kassa_db::{Error, Tx, params};
use kassa_model::Timestamp;
use serde::Serialize;
use serde::de::DeserializeOwned;

const READ: &str = "SELECT value, version FROM settings WHERE name = $1";
const WRITE: &str = "INSERT INTO settings (name, value, version, updated_at) VALUES ($1, $2, $3, $4) ON CONFLICT (name) \
     DO UPDATE SET value = $2, version = $3, updated_at = $4 WHERE settings.version = $5";

/// Every statement of this file, for the test that prepares each on both engines.
#[cfg(test)]
pub(crate) const ALL: &[&str] = &[READ, WRITE];

/// What is set under `name`, and its version; version 0 where nothing was ever set.
pub(crate) fn read<T: DeserializeOwned + Default>(tx: &mut Tx<'_>, name: &str) -> Result<(T, i64), Error> {
    let Some((value, version)) = tx.first(READ, params![name], |row| Ok((row.text(0)?, row.int(1)?)))? else {
        return Ok((T::default(), 0));
    };
    let set = serde_json::from_str(&value)
        .map_err(|error| Error::Invalid(format!("settings: {name} is none: {error}")))?;
    Ok((set, version))
}

/// Sets it in place of the version `before`; whether it had still that one.
pub(crate) fn write(
    tx: &mut Tx<'_>,
    (name, set): (&str, &impl Serialize),
    before: i64,
    now: Timestamp,
) -> Result<bool, Error> {
    // A struct of texts, which serde_json always writes.
    let value = serde_json::to_string(set).unwrap_or_default();
    let values = params![name, &value, before + 1, now.micros(), before];
    Ok(tx.execute(WRITE, values)? == 1)
}
