//! Port 1, the durable log. [`EventLog`]'s doc comment is the contract; `conformance.rs` is the same contract as tests
//! that every backend runs. Knows nothing of events: keys, bytes, positions.

#[cfg(any(test, feature = "conformance"))]
pub mod conformance;
pub mod disk;
#[cfg(any(test, feature = "conformance"))]
pub mod faulty;
pub mod local;
pub mod still;

use std::fmt;

use async_trait::async_trait;
use bytes::Bytes;
use kassa_model::RouteKey;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// Which of the two streams.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Stream {
    /// Analytics records; the topic is named `user-tracking-events`.
    Events,
    /// The shop's public order events.
    Orders,
}

/// Number of a partition, from 0.
pub type Partition = u32;

/// A place in a partition: ordered and opaque, with gaps. Never add 1 to it; [`Offset::START`] is before all others.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Offset(pub u128);

/// How often a partition has changed hands; grows with every assignment. A store refuses an older one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Epoch(pub u64);

/// Where a record came to lie.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Position {
    /// The partition.
    pub partition: Partition,
    /// The record's offset in it.
    pub offset: Offset,
}

/// What is appended.
#[derive(Debug, Clone)]
pub struct Record {
    /// Decides the partition; records of one key keep their order.
    pub key: RouteKey,
    /// The bytes, at most [`RECORD_BYTES_MAX`].
    pub payload: Bytes,
}

/// The largest payload of one record.
pub const RECORD_BYTES_MAX: usize = 2 << 20;

/// Bounds of one [`Subscription::next`].
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// At most so many records, at least 1.
    pub records_max: usize,
    /// At most about so many bytes of payload (one record always passes).
    pub bytes_max: usize,
    /// Wait so long for a first record before [`Delivery::Idle`].
    pub wait: std::time::Duration,
}

/// What a subscriber is told.
#[derive(Debug, Clone)]
pub enum Delivery {
    /// The partition is this subscriber's from here on. It must seek to the position that its store holds before it
    /// asks for more; without a seek, reading begins at the first retained record.
    Assigned {
        /// The partition.
        partition: Partition,
        /// Its new epoch.
        epoch: Epoch,
    },
    /// The partition is another's now: what is in memory of it must be dropped.
    Revoked {
        /// The partition.
        partition: Partition,
    },
    /// Records of one partition, in order, each durable.
    Records {
        /// The partition.
        partition: Partition,
        /// The epoch under which it is held.
        epoch: Epoch,
        /// Offset and payload, ascending.
        records: Vec<(Offset, Bytes)>,
    },
    /// Nothing came within the wait.
    Idle,
}

/// What the log holds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Status {
    /// The log's own id: a position of another log is meaningless here.
    pub log_id: Uuid,
    /// Each partition, ascending.
    pub partitions: Vec<PartitionStatus>,
}

/// What a partition holds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PartitionStatus {
    /// The partition.
    pub partition: Partition,
    /// The first retained record's offset; equal to `end` when there is none.
    pub first: Offset,
    /// Above every durable record: what a reader that has read all seeks to.
    pub end: Offset,
    /// Bytes on disk.
    pub bytes: u64,
    /// Per configured group, by name: where it will read next, by its last commit, and how many records are before it.
    pub groups: Vec<GroupStatus>,
}

/// Where a group stands in a partition.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct GroupStatus {
    /// The group's name.
    pub group: String,
    /// Where it reads next.
    pub next: Offset,
    /// How many records lie between `next` and the end.
    pub lag_records: u64,
}

