//! What must be true of an order's payment: its amounts are those of its events, and explain what is owed.

use kassa_db::{Error, Tx, params};

use super::report::Invariant;
use super::sorted::Owned;
use super::store::{EventRow, OrderRow, PAGE};

/// A payment, and what its events add up to.
#[derive(Debug, Clone)]
pub(super) struct PaymentRow {
    pub(super) order_id: String,
    id: String,
    currency: String,
    captured_minor: i64,
    refunded_minor: i64,
    came: i64,
    went_back: i64,
}

impl Owned for PaymentRow {
    fn owner(&self) -> Option<&str> {
        Some(&self.order_id)
    }
}

/// Payments by id, which begins with their order's.
pub(super) fn rows(tx: &mut Tx<'_>, after: Option<&PaymentRow>) -> Result<Vec<PaymentRow>, Error> {
    let sql = "SELECT p.order_id, p.id, p.currency, p.captured_minor, p.refunded_minor, \
               (SELECT CAST(COALESCE(SUM(e.amount_minor), 0) AS BIGINT) FROM payment_event e \
               WHERE e.payment_id = p.id AND e.kind = 'captured'), \
               (SELECT CAST(COALESCE(SUM(e.amount_minor), 0) AS BIGINT) FROM payment_event e \
               WHERE e.payment_id = p.id AND e.kind = 'refunded') \
               FROM payment p WHERE p.id > $1 ORDER BY p.id LIMIT $2";
    tx.all(sql, params![after.map_or("", |row| row.id.as_str()), PAGE], |row| {
        Ok(PaymentRow {
            order_id: row.text(0)?,
            id: row.text(1)?,
            currency: row.text(2)?,
            captured_minor: row.int(3)?,
            refunded_minor: row.int(4)?,
            came: row.int(5)?,
            went_back: row.int(6)?,
        })
    })
}

/// Judges events of payments that are not there.
pub(super) fn judge_strays(tx: &mut Tx<'_>, three: &mut Invariant) -> Result<(), Error> {
    let sql = "SELECT e.provider_event_id, e.payment_id FROM payment_event e LEFT JOIN payment p ON p.id = e.payment_id \
               WHERE p.id IS NULL ORDER BY e.provider, e.provider_event_id LIMIT $1";
    for (event, payment) in tx.all(sql, params![PAGE], |row| Ok((row.text(0)?, row.text(1)?)))? {
        three
            .violated(payment, format!("the event {event} of this payment is there, and the payment is not"));
    }
    Ok(())
}

/// What is wrong with an order's payment; nothing if it agrees.
pub(super) fn flaws(order: &OrderRow, events: &[EventRow], payments: &[PaymentRow], flaws: &mut Vec<String>) {
    for payment in payments {
        let PaymentRow { id, captured_minor, refunded_minor, came, went_back, .. } = payment;
        if captured_minor != came {
            flaws.push(format!("{captured_minor} came by its payment {id}, by the events {came}"));
        }
        if refunded_minor != went_back {
            flaws.push(format!("{refunded_minor} of its payment {id} went back, by the events {went_back}"));
        }
        if payment.currency != order.currency {
            flaws.push(format!("its payment {id} is in {}, and it in {}", payment.currency, order.currency));
        }
    }
    let told = events.iter().filter(|event| event.kind == "OrderPaid").count();
    if told != payments.len() {
        flaws.push(format!("it has {} payments, and {told} events say that it is paid", payments.len()));
    }
    owed(order, payments, flaws);
}

fn owed(order: &OrderRow, payments: &[PaymentRow], flaws: &mut Vec<String>) {
    let sum = |of: fn(&PaymentRow) -> i64| payments.iter().map(|row| i128::from(of(row))).sum::<i128>();
    let (came, back) = (sum(|row| row.captured_minor), sum(|row| row.refunded_minor));
    let kept = match order.status.as_str() {
        "confirmed" | "fulfilled" | "refunded" => {
            i128::from(order.total_minor) - i128::from(order.refunded_minor)
        }
        _ => 0,
    };
    let is_open = matches!(order.status.as_str(), "accepted" | "confirmed" | "fulfilled");
    let expected = match (payments.is_empty(), order.payment_status.is_some()) {
        (true, false) => None,
        (true, true) if !is_open => None,
        (true, true) if order.total_minor == 0 => Some("paid"),
        (true, true) => Some("unpaid"),
        (false, _) if back == 0 => Some("paid"),
        (false, _) if back < came => Some("part_refunded"),
        (false, _) => Some("refunded"),
    };
    if order.payment_status.as_deref() != expected {
        let [is, expected] =
            [order.payment_status.as_deref(), expected].map(|name| name.unwrap_or("nothing"));
        flaws.push(format!("its payment status is {is}, and what came and went back makes it {expected}"));
    }
    if !payments.is_empty() && came - back != kept {
        flaws.push(format!("{kept} of it is kept, and {} of what was paid", came - back));
    }
}
