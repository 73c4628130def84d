//! Money that an order's change moved, as a row of the outbox keeps it for the analytics record.

use kassa_model::Timestamp;
use serde::{Deserialize, Serialize};

use crate::orders::LineDelta;
use crate::visit::Context;

/// What the analytics record of a money change needs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct MoneyRecord {
    /// `order:<order id>:<seq>`, unique in the store. Never the order's id alone: a second refund is no duplicate.
    pub(crate) id: String,
    /// `Order Completed`, `Order Updated`, `Order Cancelled` or `Order Refunded`.
    pub(crate) name: String,
    /// When the money changed, µs.
    pub(crate) occurred_at: Timestamp,
    /// When a file told of it, of what happened before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) told_at: Option<Timestamp>,
    /// The order.
    pub(crate) order_id: String,
    /// Signed change in minor units.
    pub(crate) revenue_delta_minor: i64,
    /// ISO 4217 code.
    pub(crate) currency: String,
    /// The status that the change led to.
    pub(crate) status: String,
    /// Whether the order's customer had ordered before, if it has one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) customer_type: Option<String>,
    /// The products that changed; none for a refund by amount.
    pub(crate) lines: Vec<LineDelta>,
    /// The visit, as it was when the order's request arrived.
    pub(crate) context: Context,
}
