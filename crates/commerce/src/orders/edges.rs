//! The legal edges of an order, pure: each looks at an order and says what it becomes, or why not.

use kassa_model::Timestamp;
use serde::{Deserialize, Serialize};

use super::amended::Amended;
use super::fulfilments::fulfilment::Fulfilment;
use super::kind::ChangeKind;
use super::lines::{Basket, tracked};
use super::order::{Line, Order, Refund, Status};
use super::payments::payment::Moved;
use super::payments::status::PaymentStatus;
use crate::idempotency::RequestKey;
use crate::inventory::StockLine;

/// What one may want of an order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Edge {
    /// Its stock was deducted.
    Confirm,
    /// Its stock was refused.
    Fail,
    /// Other lines in place of its own.
    Edit,
    /// Give it up.
    Cancel,
    /// It was handed over.
    Fulfil,
    /// Money back.
    Refund,
    /// Money came.
    Pay,
    /// A parcel goes on its way, or arrives.
    Ship,
    /// A parcel is taken back.
    Unpack,
    /// Its customer or an address is put right.
    Amend,
    /// Something is noted.
    Note,
}

/// Why an edge is not there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Why {
    /// From this status it leads nowhere.
    Status,
    /// An edit waits for its decision.
    PendingEdit,
    /// Money went back already, so its lines stay as they are.
    HasRefunds,
    /// A part of it was handed over already.
    PartlyFulfilled,
    /// It is paid, or was.
    Paid,
    /// Nobody says what is owed for it.
    NotOwed,
}

/// An edge that is not there.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("cannot {} order {order_id}: {}", edge.name(), self.reason())]
pub(crate) struct IllegalTransition {
    /// The order.
    pub(crate) order_id: String,
    /// Where it stands.
    pub(crate) status: Status,
    /// What was wanted.
    pub(crate) edge: Edge,
    /// Why not.
    pub(crate) why: Why,
}

/// Where the stock of a cancelled order goes.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) enum CancelledStock {
    /// Back, to be sold again.
    #[default]
    Returned,
    /// Nowhere: it is broken or gone, and the order keeps it.
    Kept,
}

/// What a change did to one product.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct LineDelta {
    /// The product's SKU.
    pub(crate) sku: String,
    /// Its name.
    pub(crate) name: String,
    /// Its category.
    pub(crate) category: Option<String>,
    /// Signed change of units.
    pub(crate) units_delta: i64,
    /// Signed change in minor units.
    pub(crate) revenue_delta_minor: i64,
    /// Units handed over, fewer than 0 where they were taken back; only where that is what happened.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) fulfilled: Option<i64>,
}

/// What an edge does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Change {
    /// What happened.
    pub(crate) kind: ChangeKind,
    /// The order afterwards; its `last_seq` is the event's.
    pub(crate) after: Order,
    /// Signed change of revenue, minor units.
    pub(crate) revenue_delta_minor: i64,
    /// Which products changed. A refund by amount names none.
    pub(crate) lines: Vec<LineDelta>,
    /// Stock that is returned.
    pub(crate) give_back: Vec<StockLine>,
    /// Stock that would be returned, and stays with the cancelled order.
    pub(crate) keep: Vec<StockLine>,
    /// Stock that is taken.
    pub(crate) deduct: Vec<StockLine>,
    /// The refund.
    pub(crate) refund: Option<Refund>,
    /// The parcel that was made or has come further.
    pub(crate) fulfilment: Option<Fulfilment>,
    /// What it did to the order's payment.
    pub(crate) payment: Option<Moved>,
    /// What it changed beside money and units.
    pub(crate) amended: Option<Amended>,
    /// The request that made it, where it had a key.
    pub(crate) by: Option<RequestKey>,
    /// The file that tells of it; it happened before.
    pub(crate) import: Option<Import>,
}

/// The file by which something of before came.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct Import {
    /// Its batch.
    pub(crate) batch: String,
    /// When it came.
    #[serde(serialize_with = "time")]
    pub(crate) at: Timestamp,
}

fn time<S: serde::Serializer>(at: &Timestamp, to: S) -> Result<S::Ok, S::Error> {
    to.serialize_str(&at.to_string())
}

