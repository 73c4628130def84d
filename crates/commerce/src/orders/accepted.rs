//! Orders whose stock is apart: accepted first, decided by a command that a work row holds. All of it is plain functions
//! over a transaction; sending the command, in time and again after a crash, is the transport's business.
//!
//! | step | transaction | then |
//! |---|---|---|
//! | place | [`accept`]: order `accepted`, work row `deduct` | send it, then [`decide`] |
//! | edit | [`begin_edit`]: `pending_edit`, work row `edit`, open idempotency record | send it, then [`decide_edit`] |
//! | cancel, refund | the edge itself and a work row `release` | send it, then [`finish_work`] |
//!
//! No transaction is open while a command is under way. Each `decide` is a guarded UPDATE: the handler and the drain may
//! both come with the same answer, and the second changes nothing.

use kassa_db::{Error, Tx};
use kassa_model::Timestamp;
use serde::{Deserialize, Serialize};

use super::lines::tracked;
use super::{
    Basket, Change, EdgeError, EditAsk, Line, Order, PlaceOrder, Status, Target, change, place, store,
};
use crate::idempotency::{RUNNING_MICROS, RequestKey};
use crate::inventory::{Refusal, StockLine};
use crate::transport::commands::{Back, Command, Deduct, Release};
use crate::transport::prices::Offer;

/// What a command to stock came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Decision {
    /// All lines were taken.
    Taken,
    /// None was.
    Refused(Refusal),
    /// None was, and none will be under this reference.
    Void,
}

/// An order after a decision.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decided {
    /// As it is now.
    pub order: Order,
    /// Whether this decision was the first.
    pub first: bool,
}

/// An order after the decision of an edit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EditDecided {
    /// As it is now.
    pub order: Order,
    /// Whether this decision was the first.
    pub first: bool,
    /// The idempotency record that this decision has to close: scope and key.
    pub record: Option<(String, String)>,
}

/// How an edit began.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum EditBegun {
    /// It moves no stock and is done.
    Done(Box<Change>),
    /// A work row holds this command, which decides it.
    Pending(Command),
}

/// What a work row holds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Work {
    /// What is to be sent.
    pub command: Command,
    /// The lines that an edit will give the order.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lines: Option<Vec<Line>>,
    /// The open idempotency record of an edit that came with a key: scope and key.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub record: Option<(String, String)>,
    /// The edit's request, where it has a key.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<RequestKey>,
    /// The customer's name that an edit will give the order; `None` leaves it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub customer_name: Option<String>,
}

impl Work {
    /// The command's id.
    pub fn reference(&self) -> &str {
        match &self.command {
            Command::Deduct(deduct) => &deduct.reference,
            Command::Release(release) => &release.reference,
        }
    }
}

/// Writes the order as accepted, and the work row whose command decides it. An order that takes no stock is confirmed at
/// once.
pub(super) fn accept(tx: &mut Tx<'_>, ask: &PlaceOrder, basket: Basket) -> Result<Order, Error> {
    let stock = tracked(basket.lines());
    if stock.is_empty() {
        return Ok(place::write(tx, ask.order(&basket, Status::Confirmed))?.after);
    }
    let order = place::write(tx, ask.order(&basket, Status::Accepted))?.after;
    let reference = order.stock_reference();
    let command = Command::Deduct(Deduct { reference, replaces: None, attempt: 0, lines: stock });
    // The request that made it sends the command itself; the drain follows when that took too long.
    let drain_at = order.created_at.plus_micros(RUNNING_MICROS);
    store::insert_work(
        tx,
        &order,
        "deduct",
        &Work { command, lines: None, record: None, by: None, customer_name: None },
        drain_at,
    )?;
    Ok(order)
}

/// Confirms or fails an accepted order, and closes its work row. An order that is decided already stays as it is.
///
/// # Errors
/// [`EdgeError::Unknown`], [`EdgeError::Db`].
pub fn decide(tx: &mut Tx<'_>, id: &str, decision: &Decision, now: Timestamp) -> Result<Decided, EdgeError> {
    let before = load(tx, id)?;
    finish_work(tx, &before.stock_reference(), now)?;
    if before.status != Status::Accepted {
        return Ok(Decided { order: before, first: false });
    }
    let decided = change::step(tx, &Target::any(id), |order| match decision {
        Decision::Taken => Ok(order.confirm(now)?),
        Decision::Refused(refusal) => Ok(order.fail(place::reason(refusal), now)?),
        Decision::Void => Ok(order.fail("stock-refused", now)?),
    });
    match decided {
        Ok(change) => Ok(Decided { order: change.after, first: true }),
        // Somebody else decided it between the two reads.
        Err(EdgeError::Illegal(_)) => Ok(Decided { order: load(tx, id)?, first: false }),
        Err(error) => Err(error),
    }
}

