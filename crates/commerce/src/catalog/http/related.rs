//! What else a buyer of a product may like: products that its attributes name (`{"related":["ps5",12]}`, SKUs, slugs or
//! numbers), then the newest of its category and those in it.

use std::sync::Arc;

use axum::extract::rejection::PathRejection;
use axum::extract::{Path, State};
use axum::http::HeaderMap;
use axum::response::Response;
use kassa_db::{Error, Tx};
use kassa_service::{Bare, Problem};
use serde::Deserialize;

use super::super::cache::{CacheKey, CachedAnswer};
use super::super::listing::store::{Listing, Sort, list};
use super::super::product::Product;
use super::super::view::Sight;
use super::named::Named;
use super::read::{answer_rows, elsewhere, show, tracked};
use super::shown::read_with;
use crate::page::{Page, Total};
use crate::shop::Shop;

/// How many are shown.
const RELATED_MAX: usize = 8;

/// What the attributes may say of it.
#[derive(Debug, Default, Deserialize)]
struct Attributes {
    #[serde(default)]
    related: Vec<serde_json::Value>,
}

/// `GET /v1/products/{id}/related`.
pub(super) async fn list_related(
    State(shop): State<Arc<Shop>>,
    path: Result<Path<String>, PathRejection>,
    headers: HeaderMap,
    _: Bare,
) -> Result<Response, Problem> {
    let answer = related(&shop, &Named::of(path)?).await?;
    Ok(show(&answer, &headers, Sight::Public))
}

/// What is related to a product that buyers know; 404 where there is none.
pub(super) async fn related(shop: &Shop, named: &Named) -> Result<Arc<CachedAnswer>, Problem> {
    let asked = CacheKey::Related(Box::new(named.cache_key(Sight::Public)));
    if let Some(answer) = shop.products.get(&asked) {
        return Ok(answer);
    }
    let ticket = shop.products.ticket();
    let finder = named.clone();
    let find = move |tx: &mut Tx<'_>| match finder.find(tx, Sight::Public)? {
        Some(product) => related_to(tx, &product).map(Some),
        None => Ok(None),
    };
    let skus = |found: &Option<Vec<Product>>| tracked(found.as_deref().unwrap_or_default());
    let (found, stock) = read_with(shop, find, skus).await?;
    let products = found.ok_or_else(|| named.unknown())?;
    let rows = (products.as_slice(), &stock, elsewhere(shop, Sight::Public));
    let answer = answer_rows(rows, |results| Page { results, next_cursor: None, total: Total::default() })?;
    shop.products.keep(asked, Arc::clone(&answer), ticket, &[]);
    Ok(answer)
}

fn related_to(tx: &mut Tx<'_>, product: &Product) -> Result<Vec<Product>, Error> {
    let mut found: Vec<Product> = Vec::new();
    for name in named_in(&product.attributes) {
        let Some(other) = name.find(tx, Sight::Public)? else { continue };
        add(&mut found, product, other);
    }
    if let Some(category) = &product.category_slug {
        let limit = i64::try_from(RELATED_MAX * 2 + 1).unwrap_or(i64::MAX);
        let listing = Listing { category: Some(category.clone()), ..Listing::all(Sort::Newest, limit) };
        for other in list(tx, &listing)? {
            add(&mut found, product, other);
        }
    }
    Ok(found)
}

/// Adds a product that is not there yet, while there is room.
fn add(found: &mut Vec<Product>, product: &Product, other: Product) {
    let is_known = other.id == product.id || found.iter().any(|known| known.id == other.id);
    if !is_known && found.len() < RELATED_MAX {
        found.push(other);
    }
}

/// The products that attributes name, as far as anything can be so named.
fn named_in(attributes: &str) -> Vec<Named> {
    let Attributes { related } = serde_json::from_str(attributes).unwrap_or_default();
    let mut names = Vec::new();
    for value in related.into_iter().take(2 * RELATED_MAX) {
        match value {
            serde_json::Value::Number(number) => names.extend(number.as_i64().map(Named::Id)),
            serde_json::Value::String(text) => {
                names.extend(Named::parse(&format!("sku:{text}")));
                names.extend(Named::parse(&format!("slug:{text}")));
            }
            _ => {}
        }
    }
    names
}
