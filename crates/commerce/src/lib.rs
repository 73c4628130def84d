//! The shop half: catalogue, stock, orders, their outbox and their audit. Knows neither reports nor the event store.
//!
//! Business rules are plain synchronous functions over a transaction (`fn place(tx: &mut Tx, …)`): no async, no HTTP,
//! nothing but `tx`. Inside a noun: types ← `store.rs` (SQL) ← rules ← `http.rs` (routes), never back; its `mod.rs` only lists them.

mod act;
pub mod assets;
pub mod audit;
pub mod carts;
pub mod catalog;
pub mod changes;
pub mod cleaning;
pub mod compat;
pub mod customers;
pub mod idempotency;
pub mod identity;
mod ids;
pub mod inventory;
mod language;
mod lease;
pub mod moving;
pub mod notes;
pub mod notify;
mod number;
mod object;
pub mod orders;
pub mod outbox;
pub mod pace;
mod page;
mod params;
pub mod peer;
mod precondition;
pub mod privacy;
mod refuse;
mod routes;
mod sabotage;
mod schema;
pub(crate) mod settings;
mod shop;
mod stored;
pub mod storefront;
pub mod story;
#[cfg(test)]
mod testing;
mod text;
pub mod transport;
pub mod visit;

pub use refuse::problem_of;
pub use routes::{native_routes, public_routes, storefront_routes, upload_routes};
pub use schema::MIGRATIONS;
pub use shop::{Databases, Shop, ShopOptions};
pub use transport::http::internal_routes;
