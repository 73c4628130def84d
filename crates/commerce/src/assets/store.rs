//! The SQL of assets.

use kassa_db::{Error, Param, Row, Tx, params};
use kassa_model::Timestamp;

use super::asset::Asset;

const BY_IDS: &str = "SELECT id, mime, bytes, width, height, created_at FROM assets \
     WHERE id IN ($1, $2, $3, $4, $5, $6, $7, $8)";
const INSERT: &str = "INSERT INTO assets (id, mime, bytes, width, height, created_at) VALUES ($1, $2, $3, $4, $5, $6) \
     ON CONFLICT (id) DO NOTHING";

/// Every statement of this file, for the test that prepares each on both engines.
#[cfg(test)]
pub(crate) const ALL: &[&str] = &[BY_IDS, INSERT];

fn asset(row: &Row<'_>) -> Result<Asset, Error> {
    Ok(Asset {
        id: row.text(0)?,
        mime: row.text(1)?,
        bytes: row.int(2)?,
        width: row.int(3)?,
        height: row.int(4)?,
        created_at: Timestamp::from_micros(row.int(5)?),
    })
}

/// The assets of these ids, in no order; an id that nothing has is left out.
pub fn by_ids(tx: &mut Tx<'_>, ids: &[&str]) -> Result<Vec<Asset>, Error> {
    let keys: Vec<Param<'_>> = ids.iter().map(|id| (*id).into()).collect();
    tx.all_of(BY_IDS, &keys, asset)
}

/// Keeps an asset, unless it is known; whether it was not.
pub fn insert(tx: &mut Tx<'_>, asset: &Asset) -> Result<bool, Error> {
    let values =
        params![&asset.id, &asset.mime, asset.bytes, asset.width, asset.height, asset.created_at.micros()];
    Ok(tx.execute(INSERT, values)? == 1)
}
