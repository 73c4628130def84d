//! A disk that fills up or fails in the middle of group commits: nothing acknowledged is lost, nothing else half-done.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex};

use super::child::{Said, answers, check, spawn};
use super::{Bed, hold, scaled, small};
use crate::{Db, Error, Options, params};

#[test]
fn a_full_disk_fails_who_needs_room_and_nobody_else() {
    let bed = Bed::sqlite(Options { pages_max: Some(60), ..small() });
    // All of them wait, so that they share a group.
    let (runs, go, busy) = hold(&bed.db);
    runs.recv().unwrap();
    let outcomes = Arc::new(Mutex::new(Vec::new()));
    let callers: Vec<_> = (0..63)
        .map(|id| {
            let (db, outcomes) = (bed.db.clone(), Arc::clone(&outcomes));
            std::thread::spawn(move || {
                let room = if id % 2 == 0 { "x".repeat(9000) } else { String::new() };
                let outcome = db.write_blocking::<_, Error>(move |tx| {
                    if id % 2 == 0 {
                        tx.execute("INSERT INTO items (id, name) VALUES ($1, $2)", params![id, &room])
                    } else {
                        tx.execute("UPDATE counters SET value = value + 1 WHERE name = 'a'", &[])
                    }
                });
                outcomes.lock().unwrap().push((id, outcome));
            })
        })
        .collect();
    super::wait_until("the queue", || bed.db.stats().waiting_writes == 63);
    // It may be run again and then must not wait.
    drop(go);
    busy.join().unwrap().unwrap();
    for caller in callers {
        caller.join().unwrap();
    }
    let outcomes = outcomes.lock().unwrap();
    let kept = |id: &i64| outcomes.iter().any(|(other, outcome)| other == id && outcome.is_ok());
    let wanted: BTreeSet<i64> = (0..63).step_by(2).filter(kept).collect();
    assert!(wanted.len() > 2 && wanted.len() < 32, "{wanted:?}");
    assert!((1..63).step_by(2).all(|id| kept(&id)), "who needs no room: {outcomes:?}");
    let failed = outcomes.iter().filter_map(|(_, outcome)| outcome.as_ref().err());
    assert!(failed.clone().all(|error| matches!(error, Error::Unavailable(_))), "{outcomes:?}");
    let stats = bed.db.stats();
    assert!(stats.reruns > 0, "no group was lost: {stats:?}");
    assert_eq!((bed.ids().into_iter().collect::<BTreeSet<_>>(), bed.counter("a")), (wanted.clone(), 31));
    bed.db.close();
    let again = Db::open_with(&bed.url, small()).unwrap();
    let ids =
        again.read_blocking::<_, Error>(|tx| tx.all("SELECT id FROM items", &[], |row| row.int(0))).unwrap();
    assert_eq!(ids.into_iter().collect::<BTreeSet<_>>(), wanted);
    println!(
        "full disk: {} of 32 had room, {} failed, {} run again",
        wanted.len(),
        failed.count(),
        stats.reruns
    );
}

#[test]
fn hard_a_disk_that_fails_in_a_write_loses_nothing_acknowledged() {
    let (mut kept, mut failed, mut unknown) = (0, 0, 0);
    let rounds = scaled(40);
    for round in 0..rounds {
        let bed = Bed::sqlite(small());
        // The write that goes past the limit fails as on a disk that breaks: in the log, in its index, or in the file.
        let mut child = spawn(&bed.url, 1, "", Some(300 + round * 211));
        let said = answers(child.stdout.take().unwrap());
        child.wait().unwrap();
        bed.db.close();
        kept += check(&bed.url, &said);
        failed += said.iter().filter(|(id, said)| *said == Said::Undone && id % 5 != 0).count();
        unknown += said.iter().filter(|(_, said)| *said == Said::Unknown).count();
    }
    assert!(kept > 0 && failed + unknown > 0, "{kept} {failed} {unknown}");
    println!("failing disk: {rounds} disks, {kept} acknowledged, {failed} failed, {unknown} unknown, 0 lost");
}

#[test]
fn another_process_that_writes_is_waited_for_and_then_given_up() {
    let bed = Bed::sqlite(Options { busy_timeout: std::time::Duration::from_millis(100), ..small() });
    let path = bed.url.strip_prefix("sqlite:").unwrap();
    let other = rusqlite::Connection::open(path).unwrap();
    other.execute_batch("BEGIN IMMEDIATE; UPDATE counters SET value = 5").unwrap();
    let refused = bed.db.write_blocking(|tx| super::insert(tx, 1)).unwrap_err();
    assert!(matches!(refused, Error::Busy(_)), "{refused}");
    assert_eq!(bed.counter("a"), 0);
    other.execute_batch("COMMIT").unwrap();
    bed.db.write_blocking(|tx| super::insert(tx, 2)).unwrap();
    assert_eq!((bed.ids(), bed.counter("a")), (vec![2], 5));
}

#[test]
fn the_write_ahead_log_stays_small_under_readers_that_never_rest() {
    let bed = Bed::sqlite(Options { readers: 4, ..small() });
    let over = Arc::new(std::sync::atomic::AtomicBool::new(false));
    let readers: Vec<_> = (0..4)
        .map(|_| {
            let (db, over) = (bed.db.clone(), Arc::clone(&over));
            std::thread::spawn(move || {
                while !over.load(std::sync::atomic::Ordering::Relaxed) {
                    // One always begins before the other ends.
                    let sql = "SELECT COUNT(*) FROM items WHERE id < 100 AND name LIKE '%y%'";
                    db.read_blocking::<_, Error>(move |tx| {
                        for _ in 0..10 {
                            tx.first(sql, &[], |row| row.int(0))?;
                        }
                        Ok(())
                    })
                    .unwrap();
                }
            })
        })
        .collect();
    let room = "x".repeat(3000);
    let mut largest = 0;
    let path = format!("{}-wal", bed.url.strip_prefix("sqlite:").unwrap());
    for id in 0..1600 {
        let room = room.clone();
        // 32 pages each: 200 MiB in all.
        bed.db
            .write_blocking::<_, Error>(move |tx| {
                (0..32).try_for_each(|part| {
                    let sql = "INSERT INTO items (id, name) VALUES ($1, $2)";
                    tx.execute(sql, params![id * 32 + part, &room]).map(|_| ())
                })
            })
            .unwrap();
        largest = largest.max(std::fs::metadata(&path).unwrap().len());
    }
    over.store(true, std::sync::atomic::Ordering::Relaxed);
    for reader in readers {
        reader.join().unwrap();
    }
    println!("write-ahead log: at most {} MiB beside 4 readers", largest >> 20);
    assert!(largest < 120 << 20, "{largest}");
}
