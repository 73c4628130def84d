//! What a command moves of stock, and what the outbox tells of it in the same transaction: `StockLow` of a SKU that has gone
//! down through its threshold, `StockOut` and `StockBack` of one of which nothing is left to be sold, or something again. A
//! command that gives back and takes is told of by what it comes to.

use std::collections::BTreeMap;

use kassa_db::{Error, Tx};
use kassa_model::Timestamp;
use serde::Serialize;

use super::stock::{Crossing, Stock};
use crate::notes::{self, NoteKind};
use crate::outbox::store::{self, NewRow};
use crate::stored::to_json;

/// Down through its threshold.
pub(crate) const LOW: &str = "StockLow";
/// Nothing is left to be sold.
pub(crate) const OUT: &str = "StockOut";
/// Something can be sold again.
pub(crate) const BACK: &str = "StockBack";

#[derive(Serialize)]
struct StockEvent<'a> {
    id: &'a str,
    #[serde(rename = "type")]
    kind: &'static str,
    occurred_at: String,
    stock: &'a Crossing,
}

/// What one command has moved so far.
#[derive(Debug)]
pub(super) struct Moves<'a> {
    pub(super) reference: &'a str,
    pub(super) now: Timestamp,
    /// By SKU, how many came or, below 0, went, and the stock after that.
    moved: BTreeMap<String, (i64, Stock)>,
}

impl<'a> Moves<'a> {
    /// Nothing, of the command with this `reference`.
    pub(super) fn new(reference: &'a str, now: Timestamp) -> Self {
        Self { reference, now, moved: BTreeMap::new() }
    }

    /// So many of a SKU came or went; its stock after that.
    pub(super) fn note(&mut self, quantity: i64, after: Stock) {
        let sum = self.moved.get(&after.sku).map_or(0, |(sum, _)| *sum);
        self.moved.insert(after.sku.clone(), (sum.saturating_add(quantity), after));
    }

    /// Tells the outbox of every level that was gone through; which SKUs have become low.
    pub(super) fn tell(self, tx: &mut Tx<'_>) -> Result<Vec<Crossing>, Error> {
        let mut low = Vec::new();
        for (quantity, after) in self.moved.into_values() {
            let (left, before) = (after.available(), after.available().saturating_sub(quantity));
            let Stock { sku, on_hand, low_stock_at, updated_at, .. } = after;
            let command = (self.reference, updated_at);
            let crossing = Crossing { sku, on_hand, low_stock_at };
            let is_low = on_hand <= low_stock_at && on_hand.saturating_sub(quantity) > low_stock_at;
            if is_low {
                write(tx, ("low", LOW), &crossing, command)?;
            }
            if left <= 0 && before > 0 {
                write(tx, ("out", OUT), &crossing, command)?;
            } else if left > 0 && before <= 0 {
                write(tx, ("back", BACK), &crossing, command)?;
            }
            low.extend(is_low.then_some(crossing));
        }
        Ok(low)
    }
}

fn write(
    tx: &mut Tx<'_>,
    (word, kind): (&str, &'static str),
    crossing: &Crossing,
    (reference, at): (&str, Timestamp),
) -> Result<(), Error> {
    let sku = &crossing.sku;
    let id = format!("{word}:{reference}:{sku}");
    let event = StockEvent { id: &id, kind, occurred_at: at.to_string(), stock: crossing };
    store::insert(tx, &NewRow { event: None, kind, body: &to_json(&event)?, money: None }, at)?;
    match kind {
        OUT => notes::stock(tx, (NoteKind::StockOut, &id), sku, at),
        BACK => notes::stock(tx, (NoteKind::StockBack, &id), sku, at),
        _ => Ok(()),
    }
}
