//! Broken folders: damage is refused with words that help, a torn tail is cut, and salvage brings back the rest.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use kassa_model::{Clock, ManualClock, SystemClock};

use super::{fill, numbers, open_real, plain, read, record, small};
use crate::disk::RealDisk;
use crate::local::{LocalLog, Lost, inspect, salvage, verify};
use crate::{Error, EventLog, Offset, Stream, Upkeep, retained};

const COUNT: u64 = 100;

/// A closed log of 100 records over several segments, in `log` below a temporary folder.
async fn made() -> (tempfile::TempDir, PathBuf) {
    let temporary = tempfile::tempdir().expect("a folder");
    let dir = temporary.path().join("log");
    let log = open_real(&dir).expect("opens");
    fill(&log, 0, COUNT).await;
    log.close();
    assert!(segments(&dir).len() >= 4, "several segments");
    (temporary, dir)
}

fn segments(dir: &Path) -> Vec<PathBuf> {
    let folder = fs::read_dir(dir.join("events/0")).expect("the folder");
    let mut files: Vec<PathBuf> = folder.map(|entry| entry.expect("an entry").path()).collect();
    files.retain(|path| path.extension().is_some_and(|ext| ext == "log"));
    files.sort();
    files
}

fn flip(path: &Path, at: usize) {
    let mut bytes = fs::read(path).expect("reads");
    bytes[at] ^= 0x20;
    fs::write(path, bytes).expect("writes");
}

/// Opening or reading says `Corrupt`, naming the file and the way on.
async fn assert_corrupt(dir: &Path, naming: &str) {
    let why = match open_real(dir) {
        Err(Error::Corrupt(why)) => why,
        Err(other) => panic!("Corrupt is expected, not {other}"),
        Ok(log) => match read(&log, 0, None).await {
            Err(Error::Corrupt(why)) => why,
            other => panic!("Corrupt is expected, not {} records", other.map_or(0, |all| all.len())),
        },
    };
    assert!(why.contains(naming) && why.contains("kassa log salvage"), "{why}");
    assert!(!verify(dir, &RealDisk).expect("verifies").is_whole(), "verify sees it too");
}

/// Salvage, then all but the lost range is there and the log works.
async fn assert_salvaged(dir: &Path, lost: Option<std::ops::Range<u64>>) {
    let report = salvage(dir, &RealDisk, &SystemClock).expect("salvages");
    let expected: Vec<Lost> = lost
        .iter()
        .map(|offsets| Lost { stream: Stream::Events, partition: 0, offsets: offsets.clone() })
        .collect();
    assert_eq!(report.lost, expected);
    assert!(report.kept_aside.join("events/0").is_dir(), "the damaged one is kept");
    let log = open_real(dir).expect("opens again");
    assert_eq!(log.log_id(), report.log_id);
    let mut left = plain(0..COUNT);
    left.retain(|(_, n)| !lost.iter().any(|range| range.contains(n)));
    assert_eq!(numbers(&log).await, left);
    fill(&log, COUNT, 3).await;
    left.extend(plain(COUNT..COUNT + 3));
    assert_eq!(numbers(&log).await, left);
    if let Some(range) = &lost {
        let on = read(&log, 0, Some(range.start)).await.expect("seeks into the gap");
        assert_eq!(on.first().map(|(offset, _)| *offset), Some(Offset(range.end)));
    }
    drop(log);
    let again = verify(dir, &RealDisk).expect("verifies");
    assert!(again.is_whole(), "{:?}", again.damage);
    assert_eq!(again.damage.len(), lost.iter().len(), "the gap stays known");
}

#[tokio::test]
async fn a_whole_log_is_inspected_and_verified() {
    let (_temporary, dir) = made().await;
    let found = inspect(&dir, &RealDisk).expect("inspects");
    let events = &found.partitions[0];
    assert_eq!((events.stream, events.first, events.end), (Stream::Events, 0, COUNT));
    assert_eq!(events.segments.iter().map(|segment| segment.records).sum::<u64>(), COUNT);
    let (last, sealed) = events.segments.split_last().expect("segments");
    assert!(!last.sealed && sealed.iter().all(|segment| segment.sealed));
    assert_eq!(found.damage, []);
    let verified = verify(&dir, &RealDisk).expect("verifies");
    assert!(verified.is_whole() && verified.records == COUNT && verified.torn_bytes == 0);
    assert!(serde_json::to_string(&verified).expect("serialises").contains("\"torn_bytes\":0"));
    assert!(matches!(inspect(Path::new("/nowhere/at/all"), &RealDisk), Err(Error::Invalid(_))));
}

