//! The collector: takes what a client sent, stamps what only it can know, appends to the log, and answers once that is
//! durable. It decides nothing about events (that is `wire`'s and the processor's business) and stores no address.
//!
//! [`routes`] is its HTTP side; [`Collector::collect`] and [`Collector::collect_all`] take the same requests without
//! HTTP, for demo data.

mod body;
mod country;
mod http;
mod id;
mod key;
mod limits;
mod metrics;
mod stamp;
#[cfg(test)]
mod tests;

use std::net::IpAddr;
use std::path::PathBuf;
use std::sync::Arc;

use bytes::Bytes;
use kassa_access::{Access, Mode, PerSecondBudget, Salts};
use kassa_eventlog::{EventLog, Record, Stream};
use kassa_model::{Clock, Dialect, LogRecord, PartitionBy, Timestamp, failpoint};
use kassa_service::Metrics;
use tokio::sync::OwnedSemaphorePermit;

pub use country::CountryError;
pub use http::routes;
pub use limits::{LimitOptions, Rate};

use crate::wire::{self, Answer, Context, Kind, Reading};
use body::{Places, Unread};
use limits::{Limits, Paying, TooMuch};
use metrics::{Counters, Tally};
use stamp::{Origin, Stamp};

/// The most bytes of a body.
pub const BODY_BYTES_MAX: usize = 4 << 20;
/// The most bytes into which a compressed body may inflate.
pub const INFLATED_BYTES_MAX: usize = 16 << 20;
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

/// Which of the ingest paths a request came by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum IngestPath {
    /// `/track`: dialect A or B.
    Track,
    /// `/event`: dialect E or C.
    Event,
    /// `/v1/track` and the like; a batch has no kind.
    Segment(Option<Kind>),
}

/// What a client sent, as far as the collector cares.
#[derive(Debug, Clone)]
pub struct Incoming<'a> {
    /// The path.
    pub path: IngestPath,
    /// The body as it came, compressed or not.
    pub body: Bytes,
    /// The client's address; it is hashed and looked up, and not kept.
    pub address: IpAddr,
    /// The User-Agent.
    pub agent: Option<&'a str>,
    /// The write key of the request's head or address.
    pub key: Option<&'a str>,
    /// The token of `Authorization: Bearer`.
    pub bearer: Option<&'a str>,
    /// `Sec-GPC: 1` or `DNT: 1`.
    pub private: bool,
    /// By system C's port or prefix.
    pub counter_first: bool,
    /// When it was received; `None` is now.
    pub received_at: Option<Timestamp>,
    /// By which rules sites are found; `None`: those of the process.
    pub mode: Option<Mode>,
    /// Whether its sender's events are limited: not those of whoever shows a secret key in the head or address, and not this
    /// machine's own.
    pub sender: Sender,
}

impl<'a> Incoming<'a> {
    /// A request with nothing but a body, from `address`, received now.
    pub fn new(path: IngestPath, body: Bytes, address: IpAddr) -> Self {
        let (agent, key, bearer, received_at, mode) = (None, None, None, None, None);
        let sender = Sender::Known;
        Self {
            path,
            body,
            address,
            agent,
            key,
            bearer,
            private: false,
            counter_first: false,
            received_at,
            mode,
            sender,
        }
    }

    /// With a User-Agent.
    #[must_use]
    pub fn agent(self, agent: &'a str) -> Self {
        Self { agent: Some(agent), ..self }
    }

    /// With a write key.
    #[must_use]
    pub fn key(self, key: &'a str) -> Self {
        Self { key: Some(key), ..self }
    }

    /// As if received at `time`.
    #[must_use]
    pub fn received_at(self, time: Timestamp) -> Self {
        Self { received_at: Some(time), ..self }
    }
}

/// Who sends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sender {
    /// Anyone: is limited.
    Stranger,
    /// Someone who may send as much as there is room for.
    Known,
}

/// Why nothing of a request was taken.
#[derive(Debug, Clone, thiserror::Error)]
pub enum Refusal {
    /// The body, or what it inflates to, is too large.
    #[error("a body has at most {limit_bytes} bytes")]
    TooLarge {
        /// The limit that it is over.
        limit_bytes: usize,
    },
    /// A stranger, or strangers to one site, have sent too much.
    #[error("too many events: try again in {seconds} s")]
    TooMuch {
        /// When there is room again, seconds from now.
        seconds: u64,
    },
    /// The log has no room; try again later.
    #[error("the log is full")]
    Full,
    /// The log does not take records now. What was sent may or may not be counted.
    #[error("the log is unavailable")]
    Unavailable,
}

