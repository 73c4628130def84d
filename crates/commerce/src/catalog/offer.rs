//! What an order needs to know of a product.

use kassa_model::Money;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::product::Product;

/// A product as an order sees it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Offer {
    /// Its number.
    pub id: i64,
    /// Its SKU.
    pub sku: String,
    /// Its name.
    pub name: String,
    /// Its category.
    pub category: Option<String>,
    /// Its price.
    pub price: Money,
    /// Whether there is a stock of it.
    pub track_stock: bool,
    /// Counts its changes.
    pub version: i64,
    /// Whether it has gone out of the catalogue.
    pub archived: bool,
}

/// Changes whenever one of the offers does; whatever their order.
pub(crate) fn etag<'a>(offers: impl Iterator<Item = &'a Offer>) -> String {
    let mut versions: Vec<String> =
        offers.map(|offer| format!("{} {} {}\n", offer.sku, offer.version, offer.archived)).collect();
    versions.sort_unstable();
    let digest = Sha256::digest(versions.concat().as_bytes());
    format!("\"{}\"", digest[..16].iter().map(|byte| format!("{byte:02x}")).collect::<String>())
}

impl From<Product> for Offer {
    fn from(product: Product) -> Self {
        Self {
            id: product.id,
            sku: product.sku,
            name: product.name,
            category: product.category,
            price: product.price,
            track_stock: product.track_stock,
            version: product.version,
            archived: product.archived_at.is_some(),
        }
    }
}
