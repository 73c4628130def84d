//! The SQL of what is bought; in the database of orders.

use kassa_db::{Error, Tx, params};

const BOUGHT: &str = "SELECT l.product_id FROM (SELECT id, status, created_at FROM orders ORDER BY number DESC LIMIT $2) o \
     JOIN order_lines l ON l.order_id = o.id \
     WHERE o.created_at >= $1 AND o.status IN ('accepted', 'confirmed', 'fulfilled') AND l.product_id IS NOT NULL \
     GROUP BY l.product_id ORDER BY COUNT(DISTINCT l.order_id) DESC, l.product_id DESC LIMIT $3";

/// Every statement of this file, for the test that prepares each on both engines.
#[cfg(test)]
pub(crate) const ALL: &[&str] = &[BOUGHT];

/// The products that are in the most of the newest `orders_max` orders, as far as they were placed at `since` or later.
pub(super) fn bought(
    tx: &mut Tx<'_>,
    (since, orders_max): (i64, i64),
    limit: i64,
) -> Result<Vec<i64>, Error> {
    tx.all(BOUGHT, params![since, orders_max, limit], |row| row.int(0))
}
