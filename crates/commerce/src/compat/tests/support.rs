//! A shop with every route of the dialects over an empty database, and a clock that stands still.

use std::sync::Arc;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::{HeaderMap, Request};
use kassa_access::{Access, Mode, Options, RuleOptions, SecretKeyOptions, SiteOptions};
use kassa_db::Db;
use kassa_db::testing::{Folder, TestPostgres};
use kassa_model::{Currency, ManualClock, Money, Timestamp};
use kassa_service::client::Client;
use kassa_service::{Metrics, Policy, RouteClass};
use serde_json::Value;
use tower::ServiceExt;
use uuid::Uuid;

use crate::catalog::{self, NewProduct};
use crate::inventory::{self, LedgerKind, Movement};
use crate::transport::Remotes;
use crate::transport::chaos::Allowed;
use crate::{
    Databases, MIGRATIONS, Shop, ShopOptions, compat, internal_routes, native_routes, storefront_routes,
};

/// 2026-11-21T05:00:00Z.
pub(super) const NOW: Timestamp = Timestamp::from_micros(1_795_237_200_000_000);
/// That time in an answer.
pub(super) const THEN: &str = "2026-11-21T05:00:00.000Z";

/// What roles show each other.
const INTERNAL_TOKEN: &str = "a-token-between-roles-for-tests";

/// SHA-256 of `the-key-of-the-till`, of `a-key-that-reads` and of `a-key-of-another-site`.
const KEYS_SHA256: [&str; 3] = [
    "8fd49e61b08f5fdc571d5ca113590d7ada19b84c022cf7be0a76cbf602bf3c5d",
    "fd7a5a13edece2ba6c6722dbc737068667896ed9a1a5ec093f81ec203e70a066",
    "274589f9eb038330af9be88a89ac2ef523c6e7668621ebcb29959e25503100b9",
];

/// A shop.
#[derive(Clone)]
pub(super) struct Bed {
    pub(super) name: &'static str,
    pub(super) shop: Arc<Shop>,
    pub(super) metrics: Metrics,
    pub(super) db: Db,
    router: Router,
    _folders: Arc<Vec<Folder>>,
}

/// An answer, read to its end.
#[derive(Debug, Clone)]
pub(super) struct Reply {
    pub(super) status: u16,
    pub(super) headers: HeaderMap,
    pub(super) text: String,
}

impl Bed {
    pub(super) fn sqlite() -> Self {
        Self::open_mode("sqlite", ShopOptions::default())
    }

    /// With another currency.
    pub(super) fn in_currency(code: &str) -> Self {
        Self::open_mode("sqlite", ShopOptions { currency: code.parse().unwrap(), ..ShopOptions::default() })
    }

    /// With a site in this time zone.
    pub(super) fn in_zone(zone: &str) -> Self {
        let site = SiteOptions {
            id: "default".to_owned(),
            write_keys: Vec::new(),
            allow_keyless: false,
            timezone: zone.to_owned(),
            origins: Vec::new(),
            keep_days: 0,
            rules: RuleOptions::default(),
            is_preset: false,
        };
        let folder = Folder::new();
        let db = Db::open(&folder.sqlite_url()).unwrap();
        let access = Options { sites: vec![site], ..Options::default() };
        Self::over("zone", (db, None), (access, Mode::Open), ShopOptions::default()).keeping(vec![folder])
    }

    /// One over each engine, and one with stock in a database of its own.
    pub(super) fn each() -> Vec<Self> {
        [Some(Self::sqlite()), Self::postgres(), Some(Self::apart())].into_iter().flatten().collect()
    }

    fn postgres() -> Option<Self> {
        let db = Db::open(&TestPostgres::start()?.fresh_database()).unwrap();
        Some(Self::over("postgres", (db, None), (Options::default(), Mode::Open), ShopOptions::default()))
    }

    fn apart() -> Self {
        let (folder, other) = (Folder::new(), Folder::new());
        let db = Db::open(&folder.sqlite_url()).unwrap();
        let stock = Db::open(&other.sqlite_url()).unwrap();
        stock.migrate(MIGRATIONS).unwrap();
        let bed =
            Self::over("apart", (db, Some(stock)), (Options::default(), Mode::Open), ShopOptions::default());
        bed.keeping(vec![folder, other])
    }

    /// Where chaos may be switched on.
    pub(super) fn with_chaos() -> Self {
        let remotes = Remotes { chaos: Allowed::Yes, chaos_seed: 7, ..Remotes::default() };
        Self::open_mode("chaos", ShopOptions { remotes, ..ShopOptions::default() })
    }

