//! What an erased person leaves.

use kassa_db::{Error, Tx};
use kassa_model::Names;

use super::store;

/// Removes the views that look for a person who is erased; how many.
pub(crate) fn forget(tx: &mut Tx<'_>, who: &impl Names) -> Result<u64, Error> {
    let mut gone = 0;
    for view in store::all(tx)?.iter().filter(|view| view.names(who)) {
        gone += store::delete(tx, &view.id)?;
    }
    Ok(gone)
}
