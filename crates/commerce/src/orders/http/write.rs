//! Orders placed and changed.

use std::net::IpAddr;
use std::sync::Arc;

use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use kassa_access::changes::Asked;
use kassa_access::{Allowed, Caller, need};
use kassa_service::{ClientAddress, Object, OptionalObject, Problem};
use serde::Serialize;
use serde_json::{Value, json};

use super::super::answer::shape;
use super::super::apart::edit as apart;
use super::super::change::{cancel, edit, fulfil, refund};
use super::super::details::Source;
use super::super::edges::CancelledStock;
use super::super::edited::Prices;
use super::super::fulfil::FulfilAsk;
use super::super::lines::TooLarge;
use super::super::order::StockPlace;
use super::super::place::Orderer;
use super::super::refusals::Failure;
use super::super::request::{CancelBody, EditBody, FulfilBody, OrderBody, RefundBody};
use super::super::sources::products;
use super::super::submit::{Submission, submit};
use super::ask::Ask;
use super::caller::{Buyer, PathId};
use crate::act::Keyed;
use crate::idempotency::required_key;
use crate::shop::Shop;
use crate::visit::{Context, Visit};

/// `POST /v1/orders` → 201, 202 or 422.
pub(super) async fn create_order(
    Buyer(caller): Buyer,
    State(shop): State<Arc<Shop>>,
    ClientAddress(address): ClientAddress,
    headers: HeaderMap,
    Object(body): Object<OrderBody>,
) -> Result<Response, Problem> {
    let key = required_key(&headers)?.to_owned();
    place_for(&shop, &caller, (key, &headers, address), body).await
}

/// An order of somebody without a key, from a form of ours: `POST /v1/orders` with this body and key, and that route's answer.
///
/// # Errors
/// What that route refuses without having kept it.
pub async fn place_public(
    shop: &Arc<Shop>,
    key: &str,
    (headers, address): (&HeaderMap, IpAddr),
    body: Value,
) -> Result<Response, Problem> {
    let body =
        serde_json::from_str(&body.to_string()).map_err(|error| Problem::bad_request(error.to_string()))?;
    place_for(shop, &Caller::Public, (key.to_owned(), headers, address), body).await
}

async fn place_for(
    shop: &Arc<Shop>,
    caller: &Caller,
    (key, headers, address): (String, &HeaderMap, IpAddr),
    body: OrderBody,
) -> Result<Response, Problem> {
    let scope = match caller {
        Caller::Public | Caller::Open => format!("{}/public", shop.options.site),
        other => other.identity(),
    };
    let received_at = shop.now();
    let site = shop.options.site.as_str();
    let visit = Visit { site, address, headers, salts: None, rules: None, received_at };
    let mut submission = Submission::new(body.check()?, scope, Some(key), (shop, &visit));
    submission.source = source_of(caller);
    submission.asked = Asked::of(caller, ("POST", "/v1/orders"), &json!({}));
    let is_stranger = *caller == Caller::Public;
    let says_its_visit = is_stranger || submission.ask.context.names_a_visit();
    let visit = says_its_visit.then(|| submission.context.clone());
    if is_stranger {
        if let Err(why) = shop.options.without_key.allow(&submission.ask.items) {
            note(shop, visit, Some(Failure::too_large()));
            return Err(too_large(why));
        }
        submission.orderer = Orderer::Stranger;
    }
    let result = submit(shop, submission, shape).await.map_err(Problem::from);
    note(shop, visit, Failure::of(&result));
    Ok(result?.into_response())
}

/// By which way an order of this caller comes.
fn source_of(caller: &Caller) -> Source {
    match caller {
        Caller::Public | Caller::Open => Source::Web,
        Caller::Admin | Caller::Session | Caller::Key { session: true, .. } => Source::Admin,
        Caller::Internal | Caller::Share(_) | Caller::Key { .. } => Source::Api,
    }
}

/// Tells analytics of a refused order, if it says of which visit it is.
fn note(shop: &Shop, visit: Option<Context>, failure: Option<Failure>) {
    if let Some((visit, failure)) = visit.zip(failure) {
        shop.refusals.note(visit, failure, shop.now());
    }
}

