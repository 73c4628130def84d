//! A thread that does the same again and again, or sooner when it is woken: reading what other processes have changed.
//! [`Followed`] is the database that it reads: its schema first, then a word when it goes away and when it is back.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use kassa_db::Db;
use tokio::runtime::Runtime;

use crate::{Error, schema};

/// How often the database is read.
const EVERY: Duration = Duration::from_secs(5);

/// Rounds follow each other after this long at the least, however often the thread is woken.
const PAUSE_LEAST: Duration = Duration::from_millis(250);

/// A database that is read in rounds.
#[derive(Debug)]
pub(crate) struct Followed {
    pub(crate) db: Db,
    /// What is read of it, as a sentence has it: `sites and keys`.
    what: &'static str,
    migrated: AtomicBool,
    failing: AtomicBool,
}

impl Followed {
    pub(crate) fn new(db: Db, what: &'static str) -> Self {
        Self { db, what, migrated: AtomicBool::new(false), failing: AtomicBool::new(false) }
    }

    /// One round of the thread: the schema if it is not there yet, then what others have changed.
    pub(crate) fn round(
        &self,
        runtime: &Runtime,
        catch_up: impl Future<Output = Result<(), kassa_db::Error>>,
    ) -> Result<(), kassa_db::Error> {
        let done = self.migrate().and_then(|()| runtime.block_on(catch_up));
        let failed_before = self.failing.swap(done.is_err(), Ordering::Relaxed);
        let what = self.what;
        match &done {
            Err(error) if !failed_before => {
                tracing::error!(%error, "cannot read {what}; going on with what is known");
            }
            Ok(()) if failed_before => tracing::info!("{what} are read again"),
            _ => (),
        }
        done
    }

    fn migrate(&self) -> Result<(), kassa_db::Error> {
        if !self.migrated.load(Ordering::Relaxed) {
            self.db.migrate(schema::MIGRATIONS)?;
            self.migrated.store(true, Ordering::Relaxed);
        }
        Ok(())
    }
}

/// The running thread; dropping it ends the thread after the round in hand.
#[derive(Debug)]
pub(crate) struct Poller {
    waker: Option<Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Poller {
    /// Starts a thread that follows a database. Should it not answer now, it is tried again.
    ///
    /// # Errors
    /// The database is not for this program, or there is no thread to be had.
    pub(crate) fn follow(
        name: &str,
        round: impl FnMut(&Runtime) -> Result<(), kassa_db::Error> + Send + 'static,
    ) -> Result<Self, Error> {
        match Self::start(name, EVERY, round).map_err(Error::Thread)? {
            (_, Err(invalid @ kassa_db::Error::Invalid(_))) => Err(Error::Database(invalid)),
            (poller, _) => Ok(poller),
        }
    }

    /// Starts a thread called `name` that does `round` now and then every `every`. Returns after the first round, with
    /// what it returned.
    pub(crate) fn start<T: Send + 'static>(
        name: &str,
        every: Duration,
        mut round: impl FnMut(&Runtime) -> T + Send + 'static,
    ) -> std::io::Result<(Self, T)> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        let (waker, woken) = channel();
        let (first, begun) = channel();
        let thread = std::thread::Builder::new().name(name.to_owned()).spawn(move || {
            // The starter waits for it; should it have gone away, there is still the work to do.
            let _ = first.send(round(&runtime));
            run(&woken, every, || {
                round(&runtime);
            });
        })?;
        let done = begun.recv().map_err(|_| std::io::Error::other("the first round panicked"))?;
        Ok((Self { waker: Some(waker), thread: Some(thread) }, done))
    }

    /// Asks for a round soon.
    pub(crate) fn wake(&self) {
        if let Some(waker) = &self.waker {
            // The thread ends only after this sender is dropped.
            let _ = waker.send(());
        }
    }
}

impl Drop for Poller {
    fn drop(&mut self) {
        self.waker.take();
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

fn run(woken: &Receiver<()>, every: Duration, mut round: impl FnMut()) {
    loop {
        let ended = Instant::now();
        match woken.recv_timeout(every) {
            Ok(()) => {
                std::thread::sleep(PAUSE_LEAST.saturating_sub(ended.elapsed()));
                // One round serves all that have asked by now.
                while woken.try_recv().is_ok() {}
            }
            Err(RecvTimeoutError::Timeout) => (),
            Err(RecvTimeoutError::Disconnected) => return,
        }
        round();
    }
}
