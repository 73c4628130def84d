//! A processor that is stopped at random positions, with batches of any size and hardly any memory for ids, and a replay
//! of the log into an empty store: DuckDB holds the same rows each time (a hash over all of them). The log has late
//! events, duplicates, pauses of days, midnight, cookieless visitors, users who name themselves or are named by a server,
//! events that nobody did, orders, campaigns, sessions that clients name, records of before, and unreadable ones.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use kassa_analytics::process::{DedupeOptions, Processor, ProcessorOptions, SessionOptions, replay};
use kassa_eventlog::disk::RealDisk;
use kassa_eventlog::local::{LocalLog, Options};
use kassa_eventlog::{EventLog, Offset, Record, Stream};
use kassa_eventstore::{DuckStore, EventStore};
use kassa_model::{
    Dialect, Event, LogRecord, MICROS_PER_HOUR, Naming, OrderPart, Recorded, RouteKey, SystemClock,
    Timestamp, encode,
};
use kassa_service::Shutdown;

use crate::kassa::{DEADLINE, scaled};

const MINUTE: i64 = 60_000_000;

const NAMES: [&str; 6] = ["page_view", "page_view", "click", "time_on_page", "identify", "alias"];
const USERS: [&str; 5] = ["c0", "c1", "guest", "c3", "c4"];

/// Numbers that a seed fixes (SplitMix64).
struct Random(u64);

