//! The SQL by which an order leaves.

use kassa_db::{Error, Tx, params};
use kassa_model::Timestamp;

use super::super::work;
use crate::idempotency;

/// A failed order, and what names it.
pub(super) struct Failed {
    id: String,
    scope: String,
    client_reference: Option<String>,
}

/// Failed orders that are to leave.
pub(super) fn due(tx: &mut Tx<'_>, before: Timestamp, most: i64) -> Result<Vec<Failed>, Error> {
    let sql = "SELECT id, scope, client_reference FROM orders WHERE status = 'failed' AND updated_at <= $1 \
               AND NOT EXISTS (SELECT 1 FROM outbox WHERE outbox.order_id = orders.id AND outbox.kind = 'OrderFailed') \
               AND NOT EXISTS (SELECT 1 FROM work WHERE work.order_id = orders.id AND work.done_at IS NULL) \
               ORDER BY updated_at LIMIT $2";
    tx.all(sql, params![before.micros(), most], |row| {
        Ok(Failed { id: row.text(0)?, scope: row.text(1)?, client_reference: row.text_or_null(2)? })
    })
}

/// Removes an order that has failed; how many changes of it there were, or `None` if another process was faster.
pub(super) fn remove(tx: &mut Tx<'_>, order: &Failed) -> Result<Option<u64>, Error> {
    let id = &order.id;
    if tx.execute("DELETE FROM orders WHERE id = $1 AND status = 'failed'", params![id])? == 0 {
        return Ok(None);
    }
    idempotency::forget_failed(tx, id, (&order.scope, order.client_reference.as_deref()))?;
    tx.execute("DELETE FROM order_lines WHERE order_id = $1", params![id])?;
    tx.execute("DELETE FROM order_addresses WHERE order_id = $1", params![id])?;
    work::store::forget(tx, id)?;
    tx.execute("DELETE FROM order_events WHERE order_id = $1", params![id]).map(Some)
}
