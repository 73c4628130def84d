//! SQLite: one writer that commits in groups, a few readers, one that syncs and one that copies from the log, all on
//! threads of their own.

mod durable;
mod group;
mod log;
mod snapshot;
mod statement;
mod still;

use std::path::Path;
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::Instant;

use rusqlite::{Connection, ErrorCode, OpenFlags};

use crate::db::{Purpose, Shared};
use crate::job::{self, Boxed, Ran};
use crate::queue::Served;
use crate::stats::add;
use crate::tx::{Doom, Failure};
use crate::{Error, Tx};
use durable::{Durability, User};
use statement::Session;

pub use snapshot::Snapshot;
pub(crate) use statement::{int, text};

/// Opens the file at `path` and starts its threads.
pub(crate) fn start(
    path: &str,
    shared: &Arc<Shared>,
    purpose: Purpose,
) -> Result<Vec<JoinHandle<()>>, Error> {
    let path = Path::new(path);
    if path.as_os_str().is_empty() {
        return Err(Error::Invalid("cannot open the database: sqlite: names no file".to_owned()));
    }
    if purpose == Purpose::Reading {
        return still::start(path, shared);
    }
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder).map_err(|error| cannot_open(path, &error.to_string()))?;
    }
    let writer = open(path, shared, "PRAGMA cache_size = -32768;")?;
    let copying = open(path, shared, "")?;
    let sync = sync_of(path, shared)?;
    let durability = Durability::new();
    let (mut log, copier) = log::log();
    let user = durability.user();
    let mut threads = vec![
        spawn("kassa-db-write", shared, move |shared| group::serve(&writer, (shared, &user), &mut log))?,
        spawn("kassa-db-copy", shared, move |_| copier.serve(&copying))?,
    ];
    for _ in 0..shared.options.readers.max(1) {
        let reader = open(path, shared, "PRAGMA query_only = ON; PRAGMA cache_size = -8192;")?;
        let user = durability.user();
        threads.push(spawn("kassa-db-read", shared, move |shared| serve_reads(&reader, (shared, &user)))?);
    }
    threads.push(spawn("kassa-db-sync", shared, move |_| durability.serve(&sync))?);
    Ok(threads)
}

/// What makes the log durable.
fn sync_of(path: &Path, shared: &Shared) -> Result<durable::Sync, Error> {
    #[cfg(test)]
    if let Some(crate::options::TestSync(sync)) = &shared.options.sync {
        return Ok(Arc::clone(sync));
    }
    let _ = shared;
    durable::sync_of(path).map_err(|error| cannot_open(path, &error.to_string()))
}

fn spawn(
    name: &str,
    shared: &Arc<Shared>,
    serve: impl FnOnce(&Shared) + Send + 'static,
) -> Result<JoinHandle<()>, Error> {
    let shared = Arc::clone(shared);
    let thread = std::thread::Builder::new().name(name.to_owned());
    let thread = thread.spawn(move || serve(&shared));
    thread.map_err(|error| Error::Unavailable(format!("cannot start a thread: {error}")))
}

fn cannot_open(path: &Path, why: &str) -> Error {
    Error::Unavailable(format!("cannot open {}: {why}", path.display()))
}

fn open(path: &Path, shared: &Shared, more: &str) -> Result<Connection, Error> {
    connect(path, shared, more).map_err(|error| match error {
        rusqlite::Error::SqliteFailure(code, _) if code.code == ErrorCode::NotADatabase => {
            Error::Invalid(format!("cannot open {}: it is no SQLite database", path.display()))
        }
        other => cannot_open(path, &said(&other)),
    })
}

/// A connection that commits to a write-ahead log. It syncs the log before a checkpoint, not at a commit: see [`durable`].
fn connect(path: &Path, shared: &Shared, more: &str) -> rusqlite::Result<Connection> {
    let options = &shared.options;
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

/// Runs reads until the queue is closed and empty.
fn serve_reads(connection: &Connection, (shared, user): (&Shared, &User)) {
    let _served = Served(&shared.reads);
    let mut session = Session::new(connection, shared.options.statements_max);
    while let Some(first) = shared.reads.next() {
        // Whoever asked before the snapshot is taken may share it; whoever asks later may know of later commits.
        let mark = shared.reads.mark();
        if let Err(error) = session.command("BEGIN DEFERRED") {
            job::refuse(first, on_file(connection, explain(&error)));
            continue;
        }
        let began = Instant::now();
        let mut next = Some(first);
        while let Some(job) = next {
            add(&shared.counters.reads, 1);
            read(&mut session, job, user);
            let room = began.elapsed() < shared.options.group_time && !connection.is_autocommit();
            next = if room { shared.reads.next_before(mark) } else { None };
        }
        end(connection);
    }
}

fn read(session: &mut Session<'_>, mut job: Boxed, user: &User) {
    let mut tx = Tx::new(session);
    let ran = job.run(&mut tx);
    let (spoilt, doom) = tx.into_faults();
    let error = match (ran, doom) {
        (Ran::Panicked(error), _) => Some(error),
        (_, Some(doom)) => Some(doom.error().clone()),
        (Ran::Kept, None) => spoilt,
        (Ran::Refused, None) => None,
    };
    if let Some(error) = error {
        job.fail(error);
    }
    user.answer(job);
}

/// Leaves no transaction open.
fn end(connection: &Connection) {
    if !connection.is_autocommit()
        && let Err(error) = connection.execute_batch("ROLLBACK")
    {
        tracing::error!(%error, "cannot roll back");
    }
}

/// What a failure means for the transaction: SQLite may have rolled all of it back.
fn failure(connection: &Connection, error: &rusqlite::Error) -> Failure {
    let explained = on_file(connection, explain(error));
    if connection.is_autocommit() {
        Failure::Doomed(Doom::Gone(explained))
    } else {
        Failure::Spoilt(explained)
    }
}

fn explain(error: &rusqlite::Error) -> Error {
    let text = said(error);
    match error.sqlite_error_code() {
        Some(
            ErrorCode::DiskFull
            | ErrorCode::SystemIoFailure
            | ErrorCode::OutOfMemory
            | ErrorCode::CannotOpen
            | ErrorCode::FileLockingProtocolFailed,
        ) => Error::Unavailable(text),
        Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => Error::Busy(text),
        Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase) => Error::Invalid(text),
        _ => Error::Statement(text),
    }
}

/// Names the database's file where its disk is at fault: "database or disk is full" leaves open which.
fn on_file(connection: &Connection, error: Error) -> Error {
    let named = |why: String| match connection.path() {
        Some(path) if !why.contains(path) => format!("{path}: {why}"),
        _ => why,
    };
    match error {
        Error::Unavailable(why) => Error::Unavailable(named(why)),
        Error::Unknown(why) => Error::Unknown(named(why)),
        other => other,
    }
}

/// What SQLite says, with the extended code, which tells causes apart.
fn said(error: &rusqlite::Error) -> String {
    match error {
        rusqlite::Error::SqliteFailure(code, text) => {
            let text = text.clone().unwrap_or_else(|| code.to_string());
            format!("{text} (SQLite code {})", code.extended_code)
        }
        other => other.to_string(),
    }
}
