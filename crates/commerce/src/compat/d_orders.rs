//! D, a resilient order platform: its orders, in [`inventory`] its stock, in [`chaos`] its switch for faults.
//!
//! ```json
//! {"item_id":"ps5","quantity":2}
//! {"success":true,"message":"Order created successfully","order":{"order_id":"019a…","item_id":"ps5","quantity":2,
//!  "status":"confirmed","created_at":"2026-11-21T05:00:00.000Z"}}
//! {"success":false,"error":"Inventory update failed","message":"Insufficient stock","order":{"order_id":"019a…",
//!  "status":"failed"}}
//! {"success":true,"count":1,"orders":[{"order_id":"019a…","item_id":"ps5","quantity":2,"status":"queued",
//!  "created_at":"2026-11-21T05:00:00.000Z","updated_at":"2026-11-21T05:00:00.000Z"}]}
//! ```
//! The body of `POST /api/orders`, which needs an `Idempotency-Key`; its answers 201 (or 202, `queued` and with the message of
//! D's fallback, while inventory is unavailable) and 422; the answer of `GET /api/orders`. An order of several lines shows its first and adds `items`.

pub(super) mod chaos;
pub(super) mod inventory;

use std::sync::Arc;

use axum::extract::rejection::PathRejection;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use kassa_access::need;
use kassa_service::protected::get;
use kassa_service::{ClientAddress, Json, Problem, Protected};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::body::{Body, Field, integer, text};
use super::placing::{Arrival, place};
use super::refusal::{Allowed, Dialect, Refusal, long};
use crate::idempotency::{self, Answer, Outcome};
use crate::inventory::Refusal as StockRefusal;
use crate::orders::Filter;
use crate::orders::Links;
use crate::orders::{Item, Items, ItemsError, Line, Order, PlaceError, Placed, Status, SubmitError};
use crate::orders::{lists, store};
use crate::refuse::{here, read};
use crate::shop::Shop;

/// What D's order service says of an order that is taken and has its stock.
const CREATED: &str = "Order created successfully";
/// What its fallback says while its inventory service does not answer.
const QUEUED: &str = "Inventory service is currently unavailable. Your order has been queued for processing.";
/// Orders that `GET /api/orders` shows.
const ORDERS_MAX: i64 = 100;

/// The callers of the orders that C and D share, in D's words.
#[derive(Debug)]
pub(super) struct CandD;

impl Dialect for CandD {
    /// Whichever of the two the configuration has opened.
    const LETTERS: &'static [&'static str] = &["D", "C"];

    fn no(refusal: &Refusal<Self>) -> Answer {
        long(refusal)
    }
}

/// The routes of orders.
pub(super) fn order_routes(shop: Arc<Shop>) -> Protected {
    if shop.orders.is_none() {
        return Protected::new();
    }
    Protected::new()
        .route("/api/orders", get(list_orders).post(create_order))
        .route("/api/orders/{id}", get(get_order))
        .with_state(shop)
}

#[derive(Debug, Serialize)]
struct ItemOrder<'a> {
    order_id: &'a str,
    item_id: &'a str,
    quantity: i64,
    status: &'static str,
    created_at: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    updated_at: Option<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    items: Vec<ItemView<'a>>,
}

#[derive(Debug, Serialize)]
struct ItemView<'a> {
    item_id: &'a str,
    quantity: i64,
}

impl<'a> ItemOrder<'a> {
    fn new(order: &'a Order) -> Self {
        let item = |line: &'a Line| ItemView { item_id: &line.sku, quantity: line.quantity };
        // Every order has a line.
        let first = order.lines.first().map_or(ItemView { item_id: "", quantity: 0 }, item);
        Self {
            order_id: &order.id,
            item_id: first.item_id,
            quantity: first.quantity,
            status: status(order),
            created_at: order.created_at.to_iso_millis(),
            updated_at: Some(order.updated_at.to_iso_millis()),
            items: if order.lines.len() > 1 { order.lines.iter().map(item).collect() } else { Vec::new() },
        }
    }
}

/// D's word for a status.
fn status(order: &Order) -> &'static str {
    match order.status {
        Status::Accepted => "queued",
        other => other.name(),
    }
}

#[derive(Debug, Serialize)]
struct Created<'a> {
    success: bool,
    message: &'static str,
    order: ItemOrder<'a>,
}

#[derive(Debug, Serialize)]
struct One<'a> {
    success: bool,
    order: ItemOrder<'a>,
}

#[derive(Debug, Serialize)]
struct Many<'a> {
    success: bool,
    count: usize,
    orders: Vec<ItemOrder<'a>>,
}

/// `GET /api/orders`: the newest first.
async fn list_orders(
    _: Allowed<CandD, need::Orders>,
    State(shop): State<Arc<Shop>>,
) -> Result<Response, Refusal<CandD>> {
    let filter = Filter::default();
    let orders =
        read(here(&shop.orders, "orders")?, move |tx| lists::store::list(tx, &filter, ORDERS_MAX)).await?;
    let shown = orders.iter().map(ItemOrder::new).collect();
    Ok(Json(Many { success: true, count: orders.len(), orders: shown }).into_response())
}

