//! A small world to ask questions in: the reference store with events seeded directly, a clock that stands still.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::http::{HeaderMap, Request, StatusCode};
use kassa_access::{Access, Mode, Options, RuleOptions, SecretKeyOptions, SiteOptions};
use kassa_eventstore::memory::MemoryStore;
use kassa_eventstore::{Batch, EventStore, with_visits};
use kassa_model::{Dialect, Event, ManualClock, OrderItem, OrderPart, Timestamp};
use kassa_service::Shutdown;
use serde_json::{Value, json};
use tower::ServiceExt;
use uuid::Uuid;

use super::super::options::ReportOptions;
use super::super::reports::Reports;
use crate::report::routes;

/// Friday noon.
pub(crate) const NOW: &str = "2026-11-20T12:00:30Z";

/// The key that reads every site, and the one that reads only `shop`.
pub(crate) const KEY_ALL: &str = "sk-all";
pub(crate) const KEY_SHOP: &str = "sk-shop";
pub(crate) const KEY_ADMIN: &str = "the-admin-token-of-the-tests";

pub(crate) struct World {
    pub(crate) router: Router,
    pub(crate) reports: Arc<Reports>,
    pub(crate) store: Arc<dyn EventStore>,
    pub(crate) clock: Arc<ManualClock>,
    pub(crate) shutdown: Shutdown,
    offset: AtomicU64,
    folder: tempfile::TempDir,
}

/// The status, headers and bytes of an answer.
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) text: String,
}

impl Answer {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|error| panic!("{error}: {}", self.text))
    }
}

impl World {
    /// Open mode; sites `shop` (UTC), `berlin`, `paulo`, `kathmandu`.
    pub(crate) fn open() -> Self {
        Self::new(Mode::Open, Arc::new(MemoryStore::new()))
    }

    /// Closed mode with two secret keys.
    pub(crate) fn closed() -> Self {
        Self::new(Mode::Closed, Arc::new(MemoryStore::new()))
    }

    /// Over another store.
    pub(crate) fn over(store: Arc<dyn EventStore>) -> Self {
        Self::new(Mode::Open, store)
    }

    /// The same, with so much time for a question.
    pub(crate) fn quick(store: Arc<dyn EventStore>, query_timeout: Duration) -> Self {
        Self::with(Mode::Open, store, query_timeout)
    }

    fn new(mode: Mode, store: Arc<dyn EventStore>) -> Self {
        Self::with(mode, store, Duration::from_secs(30))
    }

    /// Over another store, with sites of UTC by these ids.
    pub(crate) fn over_sites(store: Arc<dyn EventStore>, ids: &[String]) -> Self {
        let sites = ids.iter().map(|id| site(id, "UTC")).collect();
        Self::of(Options { sites, ..options() }, Mode::Open, store, Duration::from_secs(30))
    }

    fn with(mode: Mode, store: Arc<dyn EventStore>, query_timeout: Duration) -> Self {
        Self::of(options(), mode, store, query_timeout)
    }

    fn of(options: Options, mode: Mode, store: Arc<dyn EventStore>, query_timeout: Duration) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let access = Access::open(&options, mode, folder.path()).unwrap();
        let clock = Arc::new(ManualClock::new(NOW.parse().unwrap()));
        let shutdown = Shutdown::new();
        let options = ReportOptions {
            realtime_every: Duration::from_millis(5),
            watchers_max: 3,
            query_timeout,
            export_wait: Duration::from_millis(200),
            shutdown: shutdown.clone(),
            ..ReportOptions::default()
        };
        let reports = Reports::new(options, Arc::clone(&store), access, clock.clone());
        let router = routes(Arc::clone(&reports)).into_router();
        Self { router, reports, store, clock, shutdown, offset: AtomicU64::new(0), folder }
    }

    /// The same with these options.
    pub(crate) fn with_options(self, options: ReportOptions) -> Self {
        let (store, access) = (Arc::clone(&self.store), self.reports.access.clone());
        let reports = Reports::new(options, store, access, self.clock.clone());
        let router = routes(Arc::clone(&reports)).into_router();
        Self { router, reports, ..self }
    }

    /// The same with a database of its own, so that things can be kept.
    pub(crate) fn keeping(self) -> Self {
        let url = format!("sqlite:{}", self.folder.path().join("shop.db").display());
        self.reports.access.attach_at(&url, self.clock.clone()).unwrap();
        self
    }

    /// Sends JSON with a key; a body of `{}` with GET and DELETE is none.
    pub(crate) async fn call(&self, line: &str, key: &str, body: Value) -> Answer {
        let (method, path) = line.split_once(' ').unwrap();
        let request = Request::builder().method(method).uri(path).header("content-type", "application/json");
        let request = request.header("authorization", format!("Bearer {key}"));
        let body = if matches!(method, "GET" | "DELETE") { String::new() } else { body.to_string() };
        self.send(request.body(Body::from(body)).unwrap()).await
    }

    /// Stores events, in this order of receipt.
    pub(crate) async fn seed(&self, events: Vec<Event>) {
        let from = self.offset.fetch_add(events.len() as u64, Ordering::SeqCst);
        self.seed_partition(0, from, events).await;
    }

    /// Stores events of a partition, from this offset on.
    pub(crate) async fn seed_partition(&self, partition: u32, from: u64, events: Vec<Event>) {
        let to = from + events.len() as u64;
        let mut rows = with_visits(from, events);
        rows.iter_mut().for_each(|row| row.partition = partition);
        let batch = Batch {
            log_id: Uuid::nil(),
            partition,
            epoch: 1,
            from,
            to,
            rows,
            rejected: Vec::new(),
            counts: BTreeMap::new(),
            state: None,
        };
        self.store.insert(batch).await.unwrap();
    }

    pub(crate) async fn send(&self, request: Request<Body>) -> Answer {
        let response = self.router.clone().oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        let bytes = axum::body::to_bytes(body, usize::MAX).await.unwrap();
        let text = String::from_utf8(bytes.to_vec()).unwrap();
        Answer { status: parts.status, headers: parts.headers, text }
    }

    pub(crate) async fn get(&self, path: &str) -> Answer {
        self.send(Request::get(path).body(Body::empty()).unwrap()).await
    }

    pub(crate) async fn get_with_key(&self, path: &str, key: &str) -> Answer {
        let request = Request::get(path).header("authorization", format!("Bearer {key}"));
        self.send(request.body(Body::empty()).unwrap()).await
    }

    pub(crate) async fn post(&self, body: impl Into<Body>) -> Answer {
        let request = Request::post("/v1/query").header("content-type", "application/json");
        self.send(request.body(body.into()).unwrap()).await
    }

    /// Posts to another route.
    pub(crate) async fn post_to(&self, route: &str, body: impl Into<Body>) -> Answer {
        let request = Request::post(route).header("content-type", "application/json");
        self.send(request.body(body.into()).unwrap()).await
    }

    /// The answer of another route, which must succeed.
    pub(crate) async fn ask(&self, route: &str, question: &Value) -> Value {
        let answer = self.post_to(route, question.to_string()).await;
        assert_eq!(answer.status, 200, "{question}: {}", answer.text);
        answer.json()
    }

    /// The results of a query that must succeed.
    pub(crate) async fn query(&self, query: Value) -> Value {
        let answer = self.post(query.to_string()).await;
        assert_eq!(answer.status, 200, "{query}: {}", answer.text);
        answer.json()
    }

    /// The rows of a query about `shop` over all time, as `[[dimensions…, metrics…], …]`.
    pub(crate) async fn rows(&self, extra: Value) -> Value {
        let mut query = json!({"site_id": "shop", "date_range": "7d", "metrics": ["visitors"]});
        for (name, value) in extra.as_object().unwrap() {
            query[name] = value.clone();
        }
        let answer = self.query(query).await;
        let flat = |row: &Value| {
            let all = row["dimensions"].as_array().unwrap().iter().chain(row["metrics"].as_array().unwrap());
            Value::Array(all.cloned().collect())
        };
        answer["results"].as_array().unwrap().iter().map(flat).collect()
    }
}

