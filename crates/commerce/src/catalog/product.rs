//! A product, one to be made, a change of one, and why it is not as it was wished.

use kassa_model::{Currency, Money, Timestamp};

use crate::inventory;

/// The most characters of a name or a category.
pub const NAME_CHARS_MAX: usize = 255;

/// The most bytes of the attributes, as JSON without spaces.
pub const ATTRIBUTES_BYTES_MAX: usize = 16 << 10;

/// The most characters of a description.
pub const DESCRIPTION_CHARS_MAX: usize = 10_000;

/// The most bytes of a SKU.
pub const SKU_BYTES_MAX: usize = 100;

/// A product.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Product {
    /// Its number, which dialects A and C show.
    pub id: i64,
    /// Its name in stock and on orders; unique, printable ASCII, never changes.
    pub sku: String,
    /// What buyers read.
    pub name: String,
    /// A group of products.
    pub category: Option<String>,
    /// A text for its page.
    pub description: Option<String>,
    /// `YYYY-MM-DD`.
    pub release_date: Option<String>,
    /// Where its picture is.
    pub image_url: Option<String>,
    /// What one of it costs.
    pub price: Money,
    /// A JSON object.
    pub attributes: String,
    /// Whether there is a stock of it; a download has none.
    pub track_stock: bool,
    /// Counts its changes, from 1.
    pub version: i64,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it was last changed.
    pub updated_at: Timestamp,
    /// When it went out of the catalogue.
    pub archived_at: Option<Timestamp>,
}

/// A product to be made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewProduct {
    /// `None`: `p-<id>`.
    pub sku: Option<String>,
    /// Something to see; kept without space around it.
    pub name: String,
    /// A group of products.
    pub category: Option<String>,
    /// A text for its page.
    pub description: Option<String>,
    /// `YYYY-MM-DD`.
    pub release_date: Option<String>,
    /// `http://…`, `https://…` or a path from `/`.
    pub image_url: Option<String>,
    /// What one of it costs; 0 is free.
    pub price: Money,
    /// A JSON object.
    pub attributes: String,
    /// Whether there is a stock of it.
    pub track_stock: bool,
    /// From how many on its stock is low; only of use with `track_stock`.
    pub low_stock_at: i64,
}

impl NewProduct {
    /// A product with a name and a price, without stock and with nothing else: what dialects A and C make.
    pub fn plain(name: impl Into<String>, price: Money) -> Self {
        Self {
            sku: None,
            name: name.into(),
            category: None,
            description: None,
            release_date: None,
            image_url: None,
            price,
            attributes: "{}".to_owned(),
            track_stock: false,
            low_stock_at: inventory::LOW_STOCK_AT,
        }
    }
}

/// What is to be changed of a product; `None` leaves a field as it is, `Some(None)` empties it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Change {
    /// A new name.
    pub name: Option<String>,
    /// A new category.
    pub category: Option<Option<String>>,
    /// A new description.
    pub description: Option<Option<String>>,
    /// A new release date.
    pub release_date: Option<Option<String>>,
    /// A new picture.
    pub image_url: Option<Option<String>>,
    /// A new price; orders keep theirs.
    pub price: Option<NewPrice>,
    /// A new JSON object in place of the old one.
    pub attributes: Option<String>,
    /// Begin to keep a stock (with nothing on hand), or end it (only with nothing on hand).
    pub track_stock: Option<bool>,
}

/// A new price of a product that has one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NewPrice {
    /// Minor units.
    pub amount_minor: i64,
    /// `None`: the currency of the price before.
    pub currency: Option<Currency>,
}

impl From<Money> for NewPrice {
    fn from(price: Money) -> Self {
        Self { amount_minor: price.amount_minor, currency: Some(price.currency) }
    }
}

/// Why a product is not as it was wished.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A field that breaks a rule.
    #[error("{field} {why}")]
    Invalid {
        /// The field, as in the native API.
        field: &'static str,
        /// The rule, such as `has at most 255 characters`.
        why: String,
    },
    /// Another product has the SKU, perhaps an archived one.
    #[error("a product has the SKU {0} already")]
    SkuTaken(String),
    /// No such product, or an archived one.
    #[error("no product {0}")]
    Unknown(i64),
    /// Somebody else has changed it since.
    #[error("product {id} has version {actual}, not {expected}")]
    OtherVersion {
        /// The product.
        id: i64,
        /// The version that the caller has seen.
        expected: i64,
        /// The version that it has.
        actual: i64,
    },
    /// Its stock cannot be given up while there is some.
    #[error("{sku} has {on_hand} on hand: adjust its stock to 0 before giving it up")]
    StockInBooks {
        /// The product's SKU.
        sku: String,
        /// What is there.
        on_hand: i64,
    },
    /// The database.
    #[error(transparent)]
    Db(#[from] kassa_db::Error),
}
