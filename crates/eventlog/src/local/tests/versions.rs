//! Folders of other versions: older ones are read and upgraded, newer ones refused, and nothing of theirs is cut off.

use std::fs;
use std::path::Path;
use std::sync::Arc;

use kassa_model::SystemClock;
use serde_json::{Value, json};

use super::{fill, numbers, open_real, plain, small};
use crate::disk::RealDisk;
use crate::local::frame::{self, Codec, Header, Place};
use crate::local::{LocalLog, inspect, salvage, verify};
use crate::{Error, Stream, Upkeep};

const COUNT: u64 = 20;

/// A closed log of `COUNT` records.
async fn made() -> (tempfile::TempDir, std::path::PathBuf) {
    let temporary = tempfile::tempdir().unwrap();
    let dir = temporary.path().join("log");
    let log = open_real(&dir).unwrap();
    fill(&log, 0, COUNT).await;
    log.close();
    (temporary, dir)
}

fn meta(dir: &Path) -> Value {
    serde_json::from_slice(&fs::read(dir.join("meta.json")).unwrap()).unwrap()
}

fn set_meta(dir: &Path, change: impl FnOnce(&mut Value)) {
    let mut value = meta(dir);
    change(&mut value);
    fs::write(dir.join("meta.json"), value.to_string()).unwrap();
}

/// Meta as format 1 had it.
fn back_to_format_1(dir: &Path) {
    set_meta(dir, |meta| {
        meta["format"] = json!(1);
        meta.as_object_mut().unwrap().remove("shop_id");
    });
}

#[tokio::test]
async fn a_log_of_format_1_is_read_and_upgraded() {
    let (_temporary, dir) = made().await;
    back_to_format_1(&dir);
    let as_it_was = fs::read(dir.join("meta.json")).unwrap();
    assert!(verify(&dir, &RealDisk).unwrap().is_whole());
    assert_eq!(fs::read(dir.join("meta.json")).unwrap(), as_it_was, "looking changes nothing");
    let id = inspect(&dir, &RealDisk).unwrap().log_id;
    let log = open_real(&dir).unwrap();
    assert_eq!((log.log_id(), meta(&dir)["format"].clone()), (id, json!(2)));
    assert_eq!(numbers(&log).await, plain(0..COUNT));
    fill(&log, COUNT, 3).await;
    log.close();
    assert_eq!(numbers(&open_real(&dir).unwrap()).await, plain(0..COUNT + 3));
    // Where the upgrade was interrupted, the file of before is still there whole: nothing else was touched.
    back_to_format_1(&dir);
    fs::write(dir.join("meta.new"), "{\"form").unwrap();
    assert_eq!(numbers(&open_real(&dir).unwrap()).await, plain(0..COUNT + 3));
}

#[tokio::test]
async fn a_log_remembers_whose_it_is() {
    let (_temporary, dir) = made().await;
    let id = uuid::Uuid::from_u128(7);
    let log = open_real(&dir).unwrap();
    assert_eq!(log.shop_id().unwrap(), None);
    log.set_shop_id(id).unwrap();
    fill(&log, COUNT, 1).await;
    log.close();
    let log = open_real(&dir).unwrap();
    assert_eq!(log.shop_id().unwrap(), Some(id));
    assert_eq!(numbers(&log).await, plain(0..COUNT + 1));
    drop(log);
    flip_a_byte_in_the_middle(&dir);
    salvage(&dir, &RealDisk, &SystemClock).unwrap();
    assert_eq!(open_real(&dir).unwrap().shop_id().unwrap(), Some(id), "salvage keeps it");
}

fn flip_a_byte_in_the_middle(dir: &Path) {
    let file = inspect(dir, &RealDisk).unwrap().partitions[0].segments[0].file.clone();
    let mut bytes = fs::read(&file).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 0x20;
    fs::write(&file, bytes).unwrap();
}

#[tokio::test]
async fn a_newer_log_is_refused_and_left_as_it_is() {
    let (_temporary, dir) = made().await;
    set_meta(&dir, |meta| *meta = json!({"format": 3, "log": "described otherwise"}));
    let before = fs::read(dir.join("meta.json")).unwrap();
    let refused = |outcome: Result<(), Error>| match outcome {
        Err(Error::Invalid(why)) => {
            assert!(why.contains("a newer kassa wrote the log") && why.contains("its format is 3"), "{why}");
            assert!(why.contains("start that one, or restore the backup"), "{why}");
        }
        other => panic!("{other:?}"),
    };
    refused(open_real(&dir).map(drop));
    refused(inspect(&dir, &RealDisk).map(drop));
    refused(salvage(&dir, &RealDisk, &SystemClock).map(drop));
    assert_eq!(fs::read(dir.join("meta.json")).unwrap(), before);
}

/// Adds a whole frame to the end of the last segment, as another version or place writes it.
fn add_frame(dir: &Path, change: impl FnOnce(&mut Vec<u8>, &mut Place)) -> u64 {
    let found = inspect(dir, &RealDisk).unwrap();
    let last = found.partitions[0].segments.last().unwrap();
    let (mut buffer, mut bytes) = (Vec::new(), fs::read(&last.file).unwrap());
    let mut place = Place { log_id: found.log_id, stream: Stream::Events, partition: 0 };
    bytes.truncate(usize::try_from(last.bytes).unwrap());
    frame::begin(&mut buffer);
    frame::push_record(&mut buffer, b"of another");
    let header = Header { base: last.end, time: 1, length: 0, count: 1, codec: Codec::Plain };
    change(&mut buffer, &mut place);
    frame::finish(&mut buffer, &place, header);
    bytes.extend_from_slice(&buffer);
    fs::write(&last.file, &bytes).unwrap();
    bytes.len() as u64
}

/// The codec of the frame whose end is the file's end, its checksum made right again.
fn set_codec(dir: &Path, codec: u8) {
    let found = inspect(dir, &RealDisk).unwrap();
    let file = &found.partitions[0].segments.last().unwrap().file;
    let mut bytes = fs::read(file).unwrap();
    let at = bytes.len() - (frame::HEADER_BYTES + 4 + "of another".len()).next_multiple_of(8);
    bytes[at + 48] = codec;
    let crc = crc32c::crc32c(&bytes[at + 8..at + frame::HEADER_BYTES + 4 + "of another".len()]);
    bytes[at + 4..at + 8].copy_from_slice(&crc.to_le_bytes());
    fs::write(file, bytes).unwrap();
}

#[tokio::test]
async fn whole_frames_of_another_version_or_place_are_never_cut_off() {
    let check = |dir: &Path, expected: &str, size: u64| {
        let file = inspect(dir, &RealDisk).unwrap().partitions[0].segments.last().unwrap().file.clone();
        let options = small(dir);
        match LocalLog::open(options, Arc::new(RealDisk), Arc::new(SystemClock)) {
            Err(Error::Corrupt(why)) => assert!(why.contains(expected), "{why}"),
            other => panic!("{other:?}"),
        }
        assert_eq!(fs::metadata(file).unwrap().len(), size, "{expected}: nothing was cut off");
        assert!(!verify(dir, &RealDisk).unwrap().is_whole());
    };
    let (_temporary, dir) = made().await;
    let size = add_frame(&dir, |_, _| {});
    set_codec(&dir, 7);
    check(&dir, "a frame of codec 7, which this version does not know; a newer kassa wrote it", size);

    let (_temporary, dir) = made().await;
    let size = add_frame(&dir, |_, place| place.partition = 5);
    check(&dir, "a frame of another partition", size);
}
