//! The routes of customers, all of class `Native`: what whoever runs the shop sees of those who have ordered.

use std::sync::Arc;

use axum::extract::rejection::PathRejection;
use axum::extract::{Path, State};
use axum::http::Uri;
use kassa_access::{Allowed, need};
use kassa_service::{Bare, Json, Problem, Protected, protected};
use uuid::Uuid;

use super::list::{find, whole};
use super::view::{CustomerView, WholeView};
use crate::page::{Page, Total};
use crate::params::Params;
use crate::refuse::{here, read};
use crate::shop::Shop;

const LIMIT_DEFAULT: i64 = 50;
const LIMIT_MAX: i64 = 200;

/// The routes of customers; none without orders in this process.
pub fn native_routes(shop: Arc<Shop>) -> Protected {
    if shop.orders.is_none() {
        return Protected::new();
    }
    Protected::new()
        .route("/v1/customers", protected::get(list_customers))
        .route("/v1/customers/{id}", protected::get(get_customer))
        .with_state(shop)
}

/// `GET /v1/customers?q=&limit=&cursor=`, those first whose first order is the newest.
async fn list_customers(
    _: Allowed<need::Orders>,
    State(shop): State<Arc<Shop>>,
    uri: Uri,
) -> Result<Json<Page<CustomerView>>, Problem> {
    let params = Params::of(&uri, &["q", "limit", "cursor"])?;
    let q = params.filter("q")?.unwrap_or_default().to_owned();
    let before = params.text("cursor").map(cursor).transpose()?;
    let limit = params.limit(LIMIT_DEFAULT, LIMIT_MAX)?;
    let orders = here(&shop.orders, "orders")?;
    let found = read(orders, move |tx| find(tx, &q, before.as_deref(), limit)).await?;
    let results = found.customers.into_iter().map(|(customer, bought)| CustomerView::new(customer, &bought));
    Ok(Json(Page { results: results.collect(), next_cursor: found.next, total: Total::default() }))
}

/// `GET /v1/customers/{id}`.
async fn get_customer(
    _: Allowed<need::Orders>,
    State(shop): State<Arc<Shop>>,
    path: Result<Path<String>, PathRejection>,
    _: Bare,
) -> Result<Json<WholeView>, Problem> {
    let Ok(Path(text)) = path else { return Err(Problem::bad_request("the path is not UTF-8")) };
    let id = id(&text).ok_or_else(|| unknown(&text))?;
    let first_order = id.clone();
    let found = read(here(&shop.orders, "orders")?, move |tx| whole(tx, &id)).await?;
    let found = found.ok_or_else(|| unknown(&text))?;
    let first_source = match shop.origins.get() {
        Some(origins) => origins.source_of(&first_order).await,
        None => None,
    };
    Ok(Json(WholeView::new(found, first_source)))
}

/// An id as it is stored.
fn id(text: &str) -> Option<String> {
    Uuid::try_parse(text).ok().map(|id| id.as_hyphenated().to_string())
}

/// Where a page begins: the id of the last customer of the one before.
fn cursor(text: &str) -> Result<String, Problem> {
    id(text).ok_or_else(|| Problem::bad_request("cursor is none that was given out for this question"))
}

fn unknown(id: &str) -> Problem {
    let shown: String = id.chars().take(64).collect();
    Problem::not_found(format!("no customer {shown}"))
}
