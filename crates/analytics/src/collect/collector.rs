//! The collector itself: takes what a client sent, stamps what only it can know, appends to the log, and answers once that is
//! durable.

use std::net::IpAddr;
use std::path::PathBuf;
use std::sync::Arc;

use bytes::Bytes;
use kassa_access::{Access, PerSecondBudget, Salts};
use kassa_eventlog::{EventLog, Record, Stream};
use kassa_model::{Clock, LogRecord, PartitionBy, Reason, Rejected, RouteKey, Timestamp, failpoint};
use kassa_service::Metrics;
use tokio::sync::OwnedSemaphorePermit;

use super::body::{LargeBodies, Unread};
use super::country::{Countries, CountryError};
use super::incoming::{Incoming, Refusal, Sender};
use super::limits::{LimitOptions, Limits, Paying, TooMuch};
use super::metrics::{Counters, Tally};
use super::stamp::{Origin, Stamp};
use super::{body, key};
use crate::wire::{Answer, Context, Reading};

/// Refused single events of one site that become dead letters in a second; the rest is only counted.
const DEAD_LETTERS_PER_SECOND_MAX: u32 = 100;

/// What the collector is told by the configuration.
#[derive(Debug, Clone, Default)]
pub struct CollectorOptions {
    /// A GeoIP country file in MaxMind's format, supplied by the operator; without it no country is known.
    pub geoip: Option<PathBuf>,
    /// How much strangers may send; `None`: as much as they like.
    pub limits: Option<LimitOptions>,
    /// `log.partition_by`.
    pub partition_by: PartitionBy,
}

/// What the collector works with.
#[derive(Debug, Clone)]
pub struct Dependencies {
    /// Where events go.
    pub log: Arc<dyn EventLog>,
    /// Sites and write keys.
    pub access: Access,
    /// The secrets of the cookieless hash.
    pub salts: Arc<Salts>,
    /// The time of receipt.
    pub clock: Arc<dyn Clock>,
}

/// Takes events in. One per process, shared by all requests.
#[derive(Debug)]
pub struct Collector {
    dependencies: Dependencies,
    counters: Counters,
    dead_letters: PerSecondBudget,
    countries: Option<Countries>,
    large_bodies: LargeBodies,
    limits: Option<Limits>,
    partition_by: PartitionBy,
}

/// What is left of a request once it is read, stamped and encoded. It has to wait for the log; everything else is let go
/// before that, by the thread that made it and while it is in that core's cache.
#[derive(Debug)]
pub(super) struct Prepared {
    records: Vec<Record>,
    tally: Tally,
    /// Of a large body; given back once the events are kept.
    place: Option<OwnedSemaphorePermit>,
}

impl Collector {
    /// Whether a collector could be made of `options`.
    ///
    /// # Errors
    /// As [`Collector::new`].
    pub fn check(options: &CollectorOptions) -> Result<(), CountryError> {
        options.geoip.as_deref().map(Countries::open).transpose().map(|_| ())
    }

    /// A collector that counts in `metrics`.
    ///
    /// # Errors
    /// [`CountryError`] when the GeoIP file of `options` cannot be read.
    pub fn new(
        options: &CollectorOptions,
        dependencies: Dependencies,
        metrics: &Metrics,
    ) -> Result<Self, CountryError> {
        let countries = options.geoip.as_deref().map(Countries::open).transpose()?;
        let counters = Counters::register(metrics);
        let dead_letters = PerSecondBudget::new(DEAD_LETTERS_PER_SECOND_MAX);
        let limits = options.limits.map(Limits::new);
        let (large_bodies, partition_by) = (LargeBodies::new(), options.partition_by);
        Ok(Self { dependencies, counters, dead_letters, countries, large_bodies, limits, partition_by })
    }

    /// Who may send, and as what.
    pub(super) fn access(&self) -> &Access {
        &self.dependencies.access
    }

