//! The bodies of `POST`, `PUT` and `PATCH /v1/products`. A field that is not known is refused.
//!
//! ```json
//! {"sku":"ps5","name":"PlayStation 5","price":{"amount_minor":49900,"currency":"USD"},"category":"consoles",
//!  "description":"…","release_date":"2020-11-12","images":[{"id":"9f86…0a08","alt":"The console, upright"}],
//!  "attributes":{"colour":"white"},"track_stock":true,"low_stock_at":5}
//! {"name":"Shirt","slug":"shirt","status":"draft","price":{"amount_minor":1900},"options":["Size","Colour"],
//!  "variants":[{"sku":"shirt-s-red","options":["S","red"]},{"sku":"shirt-m-red","options":["M","red"]}]}
//! ```
//! In a change each of the `variants` is one that there is, by its SKU, or a new one.

use kassa_model::Money;
use kassa_service::Problem;
use serde::{Deserialize, Serialize};

use super::attributes::Attributes;
use super::image_body::{ImageBody, given_images, new_images};
use super::price_body::{PriceBody, given_price, price_or_none};
use super::product::{Change, Error, NewProduct, Status};
use super::variant::NewPrice;
use super::variant_body::{NewVariantBody, VariantPartBody};
use crate::number::integer_or_none;
use crate::object::{given, object, objects_or_none};
use crate::shop::ShopOptions;

/// A product to be made; `track_stock` is true unless it says otherwise.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewBody {
    sku: Option<String>,
    name: String,
    #[serde(default, deserialize_with = "price_or_none")]
    price: Option<PriceBody>,
    category: Option<String>,
    description: Option<String>,
    release_date: Option<String>,
    image_url: Option<String>,
    attributes: Option<Attributes>,
    track_stock: Option<bool>,
    #[serde(default, deserialize_with = "integer_or_none")]
    low_stock_at: Option<i64>,
    // What follows came later: absent, a body is the same request as before.
    #[serde(skip_serializing_if = "Option::is_none")]
    slug: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    status: Option<String>,
    #[serde(default, deserialize_with = "integer_or_none", skip_serializing_if = "Option::is_none")]
    category_id: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    options: Option<Vec<String>>,
    #[serde(default, deserialize_with = "objects_or_none", skip_serializing_if = "Option::is_none")]
    variants: Option<Vec<NewVariantBody>>,
    #[serde(default, deserialize_with = "objects_or_none", skip_serializing_if = "Option::is_none")]
    images: Option<Vec<ImageBody>>,
}

/// All of a product: what is absent is emptied. `track_stock` and the price's currency stay as they are when absent, and so do
/// slug, status, options, variants and images.
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
    #[serde(default, deserialize_with = "given_images", skip_serializing_if = "Option::is_none")]
    images: Option<Vec<ImageBody>>,
}

/// Parts of a product: what is absent stays, null empties.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct PartBody {
    #[serde(deserialize_with = "given", skip_serializing_if = "Option::is_none")]
    sku: Option<String>,
    #[serde(deserialize_with = "given", skip_serializing_if = "Option::is_none")]
    name: Option<String>,
    #[serde(deserialize_with = "given", skip_serializing_if = "Option::is_none")]
    slug: Option<String>,
    #[serde(deserialize_with = "given", skip_serializing_if = "Option::is_none")]
    status: Option<String>,
    #[serde(deserialize_with = "given_price", skip_serializing_if = "Option::is_none")]
    price: Option<PriceBody>,
    #[serde(deserialize_with = "given", skip_serializing_if = "Option::is_none")]
    category: Option<Option<String>>,
    #[serde(deserialize_with = "given", skip_serializing_if = "Option::is_none")]
    category_id: Option<Option<i64>>,
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
    #[serde(deserialize_with = "given", skip_serializing_if = "Option::is_none")]
    options: Option<Vec<String>>,
    #[serde(deserialize_with = "given_images", skip_serializing_if = "Option::is_none")]
    images: Option<Vec<ImageBody>>,
    #[serde(deserialize_with = "objects_or_none", skip_serializing_if = "Option::is_none")]
    variants: Option<Vec<VariantPartBody>>,
}

