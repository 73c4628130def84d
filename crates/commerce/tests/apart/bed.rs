//! Two roles of one shop: orders and catalogue here, stock behind a socket that can go away and come back.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::Request;
use kassa_access::{Access, Mode, Options};
use kassa_commerce::audit::{Audit, AuditOptions, Report};
use kassa_commerce::inventory::{self, LedgerKind, Movement};
use kassa_commerce::orders::apart::drain;
use kassa_commerce::orders::{Filter, Order, Status, lists, store};
use kassa_commerce::transport::chaos::{Allowed, Faults};
use kassa_commerce::transport::{Remotes, store as commands};
use kassa_commerce::{Databases, MIGRATIONS, Shop, ShopOptions, catalog};
use kassa_db::testing::Folder;
use kassa_db::{Db, Error};
use kassa_model::{Currency, Money, SystemClock};
use kassa_service::breaker;
use kassa_service::client::Client;
use kassa_service::http::{self, Server};
use kassa_service::{Metrics, Policy, RouteClass, Shutdown};
use serde_json::{Value, json};
use tokio::task::JoinHandle;
use tower::ServiceExt;

pub(crate) const TOKEN: &str = "between-roles";

/// The percentage of full counts.
pub(crate) fn scaled(full: u64) -> u64 {
    let percent = std::env::var("KASSA_TEST_SCALE").ok().and_then(|text| text.parse().ok()).unwrap_or(10);
    (full * percent / 100).max(1)
}

pub(crate) fn seed() -> u64 {
    let given = std::env::var("KASSA_TEST_SEED").ok().and_then(|text| text.parse().ok());
    given.unwrap_or_else(|| u64::from(std::process::id()))
}

/// `SplitMix64`.
pub(crate) struct Dice(pub(crate) u64);

impl Dice {
    pub(crate) fn below(&mut self, bound: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (mixed ^ (mixed >> 31)) % bound
    }
}

/// The role of inventory, or where it was.
pub(crate) struct Stock {
    pub(crate) shop: Arc<Shop>,
    pub(crate) address: SocketAddr,
    running: Option<(Shutdown, JoinHandle<()>)>,
}

/// Both roles.
pub(crate) struct Split {
    pub(crate) shop: Arc<Shop>,
    pub(crate) stock: Stock,
    router: Router,
    drain: Shutdown,
    draining: Option<JoinHandle<()>>,
    initial: Vec<(String, i64)>,
    keys: AtomicU64,
    folders: Vec<Folder>,
}

/// An answer and how long it took.
#[derive(Debug, Clone)]
pub(crate) struct Reply {
    pub(crate) status: u16,
    pub(crate) body: Value,
    pub(crate) took: Duration,
    /// Whether it says when to send the same again.
    pub(crate) retry: bool,
    pub(crate) replayed: bool,
}

fn access(data: &Folder) -> Access {
    let options = Options { internal_token: TOKEN.to_owned(), ..Options::default() };
    Access::open(&options, Mode::Open, data.path()).unwrap()
}

fn open(url: &str) -> Db {
    let db = Db::open(url).unwrap();
    db.migrate(MIGRATIONS).unwrap();
    db
}

fn shop(data: &Folder, databases: Databases, remotes: Remotes) -> Arc<Shop> {
    let options = ShopOptions { remotes, ..ShopOptions::default() };
    Shop::new(databases, access(data), Arc::new(SystemClock), options, &Metrics::new("test"))
}

/// With chaos, and a circuit breaker that soon tries again.
pub(crate) fn chaotic() -> Remotes {
    let breaker = breaker::Options { rest: Duration::from_millis(200), ..breaker::Options::default() };
    Remotes { chaos: Allowed::Yes, chaos_seed: seed(), breaker, ..Remotes::default() }
}

impl Stock {
    fn new(data: &Folder, db: Db) -> Self {
        let databases = Databases { inventory: Some(db), ..Databases::default() };
        let shop = shop(data, databases, chaotic());
        Self { shop, address: "127.0.0.1:0".parse().unwrap(), running: None }
    }

