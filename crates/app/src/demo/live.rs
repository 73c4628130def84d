//! What goes on while a demo runs: the visits and orders of the day's plan, each when its time comes, so that "live" is
//! alive; and a delivery each day of what has run low, so that the shop is never bare for long.

use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use kassa_analytics::collect::Collector;
use kassa_commerce::Shop;
use kassa_model::{Clock, MICROS_PER_DAY, SystemClock, Timestamp};
use kassa_service::Shutdown;

use super::traffic::{Day, day};
use super::{SITE, catalog, incoming, orders};

/// Goes on until the shutdown. What the collector or the shop refuses (chaos, a full disk) is logged and left out: a demo
/// does not end by what it shows.
pub(crate) async fn run(collector: Arc<Collector>, shop: Arc<Shop>, shutdown: Shutdown) {
    let mut since = SystemClock.now();
    while !shutdown.is_triggered() {
        if let Err(error) = catalog::restock(&shop, since).await {
            tracing::warn!(error = format!("{error:#}"), "the demo's delivery failed");
        }
        let midnight = Timestamp::from_micros((since.day() + 1) * MICROS_PER_DAY);
        let Day { mut hits, mut purchases } = day(midnight.plus_micros(-1), 0, SITE);
        hits.retain(|hit| hit.received_at > since);
        purchases.retain(|purchase| purchase.at > since);
        let visits = each(
            hits,
            |hit| hit.received_at,
            &shutdown,
            async |hit| {
                collector.collect_all(vec![incoming(&hit)]).await.map(drop).map_err(anyhow::Error::from)
            },
        );
        let sales = each(
            purchases,
            |purchase| purchase.at,
            &shutdown,
            async |purchase| orders::place_all(&shop, &[purchase]).await,
        );
        tokio::join!(visits, sales);
        until(midnight, &shutdown).await;
        since = midnight;
    }
}

/// Does `act` with each of them when its time has come.
async fn each<T, F: Future<Output = anyhow::Result<()>>>(
    all: Vec<T>,
    time: impl Fn(&T) -> Timestamp,
    shutdown: &Shutdown,
    act: impl Fn(T) -> F,
) {
    for one in all {
        until(time(&one), shutdown).await;
        if shutdown.is_triggered() {
            return;
        }
        if let Err(error) = act(one).await {
            tracing::warn!(error = format!("{error:#}"), "something of the demo was refused");
        }
    }
}

/// Waits for `at` by the wall clock, or for the shutdown.
async fn until(at: Timestamp, shutdown: &Shutdown) {
    let wait = at.micros() - SystemClock.now().micros();
    let wait = Duration::from_micros(u64::try_from(wait).unwrap_or(0));
    let _ = tokio::time::timeout(wait, shutdown.wait()).await;
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

    use super::*;

    #[tokio::test]
    async fn each_comes_at_its_time_past_a_refusal_and_none_after_the_shutdown() {
        let now = SystemClock.now();
        let times = [-5_000_000, 40_000, 80_000, 3_600_000_000];
        let all: Vec<Timestamp> = times.iter().map(|late| now.plus_micros(*late)).collect();
        let (shutdown, done) = (Shutdown::new(), Mutex::new(Vec::new()));
        let act = async |at: Timestamp| {
            done.lock().unwrap().push((at, SystemClock.now()));
            if done.lock().unwrap().len() == 3 {
                shutdown.trigger();
            }
            anyhow::bail!("refused")
        };
        each(all.clone(), |at| *at, &shutdown, act).await;
        let done = done.into_inner().unwrap();
        assert_eq!(done.iter().map(|(at, _)| *at).collect::<Vec<_>>(), all[..3]);
        assert!(done.iter().all(|(at, seen)| seen >= at), "{done:?}");
    }
}