#[tokio::test]
async fn a_torn_tail_is_cut() {
    for cut in [1, 8, 57, 300, 500] {
        let (_temporary, dir) = made().await;
        let last = segments(&dir).pop().expect("segments");
        let base: u64 = last.file_stem().expect("a name").to_string_lossy().parse().expect("a number");
        // The last frame's end: each frame of `fill` has one record and the same length as its neighbours.
        let used =
            inspect(&dir, &RealDisk).expect("inspects").partitions[0].segments.last().expect("one").bytes;
        assert!(base < COUNT - 1);
        let file = fs::OpenOptions::new().write(true).open(&last).expect("opens");
        file.set_len(used - cut).expect("cuts");
        assert!(verify(&dir, &RealDisk).expect("verifies").is_whole(), "a torn tail is no damage");
        let log = open_real(&dir).expect("recovers");
        let kept = if cut <= 7 { COUNT } else { COUNT - 1 };
        let all = numbers(&log).await;
        // One byte less may be padding only; the record is whole then or gone, never half.
        assert!(all == plain(0..kept) || all == plain(0..COUNT - 1), "cut {cut}: {}", all.len());
        let next = all.len() as u64;
        fill(&log, next, 2).await;
        assert_eq!(numbers(&log).await, plain(0..next + 2));
    }
}

#[tokio::test]
async fn garbage_after_the_end_is_cut() {
    let (_temporary, dir) = made().await;
    let last = segments(&dir).pop().expect("segments");
    let mut bytes = fs::read(&last).expect("reads");
    let used = inspect(&dir, &RealDisk).expect("inspects").partitions[0].segments.last().expect("one").bytes;
    bytes.truncate(usize::try_from(used).expect("small"));
    bytes.extend(std::iter::repeat_n(0xA5, 3_000));
    fs::write(&last, bytes).expect("writes");
    let log = open_real(&dir).expect("recovers");
    fill(&log, COUNT, 1).await;
    assert_eq!(numbers(&log).await, plain(0..COUNT + 1));
}

#[tokio::test]
async fn damage_in_the_middle_of_the_last_segment_is_refused_at_open() {
    let (_temporary, dir) = made().await;
    let last = segments(&dir).pop().expect("segments");
    let base: u64 = last.file_stem().expect("a name").to_string_lossy().parse().expect("a number");
    flip(&last, 100);
    let name = last.file_name().expect("a name").to_string_lossy().into_owned();
    assert!(matches!(open_real(&dir), Err(Error::Corrupt(_))));
    assert_corrupt(&dir, &name).await;
    assert_salvaged(&dir, Some(base..base + 1)).await;
}

#[tokio::test]
async fn damage_in_an_older_segment_is_refused_when_read() {
    for place in ["header", "payload", "length"] {
        let (_temporary, dir) = made().await;
        let second = segments(&dir).remove(1);
        let base: u64 = second.file_stem().expect("a name").to_string_lossy().parse().expect("a number");
        flip(
            &second,
            if place == "header" {
                2
            } else if place == "length" {
                41
            } else {
                200
            },
        );
        let log = open_real(&dir).expect("older segments are checked when they are read");
        let newest = read(&log, 0, Some(COUNT - 2)).await.expect("the rest is readable");
        assert_eq!(newest.len(), 2);
        drop(log);
        assert_corrupt(&dir, &second.file_name().expect("a name").to_string_lossy()).await;
        assert_salvaged(&dir, Some(base..base + 1)).await;
    }
}

#[tokio::test]
async fn a_deleted_segment_is_missed() {
    let (_temporary, dir) = made().await;
    let all = segments(&dir);
    let base = |path: &PathBuf| {
        path.file_stem().expect("a name").to_string_lossy().parse::<u64>().expect("a number")
    };
    let lost = base(&all[1])..base(&all[2]);
    fs::remove_file(&all[1]).expect("deletes");
    assert_corrupt(&dir, "one is missing").await;
    assert_salvaged(&dir, Some(lost)).await;
}

#[tokio::test]
async fn a_cut_older_segment_is_missed() {
    for keep in [0, 20, 700, 5_000] {
        let (_temporary, dir) = made().await;
        let all = segments(&dir);
        fs::OpenOptions::new().write(true).open(&all[1]).expect("opens").set_len(keep).expect("cuts");
        assert_corrupt(&dir, &all[1].file_name().expect("a name").to_string_lossy()).await;
        let report = salvage(&dir, &RealDisk, &SystemClock).expect("salvages");
        assert_eq!(report.lost.len(), 1);
        let log = open_real(&dir).expect("opens again");
        let lost = &report.lost[0].offsets;
        assert_eq!(numbers(&log).await.len() as u64, COUNT - (lost.end - lost.start));
    }
}

