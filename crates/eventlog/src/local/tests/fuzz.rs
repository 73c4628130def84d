//! Recovery, verify, salvage and reading of files with random bytes in them: never a panic, never a record that was
//! not written.

use std::path::{Path, PathBuf};

use super::{Dice, fill, open_faulty, read, scaled, seed, small};
use crate::disk::{Access, Disk};
use crate::faulty::FaultyDisk;
use crate::local::{inspect, verify};
use crate::{Error, EventLog, Stream};

#[tokio::test]
async fn random_bytes_never_panic() {
    let (seed, rounds) = (seed(), scaled(5_000));
    let mut dice = Dice(seed);
    let original = FaultyDisk::new(seed);
    let log = open_faulty(&original, small(Path::new("/log"))).expect("opens");
    fill(&log, 0, 60).await;
    drop(log);
    let (mut refused, mut opened, mut unreadable) = (0_u64, 0_u64, 0_u64);
    for _ in 0..rounds {
        let disk = original.fork();
        for _ in 0..=dice.below(3) {
            spoil(&disk, &mut dice);
        }
        let _ = inspect(Path::new("/log"), &disk);
        let whole = verify(Path::new("/log"), &disk).map(|report| report.is_whole());
        match open_faulty(&disk, small(Path::new("/log"))) {
            Err(_) => refused += 1,
            Ok(log) => {
                opened += 1;
                match read(&log, 0, None).await {
                    Ok(records) => assert_written(&records),
                    Err(Error::Corrupt(_)) => {
                        unreadable += 1;
                        assert!(!matches!(whole, Ok(true)), "verify found nothing, seed {seed}");
                    }
                    Err(other) => panic!("unexpected, seed {seed}: {other}"),
                }
                let _ = log.append(Stream::Events, vec![super::record("on")]).await;
            }
        }
    }
    println!(
        "fuzz: seed {seed}, {rounds} spoilt folders, {refused} refused, {opened} opened, {unreadable} of them corrupt when read"
    );
    assert!(refused > 0 && opened > 0);
}

fn assert_written(records: &[(crate::Offset, bytes::Bytes)]) {
    for (offset, bytes) in records {
        let text = std::str::from_utf8(bytes).expect("only what was written");
        let number = text.split(' ').next().and_then(|digits| digits.parse::<u64>().ok());
        assert_eq!(number, Some(offset.0));
        assert_eq!(text.len(), offset.to_string().len() + 501);
    }
}

/// One random mischief with one random file.
fn spoil(disk: &FaultyDisk, dice: &mut Dice) {
    let files: Vec<(PathBuf, usize)> = disk.files();
    let (path, length) = files[dice.index(files.len())].clone();
    let file = disk.open(&path, Access::Write).expect("a file");
    let at = dice.below(length as u64 + 1);
    match dice.below(6) {
        0 => drop(file.set_len(at)),
        1 => drop(disk.remove(&path)),
        2 => {
            let bytes: Vec<u8> =
                (0..dice.below(300)).map(|_| u8::try_from(dice.below(256)).expect("a byte")).collect();
            drop(file.write_at(&bytes, at));
        }
        3 => drop(file.write_at(&vec![0; dice.index(2_000)], at)),
        4 => {
            // A frame twice, somewhere else.
            let mut piece = vec![0; 568];
            let read = file.read_at(&mut piece, dice.below(20) * 568).expect("reads");
            drop(file.write_at(&piece[..read], at / 8 * 8));
        }
        _ if length > 0 => {
            disk.rot(&path, usize::try_from(at).expect("small") % length, |byte| *byte ^= 1 << dice.below(8))
        }
        _ => {}
    }
}
