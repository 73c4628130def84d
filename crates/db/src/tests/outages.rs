//! A PostgreSQL that goes away: sessions ended, backends killed, the server stopped. What was acknowledged is there once,
//! what failed is not there, and what is unknown is there once or not at all.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use super::{Bed, Dice, insert, scaled, seed, wait_until};
use crate::testing::TestPostgres;
use crate::{Db, Error, Options, Tx};

/// What the writers were told.
#[derive(Default)]
struct Book {
    next: AtomicI64,
    over: AtomicBool,
    kept: Mutex<BTreeSet<i64>>,
    unknown: Mutex<BTreeSet<i64>>,
    failed: Mutex<BTreeSet<i64>>,
}

impl Book {
    fn write(&self, db: &Db) {
        while !self.over.load(Ordering::Relaxed) {
            let id = self.next.fetch_add(1, Ordering::Relaxed);
            let shelf = match db.write_blocking(move |tx| both(tx, id)) {
                Ok(()) => &self.kept,
                Err(Error::Unknown(_)) => &self.unknown,
                // Whoever does not have the counter's row within a second gives up, and nothing is done.
                Err(Error::Unavailable(_) | Error::Busy(_) | Error::LockTimeout(_)) => {
                    // Sixteen who do not pause leave a server that recovers no processor.
                    std::thread::sleep(Duration::from_millis(1));
                    &self.failed
                }
                Err(other) => panic!("{other}"),
            };
            shelf.lock().unwrap().insert(id);
        }
    }

    fn check(&self, bed: &Bed) -> String {
        let found: BTreeSet<i64> = bed.ids().into_iter().collect();
        let count = i64::try_from(found.len()).unwrap();
        assert_eq!(count, bed.counter("a"), "a row and its count go together");
        let (kept, unknown) = (self.kept.lock().unwrap(), self.unknown.lock().unwrap());
        let failed = self.failed.lock().unwrap();
        assert!(kept.is_subset(&found), "lost: {:?}", kept.difference(&found));
        assert!(failed.is_disjoint(&found), "done though failed: {:?}", failed.intersection(&found));
        let landed = unknown.intersection(&found).count();
        assert_eq!(found.len(), kept.len() + landed);
        let (all, failed) = (unknown.len(), failed.len());
        format!("{} acknowledged, {failed} failed, {all} unknown of which {landed} had landed", kept.len())
    }
}

fn both(tx: &mut Tx<'_>, id: i64) -> Result<(), Error> {
    insert(tx, id)?;
    super::add_one(tx, "a").map(|_| ())
}

/// Runs writers while `trouble` is made so often.
fn under_trouble(bed: &Bed, times: u64, mut trouble: impl FnMut(&mut Dice)) -> String {
    let seed = seed();
    let mut dice = Dice(seed);
    let book = Arc::new(Book::default());
    let writers: Vec<_> = (0..16)
        .map(|_| {
            let (db, book) = (bed.db.clone(), Arc::clone(&book));
            std::thread::spawn(move || book.write(&db))
        })
        .collect();
    for _ in 0..times {
        let before = book.kept.lock().unwrap().len();
        wait_until("progress", || book.kept.lock().unwrap().len() > before + 5);
        trouble(&mut dice);
    }
    let before = book.kept.lock().unwrap().len();
    wait_until("recovery", || book.kept.lock().unwrap().len() > before + 50);
    book.over.store(true, Ordering::Relaxed);
    for writer in writers {
        writer.join().unwrap();
    }
    format!("seed {seed}, {}, {} runs again", book.check(bed), bed.db.stats().reruns)
}

#[test]
fn hard_sessions_ended_at_random_lose_and_double_nothing() {
    let Some(bed) = Bed::postgres(Options::default()) else { return };
    let (server, rounds) = (TestPostgres::start().unwrap(), scaled(100));
    let mut ended = 0;
    let report = under_trouble(&bed, rounds, |dice| {
        // Time itself: trouble comes at any moment.
        std::thread::sleep(Duration::from_micros(dice.below(20_000)));
        ended += server.end_connections(&bed.url);
    });
    assert!(ended > 0);
    println!("postgres: {ended} sessions ended in {rounds} rounds, {report}");
}

#[test]
fn hard_backends_killed_and_servers_stopped_lose_and_double_nothing() {
    let Some(server) = TestPostgres::start_own() else { return };
    let bed = Bed::new(server.fresh_database(), "postgres", None, Options::default());
    let rounds = scaled(30);
    let (mut killed, mut stops) = (0, 0);
    let report = under_trouble(&bed, rounds, |dice| {
        // Time itself: trouble comes at any moment, and lasts a while.
        std::thread::sleep(Duration::from_micros(dice.below(50_000)));
        if dice.below(3) == 0 {
            server.stop();
            std::thread::sleep(Duration::from_micros(dice.below(300_000)));
            server.resume();
            stops += 1;
        } else {
            killed += server.kill_connections(&bed.url);
        }
    });
    println!("postgres: {killed} backends killed, {stops} stops of the server in {rounds} rounds, {report}");
}

#[test]
fn a_server_that_is_away_is_said_to_be_and_found_again() {
    let Some(server) = TestPostgres::start_own() else { return };
    let options =
        Options { writers: 2, readers: 1, connect_timeout: Duration::from_millis(400), ..Options::default() };
    let bed = Bed::new(server.fresh_database(), "postgres", None, options);
    bed.db.write_blocking(|tx| insert(tx, 1)).unwrap();
    server.stop();
    let refused = |id: i64| {
        let began = Instant::now();
        let error = bed.db.write_blocking(move |tx| insert(tx, id)).unwrap_err();
        assert!(matches!(error, Error::Unavailable(_)), "{error}");
        began.elapsed()
    };
    let first = refused(2);
    assert!(first < Duration::from_secs(3), "{first:?}");
    // Known to be down, it is not waited for.
    let began = Instant::now();
    for id in 0..50 {
        refused(100 + id);
    }
    assert!(began.elapsed() < Duration::from_secs(5), "{:?}", began.elapsed());
    let error = Db::open(&bed.url).unwrap_err();
    assert!(matches!(error, Error::Unavailable(_)), "{error}");
    assert!(bed.db.read_blocking::<i64, Error>(|_| Ok(1)).is_err());
    server.resume();
    wait_until("the server", || bed.db.write_blocking(|tx| insert(tx, 3)).is_ok());
    assert_eq!(bed.ids(), [1, 3]);
}
