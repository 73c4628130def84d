//! Inventory down, slow, and losing answers: every order is answered in time and settled afterwards.

use std::sync::Arc;
use std::time::Duration;

use kassa_commerce::orders::Status;
use kassa_commerce::transport::Remotes;
use kassa_db::params;
use kassa_db::testing::TestPostgres;
use kassa_model::{Clock, MICROS_PER_DAY, SystemClock};
use kassa_service::Status as Health;
use kassa_service::breaker::State;
use kassa_service::client::{Call, Sent};

use super::bed::{Dice, Reply, Split, scaled, seed};

const SKUS: [&str; 8] = ["s0", "s1", "s2", "s3", "s4", "s5", "s6", "s7"];

/// What was answered while something was wrong.
#[derive(Debug, Default)]
struct Tally {
    created: usize,
    accepted: usize,
    refused: usize,
    slowest: Duration,
}

impl Tally {
    fn add(&mut self, reply: &Reply) {
        match reply.status {
            201 => self.created += 1,
            202 => self.accepted += 1,
            422 => self.refused += 1,
            _ => panic!("an order was answered {reply:?}"),
        }
        self.slowest = self.slowest.max(reply.took);
        assert!(reply.took < Duration::from_secs(1), "an order was answered after {:?}", reply.took);
    }
}

