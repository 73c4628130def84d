//! What is said of the shop, read and set.
//!
//! ```json
//! {"name":"Corner Goods","logo":null,"colour":"#8a3b12","claim":"Things made to be used","announcement":null,"currency":"EUR","languages":["en","de"],
//!  "imprint":"Corner Goods\nCorner Street 1","terms":null,"version":3}
//! ```

use std::sync::Arc;

use axum::Router;
use axum::extract::State;
use axum::http::header::ETAG;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use kassa_access::{Allowed, need};
use kassa_model::Currency;
use kassa_service::{Bare, Object, Problem, Protected, protected};
use serde::Serialize;
use serde_json::json;

use super::settings::Settings;
use super::store;
use crate::act::{Keyed, once};
use crate::catalog::cache::{CacheKey, CachedAnswer};
use crate::idempotency::Answer;
use crate::precondition::{self, IfMatch};
use crate::refuse::{self, here};
use crate::shop::Shop;

/// Its path.
const PATH: &str = "/v1/storefront";
/// Where admins read what of it was set, and what is so by `shop.toml`.
const SET_PATH: &str = "/v1/admin/storefront";

/// What anyone may read. None without a catalogue in this process.
pub fn storefront_routes(shop: Arc<Shop>) -> Router {
    if shop.catalog.is_none() {
        return Router::new();
    }
    Router::new().route(PATH, get(get_storefront)).with_state(shop)
}

/// What admins set.
pub fn native_routes(shop: Arc<Shop>) -> Protected {
    if shop.catalog.is_none() {
        return Protected::new();
    }
    Protected::new()
        .route(PATH, protected::put(put_storefront))
        .route(SET_PATH, protected::get(get_set))
        .with_state(shop)
}

#[derive(Debug, Serialize)]
struct StorefrontView<'a> {
    name: &'a str,
    logo: Option<&'a str>,
    colour: Option<&'a str>,
    claim: Option<&'a str>,
    announcement: Option<&'a str>,
    currency: Currency,
    languages: Vec<&'a str>,
    imprint: Option<&'a str>,
    terms: Option<&'a str>,
    version: i64,
}

impl<'a> StorefrontView<'a> {
    fn new(shown: &'a Settings, currency: Currency, version: i64) -> Self {
        Self {
            name: shown.shown_name(),
            logo: shown.logo.as_deref(),
            colour: shown.colour.as_deref(),
            claim: shown.claim.as_deref(),
            announcement: shown.announcement.as_deref(),
            currency,
            languages: shown.shown_languages(),
            imprint: shown.imprint.as_deref(),
            terms: shown.terms.as_deref(),
            version,
        }
    }
}

/// `GET /v1/storefront`.
async fn get_storefront(
    State(shop): State<Arc<Shop>>,
    headers: HeaderMap,
    _: Bare,
) -> Result<Response, Problem> {
    Ok(read(&shop).await?.show(&headers, "no-cache"))
}

/// The same without the route; at most a second old.
///
/// # Errors
/// What the database says.
pub async fn read(shop: &Shop) -> Result<Arc<CachedAnswer>, Problem> {
    if let Some(answer) = shop.products.get(&CacheKey::Storefront) {
        return Ok(answer);
    }
    let ticket = shop.products.ticket();
    let (set, version) = refuse::read(here(&shop.catalog, "catalogue")?, store::read).await?;
    let shown = set.over(&shop.options.storefront);
    let answer = CachedAnswer::of(&StorefrontView::new(&shown, shop.options.currency, version))?;
    shop.products.keep_without_stock(CacheKey::Storefront, Arc::clone(&answer), ticket);
    Ok(answer)
}

#[derive(Debug, Serialize)]
struct SetView {
    set: Settings,
    defaults: Settings,
    version: i64,
}

/// `GET /v1/admin/storefront`, with the ETag by which it is changed.
async fn get_set(
    _: Allowed<need::Admin>,
    State(shop): State<Arc<Shop>>,
    _: Bare,
) -> Result<Response, Problem> {
    let (set, version) = refuse::read(here(&shop.catalog, "catalogue")?, store::read).await?;
    let defaults = shop.options.storefront.clone();
    let shown = set.clone().over(&defaults);
    let tag = CachedAnswer::of(&StorefrontView::new(&shown, shop.options.currency, version))?;
    let answer = Answer::json(StatusCode::OK, &SetView { set, defaults, version });
    Ok(answer.header(ETAG.as_str(), tag.etag.to_str().unwrap_or_default()).into_response())
}

/// `PUT /v1/storefront` → 200. What is absent or null is as `shop.toml` has it.
async fn put_storefront(
    Allowed(caller, ..): Allowed<need::Admin>,
    State(shop): State<Arc<Shop>>,
    headers: HeaderMap,
    Object(body): Object<Settings>,
) -> Result<Response, Problem> {
    let keyed =
        Keyed::of(&caller, &headers, ("PUT", PATH), &body)?.looking(|tx| Ok(json!(store::read(tx)?.0)));
    let wanted = IfMatch::of(&headers)?;
    let settings = body.checked().map_err(|error| Problem::bad_request(error.to_string()))?;
    let (now, defaults, currency) = (shop.now(), shop.options.storefront.clone(), shop.options.currency);
    let (response, done) = once(here(&shop.catalog, "catalogue")?, keyed, now, move |tx| {
        let (set, version) = store::read(tx)?;
        let tag = |set: Settings, version| {
            CachedAnswer::of(&StorefrontView::new(&set.over(&defaults), currency, version))
        };
        let before = tag(set, version)?;
        if !wanted.allows(|given| before.etag == given) || !store::write(tx, &settings, version, now)? {
            return Err(precondition::failed(format!("it has version {version}: read it again")).into());
        }
        let after = tag(settings.clone(), version + 1)?;
        let shown = settings.clone().over(&defaults);
        let answer = Answer::json(StatusCode::OK, &StorefrontView::new(&shown, currency, version + 1));
        let etag = after.etag.to_str().unwrap_or_default();
        Ok((answer.header(ETAG.as_str(), etag), Some(())))
    })
    .await?;
    done.iter().for_each(|()| shop.products.forget_all());
    Ok(response)
}