    /// Takes one request in: the answer is for the client once this returns, and everything it acknowledges is durable.
    ///
    /// # Errors
    /// [`Refusal`] when nothing was taken.
    pub async fn collect(&self, incoming: Incoming<'_>) -> Result<Answer, Refusal> {
        let (mut prepared, answer) = self.read(&incoming).await?;
        self.keep(&mut prepared).await?;
        Ok(answer)
    }

    /// Makes of a request what is to be kept of it, and its answer once that is kept.
    pub(super) async fn read(&self, incoming: &Incoming<'_>) -> Result<(Prepared, Answer), Refusal> {
        self.counters.bytes.inc_by(incoming.body.len() as u64);
        let mut paying = self.paying(incoming);
        let body = self.large_bodies.read(incoming.body.clone(), &mut paying).await;
        let body = body.map_err(|why| self.unread(why))?;
        let (mut prepared, answer) = body.work(|bytes| self.prepare(incoming, bytes, &paying))?;
        prepared.place = body.place;
        Ok((prepared, answer))
    }

    /// Appends what is to be kept, and counts it.
    pub(super) async fn keep(&self, prepared: &mut Prepared) -> Result<(), Refusal> {
        self.append(std::mem::take(&mut prepared.records)).await?;
        self.counters.count(&prepared.tally);
        Ok(())
    }

    /// Takes many requests in with a single append, each as of its own time: for demo data and imports.
    ///
    /// # Errors
    /// [`Refusal`] when nothing was taken.
    pub async fn collect_all(&self, incoming: Vec<Incoming<'_>>) -> Result<Vec<Answer>, Refusal> {
        let mut taken = Vec::with_capacity(incoming.len());
        let mut all = Vec::with_capacity(incoming.len());
        for one in &incoming {
            self.counters.bytes.inc_by(one.body.len() as u64);
            let mut paying = self.paying(one);
            let bytes = body::whole(&one.body, &mut paying).map_err(|why| self.unread(why))?;
            let (prepared, answer) = self.prepare(one, &bytes, &paying)?;
            taken.push((prepared.tally, answer));
            all.extend(prepared.records);
        }
        self.append(all).await?;
        let count = |(tally, answer)| {
            self.counters.count(&tally);
            answer
        };
        Ok(taken.into_iter().map(count).collect())
    }

