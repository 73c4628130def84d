//! Which SKU a path names, and the database that knows it.

use axum::extract::Path;
use axum::extract::rejection::PathRejection;
use kassa_db::Db;
use kassa_service::Problem;

use crate::catalog::is_sku;
use crate::shop::Shop;

/// The database of stock; the routes are there only where it is.
pub(super) fn inventory(shop: &Shop) -> Result<&Db, Problem> {
    shop.inventory.as_ref().ok_or_else(|| Problem::not_found("no stock here"))
}

/// The SKU in a path. A text that is no SKU is a SKU that there is not.
pub(super) fn sku_of(path: Result<Path<String>, PathRejection>) -> Result<String, Problem> {
    match path {
        Ok(Path(sku)) if is_sku(&sku) => Ok(sku),
        Ok(Path(text)) => Err(unknown(&text)),
        Err(_) => Err(Problem::bad_request("the path is not UTF-8")),
    }
}

pub(super) fn unknown(sku: &str) -> Problem {
    let shown: String = sku.chars().take(120).collect();
    Problem::not_found(format!("no stock of {shown}"))
}
