//! A, a gaming shop: its games, which are products without stock, and in [`orders`] its orders.
//!
//! ```json
//! {"name":"Elden Ring","category":"RPG","releaseDate":"2022-02-25","price":59.99}
//! {"id":1,"name":"Elden Ring","category":"RPG","releaseDate":"2022-02-25T00:00:00.000Z","price":59.99,
//!  "createdAt":"2026-11-21T05:00:00.000Z","updatedAt":"2026-11-21T05:00:00.000Z"}
//! {"customerName":"Alice","items":[{"gameId":1,"quantity":2}]}
//! {"message":"Order placed successfully","orderId":1,"total":119.98}
//! {"id":1,"customerName":"Alice","total":119.98,"createdAt":"2026-11-21T05:00:00.000Z",
//!  "updatedAt":"2026-11-21T05:00:00.000Z","items":[{"id":1001,"gameId":1,"quantity":2,"orderId":1}]}
//! ```
//! The body of `POST /games/add` and its answer, which is also an element of `GET /games/all`; the body of
//! `POST /orders/add` and its answer; an element of `GET /orders/all`.

pub(super) mod orders;

use std::sync::Arc;

use axum::extract::rejection::PathRejection;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use jiff::civil::Time;
use jiff::fmt::temporal::Pieces;
use jiff::tz::{Offset, TimeZone};
use kassa_access::need;
use kassa_db::Tx;
use kassa_model::Timestamp;
use kassa_service::protected::{delete, get, post, put};
use kassa_service::{Json, Protected};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use super::body::{Body, Decimal, Field, integer, price, text};
use super::c_products::{elements, page};
use super::list;
use super::refusal::{Allowed, Dialect, Refusal, short};
use crate::catalog::listing::store::Sort;
use crate::catalog::store;
use crate::catalog::{self, Change, NewPrice, NewProduct, Product};
use crate::idempotency::Answer;
use crate::refuse::here;
use crate::shop::Shop;

/// How often an edit is tried on a game that others change at the same time.
const ATTEMPTS_MAX: usize = 20;

/// A's callers and its words.
#[derive(Debug)]
pub(super) struct A;

impl Dialect for A {
    const LETTERS: &'static [&'static str] = &["A"];

    fn no(refusal: &Refusal<Self>) -> Answer {
        short(refusal)
    }
}

/// A's routes of games.
pub(super) fn game_routes(shop: Arc<Shop>) -> Protected {
    if shop.catalog.is_none() {
        return Protected::new();
    }
    Protected::new()
        .route("/games/all", get(list_games))
        .route("/games/add", post(add_game))
        .route("/games/edit", put(edit_game))
        .route("/games/delete/{id}", delete(delete_game))
        .route("/games/{id}", get(get_game))
        .with_state(shop)
}

type PathText = Result<Path<String>, PathRejection>;

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Game<'a> {
    id: i64,
    name: &'a str,
    category: Option<&'a str>,
    release_date: Option<String>,
    price: Decimal,
    created_at: String,
    updated_at: String,
}

impl<'a> Game<'a> {
    fn new(product: &'a Product) -> Self {
        Self {
            id: product.id,
            name: &product.name,
            category: product.category.as_deref(),
            release_date: product.release_date.as_ref().map(|date| format!("{date}T00:00:00.000Z")),
            price: Decimal(product.price),
            created_at: product.created_at.to_iso_millis(),
            updated_at: product.updated_at.to_iso_millis(),
        }
    }
}

#[derive(Debug, Serialize)]
struct Edited<'a> {
    message: &'static str,
    game: Game<'a>,
}

/// `{"message":"Game deleted successfully"}` and the like.
#[derive(Debug, Serialize)]
struct Message {
    message: &'static str,
}

async fn list_games(
    _: Allowed<A, need::Read>,
    State(shop): State<Arc<Shop>>,
) -> Result<Response, Refusal<A>> {
    let db = here(&shop.catalog, "catalogue")?.clone();
    Ok(list::array(move |after| {
        let db = db.clone();
        async move {
            let products = db.read(move |tx| page(tx, Sort::Oldest, after.clone())).await?;
            elements(&products, Game::new)
        }
    })
    .await?)
}

async fn get_game(
    _: Allowed<A, need::Read>,
    State(shop): State<Arc<Shop>>,
    path: PathText,
) -> Result<Response, Refusal<A>> {
    let id = number(path).ok_or_else(no_game)?;
    let found = here(&shop.catalog, "catalogue")?.read(move |tx| current(tx, id)).await?;
    Ok(Json(Game::new(&found.ok_or_else(no_game)?)).into_response())
}

/// The body of `POST /games/add` and, with `id`, of `PUT /games/edit`.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct GameBody {
    id: Field,
    name: Field,
    category: Field,
    release_date: Field,
    price: Field,
}

async fn add_game(
    _: Allowed<A, need::Catalog>,
    State(shop): State<Arc<Shop>>,
    Body(body, _): Body<A, GameBody>,
) -> Result<Response, Refusal<A>> {
    let texts = Texts::of(&body, &shop.zone())?;
    let price = body.price.as_deref().and_then(|raw| price(raw, shop.options.currency));
    let new = NewProduct {
        category: texts.category,
        release_date: texts.release_date,
        ..NewProduct::plain(
            texts.name.ok_or_else(|| invalid("name"))?,
            price.ok_or_else(|| invalid("price"))?,
        )
    };
    let now = shop.now();
    let made = here(&shop.catalog, "catalogue")?.write(move |tx| catalog::create(tx, &new, now)).await;
    let product = made.map_err(refused)?;
    shop.products.forget(&product.sku);
    Ok((StatusCode::CREATED, Json(Game::new(&product))).into_response())
}

