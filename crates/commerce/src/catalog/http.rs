//! The routes of the catalogue.

mod best;
mod categories;
mod change;
mod named;
mod notify;
mod prices;
mod read;
mod reader;
mod related;
pub mod shelf;
mod shown;
mod suggest;
mod variants;
mod write;

use std::sync::Arc;

use axum::Router;
use axum::routing::{get, post};
use kassa_service::{Protected, protected};

use crate::shop::Shop;

/// The routes of class `Storefront`: what buyers see. None without a catalogue in this process.
pub fn storefront_routes(shop: Arc<Shop>) -> Router {
    if shop.catalog.is_none() {
        return Router::new();
    }
    Router::new()
        .route("/v1/products", get(read::list_products))
        .route("/v1/products/{id}", get(read::get_product))
        .route("/v1/products/suggest", get(suggest::suggest_products))
        .route("/v1/products/{id}/related", get(related::list_related))
        .route("/v1/products/{id}/notify-me", post(notify::notify_me))
        .route("/v1/categories", get(read::list_categories))
        .with_state(shop)
}

/// The routes of class `Native`: what whoever runs the shop changes.
pub fn native_routes(shop: Arc<Shop>) -> Protected {
    if shop.catalog.is_none() {
        return Protected::new();
    }
    Protected::new()
        .route("/v1/products", protected::post(write::create_product))
        .route(
            "/v1/products/{id}",
            protected::patch(write::patch_product).put(write::replace_product).delete(write::archive_product),
        )
        .route(
            "/v1/products/{id}/variants",
            protected::get(variants::list_variants).post(variants::create_variant),
        )
        .route(
            "/v1/products/{id}/variants/{sku}",
            protected::patch(variants::patch_variant).delete(variants::archive_variant),
        )
        .route("/v1/categories", protected::post(categories::create_category))
        .route(
            "/v1/categories/{id}",
            protected::patch(categories::patch_category).delete(categories::delete_category),
        )
        .route("/v1/products/{id}/prices", protected::get(prices::list_prices))
        .route("/v1/products/{id}/restore", protected::post(write::restore_product))
        .with_state(shop)
}
