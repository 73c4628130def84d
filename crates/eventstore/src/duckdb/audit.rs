//! What an audit asks: records of money by order, and ids that are stored too often.

use duckdb::types::Value;
use duckdb::{Connection, params};
use kassa_model::Timestamp;

use super::failure::Failure;
use super::stream::{maybe, stream};
use crate::audit::{MoneyRecord, MoneySpan, RepeatedIds};

/// Rows that are grouped at once: more take another pass, so that memory stays what it is.
const ROWS_AT_ONCE: u64 = 1_000_000;
/// Before anything was received, µs: an engine has no times long before.
const YEAR_1: i64 = -62_135_596_800_000_000;

/// Records of money of `span`, by order and id.
pub(super) fn money(connection: &Connection, span: &MoneySpan) -> Result<Vec<MoneyRecord>, Failure> {
    let sql = "SELECT order_id, id, currency, revenue_minor, occurred_at FROM events \
               WHERE order_id > $1 AND ($2 = '' OR order_id <= $2) ORDER BY order_id, id";
    let until = span.until.clone().unwrap_or_default();
    let mut found = Vec::new();
    stream(connection, sql, vec![Value::Text(span.after.clone()), Value::Text(until)], |piece| {
        let (orders, ids, currencies) = (piece.text(0)?, piece.text(1)?, piece.text(2)?);
        let (revenue, occurred) = (piece.int(3)?, piece.time(4)?);
        found.extend((0..piece.rows()).map(|row| MoneyRecord {
            order_id: orders.value(row).to_owned(),
            id: ids.value(row).to_owned(),
            currency: maybe(currencies, row).unwrap_or_default(),
            revenue_minor: revenue.value(row),
            occurred_at: Timestamp::from_micros(occurred.value(row)),
        }));
        Ok(())
    })?;
    Ok(found)
}

/// Ids that are stored too often among what was received at `since` or later, at most `most` of them by name.
pub(super) fn repeated(
    connection: &Connection,
    window: i64,
    since: Option<Timestamp>,
    most: usize,
) -> Result<RepeatedIds, Failure> {
    let since = since.map_or(YEAR_1, |since| since.micros().max(YEAR_1));
    let sql = "SELECT count(*) FROM events WHERE received_at >= make_timestamp($1)";
    let rows: i64 = connection.query_row(sql, params![since], |row| row.get(0))?;
    let mut found = RepeatedIds { rows: rows.unsigned_abs(), ..RepeatedIds::default() };
    let mut named = Vec::new();
    let passes = found.rows / ROWS_AT_ONCE + 1;
    let mut statement = connection.prepare(
        "SELECT site, id FROM events WHERE received_at >= make_timestamp($4) AND \
         hash(id) % $1::UBIGINT = $2::UBIGINT GROUP BY site, id \
         HAVING count(*) > 1 AND (bool_or(order_id IS NOT NULL) OR count(*) > 1 + \
         (epoch_us(max(received_at)) - epoch_us(min(received_at))) // $3::BIGINT)",
    )?;
    for pass in 0..passes {
        let mut rows = statement.query(params![passes, pass, window.max(1), since])?;
        while let Some(row) = rows.next()? {
            found.total += 1;
            if named.len() < most {
                named.push((row.get::<_, String>(0)?, row.get::<_, String>(1)?));
            }
        }
    }
    named.sort();
    found.ids = named.into_iter().map(|(_, id)| id).collect();
    Ok(found)
}