    /// Begins to answer, at the address where it did before.
    pub(crate) async fn up(&mut self) {
        let shutdown = Shutdown::new();
        let options = http::Options {
            listen: vec![self.address],
            drain_timeout: Duration::from_millis(50),
            ..http::Options::default()
        };
        let server = Server::bind(options).unwrap();
        self.address = server.local_address();
        let routes = kassa_commerce::internal_routes(Arc::clone(&self.shop));
        let router = Policy::default().protect(RouteClass::Internal, routes);
        let stop = shutdown.clone();
        let task = tokio::spawn(async move { server.run(router, stop).await.map(drop).unwrap() });
        self.running = Some((shutdown, task));
    }

    /// Goes away, with every connection.
    pub(crate) async fn down(&mut self) {
        let (shutdown, task) = self.running.take().unwrap();
        shutdown.trigger();
        task.await.unwrap();
    }

    pub(crate) fn chaos(&self, latency_ms: u64, crash_rate: f64, partial_failure_rate: f64) {
        self.shop.stock.chaos().set(Faults { latency_ms, crash_rate, partial_failure_rate }).unwrap();
    }

    pub(crate) fn calm(&self) {
        self.shop.stock.chaos().clear();
    }

    pub(crate) async fn on_hand(&self, sku: &str) -> i64 {
        let sku = sku.to_owned();
        let db = self.shop.inventory.as_ref().unwrap();
        db.read(move |tx| inventory::store::by_sku(tx, &sku)).await.unwrap().unwrap().on_hand
    }

    pub(crate) fn client(&self) -> Client {
        Client::new(&format!("http://{}", self.address), Some(TOKEN)).unwrap()
    }
}

impl Split {
    /// A shop with so many of each SKU.
    pub(crate) async fn new(initial: &[(&str, i64)]) -> Self {
        Self::with(initial, Remotes::default()).await
    }

    pub(crate) async fn with(initial: &[(&str, i64)], remotes: Remotes) -> Self {
        let folders = [Folder::new(), Folder::new()];
        let urls = [folders[0].sqlite_url(), folders[1].sqlite_url()];
        let mut split = Self::on(initial, remotes, [&urls[0], &urls[1]]).await;
        split.folders.extend(folders);
        split
    }

    /// With another token in the process of orders than in that of stock.
    pub(crate) async fn with_wrong_token(initial: &[(&str, i64)]) -> Self {
        let mut split = Self::new(initial).await;
        split.kill_drain().await;
        let url = format!("http://{}", split.stock.address);
        let remotes = Remotes { inventory: Some(Client::new(&url, Some("wrong")).unwrap()), ..chaotic() };
        let db = split.shop.orders.clone().unwrap();
        let databases = Databases { inventory: None, ..Databases::all_in(&db) };
        split.shop = shop(&split.folders[0], databases, remotes);
        split.router = router(&split.shop);
        split.start_drain();
        split
    }

    /// Over these databases: of orders and products, and of stock.
    pub(crate) async fn on(initial: &[(&str, i64)], remotes: Remotes, urls: [&str; 2]) -> Self {
        let data = Folder::new();
        let mut stock = Stock::new(&data, open(urls[1]));
        stock.up().await;
        let db = open(urls[0]);
        let remotes = Remotes { inventory: Some(stock.client()), ..remotes };
        let databases = Databases { inventory: None, ..Databases::all_in(&db) };
        let shop = shop(&data, databases, remotes);
        Self::over(shop, stock, initial, vec![data]).await
    }

    /// All in one process over one database or two, where only chaos makes the way long.
    pub(crate) async fn in_one_process(initial: &[(&str, i64)], urls: (&str, Option<&str>)) -> Self {
        let folders = vec![Folder::new()];
        let db = open(urls.0);
        let inventory = urls.1.map(open);
        let databases =
            Databases { inventory: Some(inventory.unwrap_or_else(|| db.clone())), ..Databases::all_in(&db) };
        let shop = shop(&folders[0], databases, chaotic());
        let address = "127.0.0.1:0".parse().unwrap();
        let stock = Stock { shop: Arc::clone(&shop), address, running: None };
        Self::over(shop, stock, initial, folders).await
    }

