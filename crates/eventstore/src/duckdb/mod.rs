//! The embedded backend: one DuckDB file, one thread that writes, a few connections that read.
//!
//! The event tables are append-only, without keys or indexes; a batch is one transaction of rows, items, dead letters,
//! counts and position. After an error that invalidates the database everything is closed and the next call opens it
//! again.

mod audit;
mod columns;
mod copy;
#[cfg(test)]
mod cost;
pub(crate) mod dialect;
mod engine;
mod export;
mod failure;
mod forget;
mod goods;
mod journey;
mod letters;
mod nobody;
mod open;
mod options;
mod own;
mod owner;
pub mod parquet;
mod read;
mod reader;
mod report;
mod resume;
mod schema;
mod seen;
mod stream;
#[cfg(test)]
mod tests;
mod upgrade;
mod writer;

use std::collections::BTreeMap;
use std::ops::Range;
use std::path::Path;
use std::sync::Arc;

use async_trait::async_trait;
use kassa_model::{Progress, Timestamp};
use uuid::Uuid;

use crate::audit::{MoneyRecord, MoneySpan, RepeatedIds};
use crate::export::Line;
use crate::goods::{GoodsQuery, GoodsTable, SearchTerm};
use crate::journey::{
    Funnel, FunnelAnswer, Paths, PathsAnswer, Retention, RetentionAnswer, Scope, check_funnel, check_paths,
    check_retention, check_searches,
};
use crate::query::{EventFilter, Query, Table};
use crate::{
    Answers, Batch, CountKey, DeadLetter, DeadLetterFilter, Error, EventStore, Forget, InsertError, KnownAs,
    Lookup, Mark, Names, Owned, Person, Resume, Resumed, Row, StoreStatus, Wanted, validate,
};
pub use options::{Options, Purpose};
use reader::Readers;
use writer::WriterHandle;

/// An event store in a DuckDB file.
#[derive(Debug)]
pub struct DuckStore {
    readers: Readers,
    writer: WriterHandle,
    /// As the engine takes it.
    memory_limit: String,
}

impl DuckStore {
    /// Opens the file of `options`, or makes it; one of an older version is upgraded in place first. Takes well under
    /// half a second, however many rows there are, upgrades apart; it blocks for that time.
    ///
    /// # Errors
    /// [`Error::Open`] when another process holds the file, when it is broken, when it is no event store, or when a
    /// newer kassa wrote it.
    pub fn open(options: Options) -> Result<Self, Error> {
        let memory_limit = open::memory_limit(&options);
        let shared = engine::Shared::open(options)?;
        let writer = WriterHandle::start(shared.clone())?;
        Ok(Self { readers: Readers::new(shared), writer, memory_limit })
    }
}

#[async_trait]
impl EventStore for DuckStore {
    async fn insert(&self, batch: Batch) -> Result<(), InsertError> {
        self.writer.insert(batch).await
    }

    async fn resume(&self, ask: Resume, send: Box<dyn FnMut(Resumed) + Send>) -> Result<(), Error> {
        let read_much = !ask.sessions.is_empty();
        self.readers.unlimited(move |connection| resume::resume(connection, ask, send)).await?;
        if read_much {
            let limit = self.memory_limit.clone();
            self.readers.alone(move |connection| resume::give_back(connection, &limit)).await;
        }
        Ok(())
    }

    async fn marks(&self) -> Result<BTreeMap<u32, Mark>, Error> {
        self.readers.unlimited(writer::read_marks).await
    }

    async fn owned(&self) -> Result<Owned, Error> {
        self.readers.unlimited(owner::read).await
    }

    async fn set_shop_id(&self, shop_id: Uuid) -> Result<(), Error> {
        self.writer.change(Box::new(move |connection| owner::write(connection, shop_id))).await.map(drop)
    }

    async fn seen(
        &self,
        partition: u32,
        lookups: Vec<Lookup>,
        within: Range<Timestamp>,
    ) -> Result<Vec<Option<i64>>, Error> {
        self.readers.unlimited(move |connection| seen::seen(connection, partition, &lookups, within)).await
    }

    async fn query(&self, query: &Query) -> Result<Table, Error> {
        validate::query(query)?;
        let query = query.clone();
        self.readers.report(move |connection| report::answer(connection, &query)).await
    }

