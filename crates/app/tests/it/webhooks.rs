//! Webhooks beside mails at targets that are well, slow, down for a while, or hang, whatever becomes of kassa on the way.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::{Duration, Instant};

use kassa_db::testing::TestPostgres;
use serde_json::{Value, json};

use crate::buyers::{Buyers, open, order};
use crate::kassa::{DEADLINE, Kassa, scaled, wait_for};
use crate::mails;
use crate::smtp::Server;
use crate::targets::{Does, Target};
use crate::victim::Victim;

/// Requests to one target that are under way at a time: a kill leaves no more of them without a note of their end.
const IN_FLIGHT: u64 = 4;
/// How soon what happens has to be at a target that is well, whatever the others do: less than one that hangs is waited for.
const SOON: Duration = Duration::from_secs(5);

/// An endpoint at a target.
struct Endpoint {
    name: &'static str,
    target: Target,
    id: String,
}

/// What a target has taken.
#[derive(Debug, Default)]
struct Came {
    /// The order of each event.
    events: BTreeMap<String, String>,
    /// Requests with an event that was taken before.
    again: u64,
    /// How long after its event each came first.
    after: Vec<Duration>,
}

#[test]
fn hard_webhooks_through_kills() {
    through_kills("SQLite", None);
}

#[test]
fn hard_webhooks_through_kills_on_postgres() {
    let Some(server) = TestPostgres::start() else { return };
    through_kills("PostgreSQL", Some(server.fresh_database()));
}

fn through_kills(engine: &str, url: Option<String>) {
    let (folder, begun) = (tempfile::tempdir().unwrap(), Instant::now());
    let server = Server::start(folder.path(), 0, &[]);
    let start = mails::start(&folder.path().join("data"), &server.url()).with_database(url.as_deref());
    let start = start.env("KASSA_WEBHOOKS__ALLOW_PRIVATE", "true");
    let seed = u64::from(std::process::id());
    let kassa = start.start();
    open(&kassa, 1_000_000);
    let endpoints = Endpoints::at(&kassa);
    let buyers = Arc::new(Buyers::who_cancel(10, Duration::from_millis(15)));
    let threads = buyers.begin(3, &kassa);
    let points = mails::POINTS;
    let victim = Victim { start, points, kills: scaled(100), life_ms: 400, long_life_ms: 600, seed };
    let survivor = victim.torment(kassa, |kassa| buyers.moved(kassa));
    buyers.end(threads, scaled(5_000));
    let (placed, cancelled) = (buyers.placed(), buyers.cancelled());
    let bought: BTreeSet<String> = placed.values().cloned().collect();
    let wanted = [(&endpoints.good, &bought), (&endpoints.failing, &bought), (&endpoints.slow, &cancelled)];
    arrive(engine, &server, &wanted, placed.len() + cancelled.len());
    is_not_held_up(&survivor.kassa, &endpoints);

    let kills = survivor.kills.all();
    println!("{engine}: {}", survivor.kills);
    let mut delivered = 0;
    for (endpoint, orders) in wanted {
        let came = endpoint.came();
        delivered += came.events.len();
        assert!(came.again <= IN_FLIGHT * kills, "{engine}: {}: {} came again", endpoint.name, came.again);
        println!(
            "{engine}: {}: {} events, 0 lost, {} came again under their own id; half within {} ms, all within {} ms",
            endpoint.name,
            orders.len(),
            came.again,
            came.after[came.after.len() / 2].as_millis(),
            came.after[came.after.len() - 1].as_millis()
        );
    }
    let waiting = endpoints.hanging_wait(&survivor.kassa);
    assert_eq!(waiting, cancelled, "{engine}: what the hanging target does not take waits for it");
    endpoints.hanging.came();
    println!(
        "{engine}: seed {seed}, {} s, {delivered} webhooks and {} mails delivered, {} waiting for the target that hangs, 0 lost",
        begun.elapsed().as_secs(),
        placed.len() + cancelled.len(),
        waiting.len()
    );
    survivor.kills.assert_every_point();
}

