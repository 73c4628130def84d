//! Movements by hand: goods that came in, and corrections.

use kassa_db::{Error, Tx};
use kassa_model::Timestamp;

use super::crossings::Moves;
use super::stock::{LedgerKind, ON_HAND_MAX, Refusal, Stock};
use super::{sabotage, store};

/// A movement by hand of one SKU: goods that came in, or a correction.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Movement {
    /// The command's id.
    pub reference: String,
    /// The SKU.
    pub sku: String,
    /// [`LedgerKind::Receive`] with a positive quantity, or [`LedgerKind::Adjust`] with any but 0.
    pub kind: LedgerKind,
    /// How many came or, below 0, went.
    pub quantity: i64,
    /// Why, for whoever reads the ledger.
    pub reason: Option<String>,
}

/// Why a movement by hand did not happen.
#[derive(Debug, Clone, thiserror::Error)]
pub enum MoveError {
    /// Unknown SKU, or less there than is to go.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// More would be there than can be counted.
    #[error("at most {ON_HAND_MAX} of {0} can be on hand")]
    TooMany(String),
    /// The same command moved another quantity before.
    #[error("the command has moved another quantity of {0} before")]
    OtherQuantity(String),
    /// The database.
    #[error(transparent)]
    Db(#[from] Error),
}

/// What became of a movement by hand: the stock as it is now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Moved {
    /// It has been moved.
    Now(Stock),
    /// The same command moved it before; nothing has changed.
    Before(Stock),
}

/// Receives or adjusts. A command that has done it already does it not again.
///
/// # Errors
/// [`MoveError`]; nothing has changed then.
pub fn move_by_hand(tx: &mut Tx<'_>, movement: &Movement, now: Timestamp) -> Result<Stock, MoveError> {
    match move_once(tx, movement, now)? {
        Moved::Now(stock) | Moved::Before(stock) => Ok(stock),
    }
}

/// As [`move_by_hand`], and says whether it was done before.
pub(crate) fn move_once(tx: &mut Tx<'_>, movement: &Movement, now: Timestamp) -> Result<Moved, MoveError> {
    tx.savepoint(|tx| enter_and_add(tx, movement, now))
}

fn enter_and_add(tx: &mut Tx<'_>, movement: &Movement, now: Timestamp) -> Result<Moved, MoveError> {
    let Movement { reference, sku, kind, quantity, reason } = movement;
    let before = store::by_sku(tx, sku)?.ok_or_else(|| Refusal::UnknownSku(sku.clone()))?;
    let entry = store::Entry { reference, sku, kind: *kind, quantity: *quantity, reason: reason.as_deref() };
    if !sabotage::enter(tx, &entry, now)? {
        return match store::entered(tx, reference, sku, *kind)? == Some(*quantity) {
            true => Ok(Moved::Before(before)),
            false => Err(MoveError::OtherQuantity(sku.clone())),
        };
    }
    match store::add(tx, sku, *quantity, now)? {
        Some(after) => {
            let mut moves = Moves::new(reference, now);
            moves.note(*quantity, after.clone());
            moves.tell(tx)?;
            Ok(Moved::Now(after))
        }
        None if *quantity > 0 => Err(MoveError::TooMany(sku.clone())),
        None => {
            let available = store::by_sku(tx, sku)?.map_or(0, |stock| stock.available());
            let requested = quantity.saturating_neg();
            Err(Refusal::Insufficient { sku: sku.clone(), available, requested }.into())
        }
    }
}
