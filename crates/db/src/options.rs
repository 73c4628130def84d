//! How a database is opened.

use std::time::Duration;

/// Limits and sizes. The default fits a shop; tests make them small.
#[derive(Debug, Clone)]
pub struct Options {
    /// How many operations may wait for a writer, and as many for a reader; one more is [`crate::Error::Busy`]. 1024.
    pub queue_max: usize,
    /// SQLite: how many operations share a commit at most. 64.
    pub group_max: usize,
    /// SQLite: for how long an open group takes further operations that already wait. 5 ms.
    pub group_time: Duration,
    /// How many connections write on PostgreSQL; SQLite has one. 16.
    pub writers: usize,
    /// How many connections read. 4.
    pub readers: usize,
    /// How many prepared statements a connection keeps; more than the program has. 256.
    pub statements_max: usize,
    /// SQLite: how long to wait for another process that writes. 5 s.
    pub busy_timeout: Duration,
    /// PostgreSQL: how long a write waits for a lock. 1 s.
    pub lock_timeout: Duration,
    /// PostgreSQL: how long a statement of a write may take. 5 s.
    pub write_timeout: Duration,
    /// PostgreSQL: how long a statement of a read may take. 60 s, for the audit reads everything.
    pub read_timeout: Duration,
    /// PostgreSQL: how long an operation waits for a connection that is to be had again. 1 s.
    pub connect_timeout: Duration,
    /// SQLite: how many pages of 4 KiB the file may have; a disk that fills up, for tests. None.
    pub pages_max: Option<u32>,
    /// SQLite: what makes the log durable; a disk that takes its time or fails, for tests. None: the disk.
    #[cfg(test)]
    pub(crate) sync: Option<TestSync>,
}

/// See [`Options::sync`].
#[cfg(test)]
#[derive(Clone)]
pub(crate) struct TestSync(pub(crate) std::sync::Arc<dyn Fn() -> std::io::Result<()> + Send + Sync>);

#[cfg(test)]
impl std::fmt::Debug for TestSync {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.write_str("TestSync")
    }
}

impl Default for Options {
    fn default() -> Self {
        Self {
            queue_max: 1024,
            group_max: 64,
            group_time: Duration::from_millis(5),
            writers: 16,
            readers: 4,
            statements_max: 256,
            busy_timeout: Duration::from_secs(5),
            lock_timeout: Duration::from_secs(1),
            write_timeout: Duration::from_secs(5),
            read_timeout: Duration::from_secs(60),
            connect_timeout: Duration::from_secs(1),
            pages_max: None,
            #[cfg(test)]
            sync: None,
        }
    }
}

/// Which engine is behind a [`Db`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Engine {
    /// SQLite, in this process.
    Sqlite,
    /// PostgreSQL.
    Postgres,
}

/// What a server that does not answer means to whoever opens the database.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Away {
    /// It is not opened.
    Refused,
    /// It is reached later.
    Awaited,
}

/// What a database is opened for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Purpose {
    /// Everything.
    All,
    /// To be looked at: not a byte of it changes.
    Reading,
}
