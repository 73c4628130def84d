//! Reads the stream `orders` and writes deliveries, in one transaction with the place that it has read up to.
//!
//! The first time that a shop's stream is read it begins at its end, and what happened before is told to nobody: neither an
//! upgrade nor history that is brought in writes to customers of long ago. What comes again is told no second time, and an older
//! event after a newer one is as welcome: each is judged by itself.

use std::sync::Arc;
use std::time::{Duration, Instant};

use kassa_db::{Db, Engine, Error as DbError, Tx};
use kassa_eventlog::{
    Delivery as Said, Error as LogError, EventLog, Limits, Offset, Partition, Status, Stream, Subscription,
};
use kassa_model::{Timestamp, failpoint};
use kassa_service::Shutdown;

use super::event::PublicEvent;
use super::plan::{self, Read};
use super::waiting::{self, Back};
use super::webhook::Wanted;
use super::{metrics::NotifyMetrics, staff, store};
use crate::shop::Shop;

/// The group under which the stream is read.
pub const NOTIFIER_GROUP: &str = "notifier";
/// What is read at once: orders wait for no more than a few milliseconds behind it.
const LIMITS: Limits = Limits { records_max: 50, bytes_max: 1 << 20, wait: Duration::from_secs(1) };
/// SQLite has one writer, and orders come first: it is left to them so many times as long as a write has held it,
const LEFT_TO_ORDERS: u32 = 9;
/// and for so long at least, so that what comes one by one is written together.
const GATHER: Duration = Duration::from_millis(20);
/// The pause after a failure.
const PAUSE: Duration = Duration::from_secs(1);

