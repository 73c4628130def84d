//! What only an engine with a file can get wrong: kills, locks, broken files, a full disk, interrupts, reopening.
//!
//! Tests that have to die or to hold a lock run in a process of their own: this test binary, started again with one
//! ignored test and what it is to do in the environment.

use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use kassa_model::{Event, Outcome, Timestamp, failpoint};

use super::{DuckStore, Options};
use crate::conformance::places::{all_events, everything, resume};
use crate::conformance::queries::query;
use crate::conformance::sample::{Random, batch, full, letter, letters, of_partition, order, scaled, view};
use crate::query::{EventFilter, Metric};
use crate::{Batch, CountKey, Error, EventStore, InsertError, Lookup, MemoryStore};

const CHILD_PATH: &str = "KASSA_TEST_STORE";
const CHILD_WORK: &str = "KASSA_TEST_WORK";
const CHILD_NAME: &str = "duckdb::tests::other_process";

pub(super) fn open(path: &Path) -> DuckStore {
    match DuckStore::open(Options::new(path)) {
        Ok(store) => store,
        Err(error) => panic!("{error}"),
    }
}

pub(super) fn refusal(path: &Path) -> String {
    match DuckStore::open(Options::new(path)) {
        Ok(_) => panic!("{} was opened", path.display()),
        Err(Error::Open(why)) => why,
        Err(other) => panic!("{other:?}"),
    }
}

pub(super) fn folder() -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("events.duckdb");
    (folder, path)
}

pub(super) fn child(path: &Path, work: &str) -> Command {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.args(["--exact", CHILD_NAME, "--ignored", "--nocapture", "--test-threads=1"]);
    command.env(CHILD_PATH, path).env(CHILD_WORK, work).stdout(Stdio::null()).stderr(Stdio::null());
    command
}

/// Waits until `path` is there.
fn wait_for(path: &Path, child: &mut Child) {
    let deadline = Instant::now() + Duration::from_secs(60);
    while !path.exists() {
        assert!(Instant::now() < deadline, "{} did not come", path.display());
        assert!(child.try_wait().unwrap().is_none(), "the child ended before {}", path.display());
        std::thread::sleep(Duration::from_millis(2));
    }
}

/// The work of the other process; does nothing when run by hand.
#[test]
#[ignore = "run by other tests in a process of its own"]
fn other_process() {
    let (Ok(path), Ok(work)) = (std::env::var(CHILD_PATH), std::env::var(CHILD_WORK)) else { return };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let path = PathBuf::from(path);
    match work.as_str() {
        "hold" => {
            let _store = open(&path);
            std::fs::write(path.with_extension("held"), "").unwrap();
            std::thread::sleep(Duration::from_secs(60));
        }
        "fill" => runtime.block_on(fill(&path)),
        plan => {
            if plan != "none" {
                failpoint::arm(plan).unwrap();
            }
            runtime.block_on(write_for_ever(&path));
        }
    }
}

/// Batch `number` of the endless load: rows, items, a dead letter and counts that tell each other's number.
pub(super) fn numbered(number: u64) -> Batch {
    let from = number * 10;
    let session = Some(i64::try_from(number).unwrap() + 1);
    let event = |n| Event { session, ..view(&format!("e{}", from + n), "/", i64::try_from(from).unwrap()) };
    let mut events: Vec<_> = (0..9).map(event).collect();
    events[3].order = Some(order(&format!("o{number}"), 7));
    let mut batch = batch(from, events);
    batch.rejected = vec![letter(from + 9, "demo", i64::try_from(from).unwrap())];
    batch.to = from + 10;
    batch
}

async fn write_for_ever(path: &Path) {
    let store = open(path);
    std::fs::write(path.with_extension("open"), "").unwrap();
    let position = resume(&store, everything(0)).await.mark.map_or(0, |mark| mark.position);
    for number in position / 10.. {
        store.insert(numbered(number)).await.unwrap();
    }
}

/// Whether rows, items, dead letters, counts and position tell the same story; gives the number of batches.
pub(super) async fn check_story(store: &DuckStore) -> u64 {
    let batches = resume(store, everything(0)).await.mark.map_or(0, |mark| mark.position) / 10;
    let expected = MemoryStore::new();
    for number in 0..batches {
        expected.insert(numbered(number)).await.unwrap();
    }
    assert_eq!(store.fingerprint().await.unwrap(), expected.fingerprint().await.unwrap());
    batches
}

