//! PostgreSQL: so many writers and readers, each a thread with a connection of its own.
//!
//! The driver brings a runtime of its own, so it is called from plain threads only.

mod connect;
mod session;
mod worker;

use std::sync::Arc;
use std::sync::mpsc;
use std::thread::JoinHandle;

use postgres::error::{DbError, SqlState};

use crate::Error;
use crate::db::{Away, Purpose, Shared};
use crate::tx::{Doom, Failure};
use connect::Server;
use worker::{Kind, Worker};

pub(crate) use session::{int, text};

/// Whether `url` can be one of a server.
pub(crate) fn check_url(url: &str) -> Result<(), Error> {
    connect::parse(url).map(|_| ())
}

/// Reaches the server at `url`, now or later, and starts the threads.
pub(crate) fn start(
    url: &str,
    shared: &Arc<Shared>,
    (away, purpose): (Away, Purpose),
) -> Result<Vec<JoinHandle<()>>, Error> {
    let server = Arc::new(Server::new(url, &shared.options)?);
    let mut threads = Vec::new();
    let (report, reached) = mpsc::channel();
    // Whoever only looks has no connection that could write: what is to be written is refused by readers.
    let writes = if purpose == Purpose::Reading { Kind::Refuser } else { Kind::Writer };
    for number in 0..shared.options.writers.max(1) {
        let report = (number == 0).then(|| report.clone());
        threads.push(spawn(writes, &server, shared, report)?);
        if purpose == Purpose::Reading {
            break;
        }
    }
    for _ in 0..shared.options.readers.max(1) {
        threads.push(spawn(Kind::Reader, &server, shared, None)?);
    }
    drop(report);
    let outcome = match reached.recv() {
        Ok(Err(Error::Unavailable(_))) if away == Away::Awaited => Ok(()),
        Ok(outcome) => outcome,
        Err(_) => Err(Error::Unavailable("a thread died".to_owned())),
    };
    if outcome.is_err() {
        shared.writes.close();
        shared.reads.close();
    }
    outcome.map(|()| threads)
}

fn spawn(
    kind: Kind,
    server: &Arc<Server>,
    shared: &Arc<Shared>,
    report: Option<mpsc::Sender<Result<(), Error>>>,
) -> Result<JoinHandle<()>, Error> {
    let (server, shared) = (Arc::clone(server), Arc::clone(shared));
    let name = match kind {
        Kind::Writer | Kind::Refuser => "kassa-db-write",
        Kind::Reader => "kassa-db-read",
    };
    let thread = std::thread::Builder::new().name(name.to_owned());
    let thread = thread.spawn(move || {
        let mut worker = Worker::new(kind, &server, &shared);
        if let Some(report) = report {
            // Nobody listening means that opening failed for another reason.
            let _ = report.send(worker.reach());
        }
        worker.serve();
    });
    thread.map_err(|error| Error::Unavailable(format!("cannot start a thread: {error}")))
}

/// What a failed statement means for its transaction.
fn failure(error: &postgres::Error) -> Failure {
    let explained = explain(error);
    let Some(cause) = error.as_db_error() else {
        return Failure::Doomed(Doom::Gone(explained));
    };
    if is_fatal(cause) {
        Failure::Doomed(Doom::Gone(explained))
    } else if is_to_run_again(cause) {
        Failure::Doomed(Doom::Again(explained))
    } else {
        Failure::Spoilt(explained)
    }
}

/// The server ended the connection.
fn is_fatal(cause: &DbError) -> bool {
    let code = cause.code();
    matches!(cause.severity(), "FATAL" | "PANIC")
        || code.code().starts_with("08")
        || [SqlState::ADMIN_SHUTDOWN, SqlState::CRASH_SHUTDOWN, SqlState::CANNOT_CONNECT_NOW].contains(code)
}

/// Somebody else was faster; or the schema changed under a prepared statement, which goes with its session.
fn is_to_run_again(cause: &DbError) -> bool {
    let code = cause.code();
    [SqlState::T_R_SERIALIZATION_FAILURE, SqlState::T_R_DEADLOCK_DETECTED].contains(code)
        || is_stale_plan(cause)
}

fn is_stale_plan(cause: &DbError) -> bool {
    *cause.code() == SqlState::FEATURE_NOT_SUPPORTED && cause.message().contains("cached plan")
}

fn explain(error: &postgres::Error) -> Error {
    let Some(cause) = error.as_db_error() else {
        return Error::Unavailable(said(error));
    };
    let text = said(error);
    let code = cause.code();
    if *code == SqlState::LOCK_NOT_AVAILABLE {
        Error::LockTimeout(text)
    } else if *code == SqlState::QUERY_CANCELED || is_to_run_again(cause) {
        Error::Busy(text)
    } else if is_fatal(cause) || code.code().starts_with("53") || code.code().starts_with("58") {
        Error::Unavailable(text)
    } else {
        Error::Statement(text)
    }
}

/// What the server or the driver says, on one line.
fn said(error: &postgres::Error) -> String {
    if let Some(cause) = error.as_db_error() {
        let detail = cause.detail().map(|detail| format!(": {detail}")).unwrap_or_default();
        return format!("{}{detail} (SQLSTATE {})", cause.message(), cause.code().code());
    }
    match std::error::Error::source(error) {
        Some(cause) => format!("{error}: {cause}"),
        None => error.to_string(),
    }
}
