//! When the disk itself stands still. A virtual one does, for up to seconds while its neighbours write, and no order is
//! durable before it moves again: such times say nothing about kassa, so they do not count as its own.

use std::fs::File;
use std::os::unix::fs::FileExt;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use kassa_db::testing::Folder;

/// A bare sync of one page takes a millisecond or less; one that takes so long was held up.
const HELD_UP: Duration = Duration::from_millis(50);
const TRY_EVERY: Duration = Duration::from_millis(10);

/// Tries the disk as long as it lives.
pub(crate) struct Disk {
    tries: Arc<Tries>,
    thread: Option<JoinHandle<()>>,
    _folder: Folder,
}

#[derive(Default)]
struct Tries {
    over: AtomicBool,
    syncs: Mutex<Syncs>,
}

#[derive(Default)]
struct Syncs {
    /// Begin and end of those that were held up.
    held_up: Vec<(Instant, Instant)>,
    /// The begin of the one under way.
    under_way: Option<Instant>,
}

impl Disk {
    pub(crate) fn new() -> Self {
        let folder = Folder::new();
        let file = File::create(folder.path().join("page")).unwrap();
        let tries = Arc::new(Tries::default());
        let shared = Arc::clone(&tries);
        let thread = std::thread::spawn(move || shared.run(&file));
        Self { tries, thread: Some(thread), _folder: folder }
    }

    /// How much of the time since `begun` a bare sync was held up.
    pub(crate) fn held_up_since(&self, begun: Instant) -> Duration {
        let now = Instant::now();
        let syncs = self.tries.syncs.lock().unwrap();
        let under_way =
            syncs.under_way.map(|since| (since, now)).filter(|(since, now)| *now - *since >= HELD_UP);
        let held_up = syncs.held_up.iter().copied().chain(under_way);
        held_up.map(|(from, to)| to.saturating_duration_since(from.max(begun))).sum()
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        self.tries.over.store(true, Ordering::SeqCst);
        if let Some(thread) = self.thread.take() {
            thread.join().unwrap();
        }
    }
}

impl Tries {
    fn run(&self, file: &File) {
        let page = [0x5a; 4096];
        while !self.over.load(Ordering::SeqCst) {
            let begun = Instant::now();
            self.syncs.lock().unwrap().under_way = Some(begun);
            file.write_all_at(&page, 0).unwrap();
            file.sync_data().unwrap();
            let ended = Instant::now();
            {
                let mut syncs = self.syncs.lock().unwrap();
                syncs.under_way = None;
                if ended - begun >= HELD_UP {
                    syncs.held_up.push((begun, ended));
                }
            }
            std::thread::sleep(TRY_EVERY);
        }
    }
}
