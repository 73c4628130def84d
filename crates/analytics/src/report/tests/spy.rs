//! A store that does as it is told: it answers like the reference, or fails in one way, or from some page on.

use std::collections::BTreeMap;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use async_trait::async_trait;
use kassa_eventstore::export::Line;
use kassa_eventstore::memory::MemoryStore;
use kassa_eventstore::query::{EventFilter, Query, Table};
use kassa_eventstore::{
    Batch, CountKey, DeadLetter, DeadLetterFilter, Error, EventStore, Forget, InsertError, Lookup, Mark,
    Owned, Resume, Resumed, Row, StoreStatus,
};
use kassa_model::Timestamp;
use uuid::Uuid;

/// How it fails.
pub(crate) type Failure = fn() -> Error;

#[derive(Debug, Default)]
pub(crate) struct Spy {
    inner: MemoryStore,
    failure: Mutex<Option<Failure>>,
    /// Pages of events, and parts of exports, read so far.
    pub(crate) pages: AtomicUsize,
    /// Queries answered so far.
    pub(crate) queries: AtomicUsize,
    /// The page that fails; 0: none.
    pub(crate) failing_page: AtomicUsize,
}

impl Spy {
    /// Fails from now on, or no longer.
    pub(crate) fn fail(&self, failure: Option<Failure>) {
        *self.failure.lock().unwrap() = failure;
    }

    fn fails(&self) -> Result<(), Error> {
        self.failure.lock().unwrap().map_or(Ok(()), |failure| Err(failure()))
    }
}

#[async_trait]
impl EventStore for Spy {
    async fn insert(&self, batch: Batch) -> Result<(), InsertError> {
        self.inner.insert(batch).await
    }
    async fn resume(&self, ask: Resume, send: Box<dyn FnMut(Resumed) + Send>) -> Result<(), Error> {
        self.inner.resume(ask, send).await
    }
    async fn marks(&self) -> Result<BTreeMap<u32, Mark>, Error> {
        self.inner.marks().await
    }
    async fn owned(&self) -> Result<Owned, Error> {
        self.inner.owned().await
    }
    async fn set_shop_id(&self, shop_id: Uuid) -> Result<(), Error> {
        self.inner.set_shop_id(shop_id).await
    }
    async fn seen(
        &self,
        partition: u32,
        lookups: Vec<Lookup>,
        within: std::ops::Range<Timestamp>,
    ) -> Result<Vec<Option<i64>>, Error> {
        self.inner.seen(partition, lookups, within).await
    }
    async fn query(&self, query: &Query) -> Result<Table, Error> {
        self.fails()?;
        self.queries.fetch_add(1, Ordering::SeqCst);
        self.inner.query(query).await
    }
    async fn events(&self, filter: &EventFilter) -> Result<Vec<Row>, Error> {
        self.fails()?;
        let page = self.pages.fetch_add(1, Ordering::SeqCst) + 1;
        if page == self.failing_page.load(Ordering::SeqCst) {
            return Err(Error::Unavailable("pulled".to_owned()));
        }
        self.inner.events(filter).await
    }
    async fn export_parts(&self, filter: &EventFilter) -> Result<Vec<EventFilter>, Error> {
        self.fails()?;
        self.inner.export_parts(filter).await
    }
    async fn export(&self, part: &EventFilter, line: Line) -> Result<String, Error> {
        self.fails()?;
        let page = self.pages.fetch_add(1, Ordering::SeqCst) + 1;
        if page == self.failing_page.load(Ordering::SeqCst) {
            return Err(Error::Unavailable("pulled".to_owned()));
        }
        self.inner.export(part, line).await
    }
    async fn dead_letters(&self, filter: &DeadLetterFilter) -> Result<Vec<DeadLetter>, Error> {
        self.fails()?;
        self.inner.dead_letters(filter).await
    }
    async fn counts(&self) -> Result<BTreeMap<CountKey<String>, u64>, Error> {
        self.fails()?;
        self.inner.counts().await
    }
    async fn forget(&self, what: &Forget) -> Result<u64, Error> {
        self.inner.forget(what).await
    }
    async fn status(&self) -> Result<StoreStatus, Error> {
        self.inner.status().await
    }
    async fn fingerprint(&self) -> Result<String, Error> {
        self.inner.fingerprint().await
    }
}
