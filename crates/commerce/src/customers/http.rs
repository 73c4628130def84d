//! The routes of customers, all of class `Native`: what whoever runs the shop sees of those who have ordered.

use std::sync::Arc;

use axum::extract::State;
use axum::http::Uri;
use kassa_access::{Allowed, need};
use kassa_service::{Bare, Json, Problem, Protected, protected};

use super::list::{find, whole};
use super::view::{CustomerView, WholeView};
use crate::ids::{self, PathId, cursor_id, path_id};
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
    let q = params.filter("q")?.map(str::to_owned);
    let before = cursor_id(&params)?;
    let limit = params.limit(LIMIT_DEFAULT, LIMIT_MAX)?;
    let orders = here(&shop.orders, "orders")?;
    let found = read(orders, move |tx| find(tx, q.as_deref(), before.as_deref(), limit)).await?;
    let results = found.customers.into_iter().map(|(customer, bought)| CustomerView::new(customer, &bought));
    Ok(Json(Page { results: results.collect(), next_cursor: found.next, total: Total::default() }))
}

/// `GET /v1/customers/{id}`.
async fn get_customer(
    _: Allowed<need::Orders>,
    State(shop): State<Arc<Shop>>,
    path: PathId,
    _: Bare,
) -> Result<Json<WholeView>, Problem> {
    let id = path_id(path, unknown)?;
    let wanted = id.clone();
    let found = read(here(&shop.orders, "orders")?, move |tx| whole(tx, &wanted)).await?;
    let found = found.ok_or_else(|| unknown(&id))?;
    let first_source = match shop.origins.get() {
        Some(origins) => origins.source_of(&id).await,
        None => None,
    };
    Ok(Json(WholeView::new(found, first_source)))
}

fn unknown(id: &str) -> Problem {
    ids::unknown("customer", id)
}
