//! The catalogue: what the shop sells and at which price.
//!
//! A product's SKU never changes, for stock, ledger and old orders name it. A product made without one gets `p-<id>`, a
//! form that nobody else may choose. Products are never deleted but archived: buyers no longer know them, old orders do.
//! One shop may hold products of several currencies; an order has one.

mod attributes;
mod body;
pub(crate) mod cache;
mod check;
pub mod http;
mod listing;
pub(crate) mod offer;
pub(crate) mod price_change;
pub mod prices;
pub(crate) mod product;
pub(crate) mod rules;
pub mod store;
mod view;

pub(crate) use check::is_sku;
pub use offer::Offer;
pub use product::{
    ATTRIBUTES_BYTES_MAX, Change, DESCRIPTION_CHARS_MAX, Error, NAME_CHARS_MAX, NewPrice, NewProduct,
    Product, SKU_BYTES_MAX,
};
pub use rules::{archive, create, restore, update};

#[cfg(test)]
mod tests;
