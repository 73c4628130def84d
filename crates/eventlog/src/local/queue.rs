//! What waits for a partition's writer. An append costs its caller one push under a short lock and one wakeup.

use std::ops::Range;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard};
use std::time::{Duration, Instant};

use tokio::sync::{Notify, oneshot};

use super::callers::Callers;
use super::frame::{self, HEADER_BYTES};
use super::lock;
use crate::{Error, Record};

/// Calls of at most so many bytes are copied into the bytes that the writer takes as a whole: their own memory then goes
/// back on the thread that it came from, and the writer touches it no more. Larger ones are framed by their caller, for
/// a copy under the lock would keep the others waiting.
const SMALL_CALL_BYTES: usize = 16 << 10;

/// How a caller is told: the offset of its first record once all are durable, or why they are not.
pub(crate) type Answer = oneshot::Sender<Result<u64, Error>>;

/// One call's records for one partition, on their way into the queue.
#[derive(Debug)]
pub(crate) struct Call {
    count: u32,
    records: Records,
    bytes: usize,
    done: Answer,
}

#[derive(Debug)]
enum Records {
    Small(Vec<Record>),
    /// As they are in a frame.
    Framed(Vec<u8>),
}

/// One call in the queue.
#[derive(Debug)]
pub(crate) struct Pending {
    /// How many records.
    pub(crate) count: u32,
    /// The records as they are in a frame.
    pub(crate) framed: Framed,
    /// Bytes that they take in frames.
    pub(crate) bytes: usize,
    /// Told the offset of the first record once all are durable.
    pub(crate) done: Answer,
}

/// Where a call's records are.
#[derive(Debug)]
pub(crate) enum Framed {
    /// In [`Waiting::bytes`].
    Shared(Range<usize>),
    /// In memory of their own.
    Own(Vec<u8>),
}

/// So much memory for records of small calls is kept from one frame to the next.
const KEPT_BYTES: usize = 1 << 20;

/// What waits for the writer.
#[derive(Debug, Default)]
pub(crate) struct Waiting {
    pub(crate) calls: Vec<Pending>,
    /// Records of small calls, one after another.
    pub(crate) bytes: Vec<u8>,
}

impl Call {
    /// A call of `records`, which are not empty.
    pub(crate) fn new(records: Vec<Record>, done: Answer) -> Self {
        let bytes = records.iter().map(|record| record.payload.len() + 4).sum();
        let count = u32::try_from(records.len()).expect("a call has less than 2^32 records");
        let records = if bytes <= SMALL_CALL_BYTES {
            Records::Small(records)
        } else {
            let mut framed = Vec::with_capacity(bytes);
            records.iter().for_each(|record| frame::push_record(&mut framed, &record.payload));
            Records::Framed(framed)
        };
        Self { count, records, bytes: HEADER_BYTES + bytes, done }
    }
}

impl Framed {
    /// The records, of which `shared` holds those of small calls.
    pub(crate) fn of<'a>(&'a self, shared: &'a [u8]) -> &'a [u8] {
        match self {
            Self::Shared(range) => &shared[range.clone()],
            Self::Own(bytes) => bytes,
        }
    }
}

impl Waiting {
    /// Empty again, with the memory of an ordinary load.
    pub(crate) fn clear(&mut self) {
        self.calls.clear();
        self.bytes.clear();
        self.bytes.shrink_to(KEPT_BYTES);
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
    callers: Callers,
    /// The writer gathers, and wants to know when nobody is at work any more.
    gathering: AtomicBool,
}

#[derive(Debug, Default)]
struct Inner {
    waiting: Waiting,
    bytes: usize,
    parked: bool,
    /// The writer gathers: it wants to be woken at so many callers.
    enough: Option<usize>,
    chores: bool,
    /// Someone waits for room.
    crowded: bool,
    closed: bool,
}

/// How a frame waits for a crowd.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Gather {
    /// At so many callers it waits no longer.
    pub(crate) enough: usize,
    /// It waits so long even when no caller is at work: they are soon again.
    pub(crate) least: Duration,
    /// And never longer than this.
    pub(crate) most: Duration,
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
    /// A queue that takes `bytes_max` bytes from `callers`.
    pub(crate) fn new(bytes_max: usize, callers: Callers) -> Arc<Self> {
        let queue = Arc::new(Self {
            inner: Mutex::default(),
            filled: Condvar::new(),
            room: Notify::new(),
            bytes_max,
            callers,
            gathering: AtomicBool::new(false),
        });
        queue.callers.tell(&queue);
        queue
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
        // Dropped after the lock.
        let _copied;
        let wake = {
            let mut inner = lock(&self.inner);
            if inner.closed {
                return Err(closed());
            }
            if inner.bytes > 0 && inner.bytes + call.bytes > self.bytes_max {
                inner.crowded = true;
                return Ok(Some(call));
            }
            let Call { count, records, bytes, done } = call;
            inner.bytes += bytes;
            let framed = match records {
                Records::Framed(framed) => Framed::Own(framed),
                Records::Small(records) => {
                    let shared = &mut inner.waiting.bytes;
                    let begin = shared.len();
                    records.iter().for_each(|record| frame::push_record(shared, &record.payload));
                    let range = begin..shared.len();
                    _copied = records;
                    Framed::Shared(range)
                }
            };
            inner.waiting.calls.push(Pending { count, framed, bytes, done });
            let enough = inner.enough.is_some_and(|enough| inner.waiting.calls.len() >= enough);
            std::mem::take(&mut inner.parked) || enough
        };
        if wake {
            self.filled.notify_one();
        }
        Ok(None)
    }

