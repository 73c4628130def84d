//! The one thread that writes. It keeps the positions in memory, so that a batch that does not belong costs no I/O.

use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, mpsc};
use std::thread::JoinHandle;
use std::time::Duration;

use duckdb::{Connection, params};
use kassa_model::failpoint;
use tokio::sync::oneshot;
use uuid::Uuid;

use super::columns;
use super::engine::{Lease, Shared};
use super::failure::{Failure, Trouble};
use super::{letters, schema};
use crate::{Batch, Error, InsertError, Mark, validate};

/// How often a batch is tried again when DuckDB has no memory for it.
const MEMORY_RETRIES: u32 = 5;
/// How often the idle writer looks whether the database was given up.
const LOOK_EVERY: Duration = Duration::from_millis(100);
/// After so many new rows the write-ahead log is worked into the tables. The engine makes a row group (122,880 rows) of
/// them, and later checkpoints put groups together where that saves one, writing all of their rows again: never where
/// each is full to three quarters.
const CHECKPOINT_ROWS: usize = 122_880 / 4 * 3 + 1;
/// How far a partition's rows may be counted; the partition is in the bits above.
const SEQUENCE_BITS: u32 = 48;

enum Command {
    Insert(Box<Batch>, oneshot::Sender<Result<(), InsertError>>),
    Change(Change, oneshot::Sender<Result<u64, Error>>),
}

/// A change beside the batches: one transaction, which says how many rows it was about.
pub(super) type Change = Box<dyn FnOnce(&Connection) -> duckdb::Result<u64> + Send>;

/// The way to the writer's thread, which ends when this is dropped.
#[derive(Debug)]
pub(super) struct WriterHandle {
    commands: Option<mpsc::Sender<Command>>,
    thread: Option<JoinHandle<()>>,
}

impl WriterHandle {
    /// Starts the thread.
    pub(super) fn start(shared: Arc<Shared>) -> Result<Self, Error> {
        let (commands, receiver) = mpsc::channel();
        let mut writer = Writer { shared, session: None };
        if let Err(failure) = writer.session() {
            let path = writer.shared.path().display();
            return Err(Error::Open(format!("{path} is broken: {}", failure.into_error())));
        }
        let thread = std::thread::Builder::new()
            .name("event-store".to_owned())
            .spawn(move || writer.run(&receiver))
            .map_err(|error| Error::Failed(format!("cannot start the writer's thread: {error}")))?;
        Ok(Self { commands: Some(commands), thread: Some(thread) })
    }

    /// Hands over a batch and waits for its end.
    pub(super) async fn insert(&self, batch: Batch) -> Result<(), InsertError> {
        let (reply, answer) = oneshot::channel();
        self.send(Command::Insert(Box::new(batch), reply));
        let gone = || InsertError::Unknown("the writer's thread ended".to_owned());
        answer.await.unwrap_or_else(|_| Err(gone()))
    }

    /// Makes a change between two batches, which wait for it.
    pub(super) async fn change(&self, change: Change) -> Result<u64, Error> {
        let (reply, answer) = oneshot::channel();
        self.send(Command::Change(change, reply));
        answer.await.unwrap_or_else(|_| Err(Error::Failed("the writer's thread ended".to_owned())))
    }

    /// A thread that is gone drops the command, and with it the sender of the answer.
    fn send(&self, command: Command) {
        if let Some(commands) = &self.commands {
            let _gone = commands.send(command);
        }
    }
}

impl Drop for WriterHandle {
    fn drop(&mut self) {
        self.commands = None;
        if let Some(thread) = self.thread.take() {
            let _panicked = thread.join();
        }
    }
}

struct Writer {
    shared: Arc<Shared>,
    session: Option<Session>,
}

/// The writer's connection and what it knows of the tables.
struct Session {
    lease: Lease,
    places: BTreeMap<u32, Place>,
    /// Rows since the last checkpoint, if it was this session's.
    loose: usize,
}

#[derive(Debug, Clone, Copy)]
struct Place {
    mark: Mark,
    next_sequence: u64,
}

/// Where an insert failed: before the commit nothing is done, at the commit nobody knows.
enum Failed {
    Before(Failure),
    AtCommit(Failure),
    Refused(InsertError),
}

