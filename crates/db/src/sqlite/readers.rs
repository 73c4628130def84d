//! Threads that read.

use std::time::Instant;

use rusqlite::Connection;

use super::durable::User;
use super::failure::{explain, on_file};
use super::statement::{Session, end};
use crate::job::{Boxed, Ran};
use crate::queue::Served;
use crate::queues::Queues;
use crate::{Tx, job};

/// Runs reads until the queue is closed and empty.
pub(super) fn serve_reads(connection: &Connection, queues: &Queues, user: &User) {
    let _served = Served(&queues.reads);
    let mut session = Session::new(connection, queues.options.statements_max);
    while let Some(first) = queues.reads.next() {
        // Whoever asked before the snapshot is taken may share it; whoever asks later may know of later commits.
        let mark = queues.reads.mark();
        if let Err(error) = session.command("BEGIN DEFERRED") {
            job::refuse(first, on_file(connection, explain(&error)));
            continue;
        }
        let began = Instant::now();
        let mut next = Some(first);
        while let Some(job) = next {
            queues.counters.lock().reads += 1;
            read(&mut session, job, user);
            let room = began.elapsed() < queues.options.group_time && !connection.is_autocommit();
            next = if room { queues.reads.next_before(mark) } else { None };
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
