//! The database as its callers see it.

use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;

use tokio::runtime::Handle;

use crate::options::{Away, Engine, Purpose};
use crate::queues::{Queues, run_blocking, send};
use crate::sqlite::Snapshot;
use crate::{Error, Migration, Options, Stats, Tx, migrate, postgres, sqlite};

/// The database. Clones share it; the last one to go closes it.
#[derive(Debug, Clone)]
pub struct Db(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    engine: Engine,
    queues: Arc<Queues>,
    /// Of SQLite.
    file: Option<PathBuf>,
    migrated: AtomicBool,
    threads: Mutex<Vec<JoinHandle<()>>>,
}

impl Db {
    /// Opens `url`: `sqlite:PATH` or `postgres://user:password@host/db`. Blocks.
    ///
    /// # Errors
    /// [`Error::Invalid`] for an address or a file that is none, [`Error::Unavailable`] if it cannot be opened or reached.
    pub fn open(url: &str) -> Result<Self, Error> {
        Self::open_with(url, Options::default())
    }

    /// Opens `url` with other limits. Blocks.
    ///
    /// # Errors
    /// As [`Db::open`].
    pub fn open_with(url: &str, options: Options) -> Result<Self, Error> {
        Self::open_by(url, options, Away::Refused, Purpose::All)
    }

    /// Opens `url` to be looked at: nothing of it changes, no file is made, and every write fails. Of a SQLite file nobody
    /// else may write meanwhile. Blocks.
    ///
    /// # Errors
    /// As [`Db::open`]; [`Error::Invalid`] where there is no such file.
    pub fn open_to_read(url: &str) -> Result<Self, Error> {
        Self::open_by(url, Options::default(), Away::Refused, Purpose::Reading)
    }

    /// As [`Db::open`], but a PostgreSQL that does not answer now is waited for by whoever asks something of it: that fails
    /// with [`Error::Unavailable`] until the server answers.
    ///
    /// # Errors
    /// [`Error::Invalid`] as for [`Db::open`], also for a server that answers and refuses; whatever SQLite says.
    pub fn open_ahead(url: &str) -> Result<Self, Error> {
        Self::open_by(url, Options::default(), Away::Awaited, Purpose::All)
    }

    /// Writes the SQLite file of `url` anew, so that nothing of what was removed is in it or its log; a server's database is left
    /// as it is. Nobody else has it open. Blocks for as long as writing all of it takes.
    ///
    /// # Errors
    /// [`Error::Unavailable`]; the file is then as it was.
    pub fn compact(url: &str) -> Result<(), Error> {
        match url.strip_prefix("sqlite:") {
            Some(path) => sqlite::compact(path),
            None => Ok(()),
        }
    }

    /// Whether `url` is an address that [`Db::open`] takes, without opening anything.
    ///
    /// # Errors
    /// [`Error::Invalid`], which does not show the address: it may hold a password.
    pub fn check_url(url: &str) -> Result<(), Error> {
        match url.strip_prefix("sqlite:") {
            Some("") => Err(Error::Invalid("cannot open the database: sqlite: names no file".to_owned())),
            Some(_) => Ok(()),
            None if is_postgres(url) => postgres::check_url(url),
            None => Err(no_address()),
        }
    }

    fn open_by(url: &str, options: Options, away: Away, purpose: Purpose) -> Result<Self, Error> {
        let queues = Arc::new(Queues::new(options));
        let file = url.strip_prefix("sqlite:");
        let (engine, threads) = if let Some(path) = file {
            (Engine::Sqlite, sqlite::start(path, &queues, purpose)?)
        } else if is_postgres(url) {
            (Engine::Postgres, postgres::start(url, &queues, away, purpose)?)
        } else {
            return Err(no_address());
        };
        let migrated = AtomicBool::new(false);
        let file = file.map(PathBuf::from);
        Ok(Self(Arc::new(Inner { engine, queues, file, migrated, threads: Mutex::new(threads) })))
    }

    /// Brings the schema up to `migrations`, each in a transaction of its own. Blocks; for the start.
    ///
    /// # Errors
    /// [`Error::Invalid`] if the database is newer than the program, if a migration that was applied has another text
    /// now, or if numbers have gaps; else whatever the statements fail with.
    pub fn migrate(&self, migrations: &[Migration]) -> Result<(), Error> {
        migrate::migrate(&self.0.queues, self.0.engine, migrations)?;
        self.0.migrated.store(true, Ordering::Relaxed);
        Ok(())
    }

