//! What happens to a partition's files at open: prove that the chain of segments is whole, find the end, cut a torn
//! tail, refuse damage, and give a segment whose fsync once failed a new file.

use std::io;
use std::path::Path;
use std::sync::Arc;

use super::active::{Active, Failure};
use super::frame::{self, Codec, HEADER_BYTES, Place};
use super::segment::{self, Segment};
use super::trouble::{corrupt, if_there, io_error};
use super::walk::{Step, Walk};
use crate::Error;
use crate::disk::{Access, Disk, DiskFile};

/// A partition ready to be written and read.
#[derive(Debug)]
pub(crate) struct Recovered {
    pub(crate) segments: Vec<Arc<Segment>>,
    pub(crate) active: Active,
}

/// Where recovery works.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Site<'a> {
    pub(crate) disk: &'a dyn Disk,
    /// The log's folder, for advice.
    pub(crate) log_dir: &'a Path,
    /// The partition's folder.
    pub(crate) dir: &'a Path,
    pub(crate) place: Place,
}

/// Opens one partition.
///
/// # Errors
/// [`Error::Corrupt`] for damage that needs salvage; [`Error::Unavailable`] when the disk fails.
pub(crate) fn open_partition(site: Site<'_>) -> Result<Recovered, Error> {
    remove_leftovers(site)?;
    let bases = segment::list_bases(site.disk, site.dir)?;
    let mut segments = Vec::with_capacity(bases.len() + 1);
    for pair in bases.windows(2) {
        segments.push(open_sealed(site, pair[0], pair[1])?);
    }
    let active = match bases.last() {
        Some(base) => open_last(site, *base)?,
        None => create(site, 0)?,
    };
    segments.push(Arc::clone(&active.segment));
    if !active.sealed {
        return Ok(Recovered { segments, active });
    }
    let active = create(site, active.segment.end())?;
    segments.push(Arc::clone(&active.segment));
    Ok(Recovered { segments, active })
}

fn create(site: Site<'_>, base: u64) -> Result<Active, Error> {
    Active::create(site.disk, site.dir, base).map_err(|failure: Failure| failure.to_error())
}

/// Files that an interrupted replacement left. One that cannot be removed does no harm.
fn remove_leftovers(site: Site<'_>) -> Result<(), Error> {
    let names = site.disk.list(site.dir).map_err(|why| io_error("list", site.dir, &why))?;
    for name in names.iter().filter(|name| name.ends_with(".new")) {
        let path = site.dir.join(name);
        if let Err(why) = site.disk.remove(&path) {
            tracing::warn!(path = %path.display(), %why, "cannot remove what an interrupted replacement left");
        }
    }
    Ok(())
}

/// A segment with others after it: its seal must stand where the file ends and name the next one's base. The frames
/// before are checked when they are read.
fn open_sealed(site: Site<'_>, base: u64, next: u64) -> Result<Arc<Segment>, Error> {
    let segment = Segment::new(site.dir, base);
    let failed = |why: &io::Error| io_error("read", &segment.path, why);
    let file = site.disk.open(&segment.path, Access::Read).map_err(|why| failed(&why))?;
    let bytes = file.size().map_err(|why| failed(&why))?;
    let at = bytes.saturating_sub(HEADER_BYTES as u64);
    let mut seal = [0; HEADER_BYTES];
    let read = file.read_at(&mut seal, at).map_err(|why| failed(&why))?;
    match frame::check(&seal[..read], &site.place) {
        Ok(header) if header.codec == Codec::Seal && header.base == next => {
            segment.publish(header.base, bytes, header.time);
            Ok(Arc::new(segment))
        }
        Ok(header) if header.codec == Codec::Seal => Err(corrupt(
            site.log_dir,
            &segment.path,
            at,
            &format!(
                "it ends at offset {} and the next segment begins at {next}: one is missing",
                header.base
            ),
        )),
        Ok(_) => Err(corrupt(site.log_dir, &segment.path, at, "it does not end with a seal")),
        Err(flaw) if flaw.is_whole() => Err(corrupt(site.log_dir, &segment.path, at, &flaw.to_string())),
        Err(flaw) => Err(corrupt(site.log_dir, &segment.path, at, &format!("its seal is broken: {flaw}"))),
    }
}

