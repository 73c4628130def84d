//! The routes of the inventory.

use std::sync::Arc;

use axum::Router;

use crate::Shop;

/// The routes of class `Native`.
pub fn native_routes(shop: Arc<Shop>) -> Router {
    Router::new().with_state(shop)
}
