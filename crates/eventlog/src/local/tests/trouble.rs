//! A disk that refuses, fills up or fails; wrong settings; retention by age.

use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use bytes::Bytes;
use kassa_model::{ManualClock, RouteKey, Timestamp};

use super::{fill, numbers, open_faulty, open_real, plain, record, small};
use crate::disk::{Access, Disk};
use crate::faulty::{Faults, FaultyDisk};
use crate::local::{LocalLog, Options};
use crate::{Delivery, Error, EventLog, Limits, RECORD_BYTES_MAX, Record, Stream, Upkeep};

const DIR: &str = "/log";

async fn append(log: &LocalLog, text: &str) -> Result<(), Error> {
    log.append(Stream::Events, vec![record(text)]).await.map(|_| ())
}

#[tokio::test]
async fn a_read_only_folder_is_refused_in_words() {
    let disk = FaultyDisk::new(1);
    drop(open_faulty(&disk, small(Path::new(DIR))).expect("opens"));
    disk.arm(Faults { read_only: true, ..Faults::default() });
    match open_faulty(&disk, small(Path::new(DIR))) {
        Err(Error::Unavailable(why)) => assert!(why.contains("/log") && why.contains("read-only"), "{why}"),
        other => panic!("Unavailable is expected, not {other:?}"),
    }
}

#[tokio::test]
async fn a_folder_that_turns_read_only_loses_nothing() {
    let disk = FaultyDisk::new(2);
    let log = open_faulty(&disk, small(Path::new(DIR))).expect("opens");
    fill(&log, 0, 10).await;
    disk.arm(Faults { read_only: true, ..Faults::default() });
    assert!(matches!(append(&log, "no").await, Err(Error::Unavailable(_))));
    assert_eq!(numbers(&log).await, plain(0..10), "reading goes on");
    drop(log);
    disk.arm(Faults::default());
    let log = open_faulty(&disk, small(Path::new(DIR))).expect("opens");
    fill(&log, 10, 1).await;
    assert_eq!(numbers(&log).await, plain(0..11));
}

#[tokio::test]
async fn zeros_ahead_leave_the_last_room_to_the_records() {
    let disk = FaultyDisk::new(4);
    let options = Options { segment_bytes: 1 << 20, ..small(Path::new(DIR)) };
    let log = open_faulty(&disk, options).expect("opens");
    // Room for some hundred frames, and for a quarter of the zeros.
    disk.arm(Faults { capacity: Some(64_000), ..Faults::default() });
    fill(&log, 0, 90).await;
    assert_eq!(numbers(&log).await, plain(0..90));
}

#[tokio::test]
async fn a_full_disk_refuses_and_takes_again() {
    let disk = FaultyDisk::new(3);
    let log = open_faulty(&disk, small(Path::new(DIR))).expect("opens");
    disk.arm(Faults { capacity: Some(60_000), ..Faults::default() });
    let mut taken = 0;
    let why = loop {
        match append(&log, &format!("{taken} {}", "x".repeat(500))).await {
            Ok(()) => taken += 1,
            Err(why) => break why,
        }
        assert!(taken < 1_000, "60,000 bytes are full at some time");
    };
    assert!(matches!(why, Error::Full(_)), "{why}");
    assert!(log.stats(Stream::Events).refused_full > 0);
    assert_eq!(numbers(&log).await, plain(0..taken), "a refused one left nothing");
    disk.arm(Faults::default());
    fill(&log, taken, 20).await;
    drop(log);
    let log = open_faulty(&disk, small(Path::new(DIR))).expect("opens");
    assert_eq!(numbers(&log).await, plain(0..taken + 20));
}

