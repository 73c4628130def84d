//! From configuration to a serving process: lock, listen, open, wire the roles, serve, drain, close. Read top to bottom it
//! is the architecture.

mod figures;
mod parts;
mod routes;
mod watch;

use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context;
use kassa_access::{Mode, Salts, SecretKeyOptions, SiteOptions};
use kassa_analytics::collect::{self, Collector, CollectorOptions};
use kassa_analytics::process::{DedupeOptions, Processor, ProcessorOptions, check_positions};
use kassa_eventlog::EventLog;
use kassa_eventstore::EventStore;
use kassa_model::{Clock, SystemClock, failpoint};
use kassa_service::http::Server;
use kassa_service::{Health, Metrics, Proxies, Shutdown, http, logs};

pub(crate) use parts::Parts;

use crate::config::Config;
use crate::demo;
use crate::lock;
use crate::roles::{Role, Roles};

/// Runs `roles` until SIGTERM or SIGINT.
///
/// # Errors
/// Whatever keeps it from starting, in one sentence.
pub(crate) fn serve(config: Config, roles: &Roles, with_demo: bool) -> anyhow::Result<ExitCode> {
    logs::init(&logs::Options { format: config.logs.format.parse()?, level: config.logs.level.clone() })?;
    http::raise_file_limit();
    if roles.need_store() {
        roles.check_embedded()?;
    }
    let mut access = access_options(&config)?;
    if with_demo {
        demo::add_site(&mut access);
    }
    arm_failpoints(&config)?;
    let mut lock = lock::take_or_refuse(&config.data)?;
    let server = Server::bind(server_options(&config)?)?;
    access.local_token = lock.announce(Some(server.local_address()))?;
    let parts = Parts::open_with(&config, &access, roles.need_log(), roles.need_store())?;

    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    let outcome = runtime.block_on(run(&config, roles, with_demo, server, &parts));
    runtime.shutdown_timeout(Duration::from_secs(5));
    parts.close();
    drop(lock);
    outcome
}

async fn run(
    config: &Config,
    roles: &Roles,
    with_demo: bool,
    server: Server,
    parts: &Parts,
) -> anyhow::Result<ExitCode> {
    let shutdown = Shutdown::new();
    shutdown.on_signals()?;
    if roles.has(Role::Processor) {
        check_positions(parts.log()?.as_ref(), parts.store()?.as_ref()).await?;
    }
    let metrics = Metrics::new(env!("CARGO_PKG_VERSION"));
    let health = Health::new("kassa").plain_on(&[4_001, 4_002]);
    watch::watch_parts(parts, &health);
    figures::register(parts, &metrics);

    let collector = match roles.has(Role::Collector) {
        true => Some(Arc::new(make_collector(config, parts, &metrics)?)),
        false => None,
    };
    let processor = match roles.has(Role::Processor) {
        true => Some(start_processor(config, parts, &health, &metrics, &shutdown)?),
        false => None,
    };
    if let (true, Some(collector)) = (with_demo, &collector) {
        demo::fill(collector, parts, SystemClock.now(), &shutdown).await?;
    }

    let (health, metrics, shutdown) = (&health, &metrics, &shutdown);
    let router =
        routes::assemble(routes::Behind { config, roles, parts, collector, health, metrics, shutdown })?;
    let server = server.with_metrics(metrics);
    greet(config, roles, &server, parts);
    let cut_off = server.run(router, shutdown.clone()).await?;
    if cut_off > 0 {
        tracing::warn!(connections = cut_off, "cut off connections that did not end in time");
    }
    // The processor ends by itself on the shutdown, after the batch that it has in hand.
    if let Some(running) = processor {
        running.await.context("the processor's watcher panicked")??;
    }
    Ok(ExitCode::SUCCESS)
}

fn make_collector(config: &Config, parts: &Parts, metrics: &Metrics) -> anyhow::Result<Collector> {
    let geoip = (!config.geoip.path.is_empty()).then(|| config.geoip.path.clone().into());
    let needs = collect::Parts {
        log: parts.log()?,
        access: parts.access.clone(),
        salts: Arc::new(Salts::open(&config.data)?),
        clock: Arc::new(SystemClock),
    };
    Ok(Collector::new(&CollectorOptions { geoip }, needs, metrics)?)
}

