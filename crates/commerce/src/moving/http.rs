//! The routes of what comes in and goes out, for admins: a command calls them, be it of a running shop or in its own process.
//!
//! ```json
//! GET  /v1/admin/imports                                      {"results":[{"id":"products-9f86d081884c7d65",…}]}
//! POST /v1/admin/imports {"kind","file","name"?,"again"?}     {"id":"products-9f86d081884c7d65","done_to":0,…}
//! POST /v1/admin/imports/check {"kind","lines"}               {"done_to":3,"made":1,"changed":0,"same":0,"refused":1,"refused_lines":[…]}
//! POST /v1/admin/imports/{id} {"from","to","lines","finished"?}   the same
//! GET  /v1/admin/imports/{id}/refused?after=&limit=           {"results":[{"line":3,"why":"price is missing"}],"next_cursor":null}
//! POST /v1/admin/imports/{id}/undo                            {"undone":200,"finished":false}
//! GET  /v1/admin/exports/{kind}?cursor=                       {"results":[…],"next_cursor":"200"}
//! ```

use std::sync::Arc;

use axum::Router;
use axum::extract::rejection::PathRejection;
use axum::extract::{FromRef, Path, State};
use axum::http::Uri;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use kassa_access::{Access, By};
use kassa_db::{Db, Tx};
use kassa_service::{Bare, Json, Object, Problem};
use serde::Serialize;
use serde_json::{Value, json};

use super::at::StockIs;
use super::batch::{Batch, Kind, Refused};
use super::body::{BeginBody, CheckBody, LinesBody};
use super::events::{self, Events};
use super::run::{self, Into, Looked, Taken};
use super::undo::{Undone, undo};
use super::{customers, orders, products, store};
use crate::page::{Page, Total};
use crate::params::Params;
use crate::refuse::{here, problem_of, read};
use crate::shop::Shop;

/// Batches of a list.
const BATCHES: i64 = 100;
/// Refused lines of a page.
const REFUSED: i64 = 1_000;

type PathText = Result<Path<String>, PathRejection>;

/// The routes, which ask nobody who is calling: they are put behind whoever does.
pub fn admin_routes(shop: Arc<Shop>, events: Option<Arc<dyn Events>>) -> Router {
    let state = Moving { shop, events };
    Router::new()
        .route("/v1/admin/imports", get(list_imports).post(begin_import))
        .route("/v1/admin/imports/check", post(check_import))
        .route("/v1/admin/imports/{id}", get(get_import).post(take_lines))
        .route("/v1/admin/imports/{id}/refused", get(list_refused))
        .route("/v1/admin/imports/{id}/undo", post(undo_import))
        .route("/v1/admin/exports/{kind}", get(export))
        .with_state(state)
}

/// What the routes work with.
#[derive(Debug, Clone)]
struct Moving {
    shop: Arc<Shop>,
    /// Who keeps events; `None`: nobody in this process.
    events: Option<Arc<dyn Events>>,
}

impl Moving {
    fn events(&self) -> Result<&dyn Events, Problem> {
        self.events.as_deref().ok_or_else(|| Problem::not_found("no event log here"))
    }
}

impl FromRef<Moving> for Access {
    fn from_ref(moving: &Moving) -> Self {
        moving.shop.access.clone()
    }
}

async fn list_imports(State(Moving { shop, .. }): State<Moving>, _: Bare) -> Result<Json<Value>, Problem> {
    let mut found: Vec<Batch> = Vec::new();
    for db in databases(&shop) {
        found.extend(read(db, |tx| store::newest(tx, BATCHES)).await?);
    }
    found.sort_by_key(|batch| std::cmp::Reverse(batch.created_at));
    let results: Vec<_> = found.iter().map(Batch::view).collect();
    Ok(Json(json!({ "results": results })))
}

async fn begin_import(
    State(Moving { shop, .. }): State<Moving>,
    Object(body): Object<BeginBody>,
) -> Result<Json<Value>, Problem> {
    let ask = body.check()?;
    let now = shop.now();
    let batch = of_kind(&shop, ask.kind)?.write(move |tx| run::begin(tx, &ask, now)).await?;
    Ok(Json(json!(batch.view())))
}

async fn get_import(
    State(Moving { shop, .. }): State<Moving>,
    path: PathText,
    _: Bare,
) -> Result<Json<Value>, Problem> {
    let id = text_of(path)?;
    let batch = of_batch(&shop, &id)?.read(move |tx| run::known(tx, &id)).await?;
    Ok(Json(json!(batch.view())))
}

async fn take_lines(
    by: By,
    State(moving): State<Moving>,
    path: PathText,
    Object(body): Object<LinesBody>,
) -> Result<Json<Taken>, Problem> {
    let shop = &moving.shop;
    let (id, ask, into) = (text_of(path)?, body.check()?, into(shop));
    let db = of_batch(shop, &id)?;
    // Of the lines nothing: they may tell of people.
    let asked = by.asked(("POST", &format!("/v1/admin/imports/{id}")), &json!({}));
    if Kind::of_batch(&id) == Some(Kind::Events) {
        return Ok(Json(events::take((db, moving.events()?), id, (ask, asked), into.now).await?));
    }
    let taken = db.write(move |tx| run::take(tx, &id, (&ask, asked.as_ref()), &into)).await?;
    has_changed(shop);
    Ok(Json(taken))
}

