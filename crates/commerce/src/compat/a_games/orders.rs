//! A's orders. They name games by number; their own numbers are those of all orders.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use kassa_access::need;
use kassa_service::protected::{delete, get, post, put};
use kassa_service::{ClientAddress, Json, Problem, Protected};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use super::super::body::{Body, Decimal, Field, elements, integer, shown, text as text_of};
use super::super::list::{self, PAGE_ROWS};
use super::super::placing::{Arrival, offers, place};
use super::super::refusal::{Allowed, Refusal};
use super::{A, Message, PathText, number};
use crate::catalog::{NAME_CHARS_MAX, Offer};
use crate::idempotency::{self, Answer};
use crate::inventory::Refusal as StockRefusal;
use crate::object::object_of;
use crate::orders::Filter;
use crate::orders::Links;
use crate::orders::lists::store;
use crate::orders::numbered::{self, NotChanged};
use crate::orders::{
    EdgeError, Item, Items, ItemsError, Line, Order, PlaceError, Placed, Status, SubmitError,
};
use crate::refuse::{here, problem_of};
use crate::shop::Shop;
use crate::text;

/// The most different games of an order.
const GAMES_MAX: usize = 200;
/// Numbers of items: the order's, times this, plus the place of the item.
const ITEM_NUMBERS: i64 = 1_000;

