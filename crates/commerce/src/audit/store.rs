//! The audit's SQL: whole tables in pages, each page a short statement that an index serves.

use kassa_db::{Error, Row, Tx, params};

use super::sorted::Owned;
use crate::transport::store::Entry;

/// Rows of a page.
pub(super) const PAGE: i64 = 1_000;

/// Bytes of a UUID with hyphens, as orders have them.
const UUID_BYTES: usize = 36;

/// An order, and whom its client reference stands for.
#[derive(Debug, Clone)]
pub(super) struct OrderRow {
    pub(super) id: String,
    pub(super) status: String,
    pub(super) revision: i64,
    pub(super) last_seq: i64,
    pub(super) currency: String,
    pub(super) total_minor: i64,
    pub(super) refunded_minor: i64,
    pub(super) client_reference: Option<String>,
    pub(super) referred: Option<String>,
    pub(super) pending_edit: Option<String>,
    pub(super) stock_kept: bool,
    pub(super) created_at: i64,
    pub(super) payment_status: Option<String>,
}

/// A line of an order.
#[derive(Debug, Clone)]
pub(super) struct LineRow {
    pub(super) order_id: String,
    pub(super) position: i64,
    pub(super) sku: String,
    pub(super) unit_price_minor: i64,
    pub(super) quantity: i64,
    pub(super) tracked: bool,
    pub(super) refunded_quantity: i64,
    pub(super) refunded_minor: i64,
    pub(super) restocked_quantity: i64,
    pub(super) fulfilled_quantity: i64,
}

/// An event of an order.
#[derive(Debug, Clone)]
pub(super) struct EventRow {
    pub(super) order_id: String,
    pub(super) seq: i64,
    pub(super) kind: String,
    pub(super) status: String,
    pub(super) revenue_delta_minor: i64,
    pub(super) currency: String,
    pub(super) lines: String,
    pub(super) created_at: i64,
}

/// A refund.
#[derive(Debug, Clone)]
pub(super) struct RefundRow {
    pub(super) order_id: String,
    pub(super) id: String,
    pub(super) amount_minor: i64,
}

/// An entry of the ledger.
#[derive(Debug, Clone)]
pub(super) struct LedgerRow {
    pub(super) entry: Entry,
    pub(super) id: i64,
}

/// Work that is not done.
#[derive(Debug, Clone)]
pub(super) struct WorkRow {
    pub(super) order_id: String,
    pub(super) kind: String,
    pub(super) id: i64,
    pub(super) reference: String,
    pub(super) created_at: i64,
}

macro_rules! owned_by_order {
    ($($row:ty),*) => { $(impl Owned for $row {
        fn owner(&self) -> Option<&str> {
            Some(&self.order_id)
        }
    })* };
}
owned_by_order!(LineRow, EventRow, RefundRow, WorkRow);

impl Owned for OrderRow {
    fn owner(&self) -> Option<&str> {
        Some(&self.id)
    }
}

impl Owned for LedgerRow {
    /// The order of a `ref` like `<order>/…`. Others come from elsewhere, and are not in the order of their first parts.
    fn owner(&self) -> Option<&str> {
        let (order, _) = self.entry.reference.split_once('/')?;
        uuid::Uuid::try_parse(order).ok().filter(|_| order.len() == UUID_BYTES)?;
        Some(order)
    }
}

/// The columns of an [`OrderRow`].
macro_rules! select_orders {
    ($rest:literal) => {
        concat!(
            "SELECT o.id, o.status, o.revision, o.last_seq, o.currency, o.total_minor, o.refunded_minor, \
             o.client_reference, r.order_id, o.pending_edit, o.created_at, o.stock_kept, o.payment_status \
             FROM orders o LEFT JOIN client_references r ",
            $rest
        )
    };
}

/// Orders by id.
pub(super) fn orders(tx: &mut Tx<'_>, after: Option<&OrderRow>) -> Result<Vec<OrderRow>, Error> {
    let sql = select_orders!(
        "ON r.scope = o.scope AND r.reference = o.client_reference WHERE o.id > $1 ORDER BY o.id LIMIT $2"
    );
    tx.all(sql, params![after.map_or("", |row| row.id.as_str()), PAGE], order)
}

