//! The routes of orders.

mod answer;
mod apart;
mod read;
mod write;

use std::sync::Arc;

use axum::Router;
use axum::extract::Path;
use axum::extract::rejection::PathRejection;
use axum::http::HeaderMap;
use axum::routing::{get, post, put};
use kassa_access::{Caller, Denied, Scope};
use kassa_service::{Problem, RouteClass};
use uuid::Uuid;

use crate::Shop;

pub(crate) use answer::edited;
pub use answer::shape;

/// The routes of class `Storefront`: to place an order, and to look at it by its UUID. None without orders in this process.
pub fn storefront_routes(shop: Arc<Shop>) -> Router {
    if shop.orders.is_none() {
        return Router::new();
    }
    Router::new()
        .route("/v1/orders", post(write::create_order))
        .route("/v1/orders/{id}", get(read::get_order))
        .with_state(shop)
}

/// The routes of class `Native`: what whoever runs the shop sees and does.
pub fn native_routes(shop: Arc<Shop>) -> Router {
    if shop.orders.is_none() {
        return Router::new();
    }
    Router::new()
        .route("/v1/orders", get(read::list_orders))
        .route("/v1/orders/{id}", put(write::edit_order))
        .route("/v1/orders/{id}/cancel", post(write::cancel_order))
        .route("/v1/orders/{id}/fulfil", post(write::fulfil_order))
        .route("/v1/orders/{id}/refunds", post(write::refund_order).get(read::list_refunds))
        .with_state(shop)
}

type PathId = Result<Path<String>, PathRejection>;

/// The UUID in a path, as it is stored. A name that no order can have is an order that there is not.
fn order_id(path: PathId) -> Result<String, Problem> {
    let Ok(Path(text)) = path else { return Err(Problem::bad_request("the path is not UTF-8")) };
    match Uuid::try_parse(&text) {
        Ok(id) => Ok(id.as_hyphenated().to_string()),
        Err(_) => Err(unknown(&text)),
    }
}

fn unknown(id: &str) -> Problem {
    let shown: String = id.chars().take(64).collect();
    Problem::not_found(format!("no order {shown}"))
}

/// Who calls a storefront route: nobody in particular, unless a key says otherwise; one that is sent must be right.
fn storefront_caller(shop: &Shop, headers: &HeaderMap) -> Result<Caller, Problem> {
    match shop.access.authorize(headers, RouteClass::Native) {
        Ok(caller) => Ok(caller),
        Err(Denied::Missing) => Ok(Caller::Public),
        Err(wrong) => Err(wrong.into()),
    }
}

/// Refuses a caller of a native route who may not do what orders need.
fn require_orders(shop: &Shop, caller: &Caller) -> Result<(), Problem> {
    caller.require(Scope::Orders)?;
    match caller {
        Caller::Key { site: Some(only), .. } if *only != shop.options.site => {
            Err(Problem::not_found("no orders of this key's site here"))
        }
        _ => Ok(()),
    }
}