    /// Orders and stock in one database, products in another one, all in this process.
    pub(crate) async fn with_catalog_apart(initial: &[(&str, i64)], urls: (&str, &str)) -> Self {
        let folders = vec![Folder::new()];
        let databases = Databases { catalog: Some(open(urls.1)), ..Databases::all_in(&open(urls.0)) };
        let shop = shop(&folders[0], databases, chaotic());
        let address = "127.0.0.1:0".parse().unwrap();
        let stock = Stock { shop: Arc::clone(&shop), address, running: None };
        Self::over(shop, stock, initial, folders).await
    }

    async fn over(shop: Arc<Shop>, stock: Stock, initial: &[(&str, i64)], folders: Vec<Folder>) -> Self {
        let mut split = Self {
            router: router(&shop),
            shop,
            stock,
            drain: Shutdown::new(),
            draining: None,
            initial: initial.iter().map(|(sku, count)| ((*sku).to_owned(), *count)).collect(),
            keys: AtomicU64::new(0),
            folders,
        };
        split.fill().await;
        split.start_drain();
        split
    }

    /// Waits until orders are decided at once again.
    pub(crate) async fn ready(&self, items: &str) {
        let begun = Instant::now();
        while !matches!(self.place(items).await.status, 201 | 422) {
            assert!(begun.elapsed() < Duration::from_secs(30), "orders still wait");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    /// Products here, stock there.
    async fn fill(&self) {
        let skus: Vec<String> = self.initial.iter().map(|(sku, _)| sku.clone()).collect();
        let now = self.shop.now();
        let create = move |tx: &mut kassa_db::Tx<'_>| {
            for sku in &skus {
                let price = Money { amount_minor: 1_000, currency: Currency::USD };
                let plain = catalog::NewProduct::plain(sku.clone(), price);
                let product = catalog::NewProduct { sku: Some(sku.clone()), track_stock: true, ..plain };
                catalog::create(tx, &product, now).map_err(|error| Error::Invalid(error.to_string()))?;
            }
            Ok::<_, Error>(())
        };
        self.shop.catalog.as_ref().unwrap().write(create).await.unwrap();
        let initial = self.initial.clone();
        let receive = move |tx: &mut kassa_db::Tx<'_>| {
            for (sku, quantity) in &initial {
                inventory::open(tx, sku, 0, now)?;
                let (reference, kind) = ("delivery".to_owned(), LedgerKind::Receive);
                let movement =
                    Movement { reference, sku: sku.clone(), kind, quantity: *quantity, reason: None };
                inventory::move_by_hand(tx, &movement, now)
                    .map_err(|error| Error::Invalid(error.to_string()))?;
            }
            Ok::<_, Error>(())
        };
        self.stock.shop.inventory.as_ref().unwrap().write(receive).await.unwrap();
    }

