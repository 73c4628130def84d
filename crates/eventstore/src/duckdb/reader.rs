//! Readers: every call has a connection of its own on a blocking thread. Reports are limited in number and in time; and
//! whatever nobody waits for any more is interrupted until it has ended.

use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError, RwLock, TryLockError};
use std::time::Duration;

use duckdb::{Connection, InterruptHandle};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::task::JoinHandle;

use super::engine::Shared;
use super::failure::{Failure, Trouble};
use crate::Error;

/// How often an interrupt is repeated: one that comes before a statement began is lost.
const INTERRUPT_EVERY: Duration = Duration::from_millis(20);

/// How often work that must be alone is tried, and the pause between.
const ALONE_TRIES: u32 = 5;
const ALONE_PAUSE: Duration = Duration::from_millis(20);

/// Runs reading work.
#[derive(Debug)]
pub(super) struct Readers {
    /// Held for reading by all work, and for writing by what must be alone.
    beside: Arc<RwLock<()>>,
    shared: Arc<Shared>,
    reports: Arc<Semaphore>,
    /// Counts the work that has not ended: one more than there is.
    working: Arc<()>,
}

/// How work is told to end, and tells that it has.
#[derive(Default)]
struct Stop {
    /// What interrupts the connection, while the work has one.
    handle: Mutex<Option<Arc<InterruptHandle>>>,
    over: AtomicBool,
}

impl Stop {
    fn set(&self, handle: Option<Arc<InterruptHandle>>) {
        *self.handle.lock().unwrap_or_else(PoisonError::into_inner) = handle;
    }

    fn interrupt(&self) {
        if let Some(handle) = self.handle.lock().unwrap_or_else(PoisonError::into_inner).as_ref() {
            handle.interrupt();
        }
    }
}