impl From<duckdb::Error> for Failed {
    fn from(error: duckdb::Error) -> Self {
        Self::Before(error.into())
    }
}

impl Writer {
    fn run(mut self, commands: &mpsc::Receiver<Command>) {
        loop {
            let command = commands.recv_timeout(LOOK_EVERY);
            self.let_go();
            match command {
                Err(mpsc::RecvTimeoutError::Timeout) => {}
                Err(mpsc::RecvTimeoutError::Disconnected) => return,
                Ok(Command::Insert(batch, reply)) => {
                    let panicked = || InsertError::Unknown("the writer panicked".to_owned());
                    let done = catch_unwind(AssertUnwindSafe(|| self.insert(&batch)));
                    let _gone = reply.send(done.unwrap_or_else(|_| self.reset(panicked())));
                    self.checkpoint();
                }
                Ok(Command::Change(change, reply)) => {
                    let panicked = || Error::Failed("the writer panicked".to_owned());
                    let done = catch_unwind(AssertUnwindSafe(|| self.change(change)));
                    let _gone = reply.send(done.unwrap_or_else(|_| self.reset(panicked())));
                }
            }
        }
    }

    /// Drops the connection to a database that a reader has given up: it cannot be opened again before.
    fn let_go(&mut self) {
        if self.session.as_ref().is_some_and(|session| !self.shared.is_current(&session.lease.engine)) {
            self.session = None;
        }
    }

    /// Drops the connection, and with it an open transaction; positions are read again with the next one.
    fn reset<T, E>(&mut self, error: E) -> Result<T, E> {
        self.session = None;
        Err(error)
    }

    fn session(&mut self) -> Result<&mut Session, Failure> {
        if self.session.is_none() {
            let lease = self.shared.lease()?;
            match read_places(&lease.connection) {
                Ok(places) => self.session = Some(Session { lease, places, loose: 0 }),
                Err(failure) => {
                    if failure.trouble() == Trouble::Fatal {
                        self.shared.retire(&lease.engine);
                    }
                    return Err(failure);
                }
            }
        }
        self.session.as_mut().ok_or_else(|| Error::Failed("the writer has no connection".to_owned()).into())
    }

    fn insert(&mut self, batch: &Batch) -> Result<(), InsertError> {
        let mut tries = 0;
        loop {
            let failed = match self.session() {
                Err(failure) => Failed::Before(failure),
                Ok(session) => match session.insert(batch) {
                    Ok(()) => return Ok(()),
                    Err(failed) => failed,
                },
            };
            let (failure, committing) = match failed {
                Failed::Refused(error) => return Err(error),
                Failed::Before(failure) => (failure, false),
                Failed::AtCommit(failure) => (failure, true),
            };
            let trouble = failure.trouble();
            self.give_up(trouble);
            if committing {
                return Err(InsertError::Unknown(failure.into_error().to_string()));
            }
            tries += 1;
            if trouble != Trouble::OutOfMemory || tries > MEMORY_RETRIES {
                return Err(failure.into_insert_error());
            }
            std::thread::sleep(Duration::from_millis(20 << tries));
        }
    }

    /// Drops the connection after an error, and the whole database after one that invalidated it.
    fn give_up(&mut self, trouble: Trouble) {
        if let Some(session) = self.session.take()
            && trouble == Trouble::Fatal
        {
            self.shared.retire(&session.lease.engine);
        }
    }

    /// Works the write-ahead log into the tables when there is a row group of new rows. The batch is committed: that this
    /// fails concerns nobody but the next one, which the engine is asked for again.
    fn checkpoint(&mut self) {
        let Some(session) = self.session.as_mut().filter(|session| session.loose >= CHECKPOINT_ROWS) else {
            return;
        };
        session.loose = 0;
        if let Err(error) = session.lease.connection.execute_batch("CHECKPOINT") {
            tracing::warn!(%error, "cannot work the write-ahead log into the store's tables");
            self.give_up(Failure::from(error).trouble());
        }
    }

    fn change(&mut self, change: Change) -> Result<u64, Error> {
        let done = self.session().and_then(|session| Ok(change(&session.lease.connection)?));
        done.map_err(|failure| {
            self.give_up(failure.trouble());
            failure.into_error()
        })
    }
}

