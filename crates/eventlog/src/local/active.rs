//! The segment being written: one frame, one write, one fsync. Knows what a failure of each leaves behind.

use std::io;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use kassa_model::failpoint;

use super::frame::{self, HEADER_BYTES, Place};
use super::segment::{self, Segment};
use crate::Error;
use crate::disk::{Access, Disk, DiskFile};

/// So many bytes of zeros are written ahead of small frames, so that their fsyncs find room and length recorded: one
/// after another then writes nothing but the frame, and waits for no worker of the file system (ADR 31).
const AHEAD_BYTES: u64 = 256 << 10;
/// From this size on the frame itself is what its fsync costs, and zeros ahead would be a second writing.
const LARGE_FRAME_BYTES: u64 = 64 << 10;

/// The open end of a partition.
#[derive(Debug)]
pub(crate) struct Active {
    pub(crate) segment: Arc<Segment>,
    pub(crate) file: Arc<dyn DiskFile>,
    /// Bytes of good frames; all durable.
    pub(crate) len: u64,
    /// Up to here zeros were written ahead; the segment's end once the medium refused them.
    pub(crate) zeros_end: u64,
    /// Its last frame is a seal: the next one needs a new segment.
    pub(crate) sealed: bool,
}

/// Why a frame is not durable.
#[derive(Debug)]
pub(crate) enum Failure {
    /// No room; nothing of it is left in the file.
    Full(String),
    /// It could not be written; nothing of it is left in the file.
    Write(String),
    /// The file's state is unknown: nothing may be written to it any more.
    Poison(String),
}

impl Active {
    /// Makes the segment that begins at `base` and makes its name durable.
    pub(crate) fn create(disk: &dyn Disk, dir: &Path, base: u64) -> Result<Self, Failure> {
        let segment = Arc::new(Segment::new(dir, base));
        let file = disk
            .open(&segment.path, Access::Create)
            .map_err(|why| not_written(&format!("create {}", segment.path.display()), &why))?;
        disk.sync_dir(dir)
            .map_err(|why| Failure::Poison(format!("cannot fsync {}: {why}", dir.display())))?;
        Ok(Self { segment, file, len: 0, zeros_end: 0, sealed: false })
    }

    /// Whether the frame belongs into the next segment.
    pub(crate) fn is_full_for(&self, frame_bytes: usize, segment_bytes: u64) -> bool {
        self.sealed || (self.len > 0 && self.len + (frame_bytes + HEADER_BYTES) as u64 > segment_bytes)
    }

    /// Writes a frame after the last one; not durable yet. What a failed write leaves is cut off.
    pub(crate) fn write(&mut self, frame: &[u8], segment_bytes: u64) -> Result<(), Failure> {
        self.write_ahead(frame.len() as u64, segment_bytes);
        failpoint::hit("log.before_write");
        if let Err(why) = self.file.write_at(frame, self.len) {
            self.zeros_end = 0;
            self.file.set_len(self.len).map_err(|cut| {
                let path = self.segment.path.display();
                Failure::Poison(format!("cannot write {path}: {why}; nor cut it back: {cut}"))
            })?;
            return Err(not_written(&format!("write {}", self.segment.path.display()), &why));
        }
        failpoint::hit("log.after_write");
        Ok(())
    }

    /// Makes the written frame durable and visible to readers; returns how long the fsync took.
    pub(crate) fn sync(&mut self, frame_bytes: usize, end: u64, time: i64) -> Result<Duration, Failure> {
        let started = Instant::now();
        self.file
            .sync_data()
            .map_err(|why| Failure::Poison(format!("cannot fsync {}: {why}", self.segment.path.display())))?;
        let took = started.elapsed();
        self.len += frame_bytes as u64;
        self.segment.publish(end, self.len, time);
        failpoint::hit("log.after_sync");
        Ok(took)
    }

    /// Ends the segment: what follows is in another file. Its last bytes then prove that it is whole.
    pub(crate) fn seal(&mut self, place: &Place, time: i64) -> Result<(), Failure> {
        let end = self.segment.end();
        let frame = frame::seal(place, end, time);
        self.write(&frame, 0)?;
        let whole = self.len + frame.len() as u64;
        self.file
            .set_len(whole)
            .map_err(|why| Failure::Poison(format!("cannot cut {}: {why}", self.segment.path.display())))?;
        self.sync(frame.len(), end, time)?;
        self.sealed = true;
        Ok(())
    }

    /// Leaves a mark that this file must not be trusted: the page cache may show what the disk does not have. It need
    /// not be durable, for the danger ends with the cache.
    pub(crate) fn mark_poisoned(&self, disk: &dyn Disk, dir: &Path) {
        let path = dir.join(segment::poison_name(self.segment.base));
        if let Err(why) = disk.open(&path, Access::Create) {
            tracing::error!(path = %path.display(), %why, "cannot mark a segment whose fsync failed");
        }
    }

    /// Writes zeros behind a small frame that goes beyond those that are there.
    fn write_ahead(&mut self, frame_bytes: u64, segment_bytes: u64) {
        let frame_end = self.len + frame_bytes;
        let target = (frame_end + AHEAD_BYTES).min(segment_bytes);
        if frame_end <= self.zeros_end || frame_bytes >= LARGE_FRAME_BYTES || target <= frame_end {
            return;
        }
        if self.file.write_zeros(frame_end, target).is_ok() {
            self.zeros_end = target;
        } else {
            // Without them only the fsync is slower. What they took of a full disk is the frame's; should it not come
            // back, the frame fails and says so.
            let _ = self.file.set_len(self.len);
            self.zeros_end = segment_bytes;
        }
    }
}

impl Failure {
    /// What the waiting callers are told. `Full` promises that nothing was taken, so it is only for whole calls.
    pub(crate) fn to_error(&self) -> Error {
        match self {
            Self::Full(why) => Error::Full(why.clone()),
            Self::Write(why) | Self::Poison(why) => Error::Unavailable(why.clone()),
        }
    }
}

fn not_written(attempt: &str, why: &io::Error) -> Failure {
    let text = format!("cannot {attempt}: {why}");
    match why.kind() {
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded | io::ErrorKind::FileTooLarge => {
            Failure::Full(text)
        }
        _ => Failure::Write(text),
    }
}
