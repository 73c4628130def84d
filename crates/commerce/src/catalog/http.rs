//! The routes of the catalog.

use std::sync::Arc;

use axum::Router;

use crate::Shop;

/// The routes of class `Native`.
pub fn native_routes(shop: Arc<Shop>) -> Router {
    Router::new().with_state(shop)
}

/// The routes of class `Storefront`.
pub fn storefront_routes(shop: Arc<Shop>) -> Router {
    Router::new().with_state(shop)
}
