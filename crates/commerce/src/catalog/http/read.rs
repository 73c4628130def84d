//! What buyers see: lists, products and categories, each with an ETag. Answers may be a second old, see [`cache`](super::super::cache).

use std::sync::Arc;

use axum::body::{Body, Bytes};
use axum::extract::rejection::PathRejection;
use axum::extract::{Path, State};
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE, ETAG};
use axum::http::{HeaderMap, HeaderValue, StatusCode, Uri};
use axum::response::Response;
use kassa_db::{Error, Tx};
use kassa_service::{Bare, Problem};
use serde::Serialize;
use sha2::{Digest, Sha256};

use super::super::cache::{CacheKey, CachedAnswer};
use super::super::product::Product;
use super::super::view::{self, ProductView};
use super::super::{listing, store};
use super::named::{Named, catalog};
use crate::inventory::{self, Stock};
use crate::page::{self, Page, Total};
use crate::params::Params;
use crate::precondition;
use crate::refuse;
use crate::shop::Shop;

/// The most categories that are listed.
const CATEGORIES_MAX: i64 = 1_000;

#[derive(Serialize)]
struct Category {
    name: String,
    count: i64,
}

/// `GET /v1/products?q=&category=&sort=&limit=&cursor=&total=`.
pub(super) async fn list_products(
    State(shop): State<Arc<Shop>>,
    uri: Uri,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let asked = CacheKey::Page(uri.query().unwrap_or("").to_owned());
    if let Some(answer) = shop.products.get(&asked) {
        return Ok(show(&answer, &headers));
    }
    let (listing, counting) = listing::listing(&uri)?;
    let (limit, sort) = (listing.limit, listing.sort);
    // One more than is shown tells whether there is a next page.
    let more = store::Listing { limit: limit + 1, ..listing };
    let ticket = shop.products.ticket();
    let ((mut products, stock), counted) = read_with(&shop, move |tx| {
        let counted = match counting {
            page::CountAsked::Yes => Some(store::count(tx, &more)?),
            page::CountAsked::No => None,
        };
        Ok((store::list(tx, &more)?, counted))
    })
    .await?;
    let more = page::cut(&mut products, limit);
    let stock = view::by_sku(stock);
    let body = json(&Page {
        results: products.iter().map(|product| ProductView::new(product, stock.get(&product.sku))).collect(),
        next_cursor: products.last().filter(|_| more).map(|last| listing::cursor(last, sort)),
        total: counted.map_or_else(Total::default, Total::counted),
    })?;
    let answer = Arc::new(CachedAnswer { etag: etag_of(&body)?, body });
    shop.products.keep(asked, Arc::clone(&answer), ticket, None);
    Ok(show(&answer, &headers))
}

/// `GET /v1/products/{id}`.
pub(super) async fn get_product(
    State(shop): State<Arc<Shop>>,
    path: Result<Path<String>, PathRejection>,
    headers: HeaderMap,
    _: Bare,
) -> Result<Response, Problem> {
    let named = Named::of(path)?;
    let asked = match &named {
        Named::Id(id) => CacheKey::Id(*id),
        Named::Sku(sku) => CacheKey::Sku(sku.clone()),
    };
    if let Some(answer) = shop.products.get(&asked) {
        return Ok(show(&answer, &headers));
    }
    let ticket = shop.products.ticket();
    let finder = named.clone();
    let (products, stock) =
        read(&shop, move |tx| Ok(finder.find(tx)?.into_iter().collect::<Vec<_>>())).await?;
    let Some(product) = products.first() else { return Err(named.unknown()) };
    let answer = Arc::new(CachedAnswer {
        body: json(&ProductView::new(product, stock.first()))?,
        etag: header(&view::etag(product, stock.first()))?,
    });
    shop.products.keep(asked, Arc::clone(&answer), ticket, Some(&product.sku));
    Ok(show(&answer, &headers))
}

