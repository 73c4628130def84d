//! The routes of stock.

mod read;
mod write;

use std::sync::Arc;

use kassa_service::{Protected, protected};

use super::forecast::list_forecasts;
use crate::shop::Shop;

/// The routes of class `Native`. None without stock in this process.
pub fn native_routes(shop: Arc<Shop>) -> Protected {
    if shop.inventory.is_none() {
        return Protected::new();
    }
    Protected::new()
        .route("/v1/products/forecast", protected::get(list_forecasts))
        .route("/v1/inventory", protected::get(read::list_stock))
        .route("/v1/inventory/{sku}", protected::get(read::get_stock).put(write::set_threshold))
        .route("/v1/inventory/{sku}/receive", protected::post(write::receive_stock))
        .route("/v1/inventory/{sku}/adjust", protected::post(write::adjust_stock))
        .route("/v1/inventory/{sku}/ledger", protected::get(read::list_ledger))
        .with_state(shop)
}