fn start_processor(
    config: &Config,
    parts: &Parts,
    health: &Health,
    metrics: &Metrics,
    shutdown: &Shutdown,
) -> anyhow::Result<tokio::task::JoinHandle<anyhow::Result<()>>> {
    let (log, store): (Arc<dyn EventLog>, Arc<dyn EventStore>) = (parts.log()?, parts.store()?);
    let processor = Arc::new(Processor::new(processor_options(config)?, log, store));
    processor.register(metrics);
    watch::watch_processor(&processor, health);
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

/// What the processor is told by the configuration.
pub(crate) fn processor_options(config: &Config) -> anyhow::Result<ProcessorOptions> {
    Ok(ProcessorOptions {
        dedupe: DedupeOptions {
            window_hours: i64::try_from(config.dedupe.window_hours)?,
            memory_max: config.dedupe.memory_max,
        },
        ..ProcessorOptions::default()
    })
}

/// Who may do what, by the configuration; refuses to listen beyond loopback unprotected.
pub(crate) fn access_options(config: &Config) -> anyhow::Result<kassa_access::Options> {
    let secret_keys = config.access.secret_keys.iter().map(|key| SecretKeyOptions {
        name: key.name.clone(),
        sha256: key.sha256.clone(),
        site: key.site.clone(),
    });
    let sites = config.sites.iter().map(|site| SiteOptions {
        id: site.id.clone(),
        write_keys: site.write_keys.clone(),
        allow_keyless: site.allow_keyless,
        timezone: site.timezone.clone(),
        origins: site.origins.clone(),
    });
    let options = kassa_access::Options {
        admin_token: config.access.admin_token.clone(),
        secret_keys: secret_keys.collect(),
        sites: sites.collect(),
        shop_site: config.shop.site.clone(),
        internal_token: std::env::var("KASSA_INTERNAL_TOKEN").unwrap_or_default(),
        ..kassa_access::Options::default()
    };
    Mode::decide(&[config.listen()?], &options)?;
    Ok(options)
}

fn server_options(config: &Config) -> anyhow::Result<http::Options> {
    let server = &config.server;
    let proxies = Proxies::parse(&server.trusted_proxies).context("server.trusted_proxies")?;
    Ok(http::Options {
        listen: vec![config.listen()?],
        header_timeout: Duration::from_millis(server.header_timeout_ms),
        body_timeout: Duration::from_millis(server.body_timeout_ms),
        idle_timeout: Duration::from_millis(server.idle_timeout_ms),
        drain_timeout: Duration::from_millis(server.drain_timeout_ms),
        connections_max: (server.connections_max > 0).then_some(server.connections_max),
        trusted_proxies: proxies,
        ..http::Options::default()
    })
}

/// Fail points are for tests on this machine alone.
fn arm_failpoints(config: &Config) -> anyhow::Result<()> {
    let Ok(plan) = std::env::var("KASSA_FAILPOINTS") else { return Ok(()) };
    if !config.listen()?.ip().is_loopback() {
        anyhow::bail!("KASSA_FAILPOINTS is refused beyond loopback");
    }
    failpoint::arm(&plan)?;
    tracing::warn!(plan, "fail points are armed: this process will be made to fail");
    Ok(())
}

/// Says where everything is. The line `listening on …` is for programs too.
fn greet(config: &Config, roles: &Roles, server: &Server, parts: &Parts) {
    let address = format!("http://{}", server.local_address());
    if parts.access.mode() == Mode::Open {
        tracing::info!("open mode: everything is allowed to whoever reaches {address}");
    }
    tracing::info!(address, roles = roles.names(), data = %config.data.display(), "kassa is ready");
    if *roles == Roles::all() {
        println!("  shop       {address}/");
        println!("  dashboard  {address}/dashboard");
    }
    println!("listening on {address}");
}
