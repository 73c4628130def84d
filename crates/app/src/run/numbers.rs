//! The shop's orders by the numbers that people call them by, for reports.

use std::sync::Arc;

use async_trait::async_trait;
use kassa_analytics::report::OrderNumbers;
use kassa_commerce::Shop;
use kassa_commerce::orders::store::by_number;

/// The shop of this process.
#[derive(Debug)]
pub(super) struct ShopNumbers(pub(super) Arc<Shop>);

#[async_trait]
impl OrderNumbers for ShopNumbers {
    async fn id_of(&self, site: &str, number: i64) -> Result<Option<String>, String> {
        let Some(orders) = self.0.orders.as_ref().filter(|_| self.0.options.site == site) else {
            return Ok(None);
        };
        let found = orders.read(move |tx| by_number(tx, number)).await;
        found.map(|order| order.map(|order| order.id)).map_err(|error: kassa_db::Error| error.to_string())
    }
}
