//! The SQL of client references.

use kassa_db::{Error, Row, Tx, params};
use kassa_model::Timestamp;

use super::super::request::Request;
use super::{Holder, Reference};

/// The columns of a [`Holder`].
macro_rules! columns {
    () => {
        "order_id, key, fingerprint"
    };
}

/// Claims `reference` for the order that this transaction makes, for ever, unless another has it.
pub(crate) fn claim_reference(
    tx: &mut Tx<'_>,
    request: &Request<'_>,
    reference: &str,
    (order_id, now): (&str, Timestamp),
) -> Result<Reference, Error> {
    let sql = "INSERT INTO client_references (scope, reference, fingerprint, order_id, created_at, key) \
               VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (scope, reference) DO NOTHING";
    let (scope, fingerprint, key) = (request.scope, request.fingerprint, request.key);
    let values = params![scope, reference, fingerprint, order_id, now.micros(), key];
    if tx.execute(sql, values)? == 1 {
        return Ok(Reference::Claimed);
    }
    let sql = concat!("SELECT ", columns!(), " FROM client_references WHERE scope = $1 AND reference = $2");
    match tx.first(sql, params![scope, reference], holder)? {
        Some(holder) => Ok(Reference::Held(holder)),
        // It has left together with its order since.
        None => Err(Error::Busy(format!("the client reference {reference} has just been set free"))),
    }
}

/// The failed order that this request's key came to before another order got the reference.
pub(crate) fn failed_with(
    tx: &mut Tx<'_>,
    request: &Request<'_>,
    reference: &str,
) -> Result<Option<Holder>, Error> {
    let Some(key) = request.key else { return Ok(None) };
    let sql = concat!(
        "SELECT ",
        columns!(),
        " FROM failed_references \
               WHERE scope = $1 AND key = $2 AND reference = $3"
    );
    tx.first(sql, params![request.scope, key, reference], holder)
}

/// Gives the order that this transaction makes the reference of a failed one, and notes the key of that; whether nobody
/// else was faster.
pub(crate) fn take_over(
    tx: &mut Tx<'_>,
    request: &Request<'_>,
    (reference, failed): (&str, &Holder),
    (order_id, now): (&str, Timestamp),
) -> Result<bool, Error> {
    let sql = "UPDATE client_references SET fingerprint = $4, order_id = $5, created_at = $6, key = $7 \
               WHERE scope = $1 AND reference = $2 AND order_id = $3";
    let (scope, fingerprint, key) = (request.scope, request.fingerprint, request.key);
    let values = params![scope, reference, &failed.order_id, fingerprint, order_id, now.micros(), key];
    if tx.execute(sql, values)? == 0 {
        return Ok(false);
    }
    let sql = "INSERT INTO failed_references (scope, key, reference, fingerprint, order_id) \
               VALUES ($1, $2, $3, $4, $5) ON CONFLICT (scope, key, reference) DO NOTHING";
    let key = failed.key.as_deref().unwrap_or(reference);
    tx.execute(sql, params![scope, key, reference, &failed.fingerprint, &failed.order_id])?;
    Ok(true)
}

/// Forgets what names a failed order that leaves.
pub(crate) fn forget_failed(
    tx: &mut Tx<'_>,
    order_id: &str,
    (scope, reference): (&str, Option<&str>),
) -> Result<(), Error> {
    tx.execute("DELETE FROM failed_references WHERE order_id = $1", params![order_id])?;
    match reference {
        Some(reference) => hand_on(tx, order_id, (scope, reference)),
        None => Ok(()),
    }
}

/// Gives the reference of an order that leaves to another that failed with it, else to nobody: as long as a failed order is
/// there, its key stays failed.
fn hand_on(tx: &mut Tx<'_>, order_id: &str, (scope, reference): (&str, &str)) -> Result<(), Error> {
    let sql = concat!(
        "SELECT ",
        columns!(),
        " FROM failed_references \
               WHERE scope = $1 AND reference = $2 ORDER BY key LIMIT 1"
    );
    let Some(other) = tx.first(sql, params![scope, reference], holder)? else {
        let sql = "DELETE FROM client_references WHERE scope = $1 AND reference = $2 AND order_id = $3";
        return tx.execute(sql, params![scope, reference, order_id]).map(drop);
    };
    let sql = "UPDATE client_references SET order_id = $4, key = $5, fingerprint = $6 \
               WHERE scope = $1 AND reference = $2 AND order_id = $3";
    let (key, fingerprint) = (other.key.as_deref(), &other.fingerprint);
    let values = params![scope, reference, order_id, &other.order_id, key, fingerprint];
    // Else another order has it already, as it had before.
    if tx.execute(sql, values)? == 1 {
        let sql = "DELETE FROM failed_references WHERE scope = $1 AND reference = $2 AND order_id = $3";
        tx.execute(sql, params![scope, reference, &other.order_id])?;
    }
    Ok(())
}

fn holder(row: &Row<'_>) -> Result<Holder, Error> {
    Ok(Holder { order_id: row.text(0)?, key: row.text_or_null(1)?, fingerprint: row.text(2)? })
}
