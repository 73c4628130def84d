//! What a log may offer to whoever runs it, beside its contract.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use kassa_model::{Erasure, Erasures, Progress};
use uuid::Uuid;

use crate::{Error, Offset, Partition, Stream};

/// The optional part of a log. A backend has what it can tell; what is left out says nothing.
pub trait Upkeep: Send + Sync {
    /// Why it takes no more until someone acts: for readiness.
    fn failure(&self) -> Option<String> {
        None
    }

    /// A warning when little room is left, naming the slowest group: for readiness.
    fn nearly_full(&self) -> Option<String> {
        None
    }

    /// What a stream has done since the log was opened: for metrics.
    fn stats(&self, stream: Stream) -> Stats;

    /// The shop whose log it was said to be; none until it was. Blocks.
    ///
    /// # Errors
    /// [`Error::Unavailable`] when it cannot be read.
    fn shop_id(&self) -> Result<Option<Uuid>, Error>;

    /// Says whose log it is, durably. Blocks.
    ///
    /// # Errors
    /// [`Error::Unavailable`]; it is then as it was.
    fn set_shop_id(&self, id: Uuid) -> Result<(), Error>;

    /// Whom its records are not to tell of any more.
    fn erasures(&self) -> Arc<Erasures> {
        Arc::default()
    }

    /// Takes an erasure in, durably, in the place of an earlier one of the same id: from then on readers are given what it leaves
    /// of records. Blocks.
    ///
    /// # Errors
    /// [`Error::Unavailable`]; [`Error::Invalid`] from a log that keeps no list.
    fn erase(&self, erasure: &Erasure) -> Result<(), Error> {
        let _ = erasure;
        Err(Error::Invalid("this log keeps no list of erasures".to_owned()))
    }

    /// Whether what is erased may still be in it.
    ///
    /// # Errors
    /// [`Error::Unavailable`].
    fn is_unswept(&self) -> Result<bool, Error> {
        Ok(false)
    }

    /// Takes what is erased out of all that it holds, while it goes on; how many records it was. Blocks for as long as reading
    /// everything takes. Again it finds nothing.
    ///
    /// # Errors
    /// [`Error::Unavailable`]; what was done stays done.
    fn sweep(&self) -> Result<u64, Error> {
        Ok(0)
    }

    /// What it holds now, for a copy that is made while it goes on: whatever an append was answered for before the call is in
    /// it. `None` from a log that is no folder: its own tools make its backups.
    fn cut(&self) -> Option<Box<dyn Cut>> {
        None
    }

    /// Finishes what waits and gives what it holds free. Later calls are refused. Blocks for about one commit.
    fn close(&self);
}

/// What one stream's log has done since it was opened. A backend without the thing that is counted leaves it 0.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Stats {
    /// Group commits made durable.
    pub frames: u64,
    /// Records made durable.
    pub records: u64,
    /// Bytes made durable, headers and padding included.
    pub bytes: u64,
    /// Successful calls of fsync on segments.
    pub syncs: u64,
    /// Time spent in them, µs.
    pub sync_micros: u64,
    /// Appends refused because the log was full.
    pub refused_full: u64,
    /// Writes and fsyncs that failed.
    pub failures: u64,
    /// Segments begun.
    pub segments_created: u64,
    /// Segments deleted by retention.
    pub segments_deleted: u64,
}

/// What a log held at one moment.
pub trait Cut: Send {
    /// Writes it into the new folder `to`, durably; it opens as a log with the same id and the same offsets. What retention has
    /// removed since is left out. Readers of the copy begin anew: its groups have no marks. Blocks.
    ///
    /// # Errors
    /// [`Error::Unavailable`] when files cannot be read or written; `to` is then incomplete.
    fn copy(&self, to: &Path, progress: &dyn Progress) -> Result<Copied, Error>;
}

/// What a copy holds.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Copied {
    /// The first offset of each partition.
    pub first: BTreeMap<(Stream, Partition), Offset>,
    /// Bytes of all segments.
    pub bytes: u64,
}
