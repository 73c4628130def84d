//! From configuration to a serving process: lock, listen, open, wire the roles, serve, drain, close. Read top to bottom it
//! is the architecture.

mod belong;
mod figures;
mod figures_db;
mod gauges;
mod limits;
mod noted;
mod numbers;
mod origins;
mod pager;
mod routes;
mod tasks;
mod watch;

use std::net::SocketAddr;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context;
use kassa_access::Mode;
use kassa_analytics::collect::{self, Collector, CollectorOptions};
use kassa_analytics::process::{Processor, check_positions};
use kassa_analytics::retain::{RetainOptions, Retention};
use kassa_commerce::assets;
use kassa_commerce::cleaning;
use kassa_commerce::inventory::levels::watch_levels;
use kassa_model::{Clock, SystemClock, failpoint};
use kassa_service::http::Server;
use kassa_service::shutdown::Opening;
use kassa_service::{Health, Metrics, Proxies, Shutdown, console, http, logs};
use tokio::runtime::Runtime;
use tokio::task::JoinHandle;

pub(crate) use belong::Loss;

use crate::admin::Beside;
use crate::config::Config;
use crate::open::{
    Parts, Wanted, access_options, check_folder, check_internal_token, check_revenue, processor_options,
};
use crate::privacy::Person;
use crate::roles::{Role, Roles};
use crate::{demo, lock, memory, privacy, private};

/// The ports of systems A to E (architecture.md): on each of them everything is served.
const COMPAT_PORTS: [u16; 8] = [3_000, 3_001, 3_002, 4_001, 4_002, 5_000, 8_001, 8_080];

/// Hears SIGTERM and SIGINT from here on: the first thing that a server does.
///
/// # Errors
/// The system gives no handlers.
pub(crate) fn begin() -> anyhow::Result<Start> {
    let shutdown = Shutdown::new();
    let opening = shutdown.opening();
    shutdown.on_signals().context("cannot hear signals")?;
    Ok(Start { shutdown, opening })
}

/// A start that can be stopped.
#[derive(Debug)]
pub(crate) struct Start {
    shutdown: Shutdown,
    opening: Opening,
}

/// Whether these roles can start with this configuration, as far as that is known without touching the data folder: what
/// `kassa check` says and every start asks first. The configuration itself was looked at when it was read.
///
/// # Errors
/// The first thing that would keep it from starting, in one sentence.
pub(crate) fn check(config: &Config, roles: &Roles) -> anyhow::Result<kassa_access::Options> {
    logs::check(&log_options(config)?)?;
    failpoints(config)?;
    if roles.need_store() {
        roles.check_embedded()?;
    }
    check_revenue(config, roles)?;
    limits::connections(config, http::raise_file_limit())?;
    let access = access_options(config)?;
    access.check()?;
    check_internal_token(config, roles, &access.internal_token)?;
    Ok(access)
}

/// Runs `roles` until the shutdown.
///
/// # Errors
/// Whatever keeps it from starting, in one sentence.
pub(crate) fn serve(
    mut config: Config,
    roles: &Roles,
    asked: Asked,
    Start { shutdown, opening }: Start,
) -> anyhow::Result<ExitCode> {
    logs::init(&log_options(&config)?)?;
    let mut access = check(&config, roles)?;
    if asked.demo == Demo::Wanted {
        demo::add_site(&mut access);
        config.said = config.said.over(&demo::said());
        // Its customers are invented: no server is asked to write to them.
        config.email.url = "mailbox:".to_owned();
        // A demo that only this machine reaches may be broken on purpose.
        config.chaos.allowed |= config.listen()?.ip().is_loopback();
    }
    arm_failpoints(&config)?;
    let mut lock = lock::take_or_refuse(&config.data)?;
    private::warn_of_open_files(&config.data);
    check_folder(&config, roles)?;
    let server = Server::bind(server_options(&config)?).map_err(named_by_flag)?;
    access.local_token = lock.announce(Some(server.local_address()))?;
    let metrics = Metrics::new(env!("CARGO_PKG_VERSION"));
    let wanted = Wanted { log: roles.need_log(), store: roles.need_store(), databases: Some(roles) };
    failpoint::hit("start.before_open");
    if shutdown.is_triggered() {
        return Ok(ExitCode::SUCCESS);
    }
    let runtime = Runtime::new()?;
    runtime.block_on(privacy::write_anew(&config))?;
    let parts = Parts::open_with(&config, &access, wanted, &metrics)?;
    drop(opening);

    let around = Around { metrics: &metrics, shutdown: &shutdown };
    let outcome = runtime.block_on(run(roles, asked, server, &parts, around));
    runtime.shutdown_timeout(Duration::from_secs(5));
    parts.close();
    drop(lock);
    outcome
}

