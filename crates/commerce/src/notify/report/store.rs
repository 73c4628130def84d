//! The SQL of what a period has brought.

use kassa_db::{Error, Tx, params};
use kassa_model::{Money, Timestamp};

const IS_TOLD: &str = "SELECT 1 FROM deliveries WHERE event_id = $1 LIMIT 1";
const SALES: &str = "SELECT currency, CAST(SUM(revenue_delta_minor) AS BIGINT), \
     COUNT(CASE WHEN kind = 'OrderConfirmed' THEN 1 END) FROM order_events \
     WHERE created_at >= $1 AND created_at < $2 AND (revenue_delta_minor <> 0 OR kind = 'OrderConfirmed') \
     GROUP BY currency ORDER BY currency";
const CUSTOMERS: &str = "SELECT COUNT(*) FROM customers WHERE created_at >= $1 AND created_at < $2";

/// Every statement of this file, for the test that prepares each on both engines.
#[cfg(test)]
pub(crate) const ALL: &[&str] = &[IS_TOLD, SALES, CUSTOMERS];

/// What a period has brought.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Counted {
    /// Orders that were confirmed.
    pub(super) orders: i64,
    /// Customers whose first order it saw.
    pub(super) customers: i64,
    /// Net sales, one amount for each currency: less what was cancelled and refunded in it.
    pub(super) sales: Vec<Money>,
}

pub(super) fn is_told(tx: &mut Tx<'_>, id: &str) -> Result<bool, Error> {
    Ok(tx.first(IS_TOLD, params![id], |row| row.int(0))?.is_some())
}

pub(super) fn count(tx: &mut Tx<'_>, (from, to): (Timestamp, Timestamp)) -> Result<Counted, Error> {
    let mut counted = Counted::default();
    let rows = tx.all(SALES, params![from.micros(), to.micros()], |row| {
        Ok((row.text(0)?, row.int(1)?, row.int(2)?))
    })?;
    for (currency, amount_minor, orders) in rows {
        counted.orders += orders;
        if let Ok(currency) = currency.parse() {
            counted.sales.push(Money { amount_minor, currency });
        }
    }
    let customers = tx.first(CUSTOMERS, params![from.micros(), to.micros()], |row| row.int(0))?;
    counted.customers = customers.unwrap_or_default();
    Ok(counted)
}
