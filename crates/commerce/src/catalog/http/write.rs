//! What whoever runs the shop changes: products made, changed, archived and brought back. `If-Match` is optional and honoured; so is an
//! `Idempotency-Key`.

use std::sync::Arc;

use axum::extract::rejection::PathRejection;
use axum::extract::{Path, State};
use axum::http::header::{ETAG, LOCATION};
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use kassa_access::{Allowed, need};
use kassa_db::Tx;
use kassa_model::Timestamp;
use kassa_service::{Bare, Object, Problem};

use super::super::body::{ChangeAsk, NewBody, PartBody, WholeBody};
use super::super::product::{Error, Product};
use super::super::rules::{archive, create, restore, update};
use super::super::view::{ProductView, etag, version_in};
use super::named::{Named, catalog};
use crate::act::{Failed, Keyed, once, refuse};
use crate::idempotency::Answer;
use crate::inventory::{self, Stock};
use crate::precondition::{self, IfMatch};
use crate::refuse::{problem_of, read};
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
    let is_here = shop.stock_is_with_catalog();
    let (response, made) = once(catalog(&shop)?, keyed, now, move |tx| match create(tx, &new, now) {
        Ok(product) => {
            let stock = if is_here { inventory::store::by_sku(tx, &product.sku)? } else { None };
            let location = format!("/v1/products/{}", product.id);
            let answer = answer(StatusCode::CREATED, &product, stock.as_ref());
            Ok((answer.header(LOCATION.as_str(), &location), Some((product, new.low_stock_at))))
        }
        Err(error) => refused(error),
    })
    .await?;
    if let Some((product, low_stock_at)) = made {
        shop.products.forget(&product.sku);
        open_apart(&shop, &product, low_stock_at).await;
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
    carry_out(&shop, named, keyed, &headers, Act::Change(asked)).await
}

/// `PUT /v1/products/{id}`: what is absent is emptied, but for `track_stock` and the currency.
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
    carry_out(&shop, named, keyed, &headers, Act::Change(asked)).await
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
    carry_out(&shop, named, keyed, &headers, Act::Archive).await
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
    carry_out(&shop, named, keyed, &headers, Act::Restore).await
}

/// What becomes of a product that there is.
enum Act {
    Change(ChangeAsk),
    Archive,
    Restore,
}

impl Act {
    /// The product that it is for: an archived one can only be brought back.
    fn find(&self, tx: &mut Tx<'_>, named: &Named) -> Result<Option<Product>, kassa_db::Error> {
        match self {
            Self::Change(_) | Self::Archive => named.find(tx),
            Self::Restore => named.find_any(tx),
        }
    }

    fn carry_out(&self, tx: &mut Tx<'_>, before: &Product, now: Timestamp) -> Result<Product, Error> {
        let (id, version) = (before.id, Some(before.version));
        match self {
            Self::Change(asked) => update(tx, id, version, &asked.change, now),
            Self::Archive => archive(tx, id, version, now),
            Self::Restore => restore(tx, id, version, now),
        }
    }
}

async fn carry_out(
    shop: &Shop,
    named: Named,
    keyed: Keyed,
    headers: &HeaderMap,
    act: Act,
) -> Result<Response, Problem> {
    let wanted = IfMatch::of(headers)?;
    let (now, is_here) = (shop.now(), shop.stock_is_with_catalog());
    if matches!(&act, Act::Change(asked) if asked.change.track_stock == Some(false)) {
        require_no_stock_apart(shop, &named).await?;
    }
    let (response, done) = once(catalog(shop)?, keyed, now, move |tx| {
        let Some(before) = act.find(tx, &named)? else { return Ok((refuse(named.unknown())?, None)) };
        require_version(&wanted, &before)?;
        if let Act::Change(asked) = &act {
            asked.check_sku(&before.sku)?;
        }
        let product = match act.carry_out(tx, &before, now) {
            Ok(product) => product,
            Err(error) => return refused(error),
        };
        if matches!(act, Act::Archive) {
            return Ok((nothing(), Some(product)));
        }
        let stock = if is_here { inventory::store::by_sku(tx, &product.sku)? } else { None };
        Ok((answer(StatusCode::OK, &product, stock.as_ref()), Some(product)))
    })
    .await?;
    if let Some(product) = done {
        shop.products.forget(&product.sku);
        if product.archived_at.is_none() {
            open_apart(shop, &product, shop.options.low_stock_at).await;
        }
    }
    Ok(response)
}

