//! Copies every whole frame of a damaged log into a new folder, with the same offsets and the same log id, and says
//! exactly what is lost: the library behind `kassa log salvage`. The damaged folder is kept aside.

use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use kassa_model::Clock;
use serde::Serialize;
use uuid::Uuid;

use super::erase::Kept;
use super::folder::take_lock;
use super::frame::{self, Codec, HEADER_BYTES, Header, Place};
use super::meta::Meta;
use super::survey::{self, Chain, Found};
use super::trouble::io_error;
use super::{groups, segment};
use crate::disk::{Access, Disk, DiskFile};
use crate::{Error, Partition, Stream};

/// What salvage did.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Salvage {
    /// The log's id, unchanged.
    pub log_id: Uuid,
    /// Where the damaged folder is now.
    pub kept_aside: PathBuf,
    /// Whole frames copied.
    pub frames: u64,
    /// Records in them.
    pub records: u64,
    /// What is gone.
    pub lost: Vec<Lost>,
    /// What else was noticed: a guessed id, bytes cut from a tail, frames of another log left out.
    pub notes: Vec<String>,
}

/// A range of offsets that no whole frame holds any more.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Lost {
    /// The stream.
    pub stream: Stream,
    /// The partition.
    pub partition: Partition,
    /// The offsets, from the first lost one to the next that is there.
    pub offsets: Range<u64>,
}

/// Salvages the log in `dir`: afterwards `dir` holds a log that opens, and the damaged one lies beside it.
///
/// A reader passes over the lost offsets; the new log says where they were. Needs room for a copy.
///
/// # Errors
/// [`Error::Invalid`] when there is no log or another process holds it, [`Error::Unavailable`] when the disk fails;
/// `dir` is then unchanged.
pub fn salvage(dir: &Path, disk: &dyn Disk, clock: &dyn Clock) -> Result<Salvage, Error> {
    let _lock = take_lock(disk, dir)?;
    let identity = survey::identify(disk, dir)?;
    let seconds = clock.now().micros() / 1_000_000;
    let (fresh, aside) = (beside(dir, "salvaged", seconds)?, beside(dir, "damaged", seconds)?);
    let mut report = Salvage {
        log_id: identity.meta.log_id,
        kept_aside: aside.clone(),
        frames: 0,
        records: 0,
        lost: Vec::new(),
        notes: identity.guessed.into_iter().collect(),
    };
    make(disk, &fresh)?;
    for stream in Stream::ALL {
        copy_groups(disk, dir, &fresh, stream)?;
        for partition in survey::partitions(disk, dir, &identity.meta, stream)? {
            let place = Place { log_id: identity.meta.log_id, stream, partition };
            let time = clock.now().micros();
            Copy::new(disk, &fresh, place, time, &mut report)?.run(dir)?;
        }
    }
    Kept::read(disk, dir)?.of_copy().write(disk, &fresh)?;
    widened(disk, dir, identity.meta)?.write(disk, &fresh)?;
    swap(disk, dir, &fresh, &aside)?;
    Ok(report)
}

/// The meta of the new log: with as many partitions as there are folders, if those are more.
fn widened(disk: &dyn Disk, dir: &Path, mut meta: Meta) -> Result<Meta, Error> {
    let count = |stream| {
        let all = survey::partitions(disk, dir, &meta, stream)?;
        Ok::<_, Error>(all.last().map_or(1, |last| last + 1))
    };
    let (events, orders) = (count(Stream::Events)?, count(Stream::Orders)?);
    meta.partitions.events = events;
    meta.partitions.orders = orders;
    Ok(meta)
}

fn copy_groups(disk: &dyn Disk, dir: &Path, fresh: &Path, stream: Stream) -> Result<(), Error> {
    let folder = fresh.join(stream.name());
    make(disk, &folder)?;
    let marks = groups::read(disk, &dir.join(stream.name()).join("groups.json"))?;
    groups::write(disk, &folder.join("groups.json"), &marks)
}

fn swap(disk: &dyn Disk, dir: &Path, fresh: &Path, aside: &Path) -> Result<(), Error> {
    disk.rename(dir, aside).map_err(|why| io_error("keep aside", dir, &why))?;
    if let Err(why) = disk.rename(fresh, dir) {
        // Without its folder the next start would find no log, or be told of the two that wait here.
        return Err(match disk.rename(aside, dir) {
            Ok(()) => io_error("put in place", fresh, &why),
            Err(_) => Error::Unavailable(format!("{why}: {}", half_done(dir, fresh, aside))),
        });
    }
    let parent = dir.parent().unwrap_or(Path::new("."));
    disk.sync_dir(parent).map_err(|why| io_error("fsync", parent, &why))
}

/// Says how to end a salvage that stopped between its two renames, if `dir` is gone through one.
pub(super) fn interrupted(disk: &dyn Disk, dir: &Path) -> Option<String> {
    let name = dir.file_name()?.to_string_lossy().into_owned();
    let names = disk.list(dir.parent()?).ok()?;
    let suffix = |what: &str, found: &str| found.strip_prefix(&format!("{name}.{what}-")).map(str::to_owned);
    let seconds = names.iter().filter_map(|found| suffix("salvaged", found)).max()?;
    if !names.iter().any(|found| suffix("damaged", found).as_deref() == Some(seconds.as_str())) {
        return None;
    }
    let beside = |what: &str| dir.with_file_name(format!("{name}.{what}-{seconds}"));
    Some(half_done(dir, &beside("salvaged"), &beside("damaged")))
}

