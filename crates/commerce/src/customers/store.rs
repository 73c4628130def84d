//! The table `customers`, and what the orders of customers came to.

use kassa_db::{Error, Param, Row, Tx, params};
use kassa_model::{Currency, Timestamp};

use super::customer::{Bought, Customer, Ordered};
use crate::orders::persons::folded;

/// Customers of whom it is written with one statement what searches see.
const ROWS_AT_ONCE: usize = 16;

/// The columns of a [`Customer`], in the order in which [`read`] reads them.
macro_rules! select_customers {
    ($rest:literal) => {
        concat!("SELECT id, email, name, phone, marketing_consent_at, created_at FROM customers ", $rest)
    };
}

const INSERT: &str = "INSERT INTO customers (id, email, email_key, name, phone, marketing_consent_at, created_at, \
     fold) VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT (email_key) DO NOTHING";
const COMPLETE: &str = "UPDATE customers SET name = COALESCE(name, $2), phone = COALESCE(phone, $3), \
     marketing_consent_at = COALESCE(marketing_consent_at, $4) WHERE id = $1";
const BY_KEY: &str = select_customers!("WHERE email_key = $1");
const BY_ID: &str = select_customers!("WHERE id = $1");
const LIST: &str =
    select_customers!("WHERE id < $1 AND ($2 = '' OR fold LIKE $2 ESCAPE '!') ORDER BY id DESC LIMIT $3");
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

const FOLD: &str = "UPDATE customers SET fold = $2 WHERE id = $1";
const UNFOLDED: &str = "SELECT CAST(COUNT(*) AS BIGINT) FROM customers WHERE fold IS NULL";
const TO_FOLD: &str = select_customers!("WHERE fold IS NULL ORDER BY id LIMIT $1");
// The column is compared so that no index of it is used: SQLite would go through all that have none for each statement.
const FOLD_SOME: &str = "UPDATE customers SET fold = v.column2 FROM (VALUES \
     (CAST($1 AS TEXT), CAST($2 AS TEXT)), ($3, $4), ($5, $6), ($7, $8), ($9, $10), ($11, $12), ($13, $14), ($15, $16), \
     ($17, $18), ($19, $20), ($21, $22), ($23, $24), ($25, $26), ($27, $28), ($29, $30), ($31, $32)) AS v \
     WHERE customers.id = v.column1 AND COALESCE(customers.fold, '') = ''";

/// Every statement of this file, for the test that prepares each on both engines.
#[cfg(test)]
pub(super) const ALL: &[&str] = &[
    INSERT, COMPLETE, BY_KEY, BY_ID, LIST, BOUGHT, ORDERS, AFTER, REMOVE, READDRESS, FOLD, UNFOLDED, TO_FOLD,
    FOLD_SOME,
];

/// Makes a customer, unless there is one with this key; whether it did. Whoever makes one at the same time is waited for.
pub(super) fn insert(tx: &mut Tx<'_>, new: &Customer, key: &str) -> Result<bool, Error> {
    let fold = fold_of(new);
    let values = params![
        &new.id,
        &new.email,
        key,
        new.name.as_deref(),
        new.phone.as_deref(),
        new.marketing_consent_at.map(Timestamp::micros),
        new.created_at.micros(),
        &fold,
    ];
    Ok(tx.execute(INSERT, values)? == 1)
}

/// Adds what was not known of a customer.
pub(super) fn complete(tx: &mut Tx<'_>, id: &str, said: &Customer) -> Result<(), Error> {
    let consent_at = said.marketing_consent_at.map(Timestamp::micros);
    tx.execute(COMPLETE, params![id, said.name.as_deref(), said.phone.as_deref(), consent_at])?;
    fold_again(tx, id)
}

/// Gives a customer another address, unless somebody has it.
pub(super) fn readdress(tx: &mut Tx<'_>, id: &str, email: &str, key: &str) -> Result<(), Error> {
    tx.execute(READDRESS, params![id, email, key])?;
    fold_again(tx, id)
}

/// What searches see of a customer.
fn fold_of(customer: &Customer) -> String {
    folded(customer.name.as_deref(), Some(&customer.email))
}

/// Writes what searches see of a customer who was changed just now, whom nobody else changes before this transaction ends.
fn fold_again(tx: &mut Tx<'_>, id: &str) -> Result<(), Error> {
    let Some(customer) = by_id(tx, id)? else { return Ok(()) };
    tx.execute(FOLD, params![id, &fold_of(&customer)]).map(drop)
}

/// How many customers were written before searches saw them so.
pub(crate) fn unfolded(tx: &mut Tx<'_>) -> Result<i64, Error> {
    Ok(tx.first(UNFOLDED, &[], |row| row.int(0))?.unwrap_or(0))
}

/// Writes at most `limit` of them as searches see them; how many. A part that is short repeats its last.
pub(super) fn fold_some(tx: &mut Tx<'_>, limit: i64) -> Result<i64, Error> {
    let customers = tx.all(TO_FOLD, params![limit], read)?;
    let folded: Vec<(String, String)> =
        customers.into_iter().map(|customer| (fold_of(&customer), customer.id)).collect();
    for part in folded.chunks(ROWS_AT_ONCE) {
        let rows = part.iter().chain(part.last().into_iter().cycle()).take(ROWS_AT_ONCE);
        let rows = rows.flat_map(|(fold, id)| [Param::from(id.as_str()), fold.as_str().into()]);
        tx.execute(FOLD_SOME, &rows.collect::<Vec<_>>())?;
    }
    Ok(i64::try_from(folded.len()).unwrap_or(i64::MAX))
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

/// Customers, the newest first, of whom what searches see is like `pattern`, all where it is empty; those before `before`.
pub(super) fn list(tx: &mut Tx<'_>, pattern: &str, before: &str, limit: i64) -> Result<Vec<Customer>, Error> {
    tx.all(LIST, params![before, pattern, limit], read)
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
