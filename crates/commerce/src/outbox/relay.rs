//! The relay: carries outbox rows to the log. One per database publishes at a time; all others stand by.
//!
//! A round: hold the lease → read the first rows that are not published → append them (`orders`, and `events` where money
//! changed or a product sold out or came back) → mark them. What fails in between is done again, with the same ids, so every row is published **at least
//! once** and counts once. It stops at the first row that cannot be published, and goes on with that one later: nothing
//! is ever passed over.

use std::sync::Arc;
use std::time::{Duration, Instant};

use kassa_db::Db;
use kassa_eventlog::{EventLog, Record, Stream};
use kassa_model::{Clock, MICROS_PER_DAY, Timestamp, believed, failpoint};
use kassa_service::{Metrics, Shutdown};
use uuid::Uuid;

use super::batch::Batch;
use super::metrics::RelayMetrics;
use super::record::RowError;
use super::store::{self, Waiting};
use super::wake::Wake;
use crate::identity::Reached;
use crate::lease;

/// The lease that the relays of a database share.
const LEASE: &str = "relay";
/// The first pause after a failure; doubled each time.
const PAUSE: Duration = Duration::from_millis(50);
/// How often the backlog is measured.
const MEASURE_EVERY: Duration = Duration::from_secs(1);
/// Rows that are removed between two rounds.
const CLEANED_MAX: i64 = 2_000;
/// The longest pause between two parts of a cleaning.
const CLEANING_PAUSE: Duration = Duration::from_millis(20);

/// What can be set about the relay.
#[derive(Debug, Clone)]
pub struct RelayOptions {
    /// Whose events its records about stock are.
    pub site: String,
    /// Rows of one append. 512.
    pub batch_rows: u32,
    /// How long it lets rows gather after a round that took all there were, so that many commits share an append. 20 ms.
    pub gather: Duration,
    /// How often it looks for rows that nobody told it of. 250 ms.
    pub poll: Duration,
    /// How long a holder that has gone away keeps the others waiting. 5 s.
    pub lease: Duration,
    /// The longest pause after failures. 5 s.
    pub pause_max: Duration,
    /// How long rows are kept after they were written, once they are published: the audit reads them. 7 days.
    pub keep: Duration,
    /// How often published rows are cleaned up. 60 s.
    pub clean_every: Duration,
}

impl Default for RelayOptions {
    fn default() -> Self {
        Self {
            site: "default".to_owned(),
            batch_rows: 512,
            gather: Duration::from_millis(20),
            poll: Duration::from_millis(250),
            lease: Duration::from_secs(5),
            pause_max: Duration::from_secs(5),
            keep: Duration::from_micros(7 * MICROS_PER_DAY.unsigned_abs()),
            clean_every: Duration::from_secs(60),
        }
    }
}

/// Why nothing more can be published now.
#[derive(Debug, thiserror::Error)]
pub enum RelayError {
    /// The database's.
    #[error(transparent)]
    Db(#[from] kassa_db::Error),
    /// The log's; the rows may be there or not, and are appended again.
    #[error(transparent)]
    Log(#[from] kassa_eventlog::Error),
    /// A row that is no record.
    #[error("cannot publish row {id} of the outbox: {why}")]
    Row {
        /// The row.
        id: i64,
        /// What is wrong with it.
        why: RowError,
    },
}

/// What a round did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Round {
    /// Nothing waits.
    Idle,
    /// Another process publishes.
    Standby,
    /// So many rows.
    Published(usize),
}

/// Publishes the outbox of one database.
#[derive(Debug)]
pub struct Relay {
    db: Db,
    log: Arc<dyn EventLog>,
    clock: Arc<dyn Clock>,
    wake: Wake,
    options: RelayOptions,
    metrics: RelayMetrics,
    owner: String,
    state: State,
}

/// Where a relay stands.
#[derive(Debug, Default)]
struct State {
    log_id: Option<Uuid>,
    lease: Option<Lease>,
    /// The pause after the failure that it is in.
    pause: Option<Duration>,
    measured: Option<Instant>,
    cleaned: Option<Instant>,
    /// Whether more may be due than was removed.
    cleaning: bool,
}

/// The right to publish. Should another process take it in spite of this one, rows are appended twice, with the same ids.
#[derive(Debug, Clone, Copy)]
struct Lease {
    epoch: i64,
    /// No later than it ends in the database, by a clock that nobody sets.
    until: Instant,
}

impl Relay {
    /// A relay from a database to a log, told of commits by `wake`.
    ///
    /// # Panics
    /// When `metrics` has a relay's metrics already.
    pub fn new(
        (db, log): (Db, Arc<dyn EventLog>),
        clock: Arc<dyn Clock>,
        wake: Wake,
        options: RelayOptions,
        metrics: &Metrics,
    ) -> Self {
        let metrics = RelayMetrics::register(metrics);
        let (owner, state) = (Uuid::now_v7().to_string(), State::default());
        Self { db, log, clock, wake, options, metrics, owner, state }
    }