/// A site that needs no key.
pub(crate) fn site(id: &str, timezone: &str) -> SiteOptions {
    SiteOptions {
        id: id.to_owned(),
        write_keys: Vec::new(),
        allow_keyless: true,
        timezone: timezone.to_owned(),
        origins: Vec::new(),
        keep_days: 0,
        rules: RuleOptions::default(),
        is_preset: false,
    }
}

fn options() -> Options {
    let key = |name: &str, sha256: &str, site: Option<&str>| SecretKeyOptions {
        name: name.to_owned(),
        sha256: sha256.to_owned(),
        site: site.map(str::to_owned),
    };
    Options {
        secret_keys: vec![
            key("all", "a046e4925c1c5162e2a952bf81b903655ab1b77d52aac4b82b9c4ca26ad5f73e", None),
            key("shop", "ff00b8a0588afff9bff364ce4dfafca733c0d27237bbfec5e5b2619323fae489", Some("shop")),
        ],
        sites: vec![
            site("shop", "UTC"),
            site("berlin", "Europe/Berlin"),
            site("paulo", "America/Sao_Paulo"),
            site("kathmandu", "Asia/Kathmandu"),
        ],
        admin_token: KEY_ADMIN.to_owned(),
        ..Options::default()
    }
}

/// An event of `shop` by visitor and session `who`, at `time` (RFC 3339), received a tenth of a second later.
pub(crate) fn event(name: &str, who: i64, time: &str) -> Event {
    let occurred_at: Timestamp = time.parse().unwrap();
    Event {
        id: format!("{name}-{who}-{time}"),
        site: "shop".to_owned(),
        name: name.to_owned(),
        name_sent: name.to_owned(),
        occurred_at,
        visitor: Some(who),
        session: Some(who),
        props: "{}".to_owned(),
        ..Event::blank(Dialect::named("site"), occurred_at.plus_micros(100_000))
    }
}

/// A change of the order `order_id` of visitor and session `who`, in EUR; `lines` are SKU, units and money.
pub(crate) fn money(
    (order_id, name, status): (&str, &str, &str),
    who: i64,
    time: &str,
    lines: &[(&str, i64, i64)],
) -> Event {
    let item = |(sku, units, revenue_minor): &(&str, i64, i64)| OrderItem {
        sku: (*sku).to_owned(),
        name: format!("The {sku}"),
        category: Some(format!("{sku}s")),
        units: *units,
        revenue_minor: *revenue_minor,
    };
    let order = OrderPart {
        order_id: order_id.to_owned(),
        revenue_minor: lines.iter().map(|(_, _, money)| money).sum(),
        currency: "EUR".to_owned(),
        status: status.to_owned(),
        items: lines.iter().map(item).collect(),
    };
    Event { order: Some(order), dialect: Dialect::SHOP, ..event(name, who, time) }
}

/// A page view of `path`.
pub(crate) fn view(path: &str, who: i64, time: &str) -> Event {
    Event { path: Some(path.to_owned()), ..event("page_view", who, time) }
}
