//! Several relays over one database: one publishes, the others wait for it to go.

use std::time::Duration;

use kassa_eventlog::Stream;
use kassa_model::Clock;
use kassa_service::Shutdown;

use super::support::{Desk, eventually, scaled};
use crate::outbox::{RelayOptions, Round, end_leases};

fn options() -> RelayOptions {
    let (poll, lease) = (Duration::from_millis(2), Duration::from_secs(20));
    RelayOptions { batch_rows: 7, poll, lease, ..RelayOptions::default() }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn two_at_once_publish_each_row_by_one() {
    for desk in Desk::each() {
        two_at_once_publish_each_row_by_one_on(desk).await;
    }
}

async fn two_at_once_publish_each_row_by_one_on(desk: Desk) {
    let shutdown = Shutdown::new();
    let relays: Vec<_> = (0..3).map(|_| desk.relay(options())).collect();
    let (tasks, metrics): (Vec<_>, Vec<_>) = relays
        .into_iter()
        .map(|(relay, _, metrics)| (tokio::spawn(relay.run(shutdown.clone())), metrics))
        .unzip();
    let batches = i64::try_from(scaled(300)).unwrap();
    for batch in 0..batches {
        desk.put(batch * 10..batch * 10 + 10).await;
    }
    eventually("all is published", async || desk.unpublished().await == 0).await;
    shutdown.trigger();
    for task in tasks {
        task.await.unwrap();
    }
    let rows = usize::try_from(batches * 10).unwrap();
    assert_eq!(desk.log.texts(Stream::Orders).await.len(), rows, "each once");
    assert_eq!(desk.log.revenue_by_id().await.len(), rows);
    let text: Vec<String> = metrics.iter().map(kassa_service::Metrics::text).collect();
    let published = |text: &String| text.contains(&format!("kassa_outbox_published_total {rows}\n"));
    assert_eq!(text.iter().filter(|text| published(text)).count(), 1, "one of them did it all: {text:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn another_takes_over_when_the_lease_has_ended() {
    for desk in Desk::each() {
        another_takes_over_when_the_lease_has_ended_on(desk).await;
    }
}

async fn another_takes_over_when_the_lease_has_ended_on(desk: Desk) {
    let lease = Duration::from_secs(2);
    let short = || RelayOptions { lease, ..options() };
    let ((mut first, ..), (mut second, ..)) = (desk.relay(short()), desk.relay(short()));
    desk.put(0..7).await;
    assert_eq!(first.round().await.unwrap(), Round::Published(7));
    desk.put(7..10).await;
    assert_eq!(second.round().await.unwrap(), Round::Standby);
    // The first is gone without a word.
    drop(first);
    eventually("the other publishes", async || second.round().await.unwrap() == Round::Published(3)).await;
    assert_eq!(desk.log.texts(Stream::Orders).await.len(), 10);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_database_that_is_taken_over_has_no_holder() {
    let desk = Desk::new();
    let ((mut killed, ..), (mut next, ..)) = (desk.relay(options()), desk.relay(options()));
    desk.put(0..1).await;
    assert_eq!(killed.round().await.unwrap(), Round::Published(1));
    desk.put(1..2).await;
    assert_eq!(next.round().await.unwrap(), Round::Standby);
    drop(killed);
    end_leases(&desk.db).await.unwrap();
    assert_eq!(next.round().await.unwrap(), Round::Published(1));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_former_holder_does_not_publish_by_an_old_lease() {
    for desk in Desk::each() {
        a_former_holder_does_not_publish_by_an_old_lease_on(desk).await;
    }
}

async fn a_former_holder_does_not_publish_by_an_old_lease_on(desk: Desk) {
    let short = || RelayOptions { lease: Duration::from_secs(3), ..options() };
    let ((mut first, ..), (mut second, ..)) = (desk.relay(short()), desk.relay(short()));
    desk.put(0..1).await;
    assert_eq!(first.round().await.unwrap(), Round::Published(1));
    desk.put(1..2).await;
    eventually("the other takes over", async || second.round().await.unwrap() == Round::Published(1)).await;
    desk.put(2..3).await;
    assert_eq!(first.round().await.unwrap(), Round::Standby);
    assert_eq!(second.round().await.unwrap(), Round::Published(1));
}

/// A process that went by its own clock, had it two days ahead, and died.
#[tokio::test(flavor = "multi_thread")]
async fn a_dead_holder_with_a_wrong_clock_stops_nobody() {
    for desk in Desk::each() {
        let until = kassa_model::SystemClock.now().plus_micros(2 * kassa_model::MICROS_PER_DAY).micros();
        let hold = move |tx: &mut kassa_db::Tx<'_>| {
            let sql = "INSERT INTO leases (name, owner, epoch, until) VALUES ('relay', 'dead', 7, $1)";
            tx.execute(sql, kassa_db::params![until])
        };
        desk.db.write(hold).await.unwrap();
        desk.put(0..3).await;
        let (mut relay, ..) = desk.relay(options());
        assert_eq!(relay.round().await.unwrap(), Round::Published(3), "{:?}", desk.db.engine());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stop_gives_the_lease_back() {
    let desk = Desk::new();
    let (relay, wake, _) = desk.relay(options());
    let shutdown = Shutdown::new();
    let task = tokio::spawn(relay.run(shutdown.clone()));
    desk.put(0..1).await;
    wake.wake();
    eventually("it is published", async || desk.unpublished().await == 0).await;
    shutdown.trigger();
    task.await.unwrap();
    let (mut next, ..) = desk.relay(options());
    desk.put(1..2).await;
    assert_eq!(next.round().await.unwrap(), Round::Published(1));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wake_saves_the_wait() {
    let desk = Desk::new();
    let (relay, wake, _) = desk.relay(RelayOptions { poll: Duration::from_secs(3_600), ..options() });
    let shutdown = Shutdown::new();
    let task = tokio::spawn(relay.run(shutdown.clone()));
    for number in 0..20 {
        desk.put(number..number + 1).await;
        wake.wake();
        eventually("it is published", async || desk.unpublished().await == 0).await;
    }
    shutdown.trigger();
    task.await.unwrap();
}
