//! Keeping the write-ahead log short, after callers were answered and before the next group.
//!
//! SQLite would do it by itself, but inside a COMMIT, while callers wait; and not at all as long as some reader is always
//! in the log, which then grows without end.

use std::time::Duration;

use rusqlite::Connection;

/// So many new frames (4 KiB each) are copied to the database file at a time.
const COPY_FRAMES: i64 = 1000;
/// From so many frames on the log is begun anew, which may wait for readers.
const RESTART_FRAMES: i64 = 8192;
/// For how long it waits for them at first. If a long read wins, the log grows by half before the next attempt, which waits
/// longer in proportion.
const RESTART_WAIT: Duration = Duration::from_millis(50);

/// What is known of the log.
#[derive(Debug, Default)]
pub(super) struct Log {
    copied: i64,
    restart_at: i64,
}

impl Log {
    /// Looks after the log; an error is left to the next time, for nothing depends on it but room and speed.
    pub(super) fn look_after(&mut self, connection: &Connection, busy_timeout: Duration) {
        if let Err(error) = self.shorten(connection, busy_timeout) {
            tracing::warn!(%error, "cannot shorten the write-ahead log");
        }
    }

    fn shorten(&mut self, connection: &Connection, busy_timeout: Duration) -> rusqlite::Result<()> {
        let (_, frames, _) = checkpoint(connection, "PRAGMA wal_checkpoint(NOOP)")?;
        if frames < self.copied {
            *self = Self::default();
        }
        if frames >= RESTART_FRAMES.max(self.restart_at) {
            let times = u32::try_from(frames / RESTART_FRAMES).unwrap_or(u32::MAX);
            connection.busy_timeout(RESTART_WAIT.saturating_mul(times).min(busy_timeout))?;
            let outcome = checkpoint(connection, "PRAGMA wal_checkpoint(RESTART)");
            connection.busy_timeout(busy_timeout)?;
            let (busy, _, copied) = outcome?;
            self.copied = copied;
            self.restart_at = if busy == 0 { 0 } else { frames + frames / 2 };
        } else if frames - self.copied >= COPY_FRAMES {
            let (_, _, copied) = checkpoint(connection, "PRAGMA wal_checkpoint(PASSIVE)")?;
            // What a reader holds back is tried again after as many frames, not at each commit.
            self.copied = copied.max(frames - COPY_FRAMES / 2);
        }
        Ok(())
    }
}

/// Whether it was hindered, the frames in the log, and those that were copied.
fn checkpoint(connection: &Connection, sql: &str) -> rusqlite::Result<(i64, i64, i64)> {
    connection.prepare_cached(sql)?.query_row([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))
}
