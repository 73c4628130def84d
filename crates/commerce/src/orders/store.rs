//! The tables `orders`, `order_lines`, `order_events` and `refunds`.

use std::collections::HashMap;

use kassa_db::{Error, Param, Row, Tx, params};
use kassa_model::{MICROS_PER_SECOND, Timestamp};

use super::amended::Amended;
use super::details::Source;
use super::edges::{Change, LineDelta};
use super::order::{Customer, Line, Order, Refund};
use super::payments::status::PaymentStatus;
use super::persons;
use crate::idempotency::RequestKey;
use crate::stored::{from_json, to_json};

/// By how much, µs, a change may be earlier than the one before it: requests wait for prices and for their turn, and clocks
/// are put right by a little.
const AHEAD_MICROS_MAX: i64 = 60 * MICROS_PER_SECOND;

/// The columns of an [`Order`], in the order in which [`read`] reads them.
macro_rules! select_orders {
    ($($rest:tt)+) => {
        concat!(
            "SELECT number, id, status, revision, last_seq, currency, total_minor, refunded_minor, \
             customer_name, customer_email, scope, client_reference, context, fail_reason, pending_edit, \
             created_at, updated_at, stock_kept, customer_id, customer_phone, marketing_consent, note, source, \
             payment_status FROM orders ",
            $($rest)+
        )
    };
}
pub(super) use select_orders;

/// The columns of a [`Line`], in the order in which [`read_line`] reads them.
macro_rules! line_columns {
    () => {
        "product_id, sku, name, category, unit_price_minor, quantity, tracked, refunded_quantity, refunded_minor, \
         restocked_quantity, fulfilled_quantity, variant_title"
    };
}

/// Makes the order's row; returns its number.
pub(super) fn insert(tx: &mut Tx<'_>, order: &Order) -> Result<i64, Error> {
    let sql = "INSERT INTO orders (id, status, revision, last_seq, currency, total_minor, refunded_minor, \
               customer_name, customer_email, scope, client_reference, context, fail_reason, created_at, updated_at, \
               customer_id, customer_phone, marketing_consent, note, source, payment_status, customer_fold) \
               VALUES ($1, $2, $3, $4, $5, $6, 0, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21) \
               RETURNING number";
    let context = to_json(&order.context)?;
    let folded = persons::folded(order.customer.name.as_deref(), order.customer.email.as_deref());
    let values = params![
        &order.id,
        order.status.name(),
        order.revision,
        order.last_seq,
        order.currency.code(),
        order.total_minor,
        order.customer.name.as_deref(),
        order.customer.email.as_deref(),
        &order.scope,
        order.client_reference.as_deref(),
        &context,
        order.fail_reason.as_deref(),
        order.created_at.micros(),
        order.updated_at.micros(),
        order.customer_id.as_deref(),
        order.customer.phone.as_deref(),
        order.marketing_consent,
        order.note.as_deref(),
        order.source.map(Source::name),
        order.payment_status.map(PaymentStatus::name),
        &folded,
    ];
    tx.insert(sql, values)
}

/// When a change that is asked for at `now` is made: later than all that are made, where one transaction ends before the next
/// begins, so that who follows the changes by their times misses none. One far ahead was made by a clock that was wrong.
pub(super) fn changed_at(tx: &mut Tx<'_>, now: Timestamp) -> Result<Timestamp, Error> {
    if !tx.is_alone() {
        return Ok(now);
    }
    let last = tx.first("SELECT MAX(updated_at) FROM orders", params![], |row| row.int_or_null(0))?.flatten();
    let ahead = last.map_or(0, |last| last.saturating_sub(now.micros()));
    Ok(if (1..=AHEAD_MICROS_MAX).contains(&ahead) { now.plus_micros(ahead + 1) } else { now })
}

/// Makes the order's lines.
pub(super) fn insert_lines(tx: &mut Tx<'_>, order: &Order) -> Result<(), Error> {
    let sql = concat!(
        "INSERT INTO order_lines (order_id, position, ",
        line_columns!(),
        ") VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)"
    );
    for (position, line) in (1_i64..).zip(&order.lines) {
        let values = params![
            &order.id,
            position,
            line.product_id,
            &line.sku,
            &line.name,
            line.category.as_deref(),
            line.unit_price_minor,
            line.quantity,
            line.tracked,
            line.refunded_quantity,
            line.refunded_minor,
            line.restocked_quantity,
            line.fulfilled_quantity,
            line.variant_title.as_deref(),
        ];
        tx.execute(sql, values)?;
    }
    Ok(())
}

