//! Opens the engines that `log.url` and `store.url` name. Nobody else names one: the rest of the program knows the ports.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, bail};
use kassa_eventlog::EventLog;
use kassa_eventlog::disk::{Disk, RealDisk};
use kassa_eventlog::local::{LocalLog, Options as LogOptions};
use kassa_eventlog::still::StillDisk;
use kassa_eventstore::EventStore;
use kassa_eventstore::duckdb::{DuckStore, Options as StoreOptions, Purpose};
use kassa_model::{SystemClock, clock_was};

use super::revenue::Groups;
use crate::config::{Config, LogUrl, StoreUrl};
use crate::progress::Shown;

/// Opens the log, which keeps what these groups have not read.
///
/// # Errors
/// Files that cannot be had or are damaged.
pub(super) fn open_log(config: &Config, groups: Groups) -> anyhow::Result<Arc<dyn EventLog>> {
    let LogUrl::Local(dir) = config.log_url()?;
    local_log(config, &dir, (groups, Arc::new(RealDisk)))
}

/// Opens the log, where there is one, so that nothing of it changes.
///
/// # Errors
/// As [`open_log`].
pub(super) fn look_at_log(config: &Config, groups: Groups) -> anyhow::Result<Option<Arc<dyn EventLog>>> {
    let LogUrl::Local(dir) = config.log_url()?;
    let is_there = dir.join("meta.json").exists();
    is_there.then(|| local_log(config, &dir, (groups, Arc::new(StillDisk::default())))).transpose()
}

/// Opens the store.
///
/// # Errors
/// A file that cannot be had or is damaged.
pub(crate) fn open_store(config: &Config) -> anyhow::Result<Arc<dyn EventStore>> {
    let StoreUrl::Duckdb(file) = config.store_url()?;
    duckdb(config, &file, Purpose::All)
}

/// Opens the store, where there is one, so that nothing of it changes.
///
/// # Errors
/// As [`open_store`]; a store of another version.
pub(super) fn look_at_store(config: &Config) -> anyhow::Result<Option<Arc<dyn EventStore>>> {
    let StoreUrl::Duckdb(file) = config.store_url()?;
    file.exists().then(|| duckdb(config, &file, Purpose::Reading)).transpose()
}

/// A new store in `file`, beside the one of the configuration.
///
/// # Errors
/// It cannot be made.
pub(crate) fn new_store(file: &Path) -> anyhow::Result<Arc<dyn EventStore>> {
    Ok(Arc::new(DuckStore::open(StoreOptions::new(file))?))
}

fn local_log(
    config: &Config,
    dir: &Path,
    (groups, disk): (Groups, Arc<dyn Disk>),
) -> anyhow::Result<Arc<dyn EventLog>> {
    let mut options = LogOptions::new(dir);
    options.events.partitions = config.log.partitions;
    options.events.groups = groups.events;
    options.orders.partitions = config.log.partitions;
    options.orders.groups = groups.orders;
    options.segment_bytes = config.log.segment_bytes;
    options.max_bytes = config.log.max_bytes;
    options.reserve_bytes = config.log.reserve_bytes;
    options.keep = Duration::from_secs(config.log.keep_hours * 3_600);
    let log = LocalLog::open(options, disk, Arc::new(SystemClock))
        .with_context(|| format!("cannot open the log {}", dir.display()))?;
    // What is removed because it is old goes by the clock, which may have been set while nothing ran.
    log.newest().into_iter().for_each(clock_was);
    Ok(Arc::new(log))
}

fn duckdb(config: &Config, file: &Path, purpose: Purpose) -> anyhow::Result<Arc<dyn EventStore>> {
    let mut options = StoreOptions::new(file);
    options.memory_limit_mb = config.store.memory_mb;
    options.threads = (config.store.threads > 0).then_some(config.store.threads);
    options.query_timeout = Duration::from_secs(config.store.query_timeout_s);
    options.exports_dir = Some(config.data.join("exports"));
    options.progress = Arc::new(Shown::new());
    options.purpose = purpose;
    if purpose == Purpose::Reading {
        options.temp_dir = Some(std::env::temp_dir());
    }
    if file.is_dir() {
        bail!("cannot open the store {}: it is a folder", file.display());
    }
    Ok(Arc::new(DuckStore::open(options)?))
}
