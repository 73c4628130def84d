//! What a database says of itself, and what a log must hold for it.

use kassa_eventlog::{Offset, Partition, Stream};
use uuid::Uuid;

/// What a database says of itself.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Identity {
    /// The shop's id; none in a new database and in one that an older build filled.
    pub id: Option<Uuid>,
    /// Whether nothing was ever sold or offered here.
    pub is_new: bool,
    /// Up to where its outbox was published, in every log that it was published to.
    pub published: Vec<Published>,
}

/// What a log must hold: everything of this partition before `next`, unless it was removed for its age.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Published {
    /// The log.
    pub log_id: Uuid,
    /// Of this stream.
    pub stream: Stream,
    /// This partition.
    pub partition: Partition,
    /// After the last record that is marked as published.
    pub next: Offset,
}