#[tokio::test]
async fn two_damages_and_a_flipped_seal() {
    let (_temporary, dir) = made().await;
    let all = segments(&dir);
    let base = |path: &PathBuf| {
        path.file_stem().expect("a name").to_string_lossy().parse::<u64>().expect("a number")
    };
    let length = usize::try_from(fs::metadata(&all[2]).expect("exists").len()).expect("small");
    flip(&all[2], length - 30);
    assert_corrupt(&dir, "seal is broken").await;
    flip(&all[0], 300);
    assert_salvaged(&dir, Some(base(&all[0])..base(&all[0]) + 1)).await;
}

#[tokio::test]
async fn a_gap_at_the_end_is_read_to_its_end() {
    let (_temporary, dir) = made().await;
    for last in segments(&dir).iter().rev().take(2) {
        let size = fs::metadata(last).expect("its size").len();
        fs::write(last, vec![0x55; usize::try_from(size).expect("a small file")]).expect("writes");
    }
    let report = salvage(&dir, &RealDisk, &SystemClock).expect("salvages");
    let log = open_real(&dir).expect("opens");
    let status = log.status(Stream::Events).await.expect("status").partitions.remove(0);
    let whole = retained(&log, Stream::Events).await.expect("reads")[&0].clone();
    let after = whole.last().expect("records").0.after();
    assert!(after < status.end, "{after} to {}: {:?}", status.end, report.notes);
}

#[tokio::test]
async fn a_deleted_meta_is_refused_and_rebuilt() {
    let (_temporary, dir) = made().await;
    let id = inspect(&dir, &RealDisk).expect("inspects").log_id;
    fs::remove_file(dir.join("meta.json")).expect("deletes");
    assert_corrupt(&dir, "meta.json").await;
    assert_salvaged(&dir, None).await;
    assert_eq!(inspect(&dir, &RealDisk).expect("inspects").log_id, id);
}

#[tokio::test]
async fn another_logs_id_is_refused() {
    let (_temporary, dir) = made().await;
    let other = tempfile::tempdir().expect("a folder");
    drop(open_real(other.path()).expect("opens"));
    fs::copy(other.path().join("meta.json"), dir.join("meta.json")).expect("copies");
    assert_corrupt(&dir, "another log").await;
    assert_salvaged(&dir, None).await;

    // Also when there is but one segment, which would otherwise look like one torn tail.
    let single = tempfile::tempdir().expect("a folder");
    let dir = single.path().join("log");
    let log = open_real(&dir).expect("opens");
    fill(&log, 0, 3).await;
    drop(log);
    fs::copy(other.path().join("meta.json"), dir.join("meta.json")).expect("copies");
    assert_corrupt(&dir, "another log").await;
}

#[tokio::test]
async fn a_deleted_folder_is_another_log() {
    let (_temporary, dir) = made().await;
    let before = inspect(&dir, &RealDisk).expect("inspects").log_id;
    fs::remove_dir_all(&dir).expect("deletes");
    let log = open_real(&dir).expect("a new log");
    let status = log.status(Stream::Events).await.expect("status");
    assert_ne!(status.log_id, before);
    // A store that stands at 100 learns it in both ways.
    match read(&log, 0, Some(COUNT)).await {
        Err(Error::OutOfRange(why)) => assert!(why.contains(&status.log_id.to_string()), "{why}"),
        other => panic!("OutOfRange is expected, not {other:?}"),
    }
}

#[tokio::test]
async fn deleted_files_beside_the_meta_show_at_the_seek() {
    let (_temporary, dir) = made().await;
    for path in segments(&dir) {
        fs::remove_file(path).expect("deletes");
    }
    let log = open_real(&dir).expect("opens: nothing left contradicts it");
    assert!(matches!(read(&log, 0, Some(COUNT)).await, Err(Error::OutOfRange(_))));
}

#[tokio::test]
async fn broken_marks_begin_anew_with_higher_epochs() {
    let (_temporary, dir) = made().await;
    let log = open_real(&dir).expect("opens");
    let mut subscription = log.subscribe(Stream::Events, "processor").await.expect("subscribes");
    let crate::Delivery::Assigned { epoch: before, .. } =
        subscription.next(crate::Limits::BATCH).await.expect("assigned")
    else {
        panic!("an assignment is expected")
    };
    drop((subscription, log));
    fs::write(dir.join("events/groups.json"), b"{ not json").expect("writes");
    // Epochs are never below the clock's seconds, and this is one of them later.
    let later = ManualClock::new(SystemClock.now().plus_micros(1_001_000));
    let log = LocalLog::open(small(&dir), Arc::new(RealDisk), Arc::new(later)).expect("opens");
    let mut subscription = log.subscribe(Stream::Events, "processor").await.expect("subscribes");
    match subscription.next(crate::Limits::BATCH).await.expect("assigned") {
        crate::Delivery::Assigned { epoch, .. } => assert!(epoch > before, "{epoch:?} after {before:?}"),
        other => panic!("an assignment is expected, not {other:?}"),
    }
    log.append(Stream::Events, vec![record("on")]).await.expect("appends");
}
