//! What alerts watch beside reports, from whoever has it.

use std::fmt;

use async_trait::async_trait;

/// Numbers of the shop as they are now. `None`: they are not known here, or not now.
#[async_trait]
pub trait Gauges: fmt::Debug + Send + Sync {
    /// How many of `sku` there are that nobody has ordered, of the shop of `site`.
    async fn stock(&self, site: &str, sku: &str) -> Option<i64>;
}

/// Nothing is known.
#[derive(Debug)]
pub(crate) struct NoGauges;

#[async_trait]
impl Gauges for NoGauges {
    async fn stock(&self, _: &str, _: &str) -> Option<i64> {
        None
    }
}