/// `GET /v1/categories`: `{"results":[{"name":"consoles","count":3}],"next_cursor":null}`, by name.
pub(super) async fn list_categories(
    State(shop): State<Arc<Shop>>,
    uri: Uri,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    Params::of(&uri, &[])?;
    let asked = CacheKey::Categories;
    if let Some(answer) = shop.products.get(&asked) {
        return Ok(show(&answer, &headers));
    }
    let ticket = shop.products.ticket();
    let found = refuse::read(catalog(&shop)?, |tx| store::categories(tx, CATEGORIES_MAX)).await?;
    let results = found.into_iter().map(|(name, count)| Category { name, count }).collect();
    let body = json(&Page::whole(results))?;
    let answer = Arc::new(CachedAnswer { etag: etag_of(&body)?, body });
    shop.products.keep(asked, Arc::clone(&answer), ticket, None);
    Ok(show(&answer, &headers))
}

/// Products with what is there of them: one snapshot where both are in one database. Where stock is elsewhere and cannot
/// be had, products are shown without.
pub(super) async fn read(
    shop: &Shop,
    mut find: impl FnMut(&mut Tx<'_>) -> Result<Vec<Product>, Error> + Send + 'static,
) -> Result<(Vec<Product>, Vec<Stock>), Problem> {
    Ok(read_with(shop, move |tx| Ok((find(tx)?, ()))).await?.0)
}

/// As [`read`], and what else was found beside the products.
async fn read_with<T: Send + 'static>(
    shop: &Shop,
    mut find: impl FnMut(&mut Tx<'_>) -> Result<(Vec<Product>, T), Error> + Send + 'static,
) -> Result<((Vec<Product>, Vec<Stock>), T), Problem> {
    let together = shop.stock_is_with_catalog();
    let found = refuse::read(catalog(shop)?, move |tx| {
        let (products, more) = find(tx)?;
        let stock = if together { stock_of(tx, &tracked(&products))? } else { Vec::new() };
        Ok(((products, stock), more))
    });
    let ((products, mut stock), more) = found.await?;
    if let Some(inventory) = shop.inventory.as_ref().filter(|_| !together) {
        let skus = tracked(&products);
        stock = inventory.read(move |tx| stock_of(tx, &skus)).await.unwrap_or_default();
    }
    Ok(((products, stock), more))
}

fn tracked(products: &[Product]) -> Vec<String> {
    products.iter().filter(|product| product.track_stock).map(|product| product.sku.clone()).collect()
}

fn stock_of(tx: &mut Tx<'_>, skus: &[String]) -> Result<Vec<Stock>, Error> {
    match skus {
        [sku] => Ok(inventory::store::by_sku(tx, sku)?.into_iter().collect()),
        _ => inventory::store::by_skus(tx, &skus.iter().map(String::as_str).collect::<Vec<_>>()),
    }
}

fn json(value: &impl Serialize) -> Result<Bytes, Problem> {
    match serde_json::to_vec(value) {
        Ok(bytes) => Ok(bytes.into()),
        Err(error) => {
            tracing::error!(%error, "cannot write products as JSON");
            Err(Problem::internal())
        }
    }
}

fn header(text: &str) -> Result<HeaderValue, Problem> {
    HeaderValue::from_str(text).map_err(|_| Problem::internal())
}

/// The ETag of an answer that has no version of its own.
fn etag_of(body: &[u8]) -> Result<HeaderValue, Problem> {
    let hash = Sha256::digest(body);
    let hex: String = hash.iter().take(12).map(|byte| format!("{byte:02x}")).collect();
    header(&format!("\"{hex}\""))
}

/// The answer, or 304 for a client who has it.
fn show(answer: &CachedAnswer, headers: &HeaderMap) -> Response {
    let is_known = answer.etag.to_str().is_ok_and(|etag| precondition::is_known(headers, etag));
    let mut response = match is_known {
        true => Response::new(Body::empty()),
        false => Response::new(Body::from(answer.body.clone())),
    };
    if is_known {
        *response.status_mut() = StatusCode::NOT_MODIFIED;
    } else {
        response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    }
    response.headers_mut().insert(ETAG, answer.etag.clone());
    response.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("no-cache"));
    response
}
