//! Why the processor stops for good.

use kassa_eventlog::Offset;

/// Why the processor stopped: a person must act.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// The store's position is of another log.
    #[error(
        "the store was filled from log {store}, but this is log {log}: put the log folder back that belongs to the \
         store, or start a new store with an empty folder (`kassa replay --into <new store>` fills it from this log)"
    )]
    OtherLog {
        /// The log's id that the store keeps.
        store: uuid::Uuid,
        /// The id of the log that was opened.
        log: uuid::Uuid,
    },
    /// The store's position is beyond the end of the log.
    #[error(
        "the store is ahead of the log: it has partition {partition} up to {position}, but the log ends at {end}; the \
         log was cut or put back from an older copy: put back the store's backup of the same time, or start a new \
         store (`kassa replay --into <new store>`)"
    )]
    BeyondEnd {
        /// The partition.
        partition: u32,
        /// Where the store stands.
        position: Offset,
        /// Where the log ends.
        end: Offset,
    },
    /// The log no longer has the records after the store's position.
    #[error(
        "the log no longer has what comes after the store's position {position} of partition {partition} ({why}): put \
         back a newer backup of the store, or start a new store (`kassa replay --into <new store>`) without those records"
    )]
    Removed {
        /// The partition.
        partition: u32,
        /// Where the store stands.
        position: Offset,
        /// What the log says.
        why: String,
    },
    /// A replay needs a store without rows.
    #[error("cannot replay into this store: it already holds partition {0}; name a new one")]
    NotEmpty(u32),
    /// The log is damaged, or used wrongly.
    #[error("{0}")]
    Log(String),
}
