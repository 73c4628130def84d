//! A thread with a connection: takes an operation, runs it in a transaction, again if need be, and answers.

use std::time::Duration;

use kassa_model::failpoint;

use super::connect::{Kind, Server};
use super::failure::{explain, failure, is_fatal, is_to_run_again, said};
use super::session::Session;
use crate::job::{Boxed, Ran};
use crate::queue::Served;
use crate::queues::Queues;
use crate::tx::{Doom, Failure};
use crate::{Error, Tx};

/// How often an operation is run before it is given up.
const RUNS_MAX: u32 = 16;

/// A thread's work.
pub(super) struct Worker<'a> {
    kind: Kind,
    server: &'a Server,
    queues: &'a Queues,
    session: Option<Session>,
    random: u64,
}

/// How a run ended.
enum End {
    /// The caller is told what the operation said.
    Told,
    /// The caller is told this.
    Failed(Error),
    /// Nothing was done, and another run may fare better. The connection, if it is lost, is gone.
    Again(Error),
}

impl<'a> Worker<'a> {
    pub(super) fn new(kind: Kind, server: &'a Server, queues: &'a Queues) -> Self {
        let random = std::ptr::from_ref(queues).addr() as u64 ^ u64::from(std::process::id());
        Self { kind, server, queues, session: None, random }
    }

    /// Connects, unless it is connected.
    pub(super) fn reach(&mut self) -> Result<(), Error> {
        self.session().map(|_| ())
    }

    /// Runs operations until the queue is closed and empty.
    pub(super) fn serve(mut self) {
        let queue = match self.kind {
            Kind::Writer | Kind::Refuser => &self.queues.writes,
            Kind::Reader => &self.queues.reads,
        };
        let _served = Served(queue);
        while let Some(mut job) = queue.next() {
            if self.kind == Kind::Reader {
                self.queues.counters.lock().reads += 1;
            }
            if let Err(error) = self.run(&mut job) {
                self.queues.counters.lock().failures += 1;
                job.fail(error);
            }
            job.answer();
        }
    }

    /// Runs an operation until it is decided. An error replaces what the operation said.
    fn run(&mut self, job: &mut Boxed) -> Result<(), Error> {
        let mut last = Error::Busy("it was never run".to_owned());
        for run in 0..RUNS_MAX {
            if run > 0 {
                self.queues.counters.lock().reruns += 1;
                self.pause(run);
            }
            match self.attempt(job)? {
                End::Told => return Ok(()),
                End::Failed(error) => return Err(error),
                End::Again(error) => last = error,
            }
            if self.session.as_ref().is_some_and(Session::is_closed) {
                self.session = None;
            }
        }
        Err(last)
    }

    fn attempt(&mut self, job: &mut Boxed) -> Result<End, Error> {
        let begin = match self.kind {
            Kind::Writer => "BEGIN",
            Kind::Reader | Kind::Refuser => "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY",
        };
        let session = self.session()?;
        if let Err(error) = session.command(begin) {
            return Ok(self.broken(&error));
        }
        let mut tx = Tx::new(session);
        let ran = job.run(&mut tx);
        let (spoilt, doom) = tx.into_faults();
        match (ran, doom) {
            (_, Some(Doom::Gone(error))) => {
                self.session = None;
                Ok(End::Again(error))
            }
            (_, Some(Doom::Again(error))) => {
                // A plan gone stale is prepared anew in a new session.
                let stale = matches!(&error, Error::Busy(text) if text.contains("cached plan"));
                self.undo(stale);
                Ok(End::Again(error))
            }
            (Ran::Panicked(error), None) => {
                self.undo(false);
                Ok(End::Failed(error))
            }
            (Ran::Refused, None) => {
                self.undo(false);
                self.queues.counters.lock().refusals += 1;
                Ok(End::Told)
            }
            (Ran::Kept, None) => match spoilt {
                Some(error) => {
                    self.undo(false);
                    Ok(End::Failed(error))
                }
                None => self.commit(),
            },
        }
    }

    fn session(&mut self) -> Result<&mut Session, Error> {
        if self.session.is_none() {
            self.session = Some(self.server.connect(self.kind)?);
        }
        self.session.as_mut().ok_or_else(|| Error::Unavailable("there is no connection".to_owned()))
    }

    /// BEGIN failed: nothing was done.
    fn broken(&mut self, error: &postgres::Error) -> End {
        self.session = None;
        match failure(error) {
            Failure::Doomed(doom) => End::Again(doom.error().clone()),
            Failure::Spoilt(error) => End::Failed(error),
        }
    }

    /// Rolls back; a connection that cannot is of no further use, and the server rolls back when it goes.
    fn undo(&mut self, discard: bool) {
        let rolled_back = self.session.as_mut().is_some_and(|session| session.command("ROLLBACK").is_ok());
        if discard || !rolled_back {
            self.session = None;
        }
    }

    fn commit(&mut self) -> Result<End, Error> {
        if self.kind != Kind::Writer {
            self.undo(false);
            return Ok(End::Told);
        }
        failpoint::hit("db.before_commit");
        let outcome = self.session()?.command("COMMIT");
        let Err(error) = outcome else {
            failpoint::hit("db.after_commit");
            self.queues.counters.lock().committed(1);
            return Ok(End::Told);
        };
        // An answer of the server that does not end the connection says that it rolled back. Anything else says nothing:
        // the connection may have gone before the commit or after it.
        match error.as_db_error() {
            Some(cause) if is_to_run_again(cause) => {
                self.undo(false);
                Ok(End::Again(explain(&error)))
            }
            Some(cause) if !is_fatal(cause) => {
                self.undo(false);
                Ok(End::Failed(explain(&error)))
            }
            _ => {
                self.session = None;
                self.queues.counters.lock().unknowns += 1;
                Ok(End::Failed(Error::Unknown(said(&error))))
            }
        }
    }

    /// Waits longer from run to run, and never as long as the others.
    fn pause(&mut self, run: u32) {
        self.random ^= self.random << 13;
        self.random ^= self.random >> 7;
        self.random ^= self.random << 17;
        let longest = 1000 << run.min(6);
        std::thread::sleep(Duration::from_micros(self.random % longest));
    }
}
