//! Stock that orders take: all lines or none, once per reference.

use kassa_db::{Error, Tx};
use kassa_model::Timestamp;

use super::back::give;
use super::crossings::Moves;
use super::ledger::enter;
use super::stock::{Crossing, LedgerKind, Refusal, StockLine, Stop, merged};
use super::{sabotage, store};

/// Takes all lines or none. Equal SKUs are merged, and taken in the order of their names, so that two orders never wait
/// for each other. A refusal leaves the transaction as it was. A `reference` that has taken a line already takes it not
/// again.
///
/// # Errors
/// The database's; [`Error::Invalid`] for a quantity below 1, or a reference that took another quantity.
pub fn deduct(
    tx: &mut Tx<'_>,
    reference: &str,
    lines: &[StockLine],
    now: Timestamp,
) -> Result<Result<Vec<Crossing>, Refusal>, Error> {
    Stop::into_answer(tx.savepoint(|tx| deduct_or_stop(tx, reference, lines, now)))
}

/// As [`deduct`], but without a savepoint of its own: for a caller who undoes all that it did when it is stopped.
pub(crate) fn deduct_or_stop(
    tx: &mut Tx<'_>,
    reference: &str,
    lines: &[StockLine],
    now: Timestamp,
) -> Result<Vec<Crossing>, Stop> {
    let mut moves = Moves::new(reference, now);
    take_all(tx, &mut moves, &merged(lines)?)?;
    Ok(moves.tell(tx)?)
}

/// Gives `back` and takes `lines` in place of it, all or none: what a command that changes an order does. A SKU has gone through
/// a level only if it is beyond it afterwards. A refusal leaves the transaction as it was.
pub(crate) fn exchange(
    tx: &mut Tx<'_>,
    reference: &str,
    exchanged: (&[StockLine], &[StockLine]),
    now: Timestamp,
) -> Result<Result<Vec<Crossing>, Refusal>, Error> {
    Stop::into_answer(tx.savepoint(|tx| exchange_or_stop(tx, reference, exchanged, now)))
}

/// As [`exchange`], but without a savepoint of its own.
pub(crate) fn exchange_or_stop(
    tx: &mut Tx<'_>,
    reference: &str,
    (back, lines): (&[StockLine], &[StockLine]),
    now: Timestamp,
) -> Result<Vec<Crossing>, Stop> {
    let (back, lines) = (merged(back)?, merged(lines)?);
    if !back.is_empty() {
        store::lock(tx, &back.iter().chain(&lines).map(|line| line.sku.clone()).collect())?;
    }
    let mut moves = Moves::new(reference, now);
    give(tx, &mut moves, LedgerKind::Release, &back)?;
    take_all(tx, &mut moves, &lines)?;
    Ok(moves.tell(tx)?)
}

/// Whether all lines could be taken at this moment.
pub(crate) fn is_there(tx: &mut Tx<'_>, lines: &[StockLine]) -> Result<bool, Error> {
    for line in merged(lines)? {
        if store::by_sku(tx, &line.sku)?.is_none_or(|stock| stock.available() < line.quantity) {
            return Ok(false);
        }
    }
    Ok(true)
}

/// What became of a line that is taken by itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Taken {
    /// It is taken; its SKU may have become low.
    Now(Vec<Crossing>),
    /// The same reference took it before.
    Before,
    /// The same reference took another quantity of it before.
    Otherwise,
    /// It is not taken.
    Refused(Refusal),
}

/// Takes one line, once per reference, and says whether it was this time. A refusal leaves the transaction as it was.
///
/// # Errors
/// The database's; [`Error::Invalid`] for a quantity below 1.
pub(crate) fn deduct_once(
    tx: &mut Tx<'_>,
    reference: &str,
    line: &StockLine,
    now: Timestamp,
) -> Result<Taken, Error> {
    merged(std::slice::from_ref(line))?;
    let (kind, quantity) = (LedgerKind::Deduct, -line.quantity);
    if let Some(before) = store::entered(tx, reference, &line.sku, kind)? {
        return Ok(if before == quantity { Taken::Before } else { Taken::Otherwise });
    }
    let entry = store::Entry { reference, sku: &line.sku, kind, quantity, reason: None };
    let taken = tx.savepoint(|tx| {
        // Whoever came first with this reference has the entry; on PostgreSQL this waits for them.
        if !sabotage::enter(tx, &entry, now)? {
            return Ok(None);
        }
        let mut moves = Moves::new(reference, now);
        take(tx, &mut moves, line)?;
        Ok(Some(moves.tell(tx)?))
    });
    Ok(match Stop::into_answer(taken)? {
        Ok(Some(crossings)) => Taken::Now(crossings),
        Ok(None) => match store::entered(tx, reference, &line.sku, kind)? {
            Some(before) if before == quantity => Taken::Before,
            _ => Taken::Otherwise,
        },
        Err(refusal) => Taken::Refused(refusal),
    })
}

/// The ledger first and the stock last: its rows are what other buyers wait for.
fn take_all(tx: &mut Tx<'_>, moves: &mut Moves<'_>, lines: &[StockLine]) -> Result<(), Stop> {
    let mut new = Vec::with_capacity(lines.len());
    for line in lines {
        let (reference, kind) = (moves.reference, LedgerKind::Deduct);
        let entry = store::Entry { reference, sku: &line.sku, kind, quantity: -line.quantity, reason: None };
        if enter(tx, &entry, moves.now)? {
            new.push(line);
        }
    }
    new.into_iter().try_for_each(|line| take(tx, moves, line))
}

/// Takes a line whose entry is written.
fn take(tx: &mut Tx<'_>, moves: &mut Moves<'_>, line: &StockLine) -> Result<(), Stop> {
    match sabotage::take(tx, &line.sku, line.quantity, moves.now)? {
        Some(after) => moves.note(-line.quantity, after),
        None => return Err(Stop::Refused(refusal(tx, line)?)),
    }
    Ok(())
}

fn refusal(tx: &mut Tx<'_>, line: &StockLine) -> Result<Refusal, Error> {
    let sku = line.sku.clone();
    Ok(match store::by_sku(tx, &line.sku)? {
        None => Refusal::UnknownSku(sku),
        Some(stock) => Refusal::Insufficient { sku, available: stock.available(), requested: line.quantity },
    })
}
