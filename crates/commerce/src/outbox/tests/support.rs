//! An outbox to be published, a log to publish to that can be shut, and what lies in it.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use async_trait::async_trait;
use kassa_db::testing::{Folder, TestPostgres};
use kassa_db::{Db, Error, Tx, params};
use kassa_eventlog::disk::RealDisk;
use kassa_eventlog::local::{LocalLog, Options};
use kassa_eventlog::{Error as LogError, EventLog, Queued, Record, Status, Stream, Subscription, retained};
use kassa_model::{Clock, LogRecord, Recorded, SystemClock, Timestamp, decode, money_id};
use kassa_service::Metrics;

use crate::MIGRATIONS;
use crate::orders::LineDelta;
use crate::outbox::{MoneyRecord, Relay, RelayOptions, Wake};
use crate::visit::Context;

/// How much of the full counts a hard test runs: `KASSA_TEST_SCALE` in percent, 10 by default.
pub(super) fn scaled(full: u64) -> u64 {
    let percent = std::env::var("KASSA_TEST_SCALE").ok().and_then(|text| text.parse().ok()).unwrap_or(10);
    (full * percent / 100).max(1)
}

/// Waits until `condition` holds; a minute at most.
pub(super) async fn eventually(what: &str, mut condition: impl AsyncFnMut() -> bool) {
    let deadline = Instant::now() + Duration::from_secs(60);
    while !condition().await {
        assert!(Instant::now() < deadline, "{what}: not within a minute");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

/// A database and a log in one folder.
pub(super) struct Desk {
    pub(super) db: Db,
    pub(super) log: Arc<Gate>,
    pub(super) folder: Folder,
}

impl Desk {
    /// On SQLite.
    pub(super) fn new() -> Self {
        let folder = Folder::new();
        let (db, log) = (open_db(folder.path()), open_log(folder.path()));
        Self { db, log, folder }
    }

    /// One on each engine that is here.
    pub(super) fn each() -> Vec<Self> {
        let mut desks = vec![Self::new()];
        if let Some(cluster) = TestPostgres::start() {
            let db = Db::open(&cluster.fresh_database()).unwrap();
            db.migrate(MIGRATIONS).unwrap();
            let folder = Folder::new();
            desks.push(Self { db, log: open_log(folder.path()), folder });
        }
        desks
    }

    /// A relay in a hurry, that tells metrics of its own.
    pub(super) fn relay(&self, options: RelayOptions) -> (Relay, Wake, Metrics) {
        let (wake, metrics) = (Wake::default(), Metrics::new("test"));
        let ports = (self.db.clone(), Arc::clone(&self.log) as Arc<dyn EventLog>);
        let clock: Arc<dyn Clock> = Arc::new(SystemClock);
        (Relay::new(ports, clock, wake.clone(), options, &metrics), wake, metrics)
    }

    /// Writes the rows of these numbers.
    pub(super) async fn put(&self, numbers: std::ops::Range<i64>) {
        let put = move |tx: &mut Tx<'_>| numbers.clone().try_for_each(|number| put(tx, number));
        self.db.write(put).await.unwrap();
    }

    pub(super) async fn unpublished(&self) -> i64 {
        unpublished(&self.db).await
    }
}

pub(super) async fn unpublished(db: &Db) -> i64 {
    let sql = "SELECT COUNT(*) FROM outbox_waiting";
    db.read(move |tx| tx.first(sql, &[], |row| row.int(0))).await.unwrap().unwrap()
}

pub(super) fn open_db(folder: &Path) -> Db {
    let db = Db::open(&format!("sqlite:{}", folder.join("shop.db").display())).unwrap();
    db.migrate(MIGRATIONS).unwrap();
    db
}

pub(super) fn open_log(folder: &Path) -> Arc<Gate> {
    let options = Options { reserve_bytes: 0, ..Options::new(folder.join("log")) };
    let log = LocalLog::open(options, Arc::new(RealDisk), Arc::new(SystemClock)).unwrap();
    Arc::new(Gate { log, shut: AtomicBool::new(false) })
}

/// The money of row `number`.
pub(super) fn amount(number: i64) -> i64 {
    number * 7 - 30
}

/// A row: change 1 of order `o-<number>`, its money, and the public event `<number>`.
pub(super) fn put(tx: &mut Tx<'_>, number: i64) -> Result<(), Error> {
    let order = format!("o-{number}");
    let line = LineDelta {
        sku: "mug".to_owned(),
        name: "Mug".to_owned(),
        category: None,
        units_delta: 1,
        revenue_delta_minor: amount(number),
        fulfilled: None,
    };
    let money = MoneyRecord {
        id: money_id(&order, 1),
        name: "Order Completed".to_owned(),
        occurred_at: Timestamp::from_micros(1_800_000_000_000_000 + number),
        told_at: None,
        order_id: order.clone(),
        revenue_delta_minor: amount(number),
        currency: "EUR".to_owned(),
        status: "confirmed".to_owned(),
        customer_type: None,
        lines: vec![line],
        context: Context { site: "demo".to_owned(), visitor_today: number, ..Context::default() },
    };
    let money = serde_json::to_string(&money).unwrap();
    let sql = "INSERT INTO outbox (order_id, seq, kind, body, money, created_at) VALUES ($1, 1, 'OrderConfirmed', $2, $3, $4) RETURNING id";
    let id = tx.insert(sql, params![&order, &number.to_string(), &money, number])?;
    tx.execute("INSERT INTO outbox_waiting (id, created_at) VALUES ($1, $2)", params![id, number])?;
    Ok(())
}

/// A log that can be shut: it then says that it is full.
#[derive(Debug)]
pub(super) struct Gate {
    log: LocalLog,
    pub(super) shut: AtomicBool,
}

#[async_trait]
impl EventLog for Gate {
    async fn queue(&self, stream: Stream, records: Vec<Record>) -> Result<Queued, LogError> {
        // One of the two streams only, so that what is done by halves shows.
        if stream == Stream::Events && self.shut.load(Ordering::SeqCst) {
            return Err(LogError::Full("it was shut".to_owned()));
        }
        self.log.queue(stream, records).await
    }

    async fn subscribe(&self, stream: Stream, group: &str) -> Result<Box<dyn Subscription>, LogError> {
        self.log.subscribe(stream, group).await
    }

    fn read(&self, stream: Stream) -> Box<dyn Subscription> {
        self.log.read(stream)
    }

    async fn status(&self, stream: Stream) -> Result<Status, LogError> {
        self.log.status(stream).await
    }
}

impl Gate {
    /// All payloads of a stream, as text.
    pub(super) async fn texts(&self, stream: Stream) -> Vec<String> {
        let records = retained(&self.log, stream).await.unwrap().into_values().flatten();
        records.map(|(_, bytes)| String::from_utf8(bytes.to_vec()).unwrap()).collect()
    }

    /// The records of money.
    pub(super) async fn money(&self) -> Vec<Recorded> {
        let all = self.events().await;
        all.into_iter().filter(|recorded| recorded.event.order.is_some()).collect()
    }

    /// All records of the stream of events.
    pub(super) async fn events(&self) -> Vec<Recorded> {
        let texts = self.texts(Stream::Events).await;
        texts
            .iter()
            .map(|text| match decode(text.as_bytes()).unwrap() {
                LogRecord::Event(recorded) => *recorded,
                LogRecord::Rejected(rejected) => panic!("{rejected:?}"),
            })
            .collect()
    }

    /// Revenue by event id, each id once, as the processor counts it. Records of one id must be the same to the byte.
    pub(super) async fn revenue_by_id(&self) -> BTreeMap<String, i64> {
        let mut known: BTreeMap<String, String> = BTreeMap::new();
        let mut revenue = BTreeMap::new();
        for (text, recorded) in self.texts(Stream::Events).await.into_iter().zip(self.money().await) {
            let id = recorded.event.id.clone();
            revenue.insert(id.clone(), recorded.event.order.unwrap().revenue_minor);
            assert_eq!(known.entry(id).or_insert_with(|| text.clone()), &text, "a repeat that differs");
        }
        revenue
    }
}
