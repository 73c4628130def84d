//! Products for who types in the search field.

use std::sync::Arc;

use axum::extract::State;
use axum::http::header::CACHE_CONTROL;
use axum::http::{HeaderMap, HeaderValue, Uri};
use axum::response::Response;
use kassa_db::Tx;
use kassa_service::Problem;

use super::super::cache::CacheKey;
use super::super::listing::store::{Listing, Sort};
use super::super::listing::words;
use super::super::search::suggest::suggest;
use super::super::view::Sight;
use super::read::{answer_rows, elsewhere, show, tracked};
use super::shown::read_with;
use crate::page::Page;
use crate::params::Params;
use crate::shop::Shop;
use crate::text;

const LIMIT_DEFAULT: i64 = 6;
const LIMIT_MAX: i64 = 10;

/// `GET /v1/products/suggest?q=&limit=`; others may keep the answer for 10 s.
pub(super) async fn suggest_products(
    State(shop): State<Arc<Shop>>,
    uri: Uri,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let asked = CacheKey::Suggest(uri.query().unwrap_or("").to_owned());
    let answer = match shop.products.get(&asked) {
        Some(answer) => answer,
        None => {
            let params = Params::of(&uri, &["q", "limit"])?;
            let q = params.text("q").unwrap_or("");
            let limit = params.limit(LIMIT_DEFAULT, LIMIT_MAX)?;
            let listing = Listing { words: words(q)?, ..Listing::all(Sort::Newest, limit) };
            let typed = text::fold(q).trim().to_owned();
            let (ticket, reading) = (shop.products.ticket(), shop.products.reading());
            let find = move |tx: &mut Tx<'_>| suggest(tx, &reading, (&listing, &typed));
            let (products, stock) = read_with(&shop, find, |products| tracked(products)).await?;
            let rows = (products.as_slice(), &stock, elsewhere(&shop, Sight::Public));
            let answer = answer_rows(rows, Page::whole)?;
            shop.products.keep(asked, Arc::clone(&answer), ticket, &[]);
            answer
        }
    };
    let mut response = show(&answer, &headers, Sight::Public);
    response.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("public, max-age=10"));
    Ok(response)
}