    /// What the request pays for its body.
    fn paying(&self, incoming: &Incoming<'_>) -> Paying<'_> {
        let limits = self.limits.as_ref().filter(|_| incoming.sender == Sender::Stranger);
        Paying::by(limits.map(|limits| (limits, incoming.address)))
    }

    fn prepare(
        &self,
        incoming: &Incoming<'_>,
        body: &[u8],
        paying: &Paying<'_>,
    ) -> Result<(Prepared, Answer), Refusal> {
        let received_at = incoming.received_at.unwrap_or_else(|| self.dependencies.clock.now());
        let mut reading = self.reading(incoming, body, received_at);
        paying.for_events(&reading.records).map_err(|over| self.too_much(over))?;
        let records = self.stamp(&mut reading, incoming, received_at);
        Ok((Prepared { records, tally: Tally::of(&reading), place: None }, reading.answer))
    }

    /// What stands in the body, by its door.
    pub(super) fn reading(&self, incoming: &Incoming<'_>, body: &[u8], received_at: Timestamp) -> Reading {
        let mode = incoming.mode.unwrap_or_else(|| self.dependencies.access.mode());
        let sites = key::KnownSites(&self.dependencies.access, mode);
        let ctx = Context {
            received_at,
            key: incoming.key,
            bearer: incoming.bearer,
            private: incoming.private,
            counter_first: incoming.counter_first,
            sites: &sites,
        };
        (incoming.door.read)(body, &ctx)
    }

    /// What a record that came from this request is stamped with.
    pub(super) fn stamped(
        &self,
        incoming: &Incoming<'_>,
        record: &mut LogRecord,
        received_at: Timestamp,
    ) -> RouteKey {
        let salts = self.dependencies.salts.at(received_at);
        Stamp::new(incoming, &salts, None, self.partition_by).stamp(record)
    }

    /// Stamps and encodes every record that is to be kept. Those from addresses that their site excludes leave the reading, and of
    /// each only that it was there is kept.
    fn stamp(&self, reading: &mut Reading, incoming: &Incoming<'_>, received_at: Timestamp) -> Vec<Record> {
        let salts = self.dependencies.salts.at(received_at);
        let mut stamp = Stamp::new(incoming, &salts, self.countries.as_ref(), self.partition_by);
        let mut told = std::mem::take(&mut reading.addresses).into_iter().peekable();
        let (single, mut place) = (reading.single, 0);
        let mut records = Vec::with_capacity(reading.records.len());
        reading.records.retain_mut(|record| {
            let address = told.next_if(|(of, _)| *of == place).map_or(incoming.address, |(_, told)| told);
            place += 1;
            if stamp.come_from(address, record.site(), &self.dependencies.access) == Origin::Excluded {
                self.counters.excluded.inc();
                let mut trace = excluded(record);
                let key = stamp.stamp(&mut trace);
                records.extend(encoded(key, &trace));
                return false;
            }
            if let LogRecord::Rejected(rejected) = record
                && (single || rejected.site.is_empty())
                && !self.dead_letters.take(&rejected.site, received_at)
            {
                self.counters.dead_letters_dropped.inc();
                return true;
            }
            let key = stamp.stamp(record);
            records.extend(encoded(key, record));
            true
        });
        records
    }

    pub(super) async fn append(&self, records: Vec<Record>) -> Result<(), Refusal> {
        if records.is_empty() {
            return Ok(());
        }
        let started = std::time::Instant::now();
        // Once they are queued, nothing is held but the place where the log answers.
        let appended = match self.dependencies.log.queue(Stream::Events, records).await {
            Ok(queued) => queued.await,
            Err(error) => Err(error),
        };
        self.counters.append_seconds.observe(started.elapsed().as_secs_f64());
        match appended {
            Ok(_) => {
                failpoint::hit("collect.after_append");
                Ok(())
            }
            Err(kassa_eventlog::Error::Full(_)) => {
                self.counters.refuse("full");
                Err(Refusal::Full)
            }
            Err(error) => {
                tracing::warn!(%error, "cannot append to the log");
                self.counters.refuse("unavailable");
                Err(Refusal::Unavailable)
            }
        }
    }

    /// Lets a stranger's request in, before its body is waited for.
    pub(super) fn begin(&self, client: IpAddr) -> Result<(), Refusal> {
        self.limits.as_ref().map_or(Ok(()), |limits| limits.begin(client)).map_err(|over| self.too_much(over))
    }

    fn too_much(&self, over: TooMuch) -> Refusal {
        self.counters.refuse(over.cause);
        Refusal::TooMuch { seconds: over.seconds }
    }

    fn unread(&self, why: Unread) -> Refusal {
        match why {
            Unread::TooLarge(limit_bytes) => self.too_large(limit_bytes),
            Unread::TooMuch(over) => self.too_much(over),
        }
    }

    pub(super) fn too_large(&self, limit_bytes: usize) -> Refusal {
        self.counters.refuse("too_large");
        Refusal::TooLarge { limit_bytes }
    }
}

pub(super) fn encoded(key: RouteKey, record: &LogRecord) -> Option<Record> {
    match kassa_model::encode(record) {
        Ok(bytes) => Some(Record { key, payload: Bytes::from(bytes) }),
        // Every property was parsed from JSON text, so this does not happen; were it to, it must not be silent.
        Err(error) => {
            tracing::error!(%error, "cannot encode an event");
            None
        }
    }
}

/// What is kept of an event from an address that its site excludes: its site and when it came.
fn excluded(record: &LogRecord) -> LogRecord {
    let (received_at, dialect) = match record {
        LogRecord::Event(recorded) => (recorded.event.received_at, recorded.event.dialect),
        LogRecord::Rejected(rejected) => (rejected.received_at, rejected.dialect),
    };
    LogRecord::Rejected(Box::new(Rejected {
        id: String::new(),
        site: record.site().to_owned(),
        received_at,
        reason: Reason::ExcludedAddress,
        detail: String::new(),
        dialect,
        original: String::new(),
    }))
}
