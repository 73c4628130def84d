//! What waits for a partition's writer. An append costs its caller one push under a short lock and one wakeup.

use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::{Notify, oneshot};

use super::frame::HEADER_BYTES;
use crate::mutex::lock;
use crate::{Error, Record};

/// How a caller is told: the offset of its first record once all are durable, or why they are not.
pub(crate) type Answer = oneshot::Sender<Result<u64, Error>>;

/// One call's records for one partition.
#[derive(Debug)]
pub(crate) struct Call {
    pub(crate) records: Vec<Record>,
    /// Bytes that they take in a frame.
    pub(crate) bytes: usize,
    /// Told the offset of the first record once all are durable.
    pub(crate) done: Answer,
}

impl Call {
    /// A call of `records`, which are not empty.
    pub(crate) fn new(records: Vec<Record>, done: Answer) -> Self {
        let payload: usize = records.iter().map(|record| record.payload.len() + 4).sum();
        Self { records, bytes: HEADER_BYTES + payload, done }
    }
}

/// The queue between callers and the writer.
#[derive(Debug)]
pub(crate) struct Queue {
    inner: Mutex<Inner>,
    filled: Condvar,
    /// Callers that found the queue too full.
    room: Notify,
    bytes_max: usize,
    frame_bytes: usize,
}

#[derive(Debug, Default)]
struct Inner {
    calls: Vec<Call>,
    bytes: usize,
    /// The writer sleeps: it wants to be woken at so many calls.
    wanted: Option<usize>,
    chores: bool,
    /// Someone waits for room.
    crowded: bool,
    closed: bool,
}

/// How a frame waits for more calls.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Gather {
    /// At so many calls it waits no longer.
    pub(crate) calls: usize,
    /// And never longer than this.
    pub(crate) time: Duration,
}

/// What the writer finds.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Work {
    /// Calls were moved into its list, or none were and there is only what else it was asked.
    Some {
        /// It was asked to look after its segments.
        chores: bool,
    },
    /// Nothing came in the time.
    Idle,
    /// No more will come.
    Closed,
}

impl Queue {
    /// A queue that takes `bytes_max` bytes for a writer of frames of `frame_bytes`.
    pub(crate) fn new(bytes_max: usize, frame_bytes: usize) -> Self {
        Self { inner: Mutex::default(), filled: Condvar::new(), room: Notify::new(), bytes_max, frame_bytes }
    }

    /// Hands records to the writer; waits while too much is waiting already.
    pub(crate) async fn push(&self, mut call: Call) -> Result<(), Error> {
        loop {
            let room = self.room.notified();
            match self.try_push(call)? {
                None => return Ok(()),
                Some(back) => call = back,
            }
            room.await;
        }
    }

    /// Hands records to the writer, or gives the call back when too much is waiting.
    pub(crate) fn try_push(&self, call: Call) -> Result<Option<Call>, Error> {
        let wake = {
            let mut inner = lock(&self.inner);
            if inner.closed {
                return Err(closed());
            }
            if inner.bytes > 0 && inner.bytes + call.bytes > self.bytes_max {
                inner.crowded = true;
                return Ok(Some(call));
            }
            inner.bytes += call.bytes;
            inner.calls.push(call);
            let enough = inner.wanted.is_some_and(|calls| inner.has(calls, self.frame_bytes));
            if enough {
                inner.wanted = None;
            }
            enough
        };
        if wake {
            self.filled.notify_one();
        }
        Ok(None)
    }

    /// Moves all that waits into `into`, which is empty; sleeps up to `patience` when there is nothing. Asked to, it
    /// gathers calls first.
    pub(crate) fn take(&self, into: &mut Vec<Call>, patience: Duration, gather: Option<Gather>) -> Work {
        let mut inner = lock(&self.inner);
        if let Some(Gather { calls, time }) = gather {
            inner = self.sleep(inner, calls, time);
        }
        inner = self.sleep(inner, 1, patience);
        let crowded = std::mem::take(&mut inner.crowded);
        let chores = std::mem::take(&mut inner.chores);
        std::mem::swap(&mut inner.calls, into);
        inner.bytes = 0;
        let closed = inner.closed;
        drop(inner);
        if crowded {
            self.room.notify_waiters();
        }
        match (into.is_empty(), chores, closed) {
            (false, ..) | (_, true, _) => Work::Some { chores },
            (true, false, true) => Work::Closed,
            (true, false, false) => Work::Idle,
        }
    }

