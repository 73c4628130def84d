//! The routes of orders.

mod amend;
mod ask;
mod caller;
mod follow;
mod fulfilments;
mod payments;
mod preview;
mod read;
mod write;

use std::sync::Arc;

use axum::Router;
use axum::routing::{get, post};
use kassa_service::{Protected, protected};

use crate::shop::Shop;

pub(crate) use read::find_order;
pub use write::place_public;

/// The routes of class `Storefront`: to place an order, and to look at it by its UUID or its link. None without orders in this process.
pub fn storefront_routes(shop: Arc<Shop>) -> Router {
    if shop.orders.is_none() {
        return Router::new();
    }
    Router::new()
        .route("/v1/orders", post(write::create_order))
        .route("/v1/orders/{id}", get(read::get_order))
        .route("/v1/orders/{id}/status", get(follow::follow_order))
        .with_state(shop)
}

/// The routes of class `Native`: what whoever runs the shop sees and does.
pub fn native_routes(shop: Arc<Shop>) -> Protected {
    if shop.orders.is_none() {
        return Protected::new();
    }
    Protected::new()
        .route("/v1/orders", protected::get(read::list_orders))
        .route("/v1/orders/{id}", protected::put(write::edit_order).patch(amend::amend_order))
        .route("/v1/orders/{id}/cancel", protected::post(write::cancel_order))
        .route("/v1/orders/{id}/fulfil", protected::post(write::fulfil_order))
        .route(
            "/v1/orders/{id}/fulfilments",
            protected::post(fulfilments::create_fulfilment).get(fulfilments::list_fulfilments),
        )
        .route("/v1/orders/{id}/fulfilments/{number}", protected::post(fulfilments::change_fulfilment))
        .route(
            "/v1/orders/{id}/payments",
            protected::post(payments::create_payment).get(payments::list_payments),
        )
        .route("/v1/orders/{id}/refunds", protected::post(write::refund_order).get(read::list_refunds))
        .route("/v1/orders/{id}/refunds/preview", protected::post(preview::preview_refund))
        .with_state(shop)
}
