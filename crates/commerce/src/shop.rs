//! The shop of a process: its databases, who may do what, what time it is, and what it remembers and counts.

use std::sync::{Arc, OnceLock};

use jiff::tz::TimeZone;
use kassa_access::{Access, Guarded, Salts};
use kassa_db::Db;
use kassa_model::{Clock, Currency, PartitionBy, Timestamp};
use kassa_service::{Breaker, Metrics};
use tokio::sync::OnceCell;

use crate::assets::Assets;
use crate::catalog::best::Best;
use crate::catalog::cache::ProductCache;
use crate::catalog::prices::RemoteCatalog;
use crate::customers::Origins;
use crate::inventory::metrics::StockMetrics;
use crate::inventory::{LOW_STOCK_AT, LedgerKind};
use crate::notify::webhook::{HookOptions, Hooks};
use crate::notify::{MailOptions, Told};
use crate::orders::lines::WithoutKey;
use crate::orders::link::Links;
use crate::orders::metrics::OrderMetrics;
use crate::orders::refusals::Refusals;
use crate::outbox::wake::Wake;
use crate::pace::Pace;
use crate::peer::Peer;
use crate::storefront::settings::Settings;
use crate::transport::{Remotes, StockClient};

/// How many days orders that have failed are kept, unless it is said otherwise.
const KEEP_FAILED_DAYS: u32 = 30;

/// What can be set about the shop.
#[derive(Debug, Clone)]
pub struct ShopOptions {
    /// `shop.currency`: of new prices that name none.
    pub currency: Currency,
    /// `shop.currencies`: of which prices may be; empty: all of ISO 4217.
    pub currencies: Vec<Currency>,
    /// `shop.site`: whose events the shop's orders are.
    pub site: String,
    /// `shop.toml`: what is said of the shop where nothing else was set.
    pub storefront: Settings,
    /// From how many on a new product's stock is low.
    pub low_stock_at: i64,
    /// What an order without a key may ask for.
    pub without_key: WithoutKey,
    /// How many days orders that have failed are kept.
    pub keep_failed_days: u32,
    /// Roles in other processes.
    pub remotes: Remotes,
    /// The secrets of the cookieless hash; without them all orders of nobody in particular are one visitor's.
    pub salts: Option<Arc<Salts>>,
    /// `log.partition_by`: what its records of money are routed by.
    pub partition_by: PartitionBy,
    /// Where pictures are kept; without it none is taken or shown.
    pub assets: Option<Arc<Assets>>,
    /// `storefront.image_origins`: from where pictures of products may come that are kept elsewhere.
    pub image_origins: Vec<String>,
    /// Mails, and who is told.
    pub mail: MailOptions,
    /// What can be set about webhooks.
    pub webhooks: HookOptions,
}

impl Default for ShopOptions {
    fn default() -> Self {
        Self {
            currency: Currency::USD,
            currencies: Vec::new(),
            site: "default".to_owned(),
            storefront: Settings::default(),
            low_stock_at: LOW_STOCK_AT,
            without_key: WithoutKey::default(),
            keep_failed_days: KEEP_FAILED_DAYS,
            remotes: Remotes::default(),
            salts: None,
            partition_by: PartitionBy::default(),
            assets: None,
            image_origins: Vec::new(),
            mail: MailOptions::default(),
            webhooks: HookOptions::default(),
        }
    }
}

impl ShopOptions {
    /// Whether a new price may be of `currency`.
    pub(crate) fn sells_in(&self, currency: Currency) -> bool {
        match self.currencies.as_slice() {
            [] => currency.is_listed(),
            these => these.contains(&currency),
        }
    }

    /// Of which currencies a new price may be, for an answer.
    pub(crate) fn currencies_known(&self) -> String {
        let codes: Vec<&str> = self.currencies.iter().map(Currency::code).collect();
        match codes.as_slice() {
            [] => "not a currency of ISO 4217".to_owned(),
            codes => format!("this shop sells in {}", codes.join(", ")),
        }
    }
}

/// Which databases this process has.
#[derive(Debug, Clone, Default)]
pub struct Databases {
    /// Products; `None`: the catalog role is elsewhere.
    pub catalog: Option<Db>,
    /// Stock; `None`: the inventory role is elsewhere.
    pub inventory: Option<Db>,
    /// Orders; `None`: the orders role is elsewhere.
    pub orders: Option<Db>,
}

impl Databases {
    /// All three in `db`: the default.
    pub fn all_in(db: &Db) -> Self {
        Self { catalog: Some(db.clone()), inventory: Some(db.clone()), orders: Some(db.clone()) }
    }
}

fn are_one(one: Option<&Db>, other: Option<&Db>) -> bool {
    one.zip(other).is_some_and(|(one, other)| one.is_same(other))
}

