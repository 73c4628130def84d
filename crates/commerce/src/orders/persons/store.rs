//! The SQL of what searches see of customers: many rows with each statement. A part that is short repeats its last.

use kassa_db::{Error, Param, Tx, params};

use super::super::order::Customer;

/// Orders that are written with one statement.
const ROWS_AT_ONCE: usize = 16;

const UNFILLED: &str = "SELECT CAST(COUNT(*) AS BIGINT) FROM orders WHERE customer_fold IS NULL";
const TO_FILL: &str = "SELECT number, customer_name, customer_email FROM orders WHERE customer_fold IS NULL \
     ORDER BY number LIMIT $1";
// The column is compared so that no index of it is used: SQLite would go through all that have none for each statement.
const FILL: &str = "UPDATE orders SET customer_fold = v.column2 FROM (VALUES \
     (CAST($1 AS BIGINT), CAST($2 AS TEXT)), ($3, $4), ($5, $6), ($7, $8), ($9, $10), ($11, $12), ($13, $14), ($15, $16), \
     ($17, $18), ($19, $20), ($21, $22), ($23, $24), ($25, $26), ($27, $28), ($29, $30), ($31, $32)) AS v \
     WHERE orders.number = v.column1 AND COALESCE(orders.customer_fold, '') = ''";
const SET: &str = "UPDATE orders SET customer_name = $2, customer_email = $3, customer_phone = $4, customer_fold = $5 WHERE id = $1";

/// Every statement of this file, for the test that prepares each on both engines.
#[cfg(test)]
pub(in crate::orders) const ALL: &[&str] = &[UNFILLED, TO_FILL, FILL, SET];

/// How many orders were written before searches saw their customers.
pub(crate) fn unfilled(tx: &mut Tx<'_>) -> Result<i64, Error> {
    Ok(tx.first(UNFILLED, &[], |row| row.int(0))?.unwrap_or(0))
}

/// At most `limit` of them, by their numbers.
pub(super) fn to_fill(tx: &mut Tx<'_>, limit: i64) -> Result<Vec<(i64, Customer)>, Error> {
    tx.all(TO_FILL, params![limit], |row| {
        let customer = Customer { name: row.text_or_null(1)?, email: row.text_or_null(2)?, phone: None };
        Ok((row.int(0)?, customer))
    })
}

/// Writes what searches see of these orders' customers.
pub(super) fn fill(tx: &mut Tx<'_>, orders: &[(i64, String)]) -> Result<(), Error> {
    for part in orders.chunks(ROWS_AT_ONCE) {
        let rows = part.iter().chain(part.last().into_iter().cycle()).take(ROWS_AT_ONCE);
        let rows = rows.flat_map(|(number, folded)| [Param::from(*number), folded.into()]);
        tx.execute(FILL, &rows.collect::<Vec<_>>())?;
    }
    Ok(())
}

/// Makes it the order of this customer, of whom searches see `folded`.
pub(super) fn set(tx: &mut Tx<'_>, id: &str, customer: &Customer, folded: &str) -> Result<(), Error> {
    let Customer { name, email, phone } = customer;
    tx.execute(SET, params![id, name.as_deref(), email.as_deref(), phone.as_deref(), folded]).map(drop)
}
