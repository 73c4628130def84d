//! Orders as they are.

use std::sync::Arc;

use axum::extract::State;
use axum::http::header::{CACHE_CONTROL, ETAG, VARY};
use axum::http::{HeaderMap, HeaderValue, StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use jiff::tz::TimeZone;
use kassa_access::{Allowed, Scope, need};
use kassa_db::Engine;
use kassa_model::{Money, Timestamp};
use kassa_service::{Bare, Json, Problem};
use serde::Serialize;
use serde_json::Value;

use super::super::answer::unknown;
use super::super::details::{self, Addresses};
use super::super::fulfilments::status::FulfilmentStatus;
use super::super::lists;
use super::super::lists::question::{Changes, Cursor, Question, parse_cursor};
use super::super::order::{Filter, Order, Refund, RefundedLine};
use super::super::payments::status::PaymentStatus;
use super::super::sources::orders;
use super::super::store;
use super::super::view::Audience;
use super::super::whole::Whole;
use super::caller::{Onlooker, PathId, order_id, require_orders};
use crate::ids::bad_cursor;
use crate::page::{self, Page};
use crate::params::{End, Params};
use crate::precondition;
use crate::refuse::read;
use crate::shop::Shop;

const LIMIT_DEFAULT: i64 = 50;
const LIMIT_MAX: i64 = 200;

#[derive(Debug, Serialize)]
pub(super) struct RefundView {
    id: String,
    amount: Money,
    lines: Vec<RefundedLine>,
    created_at: String,
}

/// `GET /v1/orders/{uuid}`: without a key for orders, without the customer.
pub(super) async fn get_order(
    Onlooker(caller): Onlooker,
    State(shop): State<Arc<Shop>>,
    path: PathId,
    headers: HeaderMap,
    _: Bare,
) -> Result<Response, Problem> {
    let for_shop = caller.may(Scope::Orders) && require_orders(&shop, &caller).is_ok();
    let (order, addresses, note) = find_whole(&shop, order_id(path)?).await?;
    let etag = order.etag();
    let mut response = match precondition::is_known(&headers, &etag) {
        true => StatusCode::NOT_MODIFIED.into_response(),
        false if for_shop => Json(Whole::new(&order, addresses, note)).into_response(),
        false => Json(order.view(Audience::Anyone)).into_response(),
    };
    // Digits, and words of ours.
    let etag = HeaderValue::try_from(etag).map_err(|_| Problem::internal())?;
    response.headers_mut().insert(ETAG, etag);
    response.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("private, no-cache"));
    // Whoever may see the customer gets another body under the same tag.
    response.headers_mut().append(VARY, HeaderValue::from_static("authorization, cookie"));
    Ok(response)
}

/// What `GET /v1/orders` knows.
const PARAMETERS: [&str; 11] = [
    "status",
    "payment_status",
    "fulfilment_status",
    "from",
    "to",
    "customer",
    "q",
    "updated_since",
    "limit",
    "cursor",
    page::TOTAL,
];

/// `GET /v1/orders?status=&payment_status=&fulfilment_status=&from=&to=&customer=&q=&updated_since=&limit=&cursor=&total=`, newest first, or in the order of their
/// changes.
pub(super) async fn list_orders(
    _: Allowed<need::Orders>,
    State(shop): State<Arc<Shop>>,
    uri: Uri,
) -> Result<Json<Page<Value>>, Problem> {
    let db = orders(&shop)?;
    let question = question(&Params::of(&uri, &PARAMETERS)?, &shop.zone(), db.engine())?;
    let found = read(db, move |tx| lists::find(tx, &question)).await?;
    let results = found.orders.iter().map(|order| value(order, Audience::Shop)).collect();
    Ok(Json(Page { results, next_cursor: found.next_cursor, total: found.total }))
}

