//! The catalogue: what the shop sells and at which price.
//!
//! A product has variants, at least one, each with a SKU, a price and a stock of its own. A SKU never changes, for stock, ledger
//! and old orders name it. One made without gets `p-<id>`, a form that nobody else may choose. Nothing is ever deleted but
//! archived: buyers no longer know it, old orders do. One shop may hold products of several currencies; a product and an order
//! have one.

mod answer;
mod attributes;
pub(crate) mod best;
mod body;
pub(crate) mod cache;
mod categories;
mod category;
mod check;
mod filling;
pub mod http;
pub mod image;
mod image_body;
mod image_rules;
mod image_url;
pub mod listing;
pub(crate) mod moving;
pub(crate) mod notify;
pub(crate) mod offer;
mod options;
mod price_body;
pub(crate) mod price_change;
pub mod prices;
pub(crate) mod product;
pub(crate) mod rules;
pub(crate) mod search;
mod slug;
pub mod store;
mod variant;
mod variant_body;
mod variant_rules;
mod view;
mod whole;
mod words;

pub(crate) use attributes::Attributes;
pub use categories::create as create_category;
pub use category::{Category, NewCategory};
pub(crate) use check::is_sku;
pub(crate) use filling::{fill_some, unfilled};
pub use image::{IMAGES_MAX, NewImage, Picture};
pub use offer::Offer;
pub use options::{OPTIONS_MAX, VARIANTS_MAX};
pub use product::{
    ATTRIBUTES_BYTES_MAX, Change, DESCRIPTION_CHARS_MAX, Error, NAME_CHARS_MAX, NewProduct, Product,
    SKU_BYTES_MAX, Status,
};
pub use rules::{archive, create, restore, update};
pub use variant::{NewPrice, NewVariant, Variant, VariantChange};

#[cfg(test)]
mod tests;