fn text_of(attributes: Option<Attributes>) -> String {
    attributes.map_or_else(|| "{}".to_owned(), Attributes::into_text)
}

fn status_of(name: &str) -> Result<Status, Problem> {
    let known = Status::ALL.map(Status::name).join(", ");
    Status::of(name).ok_or_else(|| Problem::bad_request(format!("status must be one of {known}")))
}

fn require_one(category: bool, category_id: bool) -> Result<(), Problem> {
    match category && category_id {
        true => Err(Problem::bad_request("category and category_id say the same: send one of them")),
        false => Ok(()),
    }
}

impl NewBody {
    /// The product that it asks for in this shop.
    pub(crate) fn into_new(self, shop: &ShopOptions) -> Result<NewProduct, Problem> {
        require_one(self.category.is_some(), self.category_id.is_some())?;
        let bodies = self.variants.unwrap_or_default();
        if !bodies.is_empty() && self.sku.is_some() {
            return Err(Problem::bad_request("sku: each of the variants has its own"));
        }
        let own = self.price.as_ref().map(|price| price.price(shop)).transpose()?;
        let variants = bodies.into_iter().map(|body| body.into_new(shop)).collect::<Result<Vec<_>, _>>()?;
        let named = own.into_iter().chain(variants.first().and_then(|first| first.price));
        let currency = named.filter_map(|price| price.currency).next().unwrap_or(shop.currency);
        let priced = !variants.is_empty() && variants.iter().all(|variant| variant.price.is_some());
        let amount_minor = match own {
            Some(NewPrice { amount_minor, .. }) => amount_minor,
            None if priced => 0,
            None => return Err(Problem::bad_request("price is missing: give one, or one to each variant")),
        };
        Ok(NewProduct {
            sku: self.sku,
            slug: self.slug,
            name: self.name,
            category: self.category,
            category_id: self.category_id,
            description: self.description,
            release_date: self.release_date,
            image_url: self.image_url,
            price: Money { amount_minor, currency },
            attributes: text_of(self.attributes),
            track_stock: self.track_stock.unwrap_or(true),
            low_stock_at: self.low_stock_at.unwrap_or(shop.low_stock_at),
            status: self.status.as_deref().map_or(Ok(Status::Active), status_of)?,
            options: self.options.unwrap_or_default(),
            variants,
            images: new_images(self.images.unwrap_or_default()),
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
    pub(crate) fn check_sku(&self, sku: &str) -> Result<(), Error> {
        let why = || "cannot change: archive the product and make another".to_owned();
        match &self.sku {
            Some(named) if named != sku => Err(Error::Invalid { field: "sku", why: why() }),
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
            images: self.images.map(new_images),
            ..Change::default()
        };
        Ok(ChangeAsk { change, sku: self.sku })
    }
}

impl PartBody {
    pub(crate) fn into_change(self, shop: &ShopOptions) -> Result<ChangeAsk, Problem> {
        require_one(self.category.is_some(), self.category_id.is_some())?;
        let variants = self.variants.unwrap_or_default();
        let change = Change {
            name: self.name,
            slug: self.slug,
            category: self.category,
            category_id: self.category_id,
            description: self.description,
            release_date: self.release_date,
            image_url: self.image_url,
            price: self.price.map(|price| price.price(shop)).transpose()?,
            attributes: self.attributes.map(text_of),
            track_stock: self.track_stock,
            status: self.status.as_deref().map(status_of).transpose()?,
            options: self.options,
            images: self.images.map(new_images),
            variants: variants.into_iter().map(|body| body.into_said(shop)).collect::<Result<_, _>>()?,
        };
        Ok(ChangeAsk { change, sku: self.sku })
    }
}
