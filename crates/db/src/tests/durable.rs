//! SQLite's log is synced by a thread of its own: nothing is answered or shown before, nothing after a sync that failed,
//! and what was answered survives a power cut.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, OnceLock, mpsc};
use std::time::Duration;

use super::{Bed, DEADLINE, Dice, insert, scaled, seed, small, wait_until};
use crate::options::TestSync;
use crate::testing::Folder;
use crate::{Error, Options};

/// A disk whose syncs wait, or fail, while they are told to.
#[derive(Default)]
struct Disk {
    waits: AtomicBool,
    fails: AtomicBool,
    syncs: AtomicUsize,
}

fn on(disk: &Arc<Disk>) -> Bed {
    on_with(disk, small())
}

fn on_with(disk: &Arc<Disk>, options: Options) -> Bed {
    let disk = Arc::clone(disk);
    let sync = move || {
        disk.syncs.fetch_add(1, Ordering::SeqCst);
        while disk.waits.load(Ordering::SeqCst) {
            std::thread::sleep(Duration::from_millis(1));
        }
        match disk.fails.load(Ordering::SeqCst) {
            true => Err(std::io::Error::other("the disk is broken")),
            false => Ok(()),
        }
    };
    Bed::sqlite(Options { sync: Some(TestSync(Arc::new(sync))), ..options })
}

#[test]
fn nothing_is_answered_or_shown_before_it_is_durable() {
    let disk = Arc::new(Disk::default());
    let bed = on(&disk);
    let before = disk.syncs.load(Ordering::SeqCst);
    disk.waits.store(true, Ordering::SeqCst);
    let (said, hears) = mpsc::channel();
    let ask = |name: &'static str, work: Box<dyn FnOnce(&crate::Db) -> bool + Send>| {
        let (db, said) = (bed.db.clone(), said.clone());
        std::thread::spawn(move || said.send((name, work(&db))).unwrap());
    };
    ask("write", Box::new(|db| db.write_blocking(|tx| insert(tx, 1)).is_ok()));
    wait_until("the sync", || disk.syncs.load(Ordering::SeqCst) > before);
    let count = |db: &crate::Db| {
        db.read_blocking::<_, Error>(|tx| tx.all("SELECT id FROM items", &[], |row| row.int(0)))
            .unwrap()
            .len()
    };
    // It sees the row, so it must not say so yet; nor may a refusal that rests on the row.
    ask("read", Box::new(move |db| count(db) == 1));
    ask("refusal", Box::new(|db| db.write_blocking(|tx| insert(tx, 1)).is_err()));
    assert!(hears.recv_timeout(Duration::from_millis(200)).is_err(), "something was answered too early");
    disk.waits.store(false, Ordering::SeqCst);
    let mut heard: Vec<_> = (0..3).map(|_| hears.recv_timeout(DEADLINE).unwrap()).collect();
    heard.sort_unstable();
    assert_eq!(heard, [("read", true), ("refusal", true), ("write", true)]);
}

#[test]
fn a_group_gathers_while_the_one_before_is_synced() {
    let disk = Arc::new(Disk::default());
    // An open group is not closed by the clock, only by the end of the sync.
    let bed = on_with(&disk, Options { group_time: DEADLINE, ..small() });
    let (syncs, commits) = (disk.syncs.load(Ordering::SeqCst), bed.db.stats().commits);
    disk.waits.store(true, Ordering::SeqCst);
    let ran = Arc::new(AtomicUsize::new(0));
    let write = |id: i64| {
        let (db, ran) = (bed.db.clone(), Arc::clone(&ran));
        let op = move |tx: &mut crate::Tx<'_>| {
            ran.fetch_add(1, Ordering::SeqCst);
            insert(tx, id)
        };
        std::thread::spawn(move || db.write_blocking(op).unwrap())
    };
    let mut writers = vec![write(0)];
    wait_until("the sync", || disk.syncs.load(Ordering::SeqCst) > syncs);
    writers.extend((1..20).map(write));
    wait_until("the others", || ran.load(Ordering::SeqCst) == 20);
    disk.waits.store(false, Ordering::SeqCst);
    for writer in writers {
        writer.join().unwrap();
    }
    assert_eq!(bed.ids().len(), 20);
    assert_eq!(
        bed.db.stats().commits - commits,
        2,
        "one for the first, one for all who came while it was synced"
    );
}

