//! What is set of the shop, among what is set.

use kassa_db::{Error, Tx};
use kassa_model::Timestamp;

use super::settings::Settings;
use crate::settings;

/// Under which it stands among what is set.
const NAME: &str = "storefront";

/// What is set, and its version; version 0 where nothing was ever set.
pub(crate) fn read(tx: &mut Tx<'_>) -> Result<(Settings, i64), Error> {
    settings::read(tx, NAME)
}

/// Sets it in place of the version `before`; whether it had still that one.
pub(crate) fn write(
    tx: &mut Tx<'_>,
    settings: &Settings,
    before: i64,
    now: Timestamp,
) -> Result<bool, Error> {
    settings::write(tx, (NAME, settings), before, now)
}