    /// In closed mode, with the admin token `an-admin-token-for-tests`; these dialects are open.
    pub(super) fn closed(open: &[&str]) -> Self {
        let [till, reader, other] = KEYS_SHA256;
        let key = |name: &str, sha256: &str, site: Option<&str>| SecretKeyOptions {
            name: name.to_owned(),
            sha256: sha256.to_owned(),
            site: site.map(str::to_owned),
        };
        let options = Options {
            admin_token: "an-admin-token-for-tests".to_owned(),
            secret_keys: vec![
                key("till", till, None),
                key("reader", reader, Some("default")),
                key("other", other, Some("other")),
            ],
            sites: vec![SiteOptions {
                id: "other".to_owned(),
                write_keys: Vec::new(),
                allow_keyless: false,
                timezone: "UTC".to_owned(),
                origins: Vec::new(),
                keep_days: 0,
                rules: RuleOptions::default(),
                is_preset: false,
            }],
            compat_open: open.iter().map(|dialect| (*dialect).to_owned()).collect(),
            ..Options::default()
        };
        let folder = Folder::new();
        let db = Db::open(&folder.sqlite_url()).unwrap();
        let bed = Self::over("closed", (db, None), (options, Mode::Closed), ShopOptions::default());
        bed.keeping(vec![folder])
    }

    /// With orders alone; products are asked for at `catalog`.
    pub(super) fn orders_only(catalog: &str) -> Self {
        let client = Client::new(catalog, Some(INTERNAL_TOKEN)).unwrap();
        let remotes = Remotes { catalog: Some(client), ..Remotes::default() };
        let options = ShopOptions { remotes, ..ShopOptions::default() };
        let folder = Folder::new();
        let db = Db::open(&folder.sqlite_url()).unwrap();
        db.migrate(MIGRATIONS).unwrap();
        let access = Access::open(&Options::default(), Mode::Open, folder.path()).unwrap();
        let databases = Databases { catalog: None, inventory: None, ..Databases::all_in(&db) };
        let metrics = Metrics::new("test");
        let shop = Shop::new(databases, access, Arc::new(ManualClock::new(NOW)), options, &metrics);
        let router = router(&shop);
        Self { name: "orders only", shop, metrics, db, router, _folders: Arc::new(vec![folder]) }
    }

    /// What other roles ask this one, at an address of its own, and what to call to end that.
    pub(super) async fn serve_roles(&self) -> (String, impl AsyncFnOnce()) {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = format!("http://{}", listener.local_addr().unwrap());
        let routes = internal_routes(Arc::clone(&self.shop)).into_router();
        let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
        let serve = axum::serve(listener, routes).with_graceful_shutdown(async { stopped.await.unwrap() });
        let serving = tokio::spawn(serve.into_future());
        // Ends when the connections that the other role keeps are closed, too.
        let stop = async move || {
            stop.send(()).unwrap();
            serving.await.unwrap().unwrap();
        };
        (address, stop)
    }

    fn open_mode(name: &'static str, options: ShopOptions) -> Self {
        let folder = Folder::new();
        let db = Db::open(&folder.sqlite_url()).unwrap();
        let access = Options { internal_token: INTERNAL_TOKEN.to_owned(), ..Options::default() };
        Self::over(name, (db, None), (access, Mode::Open), options).keeping(vec![folder])
    }

    fn over(
        name: &'static str,
        (db, stock): (Db, Option<Db>),
        (access, mode): (Options, Mode),
        options: ShopOptions,
    ) -> Self {
        db.migrate(MIGRATIONS).unwrap();
        let data = Folder::new();
        let access = Access::open(&access, mode, data.path()).unwrap();
        let databases = match stock {
            Some(stock) => Databases { inventory: Some(stock), ..Databases::all_in(&db) },
            None => Databases::all_in(&db),
        };
        let metrics = Metrics::new("test");
        let shop = Shop::new(databases, access, Arc::new(ManualClock::new(NOW)), options, &metrics);
        let router = router(&shop);
        Self { name, shop, metrics, db, router, _folders: Arc::new(vec![data]) }
    }

    fn keeping(mut self, folders: Vec<Folder>) -> Self {
        let before = Arc::into_inner(self._folders).unwrap();
        self._folders = Arc::new(before.into_iter().chain(folders).collect());
        self
    }

    /// Adds a product that tracks stock, with so many of it.
    pub(super) fn stock(&self, sku: &str, price_minor: i64, quantity: i64) {
        let price = Money { amount_minor: price_minor, currency: Currency::USD };
        let new = NewProduct {
            sku: Some(sku.to_owned()),
            category: Some("things".to_owned()),
            track_stock: true,
            ..NewProduct::plain(format!("The {sku}"), price)
        };
        self.db.write_blocking(move |tx| catalog::create(tx, &new, NOW)).unwrap();
        let reference = Uuid::now_v7().to_string();
        let (sku, kind) = (sku.to_owned(), LedgerKind::Receive);
        let movement = Movement { reference, sku, kind, quantity, reason: None };
        let stock = self.shop.inventory.as_ref().unwrap();
        stock
            .write_blocking(move |tx| {
                inventory::open(tx, &movement.sku, 5, NOW)?;
                inventory::move_by_hand(tx, &movement, NOW)
            })
            .unwrap();
    }