/// Why the log cannot do what was asked.
#[derive(Debug, Clone, thiserror::Error)]
pub enum Error {
    /// No room: nothing was taken. The caller answers 503 with Retry-After.
    #[error("the log is full: {0}")]
    Full(String),
    /// The write or fsync failed, or the log is closing. What was waiting may or may not be durable.
    #[error("the log is unavailable: {0}")]
    Unavailable(String),
    /// A record is over [`RECORD_BYTES_MAX`]; nothing was taken.
    #[error("cannot append a record of {0} bytes: at most {RECORD_BYTES_MAX} are allowed")]
    TooLarge(usize),
    /// Damage in the middle: valid records follow a bad one. `kassa log salvage` is the way on.
    #[error("the log is corrupt: {0}")]
    Corrupt(String),
    /// A position that this log does not have: beyond its end, before its first retained record, or of another log.
    #[error("no such position: {0}")]
    OutOfRange(String),
    /// This subscription no longer holds the partition.
    #[error("partition {0} is held by another subscriber")]
    Fenced(Partition),
    /// Wrong use or configuration, such as a group that is not configured.
    #[error("{0}")]
    Invalid(String),
}

/// The durable log.
///
/// **Contract** (every clause is a test of `conformance.rs`):
/// 1. `append` succeeds only when every record of the call is durable (local: fsynced), and returns one position per
///    record, in order. On any error the caller knows nothing: the records may or may not be there, whole ones only.
/// 2. Records of one key go to one partition and are read in the order in which their appends were called.
/// 3. A subscriber gets each record of its partitions once, ascending, from where it seeks to; any retained range can
///    be read again and is then the same to the byte. Nothing that is not durable is ever delivered.
/// 4. Offsets ascend with gaps; `seek(p)` continues with the first record **at or after** `p`. The position that stands
///    for "all up to and including offset o" is [`Offset::after`], never arithmetic of the caller.
/// 5. Groups are independent. Of one group only one subscriber holds a partition: a new subscription takes it over
///    with a higher epoch, and the former is told `Revoked` and may do no harm: its `commit` and `next` are `Fenced`.
/// 6. `commit` moves the group's mark for lag and retention only; where to read on is the store's knowledge.
/// 7. Retention deletes only what every configured group has passed. A full log refuses with [`Error::Full`] and takes
///    again once there is room. Nothing is dropped silently.
#[async_trait]
pub trait EventLog: Send + Sync + fmt::Debug {
    /// Appends `records`; returns their positions once all are durable. When its future is dropped, they may or may not be
    /// there.
    ///
    /// # Errors
    /// [`Error::Full`], [`Error::TooLarge`] (nothing taken), [`Error::Unavailable`] (unknown).
    async fn append(&self, stream: Stream, records: Vec<Record>) -> Result<Vec<Position>, Error>;

    /// Joins `group` on `stream`; its first deliveries are the assignments.
    ///
    /// # Errors
    /// [`Error::Invalid`] when the group is not configured, [`Error::Unavailable`].
    async fn subscribe(&self, stream: Stream, group: &str) -> Result<Box<dyn Subscription>, Error>;

    /// What `stream` holds now.
    ///
    /// # Errors
    /// [`Error::Unavailable`].
    async fn status(&self, stream: Stream) -> Result<Status, Error>;
}

/// One subscriber's reading of a stream.
#[async_trait]
pub trait Subscription: Send + fmt::Debug {
    /// The next delivery, or [`Delivery::Idle`] after `limits.wait`. Cancel-safe: a dropped call loses nothing.
    ///
    /// # Errors
    /// [`Error::Corrupt`], [`Error::Fenced`], [`Error::Unavailable`].
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
}

impl Offset {
    /// Before every record.
    pub const START: Self = Self(0);

    /// The smallest position above this record: "everything up to and including it".
    pub const fn after(self) -> Self {
        Self(self.0.saturating_add(1))
    }
}

impl fmt::Display for Offset {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl Stream {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Events, Self::Orders];

    /// The stable name: `events`, `orders`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Events => "events",
            Self::Orders => "orders",
        }
    }
}

impl Limits {
    /// The processor's: 50,000 records or 32 MiB, waiting 250 ms.
    pub const BATCH: Self =
        Self { records_max: 50_000, bytes_max: 32 << 20, wait: std::time::Duration::from_millis(250) };
}