/// A's routes of orders.
pub(in crate::compat) fn routes(shop: Arc<Shop>) -> Protected {
    if shop.orders.is_none() {
        return Protected::new();
    }
    Protected::new()
        .route("/orders/all", get(list_orders))
        .route("/orders/add", post(add_order))
        .route("/orders/edit/{id}", put(edit_order))
        .route("/orders/delete/{id}", delete(delete_order))
        .with_state(shop)
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct GameOrder<'a> {
    id: i64,
    customer_name: Option<&'a str>,
    total: Decimal,
    created_at: String,
    updated_at: String,
    items: Vec<ItemView>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct ItemView {
    id: i64,
    game_id: Option<i64>,
    quantity: i64,
    order_id: i64,
}

impl<'a> GameOrder<'a> {
    fn new(order: &'a Order) -> Self {
        let item = |(place, line): (i64, &Line)| ItemView {
            id: order.number.saturating_mul(ITEM_NUMBERS).saturating_add(place),
            game_id: line.product_id,
            quantity: line.quantity,
            order_id: order.number,
        };
        Self {
            id: order.number,
            customer_name: order.customer.name.as_deref(),
            total: Decimal(order.money(order.total_minor)),
            created_at: order.created_at.to_iso_millis(),
            updated_at: order.updated_at.to_iso_millis(),
            items: (1..).zip(&order.lines).map(item).collect(),
        }
    }
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Added {
    message: &'static str,
    order_id: i64,
    total: Decimal,
}

#[derive(Debug, Serialize)]
struct EditedOrder {
    message: &'static str,
    total: Decimal,
}

/// Whether A shows an order: not one that was given up or never came about.
fn is_listed(order: &Order) -> bool {
    !matches!(order.status, Status::Cancelled | Status::Failed)
}

/// `GET /orders/all`, newest first.
async fn list_orders(
    _: Allowed<A, need::Orders>,
    State(shop): State<Arc<Shop>>,
) -> Result<Response, Refusal<A>> {
    let db = here(&shop.orders, "orders")?.clone();
    Ok(list::array(move |before| {
        let db = db.clone();
        async move {
            let filter = Filter { before, ..Filter::default() };
            let orders = db.read(move |tx| store::list(tx, &filter, PAGE_ROWS)).await?;
            let is_full = i64::try_from(orders.len()).is_ok_and(|count| count >= PAGE_ROWS);
            let listed = orders.iter().filter(|order| is_listed(order));
            let elements =
                listed.map(|order| list::element(&GameOrder::new(order))).collect::<Result<_, _>>()?;
            Ok((elements, orders.last().filter(|_| is_full).map(|last| last.number)))
        }
    })
    .await?)
}

/// The body of `POST /orders/add` and `PUT /orders/edit/{id}`.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct OrderBody {
    customer_name: Field,
    items: Field,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct ItemBody {
    game_id: Field,
    quantity: Field,
}

async fn add_order(
    Allowed(caller, ..): Allowed<A, need::Orders>,
    State(shop): State<Arc<Shop>>,
    ClientAddress(address): ClientAddress,
    headers: HeaderMap,
    Body(body, _): Body<A, OrderBody>,
) -> Result<Response, Refusal<A>> {
    let key = idempotency::key_of(&headers)?.map(str::to_owned);
    let name = customer_name(&body)?;
    let wanted = wanted(&body)?;
    let games = Games::find(&shop, &wanted).await?;
    let route = ("POST", "/orders/add");
    let arrival = Arrival { caller: &caller, address, headers: &headers, route, key };
    match place(&shop, arrival, (games.items(&wanted)?, name), shape).await {
        Ok(outcome) => Ok(match outcome.refusal() {
            Some(problem) => Refusal::<A>::from(problem).into_response(),
            None => outcome.into_response(),
        }),
        Err(SubmitError::Place(PlaceError::Items(error))) => Err(bad_items(&error)),
        Err(error) => Err(Problem::from(error).into()),
    }
}

/// `PUT /orders/edit/{id}`: other items at today's prices, and another customer's name if there is one.
async fn edit_order(
    _: Allowed<A, need::Orders>,
    State(shop): State<Arc<Shop>>,
    path: PathText,
    Body(body, _): Body<A, OrderBody>,
) -> Result<Response, Refusal<A>> {
    let number = number(path).ok_or_else(no_order)?;
    let name = customer_name(&body)?;
    let wanted = wanted(&body)?;
    let games = Games::find(&shop, &wanted).await?;
    let edited = numbered::edit(&shop, number, (games.items(&wanted)?, name)).await;
    let order = edited.map_err(|error| not_changed(error, &games))?;
    let total = Decimal(order.money(order.total_minor));
    Ok(Json(EditedOrder { message: "Order updated successfully", total }).into_response())
}

/// `DELETE /orders/delete/{id}` gives the order up.
async fn delete_order(
    _: Allowed<A, need::Orders>,
    State(shop): State<Arc<Shop>>,
    path: PathText,
) -> Result<Response, Refusal<A>> {
    let number = number(path).ok_or_else(no_order)?;
    let cancelled = numbered::cancel(&shop, number).await;
    cancelled.map_err(|error| not_changed(error, &Games::default()))?;
    Ok(Json(Message { message: "Order deleted successfully" }).into_response())
}

fn customer_name(body: &OrderBody) -> Result<Option<String>, Refusal<A>> {
    let Some(raw) = &body.customer_name else { return Ok(None) };
    let plain = |name: &String| {
        text::is_visible(name)
            && name.chars().count() <= NAME_CHARS_MAX
            && !name.chars().any(char::is_control)
    };
    let name = text_of(raw).map(|name| text::trimmed(&name).to_owned()).filter(plain);
    name.map(Some).ok_or_else(|| Refusal::bad("Invalid customerName"))
}

/// What is wanted: games by number, and how many.
fn wanted(body: &OrderBody) -> Result<Vec<(i64, i64)>, Refusal<A>> {
    let items = body.items.as_deref().and_then(elements).filter(|items| !items.is_empty());
    items.ok_or_else(invalid_items)?.iter().map(|item| wanted_item(item)).collect()
}

fn wanted_item(item: &RawValue) -> Result<(i64, i64), Refusal<A>> {
    let ItemBody { game_id, quantity } = object_of(item.get()).ok_or_else(invalid_items)?;
    let quantity = quantity.as_deref().and_then(integer).filter(|quantity| *quantity >= 1);
    let (quantity, game) = (quantity.ok_or_else(invalid_items)?, game_id.ok_or_else(invalid_items)?);
    let id = integer(&game).ok_or_else(|| no_such_game(shown(&game)))?;
    Ok((id, quantity))
}

/// What is known of the games that are wanted, by number.
#[derive(Debug, Default)]
struct Games(BTreeMap<i64, Offer>);

impl Games {
    /// Finds all that are wanted.
    async fn find(shop: &Shop, wanted: &[(i64, i64)]) -> Result<Self, Refusal<A>> {
        let mut ids: Vec<i64> = wanted.iter().map(|(id, _)| *id).collect();
        ids.sort_unstable();
        ids.dedup();
        if ids.len() > GAMES_MAX {
            return Err(invalid_items());
        }
        let offers = offers(shop, ids.clone()).await?;
        let known = offers.into_iter().filter(|offer| !offer.archived);
        let games = Self(known.map(|offer| (offer.id, offer)).collect());
        match ids.iter().find(|id| !games.0.contains_key(id)) {
            Some(missing) => Err(no_such_game(missing)),
            None => Ok(games),
        }
    }

    fn items(&self, wanted: &[(i64, i64)]) -> Result<Items, Refusal<A>> {
        let item = |(id, quantity): &(i64, i64)| {
            Some(Item { sku: self.0.get(id)?.sku.clone(), quantity: *quantity })
        };
        Items::new(wanted.iter().filter_map(item)).map_err(|error| bad_items(&error))
    }

    fn by_sku(&self, sku: &str) -> Option<&Offer> {
        self.0.values().find(|offer| offer.sku == sku)
    }
}

/// What became of an order. One whose stock is not decided yet is 202, for the client's program the same as 201.
fn shape(placed: &Placed, _: &Links) -> Answer {
    let done = |order: &Order| {
        let status = if order.is_accepted() { StatusCode::ACCEPTED } else { StatusCode::CREATED };
        let total = Decimal(order.money(order.total_minor));
        let message = "Order placed successfully";
        Answer::json(status, &Added { message, order_id: order.number, total }).about(&order.id)
    };
    match placed {
        Placed::Existing(order) if order.status == Status::Failed => {
            let name = order.lines.first().map_or("", |line| line.name.as_str());
            too_little(name).answer().about(&order.id)
        }
        Placed::Open(order) | Placed::Existing(order) => done(order),
        Placed::Failed(order, refusal) => no_stock(order, refusal).answer().about(&order.id),
    }
}

fn no_stock(order: &Order, refusal: &StockRefusal) -> Refusal<A> {
    match refusal {
        // It went out of the catalogue a moment ago: the line knows no number any more.
        StockRefusal::UnknownSku(sku) => no_such_game(sku),
        StockRefusal::Insufficient { sku, .. } => {
            let line = order.lines.iter().find(|line| line.sku == *sku);
            too_little(line.map_or(sku, |line| &line.name))
        }
    }
}

fn not_changed(error: NotChanged, games: &Games) -> Refusal<A> {
    match error {
        NotChanged::Edge(EdgeError::Unknown(_)) => no_order(),
        NotChanged::Edge(EdgeError::Illegal(illegal)) => match illegal.status {
            Status::Cancelled | Status::Failed => no_order(),
            _ => Refusal::new(StatusCode::CONFLICT, illegal.to_string()),
        },
        NotChanged::Edge(EdgeError::Items(error)) => bad_items(&error),
        NotChanged::Edge(
            EdgeError::UnknownSku(sku)
            | EdgeError::Archived(sku)
            | EdgeError::Stock(StockRefusal::UnknownSku(sku)),
        ) => no_such_game(games.by_sku(&sku).map_or(sku, |game| game.id.to_string())),
        NotChanged::Edge(EdgeError::Stock(StockRefusal::Insufficient { sku, .. })) => {
            too_little(games.by_sku(&sku).map_or(&sku, |game| &game.name))
        }
        NotChanged::Edge(EdgeError::Db(error)) => problem_of(&error).into(),
        NotChanged::Edge(
            error @ (EdgeError::Refund(_)
            | EdgeError::Fulfil(_)
            | EdgeError::Pay(_)
            | EdgeError::Stale { .. }),
        ) => Refusal::new(StatusCode::CONFLICT, error.to_string()),
        NotChanged::Unavailable(problem) => (*problem).into(),
    }
}

fn bad_items(error: &ItemsError) -> Refusal<A> {
    match error {
        ItemsError::MixedCurrencies(..) => Refusal::bad("mixed_currencies"),
        ItemsError::TotalOutOfRange(_) => Refusal::bad("Invalid total"),
        _ => invalid_items(),
    }
}

fn invalid_items() -> Refusal<A> {
    Refusal::bad("Invalid items")
}

fn no_such_game(id: impl std::fmt::Display) -> Refusal<A> {
    Refusal::bad(format!("Invalid gameId: {id}"))
}

fn too_little(name: &str) -> Refusal<A> {
    Refusal::bad(format!("Insufficient stock: {name}"))
}

fn no_order() -> Refusal<A> {
    Refusal::new(StatusCode::NOT_FOUND, "Order not found")
}
