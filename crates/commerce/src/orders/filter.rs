//! Which orders a list shows.

use kassa_model::Timestamp;

use super::order::Status;

/// Which orders to list; `None` is any.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    /// With this status.
    pub status: Option<Status>,
    /// Made at this time or later.
    pub from: Option<Timestamp>,
    /// Made before this time.
    pub to: Option<Timestamp>,
    /// Of a customer with exactly this name, or this e-mail address in any case.
    pub customer: Option<String>,
    /// With a line of this SKU.
    pub sku: Option<String>,
    /// With a larger number; 0 is any.
    pub floor: i64,
    /// With a smaller number: where the page before ended.
    pub before: Option<i64>,
}

impl Filter {
    /// The customer as their address is compared. Only ASCII letters have a case there, as both engines have it.
    pub(super) fn email(&self) -> String {
        self.customer.as_deref().unwrap_or_default().to_ascii_lowercase()
    }
}
