//! A batch on its way to the store.

use std::sync::Arc;
use std::time::{Duration, Instant};

use bytes::Bytes;
use kassa_eventlog::{Epoch, Offset, Partition};
use kassa_eventstore::{Batch, DeadLetter, EventStore, InsertError, Row};
use kassa_model::failpoint;
use tokio::task::JoinHandle;
use uuid::Uuid;

use super::counts::Counts;
use super::fold::Decision;

/// What is kept of a batch until it is committed: enough to build it again, as the store takes the rows away.
#[derive(Debug)]
pub(super) struct Manifest {
    pub(super) partition: Partition,
    pub(super) epoch: Epoch,
    pub(super) log_id: Uuid,
    pub(super) from: Offset,
    pub(super) to: Offset,
    pub(super) records: Vec<(Offset, Bytes)>,
    pub(super) decisions: Vec<Decision>,
    pub(super) counts: Counts,
    pub(super) state: Option<String>,
}

/// A batch that was folded and waits for its turn.
#[derive(Debug)]
pub(super) struct Ready {
    pub(super) manifest: Manifest,
    pub(super) rows: Vec<Row>,
    pub(super) rejected: Vec<DeadLetter>,
}

/// The one batch that is with the store, or that waits to be sent again.
#[derive(Debug)]
pub(super) enum Flight {
    /// The store has it.
    UnderWay(Manifest, JoinHandle<(Duration, Result<(), InsertError>)>),
    /// The store could not take it; nothing was done.
    Again(Manifest, tokio::time::Instant),
}

/// How a flight ended.
#[derive(Debug)]
pub(super) enum Landing {
    /// The store answered after so long.
    Answered(Manifest, Duration, Result<(), InsertError>),
    /// It is time to try again.
    Again(Manifest),
}

impl Flight {
    /// Sends a batch to the store.
    pub(super) fn launch(ready: Ready, store: &Arc<dyn EventStore>) -> Self {
        let Ready { manifest, rows, rejected } = ready;
        let batch = Batch {
            log_id: manifest.log_id,
            partition: manifest.partition,
            epoch: manifest.epoch.0,
            from: manifest.from.0.into(),
            to: manifest.to.0.into(),
            rows,
            rejected,
            counts: manifest.counts.to_map(),
            state: manifest.state.clone(),
        };
        let store = Arc::clone(store);
        let task = tokio::spawn(async move {
            let started = Instant::now();
            failpoint::hit("process.before_insert");
            let answer = store.insert(batch).await;
            (started.elapsed(), answer)
        });
        Self::UnderWay(manifest, task)
    }

    /// Whose batch it is.
    pub(super) fn partition(&self) -> Partition {
        match self {
            Self::UnderWay(manifest, _) | Self::Again(manifest, _) => manifest.partition,
        }
    }

    /// Waits for the end of the flight, for ever if there is none. A dropped call changes nothing.
    pub(super) async fn landing(flight: &mut Option<Self>) -> Landing {
        let answer = match flight {
            None => std::future::pending().await,
            Some(Self::Again(_, until)) => {
                tokio::time::sleep_until(*until).await;
                None
            }
            Some(Self::UnderWay(_, task)) => Some(match task.await {
                Ok(answer) => answer,
                // The store panicked: what it did is unknown.
                Err(why) => (Duration::ZERO, Err(InsertError::Unknown(why.to_string()))),
            }),
        };
        match (flight.take(), answer) {
            (Some(Self::UnderWay(manifest, _)), Some((took, answer))) => {
                Landing::Answered(manifest, took, answer)
            }
            (Some(Self::Again(manifest, _)), _) => Landing::Again(manifest),
            _ => std::future::pending().await,
        }
    }
}

impl Manifest {
    /// The offset of the record that the batch's row number `row` came from.
    pub(super) fn offset_of_row(&self, row: usize) -> Option<Offset> {
        let stored = self.decisions.iter().zip(&self.records);
        let mut rows = stored.filter(|(decision, _)| matches!(decision, Decision::Stored { .. }));
        rows.nth(row).map(|(_, (offset, _))| *offset)
    }
}
