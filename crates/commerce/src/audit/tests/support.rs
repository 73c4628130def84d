//! A shop with a log, a relay and reports, whose books can be audited and spoiled.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use async_trait::async_trait;
use kassa_db::testing::Folder;
use kassa_db::{Db, Tx};
use kassa_eventlog::disk::RealDisk;
use kassa_eventlog::local::{LocalLog, Options};
use kassa_eventlog::{Delivery, EventLog, Limits, Offset, Stream, retained};
use kassa_model::{LogRecord, MICROS_PER_SECOND, SystemClock, Timestamp, decode};
use kassa_service::{Metrics, Shutdown};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::audit::{Audit, AuditOptions, Money, MoneyRow, Repeated, Report, Span, Tell};
use crate::orders::apart::drain;
use crate::outbox::{Relay, RelayOptions, Round, Wake};
use crate::testing::{Bed, Dice};

/// A shop and all that an audit looks at.
pub(super) struct Books {
    pub(super) bed: Bed,
    pub(super) log: Arc<LocalLog>,
    relay: Relay,
    keys: u64,
    _folder: Folder,
}

/// Reports that count what the log holds, each id once, as the processor does.
#[derive(Debug, Default)]
pub(super) struct Reports {
    pub(super) rows: Vec<MoneyRow>,
    /// Ids that are there twice, and when that was received.
    pub(super) repeated: Vec<(String, Timestamp)>,
}

#[async_trait]
impl Money for Reports {
    async fn rows(&self, span: &Span) -> Result<Vec<MoneyRow>, String> {
        let within = |row: &&MoneyRow| {
            row.order_id > span.after && span.until.as_ref().is_none_or(|until| row.order_id <= *until)
        };
        Ok(self.rows.iter().filter(within).cloned().collect())
    }

    async fn repeated(&self, since: Option<Timestamp>) -> Result<Repeated, String> {
        let within = self.repeated.iter().filter(|(_, at)| since.is_none_or(|since| *at >= since));
        let ids: Vec<String> = within.map(|(id, _)| id.clone()).collect();
        Ok(Repeated { checked: self.rows.len() as u64, total: ids.len() as u64, ids })
    }

    async fn reached(&self, _group: &str, _partition: u32) -> Result<Option<(Uuid, Offset)>, String> {
        Ok(None)
    }
}

impl Books {
    /// A shop with tracked products `mug`, `cap`, `ps5` and an untracked `ebook`.
    pub(super) async fn open(bed: Bed) -> Self {
        let folder = Folder::new();
        let mut options = Options { reserve_bytes: 0, ..Options::new(folder.path().join("log")) };
        options.events.groups = vec!["processor".to_owned()];
        options.orders.groups = Vec::new();
        let log = Arc::new(LocalLog::open(options, Arc::new(RealDisk), Arc::new(SystemClock)).unwrap());
        let ports = (bed.db.clone(), Arc::clone(&log) as Arc<dyn EventLog>);
        let clock = Arc::clone(&bed.clock) as _;
        let relay = Relay::new(ports, clock, Wake::default(), RelayOptions::default(), &Metrics::new("t"));
        let mut books = Self { bed, log, relay, keys: 0, _folder: folder };
        for (sku, price, tracked) in
            [("mug", 250, true), ("cap", 1_999, true), ("ps5", 49_900, true), ("ebook", 700, false)]
        {
            let price = json!({"amount_minor": price, "currency": "EUR"});
            let product = json!({"sku": sku, "name": sku, "price": price, "track_stock": tracked});
            books.bed.send("POST /v1/products", product, 201).await;
        }
        for sku in ["mug", "cap", "ps5"] {
            books.keyed(&format!("POST /v1/inventory/{sku}/receive"), json!({"quantity": 60})).await;
        }
        books
    }