#[tokio::test]
async fn a_write_that_finds_the_disk_full_leaves_nothing() {
    let disk = FaultyDisk::new(4);
    let log = open_faulty(&disk, Options { segment_bytes: 8 << 20, ..small(Path::new(DIR)) }).expect("opens");
    fill(&log, 0, 5).await;
    // The databases share the disk: the room that was there a moment ago is gone at the write.
    let used: usize = disk.files().iter().map(|(_, bytes)| bytes).sum();
    disk.arm(Faults { capacity: Some(used as u64), ..Faults::default() });
    let big = Record { key: RouteKey(1), payload: Bytes::from(vec![b'x'; RECORD_BYTES_MAX]) };
    let refused = log.append(Stream::Events, vec![big; 6]).await;
    assert!(matches!(refused, Err(Error::Full(_))), "{refused:?}");
    disk.arm(Faults::default());
    fill(&log, 5, 2).await;
    assert_eq!(numbers(&log).await, plain(0..7));
}

#[tokio::test]
async fn the_reserve_is_left_free() {
    let disk = FaultyDisk::new(5);
    let options = Options { reserve_bytes: 1 << 20, ..small(Path::new(DIR)) };
    let log = open_faulty(&disk, options).expect("opens");
    disk.arm(Faults { capacity: Some((1 << 20) + 40_000), ..Faults::default() });
    let mut refused = None;
    for n in 0..200 {
        if let Err(why) = append(&log, &format!("{n} {}", "x".repeat(500))).await {
            refused = Some(why);
            break;
        }
    }
    match refused {
        Some(Error::Full(why)) => assert!(why.contains("reserved") && why.contains("processor"), "{why}"),
        other => panic!("Full is expected, not {other:?}"),
    }
    assert!(log.nearly_full().expect("readiness is told").contains("processor"));
    assert!(disk.free_bytes(Path::new(DIR)).expect("answers") > (1 << 20) - 20_000);
}

#[tokio::test]
async fn a_failed_write_is_cut_back() {
    for nth in 1..6 {
        let disk = FaultyDisk::new(nth);
        let log = open_faulty(&disk, small(Path::new(DIR))).expect("opens");
        fill(&log, 0, 5).await;
        disk.arm(Faults { write_fails_at: Some(nth), ..Faults::default() });
        let mut kept = 5;
        for _ in 0..10 {
            match append(&log, &format!("{kept} {}", "x".repeat(500))).await {
                Ok(()) => kept += 1,
                Err(why) => assert!(matches!(why, Error::Unavailable(_)), "{why}"),
            }
        }
        assert_eq!(kept, 14, "one of ten failed");
        assert_eq!(log.failure(), None, "a failed write is no failed fsync");
        assert_eq!(numbers(&log).await, plain(0..14));
        drop(log);
        disk.restore_power();
        let log = open_faulty(&disk, small(Path::new(DIR))).expect("opens");
        assert_eq!(numbers(&log).await, plain(0..14));
    }
}

#[tokio::test]
async fn a_failed_fsync_ends_writing_until_the_log_is_opened_again() {
    for seed in 0..20 {
        let disk = FaultyDisk::new(seed);
        let log = open_faulty(&disk, small(Path::new(DIR))).expect("opens");
        fill(&log, 0, 40).await;
        disk.arm(Faults { sync_fails_at: Some(1), ..Faults::default() });
        let text = format!("40 {}", "x".repeat(500));
        assert!(matches!(append(&log, &text).await, Err(Error::Unavailable(_))));
        for _ in 0..3 {
            // The fault is over, but a second fsync would prove nothing.
            assert!(matches!(append(&log, &text).await, Err(Error::Unavailable(_))));
        }
        assert!(log.failure().expect("readiness is told").contains("fsync"));
        assert_eq!(numbers(&log).await, plain(0..40), "what is not durable is not read");
        drop(log);

        // The page cache still shows the record; from now on it may be read, so it must be durable.
        let log = open_faulty(&disk, small(Path::new(DIR))).expect("opens");
        let seen = numbers(&log).await;
        assert!(seen == plain(0..41) || seen == plain(0..40), "{} records", seen.len());
        drop(log);
        disk.restore_power();
        let log = open_faulty(&disk, small(Path::new(DIR))).expect("opens");
        assert_eq!(numbers(&log).await, seen, "what was read once is still there after a power loss");
        let next = seen.len() as u64;
        fill(&log, next, 1).await;
        assert_eq!(numbers(&log).await, plain(0..next + 1));
    }
}

