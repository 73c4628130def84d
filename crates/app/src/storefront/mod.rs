//! The storefront: the shop's pages, written by this program with their data in them, so that they are there at once, are read by
//! search engines and by browsers without scripts, and know nothing that the API does not say (ADR 40).

mod amounts;
mod asked;
mod data;
mod form;
mod front;
mod gather;
mod http;
mod order;
mod sitemap;
mod template;
mod texts;
mod write;
mod written;

use std::sync::Arc;

use axum::Router;
use axum::routing::{get, post};

pub(crate) use front::Front;

use crate::ui::drop_slash;

/// The pages, which anyone may read.
pub(crate) fn pages(front: Arc<Front>) -> Router {
    let mut router = Router::new()
        .route("/", get(http::show_home))
        .route("/c/{slug}", get(http::show_category))
        .route("/search", get(http::show_search))
        .route("/p/{slug}", get(http::show_product))
        .route("/cart", get(http::show_cart))
        .route("/checkout", get(http::show_checkout))
        .route("/checkout/{step}", get(http::show_checkout))
        .route("/order/{id}", get(order::show_order))
        .route("/imprint", get(http::show_imprint))
        .route("/terms", get(http::show_terms))
        .route("/sitemap.xml", get(sitemap::show_sitemap))
        .route("/robots.txt", get(sitemap::show_robots));
    for path in ["/c/{slug}/", "/p/{slug}/", "/cart/", "/checkout/", "/imprint/", "/terms/", "/search/"] {
        router = router.route(path, get(drop_slash));
    }
    router.with_state(front)
}

/// What the shop's own pages send.
pub(crate) fn forms(front: Arc<Front>) -> Router {
    Router::new().route("/checkout", post(form::post_checkout)).with_state(front)
}