impl Edge {
    /// Its name in a sentence.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Confirm => "confirm",
            Self::Fail => "fail",
            Self::Edit => "edit",
            Self::Cancel => "cancel",
            Self::Fulfil => "fulfil",
            Self::Refund => "refund",
            Self::Pay => "pay",
            Self::Ship => "ship",
            Self::Unpack => "take back a fulfilment of",
            Self::Amend => "amend",
            Self::Note => "note something of",
        }
    }

    /// Whether it leads anywhere from `status`.
    pub(crate) const fn is_legal_from(self, status: Status) -> bool {
        match self {
            Self::Confirm | Self::Fail => matches!(status, Status::Accepted),
            Self::Edit | Self::Cancel | Self::Fulfil => matches!(status, Status::Confirmed),
            Self::Refund | Self::Pay | Self::Amend => matches!(status, Status::Confirmed | Status::Fulfilled),
            Self::Note => !matches!(status, Status::Accepted),
            Self::Ship | Self::Unpack => {
                matches!(status, Status::Confirmed | Status::Fulfilled | Status::Refunded)
            }
        }
    }
}

impl IllegalTransition {
    fn reason(&self) -> String {
        match self.why {
            Why::Status => format!("it is {}", self.status),
            Why::PendingEdit => "an edit of it waits for stock".to_owned(),
            Why::HasRefunds => "it has refunds".to_owned(),
            Why::PartlyFulfilled => "a part of it has been fulfilled".to_owned(),
            Why::Paid => "it is paid".to_owned(),
            Why::NotOwed => "its payment is not followed here".to_owned(),
        }
    }
}

impl Order {
    /// The first event of an order that has just been made; its status says which.
    pub(super) fn opened(self) -> Change {
        let kind = match self.status {
            Status::Accepted => ChangeKind::Accepted,
            Status::Failed => ChangeKind::Failed,
            _ => ChangeKind::Confirmed,
        };
        match kind {
            ChangeKind::Confirmed => Change::confirming(self),
            _ => Change::plain(kind, self),
        }
    }

    /// Its stock was deducted.
    ///
    /// # Errors
    /// [`IllegalTransition`] unless it is accepted.
    pub(crate) fn confirm(&self, now: Timestamp) -> Result<Change, IllegalTransition> {
        self.require(Edge::Confirm)?;
        Ok(Change::confirming(self.next(Status::Confirmed, now)))
    }

    /// Its stock was refused.
    ///
    /// # Errors
    /// [`IllegalTransition`] unless it is accepted.
    pub(crate) fn fail(&self, reason: &str, now: Timestamp) -> Result<Change, IllegalTransition> {
        self.require(Edge::Fail)?;
        let after = Self { fail_reason: Some(reason.to_owned()), ..self.next(Status::Failed, now) }.owing();
        Ok(Change::plain(ChangeKind::Failed, after))
    }

    /// Other lines in place of its own, of the same currency.
    ///
    /// # Errors
    /// [`IllegalTransition`] unless it is confirmed and has no refund.
    pub(crate) fn edit(&self, basket: &Basket, now: Timestamp) -> Result<Change, IllegalTransition> {
        self.require(Edge::Edit)?;
        let after = Self {
            revision: self.revision + 1,
            total_minor: basket.total_minor(),
            lines: basket.lines().to_vec(),
            ..self.next(Status::Confirmed, now)
        }
        .owing();
        let (give_back, deduct) = stock_difference(&self.lines, &after.lines);
        let lines = line_difference(&self.lines, &after.lines);
        let revenue_delta_minor = after.total_minor - self.total_minor;
        Ok(Change {
            lines,
            revenue_delta_minor,
            give_back,
            deduct,
            ..Change::plain(ChangeKind::Edited, after)
        })
    }

    /// Give it up: what is left of the total goes back, and what is not back in stock returns or is kept.
    ///
    /// # Errors
    /// [`IllegalTransition`] unless it is confirmed and nothing of it was handed over.
    pub(crate) fn cancel(&self, stock: CancelledStock, now: Timestamp) -> Result<Change, IllegalTransition> {
        self.require(Edge::Cancel)?;
        let left = |line: &Line| line.quantity - line.restocked_quantity;
        let held = self.lines.iter().filter(|line| line.tracked && left(line) > 0);
        let held = held.map(|line| StockLine { sku: line.sku.clone(), quantity: left(line) }).collect();
        let (give_back, keep) = match stock {
            CancelledStock::Returned => (held, Vec::new()),
            CancelledStock::Kept => (Vec::new(), held),
        };
        let stock_kept = stock == CancelledStock::Kept;
        let mut after = Self { stock_kept, ..self.next(Status::Cancelled, now) };
        let payment = after.money_back(self.kept_minor());
        let lines = self.lines.iter().map(|line| line.delta(-line.kept_quantity(), -line.kept_minor()));
        Ok(Change {
            lines: lines.collect(),
            revenue_delta_minor: -self.kept_minor(),
            give_back,
            keep,
            payment,
            ..Change::plain(ChangeKind::Cancelled, after)
        })
    }

