//! How a local log is set up.

use std::path::PathBuf;
use std::time::Duration;

use crate::{Error, Partition, Stream};

/// Settings of a [`LocalLog`](super::LocalLog).
#[derive(Debug, Clone)]
pub struct Options {
    /// The log's folder; made if absent.
    pub dir: PathBuf,
    /// The stream of analytics records.
    pub events: StreamOptions,
    /// The stream of the shop's order events.
    pub orders: StreamOptions,
    /// A segment is closed before it grows beyond this many bytes. 64 MiB.
    pub segment_bytes: u64,
    /// How much one group commit collects at most, bytes. 1 MiB.
    pub frame_bytes: usize,
    /// How much may wait for the writer of a partition, bytes; callers beyond it wait. 64 MiB.
    pub waiting_bytes: usize,
    /// The log is full while the disk has less room than this, bytes. 512 MiB.
    pub reserve_bytes: u64,
    /// The log is full beyond this many bytes in all. 16 GiB.
    pub max_bytes: u64,
    /// How long a segment is kept that every group has passed, unless its room is needed. 72 h.
    pub keep: Duration,
    /// Answers before the fsync: the negative control of the power-loss test.
    #[cfg(test)]
    pub(crate) acknowledge_early: bool,
}

/// Settings of one stream.
#[derive(Debug, Clone)]
pub struct StreamOptions {
    /// Number of partitions, 1 to 1,024; fixed when the log is made.
    pub partitions: Partition,
    /// The groups that retention waits for. Only these can subscribe.
    pub groups: Vec<String>,
}

impl Options {
    /// The defaults, for a log in `dir`: one partition per stream, group `processor` on events, `notifier` on orders.
    pub fn new(dir: impl Into<PathBuf>) -> Self {
        Self {
            dir: dir.into(),
            events: StreamOptions { partitions: 1, groups: vec!["processor".to_owned()] },
            orders: StreamOptions { partitions: 1, groups: vec!["notifier".to_owned()] },
            segment_bytes: 64 << 20,
            frame_bytes: 1 << 20,
            waiting_bytes: 64 << 20,
            reserve_bytes: 512 << 20,
            max_bytes: 16 << 30,
            keep: Duration::from_secs(72 * 3_600),
            #[cfg(test)]
            acknowledge_early: false,
        }
    }

    /// Those of one stream.
    pub fn stream(&self, stream: Stream) -> &StreamOptions {
        match stream {
            Stream::Events => &self.events,
            Stream::Orders => &self.orders,
        }
    }

    pub(crate) fn check(&self) -> Result<(), Error> {
        for stream in Stream::ALL {
            let partitions = self.stream(stream).partitions;
            if !(1..=1_024).contains(&partitions) {
                let name = stream.name();
                return Err(Error::Invalid(format!(
                    "cannot give {name} {partitions} partitions: 1 to 1024 are allowed"
                )));
            }
        }
        if self.segment_bytes < 4_096 || self.max_bytes < self.segment_bytes {
            return Err(Error::Invalid(format!(
                "cannot use segments of {} bytes in a log of {}: at least 4096, and one segment must fit",
                self.segment_bytes, self.max_bytes
            )));
        }
        if !(1_024..=16 << 20).contains(&self.frame_bytes) {
            return Err(Error::Invalid(format!(
                "cannot collect {} bytes into a group commit: 1 KiB to 16 MiB are allowed",
                self.frame_bytes
            )));
        }
        Ok(())
    }

    #[cfg(test)]
    pub(crate) fn acknowledges_early(&self) -> bool {
        self.acknowledge_early
    }

    #[cfg(not(test))]
    pub(crate) fn acknowledges_early(&self) -> bool {
        false
    }
}
