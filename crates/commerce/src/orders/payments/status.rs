//! What is owed for an order.

use serde::{Deserialize, Serialize};

/// What is owed for an order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PaymentStatus {
    /// What is not refunded of it.
    Unpaid,
    /// Nothing.
    Paid,
    /// Nothing, and a part of what was paid went back.
    PartRefunded,
    /// Nothing: all that was paid went back.
    Refunded,
}

impl PaymentStatus {
    /// Every status.
    const ALL: [Self; 4] = [Self::Unpaid, Self::Paid, Self::PartRefunded, Self::Refunded];

    /// Its stable name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Unpaid => "unpaid",
            Self::Paid => "paid",
            Self::PartRefunded => "part_refunded",
            Self::Refunded => "refunded",
        }
    }

    /// The status of this name.
    pub fn of(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|status| status.name() == name)
    }
}
