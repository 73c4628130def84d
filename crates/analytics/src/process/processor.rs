//! The processor: takes records from the log, folds them, and has the store commit what comes out.
//!
//! Where to read on is the store's knowledge: on every assignment the processor takes up what the store holds, checks
//! that the position belongs to this log, and seeks there. See [`super::driver`] for the loop itself.

use std::sync::Arc;
use std::time::Duration;

use kassa_eventlog::{EventLog, Stream};
use kassa_eventstore::EventStore;
use kassa_service::{Metrics, Shutdown};

use super::driver::Driver;
use super::environment::{Begins, Environment, Halt};
use super::error::Error;
use super::options::ProcessorOptions;
use super::status::{Board, ProcessorState, ProcessorStatus};

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
        let environment = Environment {
            options: &self.options,
            log: Arc::clone(&self.log),
            store: Arc::clone(&self.store),
            board: &self.board,
            shutdown,
            begins: Begins::AtMark,
        };
        match self.drive(environment).await {
            Ok(()) | Err(Halt::Shutdown) => Ok(()),
            Err(Halt::Failed(error)) => Err(error),
        }
    }

    async fn drive(&self, environment: Environment<'_>) -> Result<(), Halt> {
        let subscription = environment.subscribe(&self.options.group).await?;
        Driver::new(environment, subscription, None).run().await
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