/// Held by the work's thread: when it ends, however it does, there is nothing to interrupt any more.
struct Working(Arc<Stop>, #[expect(dead_code, reason = "it counts by being held")] Arc<()>);

impl Drop for Working {
    fn drop(&mut self) {
        self.0.set(None);
        self.0.over.store(true, Ordering::Release);
    }
}

/// Held by who waits for the work. Dropped before its end (the caller went away, or the time is up) it interrupts
/// until the end, so that threads, memory and a report's place are soon free again.
struct Waiting(Arc<Stop>);

impl Drop for Waiting {
    fn drop(&mut self) {
        let stop = Arc::clone(&self.0);
        if stop.over.load(Ordering::Acquire) {
            return;
        }
        stop.interrupt();
        if let Ok(runtime) = tokio::runtime::Handle::try_current() {
            runtime.spawn(async move {
                while !stop.over.load(Ordering::Acquire) {
                    stop.interrupt();
                    tokio::time::sleep(INTERRUPT_EVERY).await;
                }
            });
        }
    }
}

impl Readers {
    /// Readers of `shared`.
    pub(super) fn new(shared: Arc<Shared>) -> Self {
        let reports = Arc::new(Semaphore::new(shared.options.reports_max.max(1)));
        Self { beside: Arc::default(), shared, reports, working: Arc::default() }
    }

    /// How many pieces of work have not ended, for tests.
    #[cfg(test)]
    pub(super) fn working(&self) -> usize {
        Arc::strong_count(&self.working) - 1
    }

    /// The database itself, for tests that break it.
    #[cfg(test)]
    pub(super) fn shared(&self) -> &Arc<Shared> {
        &self.shared
    }

    /// How many reports could begin now, for tests.
    #[cfg(test)]
    pub(super) fn places(&self) -> usize {
        self.reports.available_permits()
    }

    /// The path of the file.
    pub(super) fn path(&self) -> &Path {
        self.shared.path()
    }

    /// Runs a report: at most so many at once, each at most so long, none waiting for its turn longer than it may.
    pub(super) async fn report<T, F>(&self, work: F) -> Result<T, Error>
    where
        T: Send + 'static,
        F: FnOnce(&Connection) -> Result<T, Failure> + Send + 'static,
    {
        let permit = self.turn().await?;
        self.within_time(Some(permit), work).await
    }

    /// Runs a piece of work of which its caller has few at once: at most as long as a report.
    pub(super) async fn timed<T, F>(&self, work: F) -> Result<T, Error>
    where
        T: Send + 'static,
        F: FnOnce(&Connection) -> Result<T, Failure> + Send + 'static,
    {
        self.within_time(None, work).await
    }

    async fn within_time<T, F>(&self, permit: Option<OwnedSemaphorePermit>, work: F) -> Result<T, Error>
    where
        T: Send + 'static,
        F: FnOnce(&Connection) -> Result<T, Failure> + Send + 'static,
    {
        let (task, _waiting) = self.start(permit, work);
        let timeout = self.shared.options.query_timeout;
        match tokio::time::timeout(timeout, task).await {
            Ok(done) => done.unwrap_or_else(|error| Err(Error::Failed(format!("a report failed: {error}")))),
            Err(_) => Err(Error::Timeout(timeout.as_secs())),
        }
    }

    /// Runs work that has no limits but that its caller waits for it: the processor, an audit.
    pub(super) async fn unlimited<T, F>(&self, work: F) -> Result<T, Error>
    where
        T: Send + 'static,
        F: FnOnce(&Connection) -> Result<T, Failure> + Send + 'static,
    {
        let (task, _waiting) = self.start(None, work);
        task.await.unwrap_or_else(|error| Err(Error::Failed(format!("a reader failed: {error}"))))
    }

    /// Runs work that must not lie beside any other, if there soon is a moment without other; else not at all. What begins
    /// meanwhile waits for it.
    pub(super) async fn alone(&self, work: impl FnOnce(&Connection) + Send + 'static) {
        let (beside, shared) = (Arc::clone(&self.beside), Arc::clone(&self.shared));
        let done = tokio::task::spawn_blocking(move || {
            for _ in 0..ALONE_TRIES {
                let _alone = match beside.try_write() {
                    Ok(alone) => alone,
                    Err(TryLockError::Poisoned(alone)) => alone.into_inner(),
                    Err(TryLockError::WouldBlock) => {
                        std::thread::sleep(ALONE_PAUSE);
                        continue;
                    }
                };
                if let Ok(lease) = shared.lease() {
                    work(&lease.connection);
                }
                return;
            }
        });
        if let Err(error) = done.await {
            tracing::error!(%error, "work on the event store panicked");
        }
    }

    /// Waits for a report's turn.
    async fn turn(&self) -> Result<OwnedSemaphorePermit, Error> {
        let wait = self.shared.options.turn_timeout;
        match tokio::time::timeout(wait, Arc::clone(&self.reports).acquire_owned()).await {
            Ok(permit) => permit.map_err(|_| Error::Unavailable("it is shutting down".to_owned())),
            Err(_) => {
                let most = self.shared.options.reports_max.max(1);
                Err(Error::Busy(format!(
                    "{most} reports are running, and none ended within {} s",
                    wait.as_secs()
                )))
            }
        }
    }

    fn start<T, F>(
        &self,
        permit: Option<OwnedSemaphorePermit>,
        work: F,
    ) -> (JoinHandle<Result<T, Error>>, Waiting)
    where
        T: Send + 'static,
        F: FnOnce(&Connection) -> Result<T, Failure> + Send + 'static,
    {
        let (stop, shared) = (Arc::new(Stop::default()), Arc::clone(&self.shared));
        let beside = Arc::clone(&self.beside);
        let working = Working(Arc::clone(&stop), Arc::clone(&self.working));
        let task = tokio::task::spawn_blocking(move || {
            let _permit = permit;
            let _beside = beside.read().unwrap_or_else(PoisonError::into_inner);
            run(&shared, &working, work)
        });
        (task, Waiting(stop))
    }
}

fn run<T>(
    shared: &Shared,
    working: &Working,
    work: impl FnOnce(&Connection) -> Result<T, Failure>,
) -> Result<T, Error> {
    let lease = shared.lease()?;
    working.0.set(Some(lease.connection.interrupt_handle()));
    work(&lease.connection).map_err(|failure| {
        if failure.trouble() == Trouble::Fatal {
            shared.retire(&lease.engine);
        }
        failure.into_error()
    })
}