/// Replaces the order's lines.
pub(super) fn replace_lines(tx: &mut Tx<'_>, order: &Order) -> Result<(), Error> {
    tx.execute("DELETE FROM order_lines WHERE order_id = $1", params![&order.id])?;
    insert_lines(tx, order)
}

/// Writes what refunds and fulfilments did to the order's lines.
pub(super) fn update_lines(tx: &mut Tx<'_>, order: &Order) -> Result<(), Error> {
    let sql = "UPDATE order_lines SET refunded_quantity = $3, refunded_minor = $4, restocked_quantity = $5, \
               fulfilled_quantity = $6 WHERE order_id = $1 AND position = $2";
    for (position, line) in (1_i64..).zip(&order.lines) {
        let done = (line.refunded_quantity, line.refunded_minor, line.restocked_quantity);
        let out = line.fulfilled_quantity;
        tx.execute(sql, params![&order.id, position, done.0, done.1, done.2, out])?;
    }
    Ok(())
}

/// Makes `before` into `after`, unless somebody else has changed it, or erased whose it was, since; whether it did.
pub(super) fn update(tx: &mut Tx<'_>, before: &Order, after: &Order) -> Result<bool, Error> {
    let sql = "UPDATE orders SET status = $4, revision = $5, last_seq = $6, total_minor = $7, refunded_minor = $8, \
               fail_reason = $9, pending_edit = $10, updated_at = $11, stock_kept = $13, payment_status = $14 \
               WHERE id = $1 AND status = $2 AND last_seq = $3 \
               AND COALESCE(pending_edit, '') = $12 AND COALESCE(customer_email, '') = $15";
    let values = params![
        &after.id,
        before.status.name(),
        before.last_seq,
        after.status.name(),
        after.revision,
        after.last_seq,
        after.total_minor,
        after.refunded_minor,
        after.fail_reason.as_deref(),
        after.pending_edit.as_deref(),
        after.updated_at.micros(),
        before.pending_edit.as_deref().unwrap_or_default(),
        after.stock_kept,
        after.payment_status.map(PaymentStatus::name),
        before.customer.email.as_deref().unwrap_or_default(),
    ];
    Ok(tx.execute(sql, values)? == 1)
}

/// An order has changed at `at`, whenever what is told of it has happened.
pub(super) fn touch(tx: &mut Tx<'_>, id: &str, at: Timestamp) -> Result<(), Error> {
    tx.execute("UPDATE orders SET updated_at = $2 WHERE id = $1", params![id, at.micros()]).map(drop)
}

/// Gives an order's customer another name. Whoever does this writes an event with it, which shows the order as it then is.
pub(super) fn rename(tx: &mut Tx<'_>, id: &str, name: &str) -> Result<(), Error> {
    let Some(order) = tx.first(select_orders!("WHERE id = $1"), params![id], read)? else { return Ok(()) };
    persons::set(tx, id, &Customer { name: Some(name.to_owned()), ..order.customer })
}

/// What whoever runs the shop notes of an order.
pub(crate) fn staff_note(tx: &mut Tx<'_>, id: &str) -> Result<Option<String>, Error> {
    let note =
        tx.first("SELECT staff_note FROM orders WHERE id = $1", params![id], |row| row.text_or_null(0))?;
    Ok(note.flatten())
}

/// Writes another note.
pub(super) fn set_staff_note(tx: &mut Tx<'_>, id: &str, note: Option<&str>) -> Result<(), Error> {
    tx.execute("UPDATE orders SET staff_note = $2 WHERE id = $1", params![id, note]).map(drop)
}

/// Gives an order its customer.
pub(super) fn set_customer(tx: &mut Tx<'_>, id: &str, customer_id: &str) -> Result<(), Error> {
    tx.execute("UPDATE orders SET customer_id = $2 WHERE id = $1", params![id, customer_id]).map(drop)
}