/// The segment that was being written when the process or the machine stopped.
fn open_last(site: Site<'_>, base: u64) -> Result<Active, Error> {
    let segment = Arc::new(Segment::new(site.dir, base));
    let mark = site.dir.join(segment::poison_name(base));
    let failed = |why: &io::Error| io_error("recover", &segment.path, why);
    let file = site.disk.open(&segment.path, Access::Write).map_err(|why| failed(&why))?;
    let found = find_end(site, &segment, &file)?;
    let poisoned = if_there("open", &mark, site.disk.open(&mark, Access::Read))?.is_some();
    let file = if poisoned {
        let fresh = copy_valid(site, &segment, &file, found.bytes).map_err(|why| failed(&why))?;
        site.disk.remove(&mark).map_err(|why| failed(&why))?;
        fresh
    } else {
        if found.torn || found.sealed {
            file.set_len(found.bytes).map_err(|why| failed(&why))?;
        }
        write_again(&file, found.last_frame, found.bytes).map_err(|why| failed(&why))?;
        file
    };
    // What the last process wrote without hearing of its fsync is visible here and must be durable before it is read.
    let durable = file.sync_data().and_then(|()| site.disk.sync_dir(site.dir));
    let active = Active { segment, file, len: found.bytes, zeros_end: 0, sealed: found.sealed };
    if let Err(why) = durable {
        active.mark_poisoned(site.disk, site.dir);
        return Err(io_error("fsync", &active.segment.path, &why));
    }
    active.segment.publish(found.end, found.bytes, found.time);
    Ok(active)
}

/// What the scan of the last segment found.
#[derive(Debug)]
struct End {
    end: u64,
    bytes: u64,
    time: i64,
    sealed: bool,
    torn: bool,
    /// Where the last frame begins.
    last_frame: u64,
}

fn find_end(site: Site<'_>, segment: &Segment, file: &Arc<dyn DiskFile>) -> Result<End, Error> {
    let failed = |why: &io::Error| io_error("read", &segment.path, why);
    let mut walk = Walk::new(Arc::clone(file), site.place).map_err(|why| failed(&why))?;
    let mut found =
        End { end: segment.base, bytes: 0, time: i64::MIN, sealed: false, torn: false, last_frame: 0 };
    loop {
        match walk.step().map_err(|why| failed(&why))? {
            Step::Frame { at, header, end } => {
                if header.base != found.end || found.sealed {
                    let why = format!("offset {} follows {}", header.base, found.end);
                    return Err(corrupt(site.log_dir, &segment.path, at, &why));
                }
                found.sealed = header.codec == Codec::Seal;
                found.end = end;
                found.last_frame = at;
                found.bytes = at + header.frame_bytes() as u64;
                found.time = found.time.max(header.time);
            }
            Step::Bad { at, flaw, resume: Some(next) } => {
                let why = format!("{flaw}, and whole frames follow at byte {next}");
                return Err(corrupt(site.log_dir, &segment.path, at, &why));
            }
            Step::Bad { at, flaw, .. } if flaw.is_whole() => {
                return Err(corrupt(site.log_dir, &segment.path, at, &flaw.to_string()));
            }
            Step::Bad { at, flaw, resume: None } => {
                let path = segment.path.display();
                tracing::warn!(%path, at, %flaw, bytes = walk.size() - at, "cutting a torn tail");
                found.torn = true;
                return Ok(found);
            }
            Step::End { .. } => return Ok(found),
        }
    }
}

/// Writes the bytes of the last frame over themselves, so that the fsync which follows is about them: the process before
/// may have died of a failed one without leaving its mark, and then their pages count as clean. Frames before were
/// synced before this one was begun.
fn write_again(file: &Arc<dyn DiskFile>, from: u64, to: u64) -> io::Result<()> {
    let mut bytes = vec![0; usize::try_from(to.saturating_sub(from)).map_err(io::Error::other)?];
    let read = file.read_at(&mut bytes, from)?;
    if read < bytes.len() {
        return Err(io::ErrorKind::UnexpectedEof.into());
    }
    file.write_at(&bytes, from)
}

/// Writes the good bytes of a segment whose fsync failed into a new file in its place. The old file is never synced
/// again: its pages may count as clean without being on the disk.
fn copy_valid(
    site: Site<'_>,
    segment: &Segment,
    old: &Arc<dyn DiskFile>,
    bytes: u64,
) -> io::Result<Arc<dyn DiskFile>> {
    tracing::warn!(path = %segment.path.display(), bytes, "copying a segment whose fsync failed");
    let beside = segment.path.with_extension("new");
    let fresh = site.disk.open(&beside, Access::Create)?;
    let mut buffer = vec![0; 1 << 20];
    let mut at = 0;
    while at < bytes {
        let wanted = buffer.len().min(usize::try_from(bytes - at).unwrap_or(usize::MAX));
        let read = old.read_at(&mut buffer[..wanted], at)?;
        if read == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        fresh.write_at(&buffer[..read], at)?;
        at += read as u64;
    }
    fresh.sync_data()?;
    site.disk.rename(&beside, &segment.path)?;
    site.disk.sync_dir(site.dir)?;
    Ok(fresh)
}
