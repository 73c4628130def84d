//! Counts for metrics, readable at any time.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

/// Upper bounds of the classes of [`Stats::sync_counts`], µs; a last class has none.
pub const SYNC_BOUNDS_MICROS: [u64; 12] =
    [50, 100, 250, 500, 1_000, 2_500, 5_000, 10_000, 25_000, 50_000, 100_000, 1_000_000];

/// What one stream's log has done since it was opened.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Stats {
    /// Group commits made durable.
    pub frames: u64,
    /// Records made durable.
    pub records: u64,
    /// Bytes made durable, headers and padding included.
    pub bytes: u64,
    /// Successful calls of fsync on segments.
    pub syncs: u64,
    /// Time spent in them, µs.
    pub sync_micros: u64,
    /// Their number by duration: up to each of [`SYNC_BOUNDS_MICROS`], and beyond the last.
    pub sync_counts: [u64; SYNC_BOUNDS_MICROS.len() + 1],
    /// Appends refused because the log was full.
    pub refused_full: u64,
    /// Writes and fsyncs that failed.
    pub failures: u64,
    /// Segments begun.
    pub segments_created: u64,
    /// Segments deleted by retention.
    pub segments_deleted: u64,
}

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
    sync_micros: AtomicU64,
    sync_counts: [AtomicU64; SYNC_BOUNDS_MICROS.len() + 1],
}

impl Counters {
    /// One fsync took so long.
    pub(crate) fn synced(&self, took: Duration) {
        let micros = u64::try_from(took.as_micros()).unwrap_or(u64::MAX);
        let class = SYNC_BOUNDS_MICROS.iter().position(|bound| micros <= *bound);
        add(&self.sync_counts[class.unwrap_or(SYNC_BOUNDS_MICROS.len())], 1);
        add(&self.sync_micros, micros);
    }

    pub(crate) fn read(&self) -> Stats {
        let get = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
        let sync_counts = std::array::from_fn(|class| get(&self.sync_counts[class]));
        Stats {
            frames: get(&self.frames),
            records: get(&self.records),
            bytes: get(&self.bytes),
            syncs: sync_counts.iter().sum(),
            sync_micros: get(&self.sync_micros),
            sync_counts,
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
