//! Why stock goes back, and what the books of stock then say.

use kassa_db::{Error, Tx};
use kassa_model::Timestamp;
use serde::{Deserialize, Serialize};

use crate::inventory::{self, LedgerKind, StockLine};

/// Why stock goes back: the kind of its ledger entries.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Back {
    /// The order was cancelled.
    #[default]
    Release,
    /// A refund brought it back.
    Return,
    /// It does not: the order was cancelled and keeps it. The ledger is told, and nothing moves.
    Kept,
}

/// Gives stock back to the books of this database, or tells them that it is kept.
pub(crate) fn put_back(
    tx: &mut Tx<'_>,
    (reference, back): (&str, Back),
    lines: &[StockLine],
    now: Timestamp,
) -> Result<(), Error> {
    match back {
        Back::Kept => inventory::keep(tx, reference, lines, now),
        Back::Release | Back::Return => inventory::give_back(tx, reference, back.into(), lines, now),
    }
}

/// The kind of the ledger's entries.
impl From<Back> for LedgerKind {
    fn from(back: Back) -> Self {
        match back {
            Back::Release | Back::Kept => Self::Release,
            Back::Return => Self::Return,
        }
    }
}