async fn get_order(
    _: Allowed<CandD, need::Orders>,
    State(shop): State<Arc<Shop>>,
    path: Result<Path<String>, PathRejection>,
) -> Result<Response, Refusal<CandD>> {
    let id = path.ok().and_then(|Path(text)| Uuid::try_parse(&text).ok()).ok_or_else(no_order)?;
    let id = id.as_hyphenated().to_string();
    let order = read(here(&shop.orders, "orders")?, move |tx| store::by_id(tx, &id)).await?;
    let order = order.ok_or_else(no_order)?;
    Ok(Json(One { success: true, order: ItemOrder::new(&order) }).into_response())
}

fn no_order() -> Refusal<CandD> {
    Refusal::new(StatusCode::NOT_FOUND, "Order not found").detail("no order has this id")
}

/// The body of `POST /api/orders` and `POST /api/inventory/deduct`.
#[derive(Debug, Deserialize)]
struct ItemBody {
    item_id: Field,
    quantity: Field,
    order_id: Field,
}

/// What a body asks for: a SKU, and how many of it.
fn asked<L: Dialect>(body: &ItemBody) -> Result<(String, i64), Refusal<L>> {
    let id = body.item_id.as_deref().map(|raw| (raw, text(raw)));
    let (Some((_, id)), Some(quantity)) = (id.filter(|(raw, _)| raw.get() != "\"\""), &body.quantity) else {
        return Err(Refusal::bad("Missing required fields").detail("item_id and quantity are required"));
    };
    let invalid = |error, detail: &str| Refusal::bad(error).detail(detail);
    let id = id.ok_or_else(|| invalid("Invalid item_id", "item_id must be a string"))?;
    let quantity = integer(quantity).filter(|quantity| *quantity >= 1);
    match quantity {
        Some(quantity) => Ok((id, quantity)),
        None => Err(invalid("Invalid quantity", "quantity must be a positive integer")),
    }
}

async fn create_order(
    Allowed(caller, ..): Allowed<CandD, need::Orders>,
    State(shop): State<Arc<Shop>>,
    ClientAddress(address): ClientAddress,
    headers: HeaderMap,
    Body(body, _): Body<CandD, ItemBody>,
) -> Result<Response, Refusal<CandD>> {
    let key = match idempotency::key_of(&headers) {
        Ok(Some(key)) => key.to_owned(),
        Ok(None) => return Err(no_key("send a header Idempotency-Key that is unique to this order")),
        Err(problem) => return Err(Refusal::from(problem).named("Invalid idempotency-key header")),
    };
    let (sku, quantity) = asked(&body)?;
    let items = Items::new([Item { sku, quantity }]).map_err(|error| bad_items(&error))?;
    let route = ("POST", "/api/orders");
    let arrival = Arrival { caller: &caller, address, headers: &headers, route, key: Some(key) };
    match place(&shop, arrival, (items, None), shape).await {
        Ok(outcome) => Ok(answer(outcome)),
        Err(SubmitError::Place(PlaceError::Items(error))) => Err(bad_items(&error)),
        Err(SubmitError::Place(PlaceError::ReferenceTaken(_))) => Err(reused()),
        Err(error) => Err(Problem::from(error).into()),
    }
}

fn answer(outcome: Outcome) -> Response {
    match outcome {
        Outcome::InFlight => {
            let duplicate = Refusal::<CandD>::from(idempotency::in_flight());
            duplicate.named("Duplicate request").into_response()
        }
        Outcome::Reused => reused().into_response(),
        answered => answered.into_response(),
    }
}

fn no_key(detail: &str) -> Refusal<CandD> {
    Refusal::bad("Missing idempotency-key header").detail(detail)
}

fn reused() -> Refusal<CandD> {
    Refusal::new(StatusCode::UNPROCESSABLE_ENTITY, "Idempotency key reused")
        .detail("this key was first sent with another body or to another route")
}

fn bad_items<L: Dialect>(error: &ItemsError) -> Refusal<L> {
    let name = match error {
        ItemsError::Sku => "Invalid item_id",
        ItemsError::TotalOutOfRange(_) | ItemsError::Quantity(_) => "Invalid quantity",
        _ => "Invalid order",
    };
    Refusal::bad(name).detail(error.to_string())
}

/// What became of an order.
fn shape(placed: &Placed, _: &Links) -> Answer {
    match placed {
        Placed::Failed(order, StockRefusal::UnknownSku(_)) => failed(order, "Item not found"),
        Placed::Failed(order, StockRefusal::Insufficient { .. }) => failed(order, "Insufficient stock"),
        Placed::Open(order) => created(StatusCode::CREATED, order),
        Placed::Existing(order) => match (order.status, order.fail_reason.as_deref()) {
            (Status::Failed, Some("unknown-sku")) => failed(order, "Item not found"),
            (Status::Failed, _) => failed(order, "Insufficient stock"),
            _ => created(StatusCode::OK, order),
        },
    }
}

fn created(status: StatusCode, order: &Order) -> Answer {
    let (status, message) =
        if order.is_accepted() { (StatusCode::ACCEPTED, QUEUED) } else { (status, CREATED) };
    let view = ItemOrder { updated_at: None, ..ItemOrder::new(order) };
    let created = Created { success: true, message, order: view };
    Answer::json(status, &created).about(&order.id)
}

fn failed(order: &Order, why: &str) -> Answer {
    let refusal: Refusal<CandD> =
        Refusal::new(StatusCode::UNPROCESSABLE_ENTITY, "Inventory update failed").detail(why);
    let shown = serde_json::json!({"order_id": order.id, "status": status(order)});
    refusal.extra("order", shown).answer().about(&order.id)
}
