//! Group commit: the operations that wait share one transaction, one COMMIT and one sync.
//!
//! A group stays open while the one before it is synced, and is committed as soon as the disk is free: many callers make
//! large groups, and a single one never waits. Nobody is answered before that, not even who is refused: the refusal may
//! rest on what an operation before it did.
//!
//! An operation that returns an error must leave nothing behind. A savepoint around each would do, but for it SQLite copies
//! every page that is changed. So a group first runs without: an error of an operation that
//! has changed nothing yet needs no undoing, and for one that has, the group is rolled back and run again with savepoints,
//! as are the next [`CAREFUL`] groups. FULL, IOERR and NOMEM may roll the whole group back too; then each of its operations
//! is run again in a group of its own, and fails if it fails there.

use std::time::{Duration, Instant};

use kassa_model::failpoint;
use rusqlite::{Connection, ErrorCode};

use super::durable::User;
use super::failure::{explain, on_file, said};
use super::log::Log;
use super::statement::{Session, end};
use crate::job::{Boxed, Ran, answer_all, refuse};
use crate::queue::Served;
use crate::queues::Queues;
use crate::{Error, Tx};

/// How often an open group looks for more while it waits for the disk.
const LOOK: Duration = Duration::from_micros(100);

/// So many groups use savepoints after one that would have needed them: whoever sends what is refused late does not make
/// everybody's work twice as long.
const CAREFUL: u32 = 64;

/// How an operation of a group is undone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Undo {
    /// By rolling back all of them.
    Together,
    /// By the savepoint that each has.
    Each,
}

/// Who is to be run again.
#[derive(Default)]
enum Again {
    #[default]
    Nobody,
    /// These, each alone: the transaction was lost with them.
    Alone(Vec<Boxed>),
    /// These, together, with savepoints: one of them has to be undone.
    Carefully(Vec<Boxed>),
}

/// Why a group cannot go on.
enum Stop {
    /// The transaction is gone, and everybody's effects with it.
    Gone(Error),
    /// The last operation has left something that has to go.
    Undo,
}

/// The operations of a transaction.
struct Group<'a, 'c> {
    session: &'a mut Session<'c>,
    queues: &'a Queues,
    user: &'a User,
    undo: Undo,
    jobs: Vec<Boxed>,
    /// How many of the jobs are to stay; the others have left nothing, because they were refused or failed.
    kept: u64,
    refused: u64,
    failed: u64,
}

/// Runs writes until the queue is closed and empty.
pub(super) fn serve(connection: &Connection, queues: &Queues, user: &User, log: &mut Log) {
    let _served = Served(&queues.writes);
    let mut writer =
        Writer { session: Session::new(connection, queues.options.statements_max), queues, user };
    let mut careful = 0_u32;
    while let Some(first) = queues.writes.next() {
        if let Some(error) = user.broken() {
            queues.counters.lock().failures += 1;
            refuse(first, error);
            continue;
        }
        let undo = if careful > 0 { Undo::Each } else { Undo::Together };
        careful = careful.saturating_sub(1);
        let again = match writer.run(vec![first], undo, Company::WhoeverWaits) {
            Again::Carefully(jobs) => {
                careful = CAREFUL;
                queues.counters.lock().reruns += jobs.len() as u64;
                writer.run(jobs, Undo::Each, Company::Nobody)
            }
            other => other,
        };
        if let Again::Alone(jobs) = again {
            for job in jobs {
                queues.counters.lock().reruns += 1;
                writer.run(vec![job], Undo::Each, Company::Nobody);
            }
        }
        log.look_after(connection, queues.options.busy_timeout);
    }
}

/// Who may join a group.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Company {
    Nobody,
    WhoeverWaits,
}

struct Writer<'a, 'c> {
    session: Session<'c>,
    queues: &'a Queues,
    user: &'a User,
}

impl Writer<'_, '_> {
    /// Runs a group of `jobs` and of its company; says who is to be run again.
    fn run(&mut self, jobs: Vec<Boxed>, undo: Undo, company: Company) -> Again {
        let Self { session, queues, user } = self;
        if let Err(error) = session.command("BEGIN IMMEDIATE") {
            queues.counters.lock().failures += jobs.len() as u64;
            end(session.connection());
            let error = on_file(session.connection(), explain(&error));
            jobs.into_iter().for_each(|job| refuse(job, error.clone()));
            return Again::Nobody;
        }
        let began = Instant::now();
        let mut group =
            Group { session, queues, user, undo, jobs: Vec::new(), kept: 0, refused: 0, failed: 0 };
        let mut first = jobs.into_iter();
        let another = |group: &Group<'_, '_>| match company {
            Company::Nobody => None,
            Company::WhoeverWaits => group.another(began),
        };
        while let Some(job) = first.next().or_else(|| another(&group)) {
            if let Err(stop) = group.join(job) {
                return group.stopped(stop, first.collect());
            }
        }
        group.commit();
        Again::Nobody
    }
}

