//! The internal routes: what the roles of inventory and catalog do for the role of orders. Never routed by the gateway.
//!
//! `POST /v1/internal/stock/deduct` and `…/release` answer 200 with what was done, 404 for an unknown SKU, 422 for too
//! little stock, 409 for a command that is void; the body is a [`Reply`] each time.

use std::sync::Arc;

use axum::extract::{FromRequestParts, Query, State};
use axum::http::header::{ETAG, IF_NONE_MATCH};
use axum::http::request::Parts;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use kassa_service::protected::{get, post};
use kassa_service::{Json, Permit, Problem, Protected, RouteClass};
use serde::Serialize;

use super::commands::{
    COMMANDS, Command, DEDUCT, Deduct, Done, LEDGER, LEDGER_PAGE, LEVELS, RELEASE, Release, Reply,
};
use super::{chaos, levels, send, store};
use crate::catalog::prices::{self, PRODUCTS};
use crate::catalog::{Offer, offer};
use crate::outbox::{self, Acknowledged};
use crate::pace;
use crate::refuse::{here, problem_of, read};
use crate::shop::Shop;

/// The most values of a query, and the most commands of a call.
const VALUES_MAX: usize = 100;

/// The routes of class `Internal`, for what this process has a database of.
pub fn internal_routes(shop: Arc<Shop>) -> Protected {
    let mut routes = Protected::new();
    if shop.inventory.is_some() {
        let commands = Protected::new()
            .route(DEDUCT, post(deduct_stock))
            .route(RELEASE, post(release_stock))
            .route(COMMANDS, post(run_commands))
            .with_state(Arc::clone(&shop));
        let reads = Protected::new()
            .route(LEDGER, get(read_ledger))
            .route(LEVELS, post(read_levels))
            .route(outbox::OUTBOX, get(read_outbox))
            .route(outbox::OUTBOX_ACK, post(acknowledge_outbox))
            .with_state(Arc::clone(&shop));
        let commands = chaos::wrap(Arc::clone(shop.stock.chaos()), commands, Problem::into_response);
        let commands = pace::timed(Arc::clone(&shop.stock.pace), commands);
        routes = routes.merge(commands).merge(reads);
    }
    if shop.catalog.is_some() {
        routes = routes.merge(Protected::new().route(PRODUCTS, get(list_offers)).with_state(shop));
    }
    routes
}

/// Another role, known by `KASSA_INTERNAL_TOKEN` before anything of a body is read.
///
/// A wrong token is no guess that locks its address: a role that was given another one asks every few seconds, and would
/// lock everyone at its address out of logging in, and be answered 429, which it takes for a load that passes, and not for
/// a token to be put right. The token is long and random, so that nobody guesses it however often he may ask.
struct OtherRole;

impl Permit for OtherRole {}

impl FromRequestParts<Arc<Shop>> for OtherRole {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, shop: &Arc<Shop>) -> Result<Self, Problem> {
        shop.access.authorize(&parts.headers, RouteClass::Internal)?;
        Ok(Self)
    }
}

async fn deduct_stock(
    _: OtherRole,
    State(shop): State<Arc<Shop>>,
    Json(deduct): Json<Deduct>,
) -> Result<Response, Problem> {
    run_command(&shop, Command::Deduct(deduct)).await
}

async fn release_stock(
    _: OtherRole,
    State(shop): State<Arc<Shop>>,
    Json(release): Json<Release>,
) -> Result<Response, Problem> {
    run_command(&shop, Command::Release(release)).await
}

async fn run_commands(
    _: OtherRole,
    State(shop): State<Arc<Shop>>,
    Json(commands): Json<Vec<Command>>,
) -> Result<Response, Problem> {
    if commands.len() > VALUES_MAX {
        return Err(Problem::bad_request(format!("there are at most {VALUES_MAX} commands")));
    }
    let replies: Vec<Reply> = run(&shop, commands).await?.into_iter().map(|done| done.reply).collect();
    Ok(Json(replies).into_response())
}

async fn run_command(shop: &Shop, command: Command) -> Result<Response, Problem> {
    let Some(done) = run(shop, vec![command]).await?.pop() else { return Err(Problem::internal()) };
    let status = match &done.reply {
        Reply::Moved { .. } => StatusCode::OK,
        Reply::UnknownSku { .. } => StatusCode::NOT_FOUND,
        Reply::Insufficient { .. } => StatusCode::UNPROCESSABLE_ENTITY,
        Reply::Void { .. } => StatusCode::CONFLICT,
    };
    Ok((status, Json(done.reply)).into_response())
}

