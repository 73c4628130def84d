//! What the changes of this crate have in common.

use kassa_db::{Error, Tx};
use kassa_model::Timestamp;
use serde_json::Value;

use super::{Asked, Difference, OF_ACCESS};

/// Writes down that somebody has changed this.
pub(crate) fn write_down(
    tx: &mut Tx<'_>,
    asked: Option<&Asked>,
    (was, is): (&Value, &Value),
    now: Timestamp,
) -> Result<(), Error> {
    match asked {
        Some(asked) => OF_ACCESS.insert(tx, (asked, &Difference::of(was, is)), now),
        None => Ok(()),
    }
}