/// Waits until all is there, however slow the machine is: as long as some arrives.
fn arrive(engine: &str, server: &Server, wanted: &[(&Endpoint, &BTreeSet<String>)], mails: usize) {
    let (mut missing, mut last) = (usize::MAX, Instant::now());
    while missing > 0 {
        std::thread::sleep(Duration::from_millis(500));
        let sent: usize = mails::addresses(&server.mails()).values().map(BTreeSet::len).sum();
        let mut now = mails.saturating_sub(sent);
        for (endpoint, orders) in wanted {
            let came = endpoint.came();
            let there: BTreeSet<_> = came.events.values().collect();
            now += orders.iter().filter(|order| !there.contains(order)).count();
        }
        if now < missing {
            (missing, last) = (now, Instant::now());
        }
        assert!(last.elapsed() < DEADLINE * 2, "{engine}: {missing} deliveries are missing");
    }
    let all = mails::addresses(&server.mails());
    let sent: usize = all.values().map(BTreeSet::len).sum();
    assert_eq!(sent, mails, "{engine}: a mail was sent under two ids, or to somebody who ordered nothing");
    for (endpoint, orders) in wanted {
        let name = endpoint.name;
        let events = endpoint.came().events;
        let there: BTreeSet<_> = events.values().cloned().collect();
        assert_eq!(&there, *orders, "{engine}: {name} was told of something that never was");
        assert_eq!(events.len(), orders.len(), "{engine}: {name} was told of an order under two ids");
    }
}

/// What happens is soon at the target that is well, while others hang and fail.
fn is_not_held_up(kassa: &Kassa, endpoints: &Endpoints) {
    let mut slowest = Duration::ZERO;
    for number in 0..20 {
        wait_for("the hanging target to hold requests", || {
            (endpoints.hanging.target.held() > 0).then_some(())
        });
        let (key, begun) = (format!("late-{number}"), Instant::now());
        let placed = order(&mut kassa.http(), &key, "late@customer.test").unwrap();
        wait_for("an order to be told", || {
            endpoints
                .good
                .target
                .look(|all| all.iter().rev().any(|taken| taken.order_id == placed["id"]).then_some(()))
        });
        slowest = slowest.max(begun.elapsed());
    }
    assert!(slowest < SOON, "the good target was held up for {slowest:?}");
    println!("20 orders told while another target hangs: the slowest after {} ms", slowest.as_millis());
}

/// The targets, and the endpoints at them.
struct Endpoints {
    good: Endpoint,
    slow: Endpoint,
    failing: Endpoint,
    hanging: Endpoint,
}

impl Endpoints {
    fn at(kassa: &Kassa) -> Self {
        let down = Duration::from_millis(scaled(20_000));
        Self {
            good: Endpoint::at(kassa, "good", "OrderConfirmed", Does::Takes),
            failing: Endpoint::at(kassa, "failing", "OrderConfirmed", Does::FailsFor(down)),
            slow: Endpoint::at(kassa, "slow", "OrderCancelled", Does::TakesAfter(Duration::from_millis(100))),
            hanging: Endpoint::at(kassa, "hanging", "OrderCancelled", Does::Hangs),
        }
    }

    /// The orders of what waits for the target that hangs, once nothing else waits and nothing is dead.
    fn hanging_wait(&self, kassa: &Kassa) -> BTreeSet<String> {
        wait_for("the last outcomes to be noted", || {
            let waiting = listed(kassa, "waiting");
            waiting.iter().all(|row| row["target"] == self.hanging.id.as_str()).then_some(())
        });
        assert_eq!(listed(kassa, "dead"), Vec::<Value>::new());
        let orders = listed(kassa, "waiting");
        orders.iter().map(|row| row["order_id"].as_str().unwrap().to_owned()).collect()
    }
}

/// Every delivery in this state.
fn listed(kassa: &Kassa, state: &str) -> Vec<Value> {
    let (mut rows, mut cursor) = (Vec::new(), String::new());
    loop {
        let page = kassa.get(&format!("/v1/deliveries?state={state}&limit=100{cursor}")).json();
        rows.extend(page["results"].as_array().unwrap().iter().cloned());
        match page["next_cursor"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => return rows,
        }
    }
}

impl Endpoint {
    fn at(kassa: &Kassa, name: &'static str, event: &str, does: Does) -> Self {
        let target = Target::start(does);
        let body = json!({"url": target.url, "event_types": [event]}).to_string();
        let made = kassa.post("/v1/webhooks", &body);
        assert_eq!(made.status, 201, "{made:?}");
        Self { name, target, id: made.json()["id"].as_str().unwrap().to_owned() }
    }

    /// What it has taken; each request came under the id of its event, and the same whenever it came.
    fn came(&self) -> Came {
        self.target.look(|all| {
            let (mut came, mut bodies) = (Came::default(), BTreeMap::new());
            for taken in all {
                let (name, id) = (self.name, &taken.event_id);
                assert_eq!(taken.webhook_id.as_ref(), Some(id), "{name}: {}", taken.body);
                let before = bodies.insert(id, &taken.body);
                assert!(before.is_none_or(|body| *body == taken.body), "{name}: {id} changes");
                if !taken.was_well {
                    continue;
                }
                match came.events.insert(id.clone(), taken.order_id.clone()) {
                    Some(_) => came.again += 1,
                    None => came.after.push(taken.after),
                }
            }
            came.after.sort_unstable();
            came
        })
    }
}
