//! The tables `fulfilment` and `fulfilment_line`.

use kassa_db::{Error, Row, Tx, params};
use kassa_model::Timestamp;

use super::super::lines::Item;
use super::fulfilment::{Fulfilment, Tracking};
use super::status::Stage;

/// The columns of a [`Fulfilment`], in the order in which [`read`] reads them.
macro_rules! select_fulfilments {
    ($rest:literal) => {
        concat!(
            "SELECT number, seq, status, carrier, tracking_number, tracking_url, created_at, shipped_at, delivered_at \
             FROM fulfilment WHERE order_id = $1 ",
            $rest
        )
    };
}

/// The fulfilments of an order, in their order.
///
/// # Errors
/// The database's.
pub fn of_order(tx: &mut Tx<'_>, order_id: &str) -> Result<Vec<Fulfilment>, Error> {
    let mut found = tx.all(select_fulfilments!("ORDER BY number"), params![order_id], read)?;
    if found.is_empty() {
        return Ok(found);
    }
    let sql = "SELECT number, sku, quantity FROM fulfilment_line WHERE order_id = $1 ORDER BY number, sku";
    let lines = tx.all(sql, params![order_id], |row| {
        Ok((row.int(0)?, Item { sku: row.text(1)?, quantity: row.int(2)? }))
    })?;
    for (number, line) in lines {
        if let Some(of) = found.iter_mut().find(|fulfilment| fulfilment.number == number) {
            of.lines.push(line);
        }
    }
    Ok(found)
}

/// The order's fulfilment of this number.
pub(in crate::orders) fn by_number(
    tx: &mut Tx<'_>,
    order_id: &str,
    number: i64,
) -> Result<Option<Fulfilment>, Error> {
    let found = of_order(tx, order_id)?;
    Ok(found.into_iter().find(|fulfilment| fulfilment.number == number))
}

/// The number of the order's next fulfilment.
pub(in crate::orders) fn next_number(tx: &mut Tx<'_>, order_id: &str) -> Result<i64, Error> {
    let sql = "SELECT COALESCE(MAX(number), 0) + 1 FROM fulfilment WHERE order_id = $1";
    Ok(tx.first(sql, params![order_id], |row| row.int(0))?.unwrap_or(1))
}

/// Writes a fulfilment as it is now; its lines, which never change, with the event that made it.
pub(in crate::orders) fn record(
    tx: &mut Tx<'_>,
    (order_id, seq): (&str, i64),
    fulfilment: &Fulfilment,
) -> Result<(), Error> {
    match fulfilment.seq == seq {
        true => insert(tx, order_id, fulfilment),
        false => update(tx, order_id, fulfilment),
    }
}

fn insert(tx: &mut Tx<'_>, order_id: &str, fulfilment: &Fulfilment) -> Result<(), Error> {
    let sql = "INSERT INTO fulfilment (order_id, number, seq, status, carrier, tracking_number, tracking_url, created_at, \
               shipped_at, delivered_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)";
    let Tracking { carrier, number, url } = &fulfilment.tracking;
    let values = params![
        order_id,
        fulfilment.number,
        fulfilment.seq,
        fulfilment.status.name(),
        carrier.as_deref(),
        number.as_deref(),
        url.as_deref(),
        fulfilment.created_at.micros(),
        fulfilment.shipped_at.map(Timestamp::micros),
        fulfilment.delivered_at.map(Timestamp::micros),
    ];
    tx.execute(sql, values)?;
    let sql = "INSERT INTO fulfilment_line (order_id, number, sku, quantity) VALUES ($1, $2, $3, $4)";
    for line in &fulfilment.lines {
        tx.execute(sql, params![order_id, fulfilment.number, &line.sku, line.quantity])?;
    }
    Ok(())
}

fn update(tx: &mut Tx<'_>, order_id: &str, fulfilment: &Fulfilment) -> Result<(), Error> {
    let sql = "UPDATE fulfilment SET status = $3, carrier = $4, tracking_number = $5, tracking_url = $6, \
               shipped_at = $7, delivered_at = $8 WHERE order_id = $1 AND number = $2";
    let Tracking { carrier, number, url } = &fulfilment.tracking;
    let values = params![
        order_id,
        fulfilment.number,
        fulfilment.status.name(),
        carrier.as_deref(),
        number.as_deref(),
        url.as_deref(),
        fulfilment.shipped_at.map(Timestamp::micros),
        fulfilment.delivered_at.map(Timestamp::micros),
    ];
    tx.execute(sql, values).map(drop)
}

fn read(row: &Row<'_>) -> Result<Fulfilment, Error> {
    let stage = row.text(2)?;
    let unknown = || Error::Invalid(format!("no fulfilment is {stage}"));
    Ok(Fulfilment {
        number: row.int(0)?,
        seq: row.int(1)?,
        status: Stage::of(&stage).ok_or_else(unknown)?,
        tracking: Tracking {
            carrier: row.text_or_null(3)?,
            number: row.text_or_null(4)?,
            url: row.text_or_null(5)?,
        },
        lines: Vec::new(),
        created_at: Timestamp::from_micros(row.int(6)?),
        shipped_at: row.int_or_null(7)?.map(Timestamp::from_micros),
        delivered_at: row.int_or_null(8)?.map(Timestamp::from_micros),
    })
}