    /// What is on hand.
    pub(super) fn on_hand(&self, sku: &str) -> i64 {
        let (sku, db) = (sku.to_owned(), self.shop.inventory.as_ref().unwrap());
        let stock: Result<_, kassa_db::Error> =
            db.read_blocking(move |tx| inventory::store::by_sku(tx, &sku));
        stock.unwrap().unwrap().on_hand
    }

    /// Calls a route; `head` is `METHOD /path`, `headers` are `name: value`.
    pub(super) async fn call(&self, head: &str, headers: &[&str], body: impl Into<Body>) -> Reply {
        let (method, path) = head.split_once(' ').unwrap();
        let mut request =
            Request::builder().method(method).uri(path).header("content-type", "application/json");
        for header in headers {
            let (name, value) = header.split_once(": ").unwrap();
            request = request.header(name, value);
        }
        let response = self.router.clone().oneshot(request.body(body.into()).unwrap()).await.unwrap();
        let (parts, body) = response.into_parts();
        let bytes = to_bytes(body, usize::MAX).await.unwrap_or_default();
        let text = String::from_utf8(bytes.to_vec()).unwrap();
        Reply { status: parts.status.as_u16(), headers: parts.headers, text }
    }

    /// A call that must be answered with this status.
    pub(super) async fn check_status(&self, head: &str, body: &str, status: u16) {
        let reply = self.call(head, &[], body.to_owned()).await;
        assert_eq!(reply.status, status, "{} {head} {body}: {}", self.name, reply.text);
    }

    /// A call that must be answered by exactly this.
    pub(super) async fn check(&self, head: &str, body: &str, status: u16, expected: &str) -> Reply {
        self.check_with(head, &[], body, (status, expected)).await
    }

    /// The same, with headers. `<uuid>` stands for any UUID.
    pub(super) async fn check_with(
        &self,
        head: &str,
        headers: &[&str],
        body: &str,
        (status, expected): (u16, &str),
    ) -> Reply {
        let reply = self.call(head, headers, body.to_owned()).await;
        let told = format!("{} {head} {body}", self.name);
        assert_eq!(reply.status, status, "{told}: {}", reply.text);
        assert_eq!(masked(&reply.text), expected, "{told}");
        let is_json = serde_json::from_str::<serde_json::Value>(&reply.text).is_ok();
        let media_type = if is_json { "application/json" } else { "text/plain; charset=utf-8" };
        assert_eq!(reply.headers["content-type"], media_type, "{told}");
        reply
    }
}

/// All routes of dialects, each held to its class; with some native ones, to look behind them.
fn router(shop: &Arc<Shop>) -> Router {
    let policy = Policy::default();
    let dialects = compat::catalog_routes(Arc::clone(shop))
        .merge(compat::orders_routes(Arc::clone(shop)))
        .merge(compat::inventory_routes(Arc::clone(shop)))
        .merge(compat::notifier_routes(Arc::clone(shop)));
    policy
        .protect(RouteClass::Compat, dialects)
        .merge(policy.protect(RouteClass::Native, compat::inventory_admin_routes(Arc::clone(shop))))
        .merge(policy.protect(RouteClass::Native, native_routes(Arc::clone(shop))))
        .merge(policy.apply(RouteClass::Storefront, storefront_routes(Arc::clone(shop))))
}

/// The text with `<uuid>` in place of every UUID, and `<now>` in place of the time that stands still.
fn masked(text: &str) -> String {
    let mut masked = String::new();
    let mut rest = text;
    while let Some(at) = rest.char_indices().map(|(at, _)| at).find(|at| is_uuid(&rest[*at..])) {
        masked.push_str(&rest[..at]);
        masked.push_str("<uuid>");
        rest = &rest[at + 36..];
    }
    masked.push_str(rest);
    masked.replace(THEN, "<now>")
}

fn is_uuid(text: &str) -> bool {
    text.get(..36).is_some_and(|text| text.contains('-') && Uuid::try_parse(text).is_ok())
}

impl Reply {
    pub(super) fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|error| panic!("{error}: {}", self.text))
    }

    pub(super) fn is_replay(&self) -> bool {
        self.headers.get("idempotent-replayed").is_some_and(|value| value == "true")
    }
}
