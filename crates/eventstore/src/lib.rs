//! Port 2, the analytical store. [`EventStore`]'s doc comment is the contract; `conformance.rs` is the same contract
//! as tests that every backend runs. A report is a value ([`query::Query`]) that a backend turns into its own SQL.

pub mod audit;
mod batch;
mod bots;
#[cfg(test)]
mod conformance;
#[cfg(feature = "duckdb")]
pub mod duckdb;
pub mod export;
mod fingerprint;
pub mod goods;
mod items;
pub mod journey;
pub mod memory;
mod pattern;
mod properties;
pub mod query;
mod resume;
mod retention;
#[cfg(feature = "duckdb")]
mod sql;
mod validate;
mod visits;

pub use batch::{Batch, CountKey, DeadLetter, InsertError, Mark, Row, RowPlace};
#[cfg(feature = "duckdb")]
pub use duckdb::{DuckStore, Options};
pub use memory::MemoryStore;
pub use query::rules;
pub use resume::{NamedVisitor, OpenSession, RecentId, Resume, Resumed, SessionPart};
pub use retention::{DeadLetterFilter, Forget, KnownAs, Names, Person, Wanted, letters_since};
pub use validate::{check_filter, check_rules};
pub use visits::with_visits;

use std::collections::BTreeMap;
use std::fmt;
use std::ops::Range;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use kassa_model::{Progress, Timestamp};
use uuid::Uuid;

use crate::audit::{MoneyRecord, MoneySpan, RepeatedIds};
use crate::export::{EventRef, Line};
use crate::goods::{GoodsQuery, GoodsTable, SearchTerm};
use crate::journey::{Funnel, FunnelAnswer, Paths, PathsAnswer, Retention, RetentionAnswer, Scope};
use crate::query::{EventFilter, Query, Table};

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

/// An id to look up: is it stored, and when was it received.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lookup {
    /// The site.
    pub site: String,
    /// The event's id.
    pub id: String,
}

/// What several reports of one moment are answered.
#[derive(Debug)]
pub struct Answers {
    /// One for each query, in their order.
    pub tables: Vec<Result<Table, Error>>,
    /// Where the store stood in every partition.
    pub marks: BTreeMap<u32, Mark>,
}

/// What the store holds, for `/health/deep`, metrics and `kassa check`.
#[derive(Debug, Clone, PartialEq, Eq, Default, serde::Serialize)]
pub struct StoreStatus {
    /// Rows of the event table.
    pub events: u64,
    /// Bytes on disk.
    pub bytes: u64,
}

/// Whose a store is, to notice parts of a data folder that do not belong together.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Owned {
    /// The shop that it was said to be of; none until it was.
    pub shop_id: Option<Uuid>,
    /// Whether it holds money of orders.
    pub has_money: bool,
}

/// The analytical store.
///
/// **Contract.** Every backend answers for every clause; each is a test of `conformance` that every backend runs. A
/// partition is one processor's at a time, and partitions know nothing of each other: those of several processes are inserted
/// side by side. What only an engine with a file can get wrong (locks, broken files, a full disk, upgrades) is a test
/// of that engine alone.
/// 1. `insert` commits rows, dead letters, counts, position and state in one atomic step **if** the stored position of the
///    partition equals `from` (an empty store takes any `from`), the log is the same and `epoch` is not older; else
///    [`InsertError::Conflict`] and nothing is changed. So each event is visible exactly once at every moment, after
///    any crash, replay or takeover. Whoever cannot tell whether it was done says [`InsertError::Unknown`].
/// 2. An empty batch moves the position.
/// 3. `resume` gives back exactly what was committed: mark and state, clock, ids by hour, sessions and
///    names by part of the log, all of the partition, and nothing from beyond the mark that it has sent.
/// 4. `seen` finds exactly the (site, id) pairs that the partition has stored, with the hour of their *latest* receipt. What
///    another partition holds says nothing: what comes of a partition's records must not hang on how far others are.
/// 5. The same data and the same query give the same [`Table`] on every backend, ties broken by dimension values and texts
///    of properties as [`properties`] has them; and so do the questions of [`journey`].
/// 6. Dead letters are listed 14 days of `received_at` behind the event that was stored last, and kept until they are to be
///    forgotten, 10,000 per partition, site and day; counts are summed over the partitions and never shrink.
/// 7. `forget` removes exactly the named events and dead letters, of all partitions; the positions stay. Batches are inserted meanwhile. Of a
///    person, `known_as` tells who else they were, and records of money stay, as nobody's.
/// 8. `money` and `repeated_ids` look at every row of every partition, the latter of what was received since it is asked for.
/// 9. `marks` gives for each partition the mark that `resume` gives; a partition that was never written to has none.
/// 10. `events` lists every row once, newest received first and by [`RowPlace`]: pages that go on before the last row of the
///     one before have every row exactly once, whatever their size and however many partitions share a time.
/// 11. The shop that `set_shop_id` named last is the one that `owned` names.
/// 12. `queries` answers each query as `query` would, all of one moment, at which the store stood at the marks that come along;
///     a query without an answer fails alone.
///
/// Whatever reads fails with an [`Error`], which says whether to try again.
#[async_trait]
pub trait EventStore: Send + Sync + fmt::Debug {
    /// Commits `batch` (clause 1).
    ///
    /// # Errors
    /// [`InsertError`]; each variant says what to do.
    async fn insert(&self, batch: Batch) -> Result<(), InsertError>;

