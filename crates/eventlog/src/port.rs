//! The port: [`EventLog`], its [`Subscription`], and what a caller holds between the queue and the disk.

use std::collections::BTreeSet;
use std::fmt;
use std::pin::Pin;
use std::task::{Context, Poll};

use async_trait::async_trait;

use crate::error::Error;
use crate::record::{Delivery, Limits, Offset, Partition, Position, Record, Status, Stream};
use crate::upkeep::Upkeep;

/// The durable log.
///
/// **Contract** (every clause is a test of `conformance.rs`, demanded of every backend unless it says otherwise):
/// 1. `append` succeeds only when every record of the call is durable (local: fsynced), and returns one position per
///    record, in order. On any error the caller knows nothing: the records may or may not be there, whole ones only.
/// 2. Records of one key go to one partition and are read in the order in which they were queued.
/// 3. A subscriber gets each record of its partitions once, ascending, from where it seeks to; any retained range can
///    be read again and is then the same to the byte. Nothing that is not durable is ever delivered.
/// 4. Offsets ascend with gaps; `seek(p)` continues with the first record **at or after** `p`. The position that stands
///    for "all up to and including offset o" is [`Offset::after`], never arithmetic of the caller, and how many records
///    lie between two positions is asked for ([`lag_records`](crate::GroupStatus::lag_records)), never subtracted.
/// 5. Groups are independent. Of one group at most one subscriber holds a partition. Each hand-over raises its epoch; the
///    former holder is told `Revoked` and may do no harm: its `commit` and `seek` are `Fenced`. When a hand-over happens is
///    the backend's affair (local only: at once, to whoever subscribes last). The call of `next` after `Revoked`
///    acknowledges it; a backend may hold the partition for it up to 5 s, so that the batch in hand lands. Whether a
///    subscriber counts as alive never depends on `next`, which is not called for minutes while a store is taken up.
/// 6. `commit` moves the group's mark for lag and retention only; where to read on is the store's knowledge. A reader
///    beside the groups ([`EventLog::read`]) gets everything, is never fenced, and has no mark.
/// 7. Retention, by the log or by kassa, deletes only what every configured group has passed. A full log refuses with
///    [`Error::Full`] and takes again once there is room (a backend without a bound of its own is never full). Nothing is
///    dropped silently.
#[async_trait]
pub trait EventLog: Send + Sync + fmt::Debug {
    /// Gives `records` their place in line, for which it waits while too many wait already. What was queued before is in front of
    /// what is queued after.
    ///
    /// # Errors
    /// [`Error::TooLarge`] (nothing taken), [`Error::Unavailable`] (unknown). [`Queued`] itself ends with [`Error::Full`]
    /// (nothing taken) or [`Error::Unavailable`].
    async fn queue(&self, stream: Stream, records: Vec<Record>) -> Result<Queued, Error>;

    /// Queues `records` and waits: returns their positions once all are durable. When its future is dropped, they may or may
    /// not be there.
    ///
    /// # Errors
    /// As [`EventLog::queue`] and [`Queued`].
    async fn append(&self, stream: Stream, records: Vec<Record>) -> Result<Vec<Position>, Error> {
        self.queue(stream, records).await?.await
    }

    /// Joins `group` on `stream`; its first deliveries are the assignments.
    ///
    /// # Errors
    /// [`Error::Invalid`] when the group is not configured, [`Error::Unavailable`].
    async fn subscribe(&self, stream: Stream, group: &str) -> Result<Box<dyn Subscription>, Error>;

    /// Reads `stream` beside all groups, all partitions from their first retained record on; its first deliveries are
    /// the assignments, and it may seek before them. Never fenced, without a mark, not waited for by retention.
    fn read(&self, stream: Stream) -> Box<dyn Subscription>;

    /// What `stream` holds now.
    ///
    /// # Errors
    /// [`Error::Unavailable`].
    async fn status(&self, stream: Stream) -> Result<Status, Error>;

    /// What it offers to whoever runs it, if anything.
    fn upkeep(&self) -> Option<&dyn Upkeep> {
        None
    }
}

/// One subscriber's reading of a stream.
#[async_trait]
pub trait Subscription: Send + fmt::Debug {
    /// The next delivery, or [`Delivery::Idle`] after `limits.wait`. Cancel-safe: a dropped call loses nothing.
    ///
    /// # Errors
    /// [`Error::Corrupt`], [`Error::OutOfRange`] when retention has deleted what was to be read,
    /// [`Error::Unavailable`].
    async fn next(&mut self, limits: Limits) -> Result<Delivery, Error>;

    /// Reads on with the first record at or after `offset`.
    ///
    /// # Errors
    /// [`Error::OutOfRange`] beyond the end or before the first retained record; [`Error::Fenced`].
    async fn seek(&mut self, partition: Partition, offset: Offset) -> Result<(), Error>;

    /// Says that this group is done with everything before these offsets.
    ///
    /// # Errors
    /// [`Error::Fenced`], [`Error::Unavailable`].
    async fn commit(&mut self, done: &[(Partition, Offset)]) -> Result<(), Error>;

    /// Delivers no records of these partitions, and of all others, until it is called again: what a caller cannot take yet
    /// keeps back nothing else. Assignments and revocations are told as ever.
    fn set_paused(&mut self, partitions: BTreeSet<Partition>);

    /// Where it reads on: every record before it was delivered. `None` unless the partition is this subscriber's. A
    /// reader has reached an end that it was told of once this is at or after it; [`Delivery::Idle`] says nothing of
    /// the kind.
    fn position(&self, partition: Partition) -> Option<Offset>;
}

/// What a caller is told in the end.
type Told = Result<Vec<Position>, Error>;

/// Records that have their place in line. Awaited, it says their positions once all are durable. When it is dropped, they
/// may or may not be there; held without being polled it holds nobody up.
#[must_use = "the records are durable only once it says so"]
pub struct Queued(Pin<Box<dyn Future<Output = Told> + Send>>);

impl Queued {
    /// Records of which `told` will say where they came to lie.
    pub fn new(told: impl Future<Output = Told> + Send + 'static) -> Self {
        Self(Box::pin(told))
    }
}

impl Future for Queued {
    type Output = Told;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Told> {
        self.0.as_mut().poll(context)
    }
}

impl fmt::Debug for Queued {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Queued")
    }
}
