//! `meta.json`: the log's own id and what is fixed for its life. Written when the log is made and when it is upgraded.
//!
//! Its `format` is the version of the whole folder: of this file, `groups.json`, the frames (`frame.rs`) and the records in
//! them (`kassa_model::codec`). The rules for whoever changes any of these:
//!
//! - Raise [`FORMAT`]. A build that does not know a format opens nothing of it, so it never takes what it cannot read for a
//!   torn tail or a dead letter.
//! - Go on reading every older one: segments are never rewritten, so a log holds frames and records of all versions that
//!   ever wrote to it. Each frame names its codec, each record its version; both are decoded by it.
//! - What `meta.json` itself must hold newly, [`open_or_create`] adds, in one replacement of the file.
//!
//! ```text
//! format   1: 0.1.0   2: shop_id
//! ```

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::options::Options;
use super::segment;
use super::trouble::{advice, if_there, io_error};
use crate::disk::{self, Disk};
use crate::{Error, Partition, Stream};

/// The format that this build writes; it reads all from 1 on.
const FORMAT: u32 = 2;
const FILE: &str = "meta.json";

/// The content of `meta.json`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Meta {
    pub(crate) format: u32,
    pub(crate) log_id: Uuid,
    /// The shop whose events these are; none until a shop has been told of the log.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) shop_id: Option<Uuid>,
    pub(crate) partitions: Partitions,
}

/// What every format has.
#[derive(Debug, Deserialize)]
struct Head {
    format: u32,
}

/// How many partitions each stream has.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Partitions {
    pub(crate) events: Partition,
    pub(crate) orders: Partition,
}

impl Meta {
    pub(crate) fn new(log_id: Uuid, events: Partition, orders: Partition) -> Self {
        Self { format: FORMAT, log_id, shop_id: None, partitions: Partitions { events, orders } }
    }

    pub(crate) fn partitions(&self, stream: Stream) -> Partition {
        match stream {
            Stream::Events => self.partitions.events,
            Stream::Orders => self.partitions.orders,
        }
    }

    /// Reads it; `None` when there is no such file.
    pub(crate) fn read(disk: &dyn Disk, dir: &Path) -> Result<Option<Self>, Error> {
        let path = dir.join(FILE);
        let Some(bytes) = if_there("read", &path, disk::read_file(disk, &path))? else { return Ok(None) };
        let shape = |why: serde_json::Error| {
            Error::Corrupt(format!("cannot read {}: {why}; {}", path.display(), advice(dir)))
        };
        let Head { format } = serde_json::from_slice(&bytes).map_err(shape)?;
        if format > FORMAT {
            return Err(Error::Invalid(format!(
                "a newer kassa wrote the log {}: its format is {format}, this one knows up to {FORMAT}; start that one, or \
                 restore the backup from before its upgrade",
                dir.display()
            )));
        }
        Ok(Some(serde_json::from_slice(&bytes).map_err(shape)?))
    }

    /// Reads it, of a log that is open.
    pub(crate) fn of(disk: &dyn Disk, dir: &Path) -> Result<Self, Error> {
        let gone = || Error::Unavailable(format!("cannot read {}: it is gone", dir.join(FILE).display()));
        Self::read(disk, dir)?.ok_or_else(gone)
    }

    pub(crate) fn write(&self, disk: &dyn Disk, dir: &Path) -> Result<(), Error> {
        let path = dir.join(FILE);
        let text = serde_json::to_vec_pretty(self).expect("a struct of plain fields serialises");
        disk::replace_file(disk, &path, &text).map_err(|why| io_error("write", &path, &why))
    }
}

/// The log's meta: read, and upgraded where an older build wrote it, or made when the folder holds no log yet.
pub(crate) fn open_or_create(disk: &dyn Disk, options: &Options) -> Result<Meta, Error> {
    let dir = &options.dir;
    if let Some(mut meta) = Meta::read(disk, dir)? {
        for stream in Stream::ALL {
            let (fixed, asked) = (meta.partitions(stream), options.stream(stream).partitions);
            if fixed != asked {
                return Err(Error::Invalid(format!(
                    "cannot open {} with {asked} partitions of {}: it was made with {fixed}, and that is fixed",
                    dir.display(),
                    stream.name()
                )));
            }
        }
        if meta.format < FORMAT {
            tracing::info!(dir = %dir.display(), from = meta.format, to = FORMAT, "upgrading the log");
            meta.format = FORMAT;
            meta.write(disk, dir)?;
        }
        return Ok(meta);
    }
    if let Some(found) = segment_files(disk, dir)?.first() {
        return Err(Error::Corrupt(format!(
            "cannot open {}: meta.json is missing beside {}; {}",
            dir.display(),
            found.display(),
            advice(dir)
        )));
    }
    let meta = Meta::new(Uuid::new_v4(), options.events.partitions, options.orders.partitions);
    meta.write(disk, dir)?;
    Ok(meta)
}

/// The segment files below `dir`, those of a partition together and ascending.
pub(crate) fn segment_files(disk: &dyn Disk, dir: &Path) -> Result<Vec<PathBuf>, Error> {
    let mut files = Vec::new();
    for stream in Stream::ALL {
        for partition in partition_folders(disk, dir, stream)? {
            let folder = segment::partition_dir(dir, stream, partition);
            let bases = segment::list_bases(disk, &folder)?;
            files.extend(bases.into_iter().map(|base| folder.join(segment::file_name(base))));
        }
    }
    Ok(files)
}

/// The numbers of the partition folders that exist, ascending.
pub(crate) fn partition_folders(
    disk: &dyn Disk,
    dir: &Path,
    stream: Stream,
) -> Result<Vec<Partition>, Error> {
    let folder = dir.join(stream.name());
    let names = if_there("list", &folder, disk.list(&folder))?.unwrap_or_default();
    let mut found: Vec<Partition> = names.iter().filter_map(|name| name.parse().ok()).collect();
    found.sort_unstable();
    Ok(found)
}
