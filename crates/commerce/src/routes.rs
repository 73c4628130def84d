//! The shop's routes by their class.

use std::sync::Arc;

use axum::Router;
use kassa_service::Protected;

use crate::shop::Shop;
use crate::{assets, carts, catalog, changes, customers, inventory, notify, orders, storefront, story};

/// The routes of class `Storefront`: what anyone may call.
pub fn storefront_routes(shop: Arc<Shop>) -> Router {
    catalog::http::storefront_routes(Arc::clone(&shop))
        .merge(carts::http::storefront_routes(Arc::clone(&shop)))
        .merge(storefront::http::storefront_routes(Arc::clone(&shop)))
        .merge(orders::http::storefront_routes(shop))
}

/// The routes of class `Native`: those of keys and sessions.
pub fn native_routes(shop: Arc<Shop>) -> Protected {
    catalog::http::native_routes(Arc::clone(&shop))
        .merge(storefront::http::native_routes(Arc::clone(&shop)))
        .merge(inventory::http::native_routes(Arc::clone(&shop)))
        .merge(orders::http::native_routes(Arc::clone(&shop)))
        .merge(orders::views::http::native_routes(Arc::clone(&shop)))
        .merge(customers::http::native_routes(Arc::clone(&shop)))
        .merge(story::http::native_routes(Arc::clone(&shop)))
        .merge(changes::http::native_routes(Arc::clone(&shop)))
        .merge(notify::http::native_routes(Arc::clone(&shop)))
        .merge(notify::email::page::native_routes(Arc::clone(&shop)))
        .merge(notify::templates::http::native_routes(Arc::clone(&shop)))
        .merge(notify::webhook::native_routes(shop))
}

/// The routes of class `Upload`: those that take a file.
pub fn upload_routes(shop: Arc<Shop>) -> Protected {
    assets::http::upload_routes(shop)
}

/// The routes of class `Probe`: what pages show to anyone.
pub fn public_routes(shop: Arc<Shop>) -> Router {
    assets::http::public_routes(shop)
}
