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
use super::{SITE, catalog, fates, incoming, orders, pictures};

/// Between two looks at the wall clock, at most: it may be set, or the machine sleep, while somebody waits.
const LOOK_EVERY: Duration = Duration::from_secs(10);

/// What goes on while a demo runs: visits and orders, and the pictures of its goods until each has its own.
pub(crate) async fn go_on(collector: Arc<Collector>, shop: Arc<Shop>, since: Timestamp, shutdown: Shutdown) {
    let pictures = pictures::hang(Arc::clone(&shop), shutdown.clone());
    tokio::join!(run(collector, shop, since, shutdown), pictures);
}

/// Goes on after `since` until the shutdown. What the collector or the shop refuses (chaos, a full disk) is logged and left
/// out: a demo does not end by what it shows.
async fn run(collector: Arc<Collector>, shop: Arc<Shop>, mut since: Timestamp, shutdown: Shutdown) {
    while !shutdown.is_triggered() {
        if let Err(error) = catalog::restock(&shop, since).await {
            tracing::warn!(error = format!("{error:#}"), "the demo's delivery failed");
        }
        let midnight = Timestamp::from_micros((since.day() + 1) * MICROS_PER_DAY);
        let Day { hits, purchases } = rest_of_day(since, midnight);
        let acts = fates::acts(&purchases, since, midnight);
        let visits = each(
            hits,
            |hit| hit.received_at,
            &shutdown,
            async |hit| {
                collector.collect_all(vec![incoming(&hit)]).await.map(drop).map_err(anyhow::Error::from)
            },
        );
        let sales = each(acts, |act| act.at, &shutdown, async |act| orders::see_to(&shop, &[act]).await);
        tokio::join!(visits, sales);
        until(midnight, &shutdown).await;
        since = midnight;
    }
}

/// What comes after `since` and before the end of that day, also of visits that began the day before; with all orders to which
/// something may happen then.
fn rest_of_day(since: Timestamp, midnight: Timestamp) -> Day {
    let end = midnight.plus_micros(-1);
    let (mut rest, begun) = (day(end, 1, SITE), day(end, 0, SITE));
    rest.hits.extend(begun.hits);
    rest.purchases.extend(begun.purchases);
    rest.purchases.extend((2..=fates::DAYS).flat_map(|days_ago| day(end, days_ago, SITE).purchases));
    rest.hits.retain(|hit| hit.received_at > since);
    rest.hits.sort_by_key(|hit| hit.received_at);
    rest
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
        // What is under way goes on by itself, or is filled in by the next start: the end waits for neither log nor relay.
        let done = tokio::select! {
            biased;
            () = shutdown.wait() => return,
            done = act(one) => done,
        };
        if let Err(error) = done {
            tracing::warn!(error = format!("{error:#}"), "something of the demo was refused");
        }
    }
}

/// Waits for `at` by the wall clock, or for the shutdown.
async fn until(at: Timestamp, shutdown: &Shutdown) {
    while let Some(look) = next_look(at, SystemClock.now()).filter(|_| !shutdown.is_triggered()) {
        let _ = tokio::time::timeout(look, shutdown.wait()).await;
    }
}

/// When to look at the clock again; never once `at` has come.
fn next_look(at: Timestamp, now: Timestamp) -> Option<Duration> {
    let left = u64::try_from(at.micros() - now.micros()).ok().filter(|left| *left > 0)?;
    Some(Duration::from_micros(left).min(LOOK_EVERY))
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

    use super::*;

    #[test]
    fn a_clock_that_is_set_is_seen_soon() {
        let (now, second) = (SystemClock.now(), 1_000_000);
        let look = |late: i64| next_look(now.plus_micros(late), now);
        assert_eq!(look(2 * second), Some(Duration::from_secs(2)));
        assert_eq!(look(MICROS_PER_DAY), Some(LOOK_EVERY));
        assert_eq!((look(0), look(-MICROS_PER_DAY)), (None, None));
    }

    #[test]
    fn a_visit_goes_on_past_midnight() {
        let midnight = |day: i64| Timestamp::from_micros(day * MICROS_PER_DAY);
        let (mut lived, days) = (Day { hits: Vec::new(), purchases: Vec::new() }, 20_700..20_710);
        for day in days.clone() {
            let more = rest_of_day(midnight(day), midnight(day + 1));
            assert!(more.hits.is_sorted_by_key(|hit| hit.received_at));
            lived.hits.extend(more.hits);
            lived.purchases.extend(more.purchases);
        }
        // As it is filled in afterwards: what is there of the day before, some ten minutes of it after midnight.
        let now = midnight(days.end);
        let late = (days.start + 1..days.end).map(|today| {
            let yesterday = day(now, days.end - today + 1, SITE).hits;
            let after: Vec<_> =
                yesterday.into_iter().filter(|hit| hit.received_at > midnight(today)).collect();
            assert!(after.iter().all(|hit| lived.hits.iter().any(|lived| lived.body == hit.body)), "{today}");
            after.len()
        });
        assert!(late.sum::<usize>() > 20);
    }

    #[tokio::test]
    async fn the_shutdown_waits_for_nothing() {
        let (shutdown, now) = (Shutdown::new(), SystemClock.now());
        let act = async |_| {
            shutdown.trigger();
            std::future::pending().await
        };
        let done = each(vec![now], |at| *at, &shutdown, act);
        assert_eq!(tokio::time::timeout(Duration::from_secs(60), done).await, Ok(()));
    }

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