#[tokio::test]
async fn a_kill_at_any_moment_leaves_whole_batches() {
    let (_folder, path) = folder();
    let opened = path.with_extension("open");
    let seed = Instant::now().elapsed().subsec_nanos() ^ std::process::id();
    let kills = scaled(200);
    println!("seed {seed}, {kills} random kills and 3 named points");
    let mut random = Random(seed.into());
    let mut last = 0;
    for kill in 0..kills {
        let _missing = std::fs::remove_file(&opened);
        let mut child = child(&path, "none").spawn().unwrap();
        wait_for(&opened, &mut child);
        // Time itself: a kill comes at any moment.
        std::thread::sleep(Duration::from_micros(random.next() % 60_000));
        child.kill().unwrap();
        child.wait().unwrap();
        if kill % 5 == 4 || kill + 1 == kills {
            let found = check_story(&open(&path)).await;
            assert!(found >= last);
            last = found;
        }
    }
    for point in ["store.mid_insert=3", "store.before_commit=4", "store.after_commit=5"] {
        let status = child(&path, point).status().unwrap();
        assert!(!status.success(), "{point} was not hit");
        let found = check_story(&open(&path)).await;
        let whole = if point.starts_with("store.after") {
            5
        } else if point.starts_with("store.mid") {
            2
        } else {
            3
        };
        assert_eq!(found - last, whole, "{point}");
        last = found;
    }
}

#[tokio::test]
async fn a_held_file_is_refused_in_one_sentence() {
    let (_folder, path) = folder();
    let mut child = child(&path, "hold").spawn().unwrap();
    wait_for(&path.with_extension("held"), &mut child);
    let why = refusal(&path);
    assert!(why.starts_with("another process holds ") && why.contains("events.duckdb"), "{why}");
    assert!(why.contains(&format!("(process {})", child.id())), "{why}");
    child.kill().unwrap();
    child.wait().unwrap();
    open(&path);
}

#[tokio::test]
async fn a_broken_file_is_refused_in_one_sentence() {
    let (folder, path) = folder();
    std::fs::write(&path, b"no database at all ".repeat(1_000)).unwrap();
    let why = refusal(&path);
    assert!(why.contains("is broken or of another kind") && !why.contains('\n'), "{why}");

    let whole = folder.path().join("whole.duckdb");
    let store = open(&whole);
    for number in 0..300 {
        store.insert(numbered(number)).await.unwrap();
    }
    drop(store);
    let bytes = std::fs::read(&whole).unwrap();
    assert!(bytes.len() > 100_000);
    for part in [1, 2, 3] {
        std::fs::write(&path, &bytes[..bytes.len() * part / 4]).unwrap();
        let outcome = DuckStore::open(Options::new(&path));
        // What is cut off may not be read at the start; but then it must not be read as if it were whole.
        match outcome {
            Err(Error::Open(why)) => assert!(why.contains("broken") && !why.contains('\n'), "{why}"),
            Err(other) => panic!("{other:?}"),
            Ok(store) => assert!(store.fingerprint().await.is_err(), "cut to {part}/4"),
        }
    }
    let foreign = folder.path().join("foreign.duckdb");
    duckdb::Connection::open(&foreign).unwrap().execute_batch("CREATE TABLE t (n INTEGER)").unwrap();
    assert!(refusal(&foreign).contains("no event store of kassa"));
    let newer = folder.path().join("newer.duckdb");
    drop(open(&newer));
    duckdb::Connection::open(&newer).unwrap().execute_batch("UPDATE kassa_store SET version = 9").unwrap();
    let why = refusal(&newer);
    assert!(why.contains("version 9") && why.contains("a newer kassa wrote it; start that one"), "{why}");
    assert!(refusal(&folder.path().join("missing/events.duckdb")).contains("does not exist"));
}

#[tokio::test]
async fn an_invalidated_database_is_opened_again() {
    let (_folder, path) = folder();
    let store = open(&path);
    store.insert(numbered(0)).await.unwrap();
    for number in 1..5 {
        // As after a FATAL error: whoever saw it gives the database up.
        let shared = store.readers.shared();
        let lease = shared.lease().unwrap();
        shared.retire(&lease.engine);
        drop(lease);
        if number % 2 == 0 {
            assert_eq!(check_story(&store).await, number);
        }
        store.insert(numbered(number)).await.unwrap();
        assert_eq!(check_story(&store).await, number + 1);
    }
}