/// Writes the event of a change.
pub(super) fn insert_event(tx: &mut Tx<'_>, change: &Change) -> Result<(), Error> {
    let sql = "INSERT INTO order_events (order_id, seq, kind, status, revenue_delta_minor, currency, lines, \
               created_at, scope, key, fingerprint, detail) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)";
    let (order, by) = (&change.after, change.by.as_ref());
    let lines = to_json(&change.lines)?;
    let detail = change.amended.as_ref().map(to_json).transpose()?;
    let values = params![
        &order.id,
        order.last_seq,
        change.kind.name(),
        order.status.name(),
        change.revenue_delta_minor,
        order.currency.code(),
        &lines,
        order.updated_at.micros(),
        by.map(|by| by.scope.as_str()),
        by.map(|by| by.key.as_str()),
        by.map(|by| by.fingerprint.as_str()),
        detail.as_deref(),
    ];
    tx.execute(sql, values)?;
    Ok(())
}

/// What happened to an order, and when.
pub(crate) fn events(tx: &mut Tx<'_>, order_id: &str) -> Result<Vec<(String, Timestamp)>, Error> {
    let sql = "SELECT kind, created_at FROM order_events WHERE order_id = $1 ORDER BY seq";
    tx.all(sql, params![order_id], |row| Ok((row.text(0)?, Timestamp::from_micros(row.int(1)?))))
}

/// An event of an order as it is told.
pub(crate) struct Told {
    pub(crate) seq: i64,
    pub(crate) kind: String,
    pub(crate) revenue_delta_minor: i64,
    pub(crate) lines: Vec<LineDelta>,
    /// What else it changed.
    pub(crate) amended: Option<Amended>,
    pub(crate) at: Timestamp,
}

/// What happened to an order, with what it changed.
pub(crate) fn told(tx: &mut Tx<'_>, order_id: &str) -> Result<Vec<Told>, Error> {
    let sql = "SELECT seq, kind, revenue_delta_minor, lines, created_at, detail FROM order_events \
               WHERE order_id = $1 ORDER BY seq";
    tx.all(sql, params![order_id], |row| {
        Ok(Told {
            seq: row.int(0)?,
            kind: row.text(1)?,
            revenue_delta_minor: row.int(2)?,
            lines: from_json(&row.text(3)?)?,
            amended: row.text_or_null(5)?.map(|text| from_json(&text)).transpose()?,
            at: Timestamp::from_micros(row.int(4)?),
        })
    })
}

/// The orders behind this number with their lines, in the order of their numbers.
pub(super) fn after_number(tx: &mut Tx<'_>, after: i64, limit: i64) -> Result<Vec<Order>, Error> {
    let sql = select_orders!("WHERE number > $1 ORDER BY number LIMIT $2");
    let orders = tx.all(sql, params![after, limit], read)?;
    with_lines(tx, orders)
}

/// The fingerprint of the request with this key that has changed the order, and the number of its event.
pub(super) fn made_by(
    tx: &mut Tx<'_>,
    order_id: &str,
    by: &RequestKey,
) -> Result<Option<(String, i64)>, Error> {
    let sql = "SELECT fingerprint, seq FROM order_events WHERE order_id = $1 AND scope = $2 AND key = $3";
    tx.first(sql, params![order_id, &by.scope, &by.key], |row| Ok((row.text(0)?, row.int(1)?)))
}

/// Writes a refund.
pub(super) fn insert_refund(tx: &mut Tx<'_>, order: &Order, refund: &Refund) -> Result<(), Error> {
    let sql =
        "INSERT INTO refunds (id, order_id, amount_minor, lines, created_at) VALUES ($1, $2, $3, $4, $5)";
    let lines = to_json(&refund.lines)?;
    tx.execute(sql, params![&refund.id, &order.id, refund.amount_minor, &lines, order.updated_at.micros()])?;
    Ok(())
}

/// The refunds of an order, in their order.
pub fn refunds(tx: &mut Tx<'_>, order_id: &str) -> Result<Vec<(Refund, Timestamp)>, Error> {
    let sql =
        "SELECT id, amount_minor, lines, created_at FROM refunds WHERE order_id = $1 ORDER BY created_at, id";
    tx.all(sql, params![order_id], |row| {
        let (id, amount_minor, lines) = (row.text(0)?, row.int(1)?, from_json(&row.text(2)?)?);
        Ok((Refund { id, amount_minor, lines }, Timestamp::from_micros(row.int(3)?)))
    })
}

/// The order of this UUID, with its lines.
///
/// # Errors
/// The database's.
pub fn by_id(tx: &mut Tx<'_>, id: &str) -> Result<Option<Order>, Error> {
    let sql = select_orders!("WHERE id = $1");
    let order = tx.first(sql, params![id], read)?;
    order.map(|order| with_its_lines(tx, order)).transpose()
}