/// 422: an order without a key asks for too much.
fn too_large(error: TooLarge) -> Problem {
    Problem::new(
        StatusCode::UNPROCESSABLE_ENTITY,
        "order-too-large",
        "More than an order without a key may ask for",
    )
    .detail(error.to_string())
    .extra("limit", error.most)
    .extra("requested", error.asked)
}

/// `PUT /v1/orders/{uuid} {"items","reprice"?}`: other lines in place of its own.
pub(super) async fn edit_order(
    Allowed(caller, ..): Allowed<need::Orders>,
    State(shop): State<Arc<Shop>>,
    path: PathId,
    headers: HeaderMap,
    Object(body): Object<EditBody>,
) -> Result<Response, Problem> {
    let ask = Ask::new(&shop, path, &headers)?;
    let what = body.check()?;
    let route = ask.route("");
    let keyed = match what.prices {
        Prices::Agreed => Keyed::of(&caller, &headers, ("PUT", &route), &what.items)?,
        Prices::Today => Keyed::of(&caller, &headers, ("PUT", &route), &(&what.items, "reprice"))?,
    };
    match ask.stock {
        StockPlace::SameDatabase => {
            let offers = products(&shop, &what.items).await?;
            ask.carry_out(keyed, move |tx, ask| edit(tx, &ask.target, &what, offers.as_deref(), ask.now))
                .await
        }
        StockPlace::Apart => apart::edit(&shop, keyed, ask.target, what).await,
    }
}

/// `POST /v1/orders/{uuid}/cancel {"restock"?}`.
pub(super) async fn cancel_order(
    Allowed(caller, ..): Allowed<need::Orders>,
    State(shop): State<Arc<Shop>>,
    path: PathId,
    headers: HeaderMap,
    OptionalObject(body): OptionalObject<CancelBody>,
) -> Result<Response, Problem> {
    let ask = Ask::new(&shop, path, &headers)?;
    let stock = body.check();
    let route = ask.route("/cancel");
    let keyed = match stock {
        CancelledStock::Returned => Keyed::of(&caller, &headers, ("POST", &route), &Nothing {})?,
        CancelledStock::Kept => Keyed::of(&caller, &headers, ("POST", &route), &Kept { restock: false })?,
    };
    ask.carry_out(keyed, move |tx, ask| cancel(tx, &ask.target, stock, ask.stock, ask.now)).await
}

/// `POST /v1/orders/{uuid}/fulfil {"lines"?}`.
pub(super) async fn fulfil_order(
    Allowed(caller, ..): Allowed<need::Orders>,
    State(shop): State<Arc<Shop>>,
    path: PathId,
    headers: HeaderMap,
    OptionalObject(body): OptionalObject<FulfilBody>,
) -> Result<Response, Problem> {
    let ask = Ask::new(&shop, path, &headers)?;
    let what = body.check()?;
    let route = ask.route("/fulfil");
    let keyed = match &what {
        FulfilAsk::Rest => Keyed::of(&caller, &headers, ("POST", &route), &Nothing {})?,
        FulfilAsk::Lines(lines) => Keyed::of(&caller, &headers, ("POST", &route), lines)?,
    };
    ask.carry_out(keyed, move |tx, ask| fulfil(tx, &ask.target, &what, ask.now)).await
}

/// `POST /v1/orders/{uuid}/refunds`, by lines or by amount; needs an `Idempotency-Key`.
pub(super) async fn refund_order(
    Allowed(caller, ..): Allowed<need::Orders>,
    State(shop): State<Arc<Shop>>,
    path: PathId,
    headers: HeaderMap,
    Object(body): Object<RefundBody>,
) -> Result<Response, Problem> {
    let ask = Ask::new(&shop, path, &headers)?;
    required_key(&headers)?;
    let what = body.check()?;
    let keyed = Keyed::of(&caller, &headers, ("POST", &ask.route("/refunds")), &what)?;
    ask.carry_out(keyed, move |tx, ask| refund(tx, &ask.target, &what, ask.stock, ask.now)).await
}

/// An empty body, for a fingerprint.
#[derive(Serialize)]
struct Nothing {}

/// The body of a cancel that returns no stock, for a fingerprint.
#[derive(Serialize)]
struct Kept {
    restock: bool,
}
