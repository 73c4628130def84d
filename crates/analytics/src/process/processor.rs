//! The processor: takes records from the log, folds them, and has the store commit what comes out.
//!
//! Where to read on is the store's knowledge: on every assignment the processor takes up what the store holds, checks
//! that the position belongs to this log, and seeks there. See [`super::driver`] for the loop itself.

use std::sync::Arc;
use std::time::Duration;

use kassa_eventlog::{EventLog, Offset, Stream};
use kassa_eventstore::EventStore;
use kassa_model::{Clock, SystemClock};
use kassa_service::{Metrics, Shutdown};

use super::dedupe::DedupeOptions;
use super::driver::Driver;
use super::fold::FoldOptions;
use super::parts::{Halt, Parts};
use super::session::SessionOptions;
use super::status::{Board, ProcessorState, ProcessorStatus};

/// How the processor is set up.
#[derive(Debug, Clone)]
pub struct ProcessorOptions {
    /// The group under which it reads the log: `processor`.
    pub group: String,
    /// A batch is committed when it has so many records: 50,000.
    pub batch_rows_max: usize,
    /// A batch is committed when its records have so many bytes: 4 MiB. This bounds memory.
    pub batch_bytes_max: usize,
    /// A batch is committed at the latest so long after the one before, and at once after a quiet time; `None`: as the store
    /// likes it.
    pub flush_every: Option<Duration>,
    /// The duplicate filter, per partition.
    pub dedupe: DedupeOptions,
    /// The memory of sessions, per partition.
    pub sessions: SessionOptions,
    /// The first pause after a failure, doubled each time up to 50 times this: 50 ms.
    pub retry_after: Duration,
    /// For the age of the backlog alone: no rule looks at the wall clock.
    pub clock: Arc<dyn Clock>,
}

impl Default for ProcessorOptions {
    fn default() -> Self {
        Self {
            group: "processor".to_owned(),
            batch_rows_max: 50_000,
            batch_bytes_max: 4 << 20,
            flush_every: None,
            dedupe: DedupeOptions::default(),
            sessions: SessionOptions::default(),
            retry_after: Duration::from_millis(50),
            clock: Arc::new(SystemClock),
        }
    }
}

impl ProcessorOptions {
    pub(super) fn fold(&self) -> FoldOptions {
        FoldOptions { dedupe: self.dedupe, sessions: self.sessions }
    }
}

/// Why the processor stopped: a person must act.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// The store's position is of another log.
    #[error(
        "the store was filled from log {store}, but this is log {log}: put the log folder back that belongs to the \
         store, or start a new store with an empty folder (`kassa replay --into <new store>` fills it from this log)"
    )]
    OtherLog {
        /// The log's id that the store keeps.
        store: uuid::Uuid,
        /// The id of the log that was opened.
        log: uuid::Uuid,
    },
    /// The store's position is beyond the end of the log.
    #[error(
        "the store is ahead of the log: it has partition {partition} up to {position}, but the log ends at {end}; the \
         log was cut or put back from an older copy: put back the store's backup of the same time, or start a new \
         store (`kassa replay --into <new store>`)"
    )]
    BeyondEnd {
        /// The partition.
        partition: u32,
        /// Where the store stands.
        position: u128,
        /// Where the log ends.
        end: Offset,
    },
    /// The log no longer has the records after the store's position.
    #[error(
        "the log no longer has what comes after the store's position {position} of partition {partition} ({why}): put \
         back a newer backup of the store, or start a new store (`kassa replay --into <new store>`) without those records"
    )]
    Removed {
        /// The partition.
        partition: u32,
        /// Where the store stands.
        position: Offset,
        /// What the log says.
        why: String,
    },
    /// A replay needs a store without rows.
    #[error("cannot replay into this store: it already holds partition {0}; name a new one")]
    NotEmpty(u32),
    /// The log is damaged, or used wrongly.
    #[error("{0}")]
    Log(String),
}

/// The processor of one process. [`Self::run`] is its life; [`Self::status`] may be asked from other tasks meanwhile.
#[derive(Debug)]
pub struct Processor {
    options: ProcessorOptions,
    log: Arc<dyn EventLog>,
    store: Arc<dyn EventStore>,
    board: Board,
}

impl Processor {
    /// A processor that has not begun.
    pub fn new(options: ProcessorOptions, log: Arc<dyn EventLog>, store: Arc<dyn EventStore>) -> Self {
        let board = Board::new(Arc::clone(&options.clock));
        Self { options, log, store, board }
    }

    /// Puts its metrics into the process's registry; once per process.
    pub fn register(&self, metrics: &Metrics) {
        self.board.register(metrics);
    }

    /// What it is doing.
    pub fn status(&self) -> ProcessorStatus {
        self.board.read()
    }

    /// Processes until `shutdown`, then finishes the commit that is under way. A store or a log that does not answer is
    /// tried again for ever.
    ///
    /// # Errors
    /// [`Error`] when a person must act; `status()` says the same.
    pub async fn run(&self, shutdown: Shutdown) -> Result<(), Error> {
        let ended = tokio::select! {
            ended = self.process(&shutdown) => ended,
            () = self.watch_lag() => Ok(()),
        };
        if let Err(error) = &ended {
            tracing::error!(%error, "the processor stopped");
            self.board.set_state(ProcessorState::Stopped(error.to_string()));
        }
        ended
    }

    async fn process(&self, shutdown: &Shutdown) -> Result<(), Error> {
        let parts = Parts {
            options: &self.options,
            log: Arc::clone(&self.log),
            store: Arc::clone(&self.store),
            board: &self.board,
            shutdown,
        };
        match self.drive(parts).await {
            Ok(()) | Err(Halt::Shutdown) => Ok(()),
            Err(Halt::Failed(error)) => Err(error),
        }
    }

    async fn drive(&self, parts: Parts<'_>) -> Result<(), Halt> {
        let subscription = parts.subscribe(&self.options.group).await?;
        Driver::new(parts, subscription, None).run().await
    }

    /// Looks once a second how far the log is ahead; never returns.
    async fn watch_lag(&self) {
        let mut tick = tokio::time::interval(Duration::from_secs(1));
        loop {
            tick.tick().await;
            if let Ok(status) = self.log.status(Stream::Events).await {
                let groups = status.partitions.iter().flat_map(|partition| &partition.groups);
                let mine = groups.filter(|group| group.group == self.options.group);
                self.board.set_lag(mine.map(|group| group.lag_records).sum());
            }
        }
    }
}
