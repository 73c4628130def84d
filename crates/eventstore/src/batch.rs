//! What is committed in one step, and where the store stands afterwards.

use std::collections::BTreeMap;

use kassa_model::{Event, Outcome, Rejected, Timestamp, Visit};
use uuid::Uuid;

/// A place in the log, as the store keeps it: the log's id, the partition, and the position up to which (exclusive)
/// everything is in the store. Plain numbers: the two ports do not know each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Mark {
    /// Which log the position belongs to.
    pub log_id: Uuid,
    /// Position: the log's `Offset` of the next record to read.
    pub position: u64,
    /// The epoch under which it was written.
    pub epoch: u64,
}

/// An event that is ready to be stored: `visitor` and `session` are set.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// The partition of its record; in a batch, the batch's.
    pub partition: u32,
    /// Offset of its record in the partition.
    pub offset: u64,
    /// Index within its record; 0 unless one record made several rows.
    pub index: u32,
    /// The event.
    pub event: Event,
    /// The visit that it belongs to, as the fold knew it; `None` where there is none (session 0), and on a record of
    /// money whose session is not remembered.
    pub visit: Option<Visit>,
}

/// A row's place among all rows as they are listed: every row has its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct RowPlace {
    /// When it was received.
    pub received_at: Timestamp,
    /// Offset of its record in the partition.
    pub offset: u64,
    /// Index within its record.
    pub index: u32,
    /// The partition.
    pub partition: u32,
}

impl Row {
    /// Where it stands in a list.
    pub fn place(&self) -> RowPlace {
        let Self { partition, offset, index, event, .. } = self;
        RowPlace { received_at: event.received_at, offset: *offset, index: *index, partition: *partition }
    }
}

/// A dead letter, with where it came from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeadLetter {
    /// Offset of its record in the partition.
    pub offset: u64,
    /// The refused event.
    pub rejected: Rejected,
}

/// How many events of a site came to which end on which UTC day of receipt.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct CountKey<S> {
    /// The site.
    pub site: S,
    /// UTC days since the epoch, of `received_at`.
    pub day: i64,
    /// The end they came to.
    pub outcome: Outcome,
}

/// What the processor commits in one atomic step.
#[derive(Debug, Clone)]
pub struct Batch {
    /// The log that the positions belong to.
    pub log_id: Uuid,
    /// The partition.
    pub partition: u32,
    /// The epoch under which the processor holds it.
    pub epoch: u64,
    /// Where the store must stand now: what the last batch's `to` was, or the log's start.
    pub from: u64,
    /// Where it stands afterwards.
    pub to: u64,
    /// The events, ascending by (offset, index).
    pub rows: Vec<Row>,
    /// The dead letters.
    pub rejected: Vec<DeadLetter>,
    /// Counts of this batch, added to what is there.
    pub counts: BTreeMap<CountKey<String>, u64>,
    /// What the processor wants to find again beside `to`, in its own format; a few KiB at most. `None`: nothing, also
    /// when an earlier batch had something.
    pub state: Option<String>,
}

/// What `insert` can fail with; every variant says what the caller may do.
#[derive(Debug, thiserror::Error)]
pub enum InsertError {
    /// The stored position is not `from`, or the epoch is older, or the log is another. Nothing was done: drop the
    /// memory and `resume`.
    #[error("the store stands elsewhere: {0}")]
    Conflict(String),
    /// This row cannot be stored; nothing was done. Make it a dead letter and insert the rest.
    #[error("row {row} cannot be stored: {why}")]
    Rejected {
        /// Index into `rows`.
        row: usize,
        /// Why.
        why: String,
    },
    /// Nothing was done; try again, for ever.
    #[error("the store is unavailable: {0}")]
    Unavailable(String),
    /// It may or may not have been done: `resume` first, never try again blindly.
    #[error("the store failed, and whether the batch is in it is unknown: {0}")]
    Unknown(String),
}
