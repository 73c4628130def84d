//! The routes of orders.

mod answer;
mod apart;
mod read;
mod write;

use std::sync::Arc;

use axum::Router;
use axum::extract::rejection::PathRejection;
use axum::extract::{FromRequestParts, Path};
use axum::http::request::Parts;
use axum::routing::{get, post};
use kassa_access::{Caller, Scope};
use kassa_service::{Problem, Protected, RouteClass, protected};
use uuid::Uuid;

use crate::Shop;

pub(crate) use answer::edited;
pub(super) use answer::refused;
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
pub fn native_routes(shop: Arc<Shop>) -> Protected {
    if shop.orders.is_none() {
        return Protected::new();
    }
    Protected::new()
        .route("/v1/orders", protected::get(read::list_orders))
        .route("/v1/orders/{id}", protected::put(write::edit_order))
        .route("/v1/orders/{id}/cancel", protected::post(write::cancel_order))
        .route("/v1/orders/{id}/fulfil", protected::post(write::fulfil_order))
        .route("/v1/orders/{id}/refunds", protected::post(write::refund_order).get(read::list_refunds))
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

/// Who places an order: anyone, or a key that is for orders in this shop; decided before anything of a body is read.
struct Buyer(Caller);

impl FromRequestParts<Arc<Shop>> for Buyer {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, shop: &Arc<Shop>) -> Result<Self, Problem> {
        let Onlooker(caller) = Onlooker::from_request_parts(parts, shop).await?;
        if caller != Caller::Public {
            require_orders(shop, &caller)?;
        }
        Ok(Self(caller))
    }
}

/// Who calls a storefront route: nobody in particular, unless a key says otherwise; one that is sent must be right.
struct Onlooker(Caller);

impl FromRequestParts<Arc<Shop>> for Onlooker {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, shop: &Arc<Shop>) -> Result<Self, Problem> {
        match shop.access.admit(parts, RouteClass::Native) {
            Ok(caller) => Ok(Self(caller)),
            Err(denied) if denied.is_nobody() => Ok(Self(Caller::Public)),
            Err(wrong) => Err(wrong.into()),
        }
    }
}

/// Refuses a key that may not do what orders need, or not in this shop.
fn require_orders(shop: &Shop, caller: &Caller) -> Result<(), Problem> {
    caller.require(Scope::Orders)?;
    caller.require_shop(Some(&shop.options.site))
}