/// Begins an edit: no other edge of the order until [`decide_edit`], which closes the record of the target's request. `products` are those of its items.
///
/// # Errors
/// [`EdgeError`].
pub fn begin_edit(
    tx: &mut Tx<'_>,
    target: &Target,
    ask: &EditAsk,
    products: &[Offer],
    now: Timestamp,
) -> Result<EditBegun, EdgeError> {
    let (id, before) = (&target.id, load(tx, &target.id)?);
    target.require(&before)?;
    let basket = ask.lines_for(&before, products)?;
    let (old, new) = (tracked(&before.lines), tracked(basket.lines()));
    if old.is_empty() && new.is_empty() {
        if let Some(name) = &ask.customer_name {
            store::rename(tx, id, name)?;
        }
        let change =
            change::step(tx, target, |order| Ok(order.edit(&ask.lines_for(order, products)?, now)?))?;
        return Ok(EditBegun::Done(Box::new(change)));
    }
    let reference = format!("{}/{}", before.id, before.revision + 1);
    let pending = Order { pending_edit: Some(reference.clone()), ..before.clone() };
    if !store::update(tx, &before, &pending)? {
        return Err(Error::Busy(format!("order {id} is being changed")).into());
    }
    let command = Command::Deduct(Deduct {
        reference,
        replaces: (!old.is_empty()).then(|| before.stock_reference()),
        attempt: store::count_edit(tx, id)?,
        lines: new,
    });
    let (lines, by) = (Some(basket.lines().to_vec()), target.by.clone());
    let customer_name = ask.customer_name.clone();
    let work = Work { command: command.clone(), lines, record: target.record(), by, customer_name };
    // By the clock that the drain goes by, for it must not send what the request may still drop.
    let drain_at = tx.now(now)?.plus_micros(RUNNING_MICROS);
    store::insert_work(tx, &before, "edit", &work, drain_at)?;
    Ok(EditBegun::Pending(command))
}

/// Commits or drops the edit of this command, and closes its work row. One that is decided already stays as it is, and so
/// does the edit that was begun after it: where this one was refused, that has the same reference and another attempt.
///
/// # Errors
/// [`EdgeError::Unknown`], [`EdgeError::Db`].
pub fn decide_edit(
    tx: &mut Tx<'_>,
    id: &str,
    command: &Command,
    decision: &Decision,
    now: Timestamp,
) -> Result<EditDecided, EdgeError> {
    let (before, reference) = (load(tx, id)?, command.reference());
    let open = store::open_work(tx, reference)?;
    let Some(work) = open.filter(|work| work.command == *command && before.waits_for(reference)) else {
        return Ok(EditDecided { order: before, first: false, record: None });
    };
    finish_work(tx, reference, now)?;
    let record = work.record;
    let mut free = Order { pending_edit: None, ..before.clone() };
    if *decision != Decision::Taken {
        store::update(tx, &before, &free)?;
        return Ok(EditDecided { order: free, first: true, record });
    }
    if let Some(name) = work.customer_name {
        store::rename(tx, id, &name)?;
        free.customer.name = Some(name);
    }
    let basket = Basket::new(work.lines.unwrap_or_default(), before.currency)?;
    let change = Change { by: work.by, ..free.edit(&basket, store::changed_at(tx, now)?)? };
    if !store::update(tx, &before, &change.after)? {
        return Err(Error::Busy(format!("order {id} is being changed")).into());
    }
    change::record(tx, &change)?;
    Ok(EditDecided { order: change.after, first: true, record })
}

/// Closes the work row of this reference; whether it was open.
///
/// # Errors
/// The database's.
pub fn finish_work(tx: &mut Tx<'_>, reference: &str, now: Timestamp) -> Result<bool, Error> {
    store::finish_work(tx, reference, now)
}

/// Writes the work row of the stock that a cancel or refund gives back or keeps.
pub(super) fn release_later(
    tx: &mut Tx<'_>,
    change: &Change,
    reference: &str,
    (kind, lines): (Back, &[StockLine]),
) -> Result<(), Error> {
    let command = Command::Release(Release {
        reference: reference.to_owned(),
        of: change.after.stock_reference(),
        kind,
        lines: lines.to_vec(),
    });
    let now = change.after.updated_at;
    store::insert_work(
        tx,
        &change.after,
        "release",
        &Work { command, lines: None, record: None, by: None, customer_name: None },
        now,
    )
}

impl Order {
    fn waits_for(&self, reference: &str) -> bool {
        self.pending_edit.as_deref() == Some(reference)
    }
}

fn load(tx: &mut Tx<'_>, id: &str) -> Result<Order, EdgeError> {
    store::by_id(tx, id)?.ok_or_else(|| EdgeError::Unknown(id.to_owned()))
}
