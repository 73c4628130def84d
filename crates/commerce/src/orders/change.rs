//! Edges carried out: one guarded UPDATE, one event, one outbox row and the stock that moves, in one transaction.

use std::borrow::Cow;

use kassa_db::Tx;
use kassa_model::Timestamp;

use super::edges::{CancelledStock, Change};
use super::edited::EditAsk;
use super::error::EdgeError;
use super::fulfil::{FulfilAsk, FulfilError};
use super::fulfilments::ask::{PackAsk, StageAsk};
use super::kind::ChangeKind;
use super::lines::Items;
use super::order::{Order, StockPlace};
use super::payments::ask::PayAsk;
use super::refund::RefundAsk;
use super::target::Target;
use super::work::{self, Work};
use super::{event, fulfilments, payments, store};
use crate::catalog::{self, Offer};
use crate::inventory::{self, StockLine};
use crate::transport::commands::{Back, Command, Release};
use crate::transport::run::put_back;

/// How often an edge is tried on an order that others change at the same time.
const ATTEMPTS_MAX: usize = 20;

/// Gives an order up; its stock returns or is kept.
pub(crate) fn cancel(
    tx: &mut Tx<'_>,
    target: &Target,
    stock: CancelledStock,
    place: StockPlace,
    now: Timestamp,
) -> Result<Change, EdgeError> {
    let change = step(tx, target, |order| Ok(order.cancel(stock, now)?))?;
    return_stock(tx, &change, place, now)?;
    Ok(change)
}

/// Notes what of an order was handed over.
pub(crate) fn fulfil(
    tx: &mut Tx<'_>,
    target: &Target,
    ask: &FulfilAsk,
    now: Timestamp,
) -> Result<Change, EdgeError> {
    step(tx, target, |order| Ok(order.fulfil(ask, now)?))
}

/// Puts units of an order into a parcel.
pub(crate) fn pack(
    tx: &mut Tx<'_>,
    target: &Target,
    ask: &PackAsk,
    now: Timestamp,
) -> Result<Change, EdgeError> {
    step(tx, target, |order| Ok(order.pack(ask, now)?))
}

/// Brings a parcel of an order further, or takes it back.
pub(crate) fn bring(
    tx: &mut Tx<'_>,
    target: &Target,
    ask: &StageAsk,
    now: Timestamp,
) -> Result<Change, EdgeError> {
    step_with(tx, target, |tx, order| {
        let parcel = fulfilments::store::by_number(tx, &order.id, ask.number)?;
        let parcel = parcel.ok_or(FulfilError::NoFulfilment(ask.number))?;
        Ok(order.bring(&parcel, ask, now)?)
    })
}

/// Notes that an order is paid.
pub(crate) fn pay(
    tx: &mut Tx<'_>,
    target: &Target,
    ask: &PayAsk,
    now: Timestamp,
) -> Result<Change, EdgeError> {
    step(tx, target, |order| Ok(order.pay(ask, now)?))
}

/// Gives money back, and units into stock where the refund says so.
pub(crate) fn refund(
    tx: &mut Tx<'_>,
    target: &Target,
    ask: &RefundAsk,
    place: StockPlace,
    now: Timestamp,
) -> Result<Change, EdgeError> {
    let change = step(tx, target, |order| Ok(order.refund(ask, now)?))?;
    return_stock(tx, &change, place, now)?;
    Ok(change)
}

/// Replaces the lines of an order whose stock is in this database. `products` are those of `items`; `None`: they are in this
/// database. A refusal of the stock is an error, so the caller runs this in a savepoint or lets the transaction end.
pub(crate) fn edit(
    tx: &mut Tx<'_>,
    target: &Target,
    ask: &EditAsk,
    products: Option<&[Offer]>,
    now: Timestamp,
) -> Result<Change, EdgeError> {
    let products = offers(tx, &ask.items, products)?;
    if let Some(name) = &ask.customer_name {
        store::rename(tx, &target.id, name)?;
    }
    let change = step(tx, target, |order| Ok(order.edit(&ask.lines_for(order, &products)?, now)?))?;
    let reference = change.after.stock_reference();
    inventory::exchange_or_stop(tx, &reference, (&change.give_back, &change.deduct), now)?;
    Ok(change)
}

/// The products of `items`: those that are `known`, else what the catalogue in this database says.
pub(super) fn offers<'a>(
    tx: &mut Tx<'_>,
    items: &Items,
    known: Option<&'a [Offer]>,
) -> Result<Cow<'a, [Offer]>, kassa_db::Error> {
    Ok(match known {
        Some(known) => known.into(),
        None => catalog::store::offers(tx, &items.skus())?.into(),
    })
}

