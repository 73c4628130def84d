//! Copies of a log that is being written: whole logs of one moment.

use std::sync::Arc;

use kassa_model::{Silent, SystemClock};

use super::{fill, numbers, open_real, plain, small};
use crate::disk::RealDisk;
use crate::local::{LocalLog, verify};
use crate::{Delivery, EventLog, Limits, Offset, Stream, Upkeep};

#[tokio::test]
async fn a_copy_is_the_log_as_it_was_at_the_cut() {
    let temporary = tempfile::tempdir().unwrap();
    let (dir, to) = (temporary.path().join("log"), temporary.path().join("copy"));
    let log = open_real(&dir).unwrap();
    fill(&log, 0, 100).await;
    let cut = log.cut().unwrap();
    // What comes after the cut is not in the copy, be it in the same segment or in later ones.
    fill(&log, 100, 60).await;
    let copied = cut.copy(&to, &Silent).unwrap();
    assert_eq!(copied.first[&(Stream::Events, 0)], Offset::START);
    assert!(verify(&to, &RealDisk).unwrap().is_whole());
    let copy = open_real(&to).unwrap();
    assert_eq!((copy.log_id(), numbers(&copy).await), (log.log_id(), plain(0..100)));
    fill(&copy, 100, 1).await;
    assert_eq!(numbers(&copy).await, plain(0..101));
    assert_eq!(numbers(&log).await, plain(0..160));
    assert!(cut.copy(&to, &Silent).is_err(), "never over another copy");
}

#[tokio::test]
async fn a_copy_of_a_trimmed_log_begins_where_it_does_and_its_groups_begin_anew() {
    let temporary = tempfile::tempdir().unwrap();
    let (dir, to) = (temporary.path().join("log"), temporary.path().join("copy"));
    let options = || crate::local::Options { keep: std::time::Duration::ZERO, ..small(&dir) };
    let log = LocalLog::open(options(), Arc::new(RealDisk), Arc::new(SystemClock)).unwrap();
    fill(&log, 0, 100).await;
    let before = log.cut().unwrap();
    let mut reading = log.subscribe(Stream::Events, "processor").await.unwrap();
    while !matches!(reading.next(Limits::BATCH).await.unwrap(), Delivery::Records { .. }) {}
    reading.commit(&[(0, Offset(100))]).await.unwrap();
    let first_file = dir.join("events/0/00000000000000000000.log");
    while first_file.exists() {
        fill(&log, 100, 1).await;
    }
    // Segments that went between the cut and the copy are left out of it.
    let copied = before.copy(&to, &Silent).unwrap();
    assert!(copied.first[&(Stream::Events, 0)] > Offset::START);
    drop((reading, log));
    let copy = open_real(&to).unwrap();
    let status = copy.status(Stream::Events).await.unwrap();
    assert_eq!(status.partitions[0].groups[0].next, status.partitions[0].first);
    assert!(verify(&to, &RealDisk).unwrap().is_whole());
}
