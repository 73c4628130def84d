//! The table `customers`, and what the orders of customers came to.

use kassa_db::{Error, Param, Row, Tx, params};
use kassa_model::{Currency, Timestamp};

use super::customer::{Bought, Customer, Ordered};
use crate::text::holding;

/// The columns of a [`Customer`], in the order in which [`read`] reads them.
macro_rules! select_customers {
    ($rest:literal) => {
        concat!("SELECT id, email, name, phone, marketing_consent_at, created_at FROM customers ", $rest)
    };
}

const INSERT: &str = "INSERT INTO customers (id, email, email_key, name, phone, marketing_consent_at, created_at) \
     VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (email_key) DO NOTHING";
const COMPLETE: &str = "UPDATE customers SET name = COALESCE(name, $2), phone = COALESCE(phone, $3), \
     marketing_consent_at = COALESCE(marketing_consent_at, $4) WHERE id = $1";
const BY_KEY: &str = select_customers!("WHERE email_key = $1");
const BY_ID: &str = select_customers!("WHERE id = $1");
const LIST: &str = select_customers!(
    "WHERE id < $1 AND ($2 = '' OR email_key LIKE $2 ESCAPE '!' OR LOWER(name) LIKE $2 ESCAPE '!') \
     ORDER BY id DESC LIMIT $3"
);
/// Of a customer's orders the first bears their id; the others are in an index of their own.
const BOUGHT: &str = "SELECT customer_id, currency, CAST(COUNT(*) AS BIGINT), CAST(SUM(minor) AS BIGINT), MIN(created_at), \
     MAX(created_at) FROM ( \
     SELECT customer_id, currency, total_minor - refunded_minor AS minor, created_at, status FROM orders \
     WHERE id IN ($1, $2, $3, $4, $5, $6, $7, $8) AND customer_id = id \
     UNION ALL SELECT customer_id, currency, total_minor - refunded_minor, created_at, status FROM orders \
     WHERE customer_id IN ($1, $2, $3, $4, $5, $6, $7, $8) AND customer_id <> id) AS bought \
     WHERE status IN ('confirmed', 'fulfilled', 'refunded') GROUP BY customer_id, currency ORDER BY customer_id, currency";
const ORDERS: &str = "SELECT id, number, status, currency, total_minor, created_at FROM orders \
     WHERE id = $1 AND customer_id = id \
     UNION ALL SELECT id, number, status, currency, total_minor, created_at FROM orders \
     WHERE customer_id = $1 AND customer_id <> id ORDER BY number DESC LIMIT $2";

const AFTER: &str = select_customers!("WHERE id > $1 ORDER BY id LIMIT $2");
const REMOVE: &str = "DELETE FROM customers WHERE id = $1 \
     AND NOT EXISTS (SELECT 1 FROM orders WHERE orders.customer_id = customers.id)";

const READDRESS: &str = "UPDATE customers SET email = $2, email_key = $3 WHERE id = $1 \
     AND NOT EXISTS (SELECT 1 FROM customers other WHERE other.email_key = $3)";

/// Every statement of this file, for the test that prepares each on both engines.
#[cfg(test)]
pub(super) const ALL: &[&str] =
    &[INSERT, COMPLETE, BY_KEY, BY_ID, LIST, BOUGHT, ORDERS, AFTER, REMOVE, READDRESS];

/// Makes a customer, unless there is one with this key; whether it did. Whoever makes one at the same time is waited for.
pub(super) fn insert(tx: &mut Tx<'_>, new: &Customer, key: &str) -> Result<bool, Error> {
    let values = params![
        &new.id,
        &new.email,
        key,
        new.name.as_deref(),
        new.phone.as_deref(),
        new.marketing_consent_at.map(Timestamp::micros),
        new.created_at.micros(),
    ];
    Ok(tx.execute(INSERT, values)? == 1)
}

/// Adds what was not known of a customer.
pub(super) fn complete(tx: &mut Tx<'_>, id: &str, said: &Customer) -> Result<(), Error> {
    let consent_at = said.marketing_consent_at.map(Timestamp::micros);
    tx.execute(COMPLETE, params![id, said.name.as_deref(), said.phone.as_deref(), consent_at]).map(drop)
}

/// Gives a customer another address, unless somebody has it.
pub(super) fn readdress(tx: &mut Tx<'_>, id: &str, email: &str, key: &str) -> Result<(), Error> {
    tx.execute(READDRESS, params![id, email, key]).map(drop)
}

/// The customer with this key.
pub(super) fn by_key(tx: &mut Tx<'_>, key: &str) -> Result<Option<Customer>, Error> {
    tx.first(BY_KEY, params![key], read)
}

/// The customer with this id.
pub(super) fn by_id(tx: &mut Tx<'_>, id: &str) -> Result<Option<Customer>, Error> {
    tx.first(BY_ID, params![id], read)
}

/// The customers behind this id, in the order of their ids.
pub(super) fn after(tx: &mut Tx<'_>, id: &str, limit: i64) -> Result<Vec<Customer>, Error> {
    tx.all(AFTER, params![id, limit], read)
}

/// Removes a customer, unless there is an order of theirs.
pub(super) fn remove_without_orders(tx: &mut Tx<'_>, id: &str) -> Result<(), Error> {
    tx.execute(REMOVE, params![id]).map(drop)
}

/// Customers, the newest first, of whom name or address hold `q`, in lower case; those before `before`.
pub(super) fn list(tx: &mut Tx<'_>, q: &str, before: &str, limit: i64) -> Result<Vec<Customer>, Error> {
    tx.all(LIST, params![before, &pattern(q), limit], read)
}

/// What finds `q` anywhere; empty for an empty one.
fn pattern(q: &str) -> String {
    if q.is_empty() { String::new() } else { holding(q) }
}

/// What these customers bought, each currency by itself.
pub(super) fn bought(tx: &mut Tx<'_>, ids: &[&str]) -> Result<Vec<Bought>, Error> {
    let ids: Vec<Param<'_>> = ids.iter().map(|id| Param::from(*id)).collect();
    tx.all_of(BOUGHT, &ids, |row| {
        Ok(Bought {
            customer_id: row.text(0)?,
            currency: currency(&row.text(1)?)?,
            orders: row.int(2)?,
            revenue_minor: row.int(3)?,
            first_at: Timestamp::from_micros(row.int(4)?),
            last_at: Timestamp::from_micros(row.int(5)?),
        })
    })
}

/// The newest orders of a customer.
pub(super) fn orders(tx: &mut Tx<'_>, id: &str, limit: i64) -> Result<Vec<Ordered>, Error> {
    tx.all(ORDERS, params![id, limit], |row| {
        Ok(Ordered {
            id: row.text(0)?,
            number: row.int(1)?,
            status: row.text(2)?,
            currency: currency(&row.text(3)?)?,
            total_minor: row.int(4)?,
            created_at: Timestamp::from_micros(row.int(5)?),
        })
    })
}

fn read(row: &Row<'_>) -> Result<Customer, Error> {
    Ok(Customer {
        id: row.text(0)?,
        email: row.text(1)?,
        name: row.text_or_null(2)?,
        phone: row.text_or_null(3)?,
        marketing_consent_at: row.int_or_null(4)?.map(Timestamp::from_micros),
        created_at: Timestamp::from_micros(row.int(5)?),
    })
}

fn currency(code: &str) -> Result<Currency, Error> {
    code.parse().map_err(|_| Error::Invalid(format!("orders: no currency {code}")))
}
