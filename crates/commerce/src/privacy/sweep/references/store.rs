//! Clients' own names for orders and requests that hold one of the person's addresses: each is replaced by its hash, everywhere
//! the same, so that what belongs together goes on doing so.

use kassa_db::{Db, Error, Tx, params};
use kassa_model::Names;
use sha2::{Digest, Sha256};

use super::super::super::found::Found;
use super::super::super::store::escaped;

const ORDERS: &str =
    "SELECT id, client_reference, '' FROM orders WHERE LOWER(client_reference) LIKE $1 ESCAPE '!'";
const SET_ORDER: &str = "UPDATE orders SET client_reference = $2 WHERE id = $1";
const REFERENCES: &str = "SELECT scope, reference, COALESCE(key, '') FROM client_references \
     WHERE LOWER(reference) LIKE $1 ESCAPE '!' OR LOWER(key) LIKE $1 ESCAPE '!'";
const SET_REFERENCE: &str = "UPDATE client_references SET reference = $3, key = CASE WHEN key IS NULL THEN NULL ELSE $4 END \
     WHERE scope = $1 AND reference = $2";
const FAILED: &str = "SELECT scope, reference, key FROM failed_references \
     WHERE LOWER(reference) LIKE $1 ESCAPE '!' OR LOWER(key) LIKE $1 ESCAPE '!'";
const SET_FAILED: &str =
    "UPDATE failed_references SET reference = $3, key = $4 WHERE scope = $1 AND reference = $2 AND key = $5";
const EVENTS: &str =
    "SELECT order_id, key, CAST(seq AS TEXT) FROM order_events WHERE LOWER(key) LIKE $1 ESCAPE '!'";
const SET_EVENT: &str = "UPDATE order_events SET key = $3 WHERE order_id = $1 AND seq = $2";

#[cfg(test)]
pub(in crate::privacy) const ALL: &[&str] =
    &[ORDERS, SET_ORDER, REFERENCES, SET_REFERENCE, FAILED, SET_FAILED, EVENTS, SET_EVENT];

/// Rows that hold an address, of each of the tables.
struct Rows {
    orders: Vec<[String; 3]>,
    references: Vec<[String; 3]>,
    failed: Vec<[String; 3]>,
    events: Vec<[String; 3]>,
}

/// Replaces them all; in how many rows.
pub(in crate::privacy) async fn rename(db: &Db, found: &Found) -> Result<u64, Error> {
    let mut changed = 0;
    for email in &found.emails {
        let pattern = format!("%{}%", escaped(email));
        let rows = db.read(move |tx| Rows::of(tx, &pattern)).await?;
        let found = found.clone();
        changed += db.write(move |tx| rows.rename(tx, &found)).await?;
    }
    Ok(changed)
}

impl Rows {
    fn of(tx: &mut Tx<'_>, pattern: &str) -> Result<Self, Error> {
        let mut read =
            |sql| tx.all(sql, params![pattern], |row| Ok([row.text(0)?, row.text(1)?, row.text(2)?]));
        let (orders, references) = (read(ORDERS)?, read(REFERENCES)?);
        Ok(Self { orders, references, failed: read(FAILED)?, events: read(EVENTS)? })
    }

    fn rename(&self, tx: &mut Tx<'_>, found: &Found) -> Result<u64, Error> {
        let new = |text: &str| if found.has_email_in(text) { hashed(text) } else { text.to_owned() };
        let mut changed = 0;
        for [id, reference, _] in &self.orders {
            changed += tx.execute(SET_ORDER, params![id, &new(reference)])?;
        }
        for [scope, reference, key] in &self.references {
            changed += tx.execute(SET_REFERENCE, params![scope, reference, &new(reference), &new(key)])?;
        }
        for [scope, reference, key] in &self.failed {
            let (renamed, new_key) = (new(reference), new(key));
            changed += tx.execute(SET_FAILED, params![scope, reference, &renamed, &new_key, key])?;
        }
        for [order, key, seq] in &self.events {
            let seq: i64 =
                seq.parse().map_err(|_| Error::Invalid(format!("order {order} has an event {seq}")))?;
            changed += tx.execute(SET_EVENT, params![order, seq, &new(key)])?;
        }
        Ok(changed)
    }
}

/// What stands in the place of a text.
fn hashed(text: &str) -> String {
    let hash = Sha256::digest(text);
    hash.iter().take(16).fold("erased:".to_owned(), |text, byte| format!("{text}{byte:02x}"))
}
