//! The catalogue for pages that this program writes itself: what the public routes answer with, without the routes.

use std::sync::Arc;

use kassa_service::Problem;

use super::super::cache::CacheKey;
use super::super::listing::store::Listing;
use super::super::search;
use super::super::view::Sight;
use super::best::{self, Behind};
use super::named::Named;
use super::read::{self, answer_rows, elsewhere, tracked};
use super::related;
use super::shown::read_with;
use crate::page::{CountAsked, Page};
use crate::shop::Shop;

pub use super::super::cache::CachedAnswer;

/// `GET /v1/products/{name}`: `7`, `sku:ps5` or `slug:playstation-5`; it says under which slug the product is now.
///
/// # Errors
/// 404 where buyers know none; what the database says.
pub async fn product(shop: &Shop, name: &str) -> Result<Arc<CachedAnswer>, Problem> {
    read::product(shop, &Named::parse(name)?, Sight::Public).await
}

/// `GET /v1/products/{name}/related`.
///
/// # Errors
/// As [`product`].
pub async fn related(shop: &Shop, name: &str) -> Result<Arc<CachedAnswer>, Problem> {
    related::related(shop, &Named::parse(name)?).await
}

/// `GET /v1/categories`.
///
/// # Errors
/// What the database says.
pub async fn categories(shop: &Shop) -> Result<Arc<CachedAnswer>, Problem> {
    read::categories(shop).await
}

/// A page of products as in `GET /v1/products?total=true`, of whatever listing, with no cursor: pages with numbers skip.
///
/// # Errors
/// What the database says.
pub async fn products(shop: &Shop, listing: Listing) -> Result<Arc<CachedAnswer>, Problem> {
    let asked = CacheKey::Shelf(Box::new(listing.clone()));
    if let Some(answer) = shop.products.get(&asked) {
        return Ok(answer);
    }
    let (ticket, reading) = (shop.products.ticket(), shop.products.reading());
    let find = move |tx: &mut kassa_db::Tx<'_>| search::page(tx, &reading, (&listing, CountAsked::Yes));
    let ((products, total), stock) = read_with(shop, find, |(products, _)| tracked(products)).await?;
    let rows = (products.as_slice(), &stock, elsewhere(shop, Sight::Public));
    let answer = answer_rows(rows, |results| Page { results, next_cursor: None, total })?;
    shop.products.keep(asked, Arc::clone(&answer), ticket, &[]);
    Ok(answer)
}

/// What was bought most of late, at most `limit`, and behind it the newest products: as `GET /v1/products`, with no cursor.
///
/// # Errors
/// What the catalogue's database says.
pub async fn best(shop: &Shop, limit: i64) -> Result<Arc<CachedAnswer>, Problem> {
    best::best(shop, limit, Behind::Newest).await
}

/// The same without the newest: nothing where nothing was bought.
///
/// # Errors
/// As there.
pub async fn bought(shop: &Shop, limit: i64) -> Result<Arc<CachedAnswer>, Problem> {
    best::best(shop, limit, Behind::Nothing).await
}