fn route(named: &Named) -> String {
    format!("/v1/products/{named:?}")
}

fn answer(status: StatusCode, product: &Product, stock: Option<&Stock>) -> Answer {
    let answer = Answer::json(status, &ProductView::new(product, stock));
    answer.header(ETAG.as_str(), &etag(product, stock))
}

fn nothing() -> Answer {
    Answer {
        status: StatusCode::NO_CONTENT.as_u16(),
        headers: Vec::new(),
        body: String::new(),
        order_id: None,
    }
}

/// Where stock is in another database of this process, a product that tracks it gets its stock there, after the commit. If
/// that fails, the first goods that come in make it.
async fn open_apart(shop: &Shop, product: &Product, low_stock_at: i64) {
    let Some(inventory) =
        shop.inventory.as_ref().filter(|_| !shop.stock_is_with_catalog() && product.track_stock)
    else {
        return;
    };
    let (sku, now) = (product.sku.clone(), shop.now());
    let opened = inventory.write(move |tx| inventory::open(tx, &sku, low_stock_at, now)).await;
    // The product is there, and an answer that says otherwise would be wrong.
    if let Err::<_, kassa_db::Error>(error) = opened {
        tracing::warn!(sku = product.sku, %error, "no stock was opened for a product: goods that come in will do it");
    }
}

/// The rule of [`update`] for stock in another database of this process.
async fn require_no_stock_apart(shop: &Shop, named: &Named) -> Result<(), Problem> {
    let Some(inventory) = shop.inventory.as_ref().filter(|_| !shop.stock_is_with_catalog()) else {
        return Ok(());
    };
    let named = named.clone();
    let Some(product) = read(catalog(shop)?, move |tx| named.find(tx)).await? else { return Ok(()) };
    match read(inventory, move |tx| inventory::store::by_sku(tx, &product.sku)).await? {
        Some(Stock { sku, on_hand, .. }) if on_hand > 0 => Err(problem(Error::StockInBooks { sku, on_hand })),
        _ => Ok(()),
    }
}

/// Refuses a product in another version than `wanted`.
fn require_version(wanted: &IfMatch, product: &Product) -> Result<(), Problem> {
    match wanted.allows(|tag| version_in(tag) == Some(product.version)) {
        true => Ok(()),
        false => Err(precondition::failed(format!(
            "product {} has version {}: read it again, and decide again",
            product.id, product.version
        ))),
    }
}

/// A refusal of the rules, which is kept with the key where that is due.
fn refused<T>(error: Error) -> Result<(Answer, Option<T>), Failed> {
    match error {
        Error::Db(error) => Err(error.into()),
        error => Ok((refuse(problem(error))?, None)),
    }
}

fn problem(error: Error) -> Problem {
    let detail = error.to_string();
    match error {
        Error::Invalid { .. } => Problem::bad_request(detail),
        Error::Unknown(_) => Problem::not_found(detail),
        Error::SkuTaken(sku) => {
            Problem::new(StatusCode::CONFLICT, "sku-taken", "Another product has the SKU")
                .detail(detail)
                .extra("sku", sku)
        }
        Error::OtherVersion { .. } => precondition::failed(detail),
        Error::StockInBooks { sku, on_hand } => {
            Problem::new(StatusCode::CONFLICT, "stock-in-books", "There is stock of it")
                .detail(detail)
                .extra("sku", sku)
                .extra("on_hand", on_hand)
        }
        Error::Db(error) => problem_of(&error),
    }
}