#[tokio::test]
async fn closing_answers_what_waits_and_refuses_the_rest() {
    let dir = tempfile::tempdir().expect("a folder");
    let log = Arc::new(open_real(dir.path()).expect("opens"));
    let mut subscription = log.subscribe(Stream::Events, "processor").await.expect("subscribes");
    let calls: Vec<_> = (0..50)
        .map(|n| {
            let log = Arc::clone(&log);
            tokio::spawn(async move { append(&log, &format!("{n} x")).await.is_ok() })
        })
        .collect();
    tokio::task::yield_now().await;
    let closing = Arc::clone(&log);
    tokio::task::spawn_blocking(move || closing.close()).await.expect("no panic");
    let mut taken = 0;
    for call in calls {
        taken += usize::from(call.await.expect("no panic"));
    }
    assert!(matches!(append(&log, "late").await, Err(Error::Unavailable(_))));
    assert!(matches!(log.subscribe(Stream::Events, "processor").await, Err(Error::Unavailable(_))));
    while !matches!(subscription.next(Limits::BATCH).await, Err(Error::Unavailable(_))) {}
    let again = open_real(dir.path()).expect("the folder is free");
    assert!(numbers(&again).await.len() >= taken);
}

#[tokio::test]
async fn one_process_at_a_time() {
    let dir = tempfile::tempdir().expect("a folder");
    let log = open_real(dir.path()).expect("opens");
    match open_real(dir.path()) {
        Err(Error::Invalid(why)) => assert!(why.contains("another process"), "{why}"),
        other => panic!("Invalid is expected, not {other:?}"),
    }
    drop(log);
    open_real(dir.path()).expect("free again");
}

#[tokio::test]
async fn settings_that_cannot_work_are_refused() {
    let dir = tempfile::tempdir().expect("a folder");
    drop(open_real(dir.path()).expect("opens"));
    let base = || small(dir.path());
    let mut wrong = vec![
        (Options { segment_bytes: 10, ..base() }, "segments"),
        (Options { max_bytes: 5_000, ..base() }, "one segment must fit"),
        (Options { frame_bytes: 1, ..base() }, "group commit"),
    ];
    for (partitions, naming) in [(0, "1 to 1024"), (2_000, "1 to 1024"), (2, "fixed")] {
        let mut options = base();
        options.events.partitions = partitions;
        wrong.push((options, naming));
    }
    for (options, naming) in wrong {
        match LocalLog::open(options, Arc::new(crate::disk::RealDisk), Arc::new(kassa_model::SystemClock)) {
            Err(Error::Invalid(why)) => assert!(why.contains(naming), "{why}"),
            other => panic!("Invalid ({naming}) is expected, not {other:?}"),
        }
    }
}

