//! The database at its public interface: the same suite over both engines, then what only one of them can get wrong.

mod child;
mod durable;
mod faults;
mod kills;
mod migrations;
mod outages;
mod postgres;
mod suite;
mod values;

use std::sync::mpsc;
use std::time::{Duration, Instant};

use crate::testing::{Folder, TestPostgres};
use crate::{Db, Error, Options, Tx, params};

/// For how long anything may take.
const DEADLINE: Duration = Duration::from_secs(60);

/// A database of one engine.
struct Bed {
    db: Db,
    url: String,
    name: &'static str,
    _folder: Option<Folder>,
}

impl Bed {
    fn sqlite(options: Options) -> Self {
        let folder = Folder::new();
        let url = folder.sqlite_url();
        Self::new(url, "sqlite", Some(folder), options)
    }

    fn postgres(options: Options) -> Option<Self> {
        let url = TestPostgres::start()?.fresh_database();
        Some(Self::new(url, "postgres", None, options))
    }

    fn new(url: String, name: &'static str, folder: Option<Folder>, options: Options) -> Self {
        let db = Db::open_with(&url, options).unwrap();
        let text = if name == "sqlite" { " STRICT" } else { "" };
        let sql = format!(
            "CREATE TABLE items (id BIGINT PRIMARY KEY, name TEXT, size BIGINT CHECK (size < 1000)){text}; \
             CREATE TABLE twins (id BIGINT PRIMARY KEY){text}; \
             CREATE TABLE counters (name TEXT PRIMARY KEY, value BIGINT NOT NULL){text}; \
             INSERT INTO counters VALUES ('a', 0); INSERT INTO counters VALUES ('b', 0);"
        );
        let sql = if name == "sqlite" { sql.replace("BIGINT", "INTEGER") } else { sql };
        db.write_blocking::<_, Error>(move |tx| tx.batch(&sql)).unwrap();
        Self { db, url, name, _folder: folder }
    }

    /// The ids in a table.
    fn ids(&self) -> Vec<i64> {
        self.db
            .read_blocking::<_, Error>(|tx| tx.all("SELECT id FROM items ORDER BY id", &[], |row| row.int(0)))
            .unwrap()
    }

    fn counter(&self, name: &'static str) -> i64 {
        self.db.read_blocking::<_, Error>(move |tx| value_of(tx, name)).unwrap()
    }
}

/// Few connections: many tests share a server.
fn small() -> Options {
    Options { writers: 4, readers: 2, ..Options::default() }
}

/// Runs a test on each engine.
fn on_both(test: impl Fn(&Bed)) {
    on_both_with(&small(), test);
}

fn on_both_with(options: &Options, test: impl Fn(&Bed)) {
    test(&Bed::sqlite(options.clone()));
    if let Some(bed) = Bed::postgres(options.clone()) {
        test(&bed);
    }
}

fn insert(tx: &mut Tx<'_>, id: i64) -> Result<u64, Error> {
    tx.execute("INSERT INTO items (id, name) VALUES ($1, $2)", params![id, "x"])
}

fn value_of(tx: &mut Tx<'_>, name: &str) -> Result<i64, Error> {
    let found = tx.first("SELECT value FROM counters WHERE name = $1", params![name], |row| row.int(0))?;
    found.ok_or_else(|| Error::Statement(format!("no counter {name}")))
}

fn add_one(tx: &mut Tx<'_>, name: &str) -> Result<u64, Error> {
    tx.execute("UPDATE counters SET value = value + 1 WHERE name = $1", params![name])
}

/// An operation that says when it runs and then waits to be let go: a writer that is busy.
fn hold(db: &Db) -> (mpsc::Receiver<()>, mpsc::Sender<()>, std::thread::JoinHandle<Result<(), Error>>) {
    let (running, runs) = mpsc::channel();
    let (go, gone) = mpsc::channel::<()>();
    let db = db.clone();
    let thread = std::thread::spawn(move || {
        db.write_blocking::<_, Error>(move |_| {
            let _ = running.send(());
            let _ = gone.recv_timeout(DEADLINE);
            Ok(())
        })
    });
    (runs, go, thread)
}

fn wait_until(what: &str, mut met: impl FnMut() -> bool) {
    let deadline = Instant::now() + DEADLINE;
    while !met() {
        assert!(Instant::now() < deadline, "{what} did not come");
        std::thread::sleep(Duration::from_millis(2));
    }
}

/// The percentage of the hard tests' full counts.
fn scaled(full: u64) -> u64 {
    let percent = std::env::var("KASSA_TEST_SCALE").ok().and_then(|text| text.parse().ok()).unwrap_or(10);
    (full * percent / 100).max(1)
}

/// A seed that is printed, or the one of `KASSA_TEST_SEED`.
fn seed() -> u64 {
    let given = std::env::var("KASSA_TEST_SEED").ok().and_then(|text| text.parse().ok());
    given.unwrap_or_else(|| u64::from(std::process::id()) ^ 0x6b61_7373)
}

/// A small generator for choices in tests: SplitMix64.
struct Dice(u64);

impl Dice {
    fn below(&mut self, bound: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (mixed ^ (mixed >> 31)) % bound.max(1)
    }
}
