//! A collector with its router, a log in memory that can be told to fail, and a clock that stands still.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use axum::Router;
use axum::body::Body;
use axum::http::{HeaderMap, Request, StatusCode};
use http_body_util::BodyExt;
use kassa_access::{Access, Mode, Options, RuleOptions, Salts, SecretKeyOptions, SiteOptions};
use kassa_eventlog::{Error, EventLog, Offset, Position, Queued, Record, Status, Stream, Subscription};
use kassa_model::{LogRecord, ManualClock, PartitionBy, Recorded, Rejected, RouteKey, Timestamp};
use kassa_service::{Metrics, Policy, RouteClass};
use tower::ServiceExt;

use super::super::collector::{Collector, CollectorOptions, Dependencies};
use super::super::{LimitOptions, routes};

/// 2025-11-13T12:00:00Z.
pub(crate) const NOW: Timestamp = Timestamp::from_micros(1_763_035_200_000_000);

/// Keeps what is appended.
#[derive(Debug, Default)]
pub(crate) struct MemoryLog {
    records: Mutex<Vec<Record>>,
    appends: Mutex<usize>,
    failure: Mutex<Option<Error>>,
    pub(crate) holds: AtomicBool,
}

#[async_trait]
impl EventLog for MemoryLog {
    async fn queue(&self, stream: Stream, records: Vec<Record>) -> Result<Queued, Error> {
        assert_eq!(stream, Stream::Events);
        while self.holds.load(Ordering::SeqCst) {
            tokio::task::yield_now().await;
        }
        if let Some(error) = &*self.failure.lock().unwrap() {
            return Err(error.clone());
        }
        *self.appends.lock().unwrap() += 1;
        let mut kept = self.records.lock().unwrap();
        let first = kept.len();
        kept.extend(records);
        let position = |place: usize| Position { partition: 0, offset: Offset(place as u64) };
        let positions = (first..kept.len()).map(position).collect();
        Ok(Queued::new(std::future::ready(Ok(positions))))
    }

    async fn subscribe(&self, _: Stream, _: &str) -> Result<Box<dyn Subscription>, Error> {
        Err(Error::Invalid("a log to write to".to_owned()))
    }

    fn read(&self, _: Stream) -> Box<dyn Subscription> {
        unreachable!("a log to write to")
    }

    async fn status(&self, _: Stream) -> Result<Status, Error> {
        Err(Error::Invalid("a log to write to".to_owned()))
    }
}

/// An answer as a client sees it.
#[derive(Debug)]
pub(crate) struct Answered {
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    pub(crate) body: String,
}

/// A collector and everything around it.
pub(crate) struct Shop {
    pub(crate) log: Arc<MemoryLog>,
    pub(crate) collector: Arc<Collector>,
    pub(crate) metrics: Metrics,
    pub(crate) router: Router,
    pub(crate) clock: Arc<ManualClock>,
    _data: tempfile::TempDir,
}

impl Shop {
    /// In open mode: any site and key will do.
    pub(crate) fn open() -> Self {
        Self::new(Mode::Open, &CollectorOptions::default())
    }

    /// In open mode, with a GeoIP file.
    pub(crate) fn with_countries(file: &std::path::Path) -> Self {
        Self::new(
            Mode::Open,
            &CollectorOptions { geoip: Some(file.to_owned()), ..CollectorOptions::default() },
        )
    }

    /// In open mode, where records are routed by the visitor.
    pub(crate) fn by_visitor() -> Self {
        let options = CollectorOptions { partition_by: PartitionBy::Visitor, ..CollectorOptions::default() };
        Self::new(Mode::Open, &options)
    }

    /// In closed mode, with the site `shop` (key `pk_1`) and the site `free`, which needs no key.
    pub(crate) fn closed() -> Self {
        Self::new(Mode::Closed, &CollectorOptions::default())
    }

    /// In closed mode, where strangers may send so much.
    pub(crate) fn limited(limits: LimitOptions) -> Self {
        Self::new(Mode::Closed, &CollectorOptions { limits: Some(limits), ..CollectorOptions::default() })
    }

    /// The same in open mode.
    pub(crate) fn open_and_limited(limits: LimitOptions) -> Self {
        Self::new(Mode::Open, &CollectorOptions { limits: Some(limits), ..CollectorOptions::default() })
    }

    /// In closed mode, where the site `shop`, for events that name none, has the origin `https://shop.test` and these rules.
    pub(crate) fn ruled(rules: &str) -> Self {
        let options = options(&serde_json::from_str(rules).unwrap());
        let options = Options { shop_site: "shop".to_owned(), ..options };
        Self::with(Mode::Closed, &CollectorOptions::default(), &options)
    }

