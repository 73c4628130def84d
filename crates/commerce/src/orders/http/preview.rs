//! What a refund would do, before it is done: by the same rules, over the order as it is, and nothing is written.
//!
//! ```json
//! {"amount":{"amount_minor":499,"currency":"USD"},"lines":[{"sku":"ps5","quantity":1,"amount_minor":499,"restocked":true}],
//!  "stock":[{"sku":"ps5","quantity":1,"on_hand":7}],"order":{…as it would be…}}
//! ```

use std::sync::Arc;

use axum::extract::State;
use axum::http::HeaderValue;
use axum::http::header::{CACHE_CONTROL, ETAG};
use axum::response::{IntoResponse, Response};
use kassa_access::{Allowed, need};
use kassa_model::Money;
use kassa_service::{Json, Object, Problem};
use serde::Serialize;

use super::super::answer::problem;
use super::super::edges::Change;
use super::super::order::RefundedLine;
use super::super::request::RefundBody;
use super::super::view::{Audience, OrderView};
use super::caller::PathId;
use super::read::find_order;
use crate::inventory::store::by_skus;
use crate::inventory::{Stock, StockLine};
use crate::refuse::read;
use crate::shop::Shop;

#[derive(Debug, Serialize)]
struct Preview<'a> {
    amount: Money,
    lines: &'a [RefundedLine],
    stock: Vec<Returned<'a>>,
    order: OrderView<'a>,
}

/// Units that would go back into stock.
#[derive(Debug, Serialize)]
struct Returned<'a> {
    sku: &'a str,
    quantity: i64,
    /// What would be there with them; `null` where stock is in another process.
    on_hand: Option<i64>,
}

/// `POST /v1/orders/{uuid}/refunds/preview` with the body of a refund. Its `ETag` is the order's: with it as `If-Match` the refund is
/// what was shown, or refused.
pub(super) async fn preview_refund(
    _: Allowed<need::Orders>,
    State(shop): State<Arc<Shop>>,
    path: PathId,
    Object(body): Object<RefundBody>,
) -> Result<Response, Problem> {
    let order = find_order(&shop, path).await?;
    let change = order.refund(&body.check()?, shop.now()).map_err(|error| problem(error.into()))?;
    let there = match &shop.inventory {
        Some(db) => {
            let skus: Vec<String> = change.give_back.iter().map(|line| line.sku.clone()).collect();
            let found = read(db, move |tx| by_skus(tx, &skus.iter().map(String::as_str).collect::<Vec<_>>()));
            Some(found.await?)
        }
        None => None,
    };
    let mut response = Json(shown(&change, there.as_deref())).into_response();
    // Digits, and words of ours.
    let etag = HeaderValue::try_from(order.etag()).map_err(|_| Problem::internal())?;
    response.headers_mut().insert(ETAG, etag);
    response.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    Ok(response)
}

fn shown<'a>(change: &'a Change, there: Option<&[Stock]>) -> Preview<'a> {
    let returned = |line: &'a StockLine| {
        let stock = there.and_then(|there| there.iter().find(|stock| stock.sku == line.sku));
        let on_hand = stock.map(|stock| stock.on_hand.saturating_add(line.quantity));
        Returned { sku: &line.sku, quantity: line.quantity, on_hand }
    };
    Preview {
        amount: change.after.money(-change.revenue_delta_minor),
        lines: change.refund.as_ref().map_or(&[], |refund| &refund.lines),
        stock: change.give_back.iter().map(returned).collect(),
        order: change.after.view(Audience::Shop),
    }
}
