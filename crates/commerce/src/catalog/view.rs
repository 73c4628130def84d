//! A product as buyers see it.
//!
//! ```json
//! {"id":7,"slug":"playstation-5","sku":"ps5","name":"PlayStation 5","category":"Consoles","category_slug":"consoles",
//!  "description":null,"release_date":"2020-11-12","image_url":null,"images":[],"price":{"amount_minor":49900,"currency":"USD"},
//!  "price_from":{"amount_minor":49900,"currency":"USD"},"price_to":{"amount_minor":49900,"currency":"USD"},"options":[],
//!  "variants":[{"id":7,"sku":"ps5","title":null,"options":[],"price":{"amount_minor":49900,"currency":"USD"},"barcode":null,
//!               "track_stock":true,"stock":{"available":12,"low":false}}],
//!  "variant_count":1,"status":"active","attributes":{"colour":"white"},"track_stock":true,
//!  "stock":{"available":12,"low":false},"version":3,"created_at":"2026-11-20T12:00:00Z","updated_at":"2026-11-20T12:00:00Z"}
//! ```
//! `stock` is null for a variant without one, and while what is there is not known. Lists leave `variants` out and show the first
//! of the [pictures](super::image). Those who may
//! change the catalogue see of each variant `cost` and `weight_g`, too, and in lists `stock_of_all` of a product with several variants.

use std::collections::HashMap;

use kassa_model::Money;
use serde::Serialize;
use serde_json::value::RawValue;
use sha2::{Digest, Sha256};

use super::image::Picture;
use super::image_url::Elsewhere;
use super::product::Product;
use super::variant::Variant;
use crate::inventory::Stock;

/// Stock by SKU.
pub(crate) type StockBySku = HashMap<String, Stock>;

/// A product with what is there of it.
#[derive(Debug, Serialize)]
pub(crate) struct ProductView<'a> {
    id: i64,
    slug: &'a str,
    sku: &'a str,
    name: &'a str,
    category: Option<&'a str>,
    category_slug: Option<&'a str>,
    description: Option<&'a str>,
    release_date: Option<&'a str>,
    image_url: Option<&'a str>,
    images: &'a [Picture],
    price: Money,
    price_from: Money,
    price_to: Money,
    options: &'a [String],
    #[serde(skip_serializing_if = "Option::is_none")]
    variants: Option<Vec<VariantView<'a>>>,
    variant_count: i64,
    status: &'static str,
    attributes: &'a RawValue,
    track_stock: bool,
    stock: Option<Availability>,
    #[serde(skip_serializing_if = "Option::is_none")]
    stock_of_all: Option<Availability>,
    version: i64,
    created_at: String,
    updated_at: String,
}

/// A variant with what is there of it.
#[derive(Debug, Serialize)]
pub(crate) struct VariantView<'a> {
    id: i64,
    sku: &'a str,
    title: Option<String>,
    options: &'a [String],
    price: Money,
    barcode: Option<&'a str>,
    track_stock: bool,
    stock: Option<Availability>,
    #[serde(flatten)]
    kept: Option<Kept>,
}

/// What buyers do not see of a variant.
#[derive(Debug, Serialize)]
struct Kept {
    cost: Option<Money>,
    weight_g: Option<i64>,
    position: i64,
    archived: bool,
}

#[derive(Debug, Serialize)]
struct Availability {
    available: i64,
    low: bool,
}

impl Availability {
    /// Stock that was kept before a variant stopped tracking it is nobody's business.
    fn of((sku, track_stock): (&str, bool), stock: &StockBySku) -> Option<Self> {
        let stock = stock.get(sku).filter(|_| track_stock)?;
        Some(Self { available: stock.available(), low: stock.is_low() })
    }

    /// Both together.
    fn and(self, other: Self) -> Self {
        Self { available: self.available + other.available, low: self.low || other.low }
    }
}

/// What a reader may see.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Sight {
    /// What buyers see.
    Public,
    /// What those see who may change it.
    Full,
}

