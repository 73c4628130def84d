//! What the roles share: the databases, access, the log, the store; opened in this order, closed in the other.

use std::sync::Arc;
use std::time::Duration;

use anyhow::Context;
use kassa_access::{Access, Mode, Salts};
use kassa_analytics::process::{DedupeOptions, ProcessorOptions, SessionOptions};
use kassa_analytics::report::{ReportOptions, Reports};
use kassa_commerce::Shop;
use kassa_db::{Db, Engine};
use kassa_eventlog::EventLog;
use kassa_eventstore::EventStore;
use kassa_model::SystemClock;
use kassa_service::Metrics;

use super::access;
use super::assets;
use super::databases::Open;
use super::engines;
use super::revenue::Groups;
use crate::config::Config;
use crate::roles::Roles;

/// Everything that is open.
#[derive(Debug)]
pub(crate) struct Parts {
    pub(crate) config: Config,
    pub(crate) access: Access,
    pub(crate) salts: Arc<Salts>,
    databases: Option<Open>,
    shop: Option<Arc<Shop>>,
    log: Option<Arc<dyn EventLog>>,
    store: Option<Arc<dyn EventStore>>,
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
        let parts = Self::open_with(config, &access::options(config)?, wanted, &metrics)?;
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
        let options = access::options(config)?;
        let mode = Mode::decide(&[config.listen()?], &options)?;
        let access = Access::open(&options, mode, &config.data)?;
        let databases = Open::to_look(config)?;
        let salts = Arc::new(Salts::open(&config.data)?);
        let metrics = Metrics::new(env!("CARGO_PKG_VERSION"));
        let shop = databases.shop(config, (&access, Arc::clone(&salts)), None, &metrics)?;
        let log = engines::look_at_log(config, Groups::all())?;
        let store = engines::look_at_store(config)?;
        let (config, databases, shop) = (config.clone(), Some(databases), Some(shop));
        Ok(Self { config, access, salts, databases, shop, log, store })
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
                let assets = open.has_catalog().then(|| assets::open(config)).transpose()?;
                Some(open.shop(config, (&access, Arc::clone(&salts)), assets, metrics)?)
            }
            _ => None,
        };
        // A command looks at what is there: it takes nothing from a reader that is to come.
        let groups = wanted.databases.map_or_else(Groups::all, |roles| Groups::of(config, roles));
        let log = wanted.log.then(|| engines::open_log(config, groups)).transpose()?;
        let store = wanted.store.then(|| engines::open_store(config)).transpose()?;
        Ok(Self { config: config.clone(), access, salts, databases, shop, log, store })
    }

    /// The shop, where a role needs it.
    pub(crate) fn shop(&self) -> anyhow::Result<Arc<Shop>> {
        self.shop.clone().context("no shop is open")
    }

    /// The databases, where there are any.
    pub(crate) fn databases(&self) -> Option<&Open> {
        self.databases.as_ref()
    }

    /// Every database, with its name.
    pub(crate) fn database_list(&self) -> &[(String, Db)] {
        self.databases.as_ref().map_or(&[], Open::all)
    }

    /// The log, where a role needs one.
    pub(crate) fn log(&self) -> anyhow::Result<Arc<dyn EventLog>> {
        self.log.clone().context("no log is open")
    }

    /// The store, where a role needs one.
    pub(crate) fn store(&self) -> anyhow::Result<Arc<dyn EventStore>> {
        self.store.clone().context("no store is open")
    }

    pub(crate) fn has_store(&self) -> bool {
        self.store.is_some()
    }

    /// Reports over the store.
    pub(crate) fn reports(&self, options: ReportOptions) -> anyhow::Result<Arc<Reports>> {
        let query_timeout = Duration::from_secs(self.config.store.query_timeout_s);
        let options = ReportOptions { query_timeout, log: self.log.clone(), ..options };
        Ok(Reports::new(options, self.store()?, self.access.clone(), Arc::new(SystemClock)))
    }

    /// Ends the writers and closes the files.
    pub(crate) fn close(self) {
        self.access.flush();
        // Whoever follows a database ends before it, or would report that it is gone.
        drop((self.shop, self.access, self.salts));
        if let Some(databases) = &self.databases {
            databases.close();
        }
        if let Some(upkeep) = self.log.as_ref().and_then(|log| log.upkeep()) {
            upkeep.close();
        }
        drop(self.store);
    }
}

/// What the processor is told by the configuration.
pub(crate) fn processor_options(config: &Config) -> anyhow::Result<ProcessorOptions> {
    Ok(ProcessorOptions {
        dedupe: DedupeOptions {
            window_hours: i64::try_from(config.dedupe.window_hours)?,
            memory_max: config.dedupe.memory_max,
        },
        sessions: SessionOptions { memory_max: config.sessions.memory_max },
        ..ProcessorOptions::default()
    })
}
