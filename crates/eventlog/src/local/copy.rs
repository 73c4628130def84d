//! A copy of the log as it is at one moment, for backups: every retained segment, the newest one up to its last durable
//! frame. It opens as a log with the same id and the same offsets.

use std::fs::{DirBuilder, File, OpenOptions};
use std::io::{self, Read, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use kassa_model::{Progress, Timestamp};

use super::erase::Kept;
use super::frame::Place;
use super::groups::{self, Mark};
use super::meta::Meta;
use super::segment::{self, Segment};
use super::stream::{Core, StreamState};
use super::trouble::io_error;
use crate::{Copied, Cut, Error, Offset, Partition, Stream};

/// How much is read and written at once, bytes.
const PIECE_BYTES: usize = 1 << 20;

/// What a local log held at one moment.
#[derive(Debug)]
pub(super) struct LocalCut {
    core: Arc<Core>,
    /// Each segment and how many of its bytes were durable.
    segments: Vec<(Stream, Partition, Arc<Segment>, u64)>,
}

impl LocalCut {
    /// What `streams` hold now.
    pub(super) fn of(core: &Arc<Core>, streams: [&StreamState; 2]) -> Self {
        let mut segments = Vec::new();
        for partition in streams.iter().flat_map(|stream| &stream.partitions) {
            for segment in partition.segments.snapshot().iter() {
                // What becomes durable from here on is not in it.
                let bytes = segment.bytes();
                let Place { stream, partition, .. } = partition.place;
                segments.push((stream, partition, Arc::clone(segment), bytes));
            }
        }
        Self { core: Arc::clone(core), segments }
    }

    /// When its newest record was written; `None` while there are none.
    pub(super) fn newest(&self) -> Option<Timestamp> {
        let times = self.segments.iter().map(|(_, _, segment, _)| segment.last_time());
        times.max().filter(|time| *time > i64::MIN).map(Timestamp::from_micros)
    }

    /// The groups with their epochs, which must not fall, and without marks: what a mark allows to be removed, the store of
    /// the same backup may still need.
    fn copy_groups(&self, stream: Stream, to: &Path) -> Result<(), Error> {
        let from = self.core.options.dir.join(stream.name()).join("groups.json");
        let mut marks = groups::read(self.core.disk.as_ref(), &from)?;
        marks.values_mut().flatten().for_each(|mark| *mark = Mark { next: 0, ..*mark });
        let path = to.join(stream.name()).join("groups.json");
        let write = || {
            let mut file = create(&path)?;
            file.write_all(&groups::text(&marks))?;
            file.sync_all()
        };
        write().map_err(|why| io_error("write", &path, &why))
    }
}

impl Cut for LocalCut {
    fn copy(&self, to: &Path, progress: &dyn Progress) -> Result<Copied, Error> {
        let all: u64 = self.segments.iter().map(|(.., bytes)| bytes).sum();
        make_dir(to)?;
        let mut copied = Copied::default();
        progress.tell("copying the log", 0, all);
        for (stream, partition, segment, bytes) in &self.segments {
            let dir = segment::partition_dir(to, *stream, *partition);
            make_dir(&to.join(stream.name()))?;
            make_dir(&dir)?;
            match copy_segment(segment, *bytes, &dir)? {
                true => {
                    copied.first.entry((*stream, *partition)).or_insert(Offset(segment.base));
                    copied.bytes += bytes;
                }
                // Retention has gone on beyond those that were copied: the copy begins after it.
                false => {
                    copied.first.remove(&(*stream, *partition));
                    clear(&dir)?;
                }
            }
            progress.tell("copying the log", copied.bytes, all);
        }
        for stream in Stream::ALL {
            self.copy_groups(stream, to)?;
            sync_dirs(&to.join(stream.name()))?;
        }
        let disk = self.core.disk.as_ref();
        Meta::of(disk, &self.core.options.dir)?.write(disk, to)?;
        Kept::read(disk, &self.core.options.dir)?.of_copy().write(disk, to)?;
        sync_dir(to)?;
        progress.tell("copying the log", all, all);
        Ok(copied)
    }
}

/// Copies the first `bytes` of a segment; false when it is not there any more.
fn copy_segment(segment: &Segment, bytes: u64, dir: &Path) -> Result<bool, Error> {
    let mut from = match File::open(&segment.path) {
        Ok(file) => file.take(bytes),
        Err(why) if why.kind() == io::ErrorKind::NotFound => return Ok(false),
        Err(why) => return Err(io_error("read", &segment.path, &why)),
    };
    let path = dir.join(segment::file_name(segment.base));
    let failed = |why: io::Error| io_error("copy the log to", &path, &why);
    let mut to = create(&path).map_err(failed)?;
    let mut buffer = vec![0; PIECE_BYTES];
    let mut left = bytes;
    while left > 0 {
        let read = from.read(&mut buffer).map_err(|why| io_error("read", &segment.path, &why))?;
        if read == 0 {
            return Err(io_error("read", &segment.path, &io::ErrorKind::UnexpectedEof.into()));
        }
        to.write_all(&buffer[..read]).map_err(failed)?;
        left -= read as u64;
    }
    to.sync_all().map_err(failed)?;
    Ok(true)
}

/// Removes the segments that were copied into `dir`.
fn clear(dir: &Path) -> Result<(), Error> {
    let remove = || -> io::Result<()> {
        std::fs::read_dir(dir)?.try_for_each(|entry| std::fs::remove_file(entry?.path()))
    };
    remove().map_err(|why| io_error("remove what was copied to", dir, &why))
}

fn create(path: &Path) -> io::Result<File> {
    OpenOptions::new().write(true).create_new(true).mode(0o600).open(path)
}

fn make_dir(dir: &Path) -> Result<(), Error> {
    match DirBuilder::new().mode(0o700).create(dir) {
        Err(why) if why.kind() != io::ErrorKind::AlreadyExists => Err(io_error("make", dir, &why)),
        _ => Ok(()),
    }
}

fn sync_dir(dir: &Path) -> Result<(), Error> {
    let sync = || File::open(dir)?.sync_all();
    sync().map_err(|why| io_error("make durable", dir, &why))
}

/// A stream's folder and those of its partitions.
fn sync_dirs(dir: &Path) -> Result<(), Error> {
    let list =
        || -> io::Result<Vec<PathBuf>> { std::fs::read_dir(dir)?.map(|entry| Ok(entry?.path())).collect() };
    let inside = list().map_err(|why| io_error("list", dir, &why))?;
    inside.iter().filter(|path| path.is_dir()).try_for_each(|path| sync_dir(path))?;
    sync_dir(dir)
}
