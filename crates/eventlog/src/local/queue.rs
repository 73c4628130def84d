//! What waits for a partition's writer. An append costs its caller one push under a short lock and one wakeup.

use std::sync::{Condvar, Mutex};
use std::time::{Duration, Instant};

use tokio::sync::Notify;

use super::answer::Answer;
use super::lock;
use crate::{Error, Record};

/// One call's records for one partition.
#[derive(Debug)]
pub(crate) struct Pending {
    pub(crate) records: Vec<Record>,
    /// Bytes that they take in frames.
    pub(crate) bytes: usize,
    /// Told the offset of the first record once all are durable.
    pub(crate) done: Answer,
}

/// The queue between callers and the writer.
#[derive(Debug)]
pub(crate) struct Queue {
    inner: Mutex<Inner>,
    filled: Condvar,
    /// Callers that found the queue too full.
    room: Notify,
    bytes_max: usize,
}

#[derive(Debug, Default)]
struct Inner {
    waiting: Vec<Pending>,
    bytes: usize,
    parked: bool,
    /// The writer gathers: it wants to be woken at so many callers.
    enough: Option<usize>,
    chores: bool,
    /// Someone waits for room.
    crowded: bool,
    closed: bool,
}

/// What the writer finds.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Work {
    /// Records were moved into its list, or it was asked to look after its segments.
    Some,
    /// Nothing came in the time.
    Idle,
    /// No more will come.
    Closed,
}

impl Queue {
    pub(crate) fn new(bytes_max: usize) -> Self {
        Self { inner: Mutex::default(), filled: Condvar::new(), room: Notify::new(), bytes_max }
    }

    /// Hands records to the writer; waits while too much is waiting already.
    pub(crate) async fn push(&self, mut pending: Pending) -> Result<(), Error> {
        loop {
            let room = self.room.notified();
            match self.try_push(pending)? {
                None => return Ok(()),
                Some(back) => pending = back,
            }
            room.await;
        }
    }

    fn try_push(&self, pending: Pending) -> Result<Option<Pending>, Error> {
        let wake = {
            let mut inner = lock(&self.inner);
            if inner.closed {
                return Err(closed());
            }
            if inner.bytes > 0 && inner.bytes + pending.bytes > self.bytes_max {
                inner.crowded = true;
                return Ok(Some(pending));
            }
            inner.bytes += pending.bytes;
            inner.waiting.push(pending);
            let enough = inner.enough.is_some_and(|enough| inner.waiting.len() >= enough);
            std::mem::take(&mut inner.parked) || enough
        };
        if wake {
            self.filled.notify_one();
        }
        Ok(None)
    }

    /// Moves all that waits into `into`, which is empty; sleeps up to `patience` when there is nothing.
    pub(crate) fn take(&self, into: &mut Vec<Pending>, patience: Duration) -> Work {
        let mut inner = lock(&self.inner);
        if inner.waiting.is_empty() && !inner.chores && !inner.closed {
            inner.parked = true;
            inner = match self.filled.wait_timeout(inner, patience) {
                Ok((inner, _)) => inner,
                Err(poisoned) => poisoned.into_inner().0,
            };
            inner.parked = false;
        }
        let crowded = std::mem::take(&mut inner.crowded);
        let chores = std::mem::take(&mut inner.chores);
        std::mem::swap(&mut inner.waiting, into);
        inner.bytes = 0;
        let closed = inner.closed;
        drop(inner);
        if crowded {
            self.room.notify_waiters();
        }
        match (into.is_empty(), chores, closed) {
            (false, ..) | (_, true, _) => Work::Some,
            (true, false, true) => Work::Closed,
            (true, false, false) => Work::Idle,
        }
    }

    /// Waits up to `patience` until there are `enough` callers, those of `into` included, and moves them there.
    pub(crate) fn gather(&self, into: &mut Vec<Pending>, enough: usize, patience: Duration) {
        let begin = Instant::now();
        let mut inner = lock(&self.inner);
        loop {
            let left = patience.saturating_sub(begin.elapsed());
            let many = into.len() + inner.waiting.len() >= enough || inner.bytes >= self.bytes_max / 2;
            if many || left.is_zero() || inner.closed {
                break;
            }
            inner.enough = Some(enough - into.len());
            inner = match self.filled.wait_timeout(inner, left) {
                Ok((inner, _)) => inner,
                Err(poisoned) => poisoned.into_inner().0,
            };
        }
        inner.enough = None;
        inner.bytes = 0;
        into.append(&mut inner.waiting);
        let crowded = std::mem::take(&mut inner.crowded);
        drop(inner);
        if crowded {
            self.room.notify_waiters();
        }
    }

    /// Asks the writer to look after its segments.
    pub(crate) fn ask_chores(&self) {
        lock(&self.inner).chores = true;
        self.filled.notify_one();
    }

    /// Refuses more; the writer finishes what waits.
    pub(crate) fn close(&self) {
        lock(&self.inner).closed = true;
        self.filled.notify_one();
        self.room.notify_waiters();
    }

    /// Refuses more and drops what waits: for a writer that ends otherwise than by closing.
    pub(crate) fn abandon(&self) {
        self.close();
        lock(&self.inner).waiting.clear();
    }
}

pub(crate) fn closed() -> Error {
    Error::Unavailable("it is closing".to_owned())
}