async fn run(shop: &Shop, commands: Vec<Command>) -> Result<Vec<Done>, Problem> {
    if let Some(flaw) = commands.iter().find_map(Command::flaw) {
        return Err(Problem::bad_request(flaw));
    }
    let db = here(&shop.inventory, "stock")?;
    send::execute(shop, db, commands).await.map_err(|error| problem_of(&error))
}

#[derive(Debug, Serialize)]
struct Entries {
    entries: Vec<store::Entry>,
    /// Of a page: the number of its last entry.
    #[serde(skip_serializing_if = "Option::is_none")]
    last: Option<i64>,
}

async fn read_ledger(
    _: OtherRole,
    State(shop): State<Arc<Shop>>,
    Query(query): Query<Vec<(String, String)>>,
) -> Result<Response, Problem> {
    let db = here(&shop.inventory, "stock")?;
    if let Some((_, after)) = query.iter().find(|(name, _)| name == "after") {
        let after = after.parse().map_err(|_| Problem::bad_request("after is an integer"))?;
        let (entries, last) = read(db, move |tx| store::ledger_after(tx, after, LEDGER_PAGE)).await?;
        return Ok(Json(Entries { entries, last }).into_response());
    }
    let references = values("ref", query)?;
    let entries = read(db, move |tx| store::ledger_of_all(tx, &references)).await?;
    Ok(Json(Entries { entries, last: None }).into_response())
}

async fn read_levels(
    _: OtherRole,
    State(shop): State<Arc<Shop>>,
    Json(skus): Json<Vec<String>>,
) -> Result<Response, Problem> {
    if skus.len() > VALUES_MAX || skus.iter().any(|sku| sku.contains('\0')) {
        return Err(Problem::bad_request(format!(
            "there are at most {VALUES_MAX} SKUs, and none contains a NUL"
        )));
    }
    let db = here(&shop.inventory, "stock")?;
    Ok(Json(read(db, move |tx| levels::of(tx, &skus)).await?).into_response())
}

async fn read_outbox(_: OtherRole, State(shop): State<Arc<Shop>>) -> Result<Response, Problem> {
    let db = here(&shop.inventory, "stock")?;
    Ok(Json(read(db, |tx| outbox::waiting_stock(tx, i64::MAX)).await?).into_response())
}

async fn acknowledge_outbox(
    _: OtherRole,
    State(shop): State<Arc<Shop>>,
    Json(done): Json<Acknowledged>,
) -> Result<Response, Problem> {
    let db = here(&shop.inventory, "stock")?;
    let gone = db.write(move |tx| outbox::acknowledge(tx, &done)).await;
    let gone = gone.map_err(|error: kassa_db::Error| problem_of(&error))?;
    Ok(Json(serde_json::json!({ "acknowledged": gone })).into_response())
}

async fn list_offers(
    _: OtherRole,
    State(shop): State<Arc<Shop>>,
    headers: HeaderMap,
    Query(query): Query<Vec<(String, String)>>,
) -> Result<Response, Problem> {
    let db = here(&shop.catalog, "catalogue")?;
    let offers = if query.iter().any(|(name, _)| name == "id") {
        let ids = values("id", query)?.iter().map(|id| id.parse()).collect::<Result<_, _>>();
        let ids = ids.map_err(|_| Problem::bad_request("an id is an integer"))?;
        prices::read_by_ids(db, ids).await
    } else {
        prices::read(db, values("sku", query)?).await
    };
    let offers = offers.map_err(|error| problem_of(&error))?;
    let etag = offer::etag(offers.iter());
    let known = headers.get(IF_NONE_MATCH).is_some_and(|known| known.as_bytes() == etag.as_bytes());
    if known {
        return Ok((StatusCode::NOT_MODIFIED, [(ETAG, etag)]).into_response());
    }
    Ok(([(ETAG, etag)], Json::<Vec<Offer>>(offers)).into_response())
}

/// All values of `name` in a query.
fn values(name: &str, query: Vec<(String, String)>) -> Result<Vec<String>, Problem> {
    let values: Vec<String> =
        query.into_iter().filter(|(given, _)| given == name).map(|(_, value)| value).collect();
    if values.iter().any(|value| value.contains('\0')) {
        return Err(Problem::bad_request(format!("{name} contains a NUL")));
    }
    match values.len() {
        0 => Err(Problem::bad_request(format!("the query has no {name}"))),
        count if count > VALUES_MAX => {
            Err(Problem::bad_request(format!("a query has at most {VALUES_MAX} times {name}")))
        }
        _ => Ok(values),
    }
}
