//! What only PostgreSQL does: deadlocks, serialization failures, lock timeouts, sessions that end.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use super::{Bed, add_one, hold, insert, scaled, small, value_of, wait_until};
use crate::testing::TestPostgres;
use crate::{Error, Options, Tx};

/// Runs `op` so often on each of 8 threads; the errors.
fn storm(
    bed: &Bed,
    each: u64,
    op: impl Fn(&mut Tx<'_>, u64) -> Result<(), Error> + Send + Sync + 'static,
) -> Vec<Error> {
    let op = Arc::new(op);
    let threads: Vec<_> = (0..8)
        .map(|thread| {
            let (db, op) = (bed.db.clone(), Arc::clone(&op));
            std::thread::spawn(move || {
                let run = |round: u64| {
                    let op = Arc::clone(&op);
                    db.write_blocking(move |tx| op(tx, thread + round)).err()
                };
                (0..each).filter_map(run).collect::<Vec<Error>>()
            })
        })
        .collect();
    threads.into_iter().flat_map(|thread| thread.join().unwrap()).collect()
}

#[test]
fn hard_deadlocks_are_run_again() {
    let Some(bed) = Bed::postgres(Options { lock_timeout: Duration::from_secs(10), ..Options::default() })
    else {
        return;
    };
    let each = scaled(30).max(4);
    let errors = storm(&bed, each, |tx, number| {
        let names = if number % 2 == 0 { ["a", "b"] } else { ["b", "a"] };
        add_one(tx, names[0])?;
        // Time for somebody else to take the other lock.
        std::thread::sleep(Duration::from_millis(3));
        add_one(tx, names[1]).map(|_| ())
    });
    let stats = bed.db.stats();
    assert!(errors.iter().all(|error| matches!(error, Error::Busy(_))), "{errors:?}");
    let expected = i64::try_from(8 * each).unwrap() - i64::try_from(errors.len()).unwrap();
    assert_eq!((bed.counter("a"), bed.counter("b")), (expected, expected));
    assert!(stats.reruns > 0, "no deadlock came: {stats:?}");
    println!("deadlocks: {} operations, {} run again, {} given up", 8 * each, stats.reruns, errors.len());
}

#[test]
fn hard_serialization_failures_are_run_again() {
    let Some(bed) = Bed::postgres(Options::default()) else { return };
    let each = scaled(100);
    let errors = storm(&bed, each, |tx, _| {
        tx.batch("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")?;
        let before = value_of(tx, "a")?;
        // Time for somebody else to read the same.
        std::thread::sleep(Duration::from_micros(200));
        let set = "UPDATE counters SET value = $1 WHERE name = 'a'";
        tx.execute(set, crate::params![before + 1]).map(|_| ())
    });
    let stats = bed.db.stats();
    assert!(errors.iter().all(|error| matches!(error, Error::Busy(_))), "{errors:?}");
    assert_eq!(bed.counter("a") + i64::try_from(errors.len()).unwrap(), i64::try_from(8 * each).unwrap());
    assert!(stats.reruns > 0, "nothing collided: {stats:?}");
    println!(
        "serialization failures: {} operations, {} run again, {} given up",
        8 * each,
        stats.reruns,
        errors.len()
    );
}

#[test]
fn a_serialization_failure_is_run_again_even_if_it_is_swallowed() {
    let Some(bed) = Bed::postgres(small()) else { return };
    let runs = Arc::new(AtomicU64::new(0));
    let (counted, db) = (Arc::clone(&runs), bed.db.clone());
    let outcome = bed.db.write_blocking::<_, Error>(move |tx| {
        tx.batch("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")?;
        let before = value_of(tx, "a")?;
        if counted.fetch_add(1, Ordering::SeqCst) == 0 {
            db.write_blocking(|tx| add_one(tx, "a"))?;
        }
        let swallowed: Result<u64, Error> = tx.savepoint(|tx| add_one(tx, "a"));
        Ok((before, swallowed.is_ok()))
    });
    assert_eq!((outcome.unwrap(), runs.load(Ordering::SeqCst)), ((1, true), 2));
    assert_eq!(bed.counter("a"), 2);
}

#[test]
fn a_lock_that_is_not_had_in_time_says_so() {
    let Some(bed) = Bed::postgres(Options { lock_timeout: Duration::from_millis(300), ..small() }) else {
        return;
    };
    let db = bed.db.clone();
    let (held, holds) = std::sync::mpsc::channel();
    let (go, gone) = std::sync::mpsc::channel::<()>();
    let holder = std::thread::spawn(move || {
        db.write_blocking(move |tx| {
            add_one(tx, "a")?;
            held.send(()).unwrap();
            gone.recv().unwrap();
            Ok::<(), Error>(())
        })
    });
    holds.recv().unwrap();
    let began = Instant::now();
    let outcome = bed.db.write_blocking(|tx| add_one(tx, "a"));
    assert!(matches!(outcome, Err(Error::LockTimeout(_))), "{outcome:?}");
    assert!(began.elapsed() >= Duration::from_millis(250), "{:?}", began.elapsed());
    // In a savepoint it can be handled.
    let outcome = bed.db.write_blocking::<_, Error>(|tx| {
        let locked: Result<u64, Error> = tx.savepoint(|tx| add_one(tx, "a"));
        assert!(matches!(locked, Err(Error::LockTimeout(_))), "{locked:?}");
        insert(tx, 1)
    });
    assert_eq!(outcome.unwrap(), 1);
    go.send(()).unwrap();
    holder.join().unwrap().unwrap();
    assert_eq!((bed.counter("a"), bed.ids().len()), (1, 1));
}

#[test]
fn a_session_that_ends_in_a_transaction_is_run_again_in_another() {
    let Some(bed) = Bed::postgres(small()) else { return };
    let server = TestPostgres::start().unwrap();
    let runs = Arc::new(AtomicU64::new(0));
    let (counted, url) = (Arc::clone(&runs), bed.url.clone());
    bed.db
        .write_blocking::<_, Error>(move |tx| {
            insert(tx, 1)?;
            if counted.fetch_add(1, Ordering::SeqCst) < 2 {
                assert!(server.end_connections(&url) > 0);
            }
            // Swallowing the loss does not help.
            let _ = insert(tx, 2);
            Ok(())
        })
        .unwrap();
    assert_eq!(runs.load(Ordering::SeqCst), 3);
    assert_eq!(bed.ids(), [1, 2]);
    assert!(bed.db.stats().unknowns == 0 && bed.db.stats().reruns >= 2);
}

#[test]
fn idle_sessions_that_ended_are_replaced() {
    let Some(bed) = Bed::postgres(small()) else { return };
    let server = TestPostgres::start().unwrap();
    for round in 0..5 {
        let (runs, go, busy) = hold(&bed.db);
        runs.recv().unwrap();
        server.end_connections(&bed.url);
        go.send(()).unwrap();
        // It wrote nothing, but of its COMMIT nothing is known either.
        let _ = busy.join().unwrap();
        for id in 0..8 {
            bed.db.write_blocking(move |tx| insert(tx, round * 8 + id)).unwrap();
            assert_eq!(i64::try_from(bed.ids().len()).unwrap(), round * 8 + id + 1);
        }
    }
}

#[test]
fn a_session_that_ends_in_its_commit_is_unknown_and_not_run_again() {
    let Some(bed) = Bed::postgres(small()) else { return };
    let server = TestPostgres::start().unwrap();
    // A COMMIT that takes its time.
    server.run_at(
        &bed.url,
        "CREATE FUNCTION slowly() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM pg_sleep(30); RETURN NULL; END $$; \
         CREATE CONSTRAINT TRIGGER slow AFTER INSERT ON items DEFERRABLE INITIALLY DEFERRED FOR EACH ROW \
         EXECUTE FUNCTION slowly()",
    );
    let runs = Arc::new(AtomicU64::new(0));
    let (counted, db) = (Arc::clone(&runs), bed.db.clone());
    let writer = std::thread::spawn(move || {
        db.write_blocking(move |tx| {
            counted.fetch_add(1, Ordering::SeqCst);
            insert(tx, 1)
        })
    });
    let committing = "SELECT COUNT(*) FROM pg_stat_activity WHERE query = 'COMMIT' AND wait_event = 'PgSleep' \
                      AND datname = current_database()";
    let in_commit =
        || bed.db.read_blocking::<_, Error>(move |tx| tx.first(committing, &[], |row| row.int(0)));
    wait_until("the COMMIT", || in_commit().is_ok_and(|count| count == Some(1)));
    server.end_connections(&bed.url);
    let outcome = writer.join().unwrap();
    assert!(matches!(outcome, Err(Error::Unknown(_))), "{outcome:?}");
    assert_eq!((runs.load(Ordering::SeqCst), bed.db.stats().unknowns), (1, 1));
    server.run_at(&bed.url, "DROP TRIGGER slow ON items");
    bed.db.write_blocking(|tx| insert(tx, 2)).unwrap();
}

#[test]
fn a_deferred_constraint_that_fails_the_commit_is_an_error_and_not_unknown() {
    let Some(bed) = Bed::postgres(small()) else { return };
    let server = TestPostgres::start().unwrap();
    server.run_at(
        &bed.url,
        "ALTER TABLE items ADD FOREIGN KEY (size) REFERENCES twins (id) DEFERRABLE INITIALLY DEFERRED",
    );
    let outcome = bed.db.write_blocking(|tx| tx.execute("INSERT INTO items (id, size) VALUES (1, 1)", &[]));
    assert!(matches!(outcome, Err(Error::Statement(_))), "{outcome:?}");
    bed.db.write_blocking(|tx| insert(tx, 2)).unwrap();
    assert_eq!((bed.ids(), bed.db.stats().unknowns), (vec![2], 0));
}

#[test]
fn a_plan_gone_stale_is_prepared_anew() {
    let Some(bed) = Bed::postgres(Options { writers: 1, ..small() }) else { return };
    let ask = || bed.db.write_blocking::<_, Error>(|tx| tx.all("SELECT * FROM twins", &[], |row| row.int(0)));
    ask().unwrap();
    TestPostgres::start().unwrap().run_at(&bed.url, "ALTER TABLE twins ADD COLUMN more BIGINT");
    ask().unwrap();
    assert_eq!(bed.db.stats().reruns, 1);
}
