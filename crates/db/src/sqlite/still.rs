//! A file that is only looked at: readers that cannot write, and a thread that refuses what would.
//!
//! What a process that was killed has left in the write-ahead log is read with the file. The index of that log, which any
//! reader needs and may make, goes away again unless it was there.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::thread::JoinHandle;

use rusqlite::{Connection, OpenFlags};

use super::durable::Durability;
use super::failure::{cannot_open, said};
use super::readers::serve_reads;
use crate::queue::Served;
use crate::queues::{Queues, spawn};
use crate::{Error, job};

/// Opens the file at `path` and starts its threads.
pub(super) fn start(path: &Path, queues: &Arc<Queues>) -> Result<Vec<JoinHandle<()>>, Error> {
    if !path.is_file() {
        return Err(Error::Invalid(format!("cannot open {}: there is no such file", path.display())));
    }
    let index = Arc::new(Index::of(path));
    let durability = Durability::new();
    let mut threads = Vec::new();
    for _ in 0..queues.options.readers.max(1) {
        let reader = open(path, queues).map_err(|error| cannot_open(path, &said(&error)))?;
        let (user, index) = (durability.user(), Arc::clone(&index));
        threads.push(spawn("kassa-db-read", queues, move |queues| {
            serve_reads(&reader, queues, &user);
            drop((reader, index));
        })?);
    }
    threads.push(spawn("kassa-db-write", queues, |queues| {
        let _served = Served(&queues.writes);
        while let Some(write) = queues.writes.next() {
            job::refuse(write, Error::Invalid("the database is opened to be looked at only".to_owned()));
        }
    })?);
    Ok(threads)
}

fn open(path: &Path, queues: &Queues) -> rusqlite::Result<Connection> {
    let mut address = String::from("file:");
    for byte in path.as_os_str().as_encoded_bytes() {
        match byte {
            b'?' | b'#' | b'%' => address.push_str(&format!("%{byte:02X}")),
            byte if byte.is_ascii() => address.push(char::from(*byte)),
            byte => address.push_str(&format!("%{byte:02X}")),
        }
    }
    address.push_str("?mode=ro");
    if !has_log(path) {
        // Nothing but the file is looked at, and nothing is made beside it.
        address.push_str("&immutable=1");
    }
    let flags =
        OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_URI | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(address, flags)?;
    connection.busy_timeout(queues.options.busy_timeout)?;
    connection
        .execute_batch("PRAGMA query_only = ON; PRAGMA temp_store = MEMORY; PRAGMA trusted_schema = OFF;")?;
    connection.query_row("SELECT COUNT(*) FROM sqlite_schema", [], |_| Ok(()))?;
    Ok(connection)
}

fn beside(path: &Path, tail: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(tail);
    name.into()
}

fn has_log(path: &Path) -> bool {
    beside(path, "-wal").metadata().is_ok_and(|log| log.len() > 0)
}

/// The index of the write-ahead log, if it is ours to remove; dropped after the last connection.
#[derive(Debug)]
struct Index(Option<PathBuf>);

impl Index {
    fn of(path: &Path) -> Self {
        let index = beside(path, "-shm");
        Self(Some(index).filter(|index| !index.exists()))
    }
}

impl Drop for Index {
    fn drop(&mut self) {
        if let Some(index) = &self.0 {
            // None was needed, or it is in the way of nobody.
            let _ = std::fs::remove_file(index);
        }
    }
}