impl<'a> ProductView<'a> {
    /// A row of a list.
    pub(crate) fn row(product: &'a Product, stock: &StockBySku, elsewhere: Elsewhere<'_>) -> Self {
        let price = |amount_minor| Money { amount_minor, currency: product.price.currency };
        Self {
            id: product.id,
            slug: &product.slug,
            sku: &product.sku,
            name: &product.name,
            category: product.category.as_deref(),
            category_slug: product.category_slug.as_deref(),
            description: product.description.as_deref(),
            release_date: product.release_date.as_deref(),
            image_url: product.image_url.as_deref().and_then(|url| elsewhere.shown(url)),
            images: product.picture.as_slice(),
            price: product.price,
            price_from: price(product.price_from_minor),
            price_to: price(product.price_to_minor),
            options: &product.options,
            variants: None,
            variant_count: product.variant_count,
            status: product.status.name(),
            attributes: serde_json::from_str(&product.attributes).unwrap_or(RawValue::NULL),
            track_stock: product.track_stock,
            stock: Availability::of((&product.sku, product.track_stock), stock),
            stock_of_all: None,
            version: product.version,
            created_at: product.created_at.to_string(),
            updated_at: product.updated_at.to_string(),
        }
    }

    /// The same with what is there of its variants, which are among these, together; nothing where none of them has a stock.
    pub(crate) fn with_all(self, variants: &[Variant], stock: &StockBySku) -> Self {
        let of_it = variants.iter().filter(|variant| variant.product_id == self.id && variant.is_sold());
        let there = of_it.filter_map(|one| Availability::of((&one.sku, one.track_stock), stock));
        Self { stock_of_all: there.reduce(Availability::and), ..self }
    }

    /// All of a product.
    pub(crate) fn whole(
        product: &'a Product,
        (variants, images): (&'a [Variant], &'a [Picture]),
        stock: &StockBySku,
        (sight, elsewhere): (Sight, Elsewhere<'_>),
    ) -> Self {
        let sold = variants.iter().filter(|variant| variant.is_sold());
        let variants = sold.map(|variant| VariantView::new(variant, stock, sight)).collect();
        Self { variants: Some(variants), images, ..Self::row(product, stock, elsewhere) }
    }
}

impl<'a> VariantView<'a> {
    pub(crate) fn new(variant: &'a Variant, stock: &StockBySku, sight: Sight) -> Self {
        let money = |amount_minor| Money { amount_minor, currency: variant.price.currency };
        let kept = || Kept {
            cost: variant.cost_minor.map(money),
            weight_g: variant.weight_g,
            position: variant.position,
            archived: !variant.is_sold(),
        };
        Self {
            id: variant.id,
            sku: &variant.sku,
            title: variant.shown_title(),
            options: &variant.options,
            price: variant.price,
            barcode: variant.barcode.as_deref(),
            track_stock: variant.track_stock,
            stock: Availability::of((&variant.sku, variant.track_stock), stock),
            kept: (sight == Sight::Full).then(kept),
        }
    }
}

/// The ETag: the version, which `If-Match` asks for, and what else the answer shows.
pub(crate) fn etag(product: &Product, variants: &[Variant], stock: &StockBySku) -> String {
    let version = product.version;
    let shown = |variant: &Variant| {
        let stock = Availability::of((&variant.sku, variant.track_stock), stock)?;
        Some(format!("-{}{}", stock.available, if stock.low { "-low" } else { "" }))
    };
    let mut sold = variants.iter().filter(|variant| variant.is_sold());
    match (sold.next(), sold.next()) {
        (Some(only), None) => format!("\"{version}{}\"", shown(only).unwrap_or_default()),
        _ => {
            let sold = variants.iter().filter(|variant| variant.is_sold());
            let all: Vec<String> =
                sold.map(|variant| shown(variant).unwrap_or_else(|| "-".to_owned())).collect();
            let hash = Sha256::digest(all.join(",").as_bytes());
            let hex: String = hash.iter().take(8).map(|byte| format!("{byte:02x}")).collect();
            format!("\"{version}-{hex}\"")
        }
    }
}

/// The version that an ETag of ours names.
pub(crate) fn version_in(etag: &str) -> Option<i64> {
    let inside = etag.strip_prefix('"')?.strip_suffix('"')?;
    inside.split('-').next()?.parse().ok()
}

/// Stock by SKU.
pub(crate) fn by_sku(stock: Vec<Stock>) -> StockBySku {
    stock.into_iter().map(|stock| (stock.sku.clone(), stock)).collect()
}