/// `GET /v1/orders/{uuid}/refunds`, in their order.
pub(super) async fn list_refunds(
    _: Allowed<need::Orders>,
    State(shop): State<Arc<Shop>>,
    path: PathId,
    _: Bare,
) -> Result<Json<Page<RefundView>>, Problem> {
    let order = find(&shop, order_id(path)?).await?;
    let id = order.id.clone();
    let found = read(orders(&shop)?, move |tx| store::refunds(tx, &id)).await?;
    let view = |(refund, at): (Refund, Timestamp)| RefundView {
        id: refund.id,
        amount: order.money(refund.amount_minor),
        lines: refund.lines,
        created_at: at.to_string(),
    };
    Ok(Json(Page::whole(found.into_iter().map(view).collect())))
}

/// The order of a path.
///
/// # Errors
/// The 404 problem where there is none, the database's.
pub(crate) async fn find_order(shop: &Shop, path: PathId) -> Result<Order, Problem> {
    find(shop, order_id(path)?).await
}

pub(super) async fn find(shop: &Shop, id: String) -> Result<Order, Problem> {
    let wanted = id.clone();
    let found = read(orders(shop)?, move |tx| store::by_id(tx, &wanted)).await?;
    found.ok_or_else(|| unknown(&id))
}

async fn find_whole(shop: &Shop, id: String) -> Result<(Order, Addresses, Option<String>), Problem> {
    let wanted = id.clone();
    let found = read(orders(shop)?, move |tx| {
        let Some(order) = store::by_id(tx, &wanted)? else { return Ok(None) };
        let addresses = details::store::of_order(tx, &wanted)?;
        Ok(Some((order, addresses, store::staff_note(tx, &wanted)?)))
    });
    found.await?.ok_or_else(|| unknown(&id))
}

fn question(params: &Params, zone: &TimeZone, engine: Engine) -> Result<Question, Problem> {
    let since = params.time("updated_since", (End::From, zone))?.map(|asked| lists::since(asked, engine));
    let cursor = params.text("cursor").map(|text| parse_cursor(text).ok_or_else(bad_cursor));
    let cursor = cursor.transpose()?;
    let (before, changes) = match (since, cursor) {
        (None, None) => (None, None),
        (None, Some(Cursor::Before(number))) => (Some(number), None),
        (Some(since), None) => (None, Some(Changes { since, after: None, until: None })),
        (Some(since), Some(Cursor::After(place, until))) => {
            (None, Some(Changes { since, after: Some(place), until }))
        }
        (None, Some(Cursor::After(..))) | (Some(_), Some(Cursor::Before(_))) => return Err(bad_cursor()),
    };
    Ok(Question {
        filter: filter(params, before, zone)?,
        q: params.filter("q")?.map(str::to_owned),
        changes,
        limit: params.limit(LIMIT_DEFAULT, LIMIT_MAX)?,
        total: page::CountAsked::of(params)?,
    })
}

fn filter(params: &Params, before: Option<i64>, zone: &TimeZone) -> Result<Filter, Problem> {
    let status = params.text("status").map(str::parse).transpose();
    Ok(Filter {
        status: status.map_err(|error| Problem::bad_request(format!("status: {error}")))?,
        payment: known(params, "payment_status", PaymentStatus::of)?,
        fulfilment: known(params, "fulfilment_status", FulfilmentStatus::of)?,
        from: params.time("from", (End::From, zone))?,
        to: params.time("to", (End::To, zone))?,
        customer: params.filter("customer")?.map(str::to_owned),
        before,
        ..Filter::default()
    })
}

fn known<T>(params: &Params, name: &str, of: fn(&str) -> Option<T>) -> Result<Option<T>, Problem> {
    let Some(text) = params.text(name) else { return Ok(None) };
    let shown: String = text.chars().take(64).collect();
    of(text).map(Some).ok_or_else(|| Problem::bad_request(format!("{name}: no order has the status {shown}")))
}

fn value(order: &Order, audience: Audience) -> Value {
    // A struct with named fields: serde_json always writes it.
    serde_json::to_value(order.view(audience)).unwrap_or_default()
}