    /// For how long a processor gathers a batch, unless it is told otherwise: the more an insert costs beside its rows, the
    /// longer.
    fn flush_every(&self) -> Duration {
        Duration::from_millis(250)
    }

    /// Sends what the store holds of `partition` to `send`, in the order Mark, State, Clock, for each part
    /// Sessions… and Names…, Ids….
    async fn resume(&self, ask: Resume, send: Box<dyn FnMut(Resumed) + Send>) -> Result<(), Error>;

    /// Where it stands in every partition that it was ever told of; looks at no event.
    async fn marks(&self) -> Result<BTreeMap<u32, Mark>, Error>;

    /// Whose it is.
    async fn owned(&self) -> Result<Owned, Error>;

    /// Says whose it is, durably; the last word counts.
    ///
    /// # Errors
    /// [`Error`]; it is then as it was.
    async fn set_shop_id(&self, shop_id: Uuid) -> Result<(), Error>;

    /// For each lookup the hour of the latest receipt of that (site, id), if `partition` has stored it. Searches its rows
    /// received `within` only, and costs as much as there are of them. One join, however many.
    async fn seen(
        &self,
        partition: u32,
        lookups: Vec<Lookup>,
        within: Range<Timestamp>,
    ) -> Result<Vec<Option<i64>>, Error>;

    /// Answers a report.
    async fn query(&self, query: &Query) -> Result<Table, Error>;

    /// Answers a funnel, by the definitions of [`Funnel`].
    ///
    /// # Errors
    /// [`Error`]; [`Error::Invalid`] from a store that does not follow visitors.
    async fn funnel(&self, funnel: &Funnel) -> Result<FunnelAnswer, Error> {
        let _ = funnel;
        Err(Error::Invalid("this store does not follow visitors".to_owned()))
    }

    /// Tells who comes back, by the definitions of [`Retention`].
    ///
    /// # Errors
    /// As [`EventStore::funnel`].
    async fn retention(&self, asked: &Retention) -> Result<RetentionAnswer, Error> {
        let _ = asked;
        Err(Error::Invalid("this store does not follow visitors".to_owned()))
    }

    /// Tells where visits go, by the definitions of [`Paths`].
    ///
    /// # Errors
    /// As [`EventStore::funnel`].
    async fn paths(&self, asked: &Paths) -> Result<PathsAnswer, Error> {
        let _ = asked;
        Err(Error::Invalid("this store does not follow visitors".to_owned()))
    }

    /// Answers several reports, which together take one's place and one's time, in their order (clause 12). It fails with what
    /// is not one query's alone.
    async fn queries(&self, queries: &[Query]) -> Result<Answers, Error> {
        let (marks, mut tables) = (self.marks().await?, Vec::with_capacity(queries.len()));
        for query in queries {
            tables.push(self.query(query).await);
        }
        Ok(Answers { tables, marks })
    }

