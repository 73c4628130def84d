//! A shop with its routes over an empty database, and a clock that stands still.

use std::sync::Arc;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::{HeaderMap, Method, Request};
use kassa_access::{Access, Mode, Options, SecretKeyOptions};
use kassa_db::testing::{Folder, TestPostgres};
use kassa_db::{Db, Engine};
use kassa_model::{Currency, ManualClock, Money, Timestamp};
use kassa_service::{Metrics, Policy, RouteClass};
use serde_json::{Value, json};
use tower::ServiceExt;

use crate::catalog::{self, NewProduct};
use crate::inventory::{self, LedgerKind, Movement};
use crate::{Databases, MIGRATIONS, Shop, ShopOptions};

/// 2026-11-21T05:00:00Z.
pub(super) const NOW: Timestamp = Timestamp::from_micros(1_795_237_200_000_000);

/// Of the secret key `buyer-key-1`.
const KEY_SHA256: &str = "babea48fd90ae502f211c5c8c2bdb51f168ce8cc1296c819f965deb12efdedb9";

/// A shop.
#[derive(Clone)]
pub(super) struct TestShop {
    pub(super) db: Db,
    pub(super) clock: Arc<ManualClock>,
    pub(super) metrics: Metrics,
    router: Router,
    _folder: Arc<Folder>,
}

/// An answer as a client sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Answered {
    pub(super) status: u16,
    pub(super) headers: HeaderMap,
    pub(super) body: String,
}

/// A shop on each engine that is here.
pub(super) fn shops() -> Vec<TestShop> {
    let folder = Folder::new();
    let mut urls = vec![folder.sqlite_url()];
    urls.extend(TestPostgres::start().map(|cluster| cluster.fresh_database()));
    let folder = Arc::new(folder);
    urls.iter().map(|url| TestShop::at(url, Arc::clone(&folder), Mode::Open)).collect()
}

impl TestShop {
    /// A shop on SQLite.
    pub(super) fn sqlite() -> Self {
        let folder = Arc::new(Folder::new());
        Self::at(&folder.sqlite_url(), Arc::clone(&folder), Mode::Open)
    }

    /// A shop on SQLite that lets nobody in without a key; the admin token is `admin-token-1`.
    pub(super) fn closed() -> Self {
        let folder = Arc::new(Folder::new());
        Self::at(&folder.sqlite_url(), Arc::clone(&folder), Mode::Closed)
    }

    fn at(url: &str, folder: Arc<Folder>, mode: Mode) -> Self {
        let db = Db::open(url).unwrap();
        db.migrate(MIGRATIONS).unwrap();
        let data = folder.path().join(format!("data-{:?}", db.engine()));
        std::fs::create_dir_all(&data).unwrap();
        let (name, sha256) = ("buyer".to_owned(), KEY_SHA256.to_owned());
        let keys = vec![SecretKeyOptions { name, sha256, site: None }];
        let options = Options {
            admin_token: if mode == Mode::Open { String::new() } else { "admin-token-1".to_owned() },
            secret_keys: keys,
            ..Options::default()
        };
        let access = Access::open(&options, mode, &data).unwrap();
        let clock = Arc::new(ManualClock::new(NOW));
        let metrics = Metrics::new("test");
        let shop = Shop::new(Databases::all_in(&db), access, clock.clone(), ShopOptions::default(), &metrics);
        let policy = Policy::default();
        let router = policy
            .apply(RouteClass::Storefront, super::super::http::storefront_routes(Arc::clone(&shop)))
            .merge(policy.protect(RouteClass::Native, super::super::http::native_routes(Arc::clone(&shop))));
        Self { db, clock, metrics, router, _folder: folder }
    }

    /// Which engine it is on, for messages.
    pub(super) fn engine(&self) -> Engine {
        self.db.engine()
    }

    /// Adds a tracked product with so many in stock.
    pub(super) fn stock(&self, sku: &str, price_minor: i64, quantity: i64) {
        self.product(sku, price_minor, "USD", true);
        if quantity > 0 {
            self.receive(sku, quantity);
        }
    }

    /// Adds a product.
    pub(super) fn product(&self, sku: &str, price_minor: i64, currency: &str, track_stock: bool) {
        let currency: Currency = currency.parse().unwrap();
        let new = NewProduct {
            sku: Some(sku.to_owned()),
            category: Some("things".to_owned()),
            track_stock,
            ..NewProduct::plain(format!("The {sku}"), Money { amount_minor: price_minor, currency })
        };
        self.db.write_blocking(move |tx| catalog::create(tx, &new, NOW)).unwrap();
    }

    /// Puts units into stock.
    pub(super) fn receive(&self, sku: &str, quantity: i64) {
        let reference = uuid::Uuid::now_v7().to_string();
        let kind = LedgerKind::Receive;
        let movement = Movement { reference, sku: sku.to_owned(), kind, quantity, reason: None };
        self.db.write_blocking(move |tx| inventory::move_by_hand(tx, &movement, NOW)).unwrap();
    }

    /// Runs a statement that must change something.
    pub(super) fn change(&self, sql: &'static str) {
        assert!(self.db.write_blocking(move |tx| tx.execute(sql, &[])).unwrap() > 0, "{sql}");
    }

    /// What is on hand.
    pub(super) fn on_hand(&self, sku: &str) -> i64 {
        let sku = sku.to_owned();
        let stock = self.db.read_blocking(move |tx| inventory::store::by_sku(tx, &sku)).unwrap();
        stock.unwrap().on_hand
    }

