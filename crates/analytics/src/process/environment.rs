//! What the loop works with, and how it waits for what does not answer.

use std::sync::Arc;
use std::time::Duration;

use kassa_eventlog::{EventLog, Stream, Subscription};
use kassa_eventstore::EventStore;
use kassa_service::Shutdown;

use super::error::Error;
use super::options::ProcessorOptions;
use super::status::{Board, ProcessorState};

/// Why the loop ends.
#[derive(Debug)]
pub(super) enum Halt {
    /// It was asked to.
    Shutdown,
    /// It cannot go on.
    Failed(Error),
}

/// What the loop works with.
#[derive(Debug, Clone)]
pub(super) struct Environment<'a> {
    pub(super) options: &'a ProcessorOptions,
    pub(super) log: Arc<dyn EventLog>,
    pub(super) store: Arc<dyn EventStore>,
    pub(super) board: &'a Board,
    pub(super) shutdown: &'a Shutdown,
    pub(super) begins: Begins,
}

/// Where a run begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Begins {
    /// Where the store stands.
    AtMark,
    /// At the first record that is retained, and the store holds nothing.
    Anew,
}

impl Environment<'_> {
    /// Joins the group, trying until the log answers.
    pub(super) async fn subscribe(&self, group: &str) -> Result<Box<dyn Subscription>, Halt> {
        let mut failures = 0;
        loop {
            match self.log.subscribe(Stream::Events, group).await {
                Ok(subscription) => return Ok(subscription),
                Err(error) => self.log_failed(error, &mut failures).await?,
            }
        }
    }

    /// How long a batch is gathered.
    pub(super) fn flush_every(&self) -> Duration {
        self.options.flush_every.unwrap_or_else(|| self.store.flush_every())
    }

    /// Waits for `work`, unless the signal to stop comes first; `work` is then given up.
    pub(super) async fn unless_stopped<T>(&self, work: impl Future<Output = T>) -> Result<T, Halt> {
        tokio::select! {
            biased;
            done = work => Ok(done),
            () = self.shutdown.wait() => Err(Halt::Shutdown),
        }
    }

    /// Waits a little longer after each failure; ends at once when asked to stop.
    pub(super) async fn pause(&self, why: String, failures: &mut u32) -> Result<(), Halt> {
        if *failures == 0 {
            tracing::warn!(why, "the processor waits and tries again");
        }
        self.board.set_state(ProcessorState::Retrying(why));
        *failures = failures.saturating_add(1);
        tokio::select! {
            () = self.shutdown.wait() => Err(Halt::Shutdown),
            () = tokio::time::sleep(backoff(self.options, *failures)) => Ok(()),
        }
    }

    /// Waits after a failure of the log that may pass; gives up on one that cannot.
    pub(super) async fn log_failed(
        &self,
        error: kassa_eventlog::Error,
        failures: &mut u32,
    ) -> Result<(), Halt> {
        match error {
            kassa_eventlog::Error::Unavailable(_)
            | kassa_eventlog::Error::Full(_)
            | kassa_eventlog::Error::Fenced(_) => self.pause(error.to_string(), failures).await,
            other => Err(Halt::Failed(Error::Log(other.to_string()))),
        }
    }
}

/// How long to wait after so many failures in a row.
pub(super) fn backoff(options: &ProcessorOptions, failures: u32) -> Duration {
    let factor = 1_u32.checked_shl(failures.saturating_sub(1)).unwrap_or(u32::MAX).clamp(1, 50);
    options.retry_after.saturating_mul(factor)
}
