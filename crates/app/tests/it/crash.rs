//! Killed under load, at random and at every named point: no acknowledged event is lost, none is counted twice.
//!
//! Writers send batches with fixed ids and repeat what was not acknowledged after the restart, as the tracker does. At
//! the end the stored ids, read back through the export, must be exactly the ids that were sent, each once.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use kassa_model::failpoint;

use crate::http::Http;
use crate::kassa::{DEADLINE, Kassa, Start, scaled};

const WRITERS: usize = 4;

/// What the writers know: ids acknowledged, and batches that are to be sent again.
#[derive(Debug, Default)]
struct Ledger {
    acknowledged: BTreeSet<String>,
    open: Vec<Vec<String>>,
}

#[derive(Default)]
struct Load {
    ledger: Mutex<Ledger>,
    serial: AtomicU64,
    stop: AtomicBool,
}

#[test]
fn hard_kills_at_random_lose_nothing_and_double_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let start = start(folder.path());
    let load = Arc::new(Load::default());
    let seed = seed();
    let kills = scaled(50);
    let mut random = seed;
    for _ in 0..kills {
        let kassa = start.start();
        let writers = spawn_writers(&load, &kassa);
        random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        // Time itself: a kill comes at any moment.
        std::thread::sleep(Duration::from_millis(10 + (random >> 33) % 600));
        kassa.kill();
        end(&load, writers);
    }
    let (events, requests) = settle(&load, &start);
    println!(
        "kills: {kills} at random, seed {seed}, {events} events in {requests} requests, 0 lost, 0 twice"
    );
}

#[test]
fn hard_a_kill_at_every_named_point_loses_nothing_and_doubles_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let load = Arc::new(Load::default());
    // The shop's points are passed by orders, and at the start by migrations.
    let of_events =
        |point: &&&str| ["log.", "collect.", "process.", "store."].iter().any(|of| point.starts_with(of));
    let points: Vec<_> = failpoint::ALL.iter().filter(of_events).collect();
    for point in &points {
        for pass in 1..=scaled(20).min(3) {
            let armed = start(folder.path()).env("KASSA_FAILPOINTS", &format!("{point}={}", pass * pass));
            let mut kassa = armed.start();
            let writers = spawn_writers(&load, &kassa);
            let began = Instant::now();
            while !kassa.has_ended() {
                assert!(
                    began.elapsed() < DEADLINE,
                    "fail point {point} was never passed {} times",
                    pass * pass
                );
                std::thread::sleep(Duration::from_millis(5));
            }
            let status = kassa.ended();
            end(&load, writers);
            assert_eq!(std::os::unix::process::ExitStatusExt::signal(&status), Some(6), "{point}: {status}");
        }
    }
    let (events, requests) = settle(&load, &start(folder.path()));
    println!(
        "kills: at each of {} named points, {events} events in {requests} requests, 0 lost, 0 twice",
        points.len()
    );
}

/// Small segments that are deleted at once, so that rolling and deletion happen under the load too.
fn start(folder: &Path) -> Start {
    Start::up(&folder.join("data"))
        .env("KASSA_LOG__SEGMENT_BYTES", "1048576")
        .env("KASSA_LOG__KEEP_HOURS", "0")
}

fn seed() -> u64 {
    let given = std::env::var("KASSA_TEST_SEED").ok().and_then(|text| text.parse().ok());
    given.unwrap_or_else(|| u64::from(std::process::id()) ^ 0x5eed_0000)
}

fn spawn_writers(load: &Arc<Load>, kassa: &Kassa) -> Vec<std::thread::JoinHandle<()>> {
    load.stop.store(false, Ordering::SeqCst);
    let spawn = |_| {
        let (load, address) = (Arc::clone(load), kassa.address.clone());
        std::thread::spawn(move || load.write(&address))
    };
    (0..WRITERS).map(spawn).collect()
}

fn end(load: &Load, writers: Vec<std::thread::JoinHandle<()>>) {
    load.stop.store(true, Ordering::SeqCst);
    for writer in writers {
        writer.join().unwrap();
    }
}

impl Load {
    /// Sends until told to stop or the connection breaks.
    fn write(&self, address: &str) {
        let Ok(mut http) = Http::connect(address) else { return };
        while !self.stop.load(Ordering::SeqCst) {
            let again = self.ledger.lock().unwrap().open.pop();
            let ids = again.unwrap_or_else(|| self.fresh_ids());
            let answer = http.post("/v1/batch", &body(&ids));
            let mut ledger = self.ledger.lock().unwrap();
            match answer {
                Ok(answer) if answer.status == 200 => {
                    assert!(answer.body.contains(r#""success":true"#), "{answer:?}");
                    ledger.acknowledged.extend(ids);
                }
                Ok(answer) => panic!("unexpected answer: {answer:?}"),
                Err(_) => {
                    ledger.open.push(ids);
                    return;
                }
            }
        }
    }

    fn fresh_ids(&self) -> Vec<String> {
        let serial = self.serial.fetch_add(1, Ordering::SeqCst);
        (0..1 + serial % 40).map(|index| format!("b{serial}-{index}")).collect()
    }
}

fn body(ids: &[String]) -> String {
    let events: Vec<_> = ids
        .iter()
        .map(|id| {
            serde_json::json!({"type": "track", "event": "Test", "messageId": id, "anonymousId": &id[..2],
                "properties": {"filler": "x".repeat(200)}})
        })
        .collect();
    serde_json::json!({"writeKey": "shop", "batch": events}).to_string()
}

/// Sends what is open, waits until all is stored, compares. Returns events and requests.
fn settle(load: &Arc<Load>, start: &Start) -> (usize, u64) {
    let kassa = start.start();
    let mut http = kassa.http();
    let open = std::mem::take(&mut load.ledger.lock().unwrap().open);
    for ids in open {
        assert_eq!(http.post("/v1/batch", &body(&ids)).unwrap().status, 200);
        load.ledger.lock().unwrap().acknowledged.extend(ids);
    }
    kassa.wait_until_drained();
    let stored = stored_ids(&kassa);
    let ledger = load.ledger.lock().unwrap();
    let lost: Vec<_> = ledger.acknowledged.iter().filter(|id| !stored.contains_key(*id)).take(5).collect();
    let twice: Vec<_> = stored.iter().filter(|(_, count)| **count > 1).take(5).collect();
    assert!(lost.is_empty(), "acknowledged and lost: {lost:?}");
    assert!(twice.is_empty(), "counted twice: {twice:?}");
    assert_eq!(stored.len(), ledger.acknowledged.len(), "every id was acknowledged in the end");
    assert!(stored.len() > 100, "the load was no load: {}", stored.len());
    (stored.len(), load.serial.load(Ordering::SeqCst))
}

/// How often each id stands in the export.
pub(crate) fn stored_ids(kassa: &Kassa) -> BTreeMap<String, u64> {
    let answer = kassa.get("/v1/export?site_id=shop&format=csv");
    assert_eq!(answer.status, 200, "{answer:?}");
    let mut lines = answer.body.lines();
    let header: Vec<_> = lines.next().unwrap().split(',').collect();
    let column = header.iter().position(|name| *name == "id").unwrap();
    let mut ids = BTreeMap::new();
    for line in lines {
        *ids.entry(line.split(',').nth(column).unwrap().to_owned()).or_default() += 1;
    }
    ids
}
