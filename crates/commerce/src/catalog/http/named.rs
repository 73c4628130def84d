//! Which product a path names: `/v1/products/7` by its id, `/v1/products/sku:ps5` by its SKU.

use axum::extract::Path;
use axum::extract::rejection::PathRejection;
use kassa_db::{Db, Tx};
use kassa_service::Problem;

use super::super::product::Product;
use super::super::{check, store};
use crate::refuse::here;
use crate::shop::Shop;

/// What a path names.
#[derive(Debug, Clone)]
pub(super) enum Named {
    Id(i64),
    Sku(String),
}

impl Named {
    /// A name that no product can have is a product that there is not.
    pub(super) fn of(path: Result<Path<String>, PathRejection>) -> Result<Self, Problem> {
        let Ok(Path(text)) = path else { return Err(Problem::bad_request("the path is not UTF-8")) };
        let number = || text.bytes().all(|byte| byte.is_ascii_digit()).then(|| text.parse().ok()).flatten();
        match text.strip_prefix("sku:") {
            Some(sku) if check::is_sku(sku) => Ok(Self::Sku(sku.to_owned())),
            Some(_) => Err(unknown(&text)),
            None => number().map(Self::Id).ok_or_else(|| unknown(&text)),
        }
    }

    /// The product, unless there is none or it is archived.
    pub(super) fn find(&self, tx: &mut Tx<'_>) -> Result<Option<Product>, kassa_db::Error> {
        Ok(self.find_any(tx)?.filter(|product| product.archived_at.is_none()))
    }

    /// The product, also when it is archived.
    pub(super) fn find_any(&self, tx: &mut Tx<'_>) -> Result<Option<Product>, kassa_db::Error> {
        let mut found = match self {
            Self::Id(id) => store::by_ids(tx, &[*id])?,
            Self::Sku(sku) => store::by_skus(tx, &[sku])?,
        };
        Ok(found.pop())
    }

    pub(super) fn unknown(&self) -> Problem {
        match self {
            Self::Id(id) => unknown(&id.to_string()),
            Self::Sku(sku) => unknown(&format!("sku:{sku}")),
        }
    }
}

pub(super) fn unknown(name: &str) -> Problem {
    let shown: String = name.chars().take(120).collect();
    Problem::not_found(format!("no product {shown}"))
}

/// The catalogue's database; the routes are there only where it is.
pub(super) fn catalog(shop: &Shop) -> Result<&Db, Problem> {
    here(&shop.catalog, "catalogue")
}
