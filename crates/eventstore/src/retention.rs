//! How many dead letters are kept, the same for every backend (clause 6 of the contract).

use kassa_model::{MICROS_PER_DAY, Timestamp};

/// How long a dead letter is listed, counted back from the newest receipt of what was stored last in each partition.
const KEPT_MICROS: i64 = 14 * MICROS_PER_DAY;

/// How many dead letters of a site and UTC day of receipt are stored; the rest is only counted.
pub(crate) const LETTERS_PER_SITE_AND_DAY: u64 = 10_000;

/// Dead letters received before this are no longer listed, given that newest receipt.
pub(crate) fn letters_since(newest: Timestamp) -> Timestamp {
    newest.plus_micros(-KEPT_MICROS)
}
