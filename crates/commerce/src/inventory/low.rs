//! `StockLow`: what the outbox tells of a SKU that has gone through its threshold.

use kassa_db::{Error, Tx};
use kassa_model::Timestamp;
use serde::Serialize;

use super::stock::Crossing;
use crate::outbox::store::{self, NewRow};
use crate::stored::to_json;

const KIND: &str = "StockLow";

#[derive(Serialize)]
struct StockEvent<'a> {
    id: &'a str,
    #[serde(rename = "type")]
    kind: &'static str,
    occurred_at: String,
    stock: &'a Crossing,
}

/// Writes a row for each SKU that `reference` has made low.
pub(super) fn record(
    tx: &mut Tx<'_>,
    reference: &str,
    crossings: &[Crossing],
    now: Timestamp,
) -> Result<(), Error> {
    for crossing in crossings {
        let body = to_json(&StockEvent {
            id: &format!("low:{reference}:{}", crossing.sku),
            kind: KIND,
            occurred_at: now.to_string(),
            stock: crossing,
        })?;
        store::insert(tx, &NewRow { event: None, kind: KIND, body: &body, money: None }, now)?;
    }
    Ok(())
}
