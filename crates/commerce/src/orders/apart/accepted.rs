//! Orders whose stock is apart: accepted first, decided by a command that a work row holds. All of it is plain functions
//! over a transaction; sending the command, in time and again after a crash, is the business of `flow` and `drain`.
//!
//! | step | transaction | then |
//! |---|---|---|
//! | place | [`place`](super::super::place): order `accepted`, work row `deduct` | send it, then [`decide`] |
//! | edit | [`begin_edit`]: `pending_edit`, work row `edit`, open idempotency record | send it, then [`decide_edit`] |
//! | cancel, refund | the edge itself and a work row `release` | send it, then close the row |
//!
//! No transaction is open while a command is under way. Each `decide` is a guarded UPDATE: the handler and the drain may
//! both come with the same answer, and the second changes nothing.

use kassa_db::{Error, Tx};
use kassa_model::Timestamp;

use super::super::change;
use super::super::edges::Change;
use super::super::edited::EditAsk;
use super::super::error::EdgeError;
use super::super::lines::{Basket, tracked};
use super::super::order::{Order, Status};
use super::super::store;
use super::super::target::Target;
use super::super::work::{self, Work, WorkKind};
use crate::catalog::Offer;
use crate::customers;
use crate::idempotency::RUNNING_MICROS;
use crate::inventory::Refusal;
use crate::transport::commands::{Command, Deduct, Reply};

/// What a command to stock came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Decision {
    /// All lines were taken.
    Taken,
    /// None was.
    Refused(Refusal),
    /// None was, and none will be under this reference.
    Void,
}

/// An order after the decision of an edit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct EditDecided {
    /// As it is now.
    pub order: Order,
    /// Whether this decision was the first.
    pub first: bool,
    /// The idempotency record that this decision has to close: scope and key.
    pub record: Option<(String, String)>,
}

/// How an edit began.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum EditBegun {
    /// It moves no stock and is done.
    Done(Box<Change>),
    /// A work row holds this command, which decides it.
    Pending(Command),
}

/// Confirms or fails an accepted order, and closes its work row; the order as it is now. One that is decided already stays as
/// it is.
pub(crate) fn decide(
    tx: &mut Tx<'_>,
    id: &str,
    decision: &Decision,
    now: Timestamp,
) -> Result<Order, EdgeError> {
    let before = load(tx, id)?;
    work::store::finish(tx, &before.stock_reference(), now)?;
    if before.status != Status::Accepted {
        return Ok(before);
    }
    let customer_id = match decision {
        Decision::Taken => customer(tx, &before)?,
        Decision::Refused(_) | Decision::Void => None,
    };
    let decided = change::step(tx, &Target::any(id), |order| match decision {
        Decision::Taken => Ok(order.confirm(now)?.of_customer(customer_id.clone())),
        Decision::Refused(refusal) => Ok(order.fail(refusal.name(), now)?),
        Decision::Void => Ok(order.fail("stock-refused", now)?),
    });
    match decided {
        Ok(change) => Ok(change.after),
        // Somebody else decided it between the two reads.
        Err(EdgeError::Illegal(_)) => load(tx, id),
        Err(error) => Err(error),
    }
}

/// Finds or makes the customer of an order that is confirmed.
fn customer(tx: &mut Tx<'_>, order: &Order) -> Result<Option<String>, Error> {
    let customer_id = customers::of_order(tx, &order.buyer())?;
    if let Some(customer_id) = &customer_id {
        store::set_customer(tx, &order.id, customer_id)?;
    }
    Ok(customer_id)
}

/// Begins an edit: no other edge of the order until [`decide_edit`], which closes the record of the target's request. `products` are those of its items.
pub(crate) fn begin_edit(
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
    // By the clock that the drain goes by, for it must not send what the request may still drop.
    let drain_at = tx.now(now)?.plus_micros(RUNNING_MICROS);
    let work = Work::new(id, WorkKind::Edit, command.clone(), drain_at);
    let work = Work { lines, record: target.record(), by, customer_name, ..work };
    work::store::insert(tx, &work, before.updated_at)?;
    Ok(EditBegun::Pending(command))
}

/// Commits or drops the edit of this command, and closes its work row. One that is decided already stays as it is, and so
/// does the edit that was begun after it: where this one was refused, that has the same reference and another attempt.
pub(crate) fn decide_edit(
    tx: &mut Tx<'_>,
    id: &str,
    command: &Command,
    decision: &Decision,
    now: Timestamp,
) -> Result<EditDecided, EdgeError> {
    let (before, reference) = (load(tx, id)?, command.reference());
    let open = work::store::open(tx, command)?;
    let Some(work) = open.filter(|_| before.waits_for(reference)) else {
        return Ok(EditDecided { order: before, first: false, record: None });
    };
    work::store::finish(tx, reference, now)?;
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

impl Order {
    fn waits_for(&self, reference: &str) -> bool {
        self.pending_edit.as_deref() == Some(reference)
    }
}

fn load(tx: &mut Tx<'_>, id: &str) -> Result<Order, EdgeError> {
    store::by_id(tx, id)?.ok_or_else(|| EdgeError::Unknown(id.to_owned()))
}

/// What became of an edit in time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum EditSettled {
    /// It is committed.
    Done(Box<Order>),
    /// There is too little stock; the order is as before.
    Refused(Refusal),
    /// Inventory cannot be reached; the order is as before.
    NotNow,
    /// Nobody knows yet; the drain goes on until it is known.
    Unknown,
}

impl From<Reply> for Decision {
    fn from(reply: Reply) -> Self {
        match reply {
            Reply::Moved { .. } => Self::Taken,
            Reply::Insufficient { sku, available, requested } => {
                Self::Refused(Refusal::Insufficient { sku, available, requested })
            }
            Reply::UnknownSku { sku } => Self::Refused(Refusal::UnknownSku(sku)),
            Reply::Void { .. } => Self::Void,
        }
    }
}
