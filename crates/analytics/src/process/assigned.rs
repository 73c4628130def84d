//! A partition that is this processor's: its memory, and what of it waits for the store.

use bytes::Bytes;
use kassa_eventlog::{Epoch, Offset};
use tokio::time::Instant;
use uuid::Uuid;

use super::flight::Ready;
use super::fold::Fold;
use super::status::PartitionMoment;

/// A partition that is this processor's.
#[derive(Debug)]
pub(super) struct Assigned {
    pub(super) epoch: Epoch,
    pub(super) log_id: Uuid,
    pub(super) fold: Fold,
    /// Where the store stands once all that was folded is committed.
    pub(super) from: Offset,
    pub(super) waiting: Vec<(Offset, Bytes)>,
    pub(super) waiting_bytes: usize,
    pub(super) ready: Option<Ready>,
    /// When the last batch was sent to the store.
    pub(super) launched: Instant,
    /// Failures in a row.
    pub(super) failures: u32,
}

impl Assigned {
    /// What is shown of the partition while the store stands at `position`.
    pub(super) fn moment(&self, position: Offset) -> PartitionMoment {
        let (dedupe, sessions) = self.fold.status();
        PartitionMoment { position, received_at: self.fold.latest(), dedupe, sessions }
    }
}
