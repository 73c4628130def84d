//! What was told, or is to be: mails to the person go, and what others are told of their orders loses them.

use std::collections::BTreeSet;

use kassa_db::{Error, Tx, params};
use kassa_model::blank;
use serde_json::Value;

use super::super::super::found::Found;
use crate::stored::{from_json, to_json};

const TO: &str = "SELECT id FROM deliveries WHERE channel = 'email' AND LOWER(target) = $1";
const OF_ORDER: &str = "SELECT id, payload FROM deliveries WHERE order_id = $1";
const IS_THERE: &str = "SELECT 1 FROM deliveries WHERE id = $1";
const LEAVE: &str = "DELETE FROM deliveries WHERE id = $1";
const LEAVE_ATTEMPTS: &str = "DELETE FROM delivery_attempts WHERE delivery_id = $1";
const SET_PAYLOAD: &str = "UPDATE deliveries SET payload = $2 WHERE id = $1";
const EMPTY_ATTEMPTS: &str =
    "UPDATE delivery_attempts SET answer = '' WHERE delivery_id = $1 AND answer <> ''";

#[cfg(test)]
pub(in crate::privacy) const ALL: &[&str] =
    &[TO, OF_ORDER, IS_THERE, LEAVE, LEAVE_ATTEMPTS, SET_PAYLOAD, EMPTY_ATTEMPTS];

/// Ids of the mails to these addresses, and of all deliveries about these orders.
pub(in crate::privacy) fn ids(tx: &mut Tx<'_>, found: &Found) -> Result<Vec<String>, Error> {
    let mut ids = Vec::new();
    for email in &found.emails {
        ids.extend(tx.all(TO, params![email], |row| row.text(0))?);
    }
    for order in &found.orders {
        ids.extend(tx.all(OF_ORDER, params![order], |row| row.text(0))?);
    }
    Ok(ids)
}

/// Those of `ids` that no delivery has.
pub(in crate::privacy) fn gone(tx: &mut Tx<'_>, ids: &BTreeSet<String>) -> Result<BTreeSet<String>, Error> {
    let mut gone = BTreeSet::new();
    for id in ids {
        if tx.first(IS_THERE, params![id], |row| row.int(0))?.is_none() {
            gone.insert(id.clone());
        }
    }
    Ok(gone)
}

/// Removes mails to these addresses; how many.
pub(in crate::privacy) fn leave(tx: &mut Tx<'_>, emails: &BTreeSet<String>) -> Result<u64, Error> {
    let mut left = 0;
    for email in emails {
        for id in tx.all(TO, params![email], |row| row.text(0))? {
            tx.execute(LEAVE_ATTEMPTS, params![&id])?;
            left += tx.execute(LEAVE, params![&id])?;
        }
    }
    Ok(left)
}

/// Empties what is told of an order; how many deliveries.
pub(in crate::privacy) fn empty(tx: &mut Tx<'_>, order: &str, found: &Found) -> Result<u64, Error> {
    let mut changed = 0;
    for (id, payload) in tx.all(OF_ORDER, params![order], |row| Ok((row.text(0)?, row.text(1)?)))? {
        let mut value: Value = from_json(&payload)?;
        if blank(&mut value, found) {
            changed += tx.execute(SET_PAYLOAD, params![&id, &to_json(&value)?])?;
        }
        tx.execute(EMPTY_ATTEMPTS, params![&id])?;
    }
    Ok(changed)
}