fn log_options(config: &Config) -> anyhow::Result<logs::Options> {
    Ok(logs::Options {
        format: config.logs.format.parse()?,
        level: config.logs.level.clone(),
        file: (!config.logs.file.is_empty()).then(|| config.logs.file.clone().into()),
    })
}

/// What is asked of a start beside its configuration.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Asked {
    pub(crate) demo: Demo,
    pub(crate) loss: Loss,
}

/// Whether the demo's shop and traffic are made first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Demo {
    Wanted,
    Unwanted,
}

/// What every part of the process reports to and listens to.
#[derive(Debug, Clone, Copy)]
struct Around<'a> {
    metrics: &'a Metrics,
    shutdown: &'a Shutdown,
}

async fn run(
    roles: &Roles,
    asked: Asked,
    server: Server,
    parts: &Parts,
    Around { metrics, shutdown }: Around<'_>,
) -> anyhow::Result<ExitCode> {
    let config = &parts.config;
    if roles.has(Role::Processor) {
        check_positions(parts.log()?.as_ref(), parts.store()?.as_ref()).await?;
    }
    belong::check(parts, asked.loss).await?;
    let health = Health::new("kassa").plain_on(&[4_001, 4_002]).worded_on(&[3_001, 3_002]);
    watch::watch_parts(parts, &health);
    figures::register(parts, metrics);

    let collector = match roles.has(Role::Collector) {
        true => Some(Arc::new(make_collector(config, parts, metrics)?)),
        false => None,
    };
    let processor = match roles.has(Role::Processor) {
        true => Some(start_processor(roles, parts, &health, metrics, shutdown)?),
        false => None,
    };
    let mut tasks = start_shop(roles, parts, &health, Around { metrics, shutdown }).await?;
    if roles.has(Role::Processor) {
        tasks.push(tokio::spawn(retention(config, parts)?.run(shutdown.clone())));
    }
    tasks.push(tokio::spawn(memory::watch(shutdown.clone())));
    tasks.push(tokio::spawn(Arc::clone(&parts.salts).follow_clock(shutdown.clone())));
    if let (Demo::Wanted, Some(collector)) = (asked.demo, &collector) {
        let (collector, now) = (Arc::clone(collector), SystemClock.now());
        demo::fill(&collector, parts, now, shutdown).await?;
        tasks.push(tokio::spawn(demo::live::go_on(collector, parts.shop()?, now, shutdown.clone())));
    }
    // After the demo is whole: half of it is nothing to judge.
    let beside = Beside::of(parts).with_game_days((asked.demo == Demo::Wanted).then_some(shutdown), parts)?;
    tasks.extend(watch_shop(roles, parts, &beside, &health, shutdown)?);

    let router = routes::assemble(routes::Behind {
        config,
        roles,
        parts,
        collector,
        health: &health,
        metrics,
        shutdown,
        beside,
    })?;
    let server = server.with_metrics(metrics);
    greet(config, roles, &server, parts);
    if asked.demo == Demo::Wanted {
        console::say(format_args!("  demo       invented visits and orders go on while this runs"));
    }
    let cut_off = server.run(router, shutdown.clone()).await?;
    if cut_off > 0 {
        tracing::warn!(connections = cut_off, "cut off connections that did not end in time");
    }
    for task in tasks {
        task.await.context("a task of the shop panicked")?;
    }
    // The processor ends by itself on the shutdown, after the batch that it has in hand.
    if let Some(running) = processor {
        running.await.context("the processor's watcher panicked")??;
    }
    Ok(ExitCode::SUCCESS)
}