fn half_done(dir: &Path, fresh: &Path, aside: &Path) -> String {
    format!(
        "a salvage of {} stopped half-way: rename {} to {}; the damaged log is in {}",
        dir.display(),
        fresh.display(),
        dir.display(),
        aside.display()
    )
}

fn beside(dir: &Path, what: &str, seconds: i64) -> Result<PathBuf, Error> {
    let name = dir
        .file_name()
        .ok_or_else(|| Error::Invalid(format!("cannot salvage {}: it has no name", dir.display())))?;
    Ok(dir.with_file_name(format!("{}.{what}-{seconds}", name.to_string_lossy())))
}

fn make(disk: &dyn Disk, dir: &Path) -> Result<(), Error> {
    disk.create_dir(dir).map_err(|why| io_error("make", dir, &why))
}

/// The copying of one partition.
struct Copy<'a> {
    disk: &'a dyn Disk,
    /// The new partition folder.
    dir: PathBuf,
    place: Place,
    time: i64,
    report: &'a mut Salvage,
    chain: Chain,
    out: Option<Out>,
}

/// The new segment being written.
struct Out {
    path: PathBuf,
    file: Arc<dyn DiskFile>,
    len: u64,
}

impl<'a> Copy<'a> {
    fn new(
        disk: &'a dyn Disk,
        fresh: &Path,
        place: Place,
        time: i64,
        report: &'a mut Salvage,
    ) -> Result<Self, Error> {
        let dir = segment::partition_dir(fresh, place.stream, place.partition);
        make(disk, &dir)?;
        Ok(Self { disk, dir, place, time, report, chain: Chain::default(), out: None })
    }

    fn run(mut self, from: &Path) -> Result<(), Error> {
        let (disk, place) = (self.disk, self.place);
        survey::walk_partition(disk, from, place, &mut |found| match found {
            Found::Segment { base, .. } => self.begin(base),
            Found::Frame { header, end, bytes, .. } => self.frame(&header, end, bytes),
            Found::Bad { at, bytes, flaw, .. } => {
                let note = format!(
                    "{}/{}, byte {at} of a segment: {bytes} bytes left out: {flaw}",
                    place.stream.name(),
                    place.partition
                );
                self.report.notes.push(note);
                Ok(())
            }
        })?;
        self.sync()?;
        self.disk.sync_dir(&self.dir).map_err(|why| io_error("fsync", &self.dir, &why))
    }

    /// A source segment begins: the one before is complete, up to here.
    fn begin(&mut self, base: u64) -> Result<(), Error> {
        if self.out.is_some() {
            self.gap_before(base)?;
            self.seal()?;
            self.sync()?;
        }
        let base = self.chain.expected.map_or(base, |expected| expected.max(base));
        self.chain.expected = Some(base);
        let path = self.dir.join(segment::file_name(base));
        let file = self.disk.open(&path, Access::Create).map_err(|why| io_error("create", &path, &why))?;
        self.out = Some(Out { path, file, len: 0 });
        Ok(())
    }

    fn frame(&mut self, header: &Header, end: u64, bytes: &[u8]) -> Result<(), Error> {
        if header.base < self.chain.expected.unwrap_or(0) {
            let note = format!("offset {} comes a second time and is left out", header.base);
            self.report.notes.push(note);
            return Ok(());
        }
        self.gap_before(header.base)?;
        match header.codec {
            // The new segment is sealed when the next one begins: what is missing between them belongs before.
            Codec::Seal => return Ok(()),
            Codec::Plain => {
                self.report.frames += 1;
                self.report.records += u64::from(header.count);
            }
            Codec::Gap => {}
        }
        self.write(bytes)?;
        self.chain.expected = Some(end);
        Ok(())
    }

    /// Says in the new log that the offsets up to `base` are lost.
    fn gap_before(&mut self, base: u64) -> Result<(), Error> {
        let Some(offsets) = self.chain.reach(base) else { return Ok(()) };
        let mut gap = Vec::with_capacity(HEADER_BYTES + 8);
        frame::begin(&mut gap);
        gap.extend_from_slice(&(offsets.end - offsets.start).to_le_bytes());
        let header = Header { base: offsets.start, time: self.time, length: 8, count: 0, codec: Codec::Gap };
        frame::finish(&mut gap, &self.place, header);
        let (stream, partition) = (self.place.stream, self.place.partition);
        self.report.lost.push(Lost { stream, partition, offsets });
        self.write(&gap)
    }

    fn seal(&mut self) -> Result<(), Error> {
        self.write(&frame::seal(&self.place, self.chain.expected.unwrap_or(0), self.time))
    }

    fn write(&mut self, bytes: &[u8]) -> Result<(), Error> {
        let out = self.out.as_mut().expect("a segment is begun before its frames");
        out.file.write_at(bytes, out.len).map_err(|why| io_error("write", &out.path, &why))?;
        out.len += bytes.len() as u64;
        Ok(())
    }

    fn sync(&mut self) -> Result<(), Error> {
        let Some(out) = &self.out else { return Ok(()) };
        out.file.sync_data().map_err(|why| io_error("fsync", &out.path, &why))
    }
}
