//! The prices that a variant has had: the one that a SKU names, else the first of the product.
//!
//! ```json
//! {"results":[{"price":{"amount_minor":1500,"currency":"EUR"},"before":{"amount_minor":1800,"currency":"EUR"},
//!  "since":"2026-11-21T05:00:00Z"},…],"next_cursor":null,"lowest_30_days":{"amount_minor":1700,"currency":"EUR"}}
//! ```

use std::sync::Arc;

use axum::extract::rejection::PathRejection;
use axum::extract::{Path, State};
use axum::http::Uri;
use axum::response::{IntoResponse, Response};
use kassa_access::{Allowed, need};
use kassa_db::Error;
use kassa_model::Money;
use kassa_service::{Json, Problem};
use serde::Serialize;

use super::super::price_change::{PriceChange, lowest_before, of_variant};
use super::named::{Named, catalog};
use crate::page::cut;
use crate::params::Params;
use crate::refuse::problem_of;
use crate::shop::Shop;

const LIMIT_DEFAULT: i64 = 50;
const LIMIT_MAX: i64 = 200;

#[derive(Debug, Serialize)]
struct PriceView {
    price: Money,
    before: Option<Money>,
    since: String,
}

#[derive(Debug, Serialize)]
struct Prices {
    results: Vec<PriceView>,
    next_cursor: Option<String>,
    lowest_30_days: Option<Money>,
}

/// `GET /v1/products/{id}/prices?limit=&cursor=`, newest first; also of an archived product.
pub(super) async fn list_prices(
    _: Allowed<need::Read>,
    State(shop): State<Arc<Shop>>,
    path: Result<Path<String>, PathRejection>,
    uri: Uri,
) -> Result<Response, Problem> {
    let named = Named::of(path)?;
    let params = Params::of(&uri, &["limit", "cursor"])?;
    let limit = params.limit(LIMIT_DEFAULT, LIMIT_MAX)?;
    let before = params.text("cursor").map(parse_cursor).transpose()?.unwrap_or(i64::MAX);
    let asked = named.clone();
    let found = catalog(&shop)?.read(move |tx| {
        let Some(product) = asked.as_named(tx)? else { return Ok(None) };
        let lowest = match of_variant(tx, product.variant_id, i64::MAX, 1)?.first() {
            Some(last) => lowest_before(tx, product.variant_id, last)?,
            None => None,
        };
        Ok(Some((of_variant(tx, product.variant_id, before, limit + 1)?, lowest)))
    });
    let found = found.await.map_err(|error: Error| problem_of(&error))?;
    let Some((mut changes, lowest_30_days)) = found else { return Err(named.unknown()) };
    let more = cut(&mut changes, limit);
    let next_cursor = changes.last().filter(|_| more).map(|last| last.id.to_string());
    let view =
        |PriceChange { price, before, since, .. }| PriceView { price, before, since: since.to_string() };
    let results = changes.into_iter().map(view).collect();
    Ok(Json(Prices { results, next_cursor, lowest_30_days }).into_response())
}

fn parse_cursor(text: &str) -> Result<i64, Problem> {
    let place = text.parse().ok().filter(|place| *place > 0);
    place.ok_or_else(|| Problem::bad_request("cursor must be the next_cursor of an earlier answer"))
}