/// The order of this number, with its lines.
///
/// # Errors
/// The database's.
pub fn by_number(tx: &mut Tx<'_>, number: i64) -> Result<Option<Order>, Error> {
    let sql = select_orders!("WHERE number = $1");
    let order = tx.first(sql, params![number], read)?;
    order.map(|order| with_its_lines(tx, order)).transpose()
}

fn with_its_lines(tx: &mut Tx<'_>, mut order: Order) -> Result<Order, Error> {
    let sql = concat!("SELECT ", line_columns!(), " FROM order_lines WHERE order_id = $1 ORDER BY position");
    order.lines = tx.all(sql, params![&order.id], read_line)?;
    Ok(order)
}

/// The same orders with their lines.
pub(super) fn with_lines(tx: &mut Tx<'_>, mut orders: Vec<Order>) -> Result<Vec<Order>, Error> {
    let sql = concat!(
        "SELECT ",
        line_columns!(),
        ", order_id FROM order_lines WHERE order_id IN ($1, $2, $3, $4, $5, $6, $7, $8) ORDER BY order_id, position"
    );
    let ids: Vec<Param<'_>> = orders.iter().map(|order| Param::from(&order.id)).collect();
    let read = tx.all_of(sql, &ids, |row| Ok((row.text(12)?, read_line(row)?)))?;
    let mut lines: HashMap<String, Vec<Line>> = HashMap::new();
    for (order_id, line) in read {
        lines.entry(order_id).or_default().push(line);
    }
    for order in &mut orders {
        order.lines = lines.remove(&order.id).unwrap_or_default();
    }
    Ok(orders)
}

pub(super) fn read(row: &Row<'_>) -> Result<Order, Error> {
    let status = row.text(2)?;
    let currency = row.text(5)?;
    Ok(Order {
        number: row.int(0)?,
        id: row.text(1)?,
        status: status.parse().map_err(|error| Error::Invalid(format!("{error}")))?,
        revision: row.int(3)?,
        last_seq: row.int(4)?,
        currency: currency.parse().map_err(|error| Error::Invalid(format!("{error}")))?,
        total_minor: row.int(6)?,
        refunded_minor: row.int(7)?,
        customer: Customer {
            name: row.text_or_null(8)?,
            email: row.text_or_null(9)?,
            phone: row.text_or_null(19)?,
        },
        customer_id: row.text_or_null(18)?,
        marketing_consent: row.int_or_null(20)? == Some(1),
        note: row.text_or_null(21)?,
        source: source(row.text_or_null(22)?)?,
        scope: row.text(10)?,
        client_reference: row.text_or_null(11)?,
        context: from_json(&row.text(12)?)?,
        fail_reason: row.text_or_null(13)?,
        pending_edit: row.text_or_null(14)?,
        created_at: Timestamp::from_micros(row.int(15)?),
        updated_at: Timestamp::from_micros(row.int(16)?),
        stock_kept: row.flag(17)?,
        payment_status: row.text_or_null(23)?.as_deref().and_then(PaymentStatus::of),
        lines: Vec::new(),
    })
}

fn source(name: Option<String>) -> Result<Option<Source>, Error> {
    let source = name.map(|name| name.parse()).transpose();
    source.map_err(|error| Error::Invalid(format!("orders: {error}")))
}

fn read_line(row: &Row<'_>) -> Result<Line, Error> {
    Ok(Line {
        product_id: row.int_or_null(0)?,
        sku: row.text(1)?,
        name: row.text(2)?,
        category: row.text_or_null(3)?,
        unit_price_minor: row.int(4)?,
        quantity: row.int(5)?,
        tracked: row.flag(6)?,
        refunded_quantity: row.int(7)?,
        refunded_minor: row.int(8)?,
        restocked_quantity: row.int(9)?,
        fulfilled_quantity: row.int(10)?,
        variant_title: row.text_or_null(11)?,
    })
}

/// Counts a further edit of an order that is sent to stock; how many there were before.
pub(super) fn count_edit(tx: &mut Tx<'_>, order_id: &str) -> Result<i64, Error> {
    let sql = "UPDATE orders SET edits_tried = edits_tried + 1 WHERE id = $1 RETURNING edits_tried";
    let tried = tx.first(sql, params![order_id], |row| row.int(0))?;
    tried.map(|tried| tried - 1).ok_or_else(|| Error::Invalid(format!("there is no order {order_id}")))
}
