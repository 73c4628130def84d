//! Erasures: a list beside the segments, `erasures.json`, which every reader of records goes by, and the segments written anew
//! with what is left of these records in the same places, padded with spaces: offsets, frames and lengths stay as they are.
//!
//! ```json
//! {"v":1,"swept":0,"list":[{"id":"0190…","at":1735732800000000,"orders":[],"users":["6c1f…"],"emails":[],"visitors":[]}]}
//! ```
//! A list of which not all is `swept` was stopped, or came with a copy: the next sweep goes over everything again. A file that is
//! being written bears another name until it is whole and durable.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use kassa_model::{Erasure, Erasures};
use serde::{Deserialize, Serialize};

use super::frame;
use super::segment::{self, Segment};
use super::stream::{Core, PartitionState, StreamState, left};
use super::trouble::{if_there, io_error};
use super::walk::{Step, Walk};
use crate::Error;
use crate::disk::{self, Access, Disk, DiskFile};
use crate::mutex::lock;

/// The list's file.
pub(crate) const FILE: &str = "erasures.json";
/// What the name of a segment that is being written anew ends with.
const UNFINISHED: &str = ".erased";
/// For how long a sweep waits for the writer to begin another segment.
const PATIENCE: Duration = Duration::from_secs(30);
/// How much is copied at once, bytes.
const PIECE_BYTES: usize = 1 << 20;

/// The list as it is kept.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(crate) struct Kept {
    v: u32,
    /// So many of the list, from its beginning, are in no segment any more.
    swept: usize,
    pub(crate) list: Erasures,
}

impl Kept {
    /// The list of the log in `dir`.
    pub(crate) fn read(disk: &dyn Disk, dir: &Path) -> Result<Self, Error> {
        let path = dir.join(FILE);
        let Some(bytes) = if_there("read", &path, disk::read_file(disk, &path))? else {
            return Ok(Self::default());
        };
        serde_json::from_slice(&bytes)
            .map_err(|why| Error::Corrupt(format!("cannot read {}: {why}", path.display())))
    }

    /// Writes it, durably; no file where there is nothing to say.
    pub(crate) fn write(&self, disk: &dyn Disk, dir: &Path) -> Result<(), Error> {
        if self.list.is_empty() {
            return Ok(());
        }
        let path = dir.join(FILE);
        let text = serde_json::to_vec(self).expect("a struct of plain fields serialises");
        disk::replace_file(disk, &path, &text).map_err(|why| io_error("write", &path, &why))
    }

    /// The same of a copy, of whose segments nobody knows how they are.
    pub(crate) fn of_copy(self) -> Self {
        Self { swept: 0, ..self }
    }
}

/// Takes an erasure in; readers go by it from then on.
pub(crate) fn add(core: &Core, erasure: &Erasure) -> Result<(), Error> {
    let _changing = lock(&core.erasing);
    let (disk, dir) = (core.disk.as_ref(), &core.options.dir);
    let mut kept = Kept::read(disk, dir)?;
    kept.list.add(erasure.clone());
    // One that was there before may know of more by now.
    kept = Kept { v: 1, swept: 0, ..kept };
    kept.write(disk, dir)?;
    core.set_erasures(kept.list);
    Ok(())
}

/// Whether there are records that the list has something to say of, perhaps.
pub(crate) fn is_unswept(core: &Core) -> Result<bool, Error> {
    let kept = Kept::read(core.disk.as_ref(), &core.options.dir)?;
    Ok(kept.swept < kept.list.0.len())
}

/// Writes every segment anew that holds what the list says is erased; how many records it was.
pub(crate) fn sweep(core: &Core, streams: [&Arc<StreamState>; 2]) -> Result<u64, Error> {
    let _sweeping = lock(&core.erasing);
    let (disk, dir) = (core.disk.as_ref(), &core.options.dir);
    let kept = Kept::read(disk, dir)?;
    if kept.list.is_empty() {
        return Ok(0);
    }
    let mut changed = 0;
    for partition in streams.iter().flat_map(|stream| &stream.partitions) {
        remove_unfinished(disk, &partition.dir)?;
        end_active(partition)?;
        let list = partition.segments.snapshot();
        for segment in &list[..list.len() - 1] {
            changed += sweep_segment(disk, partition, segment, &kept.list)?;
        }
    }
    Kept { swept: kept.list.0.len(), ..kept }.write(disk, dir)?;
    Ok(changed)
}