    /// Moves all that waits into `into`, which is empty; sleeps up to `patience` when there is nothing. In a `crowd`
    /// it waits for more first.
    pub(crate) fn take(&self, into: &mut Waiting, patience: Duration, crowd: Option<Gather>) -> Work {
        let mut inner = lock(&self.inner);
        if let Some(crowd) = crowd {
            inner = self.gather(inner, crowd);
        }
        if inner.waiting.calls.is_empty() && !inner.chores && !inner.closed {
            inner.parked = true;
            inner = self.sleep(inner, patience);
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
        match (into.calls.is_empty(), chores, closed) {
            (false, ..) | (_, true, _) => Work::Some { chores },
            (true, false, true) => Work::Closed,
            (true, false, false) => Work::Idle,
        }
    }

    fn gather<'a>(&self, mut inner: MutexGuard<'a, Inner>, crowd: Gather) -> MutexGuard<'a, Inner> {
        let begin = Instant::now();
        inner.enough = Some(crowd.enough);
        if self.callers.are_known() {
            inner = self.gather_while(inner, crowd.enough, begin, crowd.least, || true);
        }
        // Said before the threads are looked at: so either the last one's parking is seen here, or it sees this.
        self.gathering.store(true, Ordering::SeqCst);
        inner = self.gather_while(inner, crowd.enough, begin, crowd.most, || !self.callers.all_parked());
        self.gathering.store(false, Ordering::SeqCst);
        inner.enough = None;
        inner
    }

    /// Waits from `begin` up to `time` until there are `enough` callers or no `hope` of more.
    fn gather_while<'a>(
        &self,
        mut inner: MutexGuard<'a, Inner>,
        enough: usize,
        begin: Instant,
        time: Duration,
        hope: impl Fn() -> bool,
    ) -> MutexGuard<'a, Inner> {
        loop {
            let left = time.saturating_sub(begin.elapsed());
            let many = inner.waiting.calls.len() >= enough || inner.bytes >= self.bytes_max / 2;
            if many || left.is_zero() || inner.closed || inner.chores || !hope() {
                return inner;
            }
            inner = self.sleep(inner, left);
        }
    }

    fn sleep<'a>(&self, inner: MutexGuard<'a, Inner>, time: Duration) -> MutexGuard<'a, Inner> {
        match self.filled.wait_timeout(inner, time) {
            Ok((inner, _)) => inner,
            Err(poisoned) => poisoned.into_inner().0,
        }
    }

    /// No caller is at work: a writer that gathers shall go on.
    pub(super) fn hurry(&self) {
        if self.gathering.load(Ordering::SeqCst) {
            // Once the lock was free the writer is waiting or has yet to look at the threads. It is held no longer: the
            // writer would wake up only to wait for it.
            drop(lock(&self.inner));
            self.filled.notify_one();
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_else_is_asked_is_told_beside_calls() {
        let queue = Queue::new(1 << 20, Callers::default());
        let mut waiting = Waiting::default();
        for chores in [true, false] {
            let payload = bytes::Bytes::from_static(b"one");
            let call =
                Call::new(vec![Record { key: kassa_model::RouteKey(1), payload }], oneshot::channel().0);
            assert!(queue.try_push(call).unwrap().is_none());
            if chores {
                queue.ask_chores();
            }
            assert_eq!(queue.take(&mut waiting, Duration::ZERO, None), Work::Some { chores });
            assert_eq!(waiting.calls.len(), 1);
            waiting.clear();
        }
        queue.ask_chores();
        assert_eq!(queue.take(&mut waiting, Duration::ZERO, None), Work::Some { chores: true });
        assert_eq!(queue.take(&mut waiting, Duration::ZERO, None), Work::Idle);
    }
}
