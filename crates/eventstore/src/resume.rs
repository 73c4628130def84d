//! What a processor asks for, to go on where the store stands, and whom it is told of.

use kassa_model::Timestamp;

/// What a processor asks for when it takes a partition.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Resume {
    /// The partition.
    pub partition: u32,
    /// From which hour of receipt on ids are wanted; `None`: none.
    pub ids_since_hour: Option<i64>,
    /// Of which parts of the partition's records sessions are wanted.
    pub sessions: Vec<SessionPart>,
}

/// Records of a partition, of which sessions are wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SessionPart {
    /// The offset of the first.
    pub from: u128,
    /// The offset after the last.
    pub to: u128,
    /// Only those received in this hour (`Timestamp::hour`).
    pub hour: Option<i64>,
}

/// Events of one part of the log that name their visitor alike, as the store has them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NamedVisitor {
    /// The part, by its place in [`Resume::sessions`].
    pub part: u32,
    /// The site.
    pub site: String,
    /// The user, as sent.
    pub user: String,
    /// The visitor.
    pub visitor: i64,
    /// The session; not 0.
    pub session: i64,
    /// The visitor that they would be without the user, where that is another.
    pub anonymous_visitor: Option<i64>,
    /// When the last of them was received.
    pub received_at: Timestamp,
}

impl Resume {
    /// Asks for nothing but where the store stands: mark, state and clock.
    pub fn standing(partition: u32) -> Self {
        Self { partition, ids_since_hour: None, sessions: Vec::new() }
    }
}