/// What carries the shop's news, where it is this process that does.
async fn start_shop(
    roles: &Roles,
    parts: &Parts,
    health: &Health,
    Around { metrics, shutdown }: Around<'_>,
) -> anyhow::Result<Vec<JoinHandle<()>>> {
    let mut tasks = Vec::new();
    // Before anything is published: what happens from now on is told.
    if roles.has(Role::Notifier) {
        watch::watch_notifier(&parts.shop()?, health);
        tasks.extend(tasks::start_notifier(&parts.shop()?, parts.log()?, metrics, shutdown).await?);
    }
    if roles.has(Role::Orders) {
        tasks.extend(tasks::start_tasks(&parts.shop()?, parts.log()?, metrics, shutdown).await?);
    }
    Ok(tasks)
}

/// What looks after the shop and its databases, where they are.
fn watch_shop(
    roles: &Roles,
    parts: &Parts,
    Beside { auditor, space, .. }: &Beside,
    health: &Health,
    shutdown: &Shutdown,
) -> anyhow::Result<Vec<JoinHandle<()>>> {
    let mut tasks = Vec::new();
    if let Some(databases) = parts.databases() {
        tasks.push(databases.schemas.go_on(shutdown));
    }
    if roles.need_database() {
        tasks.push(watch::watch_shop(&parts.shop()?, health, shutdown));
        tasks.push(tokio::spawn(cleaning::run(parts.shop()?, shutdown.clone())));
    }
    let every = Duration::from_secs(parts.config.audit.every_s);
    tasks.push(tokio::spawn(Arc::clone(space).watch(shutdown.clone())));
    if let Some(auditor) = auditor.as_ref().filter(|_| roles.has(Role::Orders) && !every.is_zero()) {
        tasks.push(tokio::spawn(Arc::clone(auditor).watch(every, shutdown.clone())));
    }
    if let Some(person) = Person::of(parts).filter(|_| roles.has(Role::Orders)) {
        tasks.push(tokio::spawn(person.finish_stopped(shutdown.clone())));
    }
    if roles.has(Role::Inventory) {
        tasks.push(tokio::spawn(watch_levels(parts.shop()?, shutdown.clone())));
    }
    Ok(tasks)
}

fn make_collector(config: &Config, parts: &Parts, metrics: &Metrics) -> anyhow::Result<Collector> {
    let geoip = (!config.geoip.path.is_empty()).then(|| config.geoip.path.clone().into());
    let needs = collect::Dependencies {
        log: parts.log()?,
        access: parts.access.clone(),
        salts: Arc::clone(&parts.salts),
        clock: Arc::new(SystemClock),
    };
    let (limits, partition_by) = (Some(config.ingest_limits()?), config.log.partition_by);
    Ok(Collector::new(&CollectorOptions { geoip, limits, partition_by }, needs, metrics)?)
}

fn start_processor(
    roles: &Roles,
    parts: &Parts,
    health: &Health,
    metrics: &Metrics,
    shutdown: &Shutdown,
) -> anyhow::Result<tokio::task::JoinHandle<anyhow::Result<()>>> {
    let (log, store) = (parts.log()?, parts.store()?);
    let processor = Arc::new(Processor::new(processor_options(&parts.config)?, log, store));
    processor.register(metrics);
    watch::watch_processor(&processor, roles, health);
    let shutdown = shutdown.clone();
    // Should it stop, it says so itself and `/readyz` does too; the collector goes on. A panic is a mistake in the
    // program: then the process ends, and whoever watches over it starts it again.
    let running = tokio::spawn({
        let shutdown = shutdown.clone();
        async move { processor.run(shutdown).await.unwrap_or_default() }
    });
    let shutdown = shutdown.clone();
    Ok(tokio::spawn(async move {
        let ended = running.await;
        if ended.is_err() {
            shutdown.trigger();
        }
        ended.context("the processor panicked")
    }))
}

