//! What the roles share: access, the log, the store; opened in this order, closed in the other.

use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, bail};
use axum::Router;
use kassa_access::{Access, Mode};
use kassa_analytics::report::{self, ReportOptions, Reports};
use kassa_eventlog::disk::RealDisk;
use kassa_eventlog::local::{LocalLog, Options as LogOptions};
use kassa_eventstore::EventStore;
use kassa_eventstore::duckdb::{DuckStore, Options as StoreOptions};
use kassa_model::SystemClock;

use crate::admin;
use crate::config::Config;

/// The group under which the processor reads.
const PROCESSOR_GROUP: &str = "processor";

/// Everything that is open.
#[derive(Debug)]
pub(crate) struct Parts {
    pub(crate) config: Config,
    pub(crate) access: Access,
    log: Option<Arc<LocalLog>>,
    store: Option<Arc<DuckStore>>,
}

impl Parts {
    /// For a command: as `open_with`, with the access of the configuration.
    pub(crate) fn open(config: &Config, log: bool, store: bool) -> anyhow::Result<Self> {
        Self::open_with(config, &super::access_options(config)?, log, store)
    }

    /// Opens what is needed.
    ///
    /// # Errors
    /// Files that cannot be had, are damaged, or belong to another log.
    pub(crate) fn open_with(
        config: &Config,
        access: &kassa_access::Options,
        log: bool,
        store: bool,
    ) -> anyhow::Result<Self> {
        let mode = Mode::decide(&[config.listen()?], access)?;
        let access = Access::open(access, mode, &config.data)?;
        let log = if log { Some(Arc::new(open_log(config)?)) } else { None };
        let store = if store { Some(Arc::new(open_store(config)?)) } else { None };
        Ok(Self { config: config.clone(), access, log, store })
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
            router = router.merge(report::native_routes(self.reports(ReportOptions::default())?));
        }
        Ok(router.merge(admin::routes(self)))
    }

    /// Reports over the store.
    pub(crate) fn reports(&self, options: ReportOptions) -> anyhow::Result<Arc<Reports>> {
        let store: Arc<dyn EventStore> = self.store()?;
        Ok(Reports::new(options, store, self.access.clone(), Arc::new(SystemClock)))
    }

    /// Ends the writers and closes the files.
    pub(crate) fn close(self) {
        self.access.flush();
        if let Some(log) = self.log {
            log.close();
        }
        drop(self.store);
    }
}

fn open_log(config: &Config) -> anyhow::Result<LocalLog> {
    let dir = config.log_dir()?;
    let mut options = LogOptions::new(&dir);
    options.events.partitions = config.log.partitions;
    options.events.groups = vec![PROCESSOR_GROUP.to_owned()];
    options.orders.partitions = config.log.partitions;
    options.orders.groups = Vec::new();
    options.segment_bytes = config.log.segment_bytes;
    options.max_bytes = config.log.max_bytes;
    options.reserve_bytes = config.log.reserve_bytes;
    options.keep = Duration::from_secs(config.log.keep_hours * 3_600);
    LocalLog::open(options, Arc::new(RealDisk), Arc::new(SystemClock))
        .with_context(|| format!("cannot open the log {}", dir.display()))
}

fn open_store(config: &Config) -> anyhow::Result<DuckStore> {
    let path = config.store_file()?;
    let mut options = StoreOptions::new(&path);
    options.memory_limit_mb = config.store.memory_mb;
    options.threads = (config.store.threads > 0).then_some(config.store.threads);
    options.query_timeout = Duration::from_secs(config.store.query_timeout_s);
    options.exports_dir = Some(config.data.join("exports"));
    if path.is_dir() {
        bail!("cannot open the store {}: it is a folder", path.display());
    }
    Ok(DuckStore::open(options)?)
}
