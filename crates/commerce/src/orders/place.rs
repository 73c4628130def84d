//! Placing an order: one transaction where stock is in the same database.
//!
//! The order is written as confirmed first and its stock taken last, so that the row of a popular product is locked for
//! as short as possible. If there is too little, all of that is undone in its savepoint and the order written as failed.

use kassa_db::Tx;
use kassa_model::{Currency, Timestamp, failpoint};

use super::changed_total::TotalChanged;
use super::details::{self, Details, Source};
use super::edges::Change;
use super::lines::{self, Basket, Items, ItemsError};
use super::order::{Customer, Order, Status, StockPlace};
use super::payments::status::PaymentStatus;
use super::work::{self, Work, WorkKind};
use super::{change, store};
use crate::catalog::Offer;
use crate::customers::{self, Buyer};
use crate::idempotency::{self, Holder, RUNNING_MICROS, Reference};
use crate::inventory::{self, Refusal, Stop};
use crate::sabotage::{self, Sabotage};
use crate::transport::commands::{Command, Deduct};
use crate::visit::Context;

/// How often a client reference is asked for that others take at the same time.
const ATTEMPTS_MAX: usize = 20;

/// Who places an order.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Orderer {
    /// Whoever the shop trusts to mean it: a key, a dialect, anyone in open mode.
    #[default]
    Known,
    /// Somebody from the street: an order of nothing that there is leaves no trace.
    Stranger,
}

/// An order to be placed.
#[derive(Debug, Clone)]
pub struct PlaceOrder {
    /// Its UUID, made by the caller so that it stays the same when the transaction runs again.
    pub id: String,
    /// What.
    pub items: Items,
    /// For whom.
    pub customer: Customer,
    /// Whose client references it belongs to.
    pub scope: String,
    /// The client's own name for it.
    pub client_reference: Option<String>,
    /// The key of its request.
    pub key: Option<String>,
    /// Who wants it.
    pub orderer: Orderer,
    /// [`idempotency::fingerprint`] of the request.
    pub fingerprint: String,
    /// Where it goes, and what else is said of it.
    pub details: Details,
    /// By which way it came.
    pub source: Source,
    /// The visit.
    pub context: Context,
    /// The products, read before where the catalogue is elsewhere; `None`: they are in this database.
    pub products: Option<Vec<Offer>>,
    /// The currency of an order none of whose products is known.
    pub currency: Currency,
    /// Where its stock is.
    pub stock: StockPlace,
    /// `Some` where somebody says here when it is paid.
    pub payment_status: Option<PaymentStatus>,
}

/// What became of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Placed {
    /// Confirmed, or accepted where stock is apart.
    Open(Order),
    /// Written as failed, for this reason.
    Failed(Order, Refusal),
    /// The client reference belongs to this order, which the same request made.
    Existing(Order),
}