#[test]
fn after_a_sync_that_failed_nothing_is_acknowledged() {
    let disk = Arc::new(Disk::default());
    let bed = on(&disk);
    bed.db.write_blocking(|tx| insert(tx, 1)).unwrap();
    disk.fails.store(true, Ordering::SeqCst);
    let unknown = bed.db.write_blocking(|tx| insert(tx, 2)).unwrap_err();
    assert!(matches!(unknown, Error::Unknown(_)), "{unknown}");
    disk.fails.store(false, Ordering::SeqCst);
    let refused = bed.db.write_blocking(|tx| insert(tx, 3)).unwrap_err();
    assert!(matches!(&refused, Error::Unavailable(why) if why.contains("start kassa again")), "{refused}");
    let hidden = bed.db.read_blocking::<_, Error>(|tx| tx.all("SELECT id FROM items", &[], |row| row.int(0)));
    assert!(matches!(hidden, Err(Error::Unavailable(_))), "{hidden:?}");
    bed.db.close();
    let again = crate::Db::open_with(&bed.url, small()).unwrap();
    let ids =
        again.read_blocking::<_, Error>(|tx| tx.all("SELECT id FROM items", &[], |row| row.int(0))).unwrap();
    assert!(ids == [1, 2] || ids == [1], "{ids:?}");
}

/// One whose transaction is open while the sync of another fails, and which is committed after that.
#[test]
fn what_is_committed_after_a_sync_that_failed_is_unknown() {
    let disk = Arc::new(Disk::default());
    let bed = on(&disk);
    let before = disk.syncs.load(Ordering::SeqCst);
    disk.waits.store(true, Ordering::SeqCst);
    let db = bed.db.clone();
    let first = std::thread::spawn(move || db.write_blocking(|tx| insert(tx, 1)).unwrap_err());
    wait_until("the sync", || disk.syncs.load(Ordering::SeqCst) > before);
    let (begun, go_on) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicBool::new(false)));
    let (db, begins, goes_on) = (bed.db.clone(), Arc::clone(&begun), Arc::clone(&go_on));
    let second = std::thread::spawn(move || {
        let op = move |tx: &mut crate::Tx<'_>| {
            insert(tx, 2)?;
            begins.store(true, Ordering::SeqCst);
            while !goes_on.load(Ordering::SeqCst) {
                std::thread::sleep(Duration::from_millis(1));
            }
            Ok::<_, Error>(())
        };
        db.write_blocking(op).unwrap_err()
    });
    wait_until("the second transaction", || begun.load(Ordering::SeqCst));
    disk.fails.store(true, Ordering::SeqCst);
    disk.waits.store(false, Ordering::SeqCst);
    let first = first.join().unwrap();
    assert!(matches!(first, Error::Unknown(_)), "{first}");
    go_on.store(true, Ordering::SeqCst);
    let second = second.join().unwrap();
    assert!(matches!(second, Error::Unknown(_)), "its commit is in the log: {second}");
    // It is there, indeed.
    bed.db.close();
    let again = crate::Db::open_with(&bed.url, small()).unwrap();
    let ids =
        again.read_blocking::<_, Error>(|tx| tx.all("SELECT id FROM items", &[], |row| row.int(0))).unwrap();
    assert_eq!(ids, [1, 2]);
}

/// What a power cut leaves: the log as it was when a sync ended, and of what was written later some sectors.
struct Cut {
    kept: Vec<u8>,
    later: Vec<u8>,
}

const SECTOR: usize = 512;

impl Cut {
    fn bytes(&self, dice: &mut Dice) -> Vec<u8> {
        let mut bytes = self.kept.clone();
        for at in (0..self.later.len()).step_by(SECTOR) {
            let end = (at + SECTOR).min(self.later.len());
            if bytes.get(at..end) != Some(&self.later[at..end]) && dice.below(2) == 0 {
                bytes.resize(bytes.len().max(end), 0);
                bytes[at..end].copy_from_slice(&self.later[at..end]);
            }
        }
        bytes
    }
}

