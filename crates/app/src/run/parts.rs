//! What the roles share: the databases, access, the log, the store; opened in this order, closed in the other.

use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, bail};
use axum::Router;
use kassa_access::{Access, Mode, Salts};
use kassa_analytics::report::{self, ReportOptions, Reports};
use kassa_commerce::Shop;
use kassa_db::{Db, Engine};
use kassa_eventlog::disk::{Disk, RealDisk};
use kassa_eventlog::local::{LocalLog, Options as LogOptions};
use kassa_eventlog::still::StillDisk;
use kassa_eventstore::EventStore;
use kassa_eventstore::duckdb::{DuckStore, Options as StoreOptions, Purpose};
use kassa_model::{SystemClock, clock_was};
use kassa_service::Metrics;

use super::revenue;
use super::shop::Open;
use crate::admin;
use crate::config::Config;
use crate::progress::Shown;
use crate::roles::Roles;

/// The group under which the processor reads.
pub(crate) const PROCESSOR_GROUP: &str = "processor";

/// Everything that is open.
#[derive(Debug)]
pub(crate) struct Parts {
    pub(crate) config: Config,
    pub(crate) access: Access,
    pub(crate) salts: Arc<Salts>,
    databases: Option<Open>,
    shop: Option<Arc<Shop>>,
    log: Option<Arc<LocalLog>>,
    store: Option<Arc<DuckStore>>,
}

/// What is to be opened.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Wanted<'a> {
    /// The log.
    pub(crate) log: bool,
    /// The store.
    pub(crate) store: bool,
    /// The databases that these roles need; `None`: none at all.
    pub(crate) databases: Option<&'a Roles>,
}

impl Parts {
    /// For a command: as `open_with`, with the access of the configuration, and with databases that answer.
    pub(crate) fn open(config: &Config, wanted: Wanted<'_>) -> anyhow::Result<Self> {
        let metrics = Metrics::new(env!("CARGO_PKG_VERSION"));
        let parts = Self::open_with(config, &super::access_options(config)?, wanted, &metrics)?;
        if let Some(databases) = &parts.databases {
            databases.schemas.wait()?;
        }
        Ok(parts)
    }

    /// For the audit: everything that there is, opened so that nothing of it changes. What is not there stays away.
    ///
    /// # Errors
    /// A database that is not there or is of another version, a log that is damaged, a store of another version.
    pub(crate) fn open_to_look(config: &Config) -> anyhow::Result<Self> {
        let options = super::access_options(config)?;
        let mode = Mode::decide(&[config.listen()?], &options)?;
        let access = Access::open(&options, mode, &config.data)?;
        let databases = Open::to_look(config)?;
        let salts = Arc::new(Salts::open(&config.data)?);
        let metrics = Metrics::new(env!("CARGO_PKG_VERSION"));
        let shop = databases.shop(config, &access, Arc::clone(&salts), &metrics)?;
        let log = match config.log_dir()?.join("meta.json").exists() {
            true => Some(Arc::new(open_log_on(
                config,
                vec![PROCESSOR_GROUP.to_owned()],
                Arc::new(StillDisk::default()),
            )?)),
            false => None,
        };
        let store = match config.store_file()?.exists() {
            true => Some(Arc::new(open_store_for(config, Purpose::Reading)?)),
            false => None,
        };
        Ok(Self {
            config: config.clone(),
            access,
            salts,
            databases: Some(databases),
            shop: Some(shop),
            log,
            store,
        })
    }

    /// Opens what is needed.
    ///
    /// # Errors
    /// Files that cannot be had, are damaged, or belong to another log; a database that refuses.
    pub(crate) fn open_with(
        config: &Config,
        access: &kassa_access::Options,
        wanted: Wanted<'_>,
        metrics: &Metrics,
    ) -> anyhow::Result<Self> {
        let mode = Mode::decide(&[config.listen()?], access)?;
        let access = Access::open(access, mode, &config.data)?;
        let databases = wanted.databases.map(|roles| Open::new(config, roles)).transpose()?;
        let salts = Arc::new(match &databases {
            Some(open) => {
                access.attach(open.main.clone(), Arc::new(SystemClock))?;
                match open.main.engine() {
                    // The file is this process's alone, and so are the salts: they stay out of it and its copies.
                    Engine::Sqlite => Salts::open(&config.data)?,
                    Engine::Postgres => Salts::shared(open.main.clone(), Arc::new(SystemClock))?,
                }
            }
            None => Salts::open(&config.data)?,
        });
        let shop = match (&databases, wanted.databases) {
            (Some(open), Some(roles)) if roles.need_database() => {
                Some(open.shop(config, &access, Arc::clone(&salts), metrics)?)
            }
            _ => None,
        };
        // A command looks at what is there: it takes nothing from a reader that is to come.
        let kept = || vec![PROCESSOR_GROUP.to_owned()];
        let groups = wanted.databases.map_or_else(kept, |roles| revenue::groups(config, roles));
        let log = if wanted.log { Some(Arc::new(open_log(config, groups)?)) } else { None };
        let store = if wanted.store { Some(Arc::new(open_store(config)?)) } else { None };
        Ok(Self { config: config.clone(), access, salts, databases, shop, log, store })
    }

