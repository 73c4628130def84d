//! How far a parcel has come, and how much of an order has left.

use std::fmt;

use serde::{Deserialize, Serialize};

/// Where a fulfilment stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Stage {
    /// Put together, in the house.
    Packed,
    /// On its way.
    Shipped,
    /// With the customer.
    Delivered,
    /// Taken back: its units are not handed over.
    Cancelled,
}

/// How much of an order has left; what is refunded need not.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FulfilmentStatus {
    /// Nothing.
    Unfulfilled,
    /// A part.
    Partial,
    /// All.
    Fulfilled,
}

impl Stage {
    /// Every stage.
    const ALL: [Self; 4] = [Self::Packed, Self::Shipped, Self::Delivered, Self::Cancelled];

    /// Its stable name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Packed => "packed",
            Self::Shipped => "shipped",
            Self::Delivered => "delivered",
            Self::Cancelled => "cancelled",
        }
    }

    /// The stage of this name.
    pub fn of(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|stage| stage.name() == name)
    }
}

impl fmt::Display for Stage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FulfilmentStatus {
    /// Every status.
    const ALL: [Self; 3] = [Self::Unfulfilled, Self::Partial, Self::Fulfilled];

    /// Its stable name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Unfulfilled => "unfulfilled",
            Self::Partial => "partial",
            Self::Fulfilled => "fulfilled",
        }
    }

    /// The status of this name.
    pub fn of(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|status| status.name() == name)
    }
}
