//! A shop with a log, whose news are written by hand.

use std::sync::Arc;
use std::time::{Duration, Instant};

use bytes::Bytes;
use kassa_db::testing::{Folder, prepare_all};
use kassa_db::{Error, Tx, params};
use kassa_eventlog::disk::RealDisk;
use kassa_eventlog::local::{LocalLog, Options};
use kassa_eventlog::{EventLog, Record, Stream};
use kassa_model::{RouteKey, SystemClock};
use kassa_service::{Metrics, Shutdown};
use serde_json::{Value, json};
use tokio::task::JoinHandle;

use crate::ShopOptions;
use crate::notify::webhook::{HookOptions, Reach};
use crate::notify::{Consumer, MailOptions, NotifyMetrics, WorkOptions, Worker, store};
use crate::testing::Bed;

/// A shop and its log.
pub(super) struct Desk {
    pub(super) bed: Bed,
    pub(super) log: Arc<LocalLog>,
    pub(super) folder: Folder,
}

/// Tasks that run until they are ended.
pub(super) struct Running {
    shutdown: Shutdown,
    tasks: Vec<JoinHandle<()>>,
}

impl Running {
    pub(super) async fn end(self) {
        self.shutdown.trigger();
        for task in self.tasks {
            task.await.unwrap();
        }
    }
}

impl Desk {
    pub(super) fn sqlite(mail: MailOptions) -> Self {
        Self::over(Bed::sqlite(), mail)
    }

    /// One on each engine that is here.
    pub(super) fn each(mail: &MailOptions) -> Vec<Self> {
        Bed::each().into_iter().map(|bed| Self::over(bed, mail.clone())).collect()
    }

    fn over(bed: Bed, mail: MailOptions) -> Self {
        let folder = Folder::new();
        let mail = MailOptions {
            mailbox: folder.path().join("mailbox"),
            templates: folder.path().join("templates"),
            ..mail
        };
        let webhooks = HookOptions {
            reach: Reach::Anywhere,
            timeout: Duration::from_millis(300),
            ..HookOptions::default()
        };
        let bed = bed.with(ShopOptions { mail, webhooks, ..ShopOptions::default() });
        let options = Options { reserve_bytes: 0, ..Options::new(folder.path().join("log")) };
        let log = LocalLog::open(options, Arc::new(RealDisk), Arc::new(SystemClock)).unwrap();
        Self { bed, log: Arc::new(log), folder }
    }

    pub(super) async fn consumer(&self) -> Consumer {
        let metrics = Arc::new(NotifyMetrics::register(&Metrics::new("test")));
        let log = Arc::clone(&self.log) as Arc<dyn EventLog>;
        Consumer::new(Arc::clone(&self.bed.shop), log, metrics).await.unwrap()
    }

    /// Reads the stream until it is ended.
    pub(super) async fn read(&self) -> Running {
        let (consumer, shutdown) = (self.consumer().await, Shutdown::new());
        Running { tasks: vec![tokio::spawn(consumer.run(shutdown.clone()))], shutdown }
    }

    /// Sends what is due until it is ended.
    pub(super) fn send(&self, options: WorkOptions) -> Running {
        let metrics = Arc::new(NotifyMetrics::register(&Metrics::new("test")));
        let (shop, db) = (Arc::clone(&self.bed.shop), self.bed.db.clone());
        let (worker, shutdown) = (Worker::new(shop, db, options, metrics), Shutdown::new());
        Running { tasks: vec![tokio::spawn(worker.run(shutdown.clone()))], shutdown }
    }

    /// Writes news to the stream.
    pub(super) async fn publish(&self, news: &[Value]) {
        let record = |event: &Value| Record {
            key: RouteKey::given("order", "o"),
            payload: Bytes::from(match event {
                Value::String(text) => text.clone(),
                event => event.to_string(),
            }),
        };
        self.log.append(Stream::Orders, news.iter().map(record).collect()).await.unwrap();
    }

    /// Waits until the stream is read up to its end.
    pub(super) async fn all_read(&self) {
        eventually("the stream is read", async || {
            let status = self.log.status(Stream::Orders).await.unwrap();
            let (id, part) = (status.log_id.to_string(), status.partitions[0].clone());
            self.bed.write(move |tx| store::position(tx, &id, 0)) == Some(part.end)
        })
        .await;
    }

    /// `channel target template state`, sorted.
    pub(super) fn rows(&self) -> Vec<String> {
        self.bed.write(|tx| {
            let sql =
                "SELECT channel, target, template, state FROM deliveries ORDER BY target, template, event_id";
            tx.all(sql, params![], |row| {
                Ok(format!("{} {} {} {}", row.text(0)?, row.text(1)?, row.text(2)?, row.text(3)?))
            })
        })
    }

    /// How many deliveries are in this state.
    pub(super) fn count(&self, state: &'static str) -> i64 {
        self.bed.write(move |tx| count(tx, state))
    }
}

fn count(tx: &mut Tx<'_>, state: &str) -> Result<i64, Error> {
    let sql = "SELECT COUNT(*) FROM deliveries WHERE state = $1";
    Ok(tx.first(sql, params![state], |row| row.int(0))?.unwrap_or_default())
}

/// The news that an order of this number and customer was confirmed.
pub(super) fn confirmed(number: u64, email: &str) -> Value {
    news(&format!("0190a000-0000-7000-8000-{number:012x}:1"), "OrderConfirmed", number, email)
}

/// News of an order.
pub(super) fn news(id: &str, kind: &str, number: u64, email: &str) -> Value {
    let eur = |amount_minor: i64| json!({"amount_minor": amount_minor, "currency": "EUR"});
    let order = id.split(':').next().unwrap();
    json!({"id": id, "type": kind, "occurred_at": "2027-01-15T08:00:00Z",
        "order": {"id": order, "number": number, "status": "confirmed", "total": eur(1_800), "refunded": eur(0),
            "items": [{"sku": "mug", "name": "Mug", "quantity": 2, "unit_price": eur(900), "total": eur(1_800)}],
            "customer": {"name": "Ann", "email": email}}})
}

/// Waits until `condition` holds; half a minute at most.
pub(super) async fn eventually(what: &str, mut condition: impl AsyncFnMut() -> bool) {
    let deadline = Instant::now() + Duration::from_secs(30);
    while !condition().await {
        assert!(Instant::now() < deadline, "{what}: not within half a minute");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

#[test]
fn statements_run_on_both_engines() {
    for bed in Bed::each() {
        prepare_all(&bed.db, store::ALL).unwrap();
    }
}
