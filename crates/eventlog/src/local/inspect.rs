//! What a log folder holds and whether it is whole: the library behind `kassa log inspect` and `kassa log verify`.
//! Reads every frame and changes nothing.

use std::ops::Range;
use std::path::{Path, PathBuf};

use serde::Serialize;
use uuid::Uuid;

use super::frame::{Codec, Flaw, Header, Place};
use super::survey::{self, Chain, Found};
use super::{groups, segment};
use crate::disk::{Access, Disk};
use crate::{Error, Partition, Stream};

/// A log folder, read from end to end.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Inspection {
    /// The folder.
    pub dir: PathBuf,
    /// The log's own id.
    pub log_id: Uuid,
    /// Every partition of both streams.
    pub partitions: Vec<PartitionInspection>,
    /// Everything that is not as it should be; empty when the log is whole.
    pub damage: Vec<Damage>,
}

/// One partition.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PartitionInspection {
    /// Its stream.
    pub stream: Stream,
    /// Its number.
    pub partition: Partition,
    /// The first retained offset.
    pub first: u64,
    /// After the last whole record.
    pub end: u64,
    /// The files, oldest first.
    pub segments: Vec<SegmentInspection>,
    /// The groups that ever subscribed: name, epoch, where each reads next.
    pub groups: Vec<GroupInspection>,
}

/// One segment file.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct SegmentInspection {
    /// The file.
    pub file: PathBuf,
    /// The offset that it begins with.
    pub base: u64,
    /// After its last whole record.
    pub end: u64,
    /// Whole frames with records.
    pub frames: u64,
    /// Records in them.
    pub records: u64,
    /// Bytes of whole frames.
    pub bytes: u64,
    /// Whether it was ended properly; the newest one usually is not.
    pub sealed: bool,
    /// Whether an fsync of it failed; the next start copies it.
    pub poisoned: bool,
    /// Bytes of an unfinished write at the end, which the next start cuts off. No damage.
    pub torn_bytes: u64,
    /// When its first frame was written, µs since 1970; `None` without frames.
    pub first_time: Option<i64>,
    /// When its last frame was written.
    pub last_time: Option<i64>,
}

/// Where a group stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct GroupInspection {
    /// Its name.
    pub group: String,
    /// Its last epoch.
    pub epoch: u64,
    /// Where it reads next, by its last saved commit.
    pub next: u64,
}

/// One thing that is wrong.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Damage {
    /// The file.
    pub file: PathBuf,
    /// The byte at which it begins.
    pub at: u64,
    /// What is wrong.
    pub why: String,
    /// The offsets that are lost by it, where that can be told.
    pub lost: Option<Range<u64>>,
    /// Whether salvage made the gap: known and no reason to refuse the log.
    pub known: bool,
}

/// What verify found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Verification {
    /// The log's own id.
    pub log_id: Uuid,
    /// Segment files read.
    pub segments: u64,
    /// Whole frames.
    pub frames: u64,
    /// Whole records.
    pub records: u64,
    /// Bytes of whole frames.
    pub bytes: u64,
    /// Bytes of unfinished writes, which the next start cuts off.
    pub torn_bytes: u64,
    /// Everything that is not as it should be.
    pub damage: Vec<Damage>,
}

impl Verification {
    /// Whether nothing is wrong but gaps that an earlier salvage left.
    pub fn is_whole(&self) -> bool {
        self.damage.iter().all(|damage| damage.known)
    }
}

/// Lists segments, frames, offsets, bytes and groups of the log in `dir`.
///
/// # Errors
/// [`Error::Invalid`] when there is no log, [`Error::Unavailable`] when the disk fails. Damage is no error here.
pub fn inspect(dir: &Path, disk: &dyn Disk) -> Result<Inspection, Error> {
    let identity = survey::identify(disk, dir)?;
    let mut inspection = Inspection {
        dir: dir.to_owned(),
        log_id: identity.meta.log_id,
        partitions: Vec::new(),
        damage: Vec::new(),
    };
    if let Some(why) = identity.guessed {
        inspection.damage.push(Damage { file: dir.join("meta.json"), at: 0, why, lost: None, known: false });
    }
    for stream in Stream::ALL {
        for partition in survey::partitions(disk, dir, &identity.meta, stream)? {
            let place = Place { log_id: identity.meta.log_id, stream, partition };
            inspection.add(disk, place)?;
        }
    }
    Ok(inspection)
}

/// Reads every frame of the log in `dir` and says what is wrong.
///
/// # Errors
/// As [`inspect`].
pub fn verify(dir: &Path, disk: &dyn Disk) -> Result<Verification, Error> {
    let inspection = inspect(dir, disk)?;
    let segments = || inspection.partitions.iter().flat_map(|partition| &partition.segments);
    Ok(Verification {
        log_id: inspection.log_id,
        segments: segments().count() as u64,
        frames: segments().map(|segment| segment.frames).sum(),
        records: segments().map(|segment| segment.records).sum(),
        bytes: segments().map(|segment| segment.bytes).sum(),
        torn_bytes: segments().map(|segment| segment.torn_bytes).sum(),
        damage: inspection.damage.clone(),
    })
}

