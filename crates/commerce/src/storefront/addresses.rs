//! The addresses of all product pages, for search engines.

pub mod store;

use kassa_model::Timestamp;

/// A product page that buyers know.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Address {
    /// The product's number.
    pub id: i64,
    /// The last part of the page's address.
    pub slug: String,
    /// When the product was last changed.
    pub updated_at: Timestamp,
}
