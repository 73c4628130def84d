//! What somebody who types may be looking for.

use kassa_db::{Error, Tx};

use super::lists::Reading;
use super::store::{self, Key};
use super::{matching, read};
use crate::catalog::listing::store::Listing;
use crate::catalog::product::Product;

/// The newest of what is found, among which the best are chosen.
const LOOKED_AT: usize = 256;

/// At most as many products as `listing` asks for that have its words: first those whose name begins with `typed`, then those
/// with all the words in their name, then the others; of each the newest first. `typed` is folded.
pub(crate) fn suggest(
    tx: &mut Tx<'_>,
    reading: &Reading,
    (listing, typed): (&Listing, &str),
) -> Result<Vec<Product>, Error> {
    if listing.words.is_empty() {
        return Ok(Vec::new());
    }
    let ids = matching(tx, reading, listing)?;
    let newest = &ids[ids.len().saturating_sub(LOOKED_AT)..];
    let mut keys = store::keys(tx, newest)?;
    keys.sort_by_key(|key| (rank(key, &listing.words, typed), std::cmp::Reverse(key.id)));
    let count = usize::try_from(listing.limit).unwrap_or(0);
    let best: Vec<i64> = keys.iter().take(count).map(|key| key.id).collect();
    read(tx, &best)
}

fn rank(key: &Key, words: &[String], typed: &str) -> u8 {
    let has = |word: &String| key.name.split_whitespace().any(|part| part.starts_with(word.as_str()));
    match key.name.starts_with(typed) {
        true => 0,
        false if words.iter().all(has) => 1,
        false => 2,
    }
}
