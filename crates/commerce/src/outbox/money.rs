//! Money that an order's change moved, as a row of the outbox keeps it for the analytics record.

use kassa_model::Timestamp;
use serde::{Deserialize, Serialize};

use crate::visit::Context;

/// What the analytics record of a money change needs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MoneyRecord {
    /// `order:<order id>:<seq>`, unique in the store. Never the order's id alone: a second refund is no duplicate.
    pub id: String,
    /// `Order Completed`, `Order Updated`, `Order Cancelled` or `Order Refunded`.
    pub name: String,
    /// When the money changed, µs.
    pub occurred_at: Timestamp,
    /// The order.
    pub order_id: String,
    /// Signed change in minor units.
    pub revenue_delta_minor: i64,
    /// ISO 4217 code.
    pub currency: String,
    /// The status that the change led to.
    pub status: String,
    /// The products that changed; none for a refund by amount.
    pub lines: Vec<MoneyLine>,
    /// The visit, as it was when the order's request arrived.
    pub context: Context,
}

/// What a change of money did to one product.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MoneyLine {
    /// The product's SKU.
    pub sku: String,
    /// Its name.
    pub name: String,
    /// Its category.
    pub category: Option<String>,
    /// Signed change of units.
    pub units_delta: i64,
    /// Signed change in minor units.
    pub revenue_delta_minor: i64,
}
