//! Port 2, the analytical store. [`EventStore`]'s doc comment is the contract; `conformance.rs` is the same contract
//! as tests that every backend runs. A report is a value ([`query::Query`]) that a backend turns into its own SQL.

pub mod audit;
mod bots;
#[cfg(test)]
mod conformance;
#[cfg(feature = "duckdb")]
pub mod duckdb;
pub mod export;
mod fingerprint;
pub mod memory;
mod pattern;
pub mod query;
mod resume;
mod retention;
#[cfg(feature = "duckdb")]
mod sql;
mod validate;
mod visits;

#[cfg(feature = "duckdb")]
pub use duckdb::{DuckStore, Options};
pub use memory::MemoryStore;
pub use resume::{NamedVisitor, Resume, SessionPart};
pub use retention::{Forget, letters_since};
pub use validate::check_filter;
pub use visits::with_visits;

use std::collections::BTreeMap;
use std::fmt;
use std::ops::Range;

use async_trait::async_trait;
use kassa_model::{Event, Outcome, Rejected, Timestamp, Visit};
use uuid::Uuid;

use crate::audit::{MoneyRecord, MoneySpan, RepeatedIds};
use crate::export::{EventRef, Line};
use crate::query::{EventFilter, Query, Table};

/// A place in the log, as the store keeps it: the log's id, the partition, and the position up to which (exclusive)
/// everything is in the store. Plain numbers: the two ports do not know each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Mark {
    /// Which log the position belongs to.
    pub log_id: Uuid,
    /// Position: the log's `Offset` of the next record to read.
    pub position: u128,
    /// The epoch under which it was written.
    pub epoch: u64,
}

/// An event that is ready to be stored: `visitor` and `session` are set.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// Offset of its record in the partition.
    pub offset: u128,
    /// Index within its record; 0 unless one record made several rows.
    pub index: u32,
    /// The event.
    pub event: Event,
    /// The visit that it belongs to, as the fold knew it; `None` where there is none (session 0), and on a record of
    /// money whose session is not remembered.
    pub visit: Option<Visit>,
}

/// A dead letter, with where it came from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeadLetter {
    /// Offset of its record in the partition.
    pub offset: u128,
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
    pub from: u128,
    /// Where it stands afterwards.
    pub to: u128,
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

/// What reading can fail with.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Try again.
    #[error("the store is unavailable: {0}")]
    Unavailable(String),
    /// As many reports as may are running, and none of them ended in time: try again.
    #[error("{0}")]
    Busy(String),
    /// The query took longer than it may (30 s by default) and was interrupted.
    #[error("the query was interrupted after {0} s")]
    Timeout(u64),
    /// The query cannot be answered: a bad regular expression, an unknown column.
    #[error("{0}")]
    Invalid(String),
    /// The store's file is broken, of another kind, or held by another process.
    #[error("cannot open the store: {0}")]
    Open(String),
    /// Anything else.
    #[error("the store failed: {0}")]
    Failed(String),
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

/// An id to look up: is it stored, and when was it received.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lookup {
    /// The site.
    pub site: String,
    /// The event's id.
    pub id: String,
}

/// Which dead letters, newest first.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct DeadLetterFilter {
    /// Only this site's.
    pub site: Option<String>,
    /// Only of this reason's name.
    pub reason: Option<String>,
    /// Only this one, by id.
    pub id: Option<String>,
    /// At most so many.
    pub limit: u32,
}

/// What the store holds, for `/health/deep`, metrics and `kassa check`.
#[derive(Debug, Clone, PartialEq, Eq, Default, serde::Serialize)]
pub struct StoreStatus {
    /// Rows of the event table.
    pub events: u64,
    /// Bytes on disk.
    pub bytes: u64,
}

/// The analytical store.
///
/// **Contract** (every clause is a test of `conformance.rs`):
/// 1. `insert` commits rows, dead letters, counts, position and state in one atomic step **if** the stored position of the
///    partition equals `from` (an empty store takes any `from`), the log is the same and `epoch` is not older; else
///    [`InsertError::Conflict`] and nothing is changed. So each event is visible exactly once at every moment, after
///    any crash, replay or takeover.
/// 2. An empty batch moves the position.
/// 3. `resume` gives back exactly what was committed: mark and state, clock, ids by hour, sessions and
///    names by part of the log.
/// 4. `seen` finds exactly the stored (site, id) pairs, with the hour of their *latest* receipt.
/// 5. The same data and the same query give the same [`Table`] on every backend, ties broken by dimension values.
/// 6. Dead letters are listed 14 days of `received_at` behind the event that was stored last, and kept until they are to be
///    forgotten, 10,000 per site and day; counts never shrink.
/// 7. `forget` removes exactly the named events; the position stays. Batches are inserted meanwhile.
/// 8. `money` and `repeated_ids` look at every row.
#[async_trait]
pub trait EventStore: Send + Sync + fmt::Debug {
    /// Commits `batch` (clause 1).
    ///
    /// # Errors
    /// [`InsertError`]; each variant says what to do.
    async fn insert(&self, batch: Batch) -> Result<(), InsertError>;