impl Group<'_, '_> {
    /// The next operation that waits or, until the group before is durable, comes.
    fn another(&self, began: Instant) -> Option<Boxed> {
        let Queues { writes, options, .. } = self.queues;
        if self.jobs.len() >= options.group_max || began.elapsed() >= options.group_time {
            return None;
        }
        loop {
            let next = writes.next_now();
            if next.is_some() || !self.user.is_syncing() || began.elapsed() >= options.group_time {
                return next;
            }
            std::thread::sleep(LOOK);
        }
    }

    /// Runs an operation.
    fn join(&mut self, mut job: Boxed) -> Result<(), Stop> {
        let ran = self.attempt(&mut job);
        self.jobs.push(job);
        self.kept += u64::from(ran?);
        if self.session.connection().is_autocommit() {
            return Err(Stop::Gone(Error::Unavailable("the transaction was rolled back".to_owned())));
        }
        Ok(())
    }

    /// Whether the operation's effects stay.
    fn attempt(&mut self, job: &mut Boxed) -> Result<bool, Stop> {
        if self.undo == Undo::Each {
            self.control("SAVEPOINT op")?;
        }
        let before = self.session.changes();
        let mut tx = Tx::new(self.session);
        let ran = job.run(&mut tx);
        let (spoilt, doom) = tx.into_faults();
        if let Some(doom) = doom {
            return Err(Stop::Gone(doom.error().clone()));
        }
        let error = match ran {
            Ran::Kept if spoilt.is_none() => {
                if self.undo == Undo::Each {
                    self.control("RELEASE op")?;
                }
                return Ok(true);
            }
            Ran::Kept => spoilt,
            Ran::Refused => None,
            Ran::Panicked(error) => Some(error),
        };
        let has_changed = self.session.changes() != before;
        if has_changed && self.undo == Undo::Together && !self.jobs.is_empty() {
            return Err(Stop::Undo);
        }
        match error {
            Some(error) => {
                self.failed += 1;
                job.fail(error);
            }
            None => self.refused += 1,
        }
        match self.undo {
            Undo::Each => {
                self.control("ROLLBACK TO op")?;
                self.control("RELEASE op")?;
            }
            // It is the first: what it did is all there is.
            Undo::Together if has_changed => {
                self.control("ROLLBACK")?;
                self.control("BEGIN IMMEDIATE")?;
            }
            Undo::Together => {}
        }
        Ok(false)
    }

    fn control(&mut self, sql: &'static str) -> Result<(), Stop> {
        let connection = self.session.connection();
        self.session.command(sql).map_err(|error| Stop::Gone(on_file(connection, explain(&error))))
    }

    /// Rolls back, and says who is to be run again: all, with those that `waited` still. Who was alone in a transaction
    /// that is gone has failed.
    fn stopped(mut self, stop: Stop, waited: Vec<Boxed>) -> Again {
        end(self.session.connection());
        match stop {
            Stop::Gone(error) if self.jobs.len() + waited.len() == 1 => {
                self.fail(&error);
                Again::Nobody
            }
            Stop::Gone(_) => {
                self.jobs.extend(waited);
                Again::Alone(self.jobs)
            }
            Stop::Undo => {
                self.jobs.extend(waited);
                Again::Carefully(self.jobs)
            }
        }
    }

    fn fail(&mut self, error: &Error) {
        self.queues.counters.lock().failures += self.jobs.len() as u64;
        for job in &mut self.jobs {
            job.fail(error.clone());
        }
        answer_all(&mut self.jobs);
    }

    fn commit(mut self) {
        failpoint::hit("db.before_commit");
        self.user.begin();
        match self.session.command("COMMIT") {
            Ok(()) => self.count(),
            Err(error) => {
                end(self.session.connection());
                let error = on_file(self.session.connection(), uncommitted(&error));
                self.queues.counters.lock().failures += self.jobs.len() as u64;
                self.jobs.iter_mut().for_each(|job| job.fail(error.clone()));
            }
        }
        self.user.committed(self.jobs);
    }

    fn count(&self) {
        let mut counters = self.queues.counters.lock();
        counters.refusals += self.refused;
        counters.failures += self.failed;
        if self.kept > 0 {
            counters.committed(self.kept);
        }
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