impl Session {
    fn insert(&mut self, batch: &Batch) -> Result<(), Failed> {
        self.check(batch).map_err(Failed::Refused)?;
        let partition = batch.partition;
        let first = match self.places.get(&partition) {
            Some(place) => place.next_sequence,
            None => u64::from(partition) << SEQUENCE_BITS,
        };
        let next_sequence = first + batch.rows.len() as u64;
        let connection = &self.lease.connection;
        connection.execute_batch("BEGIN TRANSACTION")?;
        append(connection, batch, first)?;
        append_position(connection, batch, next_sequence)?;
        failpoint::hit("store.before_commit");
        connection.execute_batch("COMMIT").map_err(|error| Failed::AtCommit(error.into()))?;
        failpoint::hit("store.after_commit");
        let mark = Mark { log_id: batch.log_id, position: batch.to, epoch: batch.epoch };
        self.places.insert(partition, Place { mark, next_sequence });
        self.loose += batch.rows.len();
        Ok(())
    }

    fn check(&self, batch: &Batch) -> Result<(), InsertError> {
        let stored = self.places.get(&batch.partition).map(|place| &place.mark);
        let another = self.places.values().map(|place| place.mark.log_id).find(|id| *id != batch.log_id);
        validate::place(batch, stored, another).map_err(InsertError::Conflict)?;
        if u64::from(batch.partition) >> (u64::BITS - SEQUENCE_BITS) > 0 {
            return Err(InsertError::Conflict(format!("there is no partition {}", batch.partition)));
        }
        for (row, found) in batch.rows.iter().enumerate() {
            if let Some(why) = validate::unstorable(found, batch.partition) {
                return Err(InsertError::Rejected { row, why });
            }
        }
        Ok(())
    }
}

fn append(connection: &Connection, batch: &Batch, first: u64) -> duckdb::Result<()> {
    if !batch.rows.is_empty() {
        columns::events(batch.partition, first, &batch.rows).append(connection, "events")?;
    }
    failpoint::hit("store.mid_insert");
    if let Some(items) = columns::items(first, &batch.rows) {
        items.append(connection, "items")?;
    }
    letters::append(connection, batch.partition, &batch.rejected)?;
    if batch.counts.is_empty() {
        return Ok(());
    }
    columns::counts(batch.partition, &batch.counts).append(connection, "counts")
}

fn append_position(connection: &Connection, batch: &Batch, next_sequence: u64) -> duckdb::Result<()> {
    connection
        .prepare_cached("INSERT INTO positions VALUES ($1, $2, $3, $4, $5, $6)")?
        .execute(params![
            batch.partition,
            batch.to,
            batch.epoch,
            next_sequence,
            batch.log_id.to_string(),
            batch.state
        ])
        .map(drop)
}

/// Where every partition stands, as a reader sees it.
pub(super) fn read_marks(connection: &Connection) -> Result<BTreeMap<u32, Mark>, Failure> {
    let places = read_places(connection)?.into_iter();
    Ok(places.map(|(partition, place)| (partition, place.mark)).collect())
}

/// Where every partition stands.
fn read_places(connection: &Connection) -> Result<BTreeMap<u32, Place>, Failure> {
    let mut statement = connection.prepare(schema::NEWEST_POSITIONS)?;
    let mut rows = statement.query([])?;
    let mut places = BTreeMap::new();
    while let Some(row) = rows.next()? {
        places.insert(row.get(0)?, Place { mark: mark_of(row)?, next_sequence: row.get(3)? });
    }
    Ok(places)
}

/// The mark of a row of `NEWEST_POSITIONS`.
fn mark_of(row: &duckdb::Row<'_>) -> Result<Mark, Failure> {
    let id: String = row.get(4)?;
    let log_id = Uuid::parse_str(&id)
        .map_err(|_| Error::Failed(format!("its table of positions has the log id {id}")))?;
    Ok(Mark { log_id, position: row.get(1)?, epoch: row.get(2)? })
}

/// Where `partition` stands and the state kept there, as a reader sees it.
pub(super) fn read_mark(
    connection: &Connection,
    partition: u32,
) -> Result<(Option<Mark>, Option<String>), Failure> {
    let mut statement = connection.prepare(schema::NEWEST_POSITIONS)?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        if row.get::<_, u32>(0)? == partition {
            return Ok((Some(mark_of(row)?), row.get(5)?));
        }
    }
    Ok((None, None))
}
