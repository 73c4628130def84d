//! Keeping the write-ahead log short.
//!
//! SQLite would do it by itself, but inside a COMMIT, while callers wait; and not at all as long as some reader is always
//! in the log, which then grows without end. Here a thread of its own copies from the log to the database file while the
//! writer goes on ([`Copier`]); the writer itself only begins the log anew, between two groups, when nearly all of it is
//! copied ([`Log`]).
//!
//! At the end the copier's connection is the last to be closed. SQLite then copies all that is left and removes the log;
//! two that are closed at once each see the other, and leave it behind.

use std::sync::mpsc::{Receiver, SyncSender, TrySendError, sync_channel};
use std::sync::{Arc, Mutex, PoisonError, TryLockError};
use std::time::Duration;

use rusqlite::Connection;

/// So many new frames (4 KiB each) are copied to the database file at a time.
const COPY_FRAMES: i64 = 1000;
/// From so many frames on the log is begun anew, which may wait for readers.
const RESTART_FRAMES: i64 = 8192;
/// For how long it waits for them at first. If a long read wins, the log grows by half before the next attempt, which waits
/// longer in proportion.
const RESTART_WAIT: Duration = Duration::from_millis(50);

/// The writer's view of the log.
#[derive(Debug)]
pub(super) struct Log {
    copier: SyncSender<()>,
    /// Held by whoever copies.
    copying: Arc<Mutex<()>>,
    /// How many frames the log had when the copier was last called.
    called_at: i64,
    restart_at: i64,
}

/// Copies when it is called, until the writer and all readers are gone.
pub(super) struct Copier {
    calls: Receiver<()>,
    copying: Arc<Mutex<()>>,
}

/// The two halves.
pub(super) fn log() -> (Log, Copier) {
    // One call that waits is enough: it copies all that is there when it is served.
    let (copier, calls) = sync_channel(1);
    let copying = Arc::new(Mutex::new(()));
    let log = Log { copier, copying: Arc::clone(&copying), called_at: 0, restart_at: 0 };
    (log, Copier { calls, copying })
}

/// Keeps the copier there; to be dropped after a connection.
pub(super) struct Open {
    _copier: SyncSender<()>,
}

impl Log {
    /// For another connection.
    pub(super) fn open(&self) -> Open {
        Open { _copier: self.copier.clone() }
    }

    /// Looks after the log; an error is left to the next time, for nothing depends on it but room and speed.
    pub(super) fn look_after(&mut self, connection: &Connection, busy_timeout: Duration) {
        if let Err(error) = self.shorten(connection, busy_timeout) {
            tracing::warn!(%error, "cannot shorten the write-ahead log");
        }
    }

    fn shorten(&mut self, connection: &Connection, busy_timeout: Duration) -> rusqlite::Result<()> {
        let (_, frames, copied) = checkpoint(connection, "PRAGMA wal_checkpoint(NOOP)")?;
        if frames < self.called_at {
            (self.called_at, self.restart_at) = (0, 0);
        }
        if frames >= RESTART_FRAMES.max(self.restart_at) {
            // The copier is let finish, unless the log grows faster than it copies.
            let _copying = match self.copying.try_lock() {
                Err(TryLockError::WouldBlock) if frames < 2 * RESTART_FRAMES => return Ok(()),
                Err(TryLockError::WouldBlock) => self.copying.lock().unwrap_or_else(PoisonError::into_inner),
                Err(TryLockError::Poisoned(lock)) => lock.into_inner(),
                Ok(lock) => lock,
            };
            let times = u32::try_from(frames / RESTART_FRAMES).unwrap_or(u32::MAX);
            connection.busy_timeout(RESTART_WAIT.saturating_mul(times).min(busy_timeout))?;
            let outcome = checkpoint(connection, "PRAGMA wal_checkpoint(RESTART)");
            connection.busy_timeout(busy_timeout)?;
            let (busy, ..) = outcome?;
            self.restart_at = if busy == 0 { 0 } else { frames + frames / 2 };
        } else if frames - copied.max(self.called_at) >= COPY_FRAMES {
            self.called_at = frames;
            // A call that waits already serves this one; a copier that is gone leaves the work to the restart.
            match self.copier.try_send(()) {
                Ok(()) | Err(TrySendError::Full(()) | TrySendError::Disconnected(())) => {}
            }
        }
        Ok(())
    }
}

impl Copier {
    /// Copies at every call.
    pub(super) fn serve(self, connection: &Connection) {
        while let Ok(()) = self.calls.recv() {
            let _copying = self.copying.lock().unwrap_or_else(PoisonError::into_inner);
            // What a reader or the writer's own restart holds back is copied at the next call.
            if let Err(error) = checkpoint(connection, "PRAGMA wal_checkpoint(PASSIVE)") {
                tracing::warn!(%error, "cannot copy from the write-ahead log");
            }
        }
    }
}

/// Whether it was hindered, the frames in the log, and those that were copied.
fn checkpoint(connection: &Connection, sql: &str) -> rusqlite::Result<(i64, i64, i64)> {
    connection.prepare_cached(sql)?.query_row([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))
}
