//! Segments: the files of a partition, and the view of them that writer and readers share.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

use super::trouble::if_there;
use crate::disk::Disk;
use crate::mutex::lock;
use crate::{Error, Partition, Stream};

/// One file of a partition. The writer moves the numbers up after each successful fsync and never before, so whoever
/// stays below them sees only what is durable.
#[derive(Debug)]
pub(crate) struct Segment {
    /// Offset of its first record.
    pub(crate) base: u64,
    pub(crate) path: PathBuf,
    /// Offset after its last durable record.
    end: AtomicU64,
    /// Durable bytes, from the first.
    bytes: AtomicU64,
    /// When its last frame was written, µs.
    last_time: AtomicI64,
}

impl Segment {
    pub(crate) fn new(dir: &Path, base: u64) -> Self {
        Self {
            base,
            path: dir.join(file_name(base)),
            end: AtomicU64::new(base),
            bytes: AtomicU64::new(0),
            last_time: AtomicI64::new(i64::MIN),
        }
    }

    /// Publishes what became durable.
    pub(crate) fn publish(&self, end: u64, bytes: u64, time: i64) {
        self.last_time.fetch_max(time, Ordering::Relaxed);
        self.bytes.store(bytes, Ordering::Release);
        self.end.store(end, Ordering::Release);
    }

    pub(crate) fn end(&self) -> u64 {
        self.end.load(Ordering::Acquire)
    }

    pub(crate) fn bytes(&self) -> u64 {
        self.bytes.load(Ordering::Acquire)
    }

    pub(crate) fn last_time(&self) -> i64 {
        self.last_time.load(Ordering::Relaxed)
    }
}

/// All segments of a partition, oldest first, never none. Readers take a snapshot; only the writer changes it.
#[derive(Debug)]
pub(crate) struct Segments(Mutex<Arc<Vec<Arc<Segment>>>>);

impl Segments {
    pub(crate) fn new(list: Vec<Arc<Segment>>) -> Self {
        assert!(!list.is_empty(), "a partition always has an active segment");
        Self(Mutex::new(Arc::new(list)))
    }

    pub(crate) fn snapshot(&self) -> Arc<Vec<Arc<Segment>>> {
        Arc::clone(&lock(&self.0))
    }

    pub(crate) fn push(&self, segment: Arc<Segment>) {
        let mut held = lock(&self.0);
        let mut list = held.as_ref().clone();
        list.push(segment);
        *held = Arc::new(list);
    }

    /// Takes the oldest away; the last one stays.
    pub(crate) fn drop_first(&self) {
        let mut held = lock(&self.0);
        if held.len() > 1 {
            *held = Arc::new(held[1..].to_vec());
        }
    }

    /// Puts the oldest back, whose file could not be deleted.
    pub(crate) fn put_back(&self, oldest: &Arc<Segment>) {
        let mut held = lock(&self.0);
        let mut list = vec![Arc::clone(oldest)];
        list.extend(held.iter().cloned());
        *held = Arc::new(list);
    }

    /// First retained offset.
    pub(crate) fn first(&self) -> u64 {
        self.snapshot()[0].base
    }

    /// First offset of the newest segment.
    pub(crate) fn last_base(&self) -> u64 {
        let list = self.snapshot();
        list[list.len() - 1].base
    }

    /// Offset after the last durable record.
    pub(crate) fn end(&self) -> u64 {
        let list = self.snapshot();
        list[list.len() - 1].end()
    }

    pub(crate) fn bytes(&self) -> u64 {
        self.snapshot().iter().map(|segment| segment.bytes()).sum()
    }
}

/// `<dir>/<stream>/<partition>`.
pub(crate) fn partition_dir(dir: &Path, stream: Stream, partition: Partition) -> PathBuf {
    dir.join(stream.name()).join(partition.to_string())
}

/// The file of the segment that begins at `base`.
pub(crate) fn file_name(base: u64) -> String {
    format!("{base:020}.log")
}

/// The mark beside a segment whose fsync failed.
pub(crate) fn poison_name(base: u64) -> String {
    format!("{base:020}.poisoned")
}

/// Base offsets of the segment files in `dir`, ascending; none when there is no such folder.
pub(crate) fn list_bases(disk: &dyn Disk, dir: &Path) -> Result<Vec<u64>, Error> {
    let names = if_there("list", dir, disk.list(dir))?.unwrap_or_default();
    let mut bases: Vec<u64> = names
        .iter()
        .filter_map(|name| name.strip_suffix(".log"))
        .filter(|stem| stem.len() == 20)
        .filter_map(|stem| stem.parse().ok())
        .collect();
    bases.sort_unstable();
    Ok(bases)
}