async fn edit_game(
    _: Allowed<A, need::Catalog>,
    State(shop): State<Arc<Shop>>,
    Body(body, _): Body<A, GameBody>,
) -> Result<Response, Refusal<A>> {
    let id = body.id.as_deref().and_then(integer).ok_or_else(|| invalid("id"))?;
    let texts = Texts::of(&body, &shop.zone())?;
    let (now, price) = (shop.now(), body.price);
    let edited = here(&shop.catalog, "catalogue")?
        .write(move |tx| edit(tx, id, (&texts, price.as_deref()), now))
        .await;
    let product = edited.map_err(refused)?;
    shop.products.forget(&product.sku);
    let edited = Edited { message: "Game updated successfully", game: Game::new(&product) };
    Ok(Json(edited).into_response())
}

async fn delete_game(
    _: Allowed<A, need::Catalog>,
    State(shop): State<Arc<Shop>>,
    path: PathText,
) -> Result<Response, Refusal<A>> {
    let (id, now) = (number(path).ok_or_else(no_game)?, shop.now());
    let db = here(&shop.catalog, "catalogue")?;
    let archive = move |tx: &mut Tx<'_>| {
        let known = current(tx, id)?.ok_or(catalog::Error::Unknown(id))?;
        again(|| catalog::archive(tx, known.id, None, now))
    };
    let product = db.write(archive).await.map_err(refused)?;
    shop.products.forget(&product.sku);
    Ok(Json(Message { message: "Game deleted successfully" }).into_response())
}

/// Changes what the body names. A price is read in the game's own currency.
fn edit(
    tx: &mut Tx<'_>,
    id: i64,
    (texts, new_price): (&Texts, Option<&RawValue>),
    now: Timestamp,
) -> Result<Product, catalog::Error> {
    let before = current(tx, id)?.ok_or(catalog::Error::Unknown(id))?;
    let price = match new_price {
        None => None,
        Some(raw) => Some(price(raw, before.price.currency).ok_or_else(bad_price)?),
    };
    let change = Change {
        name: texts.name.clone(),
        category: texts.category.clone().map(Some),
        release_date: texts.release_date.clone().map(Some),
        price: price.map(NewPrice::from),
        ..Change::default()
    };
    again(|| catalog::update(tx, id, None, &change, now))
}

/// Tries again when somebody else was faster: A's clients know no versions, the last one wins.
fn again(mut write: impl FnMut() -> Result<Product, catalog::Error>) -> Result<Product, catalog::Error> {
    for _ in 0..ATTEMPTS_MAX {
        match write() {
            Err(catalog::Error::OtherVersion { .. }) => {}
            decided => return decided,
        }
    }
    Err(kassa_db::Error::Busy("a game is changed by too many at once".to_owned()).into())
}

fn bad_price() -> catalog::Error {
    catalog::Error::Invalid { field: "price", why: "is no price".to_owned() }
}

/// The texts of a body; `None` where absent.
#[derive(Debug)]
struct Texts {
    name: Option<String>,
    category: Option<String>,
    release_date: Option<String>,
}

impl Texts {
    fn of(body: &GameBody, zone: &TimeZone) -> Result<Self, Refusal<A>> {
        let read = |field: &Field, name: &str| match field {
            None => Ok(None),
            Some(raw) => text(raw).map(Some).ok_or_else(|| invalid(name)),
        };
        let release_date = read(&body.release_date, "releaseDate")?;
        let release_date = release_date.map(|text| date(&text, zone).ok_or_else(|| invalid("releaseDate")));
        Ok(Self {
            name: read(&body.name, "name")?,
            category: read(&body.category, "category")?,
            release_date: release_date.transpose()?,
        })
    }
}

/// The day that a text means: the one that it names, whatever offset stands behind it. An instant of UTC that is no midnight
/// there, as programs make of a local midnight, is one of the shop's own days.
fn date(text: &str, zone: &TimeZone) -> Option<String> {
    let pieces = Pieces::parse(text).ok()?;
    let is_utc = pieces.to_numeric_offset().is_some_and(Offset::is_zero);
    let is_midnight = pieces.time().is_none_or(|time| time == Time::midnight());
    match is_utc && !is_midnight {
        true => Some(zone.to_datetime(text.parse().ok()?).date().to_string()),
        false => Some(pieces.date().to_string()),
    }
}

/// The game as buyers know it.
fn current(tx: &mut Tx<'_>, id: i64) -> Result<Option<Product>, kassa_db::Error> {
    Ok(store::by_ids(tx, &[id])?.into_iter().find(Product::is_sold))
}

/// The number in a path; a text that is none names nothing.
fn number(path: PathText) -> Option<i64> {
    let Path(text) = path.ok()?;
    text.bytes().all(|byte| byte.is_ascii_digit()).then(|| text.parse().ok()).flatten()
}

fn no_game() -> Refusal<A> {
    Refusal::new(StatusCode::NOT_FOUND, "Game not found")
}

fn invalid(field: &str) -> Refusal<A> {
    Refusal::bad(format!("Invalid {field}"))
}

fn refused(error: catalog::Error) -> Refusal<A> {
    match error {
        catalog::Error::Unknown(_) => no_game(),
        catalog::Error::Invalid { field: "release_date", .. } => invalid("releaseDate"),
        catalog::Error::Invalid { field, .. } => invalid(field),
        catalog::Error::Db(error) => error.into(),
        // Neither a SKU nor stock is ever A's to choose.
        error => Refusal::new(StatusCode::CONFLICT, error.to_string()),
    }
}