    /// Whether its schema is that of `migrations`, no older and no newer. Changes nothing. Blocks.
    ///
    /// # Errors
    /// [`Error::Invalid`] if it is not; whatever the statements fail with.
    pub fn check_schema(&self, migrations: &[Migration]) -> Result<(), Error> {
        migrate::check(&self.0.queues, migrations)
    }

    /// Which engine it is.
    pub fn engine(&self) -> Engine {
        self.0.engine
    }

    /// Runs `op` in a write transaction and answers once its commit is durable. `op` may run more than once, so it must
    /// have no effect but on `tx`. An `Err` of `op` undoes what it did. A caller who goes away does not stop it.
    ///
    /// A statement that failed spoils its savepoint, or the whole operation outside of any: it is then undone even if
    /// `op` returns `Ok`, on either engine.
    pub async fn write<T: Send + 'static, E: From<Error> + Send + 'static>(
        &self,
        op: impl FnMut(&mut Tx<'_>) -> Result<T, E> + Send + 'static,
    ) -> Result<T, E> {
        send(&self.0.queues.writes, op, Handle::try_current().ok())?.outcome().await
    }

    /// Runs `op` on one consistent, read-only snapshot.
    pub async fn read<T: Send + 'static, E: From<Error> + Send + 'static>(
        &self,
        op: impl FnMut(&mut Tx<'_>) -> Result<T, E> + Send + 'static,
    ) -> Result<T, E> {
        send(&self.0.queues.reads, op, Handle::try_current().ok())?.outcome().await
    }

    /// [`Db::write`] for callers without a runtime: commands, tests. Blocks.
    pub fn write_blocking<T: Send + 'static, E: From<Error> + Send + 'static>(
        &self,
        op: impl FnMut(&mut Tx<'_>) -> Result<T, E> + Send + 'static,
    ) -> Result<T, E> {
        run_blocking(&self.0.queues.writes, op)
    }

    /// [`Db::read`] for callers without a runtime: commands, tests. Blocks.
    pub fn read_blocking<T: Send + 'static, E: From<Error> + Send + 'static>(
        &self,
        op: impl FnMut(&mut Tx<'_>) -> Result<T, E> + Send + 'static,
    ) -> Result<T, E> {
        run_blocking(&self.0.queues.reads, op)
    }

    /// Whether a write transaction can commit; for health checks. Once migrated, it writes and commits a row.
    pub async fn ping(&self) -> Result<(), Error> {
        let migrated = self.0.migrated.load(Ordering::Relaxed);
        self.write(move |tx| if migrated { migrate::touch(tx) } else { Ok(()) }).await
    }

    /// Whether both are clones of one: a transaction of either sees and changes the same.
    pub fn is_same(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }

    /// Holds on to its present state, to be copied while others go on writing. What was committed before the call is in it.
    /// Blocks.
    ///
    /// # Errors
    /// [`Error::Invalid`] on PostgreSQL, which has tools of its own; [`Error::Unavailable`] when the file cannot be read.
    pub fn snapshot(&self) -> Result<Snapshot, Error> {
        match &self.0.file {
            Some(file) => Snapshot::take(file),
            None => Err(Error::Invalid("cannot copy a database on PostgreSQL: use pg_dump".to_owned())),
        }
    }

    /// What it has done so far.
    pub fn stats(&self) -> Stats {
        let Queues { writes, reads, counters, .. } = &*self.0.queues;
        Stats { waiting_writes: writes.len() as u64, waiting_reads: reads.len() as u64, ..*counters.lock() }
    }

    /// Ends its threads once what waits is done. Blocks.
    pub fn close(&self) {
        self.0.close();
    }
}

fn is_postgres(url: &str) -> bool {
    url.starts_with("postgres://") || url.starts_with("postgresql://")
}

/// The address is not shown: it may hold a password.
fn no_address() -> Error {
    Error::Invalid("cannot open the database: its address is neither sqlite:PATH nor postgres://…".to_owned())
}

impl Inner {
    fn close(&self) {
        self.queues.writes.close();
        self.queues.reads.close();
        let threads = std::mem::take(&mut *self.threads.lock().unwrap_or_else(PoisonError::into_inner));
        for thread in threads {
            // The last clone may go within an operation, and a thread cannot wait for itself.
            if thread.thread().id() != std::thread::current().id() && thread.join().is_err() {
                tracing::error!("a thread of the database died");
            }
        }
    }
}

impl Drop for Inner {
    fn drop(&mut self) {
        self.close();
    }
}
