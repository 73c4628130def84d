//! A copy of a SQLite database as it is at one moment, for backups, while others write to it.

use std::path::{Path, PathBuf};

use kassa_model::Progress;
use rusqlite::backup::{Backup, StepResult};
use rusqlite::{Connection, OpenFlags};

use crate::Error;

/// Pages that are copied between two looks at how far it has come.
const PAGES: i32 = 1_000;

/// The database as it was when this was made. While it is held, the write-ahead log grows.
#[derive(Debug)]
pub struct Snapshot {
    path: PathBuf,
    connection: Connection,
}

impl Snapshot {
    /// Holds on to the present state of the file at `path`.
    pub(crate) fn take(path: &Path) -> Result<Self, Error> {
        let take = || -> rusqlite::Result<Connection> {
            let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
            let connection = Connection::open_with_flags(path, flags)?;
            connection.execute_batch("PRAGMA query_only = ON; PRAGMA wal_autocheckpoint = 0; BEGIN")?;
            // The first read settles what is seen; the backup reads within the same transaction.
            connection.query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get::<_, i64>(0))?;
            Ok(connection)
        };
        let connection = take().map_err(|error| failed(path, &error))?;
        Ok(Self { path: path.to_owned(), connection })
    }

    /// Writes it to the new file `to`. Blocks.
    ///
    /// # Errors
    /// [`Error::Unavailable`] when the file cannot be read or written; `to` is then incomplete.
    pub fn copy(self, to: &Path, progress: &dyn Progress) -> Result<(), Error> {
        let copy = || {
            let mut target = Connection::open(to)?;
            {
                let backup = Backup::new(&self.connection, &mut target)?;
                loop {
                    let step = backup.step(PAGES)?;
                    let at = backup.progress();
                    let (of, left) = (at.pagecount.unsigned_abs(), at.remaining.unsigned_abs());
                    progress.tell(
                        "copying the shop's database",
                        u64::from(of.saturating_sub(left)),
                        u64::from(of),
                    );
                    match step {
                        StepResult::Done => break,
                        StepResult::Busy | StepResult::Locked => {
                            std::thread::sleep(std::time::Duration::from_millis(5))
                        }
                        _ => {}
                    }
                }
            }
            // A file of its own, without a log beside it.
            target.query_row("PRAGMA journal_mode = DELETE", [], |row| row.get::<_, String>(0)).map(drop)
        };
        copy().map_err(|error: rusqlite::Error| failed(&self.path, &error))?;
        let sync = || std::fs::File::open(to)?.sync_all();
        sync().map_err(|error| Error::Unavailable(format!("cannot make {} durable: {error}", to.display())))
    }
}

fn failed(path: &Path, error: &rusqlite::Error) -> Error {
    Error::Unavailable(format!("cannot copy {}: {error}", path.display()))
}
