//! The routes of stock.

mod read;
mod write;

use std::sync::Arc;

use axum::extract::Path;
use axum::extract::rejection::PathRejection;
use kassa_db::Db;
use kassa_service::{Problem, Protected, protected};

use crate::Shop;
use crate::catalog::is_sku;

/// The routes of class `Native`. None without stock in this process.
pub fn native_routes(shop: Arc<Shop>) -> Protected {
    if shop.inventory.is_none() {
        return Protected::new();
    }
    Protected::new()
        .route("/v1/inventory", protected::get(read::list_stock))
        .route("/v1/inventory/{sku}", protected::get(read::get_stock).put(write::set_threshold))
        .route("/v1/inventory/{sku}/receive", protected::post(write::receive_stock))
        .route("/v1/inventory/{sku}/adjust", protected::post(write::adjust_stock))
        .route("/v1/inventory/{sku}/ledger", protected::get(read::list_ledger))
        .with_state(shop)
}

/// The database of stock; the routes are there only where it is.
fn inventory(shop: &Shop) -> Result<&Db, Problem> {
    shop.inventory.as_ref().ok_or_else(|| Problem::not_found("no stock here"))
}

/// The SKU in a path. A text that is no SKU is a SKU that there is not.
fn sku_of(path: Result<Path<String>, PathRejection>) -> Result<String, Problem> {
    match path {
        Ok(Path(sku)) if is_sku(&sku) => Ok(sku),
        Ok(Path(text)) => Err(unknown(&text)),
        Err(_) => Err(Problem::bad_request("the path is not UTF-8")),
    }
}

fn unknown(sku: &str) -> Problem {
    let shown: String = sku.chars().take(120).collect();
    Problem::not_found(format!("no stock of {shown}"))
}