    fn new(mode: Mode, collector_options: &CollectorOptions) -> Self {
        Self::with(mode, collector_options, &options(&RuleOptions::default()))
    }

    fn with(mode: Mode, collector_options: &CollectorOptions, options: &Options) -> Self {
        let data = tempfile::tempdir().unwrap();
        let access = Access::open(options, mode, data.path()).unwrap();
        let log = Arc::new(MemoryLog::default());
        let clock = Arc::new(ManualClock::new(NOW));
        let metrics = Metrics::new("test");
        let parts = Dependencies {
            log: Arc::clone(&log) as Arc<dyn EventLog>,
            access,
            salts: Arc::new(Salts::open(data.path()).unwrap()),
            clock: Arc::clone(&clock) as Arc<dyn kassa_model::Clock>,
        };
        let collector = Arc::new(Collector::new(collector_options, parts, &metrics).unwrap());
        let router = Policy::default().apply(RouteClass::Ingest, routes(Arc::clone(&collector)));
        Self { log, collector, metrics, router, clock, _data: data }
    }

    pub(crate) async fn send(&self, request: Request<Body>) -> Answered {
        let response = self.router.clone().oneshot(request).await.unwrap();
        assert_ne!(response.status(), StatusCode::INTERNAL_SERVER_ERROR);
        let (parts, body) = response.into_parts();
        let body = body.collect().await.unwrap().to_bytes();
        let body = String::from_utf8(body.to_vec()).unwrap();
        Answered { status: parts.status.as_u16(), headers: parts.headers, body }
    }

    pub(crate) async fn post(&self, path: &str, body: impl Into<Body>) -> Answered {
        self.send(Request::post(path).body(body.into()).unwrap()).await
    }

    pub(crate) async fn post_with(&self, path: &str, headers: &[(&str, &str)], body: &str) -> Answered {
        let mut request = Request::post(path);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        self.send(request.body(Body::from(body.to_owned())).unwrap()).await
    }

    /// Everything in the log, decoded.
    pub(crate) fn records(&self) -> Vec<(RouteKey, LogRecord)> {
        let kept = self.log.records.lock().unwrap();
        kept.iter().map(|record| (record.key, kassa_model::decode(&record.payload).unwrap())).collect()
    }

    pub(crate) fn appends(&self) -> usize {
        *self.log.appends.lock().unwrap()
    }

    pub(crate) fn fail(&self, error: Option<Error>) {
        *self.log.failure.lock().unwrap() = error;
    }

    /// The last record, an accepted event.
    pub(crate) fn last(&self) -> Recorded {
        match self.records().pop() {
            Some((_, LogRecord::Event(recorded))) => *recorded,
            other => panic!("not an event: {other:?}"),
        }
    }

    /// The last record, a dead letter.
    pub(crate) fn last_rejected(&self) -> Rejected {
        match self.records().pop() {
            Some((_, LogRecord::Rejected(rejected))) => *rejected,
            other => panic!("not a dead letter: {other:?}"),
        }
    }

    /// The value of a metric's series, by its whole name with labels.
    pub(crate) fn metric(&self, series: &str) -> Option<f64> {
        let text = self.metrics.text();
        text.lines().find_map(|line| line.strip_prefix(series)?.strip_prefix(' ')?.parse().ok())
    }
}

fn options(rules: &RuleOptions) -> Options {
    let site = |id: &str, keys: &[&str]| SiteOptions {
        id: id.to_owned(),
        write_keys: keys.iter().map(|key| (*key).to_owned()).collect(),
        allow_keyless: keys.is_empty(),
        timezone: "UTC".to_owned(),
        origins: vec!["https://shop.test".to_owned()],
        keep_days: 0,
        rules: rules.clone(),
        is_preset: false,
    };
    let sites = vec![site("shop", &["pk_1"]), site("free", &[])];
    let sender = SecretKeyOptions {
        name: "sender".to_owned(),
        sha256: "d9d8790e1cd58e36026fbd7c12c7b08a4eef8c5b40dca561c1cc24ffb548b06b".to_owned(),
        site: None,
    };
    let of_free = SecretKeyOptions {
        name: "free".to_owned(),
        sha256: "257aa928c928b6bdf142c5c487740a4e171dcd4a9c25b033eef2d703d76c5f16".to_owned(),
        site: Some("free".to_owned()),
    };
    Options { sites, secret_keys: vec![sender, of_free], ..Options::default() }
}
