//! Notes, read.

use std::cmp::Reverse;

use kassa_db::{Db, Error};
use kassa_model::Timestamp;

use super::note::Note;
use super::store;
use crate::shop::Shop;

/// The newest notes of `from <= at < to`, newest first, at most `limit`; of every database of the shop that this process has.
/// What is noted in another process is missing, but for stock, which the process with the orders hears of.
///
/// # Errors
/// The database's.
pub async fn between(shop: &Shop, from: Timestamp, to: Timestamp, limit: u32) -> Result<Vec<Note>, Error> {
    let mut known: Vec<&Db> = Vec::new();
    let mut notes: Vec<Note> = Vec::new();
    for db in [&shop.orders, &shop.inventory, &shop.catalog].into_iter().flatten() {
        if known.iter().any(|other| other.is_same(db)) {
            continue;
        }
        known.push(db);
        notes.extend(db.read(move |tx| store::between(tx, (from, to), i64::from(limit))).await?);
    }
    notes.sort_by(|a, b| (Reverse(a.at), &a.id).cmp(&(Reverse(b.at), &b.id)));
    notes.dedup_by(|a, b| a.id == b.id);
    notes.truncate(limit as usize);
    Ok(notes)
}