/// Removes what a sweep that was stopped has left.
fn remove_unfinished(disk: &dyn Disk, dir: &Path) -> Result<(), Error> {
    let names = if_there("list", dir, disk.list(dir))?.unwrap_or_default();
    for name in names.iter().filter(|name| name.ends_with(UNFINISHED)) {
        let path = dir.join(name);
        if_there("remove", &path, disk.remove(&path))?;
    }
    Ok(())
}

/// Has the writer begin another segment, unless the last one is empty.
fn end_active(partition: &PartitionState) -> Result<(), Error> {
    let list = partition.segments.snapshot();
    let last = Arc::clone(&list[list.len() - 1]);
    if last.end() == last.base {
        return Ok(());
    }
    partition.ask_roll();
    let begun = Instant::now();
    while partition.segments.last_base() == last.base {
        if let Some(why) = partition.failed.get() {
            return Err(Error::Unavailable(why.clone()));
        }
        if begun.elapsed() > PATIENCE {
            return Err(Error::Unavailable("the log's writer does not end its segment".to_owned()));
        }
        std::thread::sleep(Duration::from_millis(5));
    }
    Ok(())
}

/// Writes a segment anew, if there is something to erase in it; how many records that was.
fn sweep_segment(
    disk: &dyn Disk,
    partition: &PartitionState,
    segment: &Segment,
    list: &Erasures,
) -> Result<u64, Error> {
    // Retention deletes nothing meanwhile: what it has deleted must not come back.
    let _replacing = lock(&partition.replacing);
    if segment.base < partition.segments.first() {
        return Ok(0);
    }
    let failed = |why: std::io::Error| io_error("erase in", &segment.path, &why);
    let file = disk.open(&segment.path, Access::Read).map_err(failed)?;
    let mut walk = Walk::new(Arc::clone(&file), partition.place).map_err(failed)?;
    let (mut changed, mut copy) = (0, None);
    loop {
        let (at, header) = match walk.step().map_err(failed)? {
            Step::Frame { at, header, .. } => (at, header),
            Step::Bad { resume: Some(_), .. } => continue,
            Step::Bad { .. } | Step::End { .. } => break,
        };
        let mut frame = walk.bytes(at, &header).map_err(failed)?.to_vec();
        let records =
            frame::replace_records(&mut frame, &header, |record| left(list, partition.place.stream, record));
        if records > 0 {
            if copy.is_none() {
                copy = Some(copy_of(disk, segment, file.as_ref()).map_err(failed)?);
            }
            if let Some((_, copy)) = &copy {
                copy.write_at(&frame, at).map_err(failed)?;
            }
            changed += records;
        }
    }
    if let Some((path, copy)) = copy {
        copy.sync_data().map_err(failed)?;
        disk.rename(&path, &segment.path).map_err(failed)?;
        disk.sync_dir(&partition.dir).map_err(failed)?;
    }
    Ok(changed)
}

/// The segment's bytes in another file, with its path.
fn copy_of(
    disk: &dyn Disk,
    segment: &Segment,
    from: &dyn DiskFile,
) -> std::io::Result<(PathBuf, Arc<dyn DiskFile>)> {
    let path = segment.path.with_file_name(segment::file_name(segment.base) + UNFINISHED);
    let to = disk.open(&path, Access::Create)?;
    let (mut buffer, mut at) = (vec![0; PIECE_BYTES], 0);
    loop {
        let read = from.read_at(&mut buffer, at)?;
        if read == 0 {
            return Ok((path, to));
        }
        to.write_at(&buffer[..read], at)?;
        at += read as u64;
    }
}
