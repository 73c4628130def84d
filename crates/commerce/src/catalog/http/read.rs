//! What buyers see: lists, products and categories, each with an ETag. Answers may be a second old, see [`cache`](super::super::cache).

use std::sync::Arc;

use axum::extract::rejection::PathRejection;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, Uri};
use axum::response::Response;
use kassa_service::{Bare, Problem};
use serde::Serialize;

use super::super::cache::{CacheKey, CachedAnswer};
use super::super::categories::in_tree_order;
use super::super::category;
use super::super::image_url::Elsewhere;
use super::super::listing;
use super::super::listing::store::Listing;
use super::super::product::Product;
use super::super::search;
use super::super::variant::{self, Variant};
use super::super::view::{ProductView, Sight, StockBySku};
use super::categories::CategoryView;
use super::named::{Named, catalog, of_sight};
use super::reader::Reader;
use super::shown::{Shown, read_with};
use crate::page::{self, Page, Total};
use crate::params::Params;
use crate::refuse;
use crate::shop::Shop;

/// The most categories that are listed.
const CATEGORIES_MAX: i64 = 1_000;

/// `GET /v1/products?q=&category=&status=&sort=&limit=&cursor=&total=`.
pub(super) async fn list_products(
    Reader(sight): Reader,
    State(shop): State<Arc<Shop>>,
    uri: Uri,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let asked = of_sight(CacheKey::Page(uri.query().unwrap_or("").to_owned()), sight);
    if let Some(answer) = shop.products.get(&asked) {
        return Ok(show(&answer, &headers, sight));
    }
    let (listing, counting) = listing::listing(&uri, sight == Sight::Full)?;
    let (limit, sort) = (listing.limit, listing.sort);
    // One more than is shown tells whether there is a next page.
    let more = Listing { limit: limit + 1, ..listing };
    let (ticket, reading) = (shop.products.ticket(), shop.products.reading());
    let find = move |tx: &mut kassa_db::Tx<'_>| {
        let (products, total) = search::page(tx, &reading, (&more, counting))?;
        let variants = if sight == Sight::Full { several(tx, &products)? } else { Vec::new() };
        Ok((products, total, variants))
    };
    let skus = |found: &(Vec<Product>, Total, Vec<Variant>)| {
        let sold = found.2.iter().filter(|variant| variant.is_sold() && variant.track_stock);
        [tracked(&found.0), sold.map(|variant| variant.sku.clone()).collect()].concat()
    };
    let ((mut products, total, variants), stock) = read_with(&shop, find, skus).await?;
    let more = page::cut(&mut products, limit);
    let next_cursor = products.last().filter(|_| more).map(|last| listing::cursor(last, sort));
    let rows = (products.as_slice(), &stock, elsewhere(&shop, sight));
    let answer = answer_rows(rows, |rows| {
        let results = rows.into_iter().map(|row| row.with_all(&variants, &stock)).collect();
        Page { results, next_cursor, total }
    })?;
    shop.products.keep(asked, Arc::clone(&answer), ticket, &[]);
    Ok(show(&answer, &headers, sight))
}

/// All variants of those products that have several.
fn several(tx: &mut kassa_db::Tx<'_>, products: &[Product]) -> Result<Vec<Variant>, kassa_db::Error> {
    let several = products.iter().filter(|product| product.variant_count > 1);
    variant::store::of_products(tx, &several.map(|product| product.id).collect::<Vec<_>>())
}

/// The SKUs of products that track their stock.
pub(super) fn tracked(products: &[Product]) -> Vec<String> {
    products.iter().filter(|product| product.track_stock).map(|product| product.sku.clone()).collect()
}

/// Which pictures that are kept elsewhere such a reader is shown.
pub(super) fn elsewhere(shop: &Shop, sight: Sight) -> Elsewhere<'_> {
    match sight {
        Sight::Public => Elsewhere::Of(&shop.options.image_origins),
        Sight::Full => Elsewhere::All,
    }
}

/// An answer about these products.
pub(super) fn answer_rows<'a, T: Serialize>(
    (products, stock, elsewhere): (&'a [Product], &StockBySku, Elsewhere<'_>),
    answer: impl FnOnce(Vec<ProductView<'a>>) -> T,
) -> Result<Arc<CachedAnswer>, Problem> {
    let row = |product| ProductView::row(product, stock, elsewhere);
    CachedAnswer::of(&answer(products.iter().map(row).collect()))
}

/// `GET /v1/products/{id}`.
pub(super) async fn get_product(
    Reader(sight): Reader,
    State(shop): State<Arc<Shop>>,
    path: Result<Path<String>, PathRejection>,
    headers: HeaderMap,
    _: Bare,
) -> Result<Response, Problem> {
    let answer = product(&shop, &Named::of(path)?, sight).await?;
    Ok(show(&answer, &headers, sight))
}

/// The product as such a reader sees it; 404 where there is none for them.
pub(super) async fn product(shop: &Shop, named: &Named, sight: Sight) -> Result<Arc<CachedAnswer>, Problem> {
    let asked = named.cache_key(sight);
    if let Some(answer) = shop.products.get(&asked) {
        return Ok(answer);
    }
    let ticket = shop.products.ticket();
    let finder = named.clone();
    let find = move |tx: &mut kassa_db::Tx<'_>| match finder.find(tx, sight)? {
        Some(product) => Shown::read(tx, product, false).map(Some),
        None => Ok(None),
    };
    let (found, stock) =
        read_with(shop, find, |found| found.as_ref().map_or_else(Vec::new, Shown::tracked)).await?;
    let shown = Shown { stock, ..found.ok_or_else(|| named.unknown())? };
    let answer = CachedAnswer::versioned(&shown.view((sight, elsewhere(shop, sight))), &shown.etag())?;
    shop.products.keep(asked, Arc::clone(&answer), ticket, &shown.skus());
    Ok(answer)
}

/// `GET /v1/categories`: each before those in it, siblings by position and name.
pub(super) async fn list_categories(
    State(shop): State<Arc<Shop>>,
    uri: Uri,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    Params::of(&uri, &[])?;
    let answer = categories(&shop).await?;
    Ok(show(&answer, &headers, Sight::Public))
}

/// All categories.
pub(super) async fn categories(shop: &Shop) -> Result<Arc<CachedAnswer>, Problem> {
    let asked = CacheKey::Categories;
    if let Some(answer) = shop.products.get(&asked) {
        return Ok(answer);
    }
    let ticket = shop.products.ticket();
    let found = refuse::read(catalog(shop)?, |tx| category::store::all(tx, CATEGORIES_MAX)).await?;
    let results = in_tree_order(found).into_iter().map(CategoryView::counted).collect();
    let answer = CachedAnswer::of(&Page::whole(results))?;
    shop.products.keep_without_stock(asked, Arc::clone(&answer), ticket);
    Ok(answer)
}

/// The answer, or 304 for a client who has it. What buyers do not see is kept by nobody else's cache.
pub(super) fn show(answer: &CachedAnswer, headers: &HeaderMap, sight: Sight) -> Response {
    answer.show(headers, if sight == Sight::Full { "private, no-cache" } else { "no-cache" })
}