/// Why the stream is not read.
#[derive(Debug, thiserror::Error)]
pub enum Trouble {
    /// The database's.
    #[error(transparent)]
    Db(#[from] DbError),
    /// The log's.
    #[error(transparent)]
    Log(#[from] LogError),
    /// There are no orders in this process.
    #[error("the notifier needs the database of orders in its process")]
    NoOrders,
}

/// Reads the stream of one shop.
#[derive(Debug)]
pub struct Consumer {
    shop: Arc<Shop>,
    db: Db,
    log: Arc<dyn EventLog>,
    log_id: String,
    /// What the log held when this was made, and when that was.
    at_start: (Status, Timestamp),
    metrics: Arc<NotifyMetrics>,
}

impl Consumer {
    /// Where it has never read this log, it begins at its end; to be made before anything is published. A database that does
    /// not answer yet notes that when it does.
    ///
    /// # Errors
    /// The database's, and the log's.
    pub async fn new(
        shop: Arc<Shop>,
        log: Arc<dyn EventLog>,
        metrics: Arc<NotifyMetrics>,
    ) -> Result<Self, Trouble> {
        let db = shop.orders.clone().ok_or(Trouble::NoOrders)?;
        let status = log.status(Stream::Orders).await?;
        let (log_id, at_start) = (status.log_id.to_string(), (status, shop.now()));
        let consumer = Self { shop, db, log, log_id, at_start, metrics };
        match consumer.begin().await {
            Ok(()) | Err(DbError::Unavailable(_) | DbError::Unknown(_)) => Ok(consumer),
            Err(error) => Err(error.into()),
        }
    }

    async fn begin(&self) -> Result<(), DbError> {
        let (id, (status, now)) = (self.log_id.clone(), self.at_start.clone());
        self.db.write(move |tx| begin(tx, &id, &status, now)).await
    }

    /// Reads until `shutdown`.
    pub async fn run(self, shutdown: Shutdown) {
        while !shutdown.is_triggered() {
            let Err(why) = self.read(&shutdown).await else { return };
            if self.shop.told.trouble().reading.is_none() {
                tracing::warn!(%why, "cannot read the news of orders; it is tried again");
            }
            self.shop.told.note_reading(Some(why.to_string()));
            tokio::select! {
                () = shutdown.wait() => {}
                () = tokio::time::sleep(PAUSE) => {}
            }
        }
    }

    async fn read(&self, shutdown: &Shutdown) -> Result<(), Trouble> {
        self.begin().await?;
        let mut reading = self.log.subscribe(Stream::Orders, NOTIFIER_GROUP).await?;
        loop {
            let said = tokio::select! {
                () = shutdown.wait() => return Ok(()),
                said = reading.next(LIMITS) => said?,
            };
            match said {
                Said::Assigned { partition, .. } => self.take_up(reading.as_mut(), partition).await?,
                Said::Records { partition, records, .. } => {
                    let Some((last, _)) = records.last() else { continue };
                    let next = last.after();
                    let news = records.iter().filter_map(|(offset, payload)| self.news(*offset, payload));
                    let held = self.write(news.collect(), (partition, next)).await?;
                    reading.commit(&[(partition, next)]).await?;
                    self.leave_to_orders(held, shutdown).await;
                }
                Said::Revoked { .. } | Said::Idle => {}
            }
            self.shop.told.note_reading(None);
        }
    }

    /// Goes on where it was, as far as the log has that still.
    async fn take_up(&self, reading: &mut dyn Subscription, partition: Partition) -> Result<(), Trouble> {
        let id = self.log_id.clone();
        let known = self.db.read(move |tx| store::position(tx, &id, partition)).await?;
        let status = self.log.status(Stream::Orders).await?;
        let there = status.partitions.iter().find(|part| part.partition == partition);
        let (first, end) = there.map_or((Offset::START, Offset::START), |part| (part.first, part.end));
        let next = known.unwrap_or(end).clamp(first, end);
        if known.is_some_and(|known| known != next) {
            tracing::warn!(partition, from = %next, "the log has not all that is to be told; the rest is told");
        }
        reading.seek(partition, next).await?;
        reading.commit(&[(partition, next)]).await?;
        Ok(())
    }

    /// A record as an event; one that is none is counted, and told to nobody.
    fn news(&self, offset: Offset, payload: &[u8]) -> Option<Read> {
        let text = std::str::from_utf8(payload).map_err(|error| error.to_string());
        let read = text.and_then(|text| {
            let event = PublicEvent::read(payload).map_err(|error| error.to_string())?;
            Ok(Read { event, text: text.to_owned() })
        });
        match read {
            Ok(read) => Some(read).filter(|read| !read.event.is_imported()),
            Err(why) => {
                self.metrics.unreadable.inc();
                tracing::error!(%offset, why, "a record of the stream of orders cannot be read");
                None
            }
        }
    }

    async fn leave_to_orders(&self, held: Duration, shutdown: &Shutdown) {
        if self.db.engine() == Engine::Sqlite {
            tokio::select! {
                () = shutdown.wait() => {}
                () = tokio::time::sleep((held * LEFT_TO_ORDERS).max(GATHER)) => {}
            }
        }
    }

    /// Writes what the events make, and how far that is; how long the transaction took.
    async fn write(
        &self,
        news: Vec<Read>,
        (partition, next): (Partition, Offset),
    ) -> Result<Duration, Trouble> {
        let events = news.len() as u64;
        let apart = match &self.shop.catalog {
            Some(catalog) if !catalog.is_same(&self.db) => Some(catalog),
            _ => None,
        };
        let mut back = Vec::new();
        if let Some(catalog) = apart {
            for read in &news {
                back.push(waiting::find_apart(catalog, read).await?);
            }
        }
        let is_here = apart.is_none() && self.shop.catalog.is_some();
        let (id, configured, own) =
            (self.log_id.clone(), self.shop.options.mail.staff.clone(), self.shop.now());
        let found = back.clone();
        let written = self.db.write(move |tx| {
            let begun = Instant::now();
            let now = tx.now(own)?;
            let since = store::since(tx)?.unwrap_or(own);
            let wanted = Wanted::read(tx)?;
            let staff = staff::store::read(tx, &configured)?;
            let mut made = 0;
            for (place, read) in news.iter().enumerate().filter(|(_, read)| read.event.occurred_at() >= since)
            {
                made += plan::carry_out(tx, read, (&staff, &wanted), now)?;
                let apart = found.get(place).and_then(Option::as_ref);
                made += tell_back(tx, read, (apart, is_here), now)?;
            }
            store::note_position(tx, (&id, partition), next, own)?;
            failpoint::hit("notify.before_rows");
            Ok::<_, DbError>((made, begun.elapsed()))
        });
        let (made, held) = written.await?;
        failpoint::hit("notify.after_rows");
        if let Some(catalog) = apart {
            waiting::note_apart(catalog, back.into_iter().flatten().collect(), self.shop.now()).await?;
        }
        self.metrics.events.inc_by(events);
        if made > 0 {
            self.shop.told.tell();
        }
        Ok(held)
    }
}

/// Tells who waits for what is back; `apart` was found elsewhere.
fn tell_back(
    tx: &mut Tx<'_>,
    read: &Read,
    (apart, is_here): (Option<&Back>, bool),
    now: Timestamp,
) -> Result<usize, DbError> {
    if let Some(back) = apart {
        return waiting::write(tx, read, back, now);
    }
    let Some(sku) = waiting::sku_back(read).filter(|_| is_here) else { return Ok(0) };
    let Some(back) = waiting::find(tx, read, sku)? else { return Ok(0) };
    waiting::note(tx, &back, now)?;
    waiting::write(tx, read, &back, now)
}

/// Notes of each partition that was never read that it is read from its end on.
fn begin(tx: &mut Tx<'_>, log_id: &str, status: &Status, own: Timestamp) -> Result<(), DbError> {
    // By the clock that events have their times of.
    let since = store::since(tx)?.unwrap_or(own);
    for part in &status.partitions {
        if store::position(tx, log_id, part.partition)?.is_none() {
            store::note_position(tx, (log_id, part.partition), part.end, since)?;
        }
    }
    Ok(())
}
