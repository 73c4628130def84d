//! The SQL of lists of orders.

use kassa_db::{Error, Tx, params};
use kassa_model::Timestamp;

use super::super::fulfilments::status::FulfilmentStatus;
use super::super::order::{Filter, Index, Order, Status};
use super::super::payments::status::PaymentStatus;
use super::super::store::{read, select_orders, with_lines};
use super::question::Changes;

/// Orders of one reference that are looked at: each caller has names of its own.
const OF_A_REFERENCE_MAX: i64 = 50;

/// Whether an order has this payment status, and whether so much of it has left; any has of an empty text. What is not fulfilled has
/// something to be packed.
macro_rules! of_open {
    ($payment:literal, $fulfilment:literal) => {
        concat!(
            "AND (",
            $payment,
            " = '' OR payment_status = ",
            $payment,
            ") \
             AND (",
            $fulfilment,
            " = '' OR (",
            $fulfilment,
            " = 'fulfilled') = (NOT EXISTS (SELECT 1 FROM order_lines l \
             WHERE l.order_id = orders.id AND l.fulfilled_quantity < l.quantity - l.refunded_quantity))) \
             AND (",
            $fulfilment,
            " IN ('', 'fulfilled') OR status = 'confirmed') \
             AND (",
            $fulfilment,
            " IN ('', 'unfulfilled') OR EXISTS (SELECT 1 FROM order_lines l \
             WHERE l.order_id = orders.id AND l.fulfilled_quantity > 0)) "
        )
    };
}

/// A statement for each of a filter's indexes.
macro_rules! by_index {
    ($index:expr, $statement:ident) => {
        match $index {
            Index::Numbers => $statement!(""),
            Index::Persons => {
                $statement!(
                    "number IN (SELECT number FROM orders WHERE customer_fold LIKE $12 ESCAPE '!') AND "
                )
            }
            Index::Confirmed => $statement!("status = 'confirmed' AND "),
            Index::Unpaid => $statement!("payment_status = 'unpaid' AND "),
        }
    };
}

/// Orders, newest first, with their lines.
///
/// # Errors
/// The database's.
pub fn list(tx: &mut Tx<'_>, filter: &Filter, limit: i64) -> Result<Vec<Order>, Error> {
    let orders = match (&filter.sku, &filter.person) {
        (Some(_), Some(_)) => {
            let mut orders = listed(tx, &Filter { person: None, ..filter.clone() }, limit)?;
            orders.extend(listed(tx, &Filter { sku: None, ..filter.clone() }, limit)?);
            orders.sort_unstable_by_key(|order| std::cmp::Reverse(order.number));
            orders.dedup_by_key(|order| order.number);
            orders.truncate(usize::try_from(limit).unwrap_or(usize::MAX));
            orders
        }
        _ => listed(tx, filter, limit)?,
    };
    with_lines(tx, orders)
}

/// The same with a SKU or a person, without lines.
fn listed(tx: &mut Tx<'_>, filter: &Filter, limit: i64) -> Result<Vec<Order>, Error> {
    macro_rules! sql {
        ($of_index:literal) => {
            select_orders!(
                "WHERE ",
                $of_index,
                "number < $1 AND number > $2 AND created_at >= $3 AND created_at < $4 \
                 AND ($5 = '' OR status = $5) AND ($6 = '' OR customer_name = $6 OR LOWER(customer_email) = $7) \
                 AND ($8 = '' OR EXISTS (SELECT 1 FROM order_lines l WHERE l.order_id = orders.id AND l.sku = $8)) ",
                of_open!("$10", "$11"),
                "AND ($12 = '' OR customer_fold LIKE $12 ESCAPE '!') ORDER BY number DESC LIMIT $9"
            )
        };
    }
    let email = filter.email();
    let values = params![
        filter.before.unwrap_or(i64::MAX),
        filter.floor,
        filter.from.map_or(i64::MIN, Timestamp::micros),
        filter.to.map_or(i64::MAX, Timestamp::micros),
        filter.status.map_or("", Status::name),
        filter.customer.as_deref().unwrap_or_default(),
        &email,
        filter.sku.as_deref().unwrap_or_default(),
        limit,
        filter.payment.map_or("", PaymentStatus::name),
        filter.fulfilment.map_or("", FulfilmentStatus::name),
        filter.person.as_deref().unwrap_or_default(),
    ];
    tx.all(by_index!(filter.index(), sql), values, read)
}

/// The number of the newest order; 0 when there is none.
pub(super) fn newest(tx: &mut Tx<'_>) -> Result<i64, Error> {
    let sql = "SELECT COALESCE(MAX(number), 0) FROM orders";
    Ok(tx.first(sql, &[], |row| row.int(0))?.unwrap_or(0))
}

/// The ids of orders that a client of any scope calls so. The index begins with the scope, so each scope is asked in turn; there
/// is one for every key that has placed an order.
pub(super) fn ids_by_reference(tx: &mut Tx<'_>, reference: &str) -> Result<Vec<String>, Error> {
    let sql = "WITH RECURSIVE scopes (scope) AS (SELECT MIN(scope) FROM client_references UNION ALL \
               SELECT (SELECT MIN(c.scope) FROM client_references c WHERE c.scope > scopes.scope) \
               FROM scopes WHERE scopes.scope IS NOT NULL) \
               SELECT r.order_id FROM scopes JOIN client_references r \
               ON r.scope = scopes.scope AND r.reference = $1 LIMIT $2";
    tx.all(sql, params![reference, OF_A_REFERENCE_MAX], |row| row.text(0))
}

