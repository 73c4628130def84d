//! What tests of the shop need: a shop over each engine, its routes, and dice whose seed is printed.

use std::sync::Arc;

use axum::Router;
use axum::body::{Body, Bytes, to_bytes};
use axum::http::{HeaderMap, Request};
use kassa_access::{Access, Mode, Options};
use kassa_db::testing::{Folder, TestPostgres};
use kassa_db::{Db, Error, Tx};
use kassa_model::{ManualClock, Timestamp};
use kassa_service::{Metrics, Policy, RouteClass};
use serde_json::Value;
use tower::ServiceExt;

use crate::assets::{AssetOptions, Assets, Files};
use crate::{
    Databases, MIGRATIONS, Shop, ShopOptions, native_routes, public_routes, storefront_routes, upload_routes,
};

/// A shop over one engine, in open mode, with a clock that stands still.
pub(crate) struct Bed {
    pub(crate) name: &'static str,
    pub(crate) shop: Arc<Shop>,
    pub(crate) db: Db,
    pub(crate) clock: Arc<ManualClock>,
    pub(crate) metrics: Metrics,
    _folders: Vec<Folder>,
}

/// An answer, read to its end.
#[derive(Debug)]
pub(crate) struct Reply {
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    pub(crate) text: String,
    pub(crate) bytes: Bytes,
}

impl Bed {
    pub(crate) fn sqlite() -> Self {
        let folder = Folder::new();
        Self::over("sqlite", Db::open(&folder.sqlite_url()).unwrap(), vec![folder], Databases::all_in)
    }

    /// `None` where PostgreSQL is not installed.
    pub(crate) fn postgres() -> Option<Self> {
        let url = TestPostgres::start()?.fresh_database();
        Some(Self::over("postgres", Db::open(&url).unwrap(), Vec::new(), Databases::all_in))
    }

    /// One over each engine.
    pub(crate) fn each() -> Vec<Self> {
        [Some(Self::sqlite()), Self::postgres()].into_iter().flatten().collect()
    }

    /// Over SQLite, with stock in a database of its own.
    pub(crate) fn apart() -> Self {
        let (folder, stock) = (Folder::new(), Folder::new());
        let other = Db::open(&stock.sqlite_url()).unwrap();
        other.migrate(MIGRATIONS).unwrap();
        let db = Db::open(&folder.sqlite_url()).unwrap();
        Self::over("apart", db, vec![folder, stock], move |db| Databases {
            inventory: Some(other),

            ..Databases::all_in(db)
        })
    }

    fn over(
        name: &'static str,
        db: Db,
        mut folders: Vec<Folder>,
        databases: impl FnOnce(&Db) -> Databases,
    ) -> Self {
        db.migrate(MIGRATIONS).unwrap();
        let data = Folder::new();
        let access = Access::open(&Options::default(), Mode::Open, data.path()).unwrap();
        let files = Files::folder(&data.path().join("assets")).unwrap();
        let assets = Some(Arc::new(Assets::new(files, AssetOptions::default())));
        folders.push(data);
        let clock = Arc::new(ManualClock::new(Timestamp::from_micros(1_800_000_000_000_000)));
        let metrics = Metrics::new("test");
        let options = ShopOptions { assets, ..ShopOptions::default() };
        let shop = Shop::new(databases(&db), access, Arc::clone(&clock) as _, options, &metrics);
        Self { name, shop, db, clock, metrics, _folders: folders }
    }

    /// The same shop with other options.
    pub(crate) fn with(mut self, options: ShopOptions) -> Self {
        let assets = options.assets.clone().or_else(|| self.shop.options.assets.clone());
        let options = ShopOptions { assets, ..options };
        let databases = Databases::all_in(&self.db);
        let clock = Arc::clone(&self.clock) as _;
        self.metrics = Metrics::new("test");
        self.shop = Shop::new(databases, self.shop.access.clone(), clock, options, &self.metrics);
        self
    }

    /// The same in closed mode, with the admin token `an-admin-token-for-tests`.
    pub(crate) fn closed(mut self) -> Self {
        let options = Options { admin_token: "an-admin-token-for-tests".to_owned(), ..Options::default() };
        let data = Folder::new();
        let access = Access::open(&options, Mode::Closed, data.path()).unwrap();
        self._folders.push(data);
        let databases = Databases::all_in(&self.db);
        let clock = Arc::clone(&self.clock) as _;
        self.metrics = Metrics::new("test");
        let options = ShopOptions { assets: self.shop.options.assets.clone(), ..ShopOptions::default() };
        self.shop = Shop::new(databases, access, clock, options, &self.metrics);
        self
    }