/// The order of this id.
pub(super) fn order_by_id(tx: &mut Tx<'_>, id: &str) -> Result<Option<OrderRow>, Error> {
    let sql = select_orders!("ON r.scope = o.scope AND r.reference = o.client_reference WHERE o.id = $1");
    tx.first(sql, params![id], order)
}

/// Whether there is an order of this id.
pub(super) fn is_order(tx: &mut Tx<'_>, id: &str) -> Result<bool, Error> {
    Ok(tx.first("SELECT 1 FROM orders WHERE id = $1", params![id], |_| Ok(()))?.is_some())
}

fn order(row: &Row<'_>) -> Result<OrderRow, Error> {
    Ok(OrderRow {
        id: row.text(0)?,
        status: row.text(1)?,
        revision: row.int(2)?,
        last_seq: row.int(3)?,
        currency: row.text(4)?,
        total_minor: row.int(5)?,
        refunded_minor: row.int(6)?,
        client_reference: row.text_or_null(7)?,
        referred: row.text_or_null(8)?,
        pending_edit: row.text_or_null(9)?,
        created_at: row.int(10)?,
        stock_kept: row.flag(11)?,
        payment_status: row.text_or_null(12)?,
    })
}

/// The columns of a [`LineRow`].
macro_rules! select_lines {
    ($rest:literal) => {
        concat!(
            "SELECT order_id, position, sku, unit_price_minor, quantity, tracked, refunded_quantity, \
             refunded_minor, restocked_quantity, fulfilled_quantity FROM order_lines ",
            $rest
        )
    };
}

/// Lines by order and position.
pub(super) fn lines(tx: &mut Tx<'_>, after: Option<&LineRow>) -> Result<Vec<LineRow>, Error> {
    let sql = select_lines!(
        "WHERE (order_id, position) > ($1, $2) \
               ORDER BY order_id, position LIMIT $3"
    );
    let (owner, position) = after.map_or(("", 0), |row| (row.order_id.as_str(), row.position));
    tx.all(sql, params![owner, position, PAGE], line)
}

/// The lines of an order.
pub(super) fn lines_of(tx: &mut Tx<'_>, order_id: &str) -> Result<Vec<LineRow>, Error> {
    let sql = select_lines!("WHERE order_id = $1 ORDER BY position");
    tx.all(sql, params![order_id], line)
}

fn line(row: &Row<'_>) -> Result<LineRow, Error> {
    Ok(LineRow {
        order_id: row.text(0)?,
        position: row.int(1)?,
        sku: row.text(2)?,
        unit_price_minor: row.int(3)?,
        quantity: row.int(4)?,
        tracked: row.int(5)? != 0,
        refunded_quantity: row.int(6)?,
        refunded_minor: row.int(7)?,
        restocked_quantity: row.int(8)?,
        fulfilled_quantity: row.int(9)?,
    })
}

/// The columns of an [`EventRow`].
macro_rules! select_events {
    ($rest:literal) => {
        concat!(
            "SELECT order_id, seq, kind, status, revenue_delta_minor, currency, lines, created_at FROM \
             order_events ",
            $rest
        )
    };
}

/// Events by order and number.
pub(super) fn events(tx: &mut Tx<'_>, after: Option<&EventRow>) -> Result<Vec<EventRow>, Error> {
    let sql = select_events!("WHERE (order_id, seq) > ($1, $2) ORDER BY order_id, seq LIMIT $3");
    let (owner, seq) = after.map_or(("", i64::MIN), |row| (row.order_id.as_str(), row.seq));
    tx.all(sql, params![owner, seq, PAGE], event)
}