/// What the collector works with.
#[derive(Debug, Clone)]
pub struct Parts {
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
    parts: Parts,
    counters: Counters,
    dead_letters: PerSecondBudget,
    countries: Option<country::Countries>,
    places: Places,
    limits: Option<Limits>,
    partition_by: PartitionBy,
}

/// What is left of a request once it is read, stamped and encoded. It has to wait for the log; everything else is let go
/// before that, by the thread that made it and while it is in that core's cache.
#[derive(Debug)]
struct Prepared {
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
        options.geoip.as_deref().map(country::Countries::open).transpose().map(|_| ())
    }

    /// A collector that counts in `metrics`.
    ///
    /// # Errors
    /// [`CountryError`] when the GeoIP file of `options` cannot be read.
    pub fn new(options: &CollectorOptions, parts: Parts, metrics: &Metrics) -> Result<Self, CountryError> {
        let countries = options.geoip.as_deref().map(country::Countries::open).transpose()?;
        let counters = Counters::register(metrics);
        let dead_letters = PerSecondBudget::new(DEAD_LETTERS_PER_SECOND_MAX);
        let limits = options.limits.map(Limits::new);
        let (places, partition_by) = (Places::new(), options.partition_by);
        Ok(Self { parts, counters, dead_letters, countries, places, limits, partition_by })
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
    async fn read(&self, incoming: &Incoming<'_>) -> Result<(Prepared, Answer), Refusal> {
        self.counters.bytes.inc_by(incoming.body.len() as u64);
        let mut paying = self.paying(incoming);
        let body = self.places.read(incoming.body.clone(), &mut paying).await;
        let body = body.map_err(|why| self.unread(why))?;
        let (mut prepared, answer) = body.work(|bytes| self.prepare(incoming, bytes, &paying))?;
        prepared.place = body.place;
        Ok((prepared, answer))
    }

    /// Appends what is to be kept, and counts it.
    async fn keep(&self, prepared: &mut Prepared) -> Result<(), Refusal> {
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
        let received_at = incoming.received_at.unwrap_or_else(|| self.parts.clock.now());
        let mode = incoming.mode.unwrap_or_else(|| self.parts.access.mode());
        let sites = key::KnownSites(&self.parts.access, mode);
        let ctx = Context {
            received_at,
            key: incoming.key,
            bearer: incoming.bearer,
            private: incoming.private,
            counter_first: incoming.counter_first,
            sites: &sites,
        };
        let mut reading = match incoming.path {
            IngestPath::Track => wire::read_track(body, &ctx),
            IngestPath::Event => wire::read_event(body, &ctx),
            IngestPath::Segment(kind) => wire::read_segment(kind, body, &ctx),
        };
        paying.for_events(&reading.records).map_err(|over| self.too_much(over))?;
        let records = self.stamp(&mut reading, incoming, received_at);
        Ok((Prepared { records, tally: Tally::of(&reading), place: None }, reading.answer))
    }

    /// Stamps and encodes every record that is to be kept. Those from addresses that their site excludes leave the reading.
    fn stamp(&self, reading: &mut Reading, incoming: &Incoming<'_>, received_at: Timestamp) -> Vec<Record> {
        let salts = self.parts.salts.at(received_at);
        let mut stamp = Stamp::new(incoming, &salts, self.countries.as_ref(), self.partition_by);
        let mut told = std::mem::take(&mut reading.addresses).into_iter().peekable();
        let (single, mut place) = (reading.single, 0);
        let mut records = Vec::with_capacity(reading.records.len());
        reading.records.retain_mut(|record| {
            let address = told.next_if(|(of, _)| *of == place).map_or(incoming.address, |(_, told)| told);
            place += 1;
            if stamp.come_from(address, record.site(), &self.parts.access) == Origin::Excluded {
                self.counters.excluded.inc();
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
            match kassa_model::encode(record) {
                Ok(bytes) => records.push(Record { key, payload: Bytes::from(bytes) }),
                // Every property was parsed from JSON text, so this does not happen; were it to, it must not be silent.
                Err(error) => tracing::error!(%error, "cannot encode an event"),
            }
            true
        });
        records
    }

    async fn append(&self, records: Vec<Record>) -> Result<(), Refusal> {
        if records.is_empty() {
            return Ok(());
        }
        let started = std::time::Instant::now();
        let appended = self.parts.log.append(Stream::Events, records).await;
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
    fn begin(&self, client: IpAddr) -> Result<(), Refusal> {
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

    fn too_large(&self, limit_bytes: usize) -> Refusal {
        self.counters.refuse("too_large");
        Refusal::TooLarge { limit_bytes }
    }
}

/// The dialects that requests come by, and the reasons they are refused for: what bounds the metrics' labels.
const DIALECTS: [Dialect; 5] =
    [Dialect::Flat, Dialect::Batch, Dialect::Counter, Dialect::Site, Dialect::Segment];