    /// A relay for a database that has stock and no orders: it shows no metrics, for its rows are few.
    pub fn of_stock(
        (db, log): (Db, Arc<dyn EventLog>),
        clock: Arc<dyn Clock>,
        options: RelayOptions,
    ) -> Self {
        Self::new((db, log), clock, Wake::default(), options, &Metrics::new("unseen"))
    }

    /// Publishes until `shutdown`; a task of every process that has orders.
    pub async fn run(mut self, shutdown: Shutdown) {
        while !shutdown.is_triggered() {
            let outcome = self.round().await;
            let wait = self.pause_after(&outcome);
            self.keep_house().await;
            let wait = if self.state.cleaning { wait.min(CLEANING_PAUSE) } else { wait };
            let waits_for_news = matches!(outcome, Ok(Round::Idle | Round::Standby));
            tokio::select! {
                () = shutdown.wait() => {}
                () = self.wake.committed.notified(), if waits_for_news => {}
                () = tokio::time::sleep(wait) => {}
            }
        }
        self.stand_down().await;
    }

    /// Publishes the next rows, if any wait and this is the one to do it.
    ///
    /// # Errors
    /// [`RelayError`]; what came before the row that failed may be published.
    pub async fn round(&mut self) -> Result<Round, RelayError> {
        let mut rows = self.waiting().await?;
        if rows.is_empty() {
            return Ok(Round::Idle);
        }
        let held = self.state.lease.map(|lease| lease.epoch);
        if !self.hold_lease().await? {
            return Ok(Round::Standby);
        }
        if self.state.lease.map(|lease| lease.epoch) != held {
            // The former holder may have published some of them since they were read.
            rows = self.waiting().await?;
        }
        let batch = Batch::of(rows, &self.options.site);
        let published = batch.ids.len();
        if published > 0 && !self.publish(batch.ids, batch.orders, batch.events).await? {
            return Ok(Round::Standby);
        }
        match batch.stopped {
            Some((id, why)) => Err(RelayError::Row { id, why }),
            None if published == 0 => Ok(Round::Idle),
            None => Ok(Round::Published(published)),
        }
    }

    async fn waiting(&self) -> Result<Vec<Waiting>, kassa_db::Error> {
        let most = i64::from(self.options.batch_rows.max(1));
        self.db.read(move |tx| store::waiting(tx, most)).await
    }

    /// Whether this is the holder. The lease is renewed when a third of it is over.
    async fn hold_lease(&mut self) -> Result<bool, kassa_db::Error> {
        let (term, begun) = (self.options.lease, Instant::now());
        if self.state.lease.is_some_and(|lease| begun + term / 3 * 2 < lease.until) {
            return Ok(true);
        }
        let micros = i64::try_from(term.as_micros()).unwrap_or(i64::MAX);
        let (owner, own) = (self.owner.clone(), self.clock.now());
        let epoch = self.db.write(move |tx| lease::hold(tx, LEASE, &owner, own, micros)).await?;
        self.state.lease = epoch.map(|epoch| Lease { epoch, until: begun + term });
        Ok(epoch.is_some())
    }