async fn check_import(
    State(moving): State<Moving>,
    Object(body): Object<CheckBody>,
) -> Result<Json<Taken>, Problem> {
    let ((kind, lines), into) = (body.check()?, into(&moving.shop));
    if kind == Kind::Events {
        return Ok(Json(events::look(moving.events()?, &lines).await?));
    }
    let looked = of_kind(&moving.shop, kind)?.write(move |tx| run::look(tx, (kind, &lines), &into)).await;
    match looked {
        Err(Looked::Seen(taken)) => Ok(Json(taken)),
        Err(Looked::Db(error)) => Err(problem_of(&error)),
        Ok(()) => Err(Problem::internal()),
    }
}

async fn list_refused(
    State(Moving { shop, .. }): State<Moving>,
    path: PathText,
    uri: Uri,
) -> Result<Json<Page<Refused>>, Problem> {
    let id = text_of(path)?;
    let params = Params::of(&uri, &["cursor"])?;
    let after = params.text("cursor").map_or(Ok(0), number)?;
    let results = read(of_batch(&shop, &id)?, move |tx| store::refused(tx, &id, after, REFUSED)).await?;
    let is_full = i64::try_from(results.len()).unwrap_or(i64::MAX) == REFUSED;
    let next_cursor = results.last().filter(|_| is_full).map(|last| last.line.to_string());
    Ok(Json(Page { results, next_cursor, total: Total::default() }))
}

async fn undo_import(
    by: By,
    State(moving): State<Moving>,
    path: PathText,
    _: Bare,
) -> Result<Json<Undone>, Problem> {
    let shop = &moving.shop;
    let (id, into) = (text_of(path)?, into(shop));
    let db = of_batch(shop, &id)?;
    let asked = by.asked(("POST", &format!("/v1/admin/imports/{id}/undo")), &json!({}));
    if Kind::of_batch(&id) == Some(Kind::Events) {
        return Ok(Json(events::undo((db, moving.events()?), id, asked, into.now).await?));
    }
    let undone = db.write(move |tx| undo(tx, &id, asked.as_ref(), &into)).await?;
    has_changed(shop);
    Ok(Json(undone))
}

async fn export(
    State(Moving { shop, .. }): State<Moving>,
    path: PathText,
    uri: Uri,
) -> Result<Response, Problem> {
    let name = text_of(path)?;
    let params = Params::of(&uri, &["cursor"])?;
    let kind = Kind::of(&name).ok_or_else(|| Problem::not_found("no such export"))?;
    let cursor = params.text("cursor").unwrap_or("0").to_owned();
    match kind {
        Kind::Products => {
            let after = number(&cursor)?;
            let stock = stock_is(&shop);
            let page = move |tx: &mut Tx<'_>| products::page(tx, after, stock);
            Ok(written(read(of_kind(&shop, kind)?, page).await?))
        }
        Kind::Customers => {
            let page = move |tx: &mut Tx<'_>| customers::page(tx, &cursor);
            Ok(written(read(of_kind(&shop, kind)?, page).await?))
        }
        Kind::Orders => {
            let after = number(&cursor)?;
            let page = move |tx: &mut Tx<'_>| orders::page(tx, after);
            Ok(written(read(of_kind(&shop, kind)?, page).await?))
        }
        Kind::Events => Err(Problem::not_found("events are not written here")),
    }
}

/// A page of what goes out, and behind what the next one begins.
fn written<T: Serialize>((results, last): (Vec<T>, Option<impl ToString>)) -> Response {
    let next_cursor = last.map(|last| last.to_string());
    Json(Page { results, next_cursor, total: Total::default() }).into_response()
}

fn into(shop: &Shop) -> Into {
    let knows_products = shop.catalog_is_with_orders();
    Into { shop: shop.options.clone(), stock: stock_is(shop), knows_products, now: shop.now() }
}

fn stock_is(shop: &Shop) -> StockIs {
    if shop.stock_is_with_catalog() { StockIs::Here } else { StockIs::Elsewhere }
}

/// To be called after every commit: what pages and the relay of this process know may be of before.
fn has_changed(shop: &Shop) {
    shop.products.forget_all();
    shop.wake.wake();
}

/// The database in which batches of this kind are.
fn of_kind(shop: &Shop, kind: Kind) -> Result<&Db, Problem> {
    match kind {
        Kind::Products => here(&shop.catalog, "products"),
        Kind::Customers | Kind::Orders | Kind::Events => here(&shop.orders, "orders"),
    }
}

fn of_batch<'a>(shop: &'a Shop, id: &str) -> Result<&'a Db, Problem> {
    of_kind(shop, Kind::of_batch(id).ok_or_else(|| run::unknown(id))?)
}

/// The databases in which there are batches, each once.
fn databases(shop: &Shop) -> impl Iterator<Item = &Db> {
    let orders = shop.orders.iter().filter(|_| !shop.catalog_is_with_orders());
    shop.catalog.iter().chain(orders)
}

fn text_of(path: PathText) -> Result<String, Problem> {
    match path {
        Ok(Path(text)) if !text.contains('\0') => Ok(text),
        _ => Err(Problem::bad_request("the path is not UTF-8")),
    }
}

fn number(text: &str) -> Result<i64, Problem> {
    let plain = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let bad = || Problem::bad_request("cursor must be the next_cursor of an earlier answer");
    text.parse().ok().filter(|_| plain).ok_or_else(bad)
}