/// Orders for `time`, some at once.
async fn load(split: &Arc<Split>, time: Duration, dice: &mut Dice) -> Tally {
    let mut sent = Vec::new();
    let ticks = time.as_millis() / 100;
    for _ in 0..ticks {
        for _ in 0..3 {
            let first = SKUS[dice.below(8) as usize];
            let second = SKUS[dice.below(8) as usize];
            let items = match first == second {
                true => format!("{first}={}", 1 + dice.below(3)),
                false => format!("{first}={} {second}=1", 1 + dice.below(3)),
            };
            let split = Arc::clone(split);
            sent.push(tokio::spawn(async move { split.place(&items).await }));
        }
        // Time itself: a load is so many orders in a second.
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    let mut tally = Tally::default();
    for reply in sent {
        tally.add(&reply.await.unwrap());
    }
    tally
}

fn stocked(of_each: i64) -> Vec<(&'static str, i64)> {
    SKUS.iter().map(|sku| (*sku, of_each)).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn orders_go_on_while_inventory_is_down() {
    let time = Duration::from_secs(scaled(60).max(3));
    let mut dice = Dice(seed());
    // Enough for the order that shows that all is well again, not for all that come before.
    let of_each = i64::try_from(time.as_secs() * 5).unwrap();
    let mut split = Arc::new(Split::new(&stocked(of_each)).await);
    let before = load(&split, Duration::from_secs(1), &mut dice).await;
    assert_eq!(before.accepted, 0, "{before:?}");
    Arc::get_mut(&mut split).unwrap().stock.down().await;
    let during = load(&split, time, &mut dice).await;
    assert_eq!((during.created, during.refused), (0, 0), "{during:?}");
    Arc::get_mut(&mut split).unwrap().stock.up().await;
    let settled = split.settled(Duration::from_secs(60)).await;
    split.exact().await;
    split.ready("s7=1").await;
    let after = load(&split, Duration::from_secs(1), &mut dice).await;
    assert_eq!(after.accepted, 0, "{after:?}");
    split.exact().await;
    let failed = split.orders().await.iter().filter(|order| order.status == Status::Failed).count();
    println!("down for {time:?}, seed {}: {during:?}; settled in {settled:?}; {failed} failed", seed());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn orders_go_on_while_inventory_is_slow() {
    let time = Duration::from_secs(scaled(60).max(4));
    let mut dice = Dice(seed());
    let split = Arc::new(Split::new(&stocked(10_000)).await);
    split.stock.chaos(5_000, 0.0, 0.0);
    let during = load(&split, time, &mut dice).await;
    assert_eq!((during.created, during.refused), (0, 0), "{during:?}");
    split.stock.calm();
    let settled = split.settled(Duration::from_secs(60)).await;
    split.exact().await;
    println!("slow for {time:?}, seed {}: {during:?}; settled in {settled:?}", seed());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn orders_go_on_while_answers_are_lost() {
    let time = Duration::from_secs(scaled(60).max(4));
    let mut dice = Dice(seed());
    let split = Arc::new(Split::new(&stocked(10_000)).await);
    for (crash_rate, partial_failure_rate) in [(0.0, 1.0), (0.3, 0.3)] {
        split.stock.chaos(0, crash_rate, partial_failure_rate);
        let during = load(&split, time / 2, &mut dice).await;
        split.stock.calm();
        let settled = split.settled(Duration::from_secs(60)).await;
        split.exact().await;
        println!(
            "failing {crash_rate} before and {partial_failure_rate} after the commit, seed {}: {during:?}; \
             settled in {settled:?}",
            seed()
        );
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_hundred_buyers_get_fifty() {
    buy("SQLite", Split::new(&[("hot", 50)]).await).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_hundred_buyers_get_fifty_on_postgresql() {
    let Some(cluster) = TestPostgres::start() else { return };
    let urls = [cluster.fresh_database(), cluster.fresh_database()];
    buy("PostgreSQL", Split::on(&[("hot", 50)], Remotes::default(), [&urls[0], &urls[1]]).await).await;
}

async fn buy(engine: &str, split: Split) {
    let split = Arc::new(split);
    let buyers = (0..200).map(|_| {
        let split = Arc::clone(&split);
        tokio::spawn(async move { split.place("hot=1").await })
    });
    let mut answers = [0; 3];
    for buyer in buyers.collect::<Vec<_>>() {
        let reply = buyer.await.unwrap();
        match reply.status {
            201 => answers[0] += 1,
            202 => answers[1] += 1,
            422 => answers[2] += 1,
            _ => panic!("{reply:?}"),
        }
    }
    split.settled(Duration::from_secs(60)).await;
    split.exact().await;
    let orders = split.orders().await;
    let count = |status| orders.iter().filter(|order| order.status == status).count();
    assert_eq!((count(Status::Confirmed), count(Status::Failed)), (50, 150));
    assert_eq!(split.stock.on_hand("hot").await, 0);
    println!(
        "{engine}: 200 buyers for 50 units apart, answers 201, 202, 422: {answers:?}; 50 confirmed, 0 violations"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_unknown_sku_is_a_good_answer() {
    let split = Split::new(&[("known", 1_000)]).await;
    // In the catalogue, but stock was never kept of it.
    split.only_in_catalog("strange").await;
    for _ in 0..30 {
        let reply = split.place("strange=1").await;
        assert_eq!((reply.status, &reply.body["type"]), (422, &"/errors/unknown-sku".into()), "{reply:?}");
    }
    assert_eq!(split.shop.stock.breaker().state(), State::Closed);
    assert_eq!(split.place("known=1").await.status, 201);
    split.exact().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_queue_is_bounded() {
    let remotes = Remotes { accepted_max: 25, ..Default::default() };
    let mut split = Split::with(&[("a", 1_000)], remotes).await;
    split.stock.down().await;
    let mut accepted = 0;
    let refused = loop {
        let reply = split.place("a=1").await;
        match reply.status {
            202 => accepted += 1,
            _ => break reply,
        }
        assert!(accepted < 100);
    };
    assert_eq!((refused.status, accepted), (503, 25), "{refused:?}");
    split.stock.up().await;
    split.settled(Duration::from_secs(60)).await;
    split.exact().await;
    split.ready("a=1").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_long_queue_of_one_sku_drains_in_time() {
    let orders = scaled(10_000);
    let remotes = Remotes { accepted_max: 20_000, ..Default::default() };
    let stock = i64::try_from(orders).unwrap() - 7;
    let mut split = Arc::new(Split::with(&[("hot", stock)], remotes).await);
    Arc::get_mut(&mut split).unwrap().stock.down().await;
    let buyers = (0..64).map(|buyer| {
        let split = Arc::clone(&split);
        tokio::spawn(async move {
            for _ in (buyer..orders).step_by(64) {
                assert_eq!(split.place("hot=1").await.status, 202);
            }
        })
    });
    for buyer in buyers.collect::<Vec<_>>() {
        buyer.await.unwrap();
    }
    Arc::get_mut(&mut split).unwrap().stock.up().await;
    let settled = split.settled(Duration::from_secs(60)).await;
    split.exact().await;
    let failed = split.orders().await.iter().filter(|order| order.status == Status::Failed).count();
    assert_eq!((failed, split.stock.on_hand("hot").await), (7, 0));
    println!("{orders} waiting orders of one SKU settled in {settled:?}, 0 violations");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_oldest_order_gets_the_last_unit() {
    let mut split = Split::new(&[("a", 3)]).await;
    split.stock.down().await;
    let mut ids = Vec::new();
    for _ in 0..6 {
        ids.push(super::bed::id(&split.place("a=1").await));
    }
    split.stock.up().await;
    split.settled(Duration::from_secs(60)).await;
    let mut statuses = Vec::new();
    for id in &ids {
        statuses.push(split.order(id).await.status);
    }
    assert_eq!(statuses[..3], [Status::Confirmed; 3]);
    assert_eq!(statuses[3..], [Status::Failed; 3]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_repeat_gets_the_first_answer() {
    let mut split = Split::new(&[("a", 10)]).await;
    split.stock.down().await;
    let body = serde_json::json!({ "items": super::bed::parsed("a=1") });
    let first = split.call("POST", "/v1/orders", "same", Some(body.clone())).await;
    assert_eq!(first.status, 202);
    split.stock.up().await;
    split.settled(Duration::from_secs(60)).await;
    // The order is confirmed meanwhile; the answer to this request never changes again.
    let again = split.call("POST", "/v1/orders", "same", Some(body)).await;
    assert_eq!((again.status, &again.body), (202, &first.body));
    assert_eq!(split.orders().await.len(), 1);
    split.exact().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_waits_survives_a_kill() {
    let mut split = Split::new(&[("a", 100)]).await;
    let order = super::bed::id(&split.place("a=5").await);
    split.stock.down().await;
    let mut ids = Vec::new();
    for _ in 0..5 {
        ids.push(super::bed::id(&split.place("a=1").await));
    }
    assert_eq!(split.cancel(&order).await.status, 200);
    split.start_again();
    split.stock.up().await;
    // The one that was killed had the lease, which has to run out first.
    let settled = split.settled(Duration::from_secs(30)).await;
    split.exact().await;
    for id in &ids {
        assert_eq!(split.order(id).await.status, Status::Confirmed);
    }
    assert_eq!(split.stock.on_hand("a").await, 95);
    println!("5 waiting orders and a release settled {settled:?} after a kill of the drain, 0 violations");
}

/// A role that lets nobody in is as good as none: the breaker opens, and what is wrong is known.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_wrong_token_is_a_fault() {
    let split = Split::with_wrong_token(&[("a", 100)]).await;
    let peer = split.shop.stock.peer().unwrap();
    assert_eq!(peer.fault(), None);
    assert!(matches!(peer.ask().await, Health::Down(why) if why.contains("KASSA_INTERNAL_TOKEN")));
    let begun = std::time::Instant::now();
    while split.shop.stock.breaker().state() != State::Open {
        assert!(begun.elapsed() < Duration::from_secs(30), "the breaker stays closed");
        assert_eq!(split.place("a=1").await.status, 202);
    }
    assert!(peer.fault().is_some_and(|fault| fault.contains("the same KASSA_INTERNAL_TOKEN")));
    assert_eq!(split.stock.on_hand("a").await, 100);
    let right = Split::new(&[("a", 1)]).await;
    let peer = right.shop.stock.peer().unwrap();
    assert_eq!((peer.ask().await, peer.fault()), (Health::Up, None));
}

/// A drain whose process went by its own clock, had it two days ahead, and died.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_dead_drain_with_a_wrong_clock_stops_nobody() {
    after_a_wrong_clock(Split::new(&[("a", 100)]).await).await;
    if let Some(cluster) = TestPostgres::start() {
        let urls = [cluster.fresh_database(), cluster.fresh_database()];
        after_a_wrong_clock(Split::on(&[("a", 100)], Remotes::default(), [&urls[0], &urls[1]]).await).await;
    }
}

async fn after_a_wrong_clock(mut split: Split) {
    let order = super::bed::id(&split.place("a=5").await);
    split.stock.down().await;
    for _ in 0..5 {
        assert_eq!(split.place("a=1").await.status, 202);
    }
    assert_eq!(split.cancel(&order).await.status, 200);
    split.kill_drain().await;
    let later = SystemClock.now().plus_micros(2 * MICROS_PER_DAY).micros();
    let spoil = move |tx: &mut kassa_db::Tx<'_>| {
        tx.execute("UPDATE leases SET owner = 'dead', until = $1 WHERE name = 'drain'", params![later])?;
        tx.execute("UPDATE idempotency SET deadline = $1 WHERE state = 'running'", params![later])?;
        tx.execute("UPDATE work SET attempts = 1, next_at = $1 WHERE done_at IS NULL", params![later])
    };
    let spoilt: Result<u64, kassa_db::Error> = split.shop.orders.as_ref().unwrap().write(spoil).await;
    assert_eq!(spoilt.unwrap(), 6);
    split.stock.up().await;
    split.start_again();
    split.settled(Duration::from_secs(60)).await;
    split.exact().await;
    assert_eq!(split.stock.on_hand("a").await, 95);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_comparison_sees_a_leak() {
    let split = Split::new(&[("a", 10)]).await;
    split.compare().await.unwrap();
    let body = serde_json::json!({ "ref": "nobody/1", "lines": [{ "sku": "a", "quantity": 1 }] });
    let call = Call::post("/v1/internal/stock/deduct", &body).unwrap();
    assert!(matches!(split.stock.client().send(call).await, Sent::Answer(_)));
    assert!(split.compare().await.is_err());
}
