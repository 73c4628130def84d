//! Who is told, among what is set.

use kassa_db::{Error, Tx};
use kassa_model::Timestamp;

use super::choice::{Choice, Staff};
use crate::settings;

/// Under which it stands among what is set.
const NAME: &str = "staff";

/// Who is told of what where the configuration names these.
pub(crate) fn read(tx: &mut Tx<'_>, configured: &[String]) -> Result<Staff, Error> {
    Ok(chosen(tx)?.0.over(configured))
}

/// What is set, and its version.
pub(super) fn chosen(tx: &mut Tx<'_>) -> Result<(Choice, i64), Error> {
    settings::read(tx, NAME)
}

/// Sets it in place of the version `before`; whether it had still that one.
pub(super) fn write(tx: &mut Tx<'_>, choice: &Choice, before: i64, now: Timestamp) -> Result<bool, Error> {
    settings::write(tx, (NAME, choice), before, now)
}
