//! The open database, shared by writer and readers, and its reopening after it was invalidated.

use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::time::{Duration, Instant};

use duckdb::Connection;

use super::open;
use super::options::Options;
use crate::Error;

/// How long an open waits for the last user of an invalidated database to let go of it.
const RELEASE_WITHIN: Duration = Duration::from_secs(5);

/// The database while it is open. Whoever uses a connection of it holds the `Arc` as long, so that it is known when
/// the last connection is closed: the file must not be opened twice.
pub(super) struct Engine {
    root: Mutex<Connection>,
    /// Dropped after the connection, so that it is gone only when the file is closed.
    opened: Arc<()>,
}

/// What writer and readers share.
#[derive(Debug)]
pub(super) struct Shared {
    pub(super) options: Options,
    slot: Mutex<Slot>,
}

#[derive(Debug)]
struct Slot {
    current: Option<Arc<Engine>>,
    retired: Weak<()>,
}

/// A connection and the engine that it belongs to; the connection is closed first.
pub(super) struct Lease {
    pub(super) connection: Connection,
    pub(super) engine: Arc<Engine>,
}

impl Engine {
    fn new(root: Connection) -> Arc<Self> {
        Arc::new(Self { root: Mutex::new(root), opened: Arc::new(()) })
    }
}

impl std::fmt::Debug for Engine {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Engine")
    }
}

impl std::fmt::Debug for Lease {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Lease")
    }
}

impl Shared {
    /// Opens the database.
    pub(super) fn open(options: Options) -> Result<Arc<Self>, Error> {
        let engine = Engine::new(open::open(&options)?);
        let slot = Mutex::new(Slot { current: Some(engine), retired: Weak::new() });
        Ok(Arc::new(Self { options, slot }))
    }

    /// The path of the file.
    pub(super) fn path(&self) -> &Path {
        &self.options.path
    }

    /// A connection of its own; opens the database again if it was given up. Blocks.
    pub(super) fn lease(&self) -> Result<Lease, Error> {
        let engine = self.engine()?;
        let connection = {
            let root = engine.root.lock().unwrap_or_else(PoisonError::into_inner);
            root.try_clone().map_err(|error| Error::Unavailable(error.to_string()))?
        };
        Ok(Lease { connection, engine })
    }

    /// Gives up an invalidated database: nobody gets a connection of it any more.
    pub(super) fn retire(&self, engine: &Arc<Engine>) {
        let mut slot = self.slot();
        if slot.current.as_ref().is_some_and(|current| Arc::ptr_eq(current, engine)) {
            tracing::error!(path = %self.path().display(), "the event store was invalidated and is reopened");
            slot.retired = Arc::downgrade(&engine.opened);
            slot.current = None;
        }
    }

    /// Whether `engine` is the one that is in use.
    pub(super) fn is_current(&self, engine: &Arc<Engine>) -> bool {
        self.slot().current.as_ref().is_some_and(|current| Arc::ptr_eq(current, engine))
    }

    fn engine(&self) -> Result<Arc<Engine>, Error> {
        let deadline = Instant::now() + RELEASE_WITHIN;
        loop {
            // Not locked while it waits: those who still hold the old database ask whether it is given up.
            if let Some(engine) = self.try_engine()? {
                return Ok(engine);
            }
            if Instant::now() > deadline {
                return Err(Error::Unavailable("a report still holds the invalidated database".to_owned()));
            }
            std::thread::sleep(Duration::from_millis(2));
        }
    }

    /// The database, opened if need be; nothing while the last one is still held by somebody.
    fn try_engine(&self) -> Result<Option<Arc<Engine>>, Error> {
        let mut slot = self.slot();
        if slot.current.is_none() && slot.retired.strong_count() == 0 {
            let opened = open::open(&self.options).map_err(|error| Error::Unavailable(error.to_string()))?;
            slot.current = Some(Engine::new(opened));
        }
        Ok(slot.current.clone())
    }

    fn slot(&self) -> MutexGuard<'_, Slot> {
        self.slot.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