/// The shop of a process; the state of all its routes.
#[derive(Debug)]
pub struct Shop {
    /// Products; `None`: the catalog role is elsewhere.
    pub catalog: Option<Db>,
    /// Stock; `None`: the inventory role is elsewhere.
    pub inventory: Option<Db>,
    /// Orders; `None`: the orders role is elsewhere.
    pub orders: Option<Db>,
    /// Who may do what.
    pub access: Access,
    /// What time it is.
    pub clock: Arc<dyn Clock>,
    /// What can be set.
    pub options: ShopOptions,
    /// Answers about products that were just read.
    pub(crate) products: ProductCache,
    /// What is bought most of late.
    pub(crate) best: Best,
    /// What is counted about stock.
    pub(crate) stock_metrics: StockMetrics,
    /// What is counted about orders.
    pub(crate) order_metrics: OrderMetrics,
    /// Makes the links of orders, once their secret was read.
    pub(crate) order_links: OnceCell<Links>,
    /// Who knows from where orders came, where somebody does in this process.
    pub origins: OnceLock<Arc<dyn Origins>>,
    /// How long orders took.
    pub pace: Pace,
    /// The way to stock.
    pub stock: StockClient,
    /// The catalogue when it is in another process.
    pub remote_catalog: Option<RemoteCatalog>,
    /// Tells the relay of this process that the outbox has grown.
    pub wake: Wake,
    /// Tells whoever sends deliveries, or shows them, that there are more.
    pub told: Told,
    /// Orders that were refused, for the log.
    pub refusals: Arc<Refusals>,
    /// Sends to the endpoints of webhooks.
    pub hooks: Arc<Hooks>,
}

/// The shop is one site's: a key that is limited to another finds nothing in it.
impl Guarded for Shop {
    fn access(&self) -> &Access {
        &self.access
    }

    fn site(&self) -> Option<&str> {
        Some(&self.options.site)
    }
}

impl Shop {
    /// The shop over `databases`, whose schema is at [`MIGRATIONS`](crate::MIGRATIONS).
    ///
    /// # Panics
    /// When `metrics` has a shop's metrics already.
    pub fn new(
        databases: Databases,
        access: Access,
        clock: Arc<dyn Clock>,
        options: ShopOptions,
        metrics: &Metrics,
    ) -> Arc<Self> {
        let with_orders = are_one(databases.inventory.as_ref(), databases.orders.as_ref());
        let stock =
            StockClient::new((databases.inventory.as_ref(), with_orders), &options.remotes, &clock, metrics);
        let catalog_client = options.remotes.catalog.clone().filter(|_| databases.catalog.is_none());
        let remote_catalog =
            catalog_client.map(|client| RemoteCatalog::new(client, &clock, options.remotes.breaker));
        let breakers = remote_catalog.iter().map(RemoteCatalog::breaker).chain([stock.breaker()]);
        Breaker::export(metrics, breakers.map(Arc::clone).collect());
        let hooks =
            Hooks::new(options.webhooks.clone(), databases.orders.clone(), Arc::clone(&clock), metrics);
        Arc::new(Self {
            catalog: databases.catalog,
            inventory: databases.inventory,
            orders: databases.orders,
            access,
            pace: Pace::new(Arc::clone(&clock)),
            clock,
            options,
            products: ProductCache::default(),
            best: Best::default(),
            stock_metrics: StockMetrics::register(metrics),
            order_metrics: OrderMetrics::register(metrics),
            order_links: OnceCell::new(),
            origins: OnceLock::new(),
            stock,
            remote_catalog,
            wake: Wake::default(),
            told: Told::default(),
            refusals: Arc::new(Refusals::register(metrics)),
            hooks: Arc::new(hooks),
        })
    }

    /// Whether orders and stock are in one database of this process, so that a transaction may touch both.
    pub fn stock_is_with_orders(&self) -> bool {
        are_one(self.inventory.as_ref(), self.orders.as_ref())
    }

    /// Whether products and stock are in one database of this process.
    pub fn stock_is_with_catalog(&self) -> bool {
        are_one(self.inventory.as_ref(), self.catalog.as_ref())
    }

    /// Whether products and orders are in one database of this process.
    pub fn catalog_is_with_orders(&self) -> bool {
        are_one(self.catalog.as_ref(), self.orders.as_ref())
    }

    /// The roles in other processes that this one calls, by name.
    pub fn peers(&self) -> impl Iterator<Item = (&'static str, &Peer)> {
        let catalog = self.remote_catalog.as_ref().map(|catalog| ("catalog", catalog.peer()));
        let inventory = self.stock.peer().map(|peer| ("inventory", peer));
        catalog.into_iter().chain(inventory)
    }

    /// The circuit breakers before what this process calls.
    pub fn breakers(&self) -> impl Iterator<Item = &Arc<Breaker>> {
        self.remote_catalog.iter().map(RemoteCatalog::breaker).chain([self.stock.breaker()])
    }

    /// What time it is.
    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// The time zone of the shop's site, whose days are meant where a date stands for a time.
    pub(crate) fn zone(&self) -> TimeZone {
        let site = self.access.site(&self.options.site);
        site.map_or(TimeZone::UTC, |site| site.timezone.clone())
    }

    /// To be called after every commit that moved stock: counts it and forgets answers that show these SKUs.
    pub fn stock_moved<'a>(&self, kind: LedgerKind, skus: impl IntoIterator<Item = &'a str>) {
        for sku in skus {
            self.products.forget_stock(sku);
            self.stock_metrics.count(kind);
        }
    }

    /// To be called after every commit that changed products: forgets answers that show these SKUs.
    pub fn products_changed<'a>(&self, skus: impl IntoIterator<Item = &'a str>) {
        skus.into_iter().for_each(|sku| self.products.forget(sku));
    }

    /// Measures how long an update of stock took, from asking the database until it was durable.
    pub fn stock_update_took(&self, kind: LedgerKind, since: std::time::Instant) {
        self.stock_metrics.took(kind, since.elapsed());
    }
}
