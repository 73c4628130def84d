//! Reading: from an offset on, whole frames by `pread`, checked, never beyond what is durable. Blocking; the
//! subscription calls it on a blocking thread.

use std::io;
use std::path::Path;
use std::sync::Arc;

use bytes::Bytes;

use super::frame::{self, Flaw, HEADER_BYTES};
use super::segment::Segment;
use super::stream::{PartitionState, StreamState};
use super::trouble::{self, io_error};
use crate::disk::{Access, DiskFile};
use crate::{Error, Offset};

/// One read is at least this long, if there is so much.
const CHUNK_BYTES_MIN: usize = 64 << 10;
/// And at most this long, unless one frame is longer.
const CHUNK_BYTES_MAX: usize = 4 << 20;

/// Where a reader is in a partition.
#[derive(Debug, Clone)]
pub(crate) struct Cursor {
    /// The first offset that it still wants.
    pub(crate) next: u64,
    spot: Option<Spot>,
}

/// A frame's place, known while reading on.
#[derive(Debug, Clone)]
struct Spot {
    segment: Arc<Segment>,
    file: Arc<dyn DiskFile>,
    at: u64,
}

/// Records in order, and their bytes.
#[derive(Debug, Default)]
pub(crate) struct Batch {
    pub(crate) records: Vec<(Offset, Bytes)>,
    pub(crate) bytes: usize,
}

impl Cursor {
    /// Begins at the first record at or after `next`.
    pub(crate) fn at(next: u64) -> Self {
        Self { next, spot: None }
    }
}

/// How much is wanted: reading stops at the first frame that reaches either.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Wanted {
    pub(crate) records: usize,
    pub(crate) bytes: usize,
}

/// A reader of one partition.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Reader<'a> {
    pub(crate) stream: &'a StreamState,
    pub(crate) partition: &'a PartitionState,
}