    /// Sleeps up to `time` until there are `calls`, a whole frame or something else to do.
    fn sleep<'a>(
        &self,
        mut inner: MutexGuard<'a, Inner>,
        calls: usize,
        time: Duration,
    ) -> MutexGuard<'a, Inner> {
        inner.wanted = Some(calls);
        let idle = |inner: &mut Inner| !inner.has(calls, self.frame_bytes) && !inner.chores && !inner.closed;
        let (mut inner, _) =
            self.filled.wait_timeout_while(inner, time, idle).unwrap_or_else(PoisonError::into_inner);
        inner.wanted = None;
        inner
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
        lock(&self.inner).calls.clear();
    }
}

impl Inner {
    fn has(&self, calls: usize, bytes: usize) -> bool {
        self.calls.len() >= calls || self.bytes >= bytes
    }
}

pub(crate) fn closed() -> Error {
    Error::Unavailable("it is closing".to_owned())
}

#[cfg(test)]
mod tests {
    use std::time::Instant;

    use bytes::Bytes;
    use kassa_model::RouteKey;

    use super::*;

    const LONG: Duration = Duration::from_secs(3_600);

    fn queue() -> Queue {
        Queue::new(1 << 20, 4 << 10)
    }

    fn push(queue: &Queue, bytes: usize) {
        let record = Record { key: RouteKey(1), payload: Bytes::from(vec![b'x'; bytes]) };
        assert!(queue.try_push(Call::new(vec![record], oneshot::channel().0)).unwrap().is_none());
    }

    #[test]
    fn what_else_is_asked_is_told_beside_calls() {
        let queue = queue();
        let mut calls = Vec::new();
        for chores in [true, false] {
            push(&queue, 3);
            if chores {
                queue.ask_chores();
            }
            assert_eq!(queue.take(&mut calls, Duration::ZERO, None), Work::Some { chores });
            assert_eq!(calls.len(), 1);
            calls.clear();
        }
        queue.ask_chores();
        assert_eq!(queue.take(&mut calls, Duration::ZERO, None), Work::Some { chores: true });
        assert_eq!(queue.take(&mut calls, Duration::ZERO, None), Work::Idle);
    }

    /// How many calls the writer has once it has gathered; `others` come from another thread meanwhile.
    fn gathered(gather: Gather, others: impl FnOnce(&Queue) + Send) -> usize {
        let (queue, mut calls) = (queue(), Vec::new());
        push(&queue, 3);
        std::thread::scope(|scope| {
            scope.spawn(|| others(&queue));
            queue.take(&mut calls, LONG, Some(gather));
        });
        calls.len()
    }

    #[test]
    fn a_frame_waits_for_its_crowd_but_no_longer_than_its_time() {
        let for_three = Gather { calls: 3, time: LONG };
        assert_eq!(gathered(for_three, |queue| (0..2).for_each(|_| push(queue, 3))), 3, "all are there");
        assert_eq!(gathered(for_three, |queue| push(queue, 5 << 10)), 2, "the frame is full");
        assert_eq!(gathered(for_three, Queue::ask_chores), 1, "there is something else to do");
        assert_eq!(gathered(for_three, Queue::close), 1, "no more will come");
        let (begin, time) = (Instant::now(), Duration::from_millis(50));
        assert_eq!(gathered(Gather { calls: 3, time }, |_| ()), 1, "the time is over");
        assert!(begin.elapsed() >= time);
    }

    /// The call that makes it enough comes at any moment of the writer's way into its sleep.
    #[test]
    fn no_wakeup_is_missed() {
        for _ in 0..2_000 {
            assert_eq!(gathered(Gather { calls: 2, time: LONG }, |queue| push(queue, 3)), 2);
        }
    }
}
