//! An order's whole story on one line of time: the visits that led to it, what happened to it, the money that came, the parcels,
//! what its stock did, and who was told what by which attempt.

mod entry;
pub mod http;
mod store;
#[cfg(test)]
mod tests;

use kassa_db::{Db, Error, Tx};

use entry::{Entry, What, lines_of};

use crate::customers::Visited;
use crate::notify;
use crate::orders::{ChangeKind, Order, fulfilments, payments};

/// Deliveries of an order that are told, the newest.
const DELIVERIES_MAX: i64 = 200;

/// What the database of orders knows.
fn of_order(tx: &mut Tx<'_>, order: &Order) -> Result<Vec<Entry>, Error> {
    let mut entries = Vec::new();
    let parcels = fulfilments::store::of_order(tx, &order.id)?;
    for told in crate::orders::store::told(tx, &order.id)? {
        let Some(kind) = ChangeKind::of(&told.kind) else { continue };
        if is_told_otherwise(kind, !parcels.is_empty()) {
            continue;
        }
        let amount = (told.revenue_delta_minor != 0).then(|| order.money(told.revenue_delta_minor));
        let amended = told.amended.unwrap_or_default();
        let what = What::Order {
            seq: told.seq,
            event: kind.word(),
            amount,
            lines: lines_of(&told.lines),
            changed: amended.changed,
            note: amended.note,
        };
        entries.push(Entry { at: told.at, what });
    }
    for payment in payments::store::of_order(tx, &order.id)? {
        let (at, amount) = (payment.created_at, payment.amount());
        entries.push(Entry { at, what: What::Payment { reference: payment.reference, amount } });
    }
    for parcel in parcels {
        entries.extend(entry::of_parcel(&parcel));
    }
    let filter =
        notify::store::Filter { order_id: Some(order.id.clone()), ..notify::store::Filter::default() };
    for delivery in notify::store::list(tx, &filter, DELIVERIES_MAX)? {
        let attempts = notify::store::attempts(tx, &delivery.id)?;
        entries.push(entry::of_delivery(delivery, attempts));
    }
    Ok(entries)
}

/// Whether another entry tells more of it: a payment, or a parcel where there are some.
fn is_told_otherwise(kind: ChangeKind, has_parcels: bool) -> bool {
    match kind {
        ChangeKind::Paid => true,
        ChangeKind::Fulfilled | ChangeKind::Shipped | ChangeKind::Delivered => has_parcels,
        _ => false,
    }
}

/// What the ledger knows, where stock is in this process.
async fn of_stock(stock: &Db, order_id: String) -> Result<Vec<Entry>, Error> {
    stock.read(move |tx| store::movements(tx, &order_id)).await
}

/// What the visits tell that led to it.
fn of_visits(visited: Visited) -> Vec<Entry> {
    let mut entries: Vec<Entry> = visited.visits.into_iter().map(entry::of_visit).collect();
    entries.extend(visited.events.into_iter().map(entry::of_event));
    entries
}
