//! What is owed for an order, as it is placed, edited, paid and given back. Pure.

use kassa_model::{Money, Timestamp};

use super::super::edges::{Change, Edge, IllegalTransition};
use super::super::kind::ChangeKind;
use super::super::order::{Order, Status};
use super::ask::PayAsk;
use super::payment::{Moved, Payment};
use super::status::PaymentStatus;

/// Why an order is not marked as paid.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum PayError {
    /// It cannot be paid now.
    #[error(transparent)]
    Illegal(#[from] IllegalTransition),
    /// Another amount came than is owed, or than the reference stands for.
    #[error("{asked} came, and {due} is owed")]
    Differs {
        /// What came.
        asked: Money,
        /// What is owed.
        due: Money,
    },
}

impl Order {
    /// Money came for all that is owed.
    pub(crate) fn pay(&self, ask: &PayAsk, now: Timestamp) -> Result<Change, PayError> {
        self.require(Edge::Pay)?;
        let due = self.money(self.kept_minor());
        if let Some(asked) = ask.amount.filter(|asked| *asked != due) {
            return Err(PayError::Differs { asked, due });
        }
        let after = Self { payment_status: Some(PaymentStatus::Paid), ..self.next(self.status, now) };
        let payment = Payment {
            id: format!("{}/p{}", after.id, after.last_seq),
            reference: ask.reference.clone(),
            currency: due.currency,
            amount_minor: due.amount_minor,
            refunded_minor: 0,
            created_at: now,
        };
        Ok(Change { payment: Some(Moved::Came(payment)), ..Change::plain(ChangeKind::Paid, after) })
    }

    /// The order with what is owed for it while no money came: its total, or nothing where it costs nothing or has come to
    /// nothing.
    pub(in crate::orders) fn owing(self) -> Self {
        let owed = match (self.status, self.total_minor) {
            (Status::Failed | Status::Cancelled | Status::Refunded, _) => None,
            (_, 0) => Some(PaymentStatus::Paid),
            (_, _) => Some(PaymentStatus::Unpaid),
        };
        let payment_status = self.payment_status.and(owed);
        Self { payment_status, ..self }
    }

    /// Whether money came for it.
    pub(in crate::orders) fn has_payment(&self) -> bool {
        use PaymentStatus::{Paid, PartRefunded, Refunded};
        self.total_minor > 0 && matches!(self.payment_status, Some(Paid | PartRefunded | Refunded))
    }

    /// So much of the order goes back, which has its status by now: what that does to its payment.
    pub(in crate::orders) fn money_back(&mut self, amount_minor: i64) -> Option<Moved> {
        if !self.has_payment() {
            *self = self.clone().owing();
            return None;
        }
        if amount_minor == 0 {
            return None;
        }
        let is_all = matches!(self.status, Status::Cancelled | Status::Refunded);
        let status = if is_all { PaymentStatus::Refunded } else { PaymentStatus::PartRefunded };
        self.payment_status = Some(status);
        Some(Moved::WentBack(amount_minor))
    }
}
