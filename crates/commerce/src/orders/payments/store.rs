//! The tables `payment` and `payment_event`.

use kassa_db::{Error, Row, Tx, params};
use kassa_model::Timestamp;

use super::payment::{MANUAL, Moved, Payment};

/// The columns of a [`Payment`], in the order in which [`read`] reads them.
macro_rules! select_payments {
    ($rest:literal) => {
        concat!(
            "SELECT id, provider_ref, currency, amount_minor, refunded_minor, created_at FROM payment ",
            $rest
        )
    };
}

/// The payments of an order, in their order.
///
/// # Errors
/// The database's.
pub(crate) fn of_order(tx: &mut Tx<'_>, order_id: &str) -> Result<Vec<Payment>, Error> {
    tx.all(select_payments!("WHERE order_id = $1 ORDER BY created_at, id"), params![order_id], read)
}

/// The order's payment that was marked with this reference.
///
/// # Errors
/// The database's.
pub(crate) fn by_reference(
    tx: &mut Tx<'_>,
    order_id: &str,
    reference: &str,
) -> Result<Option<Payment>, Error> {
    let sql = select_payments!("WHERE order_id = $1 AND provider = $2 AND provider_ref = $3");
    tx.first(sql, params![order_id, MANUAL, reference], read)
}

/// Writes what a change, the order's event `seq`, did to its payment.
pub(in crate::orders) fn record(
    tx: &mut Tx<'_>,
    (order_id, seq): (&str, i64),
    moved: &Moved,
    at: Timestamp,
) -> Result<(), Error> {
    match moved {
        Moved::Came(payment) => insert(tx, order_id, payment),
        Moved::WentBack(amount_minor) => give_back(tx, (order_id, seq), *amount_minor, at),
    }
}

fn insert(tx: &mut Tx<'_>, order_id: &str, payment: &Payment) -> Result<(), Error> {
    let sql = "INSERT INTO payment (id, order_id, provider, provider_ref, currency, amount_minor, captured_minor, \
               refunded_minor, created_at) VALUES ($1, $2, $3, $4, $5, $6, $6, 0, $7)";
    let values = params![
        &payment.id,
        order_id,
        MANUAL,
        &payment.reference,
        payment.currency.code(),
        payment.amount_minor,
        payment.created_at.micros(),
    ];
    tx.execute(sql, values)?;
    let event = (payment.id.as_str(), payment.id.as_str(), "captured");
    insert_event(tx, event, payment.amount_minor, payment.created_at)
}

fn give_back(
    tx: &mut Tx<'_>,
    (order_id, seq): (&str, i64),
    amount_minor: i64,
    at: Timestamp,
) -> Result<(), Error> {
    // An order is paid by one payment.
    let sql = "UPDATE payment SET refunded_minor = refunded_minor + $2 WHERE order_id = $1 RETURNING id";
    let id = tx.first(sql, params![order_id, amount_minor], |row| row.text(0))?;
    let id = id.ok_or_else(|| Error::Invalid(format!("order {order_id} is paid without a payment")))?;
    insert_event(tx, (&format!("{order_id}/b{seq}"), &id, "refunded"), amount_minor, at)
}

fn insert_event(
    tx: &mut Tx<'_>,
    (id, payment_id, kind): (&str, &str, &str),
    amount_minor: i64,
    at: Timestamp,
) -> Result<(), Error> {
    let sql = "INSERT INTO payment_event (provider, provider_event_id, payment_id, kind, amount_minor, at) \
               VALUES ($1, $2, $3, $4, $5, $6)";
    tx.execute(sql, params![MANUAL, id, payment_id, kind, amount_minor, at.micros()]).map(drop)
}

fn read(row: &Row<'_>) -> Result<Payment, Error> {
    let currency = row.text(2)?;
    Ok(Payment {
        id: row.text(0)?,
        reference: row.text(1)?,
        currency: currency.parse().map_err(|error| Error::Invalid(format!("{error}")))?,
        amount_minor: row.int(3)?,
        refunded_minor: row.int(4)?,
        created_at: Timestamp::from_micros(row.int(5)?),
    })
}