/// Events of the orders above `after` up to and with `until`; to the end when that is empty.
pub(super) fn events_between(
    tx: &mut Tx<'_>,
    (after, until): (&str, &str),
    seen: Option<&EventRow>,
) -> Result<Vec<EventRow>, Error> {
    let sql = select_events!(
        "WHERE order_id > $1 AND (order_id, seq) > ($2, $3) AND ($4 = '' OR order_id <= $4) \
               ORDER BY order_id, seq LIMIT $5"
    );
    let (owner, seq) = seen.map_or((after, i64::MAX), |row| (row.order_id.as_str(), row.seq));
    tx.all(sql, params![after, owner, seq, until, PAGE], event)
}

fn event(row: &Row<'_>) -> Result<EventRow, Error> {
    Ok(EventRow {
        order_id: row.text(0)?,
        seq: row.int(1)?,
        kind: row.text(2)?,
        status: row.text(3)?,
        revenue_delta_minor: row.int(4)?,
        currency: row.text(5)?,
        lines: row.text(6)?,
        created_at: row.int(7)?,
    })
}

/// Refunds by order.
pub(super) fn refunds(tx: &mut Tx<'_>, after: Option<&RefundRow>) -> Result<Vec<RefundRow>, Error> {
    let sql = "SELECT order_id, id, amount_minor FROM refunds WHERE (order_id, id) > ($1, $2) \
               ORDER BY order_id, id LIMIT $3";
    let (owner, id) = after.map_or(("", ""), |row| (row.order_id.as_str(), row.id.as_str()));
    tx.all(sql, params![owner, id, PAGE], |row| {
        Ok(RefundRow { order_id: row.text(0)?, id: row.text(1)?, amount_minor: row.int(2)? })
    })
}

/// The ledger by command.
pub(super) fn ledger(tx: &mut Tx<'_>, after: Option<&LedgerRow>) -> Result<Vec<LedgerRow>, Error> {
    let sql = "SELECT ref, sku, kind, quantity, id FROM ledger WHERE (ref, sku, kind, id) > ($1, $2, $3, $4) \
               ORDER BY ref, sku, kind, id LIMIT $5";
    let (reference, sku, kind, id) = after.map_or(("", "", "", i64::MIN), |row| {
        (row.entry.reference.as_str(), row.entry.sku.as_str(), row.entry.kind.as_str(), row.id)
    });
    tx.all(sql, params![reference, sku, kind, id, PAGE], |row| {
        let entry =
            Entry { reference: row.text(0)?, sku: row.text(1)?, kind: row.text(2)?, quantity: row.int(3)? };
        Ok(LedgerRow { entry, id: row.int(4)? })
    })
}

/// The columns of a [`WorkRow`].
macro_rules! select_work {
    ($rest:literal) => {
        concat!("SELECT order_id, kind, id, ref, created_at FROM work ", $rest)
    };
}

/// Open work by order.
pub(super) fn work(tx: &mut Tx<'_>, after: Option<&WorkRow>) -> Result<Vec<WorkRow>, Error> {
    let sql = select_work!(
        "WHERE done_at IS NULL AND (order_id, kind, id) > ($1, $2, $3) ORDER BY order_id, kind, id LIMIT $4"
    );
    let (owner, kind, id) =
        after.map_or(("", "", 0), |row| (row.order_id.as_str(), row.kind.as_str(), row.id));
    tx.all(sql, params![owner, kind, id, PAGE], work_row)
}

/// The open work of an order.
pub(super) fn work_of(tx: &mut Tx<'_>, order_id: &str) -> Result<Vec<WorkRow>, Error> {
    let sql = select_work!("WHERE done_at IS NULL AND order_id = $1");
    tx.all(sql, params![order_id], work_row)
}

fn work_row(row: &Row<'_>) -> Result<WorkRow, Error> {
    Ok(WorkRow {
        order_id: row.text(0)?,
        kind: row.text(1)?,
        id: row.int(2)?,
        reference: row.text(3)?,
        created_at: row.int(4)?,
    })
}

/// How many orders there are.
pub(super) fn count_orders(tx: &mut Tx<'_>) -> Result<i64, Error> {
    let counted = tx.first("SELECT COUNT(*) FROM orders", params![], |row| row.int(0))?;
    Ok(counted.unwrap_or(0))
}