    /// A product whose stock nobody keeps.
    pub(crate) async fn only_in_catalog(&self, sku: &'static str) {
        let now = self.shop.now();
        let create = move |tx: &mut kassa_db::Tx<'_>| {
            let price = Money { amount_minor: 1_000, currency: Currency::USD };
            let plain = catalog::NewProduct::plain(sku, price);
            let product = catalog::NewProduct { sku: Some(sku.to_owned()), track_stock: true, ..plain };
            catalog::create(tx, &product, now).map_err(|error| Error::Invalid(error.to_string())).map(drop)
        };
        self.shop.catalog.as_ref().unwrap().write(create).await.unwrap();
    }

    fn start_drain(&mut self) {
        self.draining = Some(tokio::spawn(drain::run(Arc::clone(&self.shop), self.drain.clone())));
    }

    /// Ends this process's drain as a kill does.
    pub(crate) async fn kill_drain(&mut self) {
        let old = self.draining.take().unwrap();
        old.abort();
        assert!(old.await.is_err());
    }

    /// Ends this process's drain as a kill does, and starts another's over the same databases.
    pub(crate) fn start_again(&mut self) {
        if let Some(old) = self.draining.take() {
            old.abort();
        }
        let folder = Folder::new();
        let db = self.shop.orders.clone().unwrap();
        let databases = Databases { inventory: None, ..Databases::all_in(&db) };
        let remotes = Remotes { inventory: Some(self.stock.client()), ..Remotes::default() };
        self.shop = shop(&folder, databases, remotes);
        self.router = router(&self.shop);
        self.folders.push(folder);
        self.start_drain();
    }

    pub(crate) fn key(&self) -> String {
        format!("key-{}", self.keys.fetch_add(1, Ordering::Relaxed))
    }

    /// `items` is `sku=quantity`, separated by spaces.
    pub(crate) async fn place(&self, items: &str) -> Reply {
        let key = self.key();
        self.call("POST", "/v1/orders", &key, Some(json!({ "items": parsed(items) }))).await
    }

    pub(crate) async fn edit(&self, id: &str, items: &str) -> Reply {
        let key = self.key();
        self.call("PUT", &format!("/v1/orders/{id}"), &key, Some(json!({ "items": parsed(items) }))).await
    }

    pub(crate) async fn cancel(&self, id: &str) -> Reply {
        let key = self.key();
        self.call("POST", &format!("/v1/orders/{id}/cancel"), &key, None).await
    }

    pub(crate) async fn refund(&self, id: &str, lines: Value) -> Reply {
        let key = self.key();
        self.call("POST", &format!("/v1/orders/{id}/refunds"), &key, Some(json!({ "lines": lines }))).await
    }

    pub(crate) async fn call(&self, method: &str, path: &str, key: &str, body: Option<Value>) -> Reply {
        self.call_with((method, path), &[("idempotency-key", key)], body).await
    }

    pub(crate) async fn call_with(
        &self,
        (method, path): (&str, &str),
        headers: &[(&str, &str)],
        body: Option<Value>,
    ) -> Reply {
        let begun = Instant::now();
        let mut request = Request::builder().method(method).uri(path);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        if body.is_some() {
            request = request.header("content-type", "application/json");
        }
        let body = body.map_or_else(Body::empty, |body| Body::from(body.to_string()));
        let answer = self.router.clone().oneshot(request.body(body).unwrap()).await.unwrap();
        let (head, body) = answer.into_parts();
        let bytes = to_bytes(body, usize::MAX).await.unwrap();
        let body = serde_json::from_slice(&bytes).unwrap_or(Value::Null);
        let (retry, replayed) =
            (head.headers.contains_key("retry-after"), head.headers.contains_key("idempotent-replayed"));
        Reply { status: head.status.as_u16(), body, took: begun.elapsed(), retry, replayed }
    }

    /// Sends it with its key until the answer is final: every 4xx is, unless it says when to come again.
    pub(crate) async fn call_until_final(
        &self,
        (method, path, key): (&str, &str, &str),
        body: Option<Value>,
        mut each: impl FnMut(&Reply),
    ) -> Reply {
        let begun = Instant::now();
        loop {
            let reply = self.call(method, path, key, body.clone()).await;
            each(&reply);
            if reply.status < 500 && !reply.retry {
                return reply;
            }
            assert!(begun.elapsed() < Duration::from_secs(120), "no answer to {method} {path}: {reply:?}");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    /// What `kassa audit` says of both roles. No relay runs here: what the outbox holds counts as published, however long a
    /// run takes.
    pub(crate) async fn audit_is_clean(&self) {
        for shop in [&self.shop, &self.stock.shop] {
            for db in shop.orders.iter().chain(&shop.inventory) {
                db.write(|tx| tx.execute("DELETE FROM outbox_waiting", &[])).await.unwrap();
            }
            let report = audit(shop).await;
            assert!(report.ok, "{:#?}", report.invariants);
        }
    }

    /// What `kassa audit` says of the role of orders.
    pub(crate) async fn audit(&self) -> Report {
        audit(&self.shop).await
    }

    pub(crate) async fn orders(&self) -> Vec<Order> {
        let all = |tx: &mut kassa_db::Tx<'_>| lists::store::list(tx, &Filter::default(), 1_000_000);
        self.shop.orders.as_ref().unwrap().read(all).await.unwrap()
    }

    pub(crate) async fn order(&self, id: &str) -> Order {
        let id = id.to_owned();
        let read = move |tx: &mut kassa_db::Tx<'_>| store::by_id(tx, &id);
        self.shop.orders.as_ref().unwrap().read(read).await.unwrap().unwrap()
    }

    /// Waits until no order and no edit is undecided; returns how long that took.
    pub(crate) async fn settled(&self, within: Duration) -> Duration {
        let begun = Instant::now();
        loop {
            let waits = |order: &Order| order.status == Status::Accepted || order.pending_edit.is_some();
            let waiting = self.orders().await.into_iter().filter(waits).count();
            if waiting == 0 {
                return begun.elapsed();
            }
            assert!(begun.elapsed() < within, "{waiting} orders are undecided after {within:?}");
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    /// Waits until stock is what the orders say, and compares the ledger with each order.
    pub(crate) async fn exact(&self) {
        let begun = Instant::now();
        while let Err(difference) = self.compare().await {
            assert!(begun.elapsed() < Duration::from_secs(60), "{difference}");
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        let db = self.stock.shop.inventory.as_ref().unwrap();
        for order in self.orders().await {
            let prefix = format!("{}/", order.id);
            let entries = db.read(move |tx| commands::ledger(tx, &prefix)).await.unwrap();
            for (sku, _) in &self.initial {
                let net: i64 =
                    entries.iter().filter(|entry| entry.sku == *sku).map(|entry| -entry.quantity).sum();
                assert_eq!(net, held(&order, sku), "order {} ({}) holds {sku}", order.id, order.status);
            }
        }
    }

    pub(crate) async fn compare(&self) -> Result<(), String> {
        let orders = self.orders().await;
        for (sku, initial) in &self.initial {
            let taken: i64 = orders.iter().map(|order| held(order, sku)).sum();
            let on_hand = self.stock.on_hand(sku).await;
            assert!(on_hand >= 0, "{sku} is oversold");
            if on_hand != initial - taken {
                return Err(format!("{sku}: {on_hand} on hand, {initial} initially, {taken} with orders"));
            }
        }
        Ok(())
    }
}

impl Drop for Split {
    fn drop(&mut self) {
        self.drain.trigger();
    }
}

async fn audit(shop: &Arc<Shop>) -> Report {
    let options = AuditOptions { patience: Duration::from_millis(200), ..AuditOptions::default() };
    let audit = Audit { shop: Arc::clone(shop), log: None, money: None, options };
    audit.run(Arc::new(|_, _, _| {})).await.unwrap()
}

pub(crate) fn router(shop: &Arc<Shop>) -> Router {
    let policy = Policy::default();
    let storefront = kassa_commerce::storefront_routes(Arc::clone(shop));
    let native = kassa_commerce::native_routes(Arc::clone(shop));
    policy.apply(RouteClass::Storefront, storefront).merge(policy.protect(RouteClass::Native, native))
}

/// What an order holds of a SKU.
pub(crate) fn held(order: &Order, sku: &str) -> i64 {
    let is_live = matches!(order.status, Status::Confirmed | Status::Fulfilled | Status::Refunded);
    if !is_live && !order.stock_kept {
        return 0;
    }
    let lines = order.lines.iter().filter(|line| line.tracked && line.sku == sku);
    lines.map(|line| line.quantity - line.restocked_quantity).sum()
}

pub(crate) fn parsed(items: &str) -> Value {
    let item = |part: &str| {
        let (sku, quantity) = part.split_once('=').unwrap();
        json!({ "sku": sku, "quantity": quantity.parse::<i64>().unwrap() })
    };
    items.split_whitespace().map(item).collect()
}

pub(crate) fn id(reply: &Reply) -> String {
    reply.body["id"].as_str().unwrap_or_else(|| panic!("{reply:?}")).to_owned()
}