    /// All routes, each held to its class.
    pub(crate) fn router(&self) -> Router {
        let site_origins = vec!["http://shop.example".to_owned()];
        let policy = Policy { site_origins, ..Policy::default() };
        // In this order: the class merged last answers a browser's OPTIONS at paths that both have.
        policy
            .protect(RouteClass::Native, native_routes(Arc::clone(&self.shop)))
            .merge(policy.apply(RouteClass::Storefront, storefront_routes(Arc::clone(&self.shop))))
            .merge(policy.protect(RouteClass::Upload, upload_routes(Arc::clone(&self.shop))))
            .merge(policy.apply(RouteClass::Probe, public_routes(Arc::clone(&self.shop))))
    }

    /// Calls a route; `head` is `METHOD /path`, `headers` are `name: value`.
    pub(crate) async fn call(&self, head: &str, headers: &[&str], body: impl Into<Body>) -> Reply {
        let (method, path) = head.split_once(' ').unwrap();
        let mut request = Request::builder().method(method).uri(path);
        if method != "GET" {
            request = request.header("content-type", "application/json");
        }
        for header in headers {
            let (name, value) = header.split_once(": ").unwrap();
            request = request.header(name, value);
        }
        let response = self.router().oneshot(request.body(body.into()).unwrap()).await.unwrap();
        let (parts, body) = response.into_parts();
        let bytes = to_bytes(body, usize::MAX).await.unwrap();
        let text = String::from_utf8_lossy(&bytes).into_owned();
        Reply { status: parts.status.as_u16(), headers: parts.headers, text, bytes }
    }

    /// The status of a call whose body has no `Content-Type`.
    pub(crate) async fn send_untyped(&self, head: &str, body: String) -> u16 {
        let (method, path) = head.split_once(' ').unwrap();
        let request = Request::builder().method(method).uri(path).body(Body::from(body)).unwrap();
        self.router().oneshot(request).await.unwrap().status().as_u16()
    }

    /// `GET path`, which must answer 200.
    pub(crate) async fn get(&self, path: &str) -> Value {
        let reply = self.call(&format!("GET {path}"), &[], "").await;
        assert_eq!(reply.status, 200, "{} GET {path}: {}", self.name, reply.text);
        reply.json()
    }

    /// A call with a JSON body, which must answer `status`.
    pub(crate) async fn send(&self, head: &str, body: Value, status: u16) -> Value {
        let reply = self.call(head, &[], body.to_string()).await;
        assert_eq!(reply.status, status, "{} {head} {body}: {}", self.name, reply.text);
        if reply.text.is_empty() { Value::Null } else { reply.json() }
    }

    /// A transaction that must go through.
    pub(crate) fn write<T: Send + 'static>(
        &self,
        op: impl FnMut(&mut Tx<'_>) -> Result<T, Error> + Send + 'static,
    ) -> T {
        self.db.write_blocking(op).unwrap()
    }
}

impl Reply {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|error| panic!("{error}: {}", self.text))
    }

    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    /// The name of the problem.
    pub(crate) fn problem(&self) -> String {
        let name = self.json()["type"].as_str().unwrap_or("").to_owned();
        name.trim_start_matches("/errors/").to_owned()
    }
}

/// The folder of the pictures of a bed as it was made.
pub(crate) fn assets_of(bed: &Bed) -> std::path::PathBuf {
    let mut folders = bed._folders.iter().map(|folder| folder.path().join("assets"));
    folders.find(|folder| folder.is_dir()).expect("a bed has a folder of pictures")
}

/// The percentage of the hard tests' full counts.
pub(crate) fn scaled(full: u64) -> u64 {
    let percent = std::env::var("KASSA_TEST_SCALE").ok().and_then(|text| text.parse().ok()).unwrap_or(10);
    (full * percent / 100).max(1)
}

/// A seed that is printed, or the one of `KASSA_TEST_SEED`.
pub(crate) fn seed() -> u64 {
    let given = std::env::var("KASSA_TEST_SEED").ok().and_then(|text| text.parse().ok());
    given.unwrap_or_else(|| u64::from(std::process::id()) ^ 0x6b61_7373)
}

/// A small generator for choices in tests: SplitMix64.
pub(crate) struct Dice(pub(crate) u64);

impl Dice {
    pub(crate) fn below(&mut self, bound: i64) -> i64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        let bound = u64::try_from(bound).unwrap().max(1);
        i64::try_from((mixed ^ (mixed >> 31)) % bound).unwrap()
    }
}
