//! Readers: every call has a connection of its own on a blocking thread; reports are limited in number and in time.

use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use duckdb::{Connection, InterruptHandle};
use tokio::sync::Semaphore;

use super::engine::Shared;
use super::failure::{Failure, Trouble};
use crate::Error;

/// How often an interrupt is repeated: one that comes before the statement began is lost.
const INTERRUPT_EVERY: Duration = Duration::from_millis(20);

/// Runs reading work.
#[derive(Debug)]
pub(super) struct Readers {
    shared: Arc<Shared>,
    reports: Arc<Semaphore>,
}

/// Interrupts the work when the caller is gone or has waited too long.
#[derive(Clone, Default)]
struct Interrupt(Arc<Mutex<Option<Arc<InterruptHandle>>>>);

impl Interrupt {
    fn arm(&self, connection: &Connection) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(connection.interrupt_handle());
    }

    fn interrupt(&self) {
        if let Some(handle) = self.0.lock().unwrap_or_else(PoisonError::into_inner).as_ref() {
            handle.interrupt();
        }
    }
}

/// Interrupts when dropped: a report whose client went away must not keep its place.
struct InterruptOnDrop(Interrupt);

impl Drop for InterruptOnDrop {
    fn drop(&mut self) {
        self.0.interrupt();
    }
}

impl Readers {
    /// Readers of `shared`.
    pub(super) fn new(shared: Arc<Shared>) -> Self {
        let reports = Arc::new(Semaphore::new(shared.options.reports_max.max(1)));
        Self { shared, reports }
    }

    /// The database itself, for tests that break it.
    #[cfg(test)]
    pub(super) fn shared(&self) -> &Arc<Shared> {
        &self.shared
    }

    /// The path of the file.
    pub(super) fn path(&self) -> &Path {
        self.shared.path()
    }

    /// Runs a report: at most so many at once, each at most so long.
    pub(super) async fn report<T, F>(&self, work: F) -> Result<T, Error>
    where
        T: Send + 'static,
        F: FnOnce(&Connection) -> Result<T, Failure> + Send + 'static,
    {
        let permit = self.reports.clone().acquire_owned().await;
        let permit = permit.map_err(|_| Error::Unavailable("it is shutting down".to_owned()))?;
        let interrupt = Interrupt::default();
        let armed = interrupt.clone();
        let shared = self.shared.clone();
        let mut task = tokio::task::spawn_blocking(move || {
            let _permit = permit;
            run(&shared, &armed, work)
        });
        let _guard = InterruptOnDrop(interrupt.clone());
        let timeout = self.shared.options.query_timeout;
        if let Ok(done) = tokio::time::timeout(timeout, &mut task).await {
            return done.unwrap_or_else(|error| Err(Error::Failed(format!("a report failed: {error}"))));
        }
        loop {
            interrupt.interrupt();
            if tokio::time::timeout(INTERRUPT_EVERY, &mut task).await.is_ok() {
                return Err(Error::Timeout(timeout.as_secs()));
            }
        }
    }

    /// Runs work that the processor waits for: without limits, but for one that no longer waits.
    pub(super) async fn unlimited<T, F>(&self, work: F) -> Result<T, Error>
    where
        T: Send + 'static,
        F: FnOnce(&Connection) -> Result<T, Failure> + Send + 'static,
    {
        let shared = self.shared.clone();
        let interrupt = Interrupt::default();
        let armed = interrupt.clone();
        let task = tokio::task::spawn_blocking(move || run(&shared, &armed, work));
        let _guard = InterruptOnDrop(interrupt);
        task.await.unwrap_or_else(|error| Err(Error::Failed(format!("a reader failed: {error}"))))
    }
}

fn run<T>(
    shared: &Shared,
    interrupt: &Interrupt,
    work: impl FnOnce(&Connection) -> Result<T, Failure>,
) -> Result<T, Error> {
    let lease = shared.lease()?;
    interrupt.arm(&lease.connection);
    work(&lease.connection).map_err(|failure| {
        if failure.trouble() == Trouble::Fatal {
            shared.retire(&lease.engine);
        }
        failure.into_error()
    })
}
