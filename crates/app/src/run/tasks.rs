//! What runs beside the routes of orders, and the notifier.

use std::sync::Arc;

use anyhow::Context;
use kassa_commerce::notify::{self, Consumer, NotifyMetrics, WorkOptions, Worker};
use kassa_commerce::orders::apart::drain;
use kassa_commerce::orders::refusals;
use kassa_commerce::outbox::{Fetch, Relay, RelayOptions};
use kassa_commerce::{Shop, notes, outbox};
use kassa_db::Engine;
use kassa_eventlog::EventLog;
use kassa_model::{Clock, SystemClock};
use kassa_service::{Metrics, Shutdown};
use tokio::task::JoinHandle;

/// What runs beside the routes of orders: the relay of the outbox and the drain of accepted orders.
///
/// # Errors
/// The database's, where it is this process's alone.
pub(super) async fn start_tasks(
    shop: &Arc<Shop>,
    log: Arc<dyn EventLog>,
    metrics: &Metrics,
    shutdown: &Shutdown,
) -> anyhow::Result<Vec<JoinHandle<()>>> {
    let db = shop.orders.clone().context("orders have no database here")?;
    if db.engine() == Engine::Sqlite {
        // The file belongs to whoever holds the data folder: what a killed process has left behind holds nobody up.
        outbox::end_leases(&db).await.context("cannot take the shop's database over")?;
    }
    let clock = Arc::new(SystemClock);
    if let Err(error) = notes::version_started(&db, env!("CARGO_PKG_VERSION"), clock.now()).await {
        tracing::warn!(%error, "cannot note which version has started");
    }
    let ports = (db, Arc::clone(&log));
    let options = RelayOptions { site: shop.options.site.clone(), ..RelayOptions::default() };
    let relay = Relay::new(ports, clock, shop.wake.clone(), options.clone(), metrics);
    let mut tasks = vec![
        tokio::spawn(relay.run(shutdown.clone())),
        tokio::spawn(drain::run(Arc::clone(shop), shutdown.clone())),
        tokio::spawn(refusals::run(Arc::clone(&shop.refusals), Arc::clone(&log), shutdown.clone())),
    ];
    // What is said by stock that is not with the orders comes by its own outbox.
    match &shop.inventory {
        Some(stock) if !shop.stock_is_with_orders() => {
            if stock.engine() == Engine::Sqlite {
                outbox::end_leases(stock).await.context("cannot take the database of stock over")?;
            }
            let ports = (stock.clone(), log);
            let relay = Relay::of_stock(ports, Arc::new(SystemClock), options);
            tasks.push(tokio::spawn(relay.run(shutdown.clone())));
        }
        Some(_) => {}
        None => tasks.push(tokio::spawn(Fetch::new(Arc::clone(shop), log).run(shutdown.clone()))),
    }
    Ok(tasks)
}

/// The notifier: what reads the news of orders, and what sends them.
///
/// # Errors
/// The database's, and the log's.
pub(super) async fn start_notifier(
    shop: &Arc<Shop>,
    log: Arc<dyn EventLog>,
    metrics: &Metrics,
    shutdown: &Shutdown,
) -> anyhow::Result<Vec<JoinHandle<()>>> {
    let db = shop.orders.clone().context("the notifier has no database here")?;
    if db.engine() == Engine::Sqlite {
        notify::end_leases(&db).await.context("cannot take the shop's database over")?;
    }
    let metrics = Arc::new(NotifyMetrics::register(metrics));
    let consumer = Consumer::new(Arc::clone(shop), log, Arc::clone(&metrics)).await;
    let consumer = consumer.context("cannot read the news of orders")?;
    let worker = Worker::new(Arc::clone(shop), db, WorkOptions::default(), metrics);
    Ok(vec![
        tokio::spawn(consumer.run(shutdown.clone())),
        tokio::spawn(worker.run(shutdown.clone())),
        tokio::spawn(notify::report::run(Arc::clone(shop), shutdown.clone())),
    ])
}