    /// Refuses an edge that is not there.
    pub(super) fn require(&self, edge: Edge) -> Result<(), IllegalTransition> {
        let why = match edge {
            _ if !edge.is_legal_from(self.status) => Why::Status,
            _ if self.pending_edit.is_some() => Why::PendingEdit,
            Edge::Edit | Edge::Cancel if self.is_partly_fulfilled() => Why::PartlyFulfilled,
            Edge::Edit if self.has_refunds() => Why::HasRefunds,
            Edge::Edit if self.has_payment() => Why::Paid,
            Edge::Pay => match self.payment_status {
                Some(PaymentStatus::Unpaid) => return Ok(()),
                Some(_) => Why::Paid,
                None => Why::NotOwed,
            },
            _ => return Ok(()),
        };
        Err(IllegalTransition { order_id: self.id.clone(), status: self.status, edge, why })
    }

    /// Whether anything has been handed over.
    fn is_partly_fulfilled(&self) -> bool {
        self.lines.iter().any(|line| line.fulfilled_quantity > 0)
    }

    fn has_refunds(&self) -> bool {
        self.refunded_minor > 0 || self.lines.iter().any(|line| line.refunded_quantity > 0)
    }

    /// The order after one more event.
    pub(super) fn next(&self, status: Status, now: Timestamp) -> Self {
        Self { status, last_seq: self.last_seq + 1, updated_at: now, ..self.clone() }
    }
}

impl Line {
    /// What a change does to this line's product.
    pub(super) fn delta(&self, units_delta: i64, revenue_delta_minor: i64) -> LineDelta {
        LineDelta {
            sku: self.sku.clone(),
            name: self.name.clone(),
            category: self.category.clone(),
            units_delta,
            revenue_delta_minor,
            fulfilled: None,
        }
    }
}

impl Change {
    /// A change that moves neither money nor stock.
    pub(super) fn plain(kind: ChangeKind, after: Order) -> Self {
        Self {
            kind,
            after,
            revenue_delta_minor: 0,
            lines: Vec::new(),
            give_back: Vec::new(),
            keep: Vec::new(),
            deduct: Vec::new(),
            refund: None,
            fulfilment: None,
            payment: None,
            amended: None,
            by: None,
            import: None,
        }
    }

    /// The same, of an order with this customer.
    pub(super) fn of_customer(mut self, customer_id: Option<String>) -> Self {
        self.after.customer_id = customer_id;
        self
    }

    fn confirming(after: Order) -> Self {
        let lines = after.lines.iter().map(|line| line.delta(line.quantity, line.total_minor())).collect();
        let (revenue_delta_minor, deduct) = (after.total_minor, tracked(&after.lines));
        Self { lines, revenue_delta_minor, deduct, ..Self::plain(ChangeKind::Confirmed, after) }
    }
}

/// Per SKU what the new lines take less and more: an edit moves the difference alone, so that one that takes nothing more
/// is never refused and crosses no threshold.
fn stock_difference(old: &[Line], new: &[Line]) -> (Vec<StockLine>, Vec<StockLine>) {
    let (mut give_back, mut deduct) = (Vec::new(), Vec::new());
    for (sku, old_units, new_units) in by_sku(&tracked(old), &tracked(new)) {
        match new_units - old_units {
            0 => {}
            more if more > 0 => deduct.push(StockLine { sku, quantity: more }),
            less => give_back.push(StockLine { sku, quantity: -less }),
        }
    }
    (give_back, deduct)
}

fn by_sku(old: &[StockLine], new: &[StockLine]) -> Vec<(String, i64, i64)> {
    let units = |lines: &[StockLine], sku: &str| {
        lines.iter().filter(|line| line.sku == sku).map(|line| line.quantity).sum::<i64>()
    };
    let gone = old.iter().filter(|line| units(new, &line.sku) == 0);
    let skus = new.iter().chain(gone).map(|line| line.sku.clone());
    skus.map(|sku| (sku.clone(), units(old, &sku), units(new, &sku))).collect()
}

/// Per product what the new lines add and take away.
fn line_difference(old: &[Line], new: &[Line]) -> Vec<LineDelta> {
    let mut deltas: Vec<LineDelta> =
        new.iter().map(|line| line.delta(line.quantity, line.total_minor())).collect();
    for line in old {
        match deltas.iter_mut().find(|delta| delta.sku == line.sku) {
            Some(delta) => {
                delta.units_delta -= line.quantity;
                delta.revenue_delta_minor -= line.total_minor();
            }
            None => deltas.push(line.delta(-line.quantity, -line.total_minor())),
        }
    }
    deltas.retain(|delta| delta.units_delta != 0 || delta.revenue_delta_minor != 0);
    deltas
}