/// A disk that fills up, by the limit on the size of files: an error that says so, and nothing lost or done twice.
#[tokio::test]
async fn a_full_disk_is_survived() {
    let (_folder, path) = folder();
    drop(open(&path));
    let exe = std::env::current_exe().unwrap();
    let script = format!(
        "trap '' XFSZ; ulimit -S -f 6000; exec {} --exact {CHILD_NAME} --ignored --nocapture",
        exe.display()
    );
    let output = Command::new("bash")
        .args(["-c", &script])
        .env(CHILD_PATH, &path)
        .env(CHILD_WORK, "fill")
        .output()
        .unwrap();
    let said =
        String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{said}");
    let done = said.lines().find_map(|line| line.split("filled after ").nth(1)).expect("it filled up");
    println!("{done}");
}

/// Writes until the disk is full, makes room, and goes on as the contract says.
async fn fill(path: &Path) {
    let store = open(path);
    let memory = MemoryStore::new();
    let mut random = Random(7);
    let mut at = 0_u64;
    let mut failures = 0;
    while failures < 6 {
        let batch = bulky(at, &mut random);
        match store.insert(batch.clone()).await {
            Ok(()) => {}
            Err(InsertError::Unavailable(_)) => failures += 1,
            Err(InsertError::Unknown(_)) => failures += 1,
            Err(other) => panic!("{other:?}"),
        }
        if failures > 3 {
            let limit = rustix::process::getrlimit(rustix::process::Resource::Fsize);
            let wide = rustix::process::Rlimit { current: limit.maximum, maximum: limit.maximum };
            rustix::process::setrlimit(rustix::process::Resource::Fsize, wide).unwrap();
            failures = 6;
        }
        let position = resume(&store, everything(0)).await.mark.map_or(0, |mark| mark.position);
        if position == batch.to {
            memory.insert(batch.clone()).await.unwrap();
            at = batch.to;
        } else {
            assert_eq!(position, at);
        }
    }
    println!("filled after {at} rows");
    for _ in 0..3 {
        let batch = bulky(at, &mut random);
        at = batch.to;
        memory.insert(batch.clone()).await.unwrap();
        store.insert(batch).await.unwrap();
    }
    assert_eq!(store.fingerprint().await.unwrap(), memory.fingerprint().await.unwrap());
    drop(store);
    let store = open(path);
    assert_eq!(store.fingerprint().await.unwrap(), memory.fingerprint().await.unwrap());
}

/// 200 rows that do not compress.
fn bulky(from: u64, random: &mut Random) -> Batch {
    let event = |n: u64, random: &mut Random| {
        let noise: String = (0..40).map(|_| format!("{:016x}", random.next())).collect();
        kassa_model::Event { title: Some(noise), ..view(&format!("e{n}"), "/", 0) }
    };
    batch(from, (from..from + 200).map(|n| event(n, random)).collect())
}

#[tokio::test]
async fn a_report_that_takes_too_long_is_interrupted() {
    let (_folder, path) = folder();
    let store =
        DuckStore::open(Options { query_timeout: Duration::from_millis(50), ..Options::new(&path) }).unwrap();
    let places = store.readers.places();
    let endless = |connection: &duckdb::Connection| {
        let sql =
            "SELECT count(*) FROM range(100000000000) a, range(1000000) b WHERE hash(a.range, b.range) = 1";
        Ok(connection.query_row(sql, [], |row| row.get::<_, i64>(0))?)
    };
    for _ in 0..3 {
        let answers = tokio::join!(store.readers.report(endless), store.readers.report(endless));
        assert!(matches!(answers, (Err(Error::Timeout(_)), Err(Error::Timeout(_)))), "{answers:?}");
    }
    // A client that goes away gives its place back.
    for _ in 0..4 {
        let report = tokio::time::timeout(Duration::from_millis(10), store.readers.report(endless)).await;
        // On a busy machine the 10 ms may take longer than its own time.
        assert!(matches!(report, Err(_) | Ok(Err(Error::Timeout(_)))), "{report:?}");
    }
    let answer = tokio::time::timeout(Duration::from_secs(20), store.counts()).await;
    assert_eq!(answer.unwrap().unwrap().len(), 0);
    // Interrupts are repeated by tasks of this runtime, which waits for its threads at its end.
    all_places_free(&store, places).await;
}

