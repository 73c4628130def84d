//! What an order needs to know of a variant of a product.

use kassa_model::Money;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

/// A variant as an order sees it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Offer {
    /// The product's number.
    pub id: i64,
    /// Its SKU.
    pub sku: String,
    /// The product's name.
    pub name: String,
    /// What the variant is called beside it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// Its category.
    pub category: Option<String>,
    /// Its price.
    pub price: Money,
    /// Whether there is a stock of it.
    pub track_stock: bool,
    /// Counts the product's changes.
    pub version: i64,
    /// Whether buyers do not know it: it has gone out of the catalogue, or is not in it yet.
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
