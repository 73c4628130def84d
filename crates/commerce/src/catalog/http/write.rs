//! What whoever runs the shop changes: products made, changed, archived and brought back. `If-Match` is optional and honoured; so is an
//! `Idempotency-Key`.

use std::sync::Arc;

use axum::extract::rejection::PathRejection;
use axum::extract::{Path, State};
use axum::http::header::LOCATION;
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use kassa_access::{Allowed, need};
use kassa_db::Tx;
use kassa_model::Timestamp;
use kassa_service::{Bare, Object, Problem};

use super::super::body::{ChangeAsk, NewBody, PartBody, WholeBody};
use super::super::product::{Change, Error, Product};
use super::super::rules::{archive, create, restore, update};
use super::super::view::Sight;
use super::change::{Act, Asked, carry_out, nothing, open_apart, problem, refused};
use super::named::{Named, catalog};
use super::shown::Shown;
use crate::act::{Keyed, once};
use crate::idempotency::Answer;
use crate::inventory::{self, Stock};
use crate::refuse::read;
use crate::shop::Shop;

type PathName = Result<Path<String>, PathRejection>;

/// `POST /v1/products` → 201 with `Location`.
pub(super) async fn create_product(
    Allowed(caller, ..): Allowed<need::Catalog>,
    State(shop): State<Arc<Shop>>,
    headers: HeaderMap,
    Object(body): Object<NewBody>,
) -> Result<Response, Problem> {
    let keyed = Keyed::of(&caller, &headers, ("POST", "/v1/products"), &body)?;
    let new = body.into_new(&shop.options)?;
    let now = shop.now();
    let (is_here, takes_slug) = (shop.stock_is_with_catalog(), new.slug.is_some());
    let (response, made) = once(catalog(&shop)?, keyed, now, move |tx| match create(tx, &new, now) {
        Ok(product) => {
            let location = format!("/v1/products/{}", product.id);
            let shown = Shown::read(tx, product, is_here)?;
            let answer = shown.answer(StatusCode::CREATED).header(LOCATION.as_str(), &location);
            Ok((answer, Some((shown, new.low_stock_at))))
        }
        Err(error) => refused(error),
    })
    .await?;
    if let Some((shown, low_stock_at)) = made {
        shown.skus().iter().for_each(|sku| shop.products.forget(sku));
        if takes_slug {
            // It may have led to another product.
            shop.products.forget_all();
        }
        open_apart(&shop, &shown, low_stock_at).await;
    }
    Ok(response)
}

/// `PATCH /v1/products/{id}`: what is absent stays, null empties.
pub(super) async fn patch_product(
    Allowed(caller, ..): Allowed<need::Catalog>,
    State(shop): State<Arc<Shop>>,
    path: PathName,
    headers: HeaderMap,
    Object(body): Object<PartBody>,
) -> Result<Response, Problem> {
    let named = Named::of(path)?;
    let keyed = Keyed::of(&caller, &headers, ("PATCH", &route(&named)), &body)?;
    let asked = body.into_change(&shop.options)?;
    change(&shop, Asked { named, keyed, headers: &headers }, asked).await
}

/// `PUT /v1/products/{id}`: what is absent is emptied, but for what the body does not name and the currency.
pub(super) async fn replace_product(
    Allowed(caller, ..): Allowed<need::Catalog>,
    State(shop): State<Arc<Shop>>,
    path: PathName,
    headers: HeaderMap,
    Object(body): Object<WholeBody>,
) -> Result<Response, Problem> {
    let named = Named::of(path)?;
    let keyed = Keyed::of(&caller, &headers, ("PUT", &route(&named)), &body)?;
    let asked = body.into_change(&shop.options)?;
    change(&shop, Asked { named, keyed, headers: &headers }, asked).await
}

async fn change(shop: &Shop, asked: Asked<'_>, change: ChangeAsk) -> Result<Response, Problem> {
    if change.change.track_stock == Some(false) {
        require_no_stock_apart(shop, &asked.named).await?;
    }
    for variant in change.change.variants.iter().filter(|said| said.change.track_stock == Some(false)) {
        require_none_apart(shop, variant.sku.clone().unwrap_or_default()).await?;
    }
    carry_out(shop, asked, change).await
}

