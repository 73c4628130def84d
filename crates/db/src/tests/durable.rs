//! SQLite's log is synced by a thread of its own: nothing is answered or shown before, and nothing after a sync that failed.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, mpsc};
use std::time::Duration;

use super::{Bed, DEADLINE, insert, small, wait_until};
use crate::options::TestSync;
use crate::{Error, Options};

/// A disk whose syncs wait, or fail, while they are told to.
#[derive(Default)]
struct Disk {
    waits: AtomicBool,
    fails: AtomicBool,
    syncs: AtomicUsize,
}

fn on(disk: &Arc<Disk>) -> Bed {
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
    Bed::sqlite(Options { sync: Some(TestSync(Arc::new(sync))), ..small() })
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
    let bed = on(&disk);
    let before = disk.syncs.load(Ordering::SeqCst);
    disk.waits.store(true, Ordering::SeqCst);
    let write = |id: i64| {
        let db = bed.db.clone();
        std::thread::spawn(move || db.write_blocking(move |tx| insert(tx, id)).unwrap())
    };
    let mut writers = vec![write(0)];
    wait_until("the sync", || disk.syncs.load(Ordering::SeqCst) > before);
    writers.extend((1..20).map(write));
    wait_until("the others", || bed.db.stats().waiting_writes < 19);
    disk.waits.store(false, Ordering::SeqCst);
    for writer in writers {
        writer.join().unwrap();
    }
    assert_eq!(bed.ids().len(), 20);
    let groups = disk.syncs.load(Ordering::SeqCst) - before;
    assert!(groups < 20, "every one of 20 had a sync of its own");
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
