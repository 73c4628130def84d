//! What happened to orders, written in their transaction. The relay carries it to the log: `body` to the stream `orders`,
//! and `money`, where there is some, to the stream `events`.
//!
//! A body:
//! ```json
//! {"id":"0190…:1","type":"OrderConfirmed","occurred_at":"2026-11-21T05:00:00Z","order":{"id":"0190…","number":7,…}}
//! {"id":"0190…:2","type":"OrderFulfilled","occurred_at":"…","order":{…},"lines":[{"sku":"ps5","quantity":1}]}
//! {"id":"low:0190…/1:ps5","type":"StockLow","occurred_at":"…","stock":{"sku":"ps5","on_hand":4,"low_stock_at":5}}
//! ```

mod batch;
mod fetch;
mod metrics;
mod record;
pub mod relay;
mod store;
#[cfg(test)]
mod tests;

use kassa_db::{Db, Error, Tx, params};
use kassa_model::Timestamp;
use serde::{Deserialize, Serialize};

use crate::inventory::Crossing;
use crate::lease;
use crate::orders::view::{Audience, OrderView};
use crate::orders::{Change, Context, Kind, LineDelta};
use crate::sabotage::{self, Sabotage};

pub(crate) use fetch::{Acknowledged, acknowledge, clean_unfetched, waiting_stock};
pub use fetch::{Fetch, OUTBOX, OUTBOX_ACK};
pub use record::RowError;
pub use relay::{Relay, RelayError, RelayOptions, Round, Wake};

/// How many changes of orders the log does not have yet.
///
/// # Errors
/// The database's.
pub async fn unpublished(db: &Db) -> Result<i64, Error> {
    db.read(|tx| store::backlog(tx).map(|(rows, _)| rows)).await
}

/// Notes that so many changes are gone together with their orders, whose rows were removed before.
///
/// # Errors
/// The database's.
pub(crate) fn forget_removed(tx: &mut Tx<'_>, changes: u64) -> Result<(), Error> {
    match i64::try_from(changes) {
        Ok(changes) if changes > 0 => store::forget_removed(tx, changes),
        _ => Ok(()),
    }
}

/// Ends the leases of relay and drain, whoever holds them: for a database that belongs to one process, which has just
/// taken it over. Without it a process that follows one that was killed would wait until its leases run out.
///
/// # Errors
/// The database's.
pub async fn end_leases(db: &Db) -> Result<(), Error> {
    db.write(lease::end_all).await
}

/// What the analytics record of a money change needs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MoneyRecord {
    /// `order:<order id>:<seq>`, unique in the store. Never the order's id alone: a second refund is no duplicate.
    pub id: String,
    /// `Order Completed`, `Order Updated`, `Order Cancelled` or `Order Refunded`.
    pub name: String,
    /// When the money changed, µs.
    pub occurred_at: Timestamp,
    /// The order.
    pub order_id: String,
    /// Signed change in minor units.
    pub revenue_delta_minor: i64,
    /// ISO 4217 code.
    pub currency: String,
    /// The status that the change led to.
    pub status: String,
    /// The products that changed; none for a refund by amount.
    pub lines: Vec<LineDelta>,
    /// The visit, as it was when the order's request arrived.
    pub context: Context,
}

#[derive(Serialize)]
struct OrderEvent<'a> {
    id: &'a str,
    #[serde(rename = "type")]
    kind: &'static str,
    occurred_at: String,
    order: OrderView<'a>,
    /// What was handed over; only of an `OrderFulfilled`.
    #[serde(skip_serializing_if = "Option::is_none")]
    lines: Option<Vec<HandedOver<'a>>>,
}

#[derive(Serialize)]
struct HandedOver<'a> {
    sku: &'a str,
    quantity: i64,
}

#[derive(Serialize)]
struct StockEvent<'a> {
    id: &'a str,
    #[serde(rename = "type")]
    kind: &'static str,
    occurred_at: String,
    stock: StockState<'a>,
}

#[derive(Serialize)]
struct StockState<'a> {
    sku: &'a str,
    on_hand: i64,
    low_stock_at: i64,
}

/// Writes the row of a change.
///
/// # Errors
/// The database's.
pub fn order_changed(tx: &mut Tx<'_>, change: &Change) -> Result<(), Error> {
    let order = &change.after;
    let body = json(&OrderEvent {
        id: &format!("{}:{}", order.id, order.last_seq),
        kind: change.kind.name(),
        occurred_at: order.updated_at.to_string(),
        order: order.view(Audience::Shop),
        lines: (change.kind == Kind::Fulfilled).then(|| handed_over(&change.lines)),
    })?;
    let money = MoneyRecord::of(change).map(|money| json(&money)).transpose()?;
    let sql = "INSERT INTO outbox (order_id, seq, kind, body, money, created_at) \
               VALUES ($1, $2, $3, $4, $5, $6) RETURNING id";
    let (kind, now) = (change.kind.name(), order.updated_at);
    let values = params![&order.id, order.last_seq, kind, &body, money.as_deref(), now.micros()];
    let id = tx.insert(sql, values)?;
    wait(tx, id, now)
}

fn handed_over(lines: &[LineDelta]) -> Vec<HandedOver<'_>> {
    let units = lines.iter().map(|line| HandedOver { sku: &line.sku, quantity: line.fulfilled.unwrap_or(0) });
    units.filter(|line| line.quantity > 0).collect()
}

/// Says that the row is to be published.
fn wait(tx: &mut Tx<'_>, id: i64, now: Timestamp) -> Result<(), Error> {
    let sql = "INSERT INTO outbox_waiting (id, created_at) VALUES ($1, $2)";
    tx.execute(sql, params![id, now.micros()]).map(drop)
}

/// Writes a row for each SKU that `reference` has made low.
///
/// # Errors
/// The database's.
pub fn low_stock(
    tx: &mut Tx<'_>,
    reference: &str,
    crossings: &[Crossing],
    now: Timestamp,
) -> Result<(), Error> {
    let sql = "INSERT INTO outbox (seq, kind, body, created_at) VALUES (0, 'StockLow', $1, $2) RETURNING id";
    for crossing in crossings {
        let Crossing { sku, on_hand, low_stock_at } = crossing;
        let body = json(&StockEvent {
            id: &format!("low:{reference}:{sku}"),
            kind: "StockLow",
            occurred_at: now.to_string(),
            stock: StockState { sku, on_hand: *on_hand, low_stock_at: *low_stock_at },
        })?;
        let id = tx.insert(sql, params![&body, now.micros()])?;
        wait(tx, id, now)?;
    }
    Ok(())
}

impl MoneyRecord {
    /// The record of a change; `None` where neither money nor units moved.
    pub fn of(change: &Change) -> Option<Self> {
        let name = change.kind.analytics_name()?;
        let order = &change.after;
        let id = match sabotage::is(Sabotage::MoneyByOrder) {
            false => format!("order:{}:{}", order.id, order.last_seq),
            true => format!("order:{}", order.id),
        };
        Some(Self {
            id,
            name: name.to_owned(),
            occurred_at: order.updated_at,
            order_id: order.id.clone(),
            revenue_delta_minor: change.revenue_delta_minor,
            currency: order.currency.code().to_owned(),
            status: order.status.name().to_owned(),
            lines: change.lines.clone(),
            context: order.context.clone(),
        })
    }
}

fn json(value: &impl Serialize) -> Result<String, Error> {
    serde_json::to_string(value).map_err(|error| Error::Invalid(format!("cannot write JSON: {error}")))
}
