//! What happened to orders and stock, written in their transaction. The relay carries it to the log: `body` to the stream
//! `orders`, and to the stream `events` `money`, where there is some, and of what is out of stock or back its SKU.
//!
//! A body:
//! ```json
//! {"id":"0190…:1","type":"OrderConfirmed","occurred_at":"2026-11-21T05:00:00Z","order":{"id":"0190…","number":7,…}}
//! {"id":"0190…:2","type":"OrderPaid","occurred_at":"…","order":{…},"payment":{"reference":"bank 4711",…}}
//! {"id":"0190…:3","type":"OrderFulfilled","occurred_at":"…","order":{…},"lines":[{"sku":"ps5","quantity":1}],"fulfilment":{"number":1,…}}
//! {"id":"low:0190…/1:ps5","type":"StockLow","occurred_at":"…","stock":{"sku":"ps5","on_hand":4,"low_stock_at":5}}
//! {"id":"out:0190…/1:ps5","type":"StockOut","occurred_at":"…","stock":{"sku":"ps5","on_hand":0,"low_stock_at":5}}
//! {"id":"back:0190…/c3:ps5","type":"StockBack","occurred_at":"…","stock":{"sku":"ps5","on_hand":1,"low_stock_at":5}}
//! ```

mod batch;
mod fetch;
mod metrics;
pub(crate) mod money;
mod record;
pub mod relay;
pub(crate) mod store;
#[cfg(test)]
mod tests;
pub(crate) mod wake;

use kassa_db::{Db, Error};

use crate::lease;

pub(crate) use fetch::{Acknowledged, acknowledge, clean_unfetched, waiting_stock};
pub use fetch::{Fetch, OUTBOX, OUTBOX_ACK};
pub(crate) use money::MoneyRecord;
pub use record::RowError;
pub(crate) use record::failure_record;
pub use relay::{Relay, RelayError, RelayOptions, Round};
pub use wake::Wake;

/// How many changes of orders the log does not have yet.
///
/// # Errors
/// The database's.
pub async fn unpublished(db: &Db) -> Result<i64, Error> {
    db.read(|tx| store::backlog(tx).map(|(rows, _)| rows)).await
}

/// Ends the leases of relay and drain, whoever holds them: for a database that belongs to one process, which has just
/// taken it over. Without it a process that follows one that was killed would wait until its leases run out.
///
/// # Errors
/// The database's.
pub async fn end_leases(db: &Db) -> Result<(), Error> {
    db.write(lease::end_all).await
}
