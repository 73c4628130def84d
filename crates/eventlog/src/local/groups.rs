//! Who reads a stream and how far: per group and partition the epoch of its holder and the mark of its last commit.
//!
//! Kept in `<stream>/groups.json`. Epochs are durable before anyone learns of them. Marks serve lag and retention
//! only, so they are written at most once a second; after a crash an older mark merely keeps a segment longer.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use kassa_model::{Clock, MICROS_PER_SECOND};
use serde::{Deserialize, Serialize};

use super::trouble::{if_there, io_error};
use crate::disk::{self, Disk};
use crate::mutex::lock;
use crate::{Epoch, Error, Offset, Partition};

const SAVE_EVERY: Duration = Duration::from_secs(1);

/// Where one group stands in one partition.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Mark {
    pub(crate) epoch: u64,
    pub(crate) next: u64,
}

pub(crate) type Marks = BTreeMap<String, Vec<Mark>>;

/// The groups of one stream.
#[derive(Debug)]
pub(crate) struct Groups {
    path: PathBuf,
    disk: Arc<dyn Disk>,
    clock: Arc<dyn Clock>,
    configured: Vec<String>,
    partitions: usize,
    state: Mutex<State>,
    /// Held while the file is written, so that an older table never replaces a newer one.
    file: Mutex<()>,
}

#[derive(Debug)]
struct State {
    marks: Marks,
    unsaved: bool,
    saved: Instant,
}

impl Groups {
    /// Reads what is kept. A file that is gone or broken is no reason to stop: marks begin anew, and epochs go on
    /// above all former ones because they are never below the clock's seconds.
    pub(crate) fn open(
        path: PathBuf,
        disk: Arc<dyn Disk>,
        clock: Arc<dyn Clock>,
        configured: Vec<String>,
        partitions: Partition,
    ) -> Result<Self, Error> {
        let partitions = partitions as usize;
        let mut marks = read(disk.as_ref(), &path)?;
        for group in &configured {
            marks.entry(group.clone()).or_default();
        }
        for of_group in marks.values_mut() {
            of_group.resize(partitions, Mark::default());
        }
        let state = Mutex::new(State { marks, unsaved: false, saved: Instant::now() });
        Ok(Self { path, disk, clock, configured, partitions, state, file: Mutex::new(()) })
    }

    /// Gives every partition to a new subscriber of `group`; returns the new epochs, which are durable.
    pub(crate) fn take_over(&self, group: &str) -> Result<Vec<Epoch>, Error> {
        if !self.configured.iter().any(|known| known == group) {
            let known = self.configured.join(", ");
            return Err(Error::Invalid(format!(
                "cannot subscribe as {group}: the configured groups are {known}"
            )));
        }
        let floor = u64::try_from(self.clock.now().micros() / MICROS_PER_SECOND).unwrap_or(0);
        let epochs = {
            let mut state = lock(&self.state);
            let marks = state.marks.entry(group.to_owned()).or_default();
            marks.resize(self.partitions, Mark::default());
            for mark in marks.iter_mut() {
                mark.epoch = (mark.epoch + 1).max(floor);
            }
            let epochs = marks.iter().map(|mark| Epoch(mark.epoch)).collect();
            state.unsaved = true;
            epochs
        };
        self.save()?;
        Ok(epochs)
    }

    /// The epoch of the present holder.
    pub(crate) fn epoch(&self, group: &str, partition: Partition) -> Epoch {
        let state = lock(&self.state);
        Epoch(state.marks.get(group).map_or(0, |marks| marks[partition as usize].epoch))
    }

    /// Moves the marks of `group`, if it still holds each partition under the epoch given. Says whether the table
    /// should be saved now.
    pub(crate) fn commit(&self, group: &str, done: &[(Partition, Epoch, Offset)]) -> Result<bool, Error> {
        let mut state = lock(&self.state);
        let marks = state.marks.entry(group.to_owned()).or_default();
        for (partition, epoch, _) in done {
            if marks.get(*partition as usize).is_none_or(|mark| mark.epoch != epoch.0) {
                return Err(Error::Fenced(*partition));
            }
        }
        for (partition, _, next) in done {
            marks[*partition as usize].next = next.0;
        }
        state.unsaved = true;
        Ok(state.saved.elapsed() >= SAVE_EVERY)
    }

    /// Writes the table, if it changed.
    pub(crate) fn save(&self) -> Result<(), Error> {
        let _writing = lock(&self.file);
        let marks = {
            let mut state = lock(&self.state);
            if !state.unsaved {
                return Ok(());
            }
            state.unsaved = false;
            state.saved = Instant::now();
            state.marks.clone()
        };
        write(self.disk.as_ref(), &self.path, &marks).inspect_err(|_| lock(&self.state).unsaved = true)
    }

    /// The configured groups and their marks in a partition, held within what is retained.
    pub(crate) fn marks(&self, partition: Partition, first: u64, end: u64) -> Vec<(String, u64)> {
        let state = lock(&self.state);
        self.configured
            .iter()
            .map(|group| {
                let next = state.marks.get(group).map_or(0, |marks| marks[partition as usize].next);
                (group.clone(), next.clamp(first, end.max(first)))
            })
            .collect()
    }

    /// The offset that every configured group has passed, and which group is the slowest. Without groups nothing
    /// needs to wait: the end.
    pub(crate) fn slowest(&self, partition: Partition, first: u64, end: u64) -> (u64, Option<String>) {
        let marks = self.marks(partition, first, end);
        match marks.into_iter().min_by_key(|(_, next)| *next) {
            Some((group, next)) => (next, Some(group)),
            None => (end, None),
        }
    }
}

/// The table in the file; empty when it is not there or cannot be understood.
pub(crate) fn read(disk: &dyn Disk, path: &Path) -> Result<Marks, Error> {
    let Some(bytes) = if_there("read", path, disk::read_file(disk, path))? else { return Ok(Marks::new()) };
    Ok(serde_json::from_slice(&bytes).unwrap_or_else(|why| {
        tracing::warn!(path = %path.display(), %why, "the groups' marks are unreadable and begin anew");
        Marks::new()
    }))
}

/// The table as it stands in a file.
pub(crate) fn text(marks: &Marks) -> Vec<u8> {
    serde_json::to_vec_pretty(marks).expect("a map of plain fields serialises")
}

/// Replaces the file by this table.
pub(crate) fn write(disk: &dyn Disk, path: &Path, marks: &Marks) -> Result<(), Error> {
    disk::replace_file(disk, path, &text(marks)).map_err(|why| io_error("write", path, &why))
}