/// Why no order was written.
#[derive(Debug, thiserror::Error)]
pub enum PlaceError {
    /// Its items are no order.
    #[error(transparent)]
    Items(#[from] ItemsError),
    /// A stranger has asked for nothing that there is, first for this.
    #[error("there is no product {0}")]
    NothingKnown(String),
    /// It costs something else than the buyer was shown.
    #[error(transparent)]
    TotalChanged(#[from] Box<TotalChanged>),
    /// The client reference belongs to an order of another request.
    #[error("the client reference {0} belongs to another order")]
    ReferenceTaken(String),
    /// The database.
    #[error(transparent)]
    Db(#[from] kassa_db::Error),
}

/// Places an order.
///
/// # Errors
/// [`PlaceError`]; nothing is written then.
pub fn place(tx: &mut Tx<'_>, ask: &PlaceOrder, now: Timestamp) -> Result<Placed, PlaceError> {
    if let Some(order) = existing(tx, ask, now)? {
        return Ok(Placed::Existing(order));
    }
    let products = change::offers(tx, &ask.items, ask.products.as_deref())?;
    let (basket, unknown) = ask.items.price(&products, ask.currency)?;
    if let Some(sku) = unknown {
        let is_nothing = basket.lines().iter().all(|line| line.product_id.is_none());
        if ask.orderer == Orderer::Stranger && is_nothing {
            return Err(PlaceError::NothingKnown(sku));
        }
        return fail(tx, ask, basket, Refusal::UnknownSku(sku));
    }
    TotalChanged::check(&basket, ask.details.expected_total)?;
    match ask.stock {
        StockPlace::SameDatabase => confirm(tx, ask, basket, now),
        StockPlace::Apart => Ok(Placed::Open(accept(tx, ask, basket)?)),
    }
}

/// The order that the client reference stands for already.
fn existing(tx: &mut Tx<'_>, ask: &PlaceOrder, now: Timestamp) -> Result<Option<Order>, PlaceError> {
    let Some(reference) = &ask.client_reference else { return Ok(None) };
    if sabotage::is(Sabotage::LateRecord) {
        return Ok(None);
    }
    let (scope, key) = (ask.scope.as_str(), ask.key.as_deref());
    let request = idempotency::Request { scope, key, fingerprint: &ask.fingerprint };
    let same = |holder: &Holder, order: Order| match holder.asks_the_same(&request) {
        true => Ok(Some(order)),
        false => Err(PlaceError::ReferenceTaken(reference.clone())),
    };
    for _ in 0..ATTEMPTS_MAX {
        let holder = match idempotency::claim_reference(tx, &request, reference, (&ask.id, now))? {
            Reference::Claimed => return Ok(None),
            Reference::Held(holder) => holder,
        };
        if let Some(failed) = idempotency::failed_with(tx, &request, reference)?
            && let Some(order) = store::by_id(tx, &failed.order_id)?
        {
            return same(&failed, order);
        }
        // An order that has failed holds its name for its own key alone, and one that has left for nobody.
        let held = store::by_id(tx, &holder.order_id)?;
        let held = held.filter(|order| order.status != Status::Failed || holder.made_by(&request, reference));
        if let Some(order) = held {
            return same(&holder, order);
        }
        if idempotency::take_over(tx, &request, (reference, &holder), (&ask.id, now))? {
            return Ok(None);
        }
    }
    Err(kassa_db::Error::Busy(format!("too many want the client reference {reference} at once")).into())
}

fn confirm(tx: &mut Tx<'_>, ask: &PlaceOrder, basket: Basket, now: Timestamp) -> Result<Placed, PlaceError> {
    // Where nobody else can take it meanwhile, stock that is there is as good as taken, and nothing will be undone.
    let is_sure = tx.is_alone() && inventory::is_there(tx, &lines::tracked(basket.lines()))?;
    let confirmed = match is_sure {
        true => write_and_take(tx, ask, &basket, now),
        false => tx.savepoint(|tx| write_and_take(tx, ask, &basket, now)),
    };
    match confirmed {
        Ok(order) => Ok(Placed::Open(order)),
        Err(Stop::Refused(refusal)) if is_sure => {
            Err(kassa_db::Error::Invalid(format!("stock that was there is not: {refusal}")).into())
        }
        Err(Stop::Refused(refusal)) => fail(tx, ask, basket, refusal),
        Err(Stop::Db(error)) => Err(error.into()),
    }
}

fn write_and_take(tx: &mut Tx<'_>, ask: &PlaceOrder, basket: &Basket, now: Timestamp) -> Result<Order, Stop> {
    let change = write(tx, ask, ask.order(basket, Status::Confirmed))?;
    if !change.deduct.is_empty() {
        let reference = change.after.stock_reference();
        inventory::deduct_or_stop(tx, &reference, &change.deduct, now)?;
        failpoint::hit("orders.after_stock");
    }
    Ok(change.after)
}

fn fail(tx: &mut Tx<'_>, ask: &PlaceOrder, basket: Basket, refusal: Refusal) -> Result<Placed, PlaceError> {
    let mut order = ask.order(&basket, Status::Failed);
    order.fail_reason = Some(refusal.name().to_owned());
    let change = write(tx, ask, order)?;
    Ok(Placed::Failed(change.after, refusal))
}

/// Writes the order as accepted, and the work row whose command decides it. An order that takes no stock is confirmed at
/// once.
fn accept(tx: &mut Tx<'_>, ask: &PlaceOrder, basket: Basket) -> Result<Order, kassa_db::Error> {
    let stock = lines::tracked(basket.lines());
    if stock.is_empty() {
        return Ok(write(tx, ask, ask.order(&basket, Status::Confirmed))?.after);
    }
    let order = write(tx, ask, ask.order(&basket, Status::Accepted))?.after;
    let reference = order.stock_reference();
    let command = Command::Deduct(Deduct { reference, replaces: None, attempt: 0, lines: stock });
    // The request that made it sends the command itself; the drain follows when that took too long.
    let drain_at = order.created_at.plus_micros(RUNNING_MICROS);
    work::store::insert(tx, &Work::new(&order.id, WorkKind::Order, command, drain_at), order.updated_at)?;
    Ok(order)
}

/// Writes a new order with its first event.
fn write(tx: &mut Tx<'_>, ask: &PlaceOrder, mut order: Order) -> Result<Change, kassa_db::Error> {
    if order.status == Status::Confirmed {
        order.customer_id = customers::of_order(tx, &order.buyer())?;
    }
    order.updated_at = store::changed_at(tx, order.updated_at)?;
    order.number = store::insert(tx, &order)?;
    store::insert_lines(tx, &order)?;
    details::store::insert(tx, &order.id, &ask.details)?;
    let change = order.opened();
    change::record(tx, &change)?;
    Ok(change)
}

impl Order {
    /// Who is to be its customer.
    pub(super) fn buyer(&self) -> Buyer<'_> {
        let Customer { name, email, phone } = &self.customer;
        Buyer {
            order_id: &self.id,
            email: email.as_deref(),
            name: name.as_deref(),
            phone: phone.as_deref(),
            marketing_consent: self.marketing_consent,
            ordered_at: self.created_at,
        }
    }
}

impl PlaceOrder {
    pub(super) fn order(&self, basket: &Basket, status: Status) -> Order {
        Order {
            number: 0,
            id: self.id.clone(),
            status,
            revision: 1,
            last_seq: 1,
            currency: basket.currency(),
            total_minor: basket.total_minor(),
            refunded_minor: 0,
            payment_status: self.payment_status,
            customer: self.customer.clone(),
            customer_id: None,
            marketing_consent: self.details.marketing_consent,
            note: self.details.note.clone(),
            source: Some(self.source),
            scope: self.scope.clone(),
            client_reference: self.client_reference.clone(),
            context: self.context.clone(),
            fail_reason: None,
            pending_edit: None,
            stock_kept: false,
            created_at: self.context.received_at,
            updated_at: self.context.received_at,
            lines: basket.lines().to_vec(),
        }
        .owing()
    }
}