/// The time of the last change that shows; `None` when there is no order.
pub(super) fn last_change(tx: &mut Tx<'_>) -> Result<Option<Timestamp>, Error> {
    let last = tx.first("SELECT MAX(updated_at) FROM orders", params![], |row| row.int_or_null(0))?;
    Ok(last.flatten().map(Timestamp::from_micros))
}

/// The change that is the `count`-th of these; `None` when there are fewer.
pub(super) fn change_beyond(
    tx: &mut Tx<'_>,
    changes: Changes,
    count: i64,
) -> Result<Option<(Timestamp, i64)>, Error> {
    let sql = "SELECT updated_at, number FROM orders WHERE (updated_at, number) > ($1, $2) AND updated_at <= $3 \
               ORDER BY updated_at, number LIMIT 1 OFFSET $4";
    let (changed_at, number) = changes.after.unwrap_or((changes.since, 0));
    let until = changes.until.map_or(i64::MAX, Timestamp::micros);
    tx.first(sql, params![changed_at.micros(), number, until, count - 1], |row| {
        Ok((Timestamp::from_micros(row.int(0)?), row.int(1)?))
    })
}

/// Orders in the order of their changes, with their lines; none beyond the change `end`.
pub(super) fn changed(
    tx: &mut Tx<'_>,
    filter: &Filter,
    (changes, end): (Changes, Option<(Timestamp, i64)>),
    limit: i64,
) -> Result<Vec<Order>, Error> {
    let sql = select_orders!(
        "WHERE (updated_at, number) > ($1, $2) AND updated_at <= $10 \
               AND (updated_at, number) <= ($10, $11) AND created_at >= $3 AND created_at < $4 \
               AND ($5 = '' OR status = $5) AND ($6 = '' OR customer_name = $6 OR LOWER(customer_email) = $7) \
               AND ($8 = '' OR EXISTS (SELECT 1 FROM order_lines l WHERE l.order_id = orders.id AND l.sku = $8) \
               OR ($14 <> '' AND customer_fold LIKE $14 ESCAPE '!')) ",
        of_open!("$12", "$13"),
        "ORDER BY updated_at, number LIMIT $9"
    );
    let (changed_at, number) = changes.after.unwrap_or((changes.since, 0));
    let until = changes.until.map_or(i64::MAX, Timestamp::micros);
    let (end_at, end_number) = end.map_or((until, i64::MAX), |(at, number)| (at.micros(), number));
    let email = filter.email();
    let values = params![
        changed_at.micros(),
        number,
        filter.from.map_or(i64::MIN, Timestamp::micros),
        filter.to.map_or(i64::MAX, Timestamp::micros),
        filter.status.map_or("", Status::name),
        filter.customer.as_deref().unwrap_or_default(),
        &email,
        filter.sku.as_deref().unwrap_or_default(),
        limit,
        end_at,
        end_number,
        filter.payment.map_or("", PaymentStatus::name),
        filter.fulfilment.map_or("", FulfilmentStatus::name),
        filter.person.as_deref().unwrap_or_default(),
    ];
    let orders = tx.all(sql, values, read)?;
    with_lines(tx, orders)
}

/// How many orders match above the filter's floor, changed at `since` or later; at most `limit` are counted.
pub(super) fn count(
    tx: &mut Tx<'_>,
    filter: &Filter,
    (since, limit): (Option<Timestamp>, i64),
) -> Result<i64, Error> {
    macro_rules! sql {
        ($of_index:literal) => {
            concat!(
                "SELECT CAST(COUNT(*) AS BIGINT) FROM (SELECT 1 AS one FROM orders WHERE ",
                $of_index,
                "number > $1 AND created_at >= $2 AND created_at < $3 AND updated_at >= $4 \
                 AND ($5 = '' OR status = $5) AND ($6 = '' OR customer_name = $6 OR LOWER(customer_email) = $7) \
                 AND ($8 = '' OR EXISTS (SELECT 1 FROM order_lines l WHERE l.order_id = orders.id AND l.sku = $8) \
                 OR ($12 <> '' AND customer_fold LIKE $12 ESCAPE '!')) ",
                of_open!("$10", "$11"),
                "LIMIT $9) AS found"
            )
        };
    }
    let email = filter.email();
    let values = params![
        filter.floor,
        filter.from.map_or(i64::MIN, Timestamp::micros),
        filter.to.map_or(i64::MAX, Timestamp::micros),
        since.map_or(i64::MIN, Timestamp::micros),
        filter.status.map_or("", Status::name),
        filter.customer.as_deref().unwrap_or_default(),
        &email,
        filter.sku.as_deref().unwrap_or_default(),
        limit,
        filter.payment.map_or("", PaymentStatus::name),
        filter.fulfilment.map_or("", FulfilmentStatus::name),
        filter.person.as_deref().unwrap_or_default(),
    ];
    // Whoever looks for a person may as well mean a SKU.
    let index = Filter { person: None, ..filter.clone() }.index();
    Ok(tx.first(by_index!(index, sql), values, |row| row.int(0))?.unwrap_or(0))
}