    /// A mutation with a key of its own.
    pub(super) async fn keyed(&mut self, head: &str, body: Value) -> (u16, Value) {
        self.keys += 1;
        let header = format!("idempotency-key: k{}", self.keys);
        let reply = self.bed.call(head, &[&header], body.to_string()).await;
        assert!(reply.status < 500, "{} {head} {body}: {}", self.bed.name, reply.text);
        let value = serde_json::from_str(&reply.text).unwrap_or_default();
        (reply.status, value)
    }

    /// Orders so many of these; the order's UUID, also of one that failed.
    pub(super) async fn order(&mut self, items: &[(&str, i64)]) -> String {
        let items: Vec<Value> =
            items.iter().map(|(sku, quantity)| json!({"sku": sku, "quantity": quantity})).collect();
        let (_, body) = self.keyed("POST /v1/orders", json!({ "items": items })).await;
        let id = if body["id"].is_null() { &body["order_id"] } else { &body["id"] };
        id.as_str().unwrap_or_else(|| panic!("no order: {body}")).to_owned()
    }

    /// One of everything that may happen to an order, in this order: confirmed, fulfilled, cancelled, edited, refunded in
    /// part and whole, cancelled with its stock kept, handed over in part, failed, untracked.
    pub(super) async fn one_of_each(&mut self) -> BTreeMap<&'static str, String> {
        let mut made = BTreeMap::new();
        made.insert("confirmed", self.order(&[("mug", 2), ("cap", 1)]).await);
        let fulfilled = self.order(&[("ps5", 1)]).await;
        self.keyed(&format!("POST /v1/orders/{fulfilled}/fulfil"), json!({})).await;
        let cancelled = self.order(&[("mug", 3)]).await;
        self.keyed(&format!("POST /v1/orders/{cancelled}/cancel"), json!({})).await;
        let edited = self.order(&[("mug", 1)]).await;
        let items = json!({"items": [{"sku": "cap", "quantity": 2}]});
        self.keyed(&format!("PUT /v1/orders/{edited}"), items).await;
        let part = self.order(&[("cap", 3)]).await;
        let lines = json!({"lines": [{"sku": "cap", "quantity": 1, "restock": true}]});
        self.keyed(&format!("POST /v1/orders/{part}/refunds"), lines).await;
        self.keyed(&format!("POST /v1/orders/{part}/refunds"), json!({"amount_minor": 99})).await;
        let whole = self.order(&[("mug", 1)]).await;
        self.keyed(&format!("POST /v1/orders/{whole}/refunds"), json!({"amount_minor": 250})).await;
        let kept = self.order(&[("mug", 2)]).await;
        self.keyed(&format!("POST /v1/orders/{kept}/cancel"), json!({"restock": false})).await;
        let partly = self.order(&[("cap", 3)]).await;
        let lines = json!({"lines": [{"sku": "cap", "quantity": 2}]});
        self.keyed(&format!("POST /v1/orders/{partly}/fulfil"), lines).await;
        made.extend([("kept", kept), ("partly", partly)]);
        made.insert("failed", self.order(&[("ps5", 5_000)]).await);
        made.insert("untracked", self.order(&[("ebook", 1)]).await);
        made.extend([("fulfilled", fulfilled), ("cancelled", cancelled), ("edited", edited)]);
        made.extend([("part", part), ("whole", whole)]);
        made
    }

    /// An order that was paid and refunded in part, and one of which a parcel has arrived and another was taken back.
    pub(super) async fn paid_and_sent(&mut self) -> BTreeMap<&'static str, String> {
        let (paid, sent) = (self.order(&[("mug", 3)]).await, self.order(&[("mug", 1), ("cap", 1)]).await);
        let (of_paid, of_sent) = (format!("POST /v1/orders/{paid}"), format!("POST /v1/orders/{sent}"));
        for (head, body) in [
            (format!("{of_paid}/payments"), json!({"reference": "bank 1"})),
            (format!("{of_paid}/refunds"), json!({"amount_minor": 100})),
            (format!("{of_sent}/fulfilments"), json!({"lines": [{"sku": "mug", "quantity": 1}]})),
            (format!("{of_sent}/fulfilments"), json!({"status": "shipped"})),
            (format!("{of_sent}/fulfilments/1"), json!({"status": "shipped", "carrier": "DHL"})),
            (format!("{of_sent}/fulfilments/1"), json!({"status": "delivered"})),
            (format!("{of_sent}/fulfilments/2"), json!({"status": "cancelled"})),
        ] {
            let (status, answer) = self.keyed(&head, body).await;
            assert!(status < 300, "{} {head}: {answer}", self.bed.name);
        }
        BTreeMap::from([("paid", paid), ("sent", sent)])
    }

    /// Something random, `times`.
    pub(super) async fn random(&mut self, dice: &mut Dice, times: u64) {
        let skus = ["mug", "cap", "ps5", "ebook"];
        let mut orders = Vec::new();
        for _ in 0..times {
            let sku = skus[usize::try_from(dice.below(4)).unwrap()];
            let quantity = dice.below(4) + 1;
            if orders.is_empty() || dice.below(3) == 0 {
                let other = skus[usize::try_from(dice.below(4)).unwrap()];
                let quantity = if dice.below(8) == 0 { 10_000 } else { quantity };
                orders.push(self.order(&[(sku, quantity), (other, 1)]).await);
                continue;
            }
            let id =
                orders[usize::try_from(dice.below(i64::try_from(orders.len()).unwrap())).unwrap()].clone();
            let line = json!([{"sku": sku, "quantity": 1, "restock": dice.below(2) == 0}]);
            let (head, body) = match dice.below(14) {
                0 => (format!("PUT /v1/orders/{id}"), json!({"items": [{"sku": sku, "quantity": quantity}]})),
                1 => (format!("POST /v1/orders/{id}/cancel"), json!({})),
                2 => (format!("POST /v1/orders/{id}/fulfil"), json!({})),
                3 => (format!("POST /v1/orders/{id}/refunds"), json!({"lines": line})),
                4 => (format!("POST /v1/orders/{id}/refunds"), json!({"amount_minor": dice.below(900) + 1})),
                5 => (format!("POST /v1/orders/{id}/cancel"), json!({"restock": false})),
                6 => {
                    let lines = json!({"lines": [{"sku": sku, "quantity": quantity}]});
                    (format!("POST /v1/orders/{id}/fulfil"), lines)
                }
                7 => (format!("POST /v1/orders/{id}/fulfilments"), json!({})),
                8 => {
                    let lines = json!({"lines": [{"sku": sku, "quantity": 1}], "status": "shipped"});
                    (format!("POST /v1/orders/{id}/fulfilments"), lines)
                }
                9 | 10 => {
                    let status =
                        ["shipped", "delivered", "cancelled"][usize::try_from(dice.below(3)).unwrap()];
                    let number = dice.below(2) + 1;
                    (format!("POST /v1/orders/{id}/fulfilments/{number}"), json!({"status": status}))
                }
                11 => (format!("POST /v1/orders/{id}/payments"), json!({"reference": "bank"})),
                12 => ("POST /v1/inventory/mug/receive".to_owned(), json!({"quantity": quantity})),
                _ => ("POST /v1/inventory/cap/adjust".to_owned(), json!({"quantity": quantity - 2})),
            };
            self.keyed(&head, body).await;
        }
    }

    /// Lets every command reach stock, where that is apart.
    async fn drain(&self) {
        let shutdown = Shutdown::new();
        let draining = tokio::spawn(drain::run(Arc::clone(&self.bed.shop), shutdown.clone()));
        let deadline = Instant::now() + Duration::from_secs(60);
        let open = |tx: &mut Tx<'_>| {
            let sql = "SELECT COUNT(*) FROM work WHERE done_at IS NULL";
            tx.first(sql, &[], |row| row.int(0))
        };
        while self.bed.db.read(open).await.unwrap() != Some(0) {
            assert!(Instant::now() < deadline, "commands still wait after a minute");
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        shutdown.trigger();
        draining.await.unwrap();
    }

    /// Carries the outbox to the log, and lets the processor's group pass what is there.
    pub(super) async fn publish(&mut self) {
        self.drain().await;
        while self.relay.round().await.unwrap() != Round::Idle {}
        let mut group = self.log.subscribe(Stream::Events, "processor").await.unwrap();
        let ends = EventLog::status(&*self.log, Stream::Events).await.unwrap();
        for _ in &ends.partitions {
            let limits = Limits { wait: Duration::from_millis(20), ..Limits::BATCH };
            assert!(matches!(group.next(limits).await.unwrap(), Delivery::Assigned { .. }));
        }
        let done: Vec<_> = ends.partitions.iter().map(|of| (of.partition, of.end)).collect();
        group.commit(&done).await.unwrap();
    }

    /// What reports count of what is published.
    pub(super) async fn reports(&self) -> Reports {
        let mut by_id = BTreeMap::new();
        for (_, payload) in retained(&*self.log, Stream::Events).await.unwrap().into_values().flatten() {
            let LogRecord::Event(recorded) = decode(&payload).unwrap() else { panic!("a dead letter") };
            let event = recorded.event;
            let Some(order) = event.order else { continue };
            by_id.entry(event.id.clone()).or_insert(MoneyRow {
                order_id: order.order_id,
                id: event.id,
                currency: order.currency,
                revenue_minor: order.revenue_minor,
                occurred_at: event.occurred_at,
            });
        }
        Reports { rows: by_id.into_values().collect(), repeated: Vec::new() }
    }

    /// Lets time pass.
    pub(super) fn wait(&self, seconds: i64) {
        let now = kassa_model::Clock::now(&*self.bed.clock);
        self.bed.clock.set(now.plus_micros(seconds * MICROS_PER_SECOND));
    }

    /// The audit, over what reports count.
    pub(super) fn audit_over(&self, reports: Reports) -> Audit {
        Audit {
            shop: Arc::clone(&self.bed.shop),
            log: Some(Arc::clone(&self.log) as Arc<dyn EventLog>),
            money: Some(Arc::new(reports)),
            // A set of seven names needs many passes.
            options: AuditOptions {
                patience: Duration::from_millis(400),
                names_max: 7,
                ..AuditOptions::default()
            },
        }
    }

    /// Audits all of it.
    pub(super) async fn audit(&self) -> Report {
        self.audit_over(self.reports().await).run(silent()).await.unwrap()
    }

    /// What the relay does every minute: notes ages, and removes rows that are published and old.
    pub(super) async fn clean_outbox(&self) -> u64 {
        self.relay.note_age().await.unwrap();
        self.relay.clean_some().await.unwrap()
    }

    /// Runs a statement that spoils the books; `$1` is `value`.
    pub(super) fn spoil(&self, sql: &'static str, value: &str) {
        spoil(&self.bed.db, sql, value);
    }
}

/// Runs a statement that must change something.
pub(super) fn spoil(db: &Db, sql: &'static str, value: &str) {
    let value = value.to_owned();
    let changed = db.write_blocking(move |tx: &mut Tx<'_>| match sql.contains("$1") {
        true => tx.execute(sql, kassa_db::params![&value]),
        false => tx.execute(sql, &[]),
    });
    assert!(changed.unwrap() > 0 || !sql.contains("WHERE"), "it changes nothing: {sql}");
}

/// Nobody is told how far it has come.
pub(super) fn silent() -> Tell {
    Arc::new(|_, _, _| {})
}

/// The numbers of the invariants that are broken.
pub(super) fn broken(report: &Report) -> Vec<usize> {
    report.invariants.iter().filter(|invariant| !invariant.ok).map(|invariant| invariant.id).collect()
}
