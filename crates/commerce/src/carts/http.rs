//! The route of carts.

use std::sync::Arc;

use axum::Router;
use axum::extract::State;
use axum::http::header::CACHE_CONTROL;
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use kassa_service::{Json, Object, Problem};

use super::ask::CartBody;
use super::goods::goods_of;
use super::priced::price;
use crate::shop::Shop;

/// The routes of class `Storefront`. None without a catalogue in this process.
pub fn storefront_routes(shop: Arc<Shop>) -> Router {
    if shop.catalog.is_none() {
        return Router::new();
    }
    Router::new().route("/v1/carts/price", post(price_cart)).with_state(shop)
}

/// `POST /v1/carts/price {"lines":[{"sku","quantity","seen_price_minor"?}]}`: what the cart costs now, and what has changed.
async fn price_cart(
    State(shop): State<Arc<Shop>>,
    Object(body): Object<CartBody>,
) -> Result<Response, Problem> {
    let lines = body.check()?;
    let goods = goods_of(&shop, &lines).await?;
    let priced = price(&lines, &goods)?;
    Ok(([(CACHE_CONTROL, "no-store")], Json(priced)).into_response())
}