/// Waits until every report's place is free.
async fn all_places_free(store: &DuckStore, places: usize) {
    let deadline = Instant::now() + Duration::from_secs(20);
    while store.readers.places() < places {
        assert!(Instant::now() < deadline, "a report whose caller is gone still has its place");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

/// An interrupt that comes before a statement, or between two, is lost: it has to be repeated until the work has ended.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn work_whose_caller_is_gone_ends_wherever_it_was() {
    let (_folder, path) = folder();
    let store = open(&path);
    let places = store.readers.places();
    let endless = |connection: &duckdb::Connection, wait: Duration| {
        // Between two statements, as planning is.
        std::thread::sleep(wait);
        let sql =
            "SELECT count(*) FROM range(100000000000) a, range(1000000) b WHERE hash(a.range, b.range) = 1";
        let first = connection.query_row(sql, [], |row| row.get::<_, i64>(0));
        std::thread::sleep(wait);
        let second = connection.query_row(sql, [], |row| row.get::<_, i64>(0));
        Ok(first? + second?)
    };
    for wait in [0, 1, 30, 100].map(Duration::from_millis) {
        let report = store.readers.report(move |connection| endless(connection, wait));
        assert!(tokio::time::timeout(Duration::from_millis(20), report).await.is_err(), "{wait:?}");
        all_places_free(&store, places).await;
    }
    // What has no place (an audit, an export) ends likewise: the last one to leave closes the database.
    let audit = store.readers.unlimited(move |connection| endless(connection, Duration::from_millis(50)));
    assert!(tokio::time::timeout(Duration::from_millis(20), audit).await.is_err());
    let deadline = Instant::now() + Duration::from_secs(20);
    while store.readers.working() > 0 {
        assert!(Instant::now() < deadline, "an audit whose caller is gone goes on");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

#[tokio::test]
async fn a_report_does_not_wait_for_its_turn_for_ever() {
    let (_folder, path) = folder();
    let options = Options { turn_timeout: Duration::from_millis(50), ..Options::new(&path) };
    let store = DuckStore::open(options).unwrap();
    let (end, ended) = std::sync::mpsc::channel::<()>();
    let ended = std::sync::Arc::new(std::sync::Mutex::new(ended));
    let held = |_: usize| {
        let ended = std::sync::Arc::clone(&ended);
        store.readers.report(move |_| {
            let _ = ended.lock().unwrap().recv();
            Ok(())
        })
    };
    let busy = async {
        let refused = store.counts().await;
        assert!(matches!(&refused, Err(Error::Busy(why)) if why.contains("2 reports")), "{refused:?}");
        let part = store.export_parts(&EventFilter::default()).await;
        assert!(part.unwrap().is_empty(), "an export needs no place");
        drop(end);
    };
    let (first, second, ()) = tokio::join!(held(0), held(1), busy);
    first.unwrap();
    second.unwrap();
    assert!(store.counts().await.unwrap().is_empty());
}

/// A site that keeps a day: what leaves makes room for what comes, so that the file does not grow with the days.
#[tokio::test]
async fn what_leaves_makes_room_in_the_file() {
    let (_folder, path) = folder();
    let store = open(&path);
    let (rows, days) = (30_000_i64, 8);
    let mut sizes = Vec::new();
    let mut slowest = Duration::ZERO;
    let (mut removed, mut took) = (0, Duration::ZERO);
    for day in 0..days {
        let event = |n: i64| {
            let id = format!("{day}-{n}-{:032x}", n.wrapping_mul(0x1e37_79b9_7f4a_7c15));
            view(&id, &format!("/p/{n}"), day * 86_400 + n)
        };
        let from = u64::try_from(day * rows).unwrap();
        store.insert(batch(from, (0..rows).map(event).collect())).await.unwrap();
        let old = crate::Forget::Before {
            site: "demo".to_owned(),
            time: crate::conformance::sample::after(day * 86_400 - 1),
        };
        let began = Instant::now();
        let forgetting = store.forget(&old);
        let inserting = async {
            let next = u64::try_from((day + 1) * rows).unwrap();
            let begun = Instant::now();
            store.insert(batch(next, Vec::new())).await.unwrap();
            begun.elapsed()
        };
        let (gone, waited) = tokio::join!(forgetting, inserting);
        removed += gone.unwrap();
        took += began.elapsed();
        slowest = slowest.max(waited);
        store.keep_house().await.unwrap();
        sizes.push(store.status().await.unwrap().bytes);
    }
    let rate = removed as f64 / took.as_secs_f64();
    println!(
        "retention: {removed} events left at {rate:.0} rows/s, an insert waited {slowest:?} at most, sizes {sizes:?}"
    );
    assert_eq!(removed, u64::try_from(rows * (days - 1)).unwrap());
    // With the write-ahead log, which a checkpoint empties now and then.
    let (earlier, later) = (sizes[..4].iter().max().unwrap(), sizes[4..].iter().max().unwrap());
    assert!(*later < earlier * 3 / 2, "the file grows: {sizes:?}");
}

/// A checkpoint that puts row groups together compresses all of their rows again: what that takes is most of what an insert
/// takes, and how often it happens would hang on how many rows fit into the write-ahead log.
#[tokio::test]
async fn every_row_group_is_written_once() {
    const ROWS: usize = 12_300;
    let (_folder, path) = folder();
    let store = open(&path);
    for number in 0..25 {
        let event = view("a", "/", number);
        let rows = vec![event; ROWS].into_iter().enumerate();
        let named = rows.map(|(row, event)| Event { id: format!("{number}-{row}"), ..event });
        store.insert(batch(number as u64 * ROWS as u64, named.collect())).await.unwrap();
    }
    let groups = "SELECT sum(count)::BIGINT FROM pragma_storage_info('events') \
                  WHERE column_name = 'sequence' AND segment_type = 'UBIGINT' AND persistent \
                  GROUP BY row_group_id ORDER BY row_group_id";
    let read = |connection: &duckdb::Connection| {
        let mut statement = connection.prepare(groups)?;
        let counts = statement.query_map([], |row| row.get::<_, i64>(0))?.collect::<Result<Vec<_>, _>>()?;
        Ok(counts)
    };
    assert_eq!(store.readers.unlimited(read).await.unwrap(), [8 * ROWS as i64; 3]);
}

#[tokio::test]
async fn everything_is_there_after_reopening() {
    let (_folder, path) = folder();
    let store = open(&path);
    let memory = MemoryStore::new();
    for partition in [0, 7] {
        let events = vec![full("a"), view("b", "/", 5), kassa_model::Event { session: Some(4), ..full("c") }];
        let sent = of_partition(partition, batch(3, events));
        store.insert(sent.clone()).await.unwrap();
        memory.insert(sent).await.unwrap();
        let sent = Batch { partition, ..letters(6, vec![letter(6, "x", 1)]) };
        store.insert(sent.clone()).await.unwrap();
        memory.insert(sent).await.unwrap();
    }
    for _ in 0..3 {
        assert_eq!(store.fingerprint().await.unwrap(), memory.fingerprint().await.unwrap());
    }
    drop(store);
    let store = open(&path);
    assert_eq!(store.fingerprint().await.unwrap(), memory.fingerprint().await.unwrap());
    for partition in [0, 7] {
        let ask = everything(partition);
        assert_eq!(resume(&store, ask.clone()).await, resume(&memory, ask).await);
    }
    assert!(matches!(store.insert(batch(6, Vec::new())).await, Err(InsertError::Conflict(_))));
    store.insert(batch(7, vec![view("d", "/", 0)])).await.unwrap();
    let rows = store.events(&EventFilter { id: Some("d".to_owned()), ..all_events() }).await.unwrap();
    assert_eq!(rows.len(), 1);
}

#[tokio::test]
async fn counts_and_positions_are_compacted_while_it_runs_and_at_start() {
    let (_folder, path) = folder();
    let store = open(&path);
    let rows = async |store: &DuckStore| {
        let counted = store.readers.unlimited(|connection| {
            let sql = "SELECT (SELECT count(*) FROM counts) + (SELECT count(*) FROM positions)";
            Ok(connection.query_row(sql, [], |row| row.get::<_, i64>(0))?)
        });
        counted.await.unwrap()
    };
    let batches = 1_200_u64;
    for number in 0..batches {
        let mut sent = batch(number, Vec::new());
        sent.to += 1;
        let key = CountKey { site: "demo".to_owned(), day: 3, outcome: Outcome::Duplicate };
        sent.counts.insert(key, 2);
        store.insert(sent).await.unwrap();
    }
    let (counts, held) = (store.counts().await.unwrap(), resume(&store, everything(0)).await);
    assert_eq!(rows(&store).await, 2_400);
    assert_eq!(store.keep_house().await.unwrap(), 2_398);
    assert_eq!(rows(&store).await, 2);
    assert_eq!(store.counts().await.unwrap(), counts);
    assert_eq!(resume(&store, everything(0)).await, held);
    store.insert(Batch { to: batches, ..batch(batches, Vec::new()) }).await.unwrap();
    drop(store);
    let store = open(&path);
    assert_eq!(rows(&store).await, 3, "few are left alone");
    assert_eq!(store.counts().await.unwrap(), counts);
    assert_eq!(counts.into_values().collect::<Vec<_>>(), [2 * 1_200]);
    assert_eq!(resume(&store, everything(0)).await, held);
    assert_eq!(held.mark.unwrap().position, batches);
}

#[tokio::test]
async fn many_ids_are_streamed_and_looked_up() {
    let (_folder, path) = folder();
    let store = open(&path);
    let total = scaled(1_000_000);
    let mut at = 0;
    while at < total {
        let to = (at + 50_000).min(total);
        let events =
            (at..to).map(|n| view(&format!("id-{n}"), "/", i64::try_from(n / 50).unwrap())).collect();
        store.insert(batch(at, events)).await.unwrap();
        at = to;
    }
    drop(store);
    let started = Instant::now();
    let store = open(&path);
    let opened = started.elapsed();
    let (sender, receiver) = std::sync::mpsc::channel();
    let ask = everything(0);
    let started = Instant::now();
    store.resume(ask, Box::new(move |part| sender.send(part).unwrap())).await.unwrap();
    let resumed = started.elapsed();
    let mut ids = 0;
    for part in receiver {
        if let crate::Resumed::Ids(piece) = part {
            assert!(piece.len() < 300_000);
            ids += piece.len();
        }
    }
    assert_eq!(ids as u64, total);
    let lookups: Vec<Lookup> = (0..total * 2)
        .step_by(20)
        .map(|n| Lookup { site: "demo".to_owned(), id: format!("id-{n}") })
        .collect();
    let started = Instant::now();
    let seen =
        store.seen(0, lookups, Timestamp::from_micros(0)..Timestamp::from_micros(i64::MAX)).await.unwrap();
    println!(
        "{total} ids: opened in {opened:?}, resumed in {resumed:?}, {} lookups in {:?}",
        seen.len(),
        started.elapsed()
    );
    let (found, missing) = seen.split_at(seen.len() / 2);
    assert!(found.iter().all(Option::is_some) && missing.iter().all(Option::is_none));
}

/// Dead letters of as many sites as there are letters, as a stranger sends them to a program that takes any site.
#[tokio::test]
async fn the_sites_of_dead_letters_cost_nothing() {
    let (_folder, path) = folder();
    let store = open(&path);
    let mut quickest = [Duration::MAX; 2];
    let mut from = 0;
    for _ in 0..3 {
        for (kind, quickest) in quickest.iter_mut().enumerate() {
            let site = |n: u64| if kind == 0 { "x".to_owned() } else { format!("x-{n}") };
            let sent = (from..from + 3_000).map(|n| letter(n, &site(n), 1)).collect();
            let started = Instant::now();
            store.insert(letters(from, sent)).await.unwrap();
            *quickest = started.elapsed().min(*quickest);
            from += 3_000;
        }
    }
    let [one, many] = quickest;
    assert!(many < 10 * one, "{one:?} of one site, {many:?} of many");
}

#[tokio::test]
async fn reports_and_inserts_run_together() {
    let (_folder, path) = folder();
    let store = std::sync::Arc::new(open(&path));
    let writer = store.clone();
    let writing = tokio::spawn(async move {
        for number in 0..200 {
            writer.insert(numbered(number)).await.unwrap();
        }
    });
    let mut last = 0;
    while !writing.is_finished() {
        let table = store.query(&query(&[Metric::Events])).await.unwrap();
        let crate::query::Cell::Int(events) = table.rows[0][0] else { panic!("an integer") };
        assert!(events >= last && events % 8 == 0, "a batch is seen whole: {events} after {last}");
        last = events;
    }
    writing.await.unwrap();
}
