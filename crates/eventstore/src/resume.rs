//! What a processor asks for, to go on where the store stands, and whom it is told of.

use kassa_model::{Timestamp, Visit};

use crate::batch::Mark;

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
    pub from: u64,
    /// The offset after the last.
    pub to: u64,
    /// Only those received in this hour (`Timestamp::hour`).
    pub hour: Option<i64>,
}

/// What a processor needs to go on, sent piece by piece so that it never lies in memory whole.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Resumed {
    /// Where the store stands, first; none when it is empty for that partition.
    Mark(Option<Mark>),
    /// The `state` of the batch that moved the mark there, after it; none when that had none.
    State(Option<String>),
    /// Ids stored with an hour of receipt at or after [`Resume::ids_since_hour`], ascending by it.
    Ids(Vec<RecentId>),
    /// The sessions of the events in [`Resume::sessions`] that open visits, money and events without a session (0) apart: one piece per
    /// session **and part**. So the
    /// processor's memory is the same whether it was resumed or grew, also for a session that a client names again after
    /// days.
    Sessions(Vec<OpenSession>),
    /// Who was named in the events of [`Resume::sessions`] that have a user and a session, money apart: one piece per site,
    /// user, visitor, session, anonymous visitor **and part**, ascending by the last of their events.
    Names(Vec<NamedVisitor>),
    /// The newest `received_at` stored for the partition; `None` when there is no row.
    Clock(Option<Timestamp>),
}

/// An id that counts as seen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RecentId {
    /// `kassa_model::dedupe_hash` of (site, id).
    pub hash: u128,
    /// Hour of receipt (`Timestamp::hour`).
    pub hour: i64,
}

/// A session's events of one part of the log, as the store has them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OpenSession {
    /// The part, by its place in [`Resume::sessions`].
    pub part: u32,
    /// The site.
    pub site: String,
    /// The visitor.
    pub visitor: i64,
    /// The session.
    pub session: i64,
    /// Earliest `occurred_at`.
    pub first: Timestamp,
    /// Latest `occurred_at`.
    pub last: Timestamp,
    /// The visit as its rows of the part have it, each text the one that a row has (no two rows differ but by having
    /// none). `None` if no row has any.
    pub visit: Option<Visit>,
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
