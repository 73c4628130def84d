//! Stock that orders take: all lines or none, once per reference.

use kassa_db::{Error, Tx};
use kassa_model::Timestamp;

use super::back::give_back;
use super::ledger::enter;
use super::stock::{Crossing, LedgerKind, Refusal, StockLine, Stop, merged};
use super::{low, sabotage, store};

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
    let crossings = take_all(tx, reference, &merged(lines)?, now)?;
    low::record(tx, reference, &crossings, now)?;
    Ok(crossings)
}

/// Gives `back` and takes `lines` in place of it, all or none: what a command that changes an order does. A SKU is low by it
/// only if it was not before. A refusal leaves the transaction as it was.
pub(crate) fn exchange(
    tx: &mut Tx<'_>,
    reference: &str,
    (back, lines): (&[StockLine], &[StockLine]),
    now: Timestamp,
) -> Result<Result<Vec<Crossing>, Refusal>, Error> {
    let (back, lines) = (merged(back)?, merged(lines)?);
    let units =
        |of: &[StockLine], sku: &str| of.iter().find(|line| line.sku == sku).map_or(0, |line| line.quantity);
    Stop::into_answer(tx.savepoint(|tx| {
        if !back.is_empty() {
            store::lock(tx, &back.iter().chain(&lines).map(|line| line.sku.clone()).collect())?;
        }
        give_back(tx, reference, LedgerKind::Release, &back, now)?;
        let mut crossings = take_all(tx, reference, &lines, now)?;
        crossings.retain(|crossing| {
            let more = units(&lines, &crossing.sku) - units(&back, &crossing.sku);
            crossing.on_hand + more > crossing.low_stock_at
        });
        low::record(tx, reference, &crossings, now)?;
        Ok(crossings)
    }))
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
        let crossings: Vec<_> = take(tx, line, now)?.into_iter().collect();
        low::record(tx, reference, &crossings, now)?;
        Ok(Some(crossings))
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
fn take_all(
    tx: &mut Tx<'_>,
    reference: &str,
    lines: &[StockLine],
    now: Timestamp,
) -> Result<Vec<Crossing>, Stop> {
    let mut new = Vec::with_capacity(lines.len());
    for line in lines {
        let kind = LedgerKind::Deduct;
        let entry = store::Entry { reference, sku: &line.sku, kind, quantity: -line.quantity, reason: None };
        if enter(tx, &entry, now)? {
            new.push(line);
        }
    }
    let mut crossings = Vec::new();
    for line in new {
        crossings.extend(take(tx, line, now)?);
    }
    Ok(crossings)
}

/// Takes a line whose entry is written; whether it made its SKU low.
fn take(tx: &mut Tx<'_>, line: &StockLine, now: Timestamp) -> Result<Option<Crossing>, Stop> {
    let Some((on_hand, low_stock_at)) = sabotage::take(tx, &line.sku, line.quantity, now)? else {
        return Err(Stop::Refused(refusal(tx, line)?));
    };
    let is_low = on_hand <= low_stock_at && on_hand + line.quantity > low_stock_at;
    Ok(is_low.then(|| Crossing { sku: line.sku.clone(), on_hand, low_stock_at }))
}

fn refusal(tx: &mut Tx<'_>, line: &StockLine) -> Result<Refusal, Error> {
    let sku = line.sku.clone();
    Ok(match store::by_sku(tx, &line.sku)? {
        None => Refusal::UnknownSku(sku),
        Some(stock) => Refusal::Insufficient { sku, available: stock.available(), requested: line.quantity },
    })
}
