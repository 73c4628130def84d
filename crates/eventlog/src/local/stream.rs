//! What writer, readers and callers of one stream share.

use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, OnceLock};

use bytes::Bytes;
use kassa_model::{Clock, Erasures};
use tokio::sync::watch;
use uuid::Uuid;

use super::frame::Place;
use super::groups::Groups;
use super::options::Options;
use super::queue::Queue;
use super::segment::Segments;
use crate::disk::Disk;
use crate::mutex::lock;
use crate::{GroupStatus, Offset, PartitionStatus, Stats, Status, Stream};

/// What the whole log shares.
#[derive(Debug)]
pub(crate) struct Core {
    pub(crate) options: Options,
    pub(crate) disk: Arc<dyn Disk>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) log_id: Uuid,
    /// Bytes of all frames of all partitions.
    pub(crate) used: AtomicU64,
    pub(crate) closed: AtomicBool,
    /// Whom records are not to tell of any more.
    pub(super) erasures: Mutex<Arc<Erasures>>,
    /// Held by whoever changes the list, or goes over the segments with it.
    pub(super) erasing: Mutex<()>,
}

/// One stream.
#[derive(Debug)]
pub(crate) struct StreamState {
    pub(crate) core: Arc<Core>,
    pub(crate) partitions: Vec<Arc<PartitionState>>,
    pub(crate) groups: Groups,
    /// What it has done since it was opened.
    pub(crate) stats: Mutex<Stats>,
    /// Moves on whenever a subscriber may have something new to see.
    pub(crate) changes: watch::Sender<u64>,
}

/// One partition.
#[derive(Debug)]
pub(crate) struct PartitionState {
    pub(crate) place: Place,
    pub(crate) dir: PathBuf,
    pub(crate) segments: Segments,
    pub(crate) queue: Queue,
    /// Why nothing more is written, once an fsync has failed.
    pub(crate) failed: OnceLock<String>,
    /// Whether the writer is asked to begin another segment.
    roll: AtomicBool,
    /// Held by whoever deletes a segment or puts another file in its place.
    pub(super) replacing: Mutex<()>,
}

impl Core {
    /// Whom records are not to tell of any more.
    pub(super) fn erasures(&self) -> Arc<Erasures> {
        Arc::clone(&lock(&self.erasures))
    }

    pub(super) fn set_erasures(&self, list: Erasures) {
        *lock(&self.erasures) = Arc::new(list);
    }
}

impl PartitionState {
    pub(super) fn new(place: Place, dir: PathBuf, segments: Segments, queue: Queue) -> Self {
        let (failed, roll, replacing) = (OnceLock::new(), AtomicBool::new(false), Mutex::default());
        Self { place, dir, segments, queue, failed, roll, replacing }
    }

    /// Asks the writer to begin another segment.
    pub(super) fn ask_roll(&self) {
        self.roll.store(true, Ordering::Release);
        self.queue.ask_chores();
    }

    /// Whether it was asked to since it was last looked.
    pub(super) fn is_to_roll(&self) -> bool {
        self.roll.swap(false, Ordering::AcqRel)
    }

    /// What a reader is given of a record by this list.
    pub(super) fn left(&self, list: &Erasures, payload: Bytes) -> Bytes {
        let stream: Stream = self.place.stream;
        match list.is_empty() {
            true => payload,
            false => left(list, stream, &payload).map_or(payload, Bytes::from),
        }
    }
}

impl StreamState {
    /// Wakes the subscribers that wait.
    pub(crate) fn announce(&self) {
        self.changes.send_modify(|count| *count = count.wrapping_add(1));
    }

    pub(crate) fn is_closed(&self) -> bool {
        self.core.closed.load(Ordering::Acquire)
    }

    pub(crate) fn status(&self) -> Status {
        let partitions = self.partitions.iter().map(|partition| self.partition_status(partition)).collect();
        Status { log_id: self.core.log_id, partitions }
    }

    fn partition_status(&self, partition: &PartitionState) -> PartitionStatus {
        let (first, end) = (partition.segments.first(), partition.segments.end());
        let groups = self.groups.marks(partition.place.partition, first, end).into_iter();
        PartitionStatus {
            partition: partition.place.partition,
            first: Offset(first),
            end: Offset(end),
            records: end - first,
            bytes: Some(partition.segments.bytes()),
            groups: groups
                .map(|(group, next)| GroupStatus { group, next: Offset(next), lag_records: end - next })
                .collect(),
        }
    }

    /// The offset that every configured group has passed in a partition, and the slowest of them.
    pub(crate) fn slowest(&self, partition: &PartitionState) -> (u64, Option<String>) {
        let (first, end) = (partition.segments.first(), partition.segments.end());
        self.groups.slowest(partition.place.partition, first, end)
    }

    /// Lets the writers delete what all groups have passed, where there is such a segment.
    pub(crate) fn ask_retention(&self) {
        for partition in &self.partitions {
            let list = partition.segments.snapshot();
            if list.len() > 1 && list[0].end() <= self.slowest(partition).0 {
                partition.queue.ask_chores();
            }
        }
    }
}

/// What is left of a record; `None`: all of it.
pub(super) fn left(list: &Erasures, stream: Stream, payload: &[u8]) -> Option<Vec<u8>> {
    match stream {
        Stream::Events => list.strip(payload),
        Stream::Orders => list.strip_public(payload),
    }
}
