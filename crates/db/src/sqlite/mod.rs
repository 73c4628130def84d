//! SQLite: one writer that commits in groups, a few readers, one that syncs and one that copies from the log, all on
//! threads of their own.

mod durable;
mod failure;
mod group;
mod log;
mod readers;
mod snapshot;
mod statement;
mod still;

use std::path::Path;
use std::sync::Arc;
use std::thread::JoinHandle;

use readers::serve_reads;
use rusqlite::{Connection, ErrorCode, OpenFlags};

pub use snapshot::Snapshot;

use super::options::Purpose;
use crate::Error;
use crate::queues::{Queues, spawn};
use durable::Durability;
use failure::{cannot_open, said};

/// Opens the file at `path` and starts its threads.
pub(crate) fn start(
    path: &str,
    queues: &Arc<Queues>,
    purpose: Purpose,
) -> Result<Vec<JoinHandle<()>>, Error> {
    let path = Path::new(path);
    if path.as_os_str().is_empty() {
        return Err(Error::Invalid("cannot open the database: sqlite: names no file".to_owned()));
    }
    if purpose == Purpose::Reading {
        return still::start(path, queues);
    }
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder).map_err(|error| cannot_open(path, &error.to_string()))?;
    }
    let writer = open(path, queues, "PRAGMA cache_size = -32768;")?;
    let copying = open(path, queues, "")?;
    let sync = sync_of(path, queues)?;
    let durability = Durability::new();
    let (mut log, copier) = log::log();
    let mut threads = vec![spawn("kassa-db-copy", queues, move |_| copier.serve(&copying))?];
    for _ in 0..queues.options.readers.max(1) {
        let reader = open(path, queues, "PRAGMA query_only = ON; PRAGMA cache_size = -8192;")?;
        let (user, open) = (durability.user(), log.open());
        threads.push(spawn("kassa-db-read", queues, move |queues| {
            serve_reads(&reader, queues, &user);
            drop(reader);
            drop(open);
        })?);
    }
    let user = durability.user();
    threads.push(spawn("kassa-db-write", queues, move |queues| {
        group::serve(&writer, queues, &user, &mut log);
        drop(writer);
        drop(log);
    })?);
    threads.push(spawn("kassa-db-sync", queues, move |_| durability.serve(&sync))?);
    Ok(threads)
}

/// Writes the file at `path` anew, and empties its log. A file that is not there is none.
pub(crate) fn compact(path: &str) -> Result<(), Error> {
    let path = Path::new(path);
    if !path.exists() {
        return Ok(());
    }
    let compact = || {
        let connection = Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
        // What is written in between may be as large as the file.
        connection.execute_batch("PRAGMA temp_store = FILE; PRAGMA synchronous = FULL; VACUUM;")?;
        connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()))
    };
    compact().map_err(|error| cannot_open(path, &said(&error)))
}

/// What makes the log durable.
fn sync_of(path: &Path, queues: &Queues) -> Result<durable::Sync, Error> {
    #[cfg(test)]
    if let Some(crate::options::TestSync(sync)) = &queues.options.sync {
        return Ok(Arc::clone(sync));
    }
    let _ = queues;
    durable::sync_of(path).map_err(|error| cannot_open(path, &error.to_string()))
}

fn open(path: &Path, queues: &Queues, more: &str) -> Result<Connection, Error> {
    connect(path, queues, more).map_err(|error| match error {
        rusqlite::Error::SqliteFailure(code, _) if code.code == ErrorCode::NotADatabase => {
            Error::Invalid(format!("cannot open {}: it is no SQLite database", path.display()))
        }
        other => cannot_open(path, &said(&other)),
    })
}

/// A connection that commits to a write-ahead log. It syncs the log before a checkpoint, not at a commit: see [`durable`].
fn connect(path: &Path, queues: &Queues, more: &str) -> rusqlite::Result<Connection> {
    let options = &queues.options;
    // Each connection belongs to one thread, so SQLite needs no lock of its own.
    let flags =
        OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(path, flags)?;
    connection.busy_timeout(options.busy_timeout)?;
    let mode: String = connection.query_row("PRAGMA journal_mode = WAL", [], |row| row.get(0))?;
    if mode != "wal" {
        return Err(rusqlite::Error::SqliteFailure(
            rusqlite::ffi::Error::new(rusqlite::ffi::SQLITE_CANTOPEN),
            Some(format!("it cannot keep a write-ahead log there, only {mode}")),
        ));
    }
    let settings = "PRAGMA synchronous = NORMAL; PRAGMA foreign_keys = ON; PRAGMA temp_store = MEMORY; \
                    PRAGMA trusted_schema = OFF; PRAGMA wal_autocheckpoint = 0;";
    connection.execute_batch(settings)?;
    if let Some(pages) = options.pages_max {
        connection.query_row(&format!("PRAGMA max_page_count = {pages}"), [], |_| Ok(()))?;
    }
    connection.execute_batch(more)?;
    // The first read opens the log, and makes its file.
    connection.query_row("SELECT COUNT(*) FROM sqlite_schema", [], |_| Ok(()))?;
    Ok(connection)
}
