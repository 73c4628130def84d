//! What alerts watch of the shop.

use std::sync::Arc;

use async_trait::async_trait;
use kassa_analytics::report::Gauges;
use kassa_commerce::Shop;
use kassa_commerce::inventory::store::by_sku;

/// The shop of this process, where there is one.
#[derive(Debug)]
pub(super) struct ShopGauges(pub(super) Option<Arc<Shop>>);

#[async_trait]
impl Gauges for ShopGauges {
    async fn stock(&self, site: &str, sku: &str) -> Option<i64> {
        let shop = self.0.as_ref().filter(|shop| shop.options.site == site)?;
        let (stock, sku) = (shop.inventory.clone()?, sku.to_owned());
        let found = stock.read(move |tx| by_sku(tx, &sku)).await;
        // An alert that knows nothing says so.
        found
            .unwrap_or_else(|error: kassa_db::Error| {
                tracing::warn!(%error, "cannot read stock for an alert");
                None
            })
            .map(|stock| stock.available())
    }
}
