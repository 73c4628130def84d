//! Stock and ledger as whoever runs the shop sees them.
//!
//! ```json
//! {"sku":"ps5","product":{"id":7,"name":"PlayStation 5"},"archived":false,"on_hand":12,"reserved":0,"available":12,"low_stock_at":5,
//!  "low":false,"created_at":"2026-11-20T12:00:00Z","updated_at":"2026-11-20T12:00:00Z"}
//! {"id":31,"ref":"0193…/1","kind":"deduct","quantity":-2,"reason":null,"created_at":"2026-11-20T12:00:00Z"}
//! ```
//! `product` and `archived` are null where the catalogue is elsewhere or has no such product, and in the answers of movements.

use serde::Serialize;

use super::stock::Stock;
use super::store::Entered;
use crate::catalog::Product;

#[derive(Debug, Serialize)]
pub(crate) struct StockView<'a> {
    sku: &'a str,
    product: Option<ProductName<'a>>,
    /// Whether it has gone out of the catalogue, or its product.
    archived: Option<bool>,
    on_hand: i64,
    reserved: i64,
    available: i64,
    low_stock_at: i64,
    low: bool,
    created_at: String,
    updated_at: String,
}

#[derive(Debug, Serialize)]
struct ProductName<'a> {
    id: i64,
    name: &'a str,
}

#[derive(Debug, Serialize)]
pub(crate) struct EntryView<'a> {
    id: i64,
    #[serde(rename = "ref")]
    reference: &'a str,
    kind: &'a str,
    quantity: i64,
    reason: Option<&'a str>,
    created_at: String,
}

impl<'a> StockView<'a> {
    pub(crate) fn new(stock: &'a Stock, product: Option<&'a Product>) -> Self {
        Self {
            sku: &stock.sku,
            product: product.map(|product| ProductName { id: product.id, name: &product.name }),
            archived: product.map(|product| product.is_archived()),
            on_hand: stock.on_hand,
            reserved: stock.reserved,
            available: stock.available(),
            low_stock_at: stock.low_stock_at,
            low: stock.is_low(),
            created_at: stock.created_at.to_string(),
            updated_at: stock.updated_at.to_string(),
        }
    }
}

impl<'a> EntryView<'a> {
    pub(crate) fn new(entry: &'a Entered) -> Self {
        Self {
            id: entry.id,
            reference: &entry.reference,
            kind: &entry.kind,
            quantity: entry.quantity,
            reason: entry.reason.as_deref(),
            created_at: entry.created_at.to_string(),
        }
    }
}