#[tokio::test]
async fn segments_go_when_all_have_passed_and_they_are_old() {
    let disk = FaultyDisk::new(6);
    let clock = Arc::new(ManualClock::new(Timestamp::from_micros(0)));
    let mut options = Options { keep: Duration::from_secs(60), ..small(Path::new(DIR)) };
    options.events.groups = vec!["fast".to_owned(), "slow".to_owned()];
    let log = LocalLog::open(options, Arc::new(disk.clone()), Arc::clone(&clock) as _).expect("opens");
    fill(&log, 0, 100).await;
    let end = log.status(Stream::Events).await.expect("status").partitions[0].end;
    let files = || disk.files().iter().filter(|(path, _)| path.starts_with("/log/events/0")).count();
    let before = files();

    let mut fast = log.subscribe(Stream::Events, "fast").await.expect("subscribes");
    fast.next(Limits::BATCH).await.expect("assigned");
    clock.advance(61_000_000);
    fast.commit(&[(0, end)]).await.expect("commits");
    fill(&log, 100, 1).await;
    assert_eq!(files(), before, "slow has not passed them");

    let mut slow = log.subscribe(Stream::Events, "slow").await.expect("subscribes");
    slow.next(Limits::BATCH).await.expect("assigned");
    clock.set(Timestamp::from_micros(30_000_000));
    slow.commit(&[(0, end)]).await.expect("commits");
    fill(&log, 101, 1).await;
    assert_eq!(files(), before, "they are not old enough");

    clock.set(Timestamp::from_micros(120_000_000));
    slow.commit(&[(0, end)]).await.expect("commits");
    let deadline = Instant::now() + Duration::from_secs(10);
    while files() >= before {
        assert!(Instant::now() < deadline, "old segments go");
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    let status = log.status(Stream::Events).await.expect("status").partitions.remove(0);
    assert!(status.first.0 > 0 && log.stats(Stream::Events).segments_deleted > 0);
    drop((fast, slow, log));
    disk.restore_power();
    let log = open_faulty(&disk, {
        let mut options = small(Path::new(DIR));
        options.events.groups = vec!["fast".to_owned(), "slow".to_owned()];
        options
    });
    let all = numbers(&log.expect("opens")).await;
    assert_eq!(all.last(), Some(&(101, 101)));
}

/// Whether the beginning of a file is in the machine's memory.
#[cfg(target_os = "linux")]
fn is_cached(path: &Path) -> bool {
    let file = std::fs::File::open(path).expect("opens");
    let mut byte = [0];
    let into = &mut [std::io::IoSliceMut::new(&mut byte)];
    rustix::io::preadv2(&file, into, 0, rustix::io::ReadWriteFlags::NOWAIT).is_ok()
}

/// Whether the file system below a folder lets go of what it is told to: one in memory does not.
#[cfg(target_os = "linux")]
fn lets_go(folder: &Path) -> bool {
    let path = folder.join("probe");
    std::fs::write(&path, [1; 4096]).expect("writes");
    let file = std::fs::File::open(&path).expect("opens");
    file.sync_all().expect("syncs");
    let before = is_cached(&path);
    rustix::fs::fadvise(&file, 0, None, rustix::fs::Advice::DontNeed).expect("advises");
    before && !is_cached(&path)
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn a_segment_that_was_read_leaves_the_machine_s_memory() {
    let folder = tempfile::tempdir().expect("a folder");
    if !lets_go(folder.path()) {
        eprintln!("the file system of {} keeps its pages", folder.path().display());
        return;
    }
    let log = open_real(&folder.path().join("log")).expect("opens");
    fill(&log, 0, 100).await;
    let mut paths: Vec<_> = std::fs::read_dir(folder.path().join("log/events/0"))
        .expect("lists")
        .map(|entry| entry.expect("an entry").path())
        .collect();
    paths.sort();
    assert!(paths.len() > 2, "several segments");
    assert!(is_cached(&paths[0]));
    assert_eq!(numbers(&log).await.len(), 100);
    let deadline = Instant::now() + Duration::from_secs(10);
    // Not at once where a writeback is under way; the advice of the next reader gets it.
    while is_cached(&paths[0]) {
        assert!(Instant::now() < deadline, "it is still there");
        assert_eq!(numbers(&log).await.len(), 100);
    }
    assert!(is_cached(&paths[paths.len() - 1]), "the one that is written stays");
}

#[tokio::test]
async fn a_segment_that_vanishes_while_open_is_said() {
    let disk = FaultyDisk::new(7);
    let log = open_faulty(&disk, small(Path::new(DIR))).expect("opens");
    fill(&log, 0, 100).await;
    let victim = disk.files().into_iter().filter(|(path, _)| path.starts_with("/log/events/0")).nth(1);
    let (path, _) = victim.expect("several segments");
    disk.remove(&path).expect("removes");
    let mut subscription = log.read(Stream::Events);
    let mut read = 0;
    let why = loop {
        match subscription.next(Limits::BATCH).await {
            Ok(Delivery::Records { records, .. }) => read += records.len(),
            Ok(Delivery::Idle) => panic!("it was passed over silently"),
            Ok(_) => {}
            Err(why) => break why,
        }
    };
    assert!(matches!(why, Error::Corrupt(_)), "{why}");
    assert!(read > 0, "what lies before it is delivered first");
    assert!(disk.open(&path, Access::Read).is_err());
}