    /// Sends what the store holds of `partition` to `send`, in the order Mark, State, Clock, for each part
    /// Sessions… and Names…, Ids….
    ///
    /// # Errors
    /// [`Error`].
    async fn resume(&self, ask: Resume, send: Box<dyn FnMut(Resumed) + Send>) -> Result<(), Error>;

    /// For each lookup the hour of the latest receipt of that (site, id), if it is stored. Searches rows received
    /// `within` only, and costs as much as there are of them. One join, however many.
    ///
    /// # Errors
    /// [`Error`].
    async fn seen(&self, lookups: Vec<Lookup>, within: Range<Timestamp>) -> Result<Vec<Option<i64>>, Error>;

    /// Answers a report.
    ///
    /// # Errors
    /// [`Error`].
    async fn query(&self, query: &Query) -> Result<Table, Error>;

    /// Events as rows, newest received first.
    ///
    /// # Errors
    /// [`Error`].
    async fn events(&self, filter: &EventFilter) -> Result<Vec<Row>, Error>;

    /// Cuts the events of `filter` into parts of some thousands, by their time of receipt, newest first, for
    /// [`EventStore::export`]. Every event that is stored now is in one of them.
    ///
    /// # Errors
    /// [`Error`].
    async fn export_parts(&self, filter: &EventFilter) -> Result<Vec<EventFilter>, Error> {
        Ok(vec![EventFilter { limit: u32::MAX, ..filter.clone() }])
    }

    /// The events of a part as text, newest received first: what `line` makes of each. It takes no place of a report.
    ///
    /// # Errors
    /// [`Error`].
    async fn export(&self, part: &EventFilter, line: Line) -> Result<String, Error> {
        let mut text = String::new();
        for row in self.events(part).await? {
            line(&EventRef::of(&row), &mut text);
        }
        Ok(text)
    }

    /// Dead letters, newest received first.
    ///
    /// # Errors
    /// [`Error`].
    async fn dead_letters(&self, filter: &DeadLetterFilter) -> Result<Vec<DeadLetter>, Error>;

    /// Counts of outcomes of all days.
    ///
    /// # Errors
    /// [`Error`].
    async fn counts(&self) -> Result<BTreeMap<CountKey<String>, u64>, Error>;

    /// Removes events, or the person from records of money; returns how many rows that changed. What was done before a
    /// failure stays done.
    ///
    /// # Errors
    /// [`Error`].
    async fn forget(&self, what: &Forget) -> Result<u64, Error>;

    /// Gives back the room of what a backend piles up by appending. To be called now and then; returns how many rows went.
    ///
    /// # Errors
    /// [`Error`].
    async fn keep_house(&self) -> Result<u64, Error> {
        Ok(0)
    }

    /// A round trip to the engine and what it holds.
    ///
    /// # Errors
    /// [`Error`].
    async fn status(&self) -> Result<StoreStatus, Error>;

    /// A hash over all rows, dead letters and counts, independent of their physical order: equal stores, equal hashes.
    ///
    /// # Errors
    /// [`Error`].
    async fn fingerprint(&self) -> Result<String, Error>;

    /// Every record of money of the orders of `span`, by order and id: what metrics of money are made of.
    ///
    /// # Errors
    /// [`Error`]; [`Error::Invalid`] from a store that does not say.
    async fn money(&self, span: &MoneySpan) -> Result<Vec<MoneyRecord>, Error> {
        let _ = span;
        Err(Error::Invalid("this store does not list records of money".to_owned()))
    }

    /// Ids that are stored more than once: of money at all, of other events within `window`, µs of receipt. At most
    /// `most` by name. Reads every id.
    ///
    /// # Errors
    /// [`Error`]; [`Error::Invalid`] from a store that does not say.
    async fn repeated_ids(&self, window: i64, most: usize) -> Result<RepeatedIds, Error> {
        let _ = (window, most);
        Err(Error::Invalid("this store does not compare its ids".to_owned()))
    }
}