#[test]
fn hard_power_cuts_lose_nothing_acknowledged() {
    let seed = seed();
    let mut dice = Dice(seed);
    let (mut cuts, mut kept) = (0, 0);
    let beds = scaled(40);
    for _ in 0..beds {
        // So little is written that all of it is in the log: the file beside it does not change.
        let logs = Arc::new(Mutex::new(Vec::<Vec<u8>>::new()));
        let path = Arc::new(OnceLock::<String>::new());
        let (copies, from) = (Arc::clone(&logs), Arc::clone(&path));
        let sync = move || {
            if let Some(path) = from.get() {
                let log = std::fs::read(format!("{path}-wal"))?;
                copies.lock().unwrap().push(log);
            }
            Ok(())
        };
        let bed = Bed::sqlite(Options { sync: Some(TestSync(Arc::new(sync))), ..small() });
        let own = bed.url.strip_prefix("sqlite:").unwrap().to_owned();
        path.set(own.clone()).unwrap();
        let acknowledged = written_by_eight(&bed, &logs);
        let logs = logs.lock().unwrap().clone();
        for (place, log) in logs.iter().enumerate() {
            let later = logs.get(place + 1).unwrap_or(log).clone();
            let left = found_after(&own, &Cut { kept: log.clone(), later }.bytes(&mut dice));
            let must = acknowledged.iter().filter(|(_, synced)| *synced <= place + 1).map(|(id, _)| *id);
            for id in must {
                assert!(left.contains(&id), "seed {seed}: {id} was acknowledged and is lost at sync {place}");
                kept += 1;
            }
            cuts += 1;
        }
    }
    assert!(kept > 0);
    println!("power cuts: seed {seed}, {cuts} cuts of {beds} databases, {kept} looked for, 0 lost");
}

/// Ten rows by each of eight threads; with each how many syncs had ended when it was acknowledged.
fn written_by_eight(bed: &Bed, logs: &Arc<Mutex<Vec<Vec<u8>>>>) -> Vec<(i64, usize)> {
    let write = |writer: i64| {
        let (db, logs) = (bed.db.clone(), Arc::clone(logs));
        std::thread::spawn(move || {
            let one = |turn| {
                let id = writer * 100 + turn;
                db.write_blocking(move |tx| insert(tx, id)).unwrap();
                (id, logs.lock().unwrap().len())
            };
            (0..10).map(one).collect::<Vec<_>>()
        })
    };
    let writers: Vec<_> = (0..8).map(write).collect();
    writers.into_iter().flat_map(|writer| writer.join().unwrap()).collect()
}

/// The rows that are found with this log beside the file at `path`.
fn found_after(path: &str, log: &[u8]) -> Vec<i64> {
    let folder = crate::testing::Folder::new();
    let copy = folder.path().join("shop.db");
    std::fs::copy(path, &copy).unwrap();
    std::fs::write(folder.path().join("shop.db-wal"), log).unwrap();
    let connection = rusqlite::Connection::open(&copy).unwrap();
    let mut statement = connection.prepare("SELECT id FROM items").unwrap();
    let rows = statement.query_map([], |row| row.get(0)).unwrap();
    rows.map(Result::unwrap).collect()
}

#[test]
fn a_closed_database_is_one_file() {
    let folder = Folder::new();
    for round in 0..scaled(10_000) {
        let db = crate::Db::open(&folder.sqlite_url()).unwrap();
        db.write_blocking::<_, Error>(|tx| tx.batch("CREATE TABLE IF NOT EXISTS t (id INTEGER) STRICT"))
            .unwrap();
        db.close();
        let files: Vec<_> =
            std::fs::read_dir(folder.path()).unwrap().map(|file| file.unwrap().file_name()).collect();
        assert_eq!(files.len(), 1, "round {round}: {files:?}");
    }
}