    async fn funnel(&self, funnel: &Funnel) -> Result<FunnelAnswer, Error> {
        check_funnel(funnel)?;
        let funnel = funnel.clone();
        self.readers.report(move |connection| journey::funnel(connection, &funnel)).await
    }

    async fn retention(&self, asked: &Retention) -> Result<RetentionAnswer, Error> {
        check_retention(asked)?;
        let asked = asked.clone();
        self.readers.report(move |connection| journey::retention(connection, &asked)).await
    }

    async fn paths(&self, asked: &Paths) -> Result<PathsAnswer, Error> {
        check_paths(asked)?;
        let asked = asked.clone();
        self.readers.report(move |connection| journey::paths(connection, &asked)).await
    }

    async fn queries(&self, queries: &[Query]) -> Result<Answers, Error> {
        let queries = queries.to_vec();
        self.readers.report(move |connection| report::answers(connection, &queries)).await
    }

    async fn goods(&self, query: &GoodsQuery) -> Result<GoodsTable, Error> {
        validate::goods(query)?;
        let query = query.clone();
        self.readers.report(move |connection| goods::goods(connection, &query)).await
    }

    async fn searches(&self, scope: &Scope) -> Result<Vec<SearchTerm>, Error> {
        check_searches(scope)?;
        let scope = scope.clone();
        self.readers.report(move |connection| goods::terms(connection, &scope)).await
    }

    async fn events(&self, filter: &EventFilter) -> Result<Vec<Row>, Error> {
        validate::events(filter)?;
        let filter = filter.clone();
        self.readers.report(move |connection| read::events(connection, &filter)).await
    }

    async fn export_parts(&self, filter: &EventFilter) -> Result<Vec<EventFilter>, Error> {
        let filter = filter.clone();
        self.readers.timed(move |connection| export::export_parts(connection, &filter)).await
    }

    async fn export(&self, part: &EventFilter, line: Line) -> Result<String, Error> {
        let part = part.clone();
        self.readers.timed(move |connection| export::export(connection, &part, &line)).await
    }

    async fn dead_letters(&self, filter: &DeadLetterFilter) -> Result<Vec<DeadLetter>, Error> {
        let filter = filter.clone();
        self.readers.report(move |connection| letters::listed(connection, &filter)).await
    }

    async fn counts(&self) -> Result<BTreeMap<CountKey<String>, u64>, Error> {
        self.readers.report(letters::counts).await
    }

    async fn forget(&self, what: &Forget) -> Result<u64, Error> {
        forget::forget(&self.writer, what).await
    }

    async fn known_as(&self, who: &Person) -> Result<KnownAs, Error> {
        let who = who.clone();
        self.readers.unlimited(move |connection| Ok(forget::person::known_as(connection, &who)?)).await
    }

    async fn names(&self, site: &str, wanted: Wanted) -> Result<Names, Error> {
        let site = site.to_owned();
        self.readers.unlimited(move |connection| Ok(forget::names::names(connection, &site, &wanted)?)).await
    }

    async fn keep_house(&self) -> Result<u64, Error> {
        self.writer.change(Box::new(schema::keep_house)).await
    }

    async fn status(&self) -> Result<StoreStatus, Error> {
        let path = self.readers.path().to_owned();
        self.readers.unlimited(move |connection| read::status(connection, &path)).await
    }

    async fn fingerprint(&self) -> Result<String, Error> {
        self.readers.unlimited(read::fingerprint).await
    }

    async fn money(&self, span: &MoneySpan) -> Result<Vec<MoneyRecord>, Error> {
        let span = span.clone();
        self.readers.unlimited(move |connection| audit::money(connection, &span)).await
    }

    async fn repeated_ids(
        &self,
        window: i64,
        since: Option<Timestamp>,
        most: usize,
    ) -> Result<RepeatedIds, Error> {
        self.readers.unlimited(move |connection| audit::repeated(connection, window, since, most)).await
    }

    async fn copy_to(&self, to: &Path, progress: Arc<dyn Progress>) -> Result<BTreeMap<u32, Mark>, Error> {
        let to = to.to_owned();
        self.readers.unlimited(move |connection| copy::copy(connection, &to, progress.as_ref())).await
    }
}