    /// The shop, where a role needs it.
    pub(crate) fn shop(&self) -> anyhow::Result<Arc<Shop>> {
        self.shop.clone().context("no shop is open")
    }

    /// The databases, where there are any.
    pub(super) fn databases(&self) -> Option<&Open> {
        self.databases.as_ref()
    }

    /// Every database, with its name.
    pub(crate) fn database_list(&self) -> &[(String, Db)] {
        self.databases.as_ref().map_or(&[], Open::all)
    }

    /// The log, where a role needs one.
    pub(crate) fn log(&self) -> anyhow::Result<Arc<LocalLog>> {
        self.log.clone().context("no log is open")
    }

    /// The store, where a role needs one.
    pub(crate) fn store(&self) -> anyhow::Result<Arc<DuckStore>> {
        self.store.clone().context("no store is open")
    }

    pub(crate) fn has_store(&self) -> bool {
        self.store.is_some()
    }

    /// The admin API over these parts, for whoever holds the folder: nobody is asked for a key.
    pub(crate) fn admin_router(&self) -> anyhow::Result<Router> {
        let mut router = Router::new();
        if self.has_store() {
            router =
                router.merge(report::native_routes(self.reports(ReportOptions::default())?).into_router());
        }
        Ok(router.merge(admin::routes(self)))
    }

    /// Reports over the store.
    pub(crate) fn reports(&self, options: ReportOptions) -> anyhow::Result<Arc<Reports>> {
        let store: Arc<dyn EventStore> = self.store()?;
        let query_timeout = Duration::from_secs(self.config.store.query_timeout_s);
        let options = ReportOptions { query_timeout, ..options };
        Ok(Reports::new(options, store, self.access.clone(), Arc::new(SystemClock)))
    }

    /// Ends the writers and closes the files.
    pub(crate) fn close(self) {
        self.access.flush();
        // Whoever follows a database ends before it, or would report that it is gone.
        drop((self.shop, self.access, self.salts));
        if let Some(databases) = &self.databases {
            databases.close();
        }
        if let Some(log) = self.log {
            log.close();
        }
        drop(self.store);
    }
}

fn open_log(config: &Config, groups: Vec<String>) -> anyhow::Result<LocalLog> {
    open_log_on(config, groups, Arc::new(RealDisk))
}

fn open_log_on(config: &Config, groups: Vec<String>, disk: Arc<dyn Disk>) -> anyhow::Result<LocalLog> {
    let dir = config.log_dir()?;
    let mut options = LogOptions::new(&dir);
    options.events.partitions = config.log.partitions;
    options.events.groups = groups;
    options.orders.partitions = config.log.partitions;
    options.orders.groups = Vec::new();
    options.segment_bytes = config.log.segment_bytes;
    options.max_bytes = config.log.max_bytes;
    options.reserve_bytes = config.log.reserve_bytes;
    options.keep = Duration::from_secs(config.log.keep_hours * 3_600);
    let log = LocalLog::open(options, disk, Arc::new(SystemClock))
        .with_context(|| format!("cannot open the log {}", dir.display()))?;
    // What is removed because it is old goes by the clock, which may have been set while nothing ran.
    log.newest().into_iter().for_each(clock_was);
    Ok(log)
}

fn open_store(config: &Config) -> anyhow::Result<DuckStore> {
    open_store_for(config, Purpose::All)
}

fn open_store_for(config: &Config, purpose: Purpose) -> anyhow::Result<DuckStore> {
    let path = config.store_file()?;
    let mut options = StoreOptions::new(&path);
    options.memory_limit_mb = config.store.memory_mb;
    options.threads = (config.store.threads > 0).then_some(config.store.threads);
    options.query_timeout = Duration::from_secs(config.store.query_timeout_s);
    options.exports_dir = Some(config.data.join("exports"));
    options.progress = Arc::new(Shown::new());
    options.purpose = purpose;
    if purpose == Purpose::Reading {
        options.temp_dir = Some(std::env::temp_dir());
    }
    if path.is_dir() {
        bail!("cannot open the store {}: it is a folder", path.display());
    }
    Ok(DuckStore::open(options)?)
}
