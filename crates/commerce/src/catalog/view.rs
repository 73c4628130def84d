//! A product as buyers see it.
//!
//! ```json
//! {"id":7,"sku":"ps5","name":"PlayStation 5","category":"consoles","description":null,"release_date":"2020-11-12",
//!  "image_url":"/assets/ps5.svg","price":{"amount_minor":49900,"currency":"USD"},"attributes":{"colour":"white"},
//!  "track_stock":true,"stock":{"available":12,"low":false},"version":3,"created_at":"2026-11-20T12:00:00Z",
//!  "updated_at":"2026-11-20T12:00:00Z"}
//! ```
//! `stock` is null for a product without one, and while what is there is not known.

use std::collections::HashMap;

use kassa_model::Money;
use serde::Serialize;
use serde_json::value::RawValue;

use super::product::Product;
use crate::inventory::Stock;

/// A product with what is there of it.
#[derive(Debug, Serialize)]
pub(crate) struct ProductView<'a> {
    id: i64,
    sku: &'a str,
    name: &'a str,
    category: Option<&'a str>,
    description: Option<&'a str>,
    release_date: Option<&'a str>,
    image_url: Option<&'a str>,
    price: Money,
    attributes: &'a RawValue,
    track_stock: bool,
    stock: Option<Availability>,
    version: i64,
    created_at: String,
    updated_at: String,
}

#[derive(Debug, Serialize)]
struct Availability {
    available: i64,
    low: bool,
}

impl<'a> ProductView<'a> {
    pub(crate) fn new(product: &'a Product, stock: Option<&Stock>) -> Self {
        Self {
            id: product.id,
            sku: &product.sku,
            name: &product.name,
            category: product.category.as_deref(),
            description: product.description.as_deref(),
            release_date: product.release_date.as_deref(),
            image_url: product.image_url.as_deref(),
            price: product.price,
            attributes: serde_json::from_str(&product.attributes).unwrap_or(RawValue::NULL),
            track_stock: product.track_stock,
            stock: shown(product, stock)
                .map(|stock| Availability { available: stock.available(), low: stock.is_low() }),
            version: product.version,
            created_at: product.created_at.to_string(),
            updated_at: product.updated_at.to_string(),
        }
    }
}

/// Stock that was kept before the product stopped tracking it is nobody's business.
fn shown<'a>(product: &Product, stock: Option<&'a Stock>) -> Option<&'a Stock> {
    stock.filter(|_| product.track_stock)
}

/// The ETag: the version, which `If-Match` asks for, and what else the answer shows.
pub(crate) fn etag(product: &Product, stock: Option<&Stock>) -> String {
    match shown(product, stock) {
        None => format!("\"{}\"", product.version),
        Some(stock) => {
            let low = if stock.is_low() { "-low" } else { "" };
            format!("\"{}-{}{low}\"", product.version, stock.available())
        }
    }
}

/// The version that an ETag of ours names.
pub(crate) fn version_in(etag: &str) -> Option<i64> {
    let inside = etag.strip_prefix('"')?.strip_suffix('"')?;
    inside.split('-').next()?.parse().ok()
}

/// Stock by SKU.
pub(crate) fn by_sku(stock: Vec<Stock>) -> HashMap<String, Stock> {
    stock.into_iter().map(|stock| (stock.sku.clone(), stock)).collect()
}