impl Inspection {
    fn add(&mut self, disk: &dyn Disk, place: Place) -> Result<(), Error> {
        let mut survey =
            Survey { disk, segments: Vec::new(), chain: Chain::default(), damage: &mut self.damage };
        survey::walk_partition(disk, &self.dir, place, &mut |found| {
            survey.see(found);
            Ok(())
        })?;
        let segments = survey.segments;
        self.damage.sort_by(|a, b| (&a.file, a.at).cmp(&(&b.file, b.at)));
        self.partitions.push(PartitionInspection {
            stream: place.stream,
            partition: place.partition,
            first: segments.first().map_or(0, |segment| segment.base),
            end: segments.last().map_or(0, |segment| segment.end),
            segments,
            groups: group_marks(disk, &self.dir, place)?,
        });
        Ok(())
    }
}

fn group_marks(disk: &dyn Disk, dir: &Path, place: Place) -> Result<Vec<GroupInspection>, Error> {
    let marks = groups::read(disk, &dir.join(place.stream.name()).join("groups.json"))?;
    let of_partition = marks.into_iter().filter_map(|(group, marks)| {
        let mark = marks.get(place.partition as usize)?;
        Some(GroupInspection { group, epoch: mark.epoch, next: mark.next })
    });
    Ok(of_partition.collect())
}

/// Collects what a walk through a partition meets.
struct Survey<'a> {
    disk: &'a dyn Disk,
    segments: Vec<SegmentInspection>,
    chain: Chain,
    damage: &'a mut Vec<Damage>,
}

impl Survey<'_> {
    fn see(&mut self, found: Found<'_>) {
        match found {
            Found::Segment { base, path } => self.begin(base, path),
            Found::Frame { at, header, end, .. } => self.frame(at, &header, end),
            Found::Bad { at, bytes, flaw, resume } => self.bad(at, bytes, flaw, resume),
        }
    }

    fn begin(&mut self, base: u64, path: &Path) {
        // A bad end of a segment is a torn tail only where nothing follows.
        if let Some(last) = self.segments.last_mut().filter(|last| last.torn_bytes > 0) {
            let torn = std::mem::take(&mut last.torn_bytes);
            let (file, at) = (last.file.clone(), last.bytes);
            self.report(file, at, format!("{torn} bytes at its end are bad"), None);
        }
        if let Some(last) = self.segments.last().filter(|last| !last.sealed) {
            let (file, at) = (last.file.clone(), last.bytes);
            self.report(file, at, "it does not end with a seal though others follow".to_owned(), None);
        }
        if let Some(lost) = self.chain.reach(base) {
            self.report(
                path.to_owned(),
                0,
                "what should lie before this segment is missing".to_owned(),
                Some(lost),
            );
        }
        let mark = path.with_file_name(segment::poison_name(base));
        self.segments.push(SegmentInspection {
            file: path.to_owned(),
            base,
            end: base,
            poisoned: self.disk.open(&mark, Access::Read).is_ok(),
            ..SegmentInspection::default()
        });
    }

    fn frame(&mut self, at: u64, header: &Header, end: u64) {
        let expected = self.chain.expected.unwrap_or(header.base);
        let missing = self.chain.reach(header.base);
        self.chain.expected = Some(end.max(expected));
        let Some(segment) = self.segments.last_mut() else { return };
        let file = segment.file.clone();
        segment.bytes += header.frame_bytes() as u64;
        segment.end = end;
        match header.codec {
            Codec::Plain => {
                segment.frames += 1;
                segment.records += u64::from(header.count);
                segment.first_time = segment.first_time.or(Some(header.time));
                segment.last_time = Some(header.time);
            }
            Codec::Seal => segment.sealed = true,
            Codec::Gap => {
                let why = "an earlier salvage found these lost".to_owned();
                let lost = Some(header.base..end);
                self.damage.push(Damage { file: file.clone(), at, why, lost, known: true });
            }
        }
        if let Some(lost) = missing {
            self.report(file, at, "the frames before this one are missing".to_owned(), Some(lost));
        } else if header.base < expected {
            self.report(file, at, format!("offset {} comes a second time", header.base), None);
        }
    }

    fn bad(&mut self, at: u64, bytes: u64, flaw: Flaw, resume: Option<u64>) {
        let Some(segment) = self.segments.last_mut() else { return };
        let file = segment.file.clone();
        if resume.is_none() && !segment.sealed && !flaw.is_whole() {
            segment.torn_bytes = bytes;
        } else {
            self.report(file, at, format!("{bytes} bytes are bad: {flaw}"), None);
        }
    }

    fn report(&mut self, file: PathBuf, at: u64, why: String, lost: Option<Range<u64>>) {
        self.damage.push(Damage { file, at, why, lost, known: false });
    }
}