/// `DELETE /v1/products/{id}` archives it → 204.
pub(super) async fn archive_product(
    Allowed(caller, ..): Allowed<need::Catalog>,
    State(shop): State<Arc<Shop>>,
    path: PathName,
    headers: HeaderMap,
    _: Bare,
) -> Result<Response, Problem> {
    let named = Named::of(path)?;
    let keyed = Keyed::of(&caller, &headers, ("DELETE", &route(&named)), &())?;
    carry_out(&shop, Asked { named, keyed, headers: &headers }, Archive).await
}

/// `POST /v1/products/{id}/restore` brings an archived product back → 200 with the product.
pub(super) async fn restore_product(
    Allowed(caller, ..): Allowed<need::Catalog>,
    State(shop): State<Arc<Shop>>,
    path: PathName,
    headers: HeaderMap,
    _: Bare,
) -> Result<Response, Problem> {
    let named = Named::of(path)?;
    let keyed = Keyed::of(&caller, &headers, ("POST", &format!("{}/restore", route(&named))), &())?;
    carry_out(&shop, Asked { named, keyed, headers: &headers }, Restore).await
}

struct Archive;
struct Restore;

impl Act for ChangeAsk {
    /// An archived product is there for a change of its status alone.
    fn find(&self, tx: &mut Tx<'_>, named: &Named) -> Result<Option<Product>, kassa_db::Error> {
        match self.change.status {
            Some(_) => named.find_any(tx),
            None => named.find(tx, Sight::Full),
        }
    }

    fn carry_out(&self, tx: &mut Tx<'_>, before: &Product, now: Timestamp) -> Result<Product, Error> {
        self.check_sku(&before.sku)?;
        let Change { price, track_stock, .. } = &self.change;
        let is_other = price.is_some_and(|price| price.in_place_of(before.price) != before.price)
            || track_stock.is_some_and(|track_stock| track_stock != before.track_stock);
        if is_other && before.variant_count > 1 {
            return Err(Error::SeveralVariants(before.id));
        }
        update(tx, before.id, Some(before.version), &self.change, now)
    }
}

impl Act for Archive {
    fn find(&self, tx: &mut Tx<'_>, named: &Named) -> Result<Option<Product>, kassa_db::Error> {
        named.find(tx, Sight::Full)
    }

    fn carry_out(&self, tx: &mut Tx<'_>, before: &Product, now: Timestamp) -> Result<Product, Error> {
        archive(tx, before.id, Some(before.version), now)
    }

    fn answer(&self, _: &Shown) -> Answer {
        nothing()
    }
}

impl Act for Restore {
    fn find(&self, tx: &mut Tx<'_>, named: &Named) -> Result<Option<Product>, kassa_db::Error> {
        named.find_any(tx)
    }

    fn carry_out(&self, tx: &mut Tx<'_>, before: &Product, now: Timestamp) -> Result<Product, Error> {
        restore(tx, before.id, Some(before.version), now)
    }
}

pub(super) fn route(named: &Named) -> String {
    format!("/v1/products/{}", named.text())
}

/// The rule of [`update`] for stock in another database of this process.
async fn require_no_stock_apart(shop: &Shop, named: &Named) -> Result<(), Problem> {
    let named = named.clone();
    let Some(product) = read(catalog(shop)?, move |tx| named.find_any(tx)).await? else { return Ok(()) };
    require_none_apart(shop, product.sku).await
}

/// Refuses to give up a stock in another database of this process while there is some.
pub(super) async fn require_none_apart(shop: &Shop, sku: String) -> Result<(), Problem> {
    let Some(inventory) = shop.inventory.as_ref().filter(|_| !shop.stock_is_with_catalog()) else {
        return Ok(());
    };
    match read(inventory, move |tx| inventory::store::by_sku(tx, &sku)).await? {
        Some(Stock { sku, on_hand, .. }) if on_hand > 0 => Err(problem(Error::StockInBooks { sku, on_hand })),
        _ => Ok(()),
    }
}
