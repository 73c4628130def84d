//! From where a customer first came: known to whoever keeps visits, which the shop does not.

use std::fmt;

use async_trait::async_trait;

/// Whoever knows of an order's visit.
#[async_trait]
pub trait Origins: fmt::Debug + Send + Sync {
    /// The source of the visit in which the order was placed, as `visit:source` has it; `None` where that is not known.
    async fn source_of(&self, order_id: &str) -> Option<String>;
}