impl Reader<'_> {
    /// Reads on from the cursor until enough is there or the durable end is reached.
    ///
    /// # Errors
    /// [`Error::Corrupt`] at a bad frame (what was read before it is in `batch`), [`Error::OutOfRange`] when
    /// retention deleted the place, [`Error::Unavailable`] when the disk fails.
    pub(crate) fn read(&self, cursor: &mut Cursor, wanted: Wanted, batch: &mut Batch) -> Result<(), Error> {
        while batch.records.len() < wanted.records && batch.bytes < wanted.bytes {
            let list = self.partition.segments.snapshot();
            let Some(spot) = self.spot(cursor, &list)? else { return Ok(()) };
            let left = spot.segment.bytes().saturating_sub(spot.at);
            if left > 0 {
                self.read_chunk(cursor, spot, wanted.bytes - batch.bytes, left, batch)?;
                continue;
            }
            // Not the last in a list taken before its length was read: the segment is sealed and fully read.
            match list.iter().find(|other| other.base > spot.segment.base) {
                Some(next) => {
                    cursor.spot = Some(self.open(cursor, next)?);
                    // Under load the log would soon have all of the machine's memory. A group that is behind this one reads
                    // from the disk.
                    spot.file.drop_cache();
                }
                None => return Ok(()),
            }
        }
        Ok(())
    }

    /// The frame at which to read on; `None` when nothing more is durable.
    fn spot(&self, cursor: &mut Cursor, list: &[Arc<Segment>]) -> Result<Option<Spot>, Error> {
        if let Some(spot) = &cursor.spot {
            return Ok(Some(spot.clone()));
        }
        let last = &list[list.len() - 1];
        if cursor.next >= last.end() {
            return Ok(None);
        }
        if cursor.next < list[0].base {
            return Err(deleted(cursor.next, list[0].base));
        }
        let holding = list.partition_point(|segment| segment.base <= cursor.next) - 1;
        let mut spot = self.open(cursor, &list[holding])?;
        self.skip_to(cursor.next, &mut spot)?;
        cursor.spot = Some(spot.clone());
        Ok(Some(spot))
    }

    fn open(&self, cursor: &Cursor, segment: &Arc<Segment>) -> Result<Spot, Error> {
        match self.stream.core.disk.open(&segment.path, Access::Read) {
            Ok(file) => Ok(Spot { segment: Arc::clone(segment), file, at: 0 }),
            Err(why) if why.kind() == io::ErrorKind::NotFound => {
                let first = self.partition.segments.first();
                Err(if segment.base < first {
                    deleted(cursor.next, first)
                } else {
                    self.corrupt(&segment.path, 0, "the file is missing")
                })
            }
            Err(why) => Err(io_error("open", &segment.path, &why)),
        }
    }

    /// Hops over the frames that end at or before `next`, by their headers alone; the first one read is checked.
    fn skip_to(&self, next: u64, spot: &mut Spot) -> Result<(), Error> {
        let mut header = [0; HEADER_BYTES];
        let durable = spot.segment.bytes();
        while spot.at < durable {
            let read = spot.file.read_at(&mut header, spot.at);
            let read = read.map_err(|why| io_error("read", &spot.segment.path, &why))?;
            let (claimed, end) = frame::glance(&header[..read])
                .map_err(|flaw| self.corrupt(&spot.segment.path, spot.at, &flaw.to_string()))?;
            if end > next {
                return Ok(());
            }
            spot.at += claimed as u64;
        }
        Ok(())
    }

    /// Reads a stretch of frames and takes the records out of it; at least one whole frame.
    fn read_chunk(
        &self,
        cursor: &mut Cursor,
        mut spot: Spot,
        bytes: usize,
        left: u64,
        batch: &mut Batch,
    ) -> Result<(), Error> {
        let left = usize::try_from(left).unwrap_or(usize::MAX);
        let mut chunk = self.pread(&spot, bytes.clamp(CHUNK_BYTES_MIN, CHUNK_BYTES_MAX).min(left))?;
        let claimed = frame::claimed_bytes(&chunk).unwrap_or(0);
        if claimed > chunk.len() {
            chunk = self.pread(&spot, claimed.min(left))?;
        }
        let mut from = 0;
        while from < chunk.len() {
            match self.take_frame(cursor, &chunk.slice(from..), batch) {
                Ok(length) => from += length,
                Err(Flaw::Short) if from > 0 => break,
                // The chunk may end inside a header whose bytes so far are zeros.
                Err(Flaw::Zeros) if from > 0 && chunk.len() - from < HEADER_BYTES => break,
                Err(flaw) => {
                    cursor.spot = Some(Spot { at: spot.at + from as u64, ..spot.clone() });
                    return Err(self.corrupt(&spot.segment.path, spot.at + from as u64, &flaw.to_string()));
                }
            }
        }
        spot.at += from as u64;
        cursor.spot = Some(spot);
        Ok(())
    }

    fn pread(&self, spot: &Spot, bytes: usize) -> Result<Bytes, Error> {
        let mut buffer = vec![0; bytes];
        let read = spot.file.read_at(&mut buffer, spot.at);
        let read = read.map_err(|why| io_error("read", &spot.segment.path, &why))?;
        if read < bytes {
            return Err(self.corrupt(&spot.segment.path, spot.at + read as u64, "the file was cut short"));
        }
        Ok(Bytes::from(buffer))
    }

    /// Takes the records of one frame that the cursor still wants; returns the frame's length.
    fn take_frame(&self, cursor: &mut Cursor, bytes: &Bytes, batch: &mut Batch) -> Result<usize, Flaw> {
        let header = frame::check(bytes, &self.partition.place)?;
        let ranges = frame::record_ranges(bytes, &header)?;
        for (offset, range) in (header.base..).zip(ranges) {
            if offset >= cursor.next {
                batch.bytes += range.len();
                batch.records.push((Offset(offset), bytes.slice(range)));
            }
        }
        cursor.next = cursor.next.max(header.end(bytes));
        Ok(header.frame_bytes())
    }

    fn corrupt(&self, path: &Path, at: u64, why: &str) -> Error {
        trouble::corrupt(&self.stream.core.options.dir, path, at, why)
    }
}

fn deleted(next: u64, first: u64) -> Error {
    Error::OutOfRange(format!("offset {next} is before the first retained one, {first}"))
}
