//! Fulfilments of an order: made, sent on, taken back and listed.

use std::sync::Arc;

use axum::extract::rejection::PathRejection;
use axum::extract::{Path, State};
use axum::http::header::ETAG;
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use kassa_access::{Allowed, need};
use kassa_db::Tx;
use kassa_service::{Bare, Json, Object, OptionalObject, Problem};
use serde::Serialize;

use super::super::answer::failed;
use super::super::change::{self, Before, bring, pack};
use super::super::edges::Change;
use super::super::error::EdgeError;
use super::super::fulfil::FulfilError;
use super::super::fulfilments::ask::{FulfilmentBody, StageBody};
use super::super::fulfilments::fulfilment::Fulfilment;
use super::super::fulfilments::store;
use super::super::order::Order;
use super::super::sources::orders;
use super::ask::Ask;
use super::caller::{PathId, order_id};
use super::read::find;
use crate::act::{Done, Failed, Keyed};
use crate::idempotency::{self, Answer};
use crate::page::Page;
use crate::refuse::read;
use crate::shop::Shop;

#[derive(Debug, Serialize)]
pub(super) struct FulfilmentView {
    order_id: String,
    #[serde(flatten)]
    fulfilment: Fulfilment,
}

/// `POST /v1/orders/{uuid}/fulfilments {"lines"?,"status"?,"carrier"?,"tracking_number"?,"tracking_url"?}` → 201.
pub(super) async fn create_fulfilment(
    Allowed(caller, ..): Allowed<need::Orders>,
    State(shop): State<Arc<Shop>>,
    path: PathId,
    headers: HeaderMap,
    OptionalObject(body): OptionalObject<FulfilmentBody>,
) -> Result<Response, Problem> {
    let ask = Ask::new(&shop, path, &headers)?;
    let what = body.check()?;
    let keyed = Keyed::of(&caller, &headers, ("POST", &ask.route("/fulfilments")), &what)?;
    ask.answer(keyed, move |tx, ask| {
        if let Some((order, seq)) = made_before(tx, ask)? {
            return again(tx, &order, |fulfilment| fulfilment.seq == seq);
        }
        done(tx.savepoint(|tx| pack(tx, &ask.target, &what, ask.now)), StatusCode::CREATED)
    })
    .await
}

/// `POST /v1/orders/{uuid}/fulfilments/{number} {"status","carrier"?,"tracking_number"?,"tracking_url"?}`.
pub(super) async fn change_fulfilment(
    Allowed(caller, ..): Allowed<need::Orders>,
    State(shop): State<Arc<Shop>>,
    path: Result<Path<(String, String)>, PathRejection>,
    headers: HeaderMap,
    Object(body): Object<StageBody>,
) -> Result<Response, Problem> {
    let Ok(Path((id, number))) = path else { return Err(Problem::bad_request("the path is not UTF-8")) };
    let ask = Ask::new(&shop, Ok(Path(id)), &headers)?;
    let what = body.check(number_of(&number)?)?;
    let route = ask.route(&format!("/fulfilments/{}", what.number));
    let keyed = Keyed::of(&caller, &headers, ("POST", &route), &what)?;
    ask.answer(keyed, move |tx, ask| {
        if let Some((order, _)) = made_before(tx, ask)? {
            return again(tx, &order, |fulfilment| fulfilment.number == what.number);
        }
        done(tx.savepoint(|tx| bring(tx, &ask.target, &what, ask.now)), StatusCode::OK)
    })
    .await
}

/// `GET /v1/orders/{uuid}/fulfilments`, in their order.
pub(super) async fn list_fulfilments(
    _: Allowed<need::Orders>,
    State(shop): State<Arc<Shop>>,
    path: PathId,
    _: Bare,
) -> Result<Json<Page<FulfilmentView>>, Problem> {
    let order = find(&shop, order_id(path)?).await?;
    let id = order.id.clone();
    let found = read(orders(&shop)?, move |tx| store::of_order(tx, &id)).await?;
    let view = |fulfilment| FulfilmentView { order_id: order.id.clone(), fulfilment };
    Ok(Json(Page::whole(found.into_iter().map(view).collect())))
}

fn number_of(text: &str) -> Result<i64, Problem> {
    let digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let number = text.parse().ok().filter(|_| digits);
    let shown: String = text.chars().take(64).collect();
    number.ok_or_else(|| Problem::not_found(format!("no fulfilment {shown}")))
}

/// The order that a request with this key has changed, and by which event.
fn made_before(tx: &mut Tx<'_>, ask: &Ask) -> Result<Option<(Order, i64)>, Failed> {
    match change::before(tx, &ask.target)? {
        None => Ok(None),
        Some(Before::Done(order, seq)) => Ok(Some((*order, seq))),
        Some(Before::Other) => Err(idempotency::reused().into()),
    }
}

/// The answer to a request that was carried out long ago: the fulfilment as it is now.
fn again(
    tx: &mut Tx<'_>,
    order: &Order,
    is_it: impl Fn(&Fulfilment) -> bool,
) -> Result<Done<Change>, Failed> {
    let found = store::of_order(tx, &order.id)?.into_iter().find(is_it);
    let fulfilment = found.ok_or_else(|| Problem::not_found("the fulfilment is not there"))?;
    Ok((showing(StatusCode::OK, order, &fulfilment).replayed(), None))
}

fn done(made: Result<Change, EdgeError>, status: StatusCode) -> Result<Done<Change>, Failed> {
    let made = made.and_then(|change| match change.fulfilment.clone() {
        Some(fulfilment) => Ok((change, fulfilment)),
        None => Err(FulfilError::NothingLeft.into()),
    });
    match made {
        Ok((change, fulfilment)) => Ok((showing(status, &change.after, &fulfilment), Some(change))),
        Err(error) => Ok((failed(error)?, None)),
    }
}

fn showing(status: StatusCode, order: &Order, fulfilment: &Fulfilment) -> Answer {
    let view = FulfilmentView { order_id: order.id.clone(), fulfilment: fulfilment.clone() };
    Answer::json(status, &view).header(ETAG.as_str(), &order.etag()).about(&order.id)
}
