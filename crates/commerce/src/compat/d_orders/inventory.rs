//! D's stock: listed, read and deducted, once per order however often and however many at once ask for it.
//!
//! ```json
//! {"item_id":"ps5","quantity":2,"order_id":"o-77"}
//! {"success":true,"message":"Stock deducted successfully","item":{"item_id":"ps5","item_name":"PlayStation 5",
//!  "quantity":8,"reserved_quantity":0}}
//! {"success":true,"item":{"item_id":"ps5","item_name":"PlayStation 5","quantity":8,"reserved_quantity":0,
//!  "created_at":"2026-11-21T05:00:00.000Z","updated_at":"2026-11-21T05:00:00.000Z"}}
//! ```
//! The body of `POST /api/inventory/deduct` and its answer, and that of `GET /api/inventory/{item_id}`. The command's id in the
//! ledger is `ext:<order_id>`, or the caller's `Idempotency-Key`, or a new one.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Instant;

use axum::extract::rejection::PathRejection;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use kassa_access::{Caller, need};
use kassa_db::{Error, Tx};
use kassa_model::Timestamp;
use kassa_service::protected::{get, post};
use kassa_service::{Json, Protected};
use serde::Serialize;
use uuid::Uuid;

use super::super::body::{Body, text};
use super::super::refusal::{Allowed, Dialect, Refusal, long};
use super::{ItemBody, asked};
use crate::catalog::{Offer, is_sku, prices};
use crate::idempotency::{self, Answer, KEY_BYTES_MAX};
use crate::inventory::store::{self, Only};
use crate::inventory::{self, LedgerKind, QUANTITY_MAX, Refusal as StockRefusal, Stock, StockLine, Taken};
use crate::pace;
use crate::refuse::{here, read};
use crate::shop::Shop;
use crate::transport::chaos;

/// The most items that `GET /api/inventory` shows, the first by id.
const ITEMS_MAX: i64 = 10_000;

/// D's callers and its words.
#[derive(Debug)]
pub(super) struct D;

impl Dialect for D {
    const LETTERS: &'static [&'static str] = &["D"];

    fn no(refusal: &Refusal<Self>) -> Answer {
        long(refusal)
    }
}

/// D's routes of stock, with chaos around them.
pub(in crate::compat) fn routes(shop: Arc<Shop>) -> Protected {
    if shop.inventory.is_none() {
        return Protected::new();
    }
    let (chaos, pace) = (Arc::clone(shop.stock.chaos()), Arc::clone(&shop.stock.pace));
    let routes = Protected::new()
        .route("/api/inventory", get(list_items))
        .route("/api/inventory/deduct", post(deduct_stock))
        .route("/api/inventory/{item_id}", get(get_item))
        .with_state(shop);
    let words: chaos::Words = |problem| Refusal::<D>::from(problem).into_response();
    pace::timed(pace, chaos::wrap(chaos, routes, words))
}

#[derive(Debug, Serialize)]
struct ItemView<'a> {
    item_id: &'a str,
    item_name: &'a str,
    quantity: i64,
    reserved_quantity: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    created_at: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    updated_at: Option<String>,
}

impl<'a> ItemView<'a> {
    /// Without a known name it shows its SKU.
    fn new(stock: &'a Stock, names: &'a HashMap<String, String>) -> Self {
        Self {
            item_id: &stock.sku,
            item_name: names.get(&stock.sku).unwrap_or(&stock.sku),
            quantity: stock.on_hand,
            reserved_quantity: stock.reserved,
            created_at: Some(stock.created_at.to_iso_millis()),
            updated_at: Some(stock.updated_at.to_iso_millis()),
        }
    }

    fn without_times(self) -> Self {
        Self { created_at: None, updated_at: None, ..self }
    }
}

#[derive(Debug, Serialize)]
struct One<'a> {
    success: bool,
    item: ItemView<'a>,
}

#[derive(Debug, Serialize)]
struct Many<'a> {
    success: bool,
    count: usize,
    items: Vec<ItemView<'a>>,
}

#[derive(Debug, Serialize)]
struct Deducted<'a> {
    success: bool,
    message: &'static str,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    idempotent: bool,
    item: ItemView<'a>,
}

async fn list_items(
    _: Allowed<D, need::Read>,
    State(shop): State<Arc<Shop>>,
) -> Result<Response, Refusal<D>> {
    let stock = here(&shop.inventory, "stock")?;
    let stock = read(stock, |tx| store::list(tx, "", Only::All, ITEMS_MAX)).await?;
    let names = names(&shop, &stock).await;
    let items: Vec<_> = stock.iter().map(|stock| ItemView::new(stock, &names).without_times()).collect();
    Ok(Json(Many { success: true, count: items.len(), items }).into_response())
}

async fn get_item(
    _: Allowed<D, need::Read>,
    State(shop): State<Arc<Shop>>,
    path: Result<Path<String>, PathRejection>,
) -> Result<Response, Refusal<D>> {
    let sku = path.ok().map(|Path(sku)| sku).filter(|sku| is_sku(sku)).ok_or_else(no_item)?;
    let found = read(here(&shop.inventory, "stock")?, move |tx| store::by_sku(tx, &sku)).await?;
    let stock = [found.ok_or_else(no_item)?];
    let names = names(&shop, &stock).await;
    Ok(Json(One { success: true, item: ItemView::new(&stock[0], &names) }).into_response())
}