    /// The number in the first row and column of a query.
    pub(super) fn number(&self, sql: &'static str) -> i64 {
        let read = move |tx: &mut kassa_db::Tx<'_>| tx.first(sql, &[], |row| row.int(0));
        self.db.read_blocking(read).unwrap().unwrap()
    }

    /// The text columns of a query's rows.
    pub(super) fn texts(&self, sql: &'static str) -> Vec<String> {
        self.db.read_blocking(move |tx| tx.all(sql, &[], |row| row.text(0))).unwrap()
    }

    pub(super) async fn send(&self, request: Request<Body>) -> Answered {
        let response = self.router.clone().oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        let body = to_bytes(body, usize::MAX).await.unwrap();
        let body = String::from_utf8(body.to_vec()).unwrap();
        assert!(parts.status.as_u16() != 500, "{body}");
        Answered { status: parts.status.as_u16(), headers: parts.headers, body }
    }

    /// Sends a JSON body with headers.
    pub(super) async fn call(
        &self,
        (method, path): (Method, &str),
        headers: &[(&str, &str)],
        body: impl Into<Body>,
    ) -> Answered {
        let mut request = Request::builder().method(method).uri(path);
        request = request.header("content-type", "application/json");
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        self.send(request.body(body.into()).unwrap()).await
    }

    /// `POST` with a key.
    pub(super) async fn post(&self, path: &str, key: &str, body: &Value) -> Answered {
        self.call((Method::POST, path), &[("idempotency-key", key)], body.to_string()).await
    }

    pub(super) async fn get(&self, path: &str) -> Answered {
        self.call((Method::GET, path), &[], Body::empty()).await
    }

    pub(super) async fn put(&self, path: &str, body: &Value) -> Answered {
        self.call((Method::PUT, path), &[], body.to_string()).await
    }

    /// Orders so many of a SKU.
    pub(super) async fn order(&self, key: &str, sku: &str, quantity: i64) -> Answered {
        self.post("/v1/orders", key, &json!({"items": [{"sku": sku, "quantity": quantity}]})).await
    }

    /// Places an order that must be confirmed; returns its path.
    pub(super) async fn placed(&self, items: Value) -> String {
        let key = uuid::Uuid::now_v7().to_string();
        let answer = self.post("/v1/orders", &key, &json!({ "items": items })).await;
        assert_eq!(answer.status, 201, "{}", answer.body);
        format!("/v1/orders/{}", answer.json()["id"].as_str().unwrap())
    }

    /// The books agree: every order's events add up, stock equals its ledger and what orders hold.
    pub(super) fn check_books(&self) {
        let engine = self.engine();
        let deltas = self.number(
            "SELECT COUNT(*) FROM (SELECT o.id FROM orders o JOIN order_events e ON e.order_id = o.id \
             GROUP BY o.id, o.status, o.total_minor, o.refunded_minor HAVING SUM(e.revenue_delta_minor) <> \
             CASE WHEN o.status IN ('cancelled', 'failed', 'accepted') THEN 0 \
             ELSE o.total_minor - o.refunded_minor END) wrong",
        );
        assert_eq!(deltas, 0, "{engine:?}: orders whose deltas do not add up");
        let totals = self.number(
            "SELECT COUNT(*) FROM (SELECT o.id FROM orders o LEFT JOIN order_lines l ON l.order_id = o.id \
             GROUP BY o.id, o.total_minor, o.refunded_minor \
             HAVING COALESCE(SUM(l.unit_price_minor * l.quantity), -1) <> o.total_minor \
             OR SUM(l.refunded_minor) <> o.refunded_minor) wrong",
        );
        assert_eq!(totals, 0, "{engine:?}: orders whose lines do not add up");
        let events = self.number(
            "SELECT COUNT(*) FROM orders o WHERE o.last_seq <> \
             (SELECT COUNT(*) FROM order_events e WHERE e.order_id = o.id) OR o.last_seq <> \
             (SELECT COUNT(*) FROM outbox b WHERE b.order_id = o.id)",
        );
        assert_eq!(events, 0, "{engine:?}: orders with another number of events or outbox rows");
        let stock = self.number(
            "SELECT COUNT(*) FROM stock s WHERE s.on_hand < 0 OR s.on_hand <> \
             (SELECT COALESCE(SUM(l.quantity), 0) FROM ledger l WHERE l.sku = s.sku)",
        );
        assert_eq!(stock, 0, "{engine:?}: stock that differs from its ledger");
        let held = self.number(
            "SELECT COUNT(*) FROM stock s WHERE s.on_hand <> \
             (SELECT COALESCE(SUM(l.quantity), 0) FROM ledger l WHERE l.sku = s.sku \
             AND l.kind IN ('receive', 'adjust')) - \
             (SELECT COALESCE(SUM(i.quantity - i.restocked_quantity), 0) FROM order_lines i \
             JOIN orders o ON o.id = i.order_id WHERE i.sku = s.sku AND i.tracked = 1 \
             AND (o.status IN ('confirmed', 'fulfilled', 'refunded') OR o.stock_kept = 1))",
        );
        assert_eq!(held, 0, "{engine:?}: stock that differs from what orders hold");
    }
}

impl Answered {
    pub(super) fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap()
    }

    /// The type of a problem.
    pub(super) fn problem(&self) -> String {
        self.json()["type"].as_str().unwrap_or_default().trim_start_matches("/errors/").to_owned()
    }

    pub(super) fn is_replay(&self) -> bool {
        self.headers.get("idempotent-replayed").is_some_and(|value| value == "true")
    }
}
