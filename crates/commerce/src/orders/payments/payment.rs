//! A payment for an order.
//!
//! ```json
//! {"id":"0190…/p2","provider":"manual","reference":"bank 2026-11-21 4711","amount":{"amount_minor":99800,"currency":"USD"},
//!  "refunded":{"amount_minor":0,"currency":"USD"},"created_at":"2026-11-21T05:00:00Z"}
//! ```

use kassa_model::{Currency, Money, Timestamp};
use serde::Serialize;

/// Whoever runs the shop says that money came.
pub(crate) const MANUAL: &str = "manual";

/// A payment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Payment {
    /// `<order>/p<seq>`.
    pub(crate) id: String,
    /// By what it is known.
    pub(crate) reference: String,
    /// Its currency, the order's.
    pub(crate) currency: Currency,
    /// What came, minor units.
    pub(crate) amount_minor: i64,
    /// What of it went back.
    pub(crate) refunded_minor: i64,
    /// When it was marked.
    pub(crate) created_at: Timestamp,
}

/// What a change of an order did to its payment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Moved {
    /// It came.
    Came(Payment),
    /// So much of it went back, minor units.
    WentBack(i64),
}

/// A payment as JSON.
#[derive(Debug, Serialize)]
pub(crate) struct PaymentView<'a> {
    id: &'a str,
    provider: &'static str,
    reference: &'a str,
    amount: Money,
    refunded: Money,
    created_at: String,
}

impl Payment {
    /// It as JSON.
    pub(crate) fn view(&self) -> PaymentView<'_> {
        PaymentView {
            id: &self.id,
            provider: MANUAL,
            reference: &self.reference,
            amount: self.money(self.amount_minor),
            refunded: self.money(self.refunded_minor),
            created_at: self.created_at.to_string(),
        }
    }

    /// What came.
    pub(crate) fn amount(&self) -> Money {
        self.money(self.amount_minor)
    }

    fn money(&self, amount_minor: i64) -> Money {
        Money { amount_minor, currency: self.currency }
    }
}
