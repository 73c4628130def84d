//! Orders without the person: money, lines and history stay.

use std::collections::BTreeSet;

use kassa_db::{Error, Tx, params};
use kassa_model::{Names, PartitionBy, blank};
use serde_json::Value;

use super::super::super::counts::Counts;
use super::super::super::found::Found;
use crate::stored::{from_json, to_json};
use crate::visit::Context;

const CONTEXT: &str = "SELECT context FROM orders WHERE id = $1";
const EMPTY: &str = "UPDATE orders SET customer_name = NULL, customer_email = NULL, customer_phone = NULL, \
     marketing_consent = NULL, note = NULL, staff_note = NULL, customer_fold = '', context = $2 WHERE id = $1 AND (customer_name IS NOT NULL \
     OR customer_email IS NOT NULL OR customer_phone IS NOT NULL OR marketing_consent IS NOT NULL OR note IS NOT NULL OR staff_note IS NOT NULL \
     OR context <> $2)";
const ADDRESSES: &str = "DELETE FROM order_addresses WHERE order_id = $1";
const EVENTS: &str = "UPDATE order_events SET detail = NULL WHERE order_id = $1 AND detail IS NOT NULL";
const PARCELS: &str = "UPDATE fulfilment SET tracking_number = NULL, tracking_url = NULL WHERE order_id = $1 \
     AND (tracking_number IS NOT NULL OR tracking_url IS NOT NULL)";
const WORK: &str = "SELECT id, payload FROM work WHERE order_id = $1";
const SET_WORK: &str = "UPDATE work SET payload = $2 WHERE id = $1";
const PAYMENTS: &str = "SELECT id, provider_ref FROM payment WHERE order_id = $1";
const SET_PAYMENT: &str = "UPDATE payment SET provider_ref = id WHERE id = $1";
const CUSTOMER: &str = "DELETE FROM customers WHERE id = $1 \
     AND NOT EXISTS (SELECT 1 FROM orders WHERE customer_id = $1 AND customer_email IS NOT NULL)";
const CUSTOMER_OF: &str = "DELETE FROM customers WHERE email_key = $1";
const WAITING: &str = "DELETE FROM back_in_stock WHERE email_key = $1";

#[cfg(test)]
pub(in crate::privacy) const ALL: &[&str] = &[
    CONTEXT,
    EMPTY,
    ADDRESSES,
    EVENTS,
    PARCELS,
    WORK,
    SET_WORK,
    PAYMENTS,
    SET_PAYMENT,
    CUSTOMER,
    CUSTOMER_OF,
    WAITING,
];

/// Empties an order; what of it there was to empty.
pub(in crate::privacy) fn empty(
    tx: &mut Tx<'_>,
    id: &str,
    found: &Found,
    by: PartitionBy,
) -> Result<Counts, Error> {
    let Some(context) = tx.first(CONTEXT, params![id], |row| row.text(0))? else {
        return Ok(Counts::default());
    };
    let context: Context = from_json(&context)?;
    let nobody = to_json(&context.emptied(by))?;
    let orders = tx.execute(EMPTY, params![id, &nobody])?;
    let addresses = tx.execute(ADDRESSES, params![id])?;
    tx.execute(EVENTS, params![id])?;
    let parcels = tx.execute(PARCELS, params![id])?;
    Ok(Counts {
        orders,
        addresses,
        parcels,
        texts: work(tx, id, found)? + payments(tx, id, found)?,
        ..Counts::default()
    })
}

fn work(tx: &mut Tx<'_>, id: &str, found: &Found) -> Result<u64, Error> {
    let mut changed = 0;
    for (row, payload) in tx.all(WORK, params![id], |row| Ok((row.int(0)?, row.text(1)?)))? {
        let mut value: Value = from_json(&payload)?;
        if blank(&mut value, found) {
            changed += tx.execute(SET_WORK, params![row, &to_json(&value)?])?;
        }
    }
    Ok(changed)
}

/// References of payments that name the person: such a payment is known by its own id.
fn payments(tx: &mut Tx<'_>, id: &str, found: &Found) -> Result<u64, Error> {
    let mut changed = 0;
    for (payment, reference) in tx.all(PAYMENTS, params![id], |row| Ok((row.text(0)?, row.text(1)?)))? {
        if found.is_named_in(&reference) {
            changed += tx.execute(SET_PAYMENT, params![&payment])?;
        }
    }
    Ok(changed)
}

/// Removes customers who are nobody else's, and those of these addresses.
pub(in crate::privacy) fn leave(
    tx: &mut Tx<'_>,
    ids: &BTreeSet<String>,
    emails: &BTreeSet<String>,
) -> Result<u64, Error> {
    let mut left = 0;
    for email in emails {
        left += tx.execute(CUSTOMER_OF, params![email])?;
    }
    for id in ids {
        left += tx.execute(CUSTOMER, params![id])?;
    }
    Ok(left)
}

/// Takes these addresses off all waiting lists.
pub(in crate::privacy) fn stop_waiting(tx: &mut Tx<'_>, emails: &BTreeSet<String>) -> Result<u64, Error> {
    let mut left = 0;
    for email in emails {
        left += tx.execute(WAITING, params![email])?;
    }
    Ok(left)
}
