//! The table `order_view`.

use kassa_db::{Error, Row, Tx, params};
use kassa_model::Timestamp;

use super::view::View;

/// The columns of a [`View`], in the order in which [`view`] reads them.
macro_rules! select_views {
    ($rest:literal) => {
        concat!("SELECT id, owner, name, query, updated_at, version FROM order_view ", $rest)
    };
}

const LIST: &str = select_views!("WHERE owner IN ($1, '') ORDER BY name, id");
const EVERY: &str = select_views!("ORDER BY id");
const BY_ID: &str = select_views!("WHERE id = $1 AND owner IN ($2, '')");
const LOCK: &str = "UPDATE order_view SET version = version WHERE id = $1";
const DELETE: &str = "DELETE FROM order_view WHERE id = $1";
const COUNT: &str = "SELECT CAST(COUNT(*) AS BIGINT) FROM order_view WHERE owner = $1 AND id <> $2";
const PUT: &str = "INSERT INTO order_view (id, owner, name, query, updated_at) VALUES ($1, $2, $3, $4, $5) \
     ON CONFLICT (id) DO UPDATE SET owner = excluded.owner, name = excluded.name, query = excluded.query, \
     updated_at = excluded.updated_at, version = order_view.version + 1 WHERE order_view.owner IN ($6, '') RETURNING version";
const REMOVE: &str = "DELETE FROM order_view WHERE id = $1 AND owner IN ($2, '')";

/// Every statement of this file, for the test that prepares each on both engines.
#[cfg(test)]
pub(super) const ALL: &[&str] = &[LIST, EVERY, BY_ID, LOCK, DELETE, COUNT, PUT, REMOVE];

/// The views that a caller sees, by their names.
pub(super) fn list(tx: &mut Tx<'_>, caller: &str) -> Result<Vec<View>, Error> {
    tx.all(LIST, params![caller], view)
}

/// All views of all.
pub(super) fn all(tx: &mut Tx<'_>) -> Result<Vec<View>, Error> {
    tx.all(EVERY, &[], view)
}

/// Removes a view, whosever it is; how many were removed.
pub(super) fn delete(tx: &mut Tx<'_>, id: &str) -> Result<u64, Error> {
    tx.execute(DELETE, params![id])
}

/// How many others the owner has.
pub(super) fn count_others(tx: &mut Tx<'_>, view: &View) -> Result<i64, Error> {
    let owner = view.owner.as_deref().unwrap_or_default();
    Ok(tx.first(COUNT, params![owner, &view.id], |row| row.int(0))?.unwrap_or(0))
}

/// The view with this id if the caller sees it; nobody else changes it until the transaction ends.
pub(super) fn locked(tx: &mut Tx<'_>, id: &str, caller: &str) -> Result<Option<View>, Error> {
    tx.execute(LOCK, params![id])?;
    tx.first(BY_ID, params![id, caller], view)
}

/// Writes a view, unless it is another caller's; its version, if it did.
pub(super) fn put(tx: &mut Tx<'_>, view: &View, caller: &str) -> Result<Option<i64>, Error> {
    let View { id, owner, name, query, updated_at, .. } = view;
    let owner = owner.as_deref().unwrap_or_default();
    tx.first(PUT, params![id, owner, name, query, updated_at.micros(), caller], |row| row.int(0))
}

/// Removes a view that the caller sees; whether there was one.
pub(super) fn remove(tx: &mut Tx<'_>, id: &str, caller: &str) -> Result<bool, Error> {
    Ok(tx.execute(REMOVE, params![id, caller])? == 1)
}

fn view(row: &Row<'_>) -> Result<View, Error> {
    let owner = row.text(1)?;
    Ok(View {
        id: row.text(0)?,
        owner: (!owner.is_empty()).then_some(owner),
        name: row.text(2)?,
        query: row.text(3)?,
        updated_at: Timestamp::from_micros(row.int(4)?),
        version: row.int(5)?,
    })
}
