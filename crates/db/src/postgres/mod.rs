//! PostgreSQL: so many writers and readers, each a thread with a connection of its own.
//!
//! The driver brings a runtime of its own, so it is called from plain threads only.

mod connect;
mod copy;
mod failure;
mod session;
mod worker;

use std::sync::{Arc, mpsc};
use std::thread::JoinHandle;

use super::options::{Away, Purpose};
use crate::Error;
use crate::queues::{Queues, spawn};
use connect::{Kind, Server};
pub use copy::copy_out;
use worker::Worker;

/// Whether `url` can be one of a server.
pub(crate) fn check_url(url: &str) -> Result<(), Error> {
    connect::parse(url).map(|_| ())
}

/// Reaches the server at `url`, now or later, and starts the threads.
pub(crate) fn start(
    url: &str,
    queues: &Arc<Queues>,
    away: Away,
    purpose: Purpose,
) -> Result<Vec<JoinHandle<()>>, Error> {
    let server = Arc::new(Server::new(url, &queues.options)?);
    let mut threads = Vec::new();
    let (report, reached) = mpsc::channel();
    // Whoever only looks has no connection that could write: what is to be written is refused by readers.
    let writes = if purpose == Purpose::Reading { Kind::Refuser } else { Kind::Writer };
    for number in 0..queues.options.writers.max(1) {
        let report = (number == 0).then(|| report.clone());
        threads.push(start_worker(writes, &server, queues, report)?);
        if purpose == Purpose::Reading {
            break;
        }
    }
    for _ in 0..queues.options.readers.max(1) {
        threads.push(start_worker(Kind::Reader, &server, queues, None)?);
    }
    drop(report);
    let outcome = match reached.recv() {
        Ok(Err(Error::Unavailable(_))) if away == Away::Awaited => Ok(()),
        Ok(outcome) => outcome,
        Err(_) => Err(Error::Unavailable("a thread died".to_owned())),
    };
    if outcome.is_err() {
        queues.writes.close();
        queues.reads.close();
    }
    outcome.map(|()| threads)
}

fn start_worker(
    kind: Kind,
    server: &Arc<Server>,
    queues: &Arc<Queues>,
    report: Option<mpsc::Sender<Result<(), Error>>>,
) -> Result<JoinHandle<()>, Error> {
    let server = Arc::clone(server);
    let name = match kind {
        Kind::Writer | Kind::Refuser => "kassa-db-write",
        Kind::Reader => "kassa-db-read",
    };
    spawn(name, queues, move |queues| {
        let mut worker = Worker::new(kind, &server, queues);
        if let Some(report) = report {
            // Nobody listening means that opening failed for another reason.
            let _ = report.send(worker.reach());
        }
        worker.serve();
    })
}
