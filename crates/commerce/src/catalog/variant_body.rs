//! The bodies of variants. A field that is not known is refused.
//!
//! ```json
//! {"sku":"shirt-s-red","options":["S","red"],"title":"Small, red","price":{"amount_minor":1900},"cost":{"amount_minor":700},
//!  "barcode":"4006381333931","weight_g":180,"track_stock":true}
//! ```

use kassa_service::Problem;
use serde::{Deserialize, Serialize};

use super::price_body::{PriceBody, given_price, given_price_or_none, price_or_none};
use super::variant::{NewVariant, SaidVariant, VariantChange};
use crate::number::integer_or_none;
use crate::object::given;
use crate::shop::ShopOptions;

/// A variant to be made.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewVariantBody {
    sku: Option<String>,
    #[serde(default)]
    options: Vec<String>,
    title: Option<String>,
    #[serde(default, deserialize_with = "price_or_none")]
    price: Option<PriceBody>,
    #[serde(default, deserialize_with = "price_or_none")]
    cost: Option<PriceBody>,
    barcode: Option<String>,
    #[serde(default, deserialize_with = "integer_or_none")]
    weight_g: Option<i64>,
    track_stock: Option<bool>,
}

/// Parts of a variant: what is absent stays, null empties.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct VariantPartBody {
    #[serde(deserialize_with = "given", skip_serializing_if = "Option::is_none")]
    pub(crate) sku: Option<String>,
    #[serde(deserialize_with = "given", skip_serializing_if = "Option::is_none")]
    options: Option<Vec<String>>,
    #[serde(deserialize_with = "given", skip_serializing_if = "Option::is_none")]
    title: Option<Option<String>>,
    #[serde(deserialize_with = "given_price", skip_serializing_if = "Option::is_none")]
    price: Option<PriceBody>,
    #[serde(deserialize_with = "given_price_or_none", skip_serializing_if = "Option::is_none")]
    cost: Option<Option<PriceBody>>,
    #[serde(deserialize_with = "given", skip_serializing_if = "Option::is_none")]
    barcode: Option<Option<String>>,
    #[serde(deserialize_with = "given_integer", skip_serializing_if = "Option::is_none")]
    weight_g: Option<Option<i64>>,
    #[serde(deserialize_with = "given", skip_serializing_if = "Option::is_none")]
    track_stock: Option<bool>,
    #[serde(deserialize_with = "integer_or_none", skip_serializing_if = "Option::is_none")]
    position: Option<i64>,
    #[serde(deserialize_with = "given", skip_serializing_if = "Option::is_none")]
    archived: Option<bool>,
}

fn given_integer<'de, D: serde::Deserializer<'de>>(from: D) -> Result<Option<Option<i64>>, D::Error> {
    integer_or_none(from).map(Some)
}

impl NewVariantBody {
    /// The variant that it asks for.
    pub(crate) fn into_new(self, shop: &ShopOptions) -> Result<NewVariant, Problem> {
        Ok(NewVariant {
            sku: self.sku,
            options: self.options,
            title: self.title,
            price: self.price.map(|price| price.price(shop)).transpose()?,
            cost: self.cost.map(|cost| cost.price(shop)).transpose()?,
            barcode: self.barcode,
            weight_g: self.weight_g,
            track_stock: self.track_stock,
        })
    }
}

impl VariantPartBody {
    /// What a change of its product says of it.
    pub(crate) fn into_said(self, shop: &ShopOptions) -> Result<SaidVariant, Problem> {
        Ok(SaidVariant { sku: self.sku.clone(), change: self.into_change(shop)? })
    }

    pub(crate) fn into_change(self, shop: &ShopOptions) -> Result<VariantChange, Problem> {
        let cost = |cost: Option<PriceBody>| cost.map(|cost| cost.price(shop)).transpose();
        Ok(VariantChange {
            options: self.options,
            title: self.title,
            price: self.price.map(|price| price.price(shop)).transpose()?,
            cost: self.cost.map(cost).transpose()?,
            barcode: self.barcode,
            weight_g: self.weight_g,
            track_stock: self.track_stock,
            position: self.position,
            archived: self.archived,
        })
    }
}
