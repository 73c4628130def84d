//! The routes of the catalogue.
//!
//! A product is named by its id (`/v1/products/7`) or its SKU (`/v1/products/sku:ps5`).

mod read;
mod write;

use std::sync::Arc;

use axum::Router;
use axum::extract::Path;
use axum::extract::rejection::PathRejection;
use axum::routing::get;
use kassa_db::{Db, Tx};
use kassa_service::{Problem, Protected, protected};

use super::{Product, check, store};
use crate::Shop;

/// The routes of class `Storefront`: what buyers see. None without a catalogue in this process.
pub fn storefront_routes(shop: Arc<Shop>) -> Router {
    if shop.catalog.is_none() {
        return Router::new();
    }
    Router::new()
        .route("/v1/products", get(read::list_products))
        .route("/v1/products/{id}", get(read::get_product))
        .route("/v1/categories", get(read::list_categories))
        .with_state(shop)
}

/// The routes of class `Native`: what whoever runs the shop changes.
pub fn native_routes(shop: Arc<Shop>) -> Protected {
    if shop.catalog.is_none() {
        return Protected::new();
    }
    Protected::new()
        .route("/v1/products", protected::post(write::create_product))
        .route(
            "/v1/products/{id}",
            protected::patch(write::patch_product).put(write::replace_product).delete(write::archive_product),
        )
        .route("/v1/products/{id}/restore", protected::post(write::restore_product))
        .with_state(shop)
}

/// What a path names.
#[derive(Debug, Clone)]
enum Named {
    Id(i64),
    Sku(String),
}

impl Named {
    /// A name that no product can have is a product that there is not.
    fn of(path: Result<Path<String>, PathRejection>) -> Result<Self, Problem> {
        let Ok(Path(text)) = path else { return Err(Problem::bad_request("the path is not UTF-8")) };
        let number = || text.bytes().all(|byte| byte.is_ascii_digit()).then(|| text.parse().ok()).flatten();
        match text.strip_prefix("sku:") {
            Some(sku) if check::is_sku(sku) => Ok(Self::Sku(sku.to_owned())),
            Some(_) => Err(unknown(&text)),
            None => number().map(Self::Id).ok_or_else(|| unknown(&text)),
        }
    }

    /// The product, unless there is none or it is archived.
    fn find(&self, tx: &mut Tx<'_>) -> Result<Option<Product>, kassa_db::Error> {
        Ok(self.find_any(tx)?.filter(|product| product.archived_at.is_none()))
    }

    /// The product, also when it is archived.
    fn find_any(&self, tx: &mut Tx<'_>) -> Result<Option<Product>, kassa_db::Error> {
        let mut found = match self {
            Self::Id(id) => store::by_ids(tx, &[*id])?,
            Self::Sku(sku) => store::by_skus(tx, &[sku])?,
        };
        Ok(found.pop())
    }

    fn unknown(&self) -> Problem {
        match self {
            Self::Id(id) => unknown(&id.to_string()),
            Self::Sku(sku) => unknown(&format!("sku:{sku}")),
        }
    }
}

fn unknown(name: &str) -> Problem {
    let shown: String = name.chars().take(120).collect();
    Problem::not_found(format!("no product {shown}"))
}

/// The catalogue's database; the routes are there only where it is.
fn catalog(shop: &Shop) -> Result<&Db, Problem> {
    shop.catalog.as_ref().ok_or_else(|| Problem::not_found("no catalogue here"))
}
