//! What a log fails with.

use crate::record::{Partition, RECORD_BYTES_MAX};

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