impl Random {
    fn below(&mut self, end: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        (mixed ^ (mixed >> 31)) % end
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn hard_restarts_anywhere_and_a_replay_give_the_same_rows() {
    let seed = std::env::var("KASSA_TEST_SEED").ok().and_then(|text| text.parse().ok()).unwrap_or(1);
    let (streams, mut restarts) = (scaled(20), 0);
    for seed in seed..seed + streams {
        restarts += check(seed).await;
    }
    println!(
        "{streams} logs from seed {seed} on, {restarts} restarts: the same rows as without, and by replay"
    );
}

async fn check(seed: u64) -> u64 {
    let (folder, mut random) = (tempfile::tempdir().unwrap(), Random(seed));
    let mut options = Options::new(folder.path().join("log"));
    options.reserve_bytes = 0;
    let log = Arc::new(LocalLog::open(options, Arc::new(RealDisk), Arc::new(SystemClock)).unwrap());
    let records = stream(&mut random, 600);
    log.append(Stream::Events, records).await.unwrap();
    let end = log.status(Stream::Events).await.unwrap().partitions[0].end;

    // Of every second log so little is remembered of sessions that they are let go of before their time.
    let sessions = SessionOptions { memory_max: [64 << 20, 6_000][(seed % 2) as usize] };
    let usual = || ProcessorOptions { sessions, ..ProcessorOptions::default() };
    let whole = open(folder.path(), "whole");
    process(&log, &whole, usual(), end).await;
    let expected = whole.fingerprint().await.unwrap();
    assert!(whole.status().await.unwrap().events > 200, "most records are stored");

    let (broken, mut restarts, mut reached) = (open(folder.path(), "broken"), 0, Offset::START);
    while reached < end {
        let memory_max = [1, 2_000, 64 << 20][random.below(3) as usize];
        let options = ProcessorOptions {
            batch_rows_max: 1 + random.below(30) as usize,
            flush_every: Some(Duration::from_millis(1)),
            dedupe: DedupeOptions { memory_max, ..DedupeOptions::default() },
            ..usual()
        };
        let stop_at = Offset(reached.0 + random.below(60));
        reached = process(&log, &broken, options, stop_at).await;
        restarts += 1;
    }
    assert_eq!(broken.fingerprint().await.unwrap(), expected, "seed {seed}, {restarts} restarts");

    let copy = open(folder.path(), "copy");
    let from = Arc::clone(&log) as Arc<dyn EventLog>;
    let into = Arc::clone(&copy) as Arc<dyn EventStore>;
    let options = ProcessorOptions { batch_rows_max: 97, ..usual() };
    let summary = replay(from, into, &options, &Shutdown::new(), |_| ()).await.unwrap();
    assert_eq!((summary.complete, summary.records), (true, 600));
    assert_eq!(copy.fingerprint().await.unwrap(), expected, "seed {seed}, replayed");
    restarts
}

fn open(folder: &Path, name: &str) -> Arc<DuckStore> {
    let mut options = kassa_eventstore::Options::new(folder.join(format!("{name}.duckdb")));
    options.memory_limit_mb = 128;
    Arc::new(DuckStore::open(options).unwrap())
}

/// Runs a processor until it has stored everything before `position`, then stops it; says how far it came.
async fn process(
    log: &Arc<LocalLog>,
    store: &Arc<DuckStore>,
    options: ProcessorOptions,
    position: Offset,
) -> Offset {
    let end = log.status(Stream::Events).await.unwrap().partitions[0].end;
    let (log, store) = (Arc::clone(log) as Arc<dyn EventLog>, Arc::clone(store) as Arc<dyn EventStore>);
    let processor = Arc::new(Processor::new(options, log, store));
    let (shutdown, running) = (Shutdown::new(), Arc::clone(&processor));
    let stop = shutdown.clone();
    let task = tokio::spawn(async move { running.run(stop).await });
    let deadline = tokio::time::Instant::now() + DEADLINE;
    loop {
        let reached = processor.status().positions.get(&0).copied().unwrap_or_default();
        if reached >= position.min(end) {
            break;
        }
        assert!(tokio::time::Instant::now() < deadline, "{:?}", processor.status());
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    shutdown.trigger();
    task.await.unwrap().unwrap();
    processor.status().positions.get(&0).copied().unwrap_or_default()
}

fn stream(random: &mut Random, length: u32) -> Vec<Record> {
    let mut received = 1_767_225_600_000_000_i64;
    let mut ids: Vec<String> = Vec::new();
    let record = |_| {
        received += match random.below(100) {
            0..=74 => random.below(6) as i64 * MINUTE,
            75..=91 => (15 + random.below(60) as i64) * MINUTE,
            92..=95 => (20 + random.below(10) as i64) * MICROS_PER_HOUR,
            96 => (60 + random.below(150) as i64) * MICROS_PER_HOUR,
            _ => -(random.below(240) as i64) * MINUTE,
        };
        let payload = match random.below(30) {
            0 => b"\xff\0not a record".to_vec(),
            _ => {
                let recorded = recorded(random, received, &mut ids);
                encode(&LogRecord::Event(Box::new(recorded))).unwrap()
            }
        };
        Record { key: RouteKey(1), payload: payload.into() }
    };
    (0..length).map(record).collect()
}

fn recorded(random: &mut Random, received: i64, ids: &mut Vec<String>) -> Recorded {
    let received_at = Timestamp::from_micros(received);
    let known = usize::try_from(random.below(ids.len() as u64 * 5 + 1)).unwrap();
    let id = ids.get(known).cloned().unwrap_or_else(|| format!("m-{}", ids.len()));
    ids.push(id.clone());
    let (person, day) = (random.below(4) as i64, received_at.day());
    let late = [0, 0, 0, 0, -40, 35, 100, 600, 3_000][random.below(9) as usize] * MINUTE;
    let mut event = Event {
        id,
        site: ["shop-a", "shop-b"][random.below(2) as usize].to_owned(),
        name: NAMES[random.below(NAMES.len() as u64) as usize].to_owned(),
        name_sent: "PAGE_VIEW".to_owned(),
        occurred_at: received_at.plus_micros(-late),
        received_at,
        visitor: (random.below(2) == 0).then_some(person + 1),
        user: (random.below(3) == 0).then(|| USERS[(person + random.below(2) as i64) as usize].to_owned()),
        session: (random.below(4) == 0).then_some(700 + person * 2 + random.below(2) as i64),
        host: Some("shop.test".to_owned()),
        path: Some(format!("/p/{}", random.below(9))),
        title: None,
        referrer: (random.below(5) == 0).then(|| "https://www.google.de/".to_owned()),
        source: None,
        utm_source: None,
        utm_medium: None,
        utm_campaign: (random.below(5) == 0).then(|| "sale".to_owned()),
        utm_term: None,
        utm_content: None,
        device: None,
        browser: None,
        os: None,
        country: Some("DE".to_owned()),
        bot: false,
        non_interactive: false,
        anonymous_visitor: None,
        component: None,
        location_type: None,
        target: None,
        order: None,
        props: [r#"{"seconds":3}"#, r#"{"interactive":false}"#][usize::from(random.below(8) == 0)].to_owned(),
        dialect: Dialect::named("batch"),
    };
    if random.below(10) == 0 {
        (event.dialect, event.visitor, event.order) = (Dialect::SHOP, None, Some(order(&event.id)));
    }
    let naming = [Naming::OfBefore, Naming::Private].get(random.below(10) as usize).copied();
    let naming = naming.unwrap_or(Naming::Heeded);
    if naming == Naming::Private {
        (event.visitor, event.user, event.session) = (None, None, None);
    }
    // The shop's server sends for all of them.
    let from_browser = random.below(5) > 0;
    let agent = match from_browser {
        true => "Mozilla/5.0 (X11; Linux x86_64; rv:132.0) Gecko/20100101 Firefox/132.0",
        false => "python-requests/2.32",
    };
    Recorded {
        event,
        agent: Some(agent.to_owned()),
        from_browser,
        visitor_today: 1_000_000 + day * 10 + person,
        visitor_yesterday: 1_000_000 + (day - 1) * 10 + person,
        placed_at: None,
        crawlers_are_bots: true,
        automated: false,
        referrer_ignored: false,
        naming,
    }
}

fn order(id: &str) -> OrderPart {
    OrderPart {
        order_id: id.to_owned(),
        revenue_minor: 500,
        currency: "EUR".to_owned(),
        status: "confirmed".to_owned(),
        items: Vec::new(),
    }
}
