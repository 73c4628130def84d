//! Stock that an order gives back, or that a cancelled one keeps.

use kassa_db::{Error, Tx};
use kassa_model::Timestamp;

use super::crossings::Moves;
use super::ledger::enter;
use super::stock::{LedgerKind, StockLine, merged};
use super::store;

/// The reason of an entry that brings nothing back, because a cancelled order keeps its stock.
pub(crate) const KEPT: &str = "kept";

/// Gives lines back: [`LedgerKind::Release`] for a cancelled or edited order, [`LedgerKind::Return`] for a refund. A
/// `reference` that has given a line back already does it not again.
///
/// # Errors
/// The database's; [`Error::Invalid`] for a quantity below 1, a SKU without stock, or a reference that gave another
/// quantity.
pub fn give_back(
    tx: &mut Tx<'_>,
    reference: &str,
    kind: LedgerKind,
    lines: &[StockLine],
    now: Timestamp,
) -> Result<(), Error> {
    let mut moves = Moves::new(reference, now);
    give(tx, &mut moves, kind, &merged(lines)?)?;
    moves.tell(tx).map(drop)
}

/// Gives merged lines back, as part of a command.
pub(super) fn give(
    tx: &mut Tx<'_>,
    moves: &mut Moves<'_>,
    kind: LedgerKind,
    lines: &[StockLine],
) -> Result<(), Error> {
    for StockLine { sku, quantity } in lines {
        let entry = store::Entry { reference: moves.reference, sku, kind, quantity: *quantity, reason: None };
        if !enter(tx, &entry, moves.now)? {
            continue;
        }
        match store::add(tx, sku, *quantity, moves.now)? {
            Some(after) => moves.note(*quantity, after),
            None => return Err(Error::Invalid(format!("cannot give {quantity} of {sku} back"))),
        }
    }
    Ok(())
}

/// The first SKU of `lines` that no stock is kept of, so that nothing can have been taken of it.
pub(crate) fn without_stock(tx: &mut Tx<'_>, lines: &[StockLine]) -> Result<Option<String>, Error> {
    let skus: Vec<&str> = lines.iter().map(|line| line.sku.as_str()).collect();
    let known = store::by_skus(tx, &skus)?;
    let unknown = skus.into_iter().find(|sku| known.iter().all(|stock| stock.sku != *sku));
    Ok(unknown.map(str::to_owned))
}

/// Notes that these lines of a cancelled order do not come back: entries of a release of 0, with the reason [`KEPT`]. A
/// `reference` that has noted a line already does it not again.
pub(crate) fn keep(
    tx: &mut Tx<'_>,
    reference: &str,
    lines: &[StockLine],
    now: Timestamp,
) -> Result<(), Error> {
    for line in merged(lines)? {
        let (kind, reason) = (LedgerKind::Release, Some(KEPT));
        enter(tx, &store::Entry { reference, sku: &line.sku, kind, quantity: 0, reason }, now)?;
    }
    Ok(())
}