    /// Appends and marks; false when the lease has run out meanwhile.
    async fn publish(
        &mut self,
        ids: Vec<i64>,
        orders: Vec<Record>,
        events: Vec<Record>,
    ) -> Result<bool, RelayError> {
        if self.state.lease.is_none_or(|lease| lease.until <= Instant::now()) {
            self.state.lease = None;
            return Ok(false);
        }
        let rows = ids.len() as u64;
        let _publishing = self.wake.hold().await;
        let log_id = self.log_id().await?;
        let public = self.log.append(Stream::Orders, orders);
        let (public, events) = match events.is_empty() {
            true => (public.await?, Vec::new()),
            false => tokio::try_join!(public, self.log.append(Stream::Events, events))?,
        };
        failpoint::hit("relay.after_append");
        let reached = Reached::of(log_id, &[(Stream::Orders, public), (Stream::Events, events)]);
        self.db
            .write(move |tx| {
                let marked = store::mark(tx, &ids)?;
                reached.note(tx)?;
                failpoint::hit("relay.before_mark");
                Ok::<_, kassa_db::Error>(marked)
            })
            .await?;
        self.metrics.published.inc_by(rows);
        Ok(true)
    }

    /// Which log it is, asked once.
    async fn log_id(&mut self) -> Result<Uuid, kassa_eventlog::Error> {
        match self.state.log_id {
            Some(log_id) => Ok(log_id),
            None => Ok(*self.state.log_id.insert(self.log.status(Stream::Orders).await?.log_id)),
        }
    }

    /// How long to wait for the next round.
    fn pause_after(&mut self, outcome: &Result<Round, RelayError>) -> Duration {
        let error = match outcome {
            Ok(round) => {
                if self.state.pause.take().is_some() {
                    tracing::info!("the outbox is being published again");
                }
                return match round {
                    Round::Published(rows) if *rows < self.options.batch_rows as usize => self.options.gather,
                    Round::Published(_) => Duration::ZERO,
                    Round::Idle | Round::Standby => self.options.poll,
                };
            }
            Err(error) => error,
        };
        self.metrics.failures.inc();
        let pause = match self.state.pause {
            // Said once, not at every try.
            None => {
                tracing::warn!(%error, "cannot publish the outbox; it is tried again");
                PAUSE
            }
            Some(pause) => (pause * 2).min(self.options.pause_max),
        };
        self.state.pause = Some(pause);
        pause
    }

    /// Measures the backlog and removes what was published long ago.
    async fn keep_house(&mut self) {
        let is_due = |last: Option<Instant>, every| last.is_none_or(|last| last.elapsed() >= every);
        if is_due(self.state.measured, MEASURE_EVERY) {
            self.state.measured = Some(Instant::now());
            if let Ok((rows, oldest)) = self.db.read(store::backlog).await {
                self.wake.note_oldest(oldest);
                self.metrics.waiting(rows, oldest.map(|oldest| self.clock.now().micros() - oldest.micros()));
            }
        }
        if !self.state.cleaning && is_due(self.state.cleaned, self.options.clean_every) {
            self.state.cleaned = Some(Instant::now());
            self.state.cleaning = self.note_age().await.is_ok();
        }
        if self.state.cleaning {
            // One part between two rounds, however much is due: publishing does not wait for the rest.
            let removed = self.clean_some().await;
            self.state.cleaning = removed.as_ref().is_ok_and(|rows| *rows == CLEANED_MAX.unsigned_abs());
            if let Err(error) = removed {
                tracing::warn!(%error, "cannot clean up the outbox");
            }
        }
    }

    /// Notes which row is the newest now, so that rows are known by their age later.
    pub(crate) async fn note_age(&self) -> Result<(), kassa_db::Error> {
        let (now, before) = (self.clock.now(), self.outlived());
        self.db.write(move |tx| store::note_age(tx, now, before)).await
    }

    /// Removes published rows whose time is over, at most [`CLEANED_MAX`]; how many.
    pub(crate) async fn clean_some(&self) -> Result<u64, kassa_db::Error> {
        let before = self.outlived();
        self.db.write(move |tx| store::clean(tx, before, CLEANED_MAX)).await
    }

    fn outlived(&self) -> Timestamp {
        let keep = i64::try_from(self.options.keep.as_micros()).unwrap_or(i64::MAX);
        believed(self.clock.now()).plus_micros(keep.saturating_neg())
    }

    async fn stand_down(&mut self) {
        if self.state.lease.take().is_none() {
            return;
        }
        let owner = self.owner.clone();
        if let Err(error) = self.db.write(move |tx| lease::give_back(tx, LEASE, &owner)).await {
            tracing::debug!(%error, "the relay's lease was not given back: it ends by itself");
        }
    }
}
