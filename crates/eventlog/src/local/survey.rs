//! Reads a log folder as it lies there, without opening it: for inspect, verify and salvage. Goes on after damage.

use std::io;
use std::ops::Range;
use std::path::Path;
use std::sync::Arc;

use uuid::Uuid;

use super::frame::{self, Flaw, HEADER_BYTES, Header, Place};
use super::meta::{self, Meta};
use super::segment::{self, partition_dir};
use super::trouble::io_error;
use super::walk::{Step, Walk};
use crate::disk::{Access, Disk, DiskFile};
use crate::{Error, Partition, Stream};

/// What a walk through a partition meets, in order.
#[derive(Debug)]
pub(crate) enum Found<'a> {
    /// A segment file begins.
    Segment { base: u64, path: &'a Path },
    /// A whole frame; `end` is the offset after its last.
    Frame { at: u64, header: Header, end: u64, bytes: &'a [u8] },
    /// Bytes that are no frame; whole frames go on at `resume`, if any do.
    Bad { at: u64, bytes: u64, flaw: Flaw, resume: Option<u64> },
}

/// The log's id and number of partitions, as far as they can be told.
#[derive(Debug)]
pub(crate) struct Identity {
    pub(crate) meta: Meta,
    /// What is wrong with `meta.json`, if it had to be guessed from the frames.
    pub(crate) guessed: Option<String>,
}

/// Follows the offsets and notices the ranges between.
#[derive(Debug, Default)]
pub(crate) struct Chain {
    pub(crate) expected: Option<u64>,
}

impl Chain {
    /// Something begins at `base`: the offsets that are missing before it.
    pub(crate) fn reach(&mut self, base: u64) -> Option<Range<u64>> {
        let missing = self.expected.filter(|expected| *expected < base).map(|expected| expected..base);
        self.expected = Some(self.expected.map_or(base, |expected| expected.max(base)));
        missing
    }
}

/// Walks all segments of a partition.
pub(crate) fn walk_partition(
    disk: &dyn Disk,
    dir: &Path,
    place: Place,
    visit: &mut dyn FnMut(Found<'_>) -> Result<(), Error>,
) -> Result<(), Error> {
    let dir = partition_dir(dir, place.stream, place.partition);
    for base in segment::list_bases(disk, &dir)? {
        let path = dir.join(segment::file_name(base));
        visit(Found::Segment { base, path: &path })?;
        let file = disk.open(&path, Access::Read).map_err(|why| io_error("open", &path, &why))?;
        walk_segment(file, place, visit).map_err(|stop| match stop {
            Stop::Read(why) => io_error("read", &path, &why),
            Stop::Visitor(why) => why,
        })?;
    }
    Ok(())
}

enum Stop {
    Read(io::Error),
    Visitor(Error),
}

fn walk_segment(
    file: Arc<dyn DiskFile>,
    place: Place,
    visit: &mut dyn FnMut(Found<'_>) -> Result<(), Error>,
) -> Result<(), Stop> {
    let mut walk = Walk::new(file, place).map_err(Stop::Read)?;
    loop {
        let found = match walk.step().map_err(Stop::Read)? {
            Step::Frame { at, header, end } => {
                let bytes = walk.bytes(at, &header).map_err(Stop::Read)?;
                Found::Frame { at, header, end, bytes }
            }
            Step::Bad { at, flaw, resume } => {
                Found::Bad { at, bytes: resume.unwrap_or(walk.size()) - at, flaw, resume }
            }
            Step::End { .. } => return Ok(()),
        };
        let last = matches!(found, Found::Bad { resume: None, .. });
        visit(found).map_err(Stop::Visitor)?;
        if last {
            return Ok(());
        }
    }
}

/// Who the log is: from `meta.json`, and where that is missing, broken or of another log, from the frames.
pub(crate) fn identify(disk: &dyn Disk, dir: &Path) -> Result<Identity, Error> {
    let (meta, why) = match Meta::read(disk, dir) {
        Ok(Some(meta)) => (Some(meta), String::new()),
        Ok(None) => (None, "meta.json is missing".to_owned()),
        Err(Error::Corrupt(why)) => (None, why),
        Err(other) => return Err(other),
    };
    let owner = majority_owner(disk, dir)?;
    match (meta, owner) {
        (Some(meta), None) => Ok(Identity { meta, guessed: None }),
        (Some(meta), Some(owner)) if meta.log_id == owner => Ok(Identity { meta, guessed: None }),
        (Some(meta), Some(owner)) => {
            let guessed = format!("meta.json names log {}, the frames are of {owner}", meta.log_id);
            let meta = Meta { log_id: owner, ..meta };
            Ok(Identity { meta, guessed: Some(guessed) })
        }
        (None, Some(owner)) => {
            let count = |stream| {
                let folders = meta::partition_folders(disk, dir, stream)?;
                Ok::<_, Error>(folders.last().map_or(1, |last| last + 1))
            };
            let meta = Meta::new(owner, count(Stream::Events)?, count(Stream::Orders)?);
            Ok(Identity { meta, guessed: Some(why) })
        }
        (None, None) => Err(Error::Invalid(format!("cannot find a log in {}: {why}", dir.display()))),
    }
}

/// The id that most segments bear.
fn majority_owner(disk: &dyn Disk, dir: &Path) -> Result<Option<Uuid>, Error> {
    let mut votes: Vec<(Uuid, usize)> = Vec::new();
    for path in meta::segment_files(disk, dir)? {
        let file = disk.open(&path, Access::Read).map_err(|why| io_error("open", &path, &why))?;
        let Some(owner) = an_owner(file).map_err(|why| io_error("read", &path, &why))? else {
            continue;
        };
        match votes.iter_mut().find(|(id, _)| *id == owner) {
            Some((_, count)) => *count += 1,
            None => votes.push((owner, 1)),
        }
    }
    Ok(votes.into_iter().max_by_key(|(_, count)| *count).map(|(id, _)| id))
}

/// The owner of the first frame, or of another one where that is damaged.
fn an_owner(file: Arc<dyn DiskFile>) -> io::Result<Option<Uuid>> {
    let mut start = vec![0; HEADER_BYTES];
    let read = file.read_at(&mut start, 0)?;
    if let Ok(claimed) = frame::claimed_bytes(&start[..read]) {
        start.resize(claimed, 0);
        let read = file.read_at(&mut start, 0)?;
        if let Some(owner) = frame::owner(&start[..read]) {
            return Ok(Some(owner));
        }
    }
    let nobody = Place { log_id: Uuid::nil(), stream: Stream::Events, partition: 0 };
    match Walk::new(file, nobody)?.step()? {
        Step::Bad { flaw: Flaw::OtherLog(owner), .. } => Ok(Some(owner)),
        _ => Ok(None),
    }
}

/// The partitions of a stream that meta or folders name, ascending.
pub(crate) fn partitions(
    disk: &dyn Disk,
    dir: &Path,
    meta: &Meta,
    stream: Stream,
) -> Result<Vec<Partition>, Error> {
    let mut all = meta::partition_folders(disk, dir, stream)?;
    all.extend(0..meta.partitions(stream));
    all.sort_unstable();
    all.dedup();
    Ok(all)
}
