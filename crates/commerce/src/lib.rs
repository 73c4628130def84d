//! The shop half: catalogue, stock, orders, their outbox and their audit. Knows neither reports nor the event store.
//!
//! Business rules are plain synchronous functions over a transaction (`fn place(tx: &mut Tx, …)`): no async, no HTTP,
//! nothing but `tx`. Inside a noun: `mod.rs` (types and rules) ← `store.rs` (SQL) ← `http.rs` (routes), never back.

mod act;
pub mod audit;
pub mod catalog;
pub mod cleaning;
pub mod compat;
mod guard;
pub mod idempotency;
pub mod identity;
pub mod inventory;
mod lease;
mod number;
pub mod orders;
pub mod outbox;
mod params;
mod precondition;
mod refuse;
mod sabotage;
mod schema;
mod shop;
#[cfg(test)]
mod testing;
mod text;
mod total;
pub mod transport;

use std::sync::Arc;

use axum::Router;
use kassa_service::Protected;

pub use compat::{compat_admin_routes, compat_routes};
pub use refuse::problem_of;
pub use schema::MIGRATIONS;
pub use shop::{Databases, Shop, ShopOptions};

/// The routes of class `Storefront`: what anyone may call.
pub fn storefront_routes(shop: Arc<Shop>) -> Router {
    catalog::http::storefront_routes(Arc::clone(&shop)).merge(orders::http::storefront_routes(shop))
}

/// The routes of class `Native`: those of keys and sessions.
pub fn native_routes(shop: Arc<Shop>) -> Protected {
    catalog::http::native_routes(Arc::clone(&shop))
        .merge(inventory::http::native_routes(Arc::clone(&shop)))
        .merge(orders::http::native_routes(shop))
}

/// The routes of class `Internal`: what roles ask each other; for role ports only.
pub fn internal_routes(shop: Arc<Shop>) -> Protected {
    transport::http::internal_routes(shop)
}
