//! What an inventory in another process, which has no log, says of its stock: the process with the orders fetches the rows of
//! its outbox over an internal route, appends them to the log, and says so. What fails in between is done again with the same
//! ids: every row is published **at least once**.
//!
//! ```json
//! GET /v1/internal/outbox                     {"rows":[{"id":7,"body":"{\"id\":\"low:…\",\"type\":\"StockLow\",…}"}]}
//! POST /v1/internal/outbox/ack {"ids":[7]}    {"acknowledged":1}
//! ```

use std::sync::Arc;
use std::time::Duration;

use kassa_db::{Db, Error, Tx};
use kassa_eventlog::{EventLog, Stream};
use kassa_model::{Timestamp, failpoint};
use kassa_service::Shutdown;
use kassa_service::client::Call;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::record::{Records, StockSaid};
use super::store::{self, Waiting};
use crate::shop::Shop;
use crate::{lease, notes};

/// Where the rows that wait are read.
pub const OUTBOX: &str = "/v1/internal/outbox";
/// Where it is said that rows are in the log.
pub const OUTBOX_ACK: &str = "/v1/internal/outbox/ack";

/// The lease that the processes with orders share.
const LEASE: &str = "fetch";
/// How long it lasts when it is not renewed, µs.
const LEASE_MICROS: i64 = 10_000_000;
/// Rows of one answer.
const ROWS_MAX: i64 = 200;
/// How often it looks.
const EVERY: Duration = Duration::from_secs(1);

/// Rows that wait in the outbox of an inventory.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Fetched {
    rows: Vec<Row>,
}

/// One of them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Row {
    id: i64,
    /// The public event.
    body: String,
}

/// Rows that are in the log.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Acknowledged {
    ids: Vec<i64>,
}

/// Fetches the outbox of the inventory that is in another process.
#[derive(Debug)]
pub struct Fetch {
    shop: Arc<Shop>,
    log: Arc<dyn EventLog>,
    owner: String,
    failing: bool,
}

impl Fetch {
    /// From the inventory that `shop` calls to `log`; nothing to do where it calls none.
    pub fn new(shop: Arc<Shop>, log: Arc<dyn EventLog>) -> Self {
        Self { shop, log, owner: Uuid::now_v7().to_string(), failing: false }
    }

    /// Fetches until `shutdown`; a task of every process that has orders.
    pub async fn run(mut self, shutdown: Shutdown) {
        while !shutdown.is_triggered() {
            let outcome = self.round().await;
            let more = outcome.as_ref().is_ok_and(|rows| *rows > 0);
            self.tell(outcome);
            tokio::select! {
                () = shutdown.wait() => {}
                () = tokio::time::sleep(EVERY), if !more => {}
                () = std::future::ready(()), if more => {}
            }
        }
        if let Some(db) = &self.shop.orders {
            let owner = self.owner.clone();
            if let Err(error) = db.write(move |tx| lease::give_back(tx, LEASE, &owner)).await {
                tracing::debug!(%error, "the lease stays until it runs out");
            }
        }
    }

    /// Publishes what waits, at most an answer's worth; how many rows that were.
    async fn round(&self) -> Result<usize, String> {
        let (Some(db), Some(peer)) = (&self.shop.orders, self.shop.stock.peer()) else { return Ok(0) };
        let read = peer.fetch(Call::get(OUTBOX)).await?;
        let fetched: Fetched = read.json().map_err(|error| format!("cannot read its outbox: {error}"))?;
        if fetched.rows.is_empty() || !self.hold_lease(db).await? {
            return Ok(0);
        }
        let (mut ids, mut public, mut events, mut said) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
        for Row { id, body } in fetched.rows {
            said.extend(StockSaid::of(&body).map_err(|error| format!("row {id} of its outbox: {error}"))?);
            let row = Records::of(Waiting { id, order_id: None, body, money: None }, &self.shop.options.site);
            let row = row.map_err(|error| format!("row {id} of its outbox: {error}"))?;
            ids.push(id);
            public.push(row.order);
            events.extend(row.event);
        }
        let count = ids.len();
        for (stream, records) in [(Stream::Orders, public), (Stream::Events, events)] {
            if !records.is_empty() {
                self.log.append(stream, records).await.map_err(|error| error.to_string())?;
            }
        }
        failpoint::hit("fetch.after_append");
        let noted = db.write(move |tx| {
            said.iter().try_for_each(|said| notes::stock(tx, (said.kind, &said.id), &said.sku, said.at))
        });
        noted.await.map_err(|error: Error| error.to_string())?;
        let ack = Call::post(OUTBOX_ACK, &Acknowledged { ids }).map_err(|error| error.to_string())?;
        peer.fetch(ack).await?;
        Ok(count)
    }

    async fn hold_lease(&self, db: &Db) -> Result<bool, String> {
        let (owner, own) = (self.owner.clone(), self.shop.now());
        let held = db.write(move |tx| lease::hold(tx, LEASE, &owner, own, LEASE_MICROS)).await;
        held.map(|epoch| epoch.is_some()).map_err(|error: Error| error.to_string())
    }

    /// Said once, not at every try.
    fn tell(&mut self, outcome: Result<usize, String>) {
        match outcome {
            Err(why) if !self.failing => {
                tracing::warn!(%why, "cannot fetch the outbox of the inventory; it is tried again");
                self.failing = true;
            }
            Ok(_) if self.failing => {
                tracing::info!("the outbox of the inventory is fetched again");
                self.failing = false;
            }
            _ => {}
        }
    }
}

/// The first rows about stock that wait.
pub(crate) fn waiting_stock(tx: &mut Tx<'_>, most: i64) -> Result<Fetched, Error> {
    let rows = store::waiting_stock(tx, most.clamp(1, ROWS_MAX))?;
    Ok(Fetched { rows: rows.into_iter().map(|row| Row { id: row.id, body: row.body }).collect() })
}

/// Removes rows that are in the log; how many of them were there still.
pub(crate) fn acknowledge(tx: &mut Tx<'_>, done: &Acknowledged) -> Result<u64, Error> {
    let mut gone = 0;
    for id in &done.ids {
        gone += store::remove_stock(tx, *id)?;
    }
    Ok(gone)
}

/// Removes at most `most` rows that nobody has fetched for 30 days: as long as an inventory may be cut off from its orders.
pub(crate) fn clean_unfetched(tx: &mut Tx<'_>, now: Timestamp, most: i64) -> Result<u64, Error> {
    store::remove_stock_before(tx, now.plus_micros(-30 * kassa_model::MICROS_PER_DAY), most)
}
