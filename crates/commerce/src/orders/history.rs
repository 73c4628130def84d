//! An order of before, told step by step: each step is a legal edge of what the order was until then, at its own time. It takes no
//! stock, and what it writes for the log says by which file it came.

use kassa_db::Tx;
use kassa_model::Timestamp;

use super::details::{self, Details};
use super::edges::{CancelledStock, Change, Import};
use super::fulfil::FulfilAsk;
use super::fulfilments::ask::{PackAsk, StageAsk};
use super::lines::Basket;
use super::order::{Order, Status};
use super::payments::ask::PayAsk;
use super::refund::RefundAsk;
use super::{change, fulfilments, store};
use crate::customers;

/// What happened to an order of before.
#[derive(Debug, Clone)]
pub(crate) enum Step {
    /// Its stock was decided later.
    Confirm,
    /// Other lines.
    Edit(Basket),
    /// Money came.
    Pay(PayAsk),
    /// Units were handed over, all or some.
    Fulfil(FulfilAsk),
    /// Units were put into a parcel.
    Pack(PackAsk),
    /// A parcel came further, or was taken back.
    Bring(StageAsk),
    /// Money went back.
    Refund(RefundAsk),
    /// It was given up.
    Cancel,
}

/// Why an order cannot be told so.
#[derive(Debug, thiserror::Error)]
pub(crate) enum HistoryError {
    /// A step leads nowhere.
    #[error("step {0}: {1}")]
    Step(usize, String),
    /// The database.
    #[error(transparent)]
    Db(#[from] kassa_db::Error),
}

/// Writes an order as it was when it was placed, and then what happened to it; the order as it is.
pub(crate) fn write(
    tx: &mut Tx<'_>,
    (mut order, details): (Order, &Details),
    steps: &[(Step, Timestamp)],
    import: &Import,
) -> Result<Order, HistoryError> {
    order.customer_id = customers::of_order(tx, &order.buyer())?;
    order.number = store::insert(tx, &order)?;
    store::insert_lines(tx, &order)?;
    details::store::insert(tx, &order.id, details)?;
    let mut opened = order.opened();
    opened.import = Some(import.clone());
    change::record(tx, &opened)?;
    let mut is = opened.after;
    for (place, (step, at)) in (2..).zip(steps) {
        let change = take(tx, &is, (step, *at));
        let change = change.map_err(|error| match error {
            Wrong::Said(why) => HistoryError::Step(place, why),
            Wrong::Db(error) => HistoryError::Db(error),
        })?;
        is = carry_out(tx, &is, change, import)?;
    }
    let at = store::changed_at(tx, import.at)?;
    store::touch(tx, &is.id, at)?;
    Ok(is)
}

/// Takes an order of before back: what was handed over returns, and the rest of its money leaves the day on which it came.
pub(crate) fn take_back(tx: &mut Tx<'_>, id: &str, import: &Import) -> Result<(), HistoryError> {
    let Some(mut order) = store::by_id(tx, id)? else { return Ok(()) };
    let at = order.created_at;
    for parcel in fulfilments::store::of_order(tx, id)? {
        let ask = StageAsk {
            number: parcel.number,
            to: super::fulfilments::status::Stage::Cancelled,
            tracking: super::fulfilments::fulfilment::Tracking::default(),
        };
        if let Ok(change) = order.bring(&parcel, &ask, at) {
            order = carry_out(tx, &order, change, import)?;
        }
    }
    let change = match order.cancel(CancelledStock::Kept, at) {
        Ok(change) => change,
        // What was delivered cannot be given up: its money goes back.
        Err(_) if matches!(order.status, Status::Confirmed | Status::Fulfilled) && order.kept_minor() > 0 => {
            let back = order.refund(&RefundAsk::Amount(order.kept_minor()), at);
            back.map_err(|error| HistoryError::Step(0, error.to_string()))?
        }
        Err(_) => return Ok(()),
    };
    let order = carry_out(tx, &order, change, import)?;
    let at = store::changed_at(tx, import.at)?;
    Ok(store::touch(tx, &order.id, at)?)
}

/// Why a step is none.
enum Wrong {
    Said(String),
    Db(kassa_db::Error),
}

fn said(error: impl ToString) -> Wrong {
    Wrong::Said(error.to_string())
}

fn take(tx: &mut Tx<'_>, order: &Order, (step, at): (&Step, Timestamp)) -> Result<Change, Wrong> {
    match step {
        Step::Confirm => order.confirm(at).map_err(said),
        Step::Edit(basket) => order.edit(basket, at).map_err(said),
        Step::Pay(ask) => order.pay(ask, at).map_err(said),
        Step::Fulfil(ask) => order.fulfil(ask, at).map_err(said),
        Step::Pack(ask) => order.pack(ask, at).map_err(said),
        Step::Bring(ask) => {
            let parcel = fulfilments::store::by_number(tx, &order.id, ask.number).map_err(Wrong::Db)?;
            let parcel = parcel.ok_or_else(|| said(format!("it has no fulfilment {}", ask.number)))?;
            order.bring(&parcel, ask, at).map_err(said)
        }
        Step::Refund(ask) => order.refund(ask, at).map_err(said),
        Step::Cancel => order.cancel(CancelledStock::Returned, at).map_err(said),
    }
}

/// Writes a change of an order that nobody else knows yet, or that is locked by its own update.
fn carry_out(
    tx: &mut Tx<'_>,
    before: &Order,
    mut change: Change,
    import: &Import,
) -> Result<Order, kassa_db::Error> {
    change.import = Some(import.clone());
    if !store::update(tx, before, &change.after)? {
        return Err(kassa_db::Error::Busy(format!("order {} is changed by somebody else", before.id)));
    }
    if let Some(new) = change.fulfilment.as_mut().filter(|fulfilment| fulfilment.number == 0) {
        new.number = fulfilments::store::next_number(tx, &before.id)?;
    }
    change::record(tx, &change)?;
    Ok(change.after)
}
