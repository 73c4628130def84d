//! Orders as they are.

use std::sync::Arc;

use axum::extract::State;
use axum::http::header::{CACHE_CONTROL, ETAG, VARY};
use axum::http::{HeaderMap, HeaderValue, StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use kassa_access::{Allowed, Scope, need};
use kassa_model::{Money, Timestamp};
use kassa_service::{Bare, Json, Problem};
use serde::Serialize;
use serde_json::Value;

use super::super::store::{self, Filter};
use super::super::submit::orders;
use super::super::view::Audience;
use super::super::{Order, Refund, RefundedLine};
use super::{Onlooker, PathId, order_id, require_orders, unknown};
use crate::params::Params;
use crate::{Shop, precondition, problem_of};

const LIMIT_DEFAULT: i64 = 50;
const LIMIT_MAX: i64 = 200;

/// A page of orders.
#[derive(Debug, Serialize)]
pub(super) struct Page {
    orders: Vec<Value>,
    /// Where the next page begins; absent on the last.
    #[serde(skip_serializing_if = "Option::is_none")]
    next_cursor: Option<String>,
}

#[derive(Debug, Serialize)]
pub(super) struct Refunds {
    refunds: Vec<RefundView>,
}

#[derive(Debug, Serialize)]
struct RefundView {
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
    let order = find(&shop, order_id(path)?).await?;
    let for_shop = caller.may(Scope::Orders) && require_orders(&shop, &caller).is_ok();
    let etag = order.etag();
    let mut response = match precondition::is_known(&headers, &etag) {
        true => StatusCode::NOT_MODIFIED.into_response(),
        false => {
            Json(value(&order, if for_shop { Audience::Shop } else { Audience::Anyone })).into_response()
        }
    };
    // Digits, and words of ours.
    let etag = HeaderValue::try_from(etag).map_err(|_| Problem::internal())?;
    response.headers_mut().insert(ETAG, etag);
    response.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("private, no-cache"));
    // Whoever may see the customer gets another body under the same tag.
    response.headers_mut().append(VARY, HeaderValue::from_static("authorization, cookie"));
    Ok(response)
}

/// `GET /v1/orders?status=&from=&to=&customer=&limit=&cursor=`, newest first.
pub(super) async fn list_orders(
    _: Allowed<need::Orders>,
    State(shop): State<Arc<Shop>>,
    uri: Uri,
) -> Result<Json<Page>, Problem> {
    let params = Params::of(&uri, &["status", "from", "to", "customer", "limit", "cursor"])?;
    let limit = params.limit(LIMIT_DEFAULT, LIMIT_MAX)?;
    let filter = filter(&params)?;
    let read = orders(&shop)?.read(move |tx| store::list(tx, &filter, limit + 1));
    let mut found = read.await.map_err(|error: kassa_db::Error| problem_of(&error))?;
    let more = found.len() > usize::try_from(limit).unwrap_or(usize::MAX);
    found.truncate(usize::try_from(limit).unwrap_or(usize::MAX));
    let next_cursor = found.last().filter(|_| more).map(|order| order.number.to_string());
    Ok(Json(Page { orders: found.iter().map(|order| value(order, Audience::Shop)).collect(), next_cursor }))
}

/// `GET /v1/orders/{uuid}/refunds`, in their order.
pub(super) async fn list_refunds(
    _: Allowed<need::Orders>,
    State(shop): State<Arc<Shop>>,
    path: PathId,
    _: Bare,
) -> Result<Json<Refunds>, Problem> {
    let order = find(&shop, order_id(path)?).await?;
    let id = order.id.clone();
    let read = orders(&shop)?.read(move |tx| store::refunds(tx, &id));
    let found = read.await.map_err(|error: kassa_db::Error| problem_of(&error))?;
    let view = |(refund, at): (Refund, Timestamp)| RefundView {
        id: refund.id,
        amount: order.money(refund.amount_minor),
        lines: refund.lines,
        created_at: at.to_string(),
    };
    Ok(Json(Refunds { refunds: found.into_iter().map(view).collect() }))
}

async fn find(shop: &Shop, id: String) -> Result<Order, Problem> {
    let wanted = id.clone();
    let read = orders(shop)?.read(move |tx| store::by_id(tx, &wanted));
    let found = read.await.map_err(|error: kassa_db::Error| problem_of(&error))?;
    found.ok_or_else(|| unknown(&id))
}

fn filter(params: &Params) -> Result<Filter, Problem> {
    let time = |name: &str| {
        let parsed = params.text(name).map(str::parse::<Timestamp>).transpose();
        parsed.map_err(|error| Problem::bad_request(format!("{name}: {error}")))
    };
    let status = params.text("status").map(str::parse).transpose();
    let before = params.text("cursor").map(str::parse::<i64>).transpose();
    Ok(Filter {
        status: status.map_err(|error| Problem::bad_request(format!("status: {error}")))?,
        from: time("from")?,
        to: time("to")?,
        customer: params.text("customer").map(str::to_owned),
        before: before.map_err(|_| Problem::bad_request("cursor is none that was given out"))?,
    })
}

fn value(order: &Order, audience: Audience) -> Value {
    // A struct with named fields: serde_json always writes it.
    serde_json::to_value(order.view(audience)).unwrap_or_default()
}
