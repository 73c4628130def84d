//! What must be true of an order's fulfilments: they hold exactly what was handed over, and their events tell of them.

use std::collections::BTreeMap;

use kassa_db::{Error, Tx, params};

use super::sorted::Owned;
use super::store::{EventRow, LineRow, OrderRow, PAGE};

/// A fulfilment.
#[derive(Debug, Clone)]
pub(super) struct ParcelRow {
    pub(super) order_id: String,
    pub(super) number: i64,
    seq: i64,
    status: String,
}

/// A line of a fulfilment.
#[derive(Debug, Clone)]
pub(super) struct ParcelLineRow {
    pub(super) order_id: String,
    number: i64,
    sku: String,
    quantity: i64,
}

impl Owned for ParcelRow {
    fn owner(&self) -> Option<&str> {
        Some(&self.order_id)
    }
}

impl Owned for ParcelLineRow {
    fn owner(&self) -> Option<&str> {
        Some(&self.order_id)
    }
}

/// The fulfilments of an order.
#[derive(Debug, Clone, Default)]
pub(super) struct Parcels {
    pub(super) rows: Vec<ParcelRow>,
    pub(super) lines: Vec<ParcelLineRow>,
}

/// Fulfilments by order and number.
pub(super) fn rows(tx: &mut Tx<'_>, after: Option<&ParcelRow>) -> Result<Vec<ParcelRow>, Error> {
    let sql = "SELECT order_id, number, seq, status FROM fulfilment WHERE (order_id, number) > ($1, $2) \
               ORDER BY order_id, number LIMIT $3";
    let (owner, number) = after.map_or(("", 0), |row| (row.order_id.as_str(), row.number));
    tx.all(sql, params![owner, number, PAGE], |row| {
        Ok(ParcelRow { order_id: row.text(0)?, number: row.int(1)?, seq: row.int(2)?, status: row.text(3)? })
    })
}

/// Lines of fulfilments by order, number and SKU.
pub(super) fn lines(tx: &mut Tx<'_>, after: Option<&ParcelLineRow>) -> Result<Vec<ParcelLineRow>, Error> {
    let sql = "SELECT order_id, number, sku, quantity FROM fulfilment_line \
               WHERE (order_id, number, sku) > ($1, $2, $3) ORDER BY order_id, number, sku LIMIT $4";
    let (owner, number, sku) =
        after.map_or(("", 0, ""), |row| (row.order_id.as_str(), row.number, row.sku.as_str()));
    tx.all(sql, params![owner, number, sku, PAGE], |row| {
        Ok(ParcelLineRow {
            order_id: row.text(0)?,
            number: row.int(1)?,
            sku: row.text(2)?,
            quantity: row.int(3)?,
        })
    })
}

/// What is wrong with an order's fulfilments; nothing if they agree.
pub(super) fn flaws(
    order: &OrderRow,
    (lines, events): (&[LineRow], &[EventRow]),
    parcels: &Parcels,
    flaws: &mut Vec<String>,
) {
    // Orders from before were handed over without: every line says all that there is.
    let is_from_before = parcels.rows.is_empty() && order.payment_status.is_none();
    let mut packed: BTreeMap<&str, i64> = BTreeMap::new();
    for line in &parcels.lines {
        match parcels.rows.iter().find(|row| row.number == line.number) {
            None => {
                flaws.push(format!("{} is in its fulfilment {}, which is not there", line.sku, line.number))
            }
            Some(row) if row.status == "cancelled" => {}
            Some(_) => *packed.entry(&line.sku).or_default() += line.quantity,
        }
    }
    for line in lines.iter().filter(|_| !is_from_before) {
        let (sku, units) = (&line.sku, line.fulfilled_quantity);
        let inside = packed.remove(sku.as_str()).unwrap_or(0);
        if inside != units {
            flaws.push(format!("{units} of {sku} are fulfilled, and its fulfilments hold {inside}"));
        }
    }
    for (sku, inside) in packed {
        flaws.push(format!("its fulfilments hold {inside} of {sku}, and no line is of it"));
    }
    told(&parcels.rows, events, flaws);
}

/// Every fulfilment was made by an event, and so was each that has arrived or was taken back.
fn told(rows: &[ParcelRow], events: &[EventRow], flaws: &mut Vec<String>) {
    for row in rows {
        let is_made = |event: &EventRow| event.seq == row.seq && event.kind == "OrderFulfilled";
        if !events.iter().any(is_made) {
            flaws.push(format!("its fulfilment {} was made by no event", row.number));
        }
    }
    for (status, kind) in [("delivered", "OrderDelivered"), ("cancelled", "OrderFulfilmentCancelled")] {
        let are = rows.iter().filter(|row| row.status == status).count();
        let told = events.iter().filter(|event| event.kind == kind).count();
        if are != told {
            flaws.push(format!("{are} of its fulfilments are {status}, and {told} events say so"));
        }
    }
}