/// What the catalogue calls these; nothing where it cannot be asked.
async fn names(shop: &Shop, stock: &[Stock]) -> HashMap<String, String> {
    let skus = || stock.iter().map(|stock| stock.sku.clone()).collect::<Vec<_>>();
    let offers = match (&shop.catalog, &shop.remote_catalog) {
        (Some(db), _) => prices::read(db, skus()).await.unwrap_or_default(),
        (None, Some(remote)) => {
            let skus = skus();
            let skus: Vec<&str> = skus.iter().map(String::as_str).collect();
            remote.by_skus(&skus).await.unwrap_or_default()
        }
        (None, None) => Vec::new(),
    };
    let shown = |offer: Offer| match offer.title {
        Some(title) => (offer.sku, format!("{}, {title}", offer.name)),
        None => (offer.sku, offer.name),
    };
    offers.into_iter().map(shown).collect()
}

async fn deduct_stock(
    Allowed(caller, ..): Allowed<D, need::Inventory>,
    State(shop): State<Arc<Shop>>,
    headers: HeaderMap,
    Body(body, _): Body<D, ItemBody>,
) -> Result<Response, Refusal<D>> {
    let (sku, quantity) = asked(&body)?;
    if quantity > QUANTITY_MAX {
        let why = format!("quantity is at most {QUANTITY_MAX}");
        return Err(Refusal::bad("Invalid quantity").detail(why));
    }
    if !is_sku(&sku) {
        return Err(no_item());
    }
    let (reference, line) = (reference(&caller, &headers, &body)?, StockLine { sku, quantity });
    let (begun, now) = (Instant::now(), shop.now());
    let asked = line.clone();
    let done = here(&shop.inventory, "stock")?.write(move |tx| deduct(tx, &reference, &asked, now));
    let (taken, stock) = done.await.map_err(|error: Error| Refusal::from(error))?;
    let idempotent = match taken {
        Taken::Now(_) => {
            shop.stock_moved(LedgerKind::Deduct, [line.sku.as_str()]);
            shop.stock_update_took(LedgerKind::Deduct, begun);
            shop.wake.wake();
            false
        }
        Taken::Before => true,
        Taken::Otherwise => return Err(other_quantity()),
        Taken::Refused(refusal) => return Err(refused(&refusal)),
    };
    let stock = [stock.ok_or_else(no_item)?];
    let names = names(&shop, &stock).await;
    let item = ItemView::new(&stock[0], &names).without_times();
    let message = "Stock deducted successfully";
    Ok(Json(Deducted { success: true, message, idempotent, item }).into_response())
}

/// Takes the line, and reads what is left.
fn deduct(
    tx: &mut Tx<'_>,
    reference: &str,
    line: &StockLine,
    now: Timestamp,
) -> Result<(Taken, Option<Stock>), Error> {
    let taken = inventory::deduct_once(tx, reference, line, now)?;
    Ok((taken, store::by_sku(tx, &line.sku)?))
}

/// The command's id: what is taken under it once is not taken again.
fn reference(caller: &Caller, headers: &HeaderMap, body: &ItemBody) -> Result<String, Refusal<D>> {
    let key = match idempotency::key_of(headers) {
        Ok(key) => key,
        Err(problem) => return Err(Refusal::from(problem).named("Invalid idempotency-key header")),
    };
    let invalid =
        || Refusal::bad("Invalid order_id").detail(format!("at most {KEY_BYTES_MAX} bytes of text"));
    let order = match body.order_id.as_deref() {
        None => None,
        Some(raw) => Some(text(raw).ok_or_else(invalid)?).filter(|id| !id.is_empty()),
    };
    match (order, key) {
        (Some(id), _) if id.len() > KEY_BYTES_MAX || id.chars().any(char::is_control) => Err(invalid()),
        (Some(id), _) => Ok(format!("ext:{id}")),
        (None, Some(key)) => Ok(format!("{}/{key}", caller.identity())),
        (None, None) => Ok(Uuid::now_v7().to_string()),
    }
}

fn refused(refusal: &StockRefusal) -> Refusal<D> {
    match refusal {
        StockRefusal::UnknownSku(_) => no_item(),
        StockRefusal::Insufficient { available, requested, .. } => {
            Refusal::new(StatusCode::UNPROCESSABLE_ENTITY, "Insufficient stock")
                .detail(refusal.to_string())
                .extra("available", *available)
                .extra("requested", *requested)
        }
    }
}

fn other_quantity() -> Refusal<D> {
    Refusal::new(StatusCode::UNPROCESSABLE_ENTITY, "Quantity mismatch")
        .detail("the same order has taken another quantity of this item before")
}

fn no_item() -> Refusal<D> {
    Refusal::new(StatusCode::NOT_FOUND, "Item not found").detail("no stock is kept under this item_id")
}
