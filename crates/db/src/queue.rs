//! What waits for a thread: bounded, many senders, many takers.

use std::collections::VecDeque;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

use crate::Error;
use crate::job::Boxed;

/// A bounded queue of operations.
pub(crate) struct Queue {
    state: Mutex<State>,
    ready: Condvar,
    max: usize,
}

struct State {
    waiting: VecDeque<Boxed>,
    /// How many were taken out so far; the first that waits has this number.
    taken: u64,
    idle: usize,
    open: bool,
}

impl State {
    fn take(&mut self) -> Option<Boxed> {
        let job = self.waiting.pop_front()?;
        self.taken += 1;
        Some(job)
    }
}

impl std::fmt::Debug for Queue {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.debug_struct("Queue").field("waiting", &self.len()).field("max", &self.max).finish()
    }
}

impl Queue {
    pub(crate) fn new(max: usize) -> Self {
        let state = State { waiting: VecDeque::new(), taken: 0, idle: 0, open: true };
        Self { state: Mutex::new(state), ready: Condvar::new(), max }
    }

    /// Hands over an operation, unless too many wait or the database is closing.
    pub(crate) fn push(&self, job: Boxed) -> Result<(), Error> {
        let mut state = self.state();
        if !state.open {
            return Err(Error::Unavailable("it is closing".to_owned()));
        }
        if state.waiting.len() >= self.max {
            return Err(Error::Busy(format!("{} operations wait already", self.max)));
        }
        state.waiting.push_back(job);
        // Waking costs a system call even if nobody sleeps, so it is asked first.
        let sleeper = state.idle > 0;
        drop(state);
        if sleeper {
            self.ready.notify_one();
        }
        Ok(())
    }

    /// The next operation, waiting for one; `None` once the queue is closed and empty.
    pub(crate) fn next(&self) -> Option<Boxed> {
        let mut state = self.state();
        loop {
            if let Some(job) = state.take() {
                return Some(job);
            }
            if !state.open {
                return None;
            }
            state.idle += 1;
            state = self.ready.wait(state).unwrap_or_else(PoisonError::into_inner);
            state.idle -= 1;
        }
    }

    /// The next operation if one waits.
    pub(crate) fn next_now(&self) -> Option<Boxed> {
        self.state().take()
    }

    /// A mark behind the operations that wait now.
    pub(crate) fn mark(&self) -> u64 {
        let state = self.state();
        state.taken + state.waiting.len() as u64
    }

    /// The next operation if one waits that is before the mark.
    pub(crate) fn next_before(&self, mark: u64) -> Option<Boxed> {
        let mut state = self.state();
        if state.taken < mark { state.take() } else { None }
    }

    /// Takes no more operations; those that wait are still handed out.
    pub(crate) fn close(&self) {
        self.state().open = false;
        self.ready.notify_all();
    }

    /// Takes no more and drops those that wait, whose callers hear that the database is gone.
    fn abandon(&self) {
        self.close();
        let waiting = std::mem::take(&mut self.state().waiting);
        drop(waiting);
    }

    pub(crate) fn len(&self) -> usize {
        self.state().waiting.len()
    }

    // No operation runs under the lock, so a poisoned one holds nothing half-done.
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Abandons the queue when a thread that serves it dies of a defect, so that nobody waits for an answer for ever.
#[derive(Debug)]
pub(crate) struct Served<'a>(pub(crate) &'a Queue);

impl Drop for Served<'_> {
    fn drop(&mut self) {
        if std::thread::panicking() {
            self.0.abandon();
        }
    }
}
