//! The nouns of the port: streams, places, records, and what a log says of itself.

use std::fmt;
use std::time::Duration;

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
pub struct Offset(pub u64);

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

/// Bounds of one [`Subscription::next`](crate::Subscription::next).
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// At most so many records, at least 1.
    pub records_max: usize,
    /// At most about so many bytes of payload (one record always passes).
    pub bytes_max: usize,
    /// Wait so long for a first record before [`Delivery::Idle`].
    pub wait: Duration,
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
    /// Nothing came within the wait, or no partition is this subscriber's now: one may yet be assigned.
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
    /// How many records it retains, about.
    pub records: u64,
    /// Bytes that it takes on disk; `None` where the backend cannot tell.
    pub bytes: Option<u64>,
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
        Self { records_max: 50_000, bytes_max: 32 << 20, wait: Duration::from_millis(250) };
}
