//! Erasures in a log that is being read and written: gone from every reader at once and from the files after a sweep, with all
//! else at its offset, byte for byte.

use std::collections::BTreeSet;
use std::sync::Arc;

use kassa_model::{Erasure, Silent, Timestamp, user_hash};

use super::{open_real, read, record, small};
use crate::disk::RealDisk;
use crate::local::{LocalLog, verify};
use crate::{EventLog, Limits, Stream, Upkeep};

/// The record of a visit of this user.
fn visit(number: u64, user: &str) -> String {
    let more = "x".repeat(300);
    format!(
        r#"{{"v":1,"id":"m-{number}","st":"s","n":"click","t":900,"r":1000,"d":"batch","u":"{user}","x":{{"a":"{more}"}}}}"#
    )
}

/// Appends the visits `from`..; every third is Ann's.
async fn fill(log: &LocalLog, numbers: std::ops::Range<u64>) {
    for number in numbers {
        let user = if number.is_multiple_of(3) { "ann-4711" } else { "bob" };
        log.append(Stream::Events, vec![record(&visit(number, user))]).await.unwrap();
    }
}

fn erasure() -> Erasure {
    let users: BTreeSet<String> = [user_hash("s", "ann-4711")].into();
    Erasure { id: "e".to_owned(), at: Timestamp::from_micros(1_000), users, ..Erasure::default() }
}

/// Offsets and texts of all records.
async fn all(log: &LocalLog) -> Vec<(u64, String)> {
    let records = read(log, 0, None).await.unwrap();
    records.iter().map(|(at, bytes)| (at.0, String::from_utf8_lossy(bytes).into_owned())).collect()
}

fn check(records: &[(u64, String)], count: u64) {
    assert_eq!(records.len() as u64, count);
    for (place, (at, text)) in (0..).zip(records) {
        assert_eq!(*at, place, "offsets stay");
        match at.is_multiple_of(3) {
            true => assert_eq!(text.trim_end(), r#"{"v":1,"rej":"erased","st":"s","r":1000,"d":"shop"}"#),
            false => assert_eq!(*text, visit(place, "bob"), "the rest stays byte for byte"),
        }
    }
}

fn named_in(dir: &std::path::Path) -> usize {
    let mut found = 0;
    for entry in std::fs::read_dir(dir.join("events/0")).unwrap() {
        let bytes = std::fs::read(entry.unwrap().path()).unwrap();
        found += bytes.windows(8).filter(|eight| *eight == b"ann-4711").count();
    }
    found
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_erased_is_gone_from_readers_and_then_from_the_files() {
    let temporary = tempfile::tempdir().unwrap();
    let (dir, to) = (temporary.path().join("log"), temporary.path().join("copy"));
    let log = Arc::new(open_real(&dir).unwrap());
    fill(&log, 0..120).await;
    // Somebody who is in the midst of a segment goes on from there.
    let mut reading = log.read(Stream::Events);
    let few = Limits { records_max: 10, ..Limits::BATCH };
    while !matches!(reading.next(few).await.unwrap(), crate::Delivery::Records { .. }) {}
    log.erase(&erasure()).unwrap();
    assert_eq!(named_in(&dir), 40, "the files are as they were");
    check(&all(&log).await, 120);
    assert!(log.is_unswept().unwrap());
    let writing = {
        let log = Arc::clone(&log);
        tokio::spawn(async move { fill(&log, 120..150).await })
    };
    let swept = {
        let log = Arc::clone(&log);
        tokio::task::spawn_blocking(move || log.sweep().unwrap())
    };
    writing.await.unwrap();
    assert!(swept.await.unwrap() >= 40);
    // What was appended meanwhile is swept by the next one, and then nothing is left to do.
    log.sweep().unwrap();
    assert_eq!((named_in(&dir), log.sweep().unwrap(), log.is_unswept().unwrap()), (0, 0, false));
    check(&all(&log).await, 150);
    while let crate::Delivery::Records { records, .. } = reading.next(few).await.unwrap() {
        assert!(records.iter().all(|(_, bytes)| !String::from_utf8_lossy(bytes).contains("ann-4711")));
    }
    fill(&log, 150..151).await;
    log.cut().unwrap().copy(&to, &Silent).unwrap();
    drop((reading, log));
    assert!(verify(&dir, &RealDisk).unwrap().is_whole());
    for dir in [&dir, &to] {
        let again = open_real(dir).unwrap();
        check(&all(&again).await, 151);
        assert_eq!(again.is_unswept().unwrap(), *dir == to, "of a copy nobody knows");
    }
}

/// The bytes of a sweep that was stopped go with the next one.
#[tokio::test]
async fn a_stopped_sweep_leaves_nothing_behind() {
    let temporary = tempfile::tempdir().unwrap();
    let dir = temporary.path().join("log");
    let log = LocalLog::open(small(&dir), Arc::new(RealDisk), Arc::new(kassa_model::SystemClock)).unwrap();
    fill(&log, 0..60).await;
    let half = dir.join("events/0/00000000000000000000.log.erased");
    std::fs::write(&half, visit(0, "ann-4711")).unwrap();
    log.erase(&erasure()).unwrap();
    assert_eq!(log.sweep().unwrap(), 20);
    assert!(!half.exists());
    drop(log);
    check(&all(&open_real(&dir).unwrap()).await, 60);
    assert_eq!(named_in(&dir), 0);
}
