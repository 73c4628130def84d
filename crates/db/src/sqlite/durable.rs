//! Durability: commits go to the write-ahead log without a sync, and a thread of its own syncs the log and answers.
//!
//! SQLite runs with `synchronous = NORMAL`: a COMMIT appends to the log, in order and with checksums, and a checkpoint
//! still syncs before it relies on what it reads. Whoever waits for a commit is answered once a sync that began after it
//! has ended; so while one group is synced the next is already under way. Nothing that is not durable is shown either:
//! a read is answered once every commit that it may have seen is synced, for the relay must not publish an order that a
//! power cut can take back.
//!
//! A sync that fails leaves unknown what is on the disk, and a later one that succeeds does not tell (the kernel forgets
//! what it could not write). From then on every operation fails until the process is started anew, as PostgreSQL does it.

use std::collections::VecDeque;
use std::fs::File;
use std::io;
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};

use kassa_model::failpoint;

use crate::Error;
use crate::job::{Boxed, answer_all};

/// Makes durable what is in the log.
pub(super) type Sync = Arc<dyn Fn() -> io::Result<()> + Send + std::marker::Sync>;

/// What the writer, the readers and the syncing thread share. Commits are counted from 1.
pub(super) struct Durability {
    state: Mutex<State>,
    changed: Condvar,
    /// Commits that were begun; any that a reader can see is among them.
    begun: AtomicU64,
    /// Commits that a sync has covered.
    synced: AtomicU64,
}

#[derive(Default)]
struct State {
    /// Commits that are in the log.
    written: u64,
    /// Who waits, and for which commit, in this order.
    waiting: VecDeque<Waiting>,
    /// Threads that may still commit or read.
    users: usize,
    broken: Option<Error>,
}

struct Waiting {
    commit: u64,
    jobs: Vec<Boxed>,
    /// What they hear if it cannot be synced.
    otherwise: fn(String) -> Error,
}

/// A thread that commits or reads; the syncing thread ends after the last.
pub(super) struct User(Arc<Durability>);

impl Durability {
    pub(super) fn new() -> Arc<Self> {
        Arc::new(Self {
            state: Mutex::default(),
            changed: Condvar::new(),
            begun: AtomicU64::new(0),
            synced: AtomicU64::new(0),
        })
    }

    /// One more thread that commits or reads.
    pub(super) fn user(self: &Arc<Self>) -> User {
        self.state().users += 1;
        User(Arc::clone(self))
    }

    /// Syncs whenever something was committed, and answers who waited for it, until no user is left.
    pub(super) fn serve(&self, sync: &Sync) {
        let _served = Served(self);
        while let Some(target) = self.next() {
            let outcome = sync();
            if outcome.is_ok() {
                failpoint::hit("db.after_commit");
            }
            let mut state = self.state();
            if let Err(error) = outcome {
                tracing::error!(%error, "cannot sync the write-ahead log: nothing is written until a restart");
                drop(state);
                return self.give_up(&error.to_string());
            }
            self.synced.store(target, Ordering::SeqCst);
            let ready = state.waiting.iter().take_while(|waiting| waiting.commit <= target).count();
            let ready: Vec<_> = state.waiting.drain(..ready).collect();
            drop(state);
            let mut jobs: Vec<Boxed> = ready.into_iter().flat_map(|waiting| waiting.jobs).collect();
            answer_all(&mut jobs);
        }
    }

    /// The last commit that is to be synced next; `None` when there will be no more.
    fn next(&self) -> Option<u64> {
        let mut state = self.state();
        loop {
            if state.written > self.synced.load(Ordering::SeqCst) {
                return Some(state.written);
            }
            if state.users == 0 {
                return None;
            }
            state = self.changed.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
    }

    /// Fails who waits and everybody who comes.
    fn give_up(&self, why: &str) {
        let mut state = self.state();
        let error = Error::Unavailable(format!("the log could not be synced: {why}; start kassa again"));
        state.broken.get_or_insert(error);
        let waiting = std::mem::take(&mut state.waiting);
        drop(state);
        for Waiting { mut jobs, otherwise, .. } in waiting {
            for job in &mut jobs {
                job.fail(otherwise(format!("the log could not be synced: {why}")));
            }
            answer_all(&mut jobs);
        }
    }

    // Nothing that can panic runs under the lock.
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl User {
    /// Why nothing can be written any more.
    pub(super) fn broken(&self) -> Option<Error> {
        self.0.state().broken.clone()
    }

    /// To be called before a COMMIT.
    pub(super) fn begin(&self) {
        self.0.begun.fetch_add(1, Ordering::SeqCst);
    }

    /// To be called after a COMMIT, whatever came of it: `jobs` are answered once it is durable, and all before it.
    pub(super) fn committed(&self, jobs: Vec<Boxed>) {
        let commit = self.0.begun.load(Ordering::SeqCst);
        self.0.state().written = commit;
        self.wait(Waiting { commit, jobs, otherwise: Error::Unknown });
        self.0.changed.notify_all();
    }

    /// Answers a read once all that it may have seen is durable.
    pub(super) fn answer(&self, job: Boxed) {
        let commit = self.0.begun.load(Ordering::SeqCst);
        if self.0.synced.load(Ordering::SeqCst) >= commit {
            return job.answer();
        }
        self.wait(Waiting { commit, jobs: vec![job], otherwise: Error::Unavailable });
    }

    /// Whether something committed is not durable yet.
    pub(super) fn is_syncing(&self) -> bool {
        self.0.synced.load(Ordering::SeqCst) < self.0.begun.load(Ordering::SeqCst)
    }

    fn wait(&self, mut waiting: Waiting) {
        let mut state = self.0.state();
        if let Some(broken) = state.broken.clone() {
            drop(state);
            // What was committed meanwhile is in the log all the same, and may be on the disk: nobody knows.
            for job in &mut waiting.jobs {
                job.fail((waiting.otherwise)(broken.to_string()));
            }
        } else if self.0.synced.load(Ordering::SeqCst) < waiting.commit {
            // Two users may come in another order than they asked for the number.
            let place = state.waiting.partition_point(|other| other.commit <= waiting.commit);
            state.waiting.insert(place, waiting);
            return;
        } else {
            drop(state);
        }
        answer_all(&mut waiting.jobs);
    }
}

impl Drop for User {
    fn drop(&mut self) {
        self.0.state().users -= 1;
        self.0.changed.notify_all();
    }
}

/// Fails who waits when the syncing thread ends of a defect, so that nobody waits for ever.
struct Served<'a>(&'a Durability);

impl Drop for Served<'_> {
    fn drop(&mut self) {
        if std::thread::panicking() {
            self.0.give_up("its thread died");
        }
    }
}

/// Syncs the write-ahead log of the database at `path`, which a connection has opened and so made.
pub(super) fn sync_of(path: &Path) -> io::Result<Sync> {
    let mut log = path.as_os_str().to_owned();
    log.push("-wal");
    let name = Path::new(&log).display().to_string();
    let log = File::open(log)?;
    // The files themselves must be found after a power cut, too.
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
    File::open(folder.unwrap_or_else(|| Path::new(".")))?.sync_all()?;
    Ok(Arc::new(move || {
        log.sync_data().map_err(|error| io::Error::new(error.kind(), format!("{name}: {error}")))
    }))
}
