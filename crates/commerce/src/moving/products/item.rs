//! A product as a line of a file that goes out or comes in.
//!
//! ```json
//! {"slug":"shirt","name":"Shirt","status":"active","category":"Shirts",
//!  "category_path":[{"slug":"clothes","name":"Clothes","position":0},{"slug":"shirts","name":"Shirts","position":1}],
//!  "description":"Of linen","release_date":"2025-01-01","image_url":null,"options":["Size"],"attributes":{"colour":"red"},
//!  "variants":[{"sku":"shirt-s","options":["S"],"title":null,"price":{"amount_minor":1900,"currency":"EUR"},
//!               "cost":{"amount_minor":700,"currency":"EUR"},"barcode":"4006381333931","weight_g":180,"track_stock":true,
//!               "archived":false,"on_hand":12,"low_stock_at":5}],
//!  "images":[{"id":"9f86…0a08","alt":"A shirt","variant_sku":null,"mime":"image/jpeg","bytes":181234,"width":1600,"height":1200}]}
//! ```
//! What a line does not say of a product that is there stays as it is. `on_hand` counts where a variant is new: stock that is there
//! is the shop's business.

use kassa_model::Money;
use serde::{Deserialize, Serialize};

use crate::catalog::Attributes;
use crate::number::{integer, integer_or_none};
use crate::object::{object_or_none, objects, objects_or_none};

/// A product.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ProductItem {
    pub(super) slug: Option<String>,
    pub(super) name: String,
    pub(super) status: Option<String>,
    /// The name of a category, where there is no path.
    pub(super) category: Option<String>,
    /// The category behind those that it is in.
    #[serde(default, deserialize_with = "objects_or_none")]
    pub(super) category_path: Option<Vec<CategoryItem>>,
    pub(super) description: Option<String>,
    pub(super) release_date: Option<String>,
    pub(super) image_url: Option<String>,
    pub(super) options: Option<Vec<String>>,
    pub(super) attributes: Option<Attributes>,
    #[serde(deserialize_with = "objects")]
    pub(super) variants: Vec<VariantItem>,
    #[serde(default, deserialize_with = "objects_or_none")]
    pub(super) images: Option<Vec<ImageItem>>,
}

/// A category on the way to a product.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct CategoryItem {
    pub(super) slug: Option<String>,
    pub(super) name: String,
    #[serde(default, deserialize_with = "integer_or_none")]
    pub(super) position: Option<i64>,
}

/// A variant.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct VariantItem {
    pub(super) sku: Option<String>,
    pub(super) options: Option<Vec<String>>,
    pub(super) title: Option<String>,
    /// Without one a new product is a draft that costs nothing yet.
    #[serde(default, deserialize_with = "object_or_none")]
    pub(super) price: Option<Amount>,
    #[serde(default, deserialize_with = "object_or_none")]
    pub(super) cost: Option<Amount>,
    pub(super) barcode: Option<String>,
    #[serde(default, deserialize_with = "integer_or_none")]
    pub(super) weight_g: Option<i64>,
    pub(super) track_stock: Option<bool>,
    pub(super) archived: Option<bool>,
    #[serde(default, deserialize_with = "integer_or_none")]
    pub(super) on_hand: Option<i64>,
    #[serde(default, deserialize_with = "integer_or_none")]
    pub(super) low_stock_at: Option<i64>,
}

/// An amount with its currency.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Amount {
    #[serde(deserialize_with = "integer")]
    amount_minor: i64,
    currency: kassa_model::Currency,
}

/// A picture, and what is known of its file.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ImageItem {
    pub(super) id: String,
    pub(super) alt: Option<String>,
    pub(super) variant_sku: Option<String>,
    pub(super) mime: Option<String>,
    #[serde(default, deserialize_with = "integer_or_none")]
    pub(super) bytes: Option<i64>,
    #[serde(default, deserialize_with = "integer_or_none")]
    pub(super) width: Option<i64>,
    #[serde(default, deserialize_with = "integer_or_none")]
    pub(super) height: Option<i64>,
}

impl Amount {
    pub(super) fn money(self) -> Money {
        Money { amount_minor: self.amount_minor, currency: self.currency }
    }
}

impl From<Money> for Amount {
    fn from(money: Money) -> Self {
        Self { amount_minor: money.amount_minor, currency: money.currency }
    }
}