    /// What is known of products ([`goods`]).
    ///
    /// # Errors
    /// [`Error`].
    async fn goods(&self, query: &GoodsQuery) -> Result<GoodsTable, Error> {
        let _ = query;
        Err(Error::Invalid("this store does not report on products".to_owned()))
    }

    /// What was searched for in the range by searches that fit, most often first, at most [`goods::TERMS_MAX`] texts.
    ///
    /// # Errors
    /// [`Error`].
    async fn searches(&self, scope: &Scope) -> Result<Vec<SearchTerm>, Error> {
        let _ = scope;
        Err(Error::Invalid("this store does not report on searches".to_owned()))
    }

    /// Events as rows, newest received first.
    async fn events(&self, filter: &EventFilter) -> Result<Vec<Row>, Error>;

    /// Cuts the events of `filter` into parts of some thousands, by their time of receipt, newest first, for
    /// [`EventStore::export`]. Every event that is stored now is in one of them.
    async fn export_parts(&self, filter: &EventFilter) -> Result<Vec<EventFilter>, Error> {
        Ok(vec![EventFilter { limit: u32::MAX, ..filter.clone() }])
    }

    /// The events of a part as text, newest received first: what `line` makes of each. It takes no place of a report.
    async fn export(&self, part: &EventFilter, line: Line) -> Result<String, Error> {
        let mut text = String::new();
        for row in self.events(part).await? {
            line(&EventRef::of(&row), &mut text);
        }
        Ok(text)
    }

    /// Dead letters, newest received first.
    async fn dead_letters(&self, filter: &DeadLetterFilter) -> Result<Vec<DeadLetter>, Error>;

    /// Counts of outcomes of all days.
    async fn counts(&self) -> Result<BTreeMap<CountKey<String>, u64>, Error>;

    /// Removes events, dead letters, or the person from records of money; returns how many rows that changed. What was done before a
    /// failure stays done.
    async fn forget(&self, what: &Forget) -> Result<u64, Error>;

    /// As whom the events of `who` name them; events by their visitors alone are not looked at.
    ///
    /// # Errors
    /// [`Error`]; [`Error::Invalid`] from a store that does not say.
    async fn known_as(&self, who: &Person) -> Result<KnownAs, Error> {
        let _ = who;
        Err(Error::Invalid("this store does not say who visitors are".to_owned()))
    }

    /// Whom events and dead letters of `site` name, of those who are `wanted`. Reads every row.
    ///
    /// # Errors
    /// [`Error`]; [`Error::Invalid`] from a store that does not say.
    async fn names(&self, site: &str, wanted: Wanted) -> Result<Names, Error> {
        let _ = (site, wanted);
        Err(Error::Invalid("this store does not say whom its events name".to_owned()))
    }

    /// Gives back the room of what a backend piles up by appending. To be called now and then; returns how many rows went.
    async fn keep_house(&self) -> Result<u64, Error> {
        Ok(0)
    }

    /// A round trip to the engine and what it holds.
    async fn status(&self) -> Result<StoreStatus, Error>;

    /// A hash over all rows, dead letters and counts, independent of their physical order: equal stores, equal hashes.
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
    /// `most` by name. Reads every id, with `since` those of what was received at that time or later.
    ///
    /// # Errors
    /// [`Error`]; [`Error::Invalid`] from a store that does not say.
    async fn repeated_ids(
        &self,
        window: i64,
        since: Option<Timestamp>,
        most: usize,
    ) -> Result<RepeatedIds, Error> {
        let _ = (window, since, most);
        Err(Error::Invalid("this store does not compare its ids".to_owned()))
    }

    /// Writes the store as it is now to the new file `to`; returns where the copy stands in every partition. All else goes
    /// on meanwhile.
    ///
    /// # Errors
    /// [`Error`]; `to` may then be there and is incomplete. [`Error::Invalid`] from a store that is no file: its own tools
    /// make its backups.
    async fn copy_to(&self, to: &Path, progress: Arc<dyn Progress>) -> Result<BTreeMap<u32, Mark>, Error> {
        let _ = (to, progress);
        Err(Error::Invalid("this store is no file that can be copied".to_owned()))
    }
}
