//! Room: how much there is, and what may be deleted to make some. Only whole segments that every configured group has
//! passed are ever deleted, the oldest first: those older than `keep`, and younger ones when the room is needed.

use std::io;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use kassa_model::{failpoint, micros_set_ahead};

use super::active::Failure;
use super::stream::{PartitionState, StreamState};
use super::writer::Writer;
use crate::mutex::lock;

/// Why segments are deleted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Need {
    /// They are older than `keep`.
    Age,
    /// So many bytes are wanted.
    Room(u64),
}

impl Writer {
    /// How many bytes may be taken now, after deleting what may go if `wanted` do not fit.
    pub(super) fn make_room(&mut self, wanted: u64) -> u64 {
        let room = self.stream.room();
        if room >= wanted {
            return room;
        }
        self.delete(Need::Room(wanted));
        self.stream.room()
    }

    /// Deletes what is older than `keep`.
    pub(super) fn delete_old(&mut self) {
        self.delete(Need::Age);
    }

    /// Says once that the log became full, and once that it takes again.
    pub(super) fn note_full(&mut self, refusal: Option<String>) {
        match (&refusal, self.full) {
            (Some(why), false) => tracing::error!(%why, "the log is full and refuses"),
            (None, true) => tracing::info!("the log takes again"),
            _ => {}
        }
        self.full = refusal.is_some();
    }

    pub(super) fn why_full(&self) -> String {
        self.stream.why_full(&self.partition)
    }

    fn delete(&mut self, need: Need) {
        while self.partition.failed.get().is_none() {
            match self.delete_one(need) {
                Ok(true) => self.cannot_delete = false,
                Ok(false) => return,
                Err(Failure::Poison(why)) => self.poison(&why),
                Err(failure) => {
                    // It is tried again with every frame; the first time is enough to read of.
                    if !std::mem::replace(&mut self.cannot_delete, true) {
                        tracing::warn!(?failure, "cannot delete a segment, which stays and is tried again");
                    }
                    return;
                }
            }
        }
    }

    /// Deletes the oldest segment if it may go; says whether it did.
    fn delete_one(&mut self, need: Need) -> Result<bool, Failure> {
        let partition = Arc::clone(&self.partition);
        // Whoever writes a segment anew is not waited for: it is tried again.
        let Ok(_replacing) = partition.replacing.try_lock() else { return Ok(false) };
        let list = self.partition.segments.snapshot();
        let oldest = &list[0];
        if oldest.end() > self.stream.slowest(&self.partition).0 || oldest.end() == oldest.base {
            return Ok(false);
        }
        let wanted = match need {
            Need::Age => self.is_old(oldest.last_time()),
            Need::Room(bytes) => self.stream.room() < bytes,
        };
        if !wanted {
            return Ok(false);
        }
        if list.len() == 1 {
            // All that is left is the active segment: it can go once another takes its place.
            if need == Need::Age {
                return Ok(false);
            }
            self.roll()?;
        }
        // Readers hear first that it is gone. If its file stays, so must its place in the list: were the next one
        // deleted before it, the chain of files would have a hole and the next start would refuse them.
        self.partition.segments.drop_first();
        failpoint::hit("log.before_delete");
        let disk = self.stream.core.disk.as_ref();
        if let Err(why) = disk.remove(&oldest.path)
            && why.kind() != io::ErrorKind::NotFound
        {
            self.partition.segments.put_back(oldest);
            return Err(Failure::Write(format!("cannot delete {}: {why}", oldest.path.display())));
        }
        self.stream.core.used.fetch_sub(oldest.bytes(), Ordering::Relaxed);
        // Before the next one goes: a power loss must not bring back an older segment without the one after it.
        disk.sync_dir(&self.partition.dir).map_err(|why| {
            Failure::Poison(format!("cannot fsync {}: {why}", self.partition.dir.display()))
        })?;
        lock(&self.stream.stats).segments_deleted += 1;
        tracing::info!(path = %oldest.path.display(), ?need, "deleted a segment");
        Ok(true)
    }

    fn is_old(&self, last_time: i64) -> bool {
        let keep = i64::try_from(self.stream.core.options.keep.as_micros()).unwrap_or(i64::MAX);
        let now = self.stream.core.clock.now().micros().saturating_sub(micros_set_ahead());
        now.saturating_sub(last_time) >= keep
    }
}

impl StreamState {
    /// Bytes that may still be taken. A disk that cannot be asked counts as having room: the write will tell.
    pub(super) fn room(&self) -> u64 {
        let (options, (used, free)) = (&self.core.options, self.used_and_free());
        options.max_bytes.saturating_sub(used).min(free.saturating_sub(options.reserve_bytes))
    }

    /// Bytes of the log, and bytes that are left on its disk.
    fn used_and_free(&self) -> (u64, u64) {
        let free = self.core.disk.free_bytes(&self.core.options.dir).unwrap_or(u64::MAX);
        (self.core.used.load(Ordering::Relaxed), free)
    }

    /// The state of the room in words, naming who holds it.
    pub(super) fn why_full(&self, partition: &PartitionState) -> String {
        let (options, (used, free)) = (&self.core.options, self.used_and_free());
        let limit = if free.saturating_sub(options.reserve_bytes) < options.max_bytes.saturating_sub(used) {
            format!(
                "the disk has {} MiB left of which {} are reserved",
                free >> 20,
                options.reserve_bytes >> 20
            )
        } else {
            format!("{} of at most {} MiB are used", used >> 20, options.max_bytes >> 20)
        };
        match self.slowest(partition) {
            (next, Some(group)) => {
                let behind = partition.segments.end() - next;
                format!("{limit}; the slowest group is {group}, {behind} records behind")
            }
            (_, None) => limit,
        }
    }

    /// A warning, naming the slowest group, when nine tenths of the bytes are used or the disk nears the reserve.
    pub(super) fn nearly_full(&self) -> Option<String> {
        let (options, (used, free)) = (&self.core.options, self.used_and_free());
        let tight = used > options.max_bytes / 10 * 9 || free < options.reserve_bytes / 4 * 5;
        tight.then(|| {
            let behind = |of: &&Arc<PartitionState>| of.segments.end().saturating_sub(self.slowest(of).0);
            let slowest = self.partitions.iter().max_by_key(behind);
            slowest.map_or_else(String::new, |partition| self.why_full(partition))
        })
    }
}
