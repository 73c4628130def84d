//! What a file has made of the catalogue, taken back: nothing is deleted there, so that products leave it.

use kassa_db::Tx;
use kassa_model::Timestamp;

use crate::catalog::{self, Error};
use crate::moving::batch::Stop;

/// Archives a product that a batch has made; one that has left by itself stays as it is.
pub(crate) fn undo(tx: &mut Tx<'_>, thing: &str, now: Timestamp) -> Result<(), Stop> {
    let Ok(id) = thing.parse() else { return Ok(()) };
    match catalog::archive(tx, id, None, now) {
        Ok(_) | Err(Error::Unknown(_)) => Ok(()),
        Err(error) => Err(error.into()),
    }
}