/// What removes events that have outlived the days of their site.
fn retention(config: &Config, parts: &Parts) -> anyhow::Result<Retention> {
    let window_hours = i64::try_from(config.dedupe.window_hours)?;
    let options = RetainOptions { every: Duration::from_secs(3_600), window_hours };
    Ok(Retention::new(options, parts.store()?, parts.access.clone(), Arc::new(SystemClock)))
}

/// Where to listen: `server.listen` first, then the ports of the old systems.
fn addresses(config: &Config) -> anyhow::Result<Vec<SocketAddr>> {
    let first = config.listen()?;
    let mut addresses = vec![first];
    if config.server.compat_ports {
        let others = COMPAT_PORTS.iter().map(|port| SocketAddr::new(first.ip(), *port));
        addresses.extend(others.filter(|other| *other != first));
    }
    Ok(addresses)
}

fn server_options(config: &Config) -> anyhow::Result<http::Options> {
    let server = &config.server;
    let connections = limits::connections(config, http::raise_file_limit())?;
    let proxies = Proxies::parse(&server.trusted_proxies).context("server.trusted_proxies")?;
    Ok(http::Options {
        listen: addresses(config)?,
        header_timeout: Duration::from_millis(server.header_timeout_ms),
        body_timeout: Duration::from_millis(server.body_timeout_ms),
        idle_timeout: Duration::from_millis(server.idle_timeout_ms),
        drain_timeout: Duration::from_millis(server.drain_timeout_ms),
        connections_max: Some(connections),
        trusted_proxies: proxies,
        long_bodies: vec![(assets::http::UPLOADS, usize::try_from(config.assets.max_bytes)?)],
        ..http::Options::default()
    })
}

/// An address that cannot be had is chosen by a flag or a key: which, the server does not know.
fn named_by_flag(error: http::Error) -> anyhow::Error {
    match error {
        http::Error::Listen { .. } => {
            anyhow::anyhow!("{error}; choose another address with --listen (the key server.listen)")
        }
        other => other.into(),
    }
}

/// Arms the fail points that the environment names.
pub(crate) fn arm_failpoints(config: &Config) -> anyhow::Result<()> {
    let Some(plan) = failpoints(config)? else { return Ok(()) };
    failpoint::arm(&plan)?;
    tracing::warn!(plan, "fail points are armed: this process will be made to fail");
    Ok(())
}

/// The plan of fail points, which are for tests on this machine alone.
fn failpoints(config: &Config) -> anyhow::Result<Option<String>> {
    let Ok(plan) = std::env::var("KASSA_FAILPOINTS") else { return Ok(None) };
    if !config.listen()?.ip().is_loopback() {
        anyhow::bail!("KASSA_FAILPOINTS is refused beyond loopback");
    }
    failpoint::check(&plan)?;
    Ok(Some(plan))
}

/// Says where everything is. The line `listening on …` is for programs too.
fn greet(config: &Config, roles: &Roles, server: &Server, parts: &Parts) {
    let address = format!("http://{}", server.local_address());
    if parts.access.mode() == Mode::Open {
        tracing::info!("open mode: everything is allowed to whoever reaches {address}");
    }
    tracing::info!(address, roles = roles.names(), data = %config.data.display(), "kassa is ready");
    if *roles == Roles::all() {
        console::say(format_args!("  shop       {address}/"));
        console::say(format_args!("  dashboard  {address}/dashboard"));
    }
    let others: Vec<_> =
        server.local_addresses()[1..].iter().map(|other| format!("http://{other}")).collect();
    if !others.is_empty() {
        console::say(format_args!("  also on    {}", others.join(" ")));
    }
    console::say(format_args!("listening on {address}"));
}
