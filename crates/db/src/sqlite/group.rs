//! Group commit: the operations that wait share one transaction, one COMMIT and one fsync, each in a savepoint of its own.
//!
//! Nobody is answered before the COMMIT, not even who is refused: the refusal may rest on what an operation before it did.
//! FULL, IOERR and NOMEM may roll the whole group back; then each of its operations is run again in a group of its own,
//! and fails if it fails there.

use std::time::{Duration, Instant};

use kassa_model::failpoint;
use rusqlite::{Connection, ErrorCode};

use super::log::Log;
use super::statement::Session;
use super::{end, explain, said};
use crate::db::Shared;
use crate::job::{Boxed, Ran, answer_all, refuse};
use crate::queue::Served;
use crate::stats::add;
use crate::{Error, Tx};

/// A group of so many shows a crowd: its callers will soon be back, and the next group waits for them a little, for every
/// commit costs an fsync. A few callers never wait.
const CROWD: usize = 6;
/// How long a group waits for a crowd at most, and how often it looks.
const GATHER_TIME: Duration = Duration::from_micros(400);
const GATHER_LOOK: Duration = Duration::from_micros(100);

/// The operations of a transaction.
struct Group<'a, 'c> {
    session: &'a mut Session<'c>,
    shared: &'a Shared,
    jobs: Vec<Boxed>,
    /// How many of the jobs are to stay; the others are undone already.
    kept: usize,
}

/// Runs writes until the queue is closed and empty.
pub(super) fn serve(connection: &Connection, shared: &Shared) {
    let _served = Served(&shared.writes);
    let mut session = Session::new(connection, shared.options.statements_max);
    let mut log = Log::default();
    let mut crowd = 0;
    while let Some(first) = shared.writes.next() {
        let End { size, lost } = run(&mut session, shared, first, Some(crowd));
        crowd = size;
        for job in lost {
            add(&shared.counters.reruns, 1);
            run(&mut session, shared, job, None);
        }
        log.look_after(connection, shared.options.busy_timeout);
    }
}

/// How a group ended.
#[derive(Default)]
struct End {
    /// How many operations were in it.
    size: usize,
    /// Those that are to be run again, each alone.
    lost: Vec<Boxed>,
}

/// Runs a group that `first` begins and whoever waits joins, if the size of the `crowd` before it is given; alone otherwise.
fn run(session: &mut Session<'_>, shared: &Shared, first: Boxed, crowd: Option<usize>) -> End {
    if let Err(error) = session.command("BEGIN IMMEDIATE") {
        add(&shared.counters.failures, 1);
        end(session.connection());
        refuse(first, explain(&error));
        return End::default();
    }
    let began = Instant::now();
    let mut group = Group { session, shared, jobs: Vec::new(), kept: 0 };
    let mut next = Some(first);
    while let Some(job) = next {
        if let Err(error) = group.join(job) {
            return End { size: 1, lost: group.lost(error) };
        }
        next = crowd.and_then(|crowd| group.another(began, crowd));
    }
    let size = group.jobs.len();
    group.commit();
    End { size, lost: Vec::new() }
}

impl Group<'_, '_> {
    /// The next operation that waits or, while the crowd is not complete, soon comes.
    fn another(&self, began: Instant, crowd: usize) -> Option<Boxed> {
        let Shared { writes, options, .. } = self.shared;
        if self.jobs.len() >= options.group_max || began.elapsed() >= options.group_time {
            return None;
        }
        loop {
            let next = writes.next_now();
            let complete = crowd < CROWD || self.jobs.len() >= crowd;
            if next.is_some() || complete || began.elapsed() >= GATHER_TIME {
                return next;
            }
            std::thread::sleep(GATHER_LOOK);
        }
    }

    /// Runs an operation in a savepoint. An error says that the transaction is gone, and everybody's effects with it.
    fn join(&mut self, mut job: Boxed) -> Result<(), Error> {
        let ran = self.attempt(&mut job);
        self.jobs.push(job);
        self.kept += usize::from(ran?);
        if self.session.connection().is_autocommit() {
            return Err(Error::Unavailable("the transaction was rolled back".to_owned()));
        }
        Ok(())
    }

    /// Whether the operation's effects stay.
    fn attempt(&mut self, job: &mut Boxed) -> Result<bool, Error> {
        self.control("SAVEPOINT op")?;
        let mut tx = Tx::new(self.session);
        let ran = job.run(&mut tx);
        let (spoilt, doom) = tx.into_faults();
        if let Some(doom) = doom {
            return Err(doom.error().clone());
        }
        let counters = &self.shared.counters;
        let error = match ran {
            Ran::Kept if spoilt.is_none() => {
                self.control("RELEASE op")?;
                return Ok(true);
            }
            Ran::Kept => spoilt,
            Ran::Refused => None,
            Ran::Panicked(error) => Some(error),
        };
        add(if error.is_some() { &counters.failures } else { &counters.refusals }, 1);
        if let Some(error) = error {
            job.fail(error);
        }
        self.control("ROLLBACK TO op")?;
        self.control("RELEASE op")?;
        Ok(false)
    }

    fn control(&mut self, sql: &'static str) -> Result<(), Error> {
        self.session.command(sql).map_err(|error| explain(&error))
    }

    /// The transaction is gone. Who was alone in it fails; a group's members are returned, to be run each alone.
    fn lost(mut self, error: Error) -> Vec<Boxed> {
        end(self.session.connection());
        if self.jobs.len() > 1 {
            return self.jobs;
        }
        self.fail(&error);
        Vec::new()
    }

    fn fail(&mut self, error: &Error) {
        add(&self.shared.counters.failures, self.jobs.len());
        for job in &mut self.jobs {
            job.fail(error.clone());
        }
        answer_all(&mut self.jobs);
    }

    fn commit(mut self) {
        failpoint::hit("db.before_commit");
        let committed = self.session.command("COMMIT");
        if let Err(error) = committed {
            end(self.session.connection());
            return self.fail(&uncommitted(&error));
        }
        failpoint::hit("db.after_commit");
        if self.kept > 0 {
            self.shared.counters.committed(self.kept);
        }
        answer_all(&mut self.jobs);
    }
}

/// A COMMIT that failed. If the file could not be written or synced, its frames may be there all the same and a crash
/// before the next commit would find them: nobody knows.
fn uncommitted(error: &rusqlite::Error) -> Error {
    match error.sqlite_error_code() {
        Some(ErrorCode::SystemIoFailure | ErrorCode::OutOfMemory) => Error::Unknown(said(error)),
        _ => explain(error),
    }
}
