//! Counts for metrics, readable at any time.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use crate::Stats;

/// The counters behind [`Stats`].
#[derive(Debug, Default)]
pub(crate) struct Counters {
    pub(crate) frames: AtomicU64,
    pub(crate) records: AtomicU64,
    pub(crate) bytes: AtomicU64,
    pub(crate) refused_full: AtomicU64,
    pub(crate) failures: AtomicU64,
    pub(crate) segments_created: AtomicU64,
    pub(crate) segments_deleted: AtomicU64,
    syncs: AtomicU64,
    sync_micros: AtomicU64,
}

impl Counters {
    /// One fsync took so long.
    pub(crate) fn synced(&self, took: Duration) {
        let micros = u64::try_from(took.as_micros()).unwrap_or(u64::MAX);
        add(&self.syncs, 1);
        add(&self.sync_micros, micros);
    }

    pub(crate) fn read(&self) -> Stats {
        let get = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
        Stats {
            frames: get(&self.frames),
            records: get(&self.records),
            bytes: get(&self.bytes),
            syncs: get(&self.syncs),
            sync_micros: get(&self.sync_micros),
            refused_full: get(&self.refused_full),
            failures: get(&self.failures),
            segments_created: get(&self.segments_created),
            segments_deleted: get(&self.segments_deleted),
        }
    }
}

/// Adds to a counter; nothing is ordered by it.
pub(crate) fn add(counter: &AtomicU64, more: u64) {
    counter.fetch_add(more, Ordering::Relaxed);
}