/// Decides on the order as it is and carries the change out; again from the start when somebody else was faster.
pub(super) fn step(
    tx: &mut Tx<'_>,
    target: &Target,
    decide: impl Fn(&Order) -> Result<Change, EdgeError>,
) -> Result<Change, EdgeError> {
    step_with(tx, target, |_, order| decide(order))
}

/// The same, where what is decided depends on more of the order than is read with it. All of that changes with the order alone.
pub(super) fn step_with(
    tx: &mut Tx<'_>,
    target: &Target,
    decide: impl Fn(&mut Tx<'_>, &Order) -> Result<Change, EdgeError>,
) -> Result<Change, EdgeError> {
    let id = &target.id;
    for _ in 0..ATTEMPTS_MAX {
        let before = store::by_id(tx, id)?.ok_or_else(|| EdgeError::Unknown(id.clone()))?;
        target.require(&before)?;
        let mut change = Change { by: target.by.clone(), ..decide(tx, &before)? };
        change.after.updated_at = store::changed_at(tx, change.after.updated_at)?;
        if store::update(tx, &before, &change.after)? {
            if let Some(new) = change.fulfilment.as_mut().filter(|fulfilment| fulfilment.number == 0) {
                new.number = fulfilments::store::next_number(tx, id)?;
            }
            record(tx, &change)?;
            return Ok(change);
        }
    }
    Err(kassa_db::Error::Busy(format!("order {id} is changed by too many at once")).into())
}

/// What a request with this key came to before.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Before {
    /// It changed the order by the event of this number; the order is like this now.
    Done(Box<Order>, i64),
    /// The key belongs to another request, which changed the order.
    Other,
}

/// What the target's request came to before, however long ago; `None` where it has changed nothing or has no key.
pub(super) fn before(tx: &mut Tx<'_>, target: &Target) -> Result<Option<Before>, kassa_db::Error> {
    let Some(by) = &target.by else { return Ok(None) };
    match store::made_by(tx, &target.id, by)? {
        None => Ok(None),
        Some((fingerprint, _)) if fingerprint != by.fingerprint => Ok(Some(Before::Other)),
        Some((_, seq)) => Ok(store::by_id(tx, &target.id)?.map(|order| Before::Done(Box::new(order), seq))),
    }
}

/// Writes all of a change but the order's own row.
pub(super) fn record(tx: &mut Tx<'_>, change: &Change) -> Result<(), kassa_db::Error> {
    match change.kind {
        ChangeKind::Edited => store::replace_lines(tx, &change.after)?,
        ChangeKind::Refunded | ChangeKind::Fulfilled | ChangeKind::Unpacked => {
            store::update_lines(tx, &change.after)?;
        }
        _ => {}
    }
    let made = (change.after.id.as_str(), change.after.last_seq);
    if let Some(refund) = &change.refund {
        store::insert_refund(tx, &change.after, refund)?;
    }
    if let Some(fulfilment) = &change.fulfilment {
        fulfilments::store::record(tx, made, fulfilment)?;
    }
    if let Some(moved) = &change.payment {
        payments::store::record(tx, made, moved, change.after.updated_at)?;
    }
    store::insert_event(tx, change)?;
    event::record(tx, change)
}

/// Returns what a cancel or refund gives back, or tells the ledger that it is kept: at once where stock is in this
/// database, else by a work row.
fn return_stock(
    tx: &mut Tx<'_>,
    change: &Change,
    place: StockPlace,
    now: Timestamp,
) -> Result<(), kassa_db::Error> {
    let (back, lines) = match &change.refund {
        Some(_) => (Back::Return, &change.give_back),
        None if change.after.stock_kept => (Back::Kept, &change.keep),
        None => (Back::Release, &change.give_back),
    };
    if lines.is_empty() {
        return Ok(());
    }
    let reference = match &change.refund {
        Some(refund) => refund.id.clone(),
        None => format!("{}/c{}", change.after.id, change.after.last_seq),
    };
    match place {
        StockPlace::SameDatabase => put_back(tx, (&reference, back), lines, now),
        StockPlace::Apart => release_later(tx, change, &reference, (back, lines)),
    }
}

/// Writes the work row of the stock that a cancel or refund gives back or keeps.
fn release_later(
    tx: &mut Tx<'_>,
    change: &Change,
    reference: &str,
    (kind, lines): (Back, &[StockLine]),
) -> Result<(), kassa_db::Error> {
    let command = Command::Release(Release {
        reference: reference.to_owned(),
        of: change.after.stock_reference(),
        kind,
        lines: lines.to_vec(),
    });
    let now = change.after.updated_at;
    work::store::insert(tx, &Work::new(&change.after.id, work::WorkKind::Release, command, now), now)
}
