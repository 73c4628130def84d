//! A change of a product that there is, as a request: the version that it is for, one transaction, what others must know of it
//! afterwards, and how a refusal is answered.

use std::sync::Arc;

use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use kassa_db::Tx;
use kassa_model::Timestamp;
use kassa_service::Problem;
use serde_json::{Value, json};

use super::super::image_url::Elsewhere;
use super::super::product::{Error, Product};
use super::super::variant;
use super::super::view::{Sight, version_in};
use super::named::{Named, catalog};
use super::shown::Shown;
use crate::act::{Failed, Keyed, once, refuse};
use crate::idempotency::Answer;
use crate::inventory;
use crate::precondition::{self, IfMatch};
use crate::refuse::problem_of;
use crate::shop::Shop;

/// A request to change a product.
pub(super) struct Asked<'a> {
    pub(super) named: Named,
    pub(super) keyed: Keyed,
    pub(super) headers: &'a HeaderMap,
}

/// What becomes of a product.
pub(super) trait Act: Send + Sync + 'static {
    /// The product that it is for.
    fn find(&self, tx: &mut Tx<'_>, named: &Named) -> Result<Option<Product>, kassa_db::Error>;
    /// Does it, to the product as it was found.
    fn carry_out(&self, tx: &mut Tx<'_>, before: &Product, now: Timestamp) -> Result<Product, Error>;
    /// What it is answered with.
    fn answer(&self, shown: &Shown) -> Answer {
        shown.answer(StatusCode::OK)
    }
}

/// Changes the product in one transaction, once per key.
pub(super) async fn carry_out(shop: &Shop, asked: Asked<'_>, act: impl Act) -> Result<Response, Problem> {
    let Asked { named, keyed, headers } = asked;
    let wanted = IfMatch::of(headers)?;
    let (now, is_here) = (shop.now(), shop.stock_is_with_catalog());
    let (act, named) = (Arc::new(act), Arc::new(named));
    let keyed = keyed.looking({
        let (act, named) = (Arc::clone(&act), Arc::clone(&named));
        move |tx| looks(tx, &*act, &named)
    });
    let (response, done) = once(catalog(shop)?, keyed, now, move |tx| {
        let Some(before) = act.find(tx, &named)? else { return Ok((refuse(named.unknown())?, None)) };
        require_version(&wanted, &before)?;
        let product = match act.carry_out(tx, &before, now) {
            Ok(product) => product,
            Err(error) => return refused(error),
        };
        let skus = variant::store::of_product(tx, product.id)?.into_iter().map(|variant| variant.sku);
        let (skus, moves) = (skus.collect::<Vec<String>>(), product.slug != before.slug);
        let shown = Shown::read(tx, product, is_here)?;
        Ok((act.answer(&shown), Some((shown, skus, moves))))
    })
    .await?;
    if let Some((shown, skus, moves)) = done {
        skus.iter().for_each(|sku| shop.products.forget(sku));
        if moves {
            // Its new slug may have led to another product.
            shop.products.forget_all();
        }
        if shown.product.archived_at.is_none() {
            open_apart(shop, &shown, shop.options.low_stock_at).await;
        }
    }
    Ok(response)
}

/// The product with its variants, for what is changed of it: its stock is another matter. `null` where there is none.
fn looks(tx: &mut Tx<'_>, act: &impl Act, named: &Named) -> Result<Value, kassa_db::Error> {
    let Some(product) = act.find(tx, named)? else { return Ok(Value::Null) };
    let shown = Shown::read(tx, product, false)?;
    Ok(json!(shown.view((Sight::Full, Elsewhere::All))))
}

/// Where stock is in another database of this process, variants that track it get their stock there, after the commit. If
/// that fails, the first goods that come in make it.
pub(super) async fn open_apart(shop: &Shop, shown: &Shown, low_stock_at: i64) {
    let Some(inventory) = shop.inventory.as_ref().filter(|_| !shop.stock_is_with_catalog()) else { return };
    let (skus, now) = (shown.tracked(), shop.now());
    if skus.is_empty() {
        return;
    }
    let opened = inventory
        .write(move |tx| skus.iter().try_for_each(|sku| inventory::open(tx, sku, low_stock_at, now)))
        .await;
    // The product is there, and an answer that says otherwise would be wrong.
    if let Err::<_, kassa_db::Error>(error) = opened {
        let sku = &shown.product.sku;
        tracing::warn!(sku, %error, "no stock was opened for a product: goods that come in will do it");
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
pub(super) fn refused<T>(error: Error) -> Result<(Answer, Option<T>), Failed> {
    match error {
        Error::Db(error) => Err(error.into()),
        error => Ok((refuse(problem(error))?, None)),
    }
}

/// An answer without a body.
pub(super) fn nothing() -> Answer {
    Answer {
        status: StatusCode::NO_CONTENT.as_u16(),
        headers: Vec::new(),
        body: String::new(),
        order_id: None,
    }
}

pub(super) fn problem(error: Error) -> Problem {
    let detail = error.to_string();
    match error {
        Error::Invalid { .. } => Problem::bad_request(detail),
        Error::Unknown(_) | Error::UnknownVariant { .. } | Error::UnknownCategory(_) => {
            Problem::not_found(detail)
        }
        Error::SkuTaken(sku) => {
            Problem::new(StatusCode::CONFLICT, "sku-taken", "Another product has the SKU")
                .detail(detail)
                .extra("sku", sku)
        }
        Error::SlugTaken(slug) => {
            Problem::new(StatusCode::CONFLICT, "slug-taken", "Something else has the slug")
                .detail(detail)
                .extra("slug", slug)
        }
        Error::OptionsTaken { sku, .. } => {
            Problem::new(StatusCode::CONFLICT, "options-taken", "Another variant has the options")
                .detail(detail)
                .extra("sku", sku)
        }
        Error::LastVariant(sku) => {
            Problem::new(StatusCode::CONFLICT, "last-variant", "A product has at least one variant")
                .detail(detail)
                .extra("sku", sku)
        }
        Error::SeveralVariants(id) => {
            Problem::new(StatusCode::CONFLICT, "several-variants", "The product has several variants")
                .detail(detail)
                .extra("id", id)
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
