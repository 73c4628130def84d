//! The bodies of `POST`, `PUT` and `PATCH /v1/products`. A field that is not known is refused.
//!
//! ```json
//! {"sku":"ps5","name":"PlayStation 5","price":{"amount_minor":49900,"currency":"USD"},"category":"consoles",
//!  "description":"…","release_date":"2020-11-12","image_url":"/assets/ps5.svg","attributes":{"colour":"white"},
//!  "track_stock":true,"low_stock_at":5}
//! ```

use kassa_model::{Currency, Money};
use kassa_service::Problem;
use serde::{Deserialize, Deserializer, Serialize};

use super::attributes::Attributes;
use super::product::{Change, NewPrice, NewProduct};
use crate::number::{integer, integer_or_none};
use crate::object::object;
use crate::shop::ShopOptions;

/// A product to be made; `track_stock` is true unless it says otherwise.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewBody {
    sku: Option<String>,
    name: String,
    #[serde(deserialize_with = "object")]
    price: PriceBody,
    category: Option<String>,
    description: Option<String>,
    release_date: Option<String>,
    image_url: Option<String>,
    attributes: Option<Attributes>,
    track_stock: Option<bool>,
    #[serde(default, deserialize_with = "integer_or_none")]
    low_stock_at: Option<i64>,
}

/// All of a product: what is absent is emptied. `track_stock` and the price's currency stay as they are when absent.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct WholeBody {
    sku: Option<String>,
    name: String,
    #[serde(deserialize_with = "object")]
    price: PriceBody,
    category: Option<String>,
    description: Option<String>,
    release_date: Option<String>,
    image_url: Option<String>,
    attributes: Option<Attributes>,
    track_stock: Option<bool>,
}

/// Parts of a product: what is absent stays, null empties.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct PartBody {
    #[serde(deserialize_with = "given", skip_serializing_if = "Option::is_none")]
    sku: Option<String>,
    #[serde(deserialize_with = "given", skip_serializing_if = "Option::is_none")]
    name: Option<String>,
    #[serde(deserialize_with = "given_object", skip_serializing_if = "Option::is_none")]
    price: Option<PriceBody>,
    #[serde(deserialize_with = "given", skip_serializing_if = "Option::is_none")]
    category: Option<Option<String>>,
    #[serde(deserialize_with = "given", skip_serializing_if = "Option::is_none")]
    description: Option<Option<String>>,
    #[serde(deserialize_with = "given", skip_serializing_if = "Option::is_none")]
    release_date: Option<Option<String>>,
    #[serde(deserialize_with = "given", skip_serializing_if = "Option::is_none")]
    image_url: Option<Option<String>>,
    #[serde(deserialize_with = "given", skip_serializing_if = "Option::is_none")]
    attributes: Option<Option<Attributes>>,
    #[serde(deserialize_with = "given", skip_serializing_if = "Option::is_none")]
    track_stock: Option<bool>,
}

/// `{"amount_minor":49900,"currency":"USD"}`; without a currency the one that the product has, of a new one the shop's.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct PriceBody {
    #[serde(deserialize_with = "integer")]
    amount_minor: i64,
    currency: Option<Currency>,
}

/// A field that is there, so that null differs from absent.
fn given<'de, D: Deserializer<'de>, T: Deserialize<'de>>(from: D) -> Result<Option<T>, D::Error> {
    T::deserialize(from).map(Some)
}

fn given_object<'de, D: Deserializer<'de>>(from: D) -> Result<Option<PriceBody>, D::Error> {
    object(from).map(Some)
}

impl PriceBody {
    /// The price, whose currency must be one in which this shop sells.
    fn price(&self, shop: &ShopOptions) -> Result<NewPrice, Problem> {
        match self.currency {
            Some(currency) if !shop.sells_in(currency) => {
                Err(Problem::bad_request(format!("price.currency {currency}: {}", shop.currencies_known())))
            }
            currency => Ok(NewPrice { amount_minor: self.amount_minor, currency }),
        }
    }
}

fn text_of(attributes: Option<Attributes>) -> String {
    attributes.map_or_else(|| "{}".to_owned(), Attributes::into_text)
}

impl NewBody {
    /// The product that it asks for in this shop.
    pub(crate) fn into_new(self, shop: &ShopOptions) -> Result<NewProduct, Problem> {
        let NewPrice { amount_minor, currency } = self.price.price(shop)?;
        Ok(NewProduct {
            sku: self.sku,
            name: self.name,
            category: self.category,
            description: self.description,
            release_date: self.release_date,
            image_url: self.image_url,
            price: Money { amount_minor, currency: currency.unwrap_or(shop.currency) },
            attributes: text_of(self.attributes),
            track_stock: self.track_stock.unwrap_or(true),
            low_stock_at: self.low_stock_at.unwrap_or(shop.low_stock_at),
        })
    }
}

/// A change, and the SKU that the product must have if the body names one.
#[derive(Debug, Clone)]
pub(crate) struct ChangeAsk {
    pub(crate) change: Change,
    sku: Option<String>,
}

impl ChangeAsk {
    /// A SKU never changes; naming the one that it has is fine.
    pub(crate) fn check_sku(&self, sku: &str) -> Result<(), Problem> {
        match &self.sku {
            Some(named) if named != sku => {
                Err(Problem::bad_request("sku cannot change: archive the product and make another"))
            }
            _ => Ok(()),
        }
    }
}

impl WholeBody {
    pub(crate) fn into_change(self, shop: &ShopOptions) -> Result<ChangeAsk, Problem> {
        let change = Change {
            name: Some(self.name),
            category: Some(self.category),
            description: Some(self.description),
            release_date: Some(self.release_date),
            image_url: Some(self.image_url),
            price: Some(self.price.price(shop)?),
            attributes: Some(text_of(self.attributes)),
            track_stock: self.track_stock,
        };
        Ok(ChangeAsk { change, sku: self.sku })
    }
}

impl PartBody {
    pub(crate) fn into_change(self, shop: &ShopOptions) -> Result<ChangeAsk, Problem> {
        let change = Change {
            name: self.name,
            category: self.category,
            description: self.description,
            release_date: self.release_date,
            image_url: self.image_url,
            price: self.price.map(|price| price.price(shop)).transpose()?,
            attributes: self.attributes.map(text_of),
            track_stock: self.track_stock,
        };
        Ok(ChangeAsk { change, sku: self.sku })
    }
}
