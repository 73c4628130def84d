//! Stock and its ledger, read; which SKU a path names, and the database that knows it.

use std::sync::Arc;

use axum::extract::rejection::PathRejection;
use axum::extract::{Path, State};
use axum::http::Uri;
use axum::response::{IntoResponse, Response};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use kassa_access::{Allowed, need};
use kassa_db::{Db, Error, Tx};
use kassa_service::{Bare, Json, Problem};

use super::super::stock::Stock;
use super::super::store::{self, Only};
use super::super::view::{EntryView, StockView};
use crate::catalog::{self, Product, is_sku};
use crate::page::{self, Page, Total, cut};
use crate::params::Params;
use crate::refuse::{here, read};
use crate::shop::Shop;

const LIMIT_DEFAULT: i64 = 50;
const LIMIT_MAX: i64 = 200;

/// `GET /v1/inventory?low=&archived=&barcode=&limit=&cursor=&total=`, by SKU; with a barcode, what bears it.
pub(super) async fn list_stock(
    _: Allowed<need::Stock>,
    State(shop): State<Arc<Shop>>,
    uri: Uri,
) -> Result<Response, Problem> {
    let params = Params::of(&uri, &["low", "archived", "barcode", "limit", "cursor", page::TOTAL])?;
    let only = if params.flag("low", false)? { Only::Low } else { Only::All };
    let archived = params.flag_or_none("archived")?;
    let counting = page::CountAsked::of(&params)?;
    let limit = params.limit(LIMIT_DEFAULT, LIMIT_MAX)?;
    let after = params.text("cursor").map(parse_cursor).transpose()?.unwrap_or_default();
    let named = shop.stock_is_with_catalog();
    let barcode = params.filter("barcode")?.map(str::to_owned);
    if (archived.is_some() || barcode.is_some()) && !named {
        let why =
            "archived and barcode cannot be asked for here: the catalogue is in another database or process";
        return Err(Problem::bad_request(why));
    }
    let found = read(inventory(&shop)?, move |tx| {
        let stock = match &barcode {
            Some(barcode) => store::by_barcode(tx, barcode, limit)?,
            None => store::list_of(tx, &after, (only, archived), limit + 1)?,
        };
        let products = if named { products_of(tx, &stock)? } else { Vec::new() };
        let total = match counting {
            page::CountAsked::Yes => Total::counted(store::count(tx, only, archived)?),
            page::CountAsked::No => Total::default(),
        };
        Ok((stock, products, total))
    });
    let (mut stock, products, total) = found.await?;
    let more = cut(&mut stock, limit);
    let name = |sku: &str| products.iter().find(|product| product.sku == sku);
    let next_cursor = stock.last().filter(|_| more).map(|last| URL_SAFE_NO_PAD.encode(&last.sku));
    let results = stock.iter().map(|stock| StockView::new(stock, name(&stock.sku))).collect();
    Ok(Json(Page { results, next_cursor, total }).into_response())
}

/// `GET /v1/inventory/{sku}`.
pub(super) async fn get_stock(
    _: Allowed<need::Stock>,
    State(shop): State<Arc<Shop>>,
    path: Result<Path<String>, PathRejection>,
    _: Bare,
) -> Result<Response, Problem> {
    let sku = sku_of(path)?;
    let named = shop.stock_is_with_catalog();
    let asked = sku.clone();
    let found = read(inventory(&shop)?, move |tx| {
        let Some(stock) = store::by_sku(tx, &asked)? else { return Ok(None) };
        let product = if named { catalog::store::by_skus(tx, &[&asked])?.pop() } else { None };
        Ok(Some((stock, product)))
    });
    match found.await? {
        Some((stock, product)) => Ok(Json(StockView::new(&stock, product.as_ref())).into_response()),
        None => Err(unknown(&sku)),
    }
}

/// `GET /v1/inventory/{sku}/ledger?limit=&cursor=`, newest first.
pub(super) async fn list_ledger(
    _: Allowed<need::Inventory>,
    State(shop): State<Arc<Shop>>,
    path: Result<Path<String>, PathRejection>,
    uri: Uri,
) -> Result<Response, Problem> {
    let sku = sku_of(path)?;
    let params = Params::of(&uri, &["limit", "cursor"])?;
    let limit = params.limit(LIMIT_DEFAULT, LIMIT_MAX)?;
    let before = params.text("cursor").map(parse_place).transpose()?.unwrap_or(i64::MAX);
    let asked = sku.clone();
    let found = read(inventory(&shop)?, move |tx| match store::by_sku(tx, &asked)? {
        None => Ok(None),
        Some(_) => store::ledger(tx, &asked, before, limit + 1).map(Some),
    });
    let Some(mut entries) = found.await? else { return Err(unknown(&sku)) };
    let more = cut(&mut entries, limit);
    let next_cursor = entries.last().filter(|_| more).map(|last| last.id.to_string());
    let results: Vec<_> = entries.iter().map(EntryView::new).collect();
    Ok(Json(Page { results, next_cursor, total: Total::default() }).into_response())
}

/// The database of stock; the routes are there only where it is.
pub(super) fn inventory(shop: &Shop) -> Result<&Db, Problem> {
    here(&shop.inventory, "stock")
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

fn products_of(tx: &mut Tx<'_>, stock: &[Stock]) -> Result<Vec<Product>, Error> {
    let skus: Vec<&str> = stock.iter().map(|stock| stock.sku.as_str()).collect();
    catalog::store::by_skus(tx, &skus)
}

fn bad_cursor() -> Problem {
    Problem::bad_request("cursor must be the next_cursor of an earlier answer")
}

fn parse_cursor(text: &str) -> Result<String, Problem> {
    let bytes = URL_SAFE_NO_PAD.decode(text).map_err(|_| bad_cursor())?;
    String::from_utf8(bytes).ok().filter(|sku| is_sku(sku)).ok_or_else(bad_cursor)
}

fn parse_place(text: &str) -> Result<i64, Problem> {
    text.parse().ok().filter(|place| *place > 0).ok_or_else(bad_cursor)
}
