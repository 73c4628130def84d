//! Batches on their way to the store.

use std::collections::BTreeMap;
use std::future::poll_fn;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

use bytes::Bytes;
use kassa_eventlog::{Epoch, Offset, Partition};
use kassa_eventstore::{Batch, DeadLetter, EventStore, InsertError, Row};
use kassa_model::failpoint;
use tokio::task::JoinHandle;
use tokio::time::Sleep;
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

/// A partition's batch that is with the store, or that waits to be sent again.
#[derive(Debug)]
pub(super) enum Flight {
    /// The store has it.
    UnderWay(Manifest, JoinHandle<(Duration, Result<(), InsertError>)>),
    /// The store could not take it; nothing was done.
    Again(Manifest, Pin<Box<Sleep>>),
}

/// One flight of a partition at most.
pub(super) type Flights = BTreeMap<Partition, Flight>;

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
            from: manifest.from.0,
            to: manifest.to.0,
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

    /// A batch that is sent again after `pause`.
    pub(super) fn again(manifest: Manifest, pause: Duration) -> Self {
        Self::Again(manifest, Box::pin(tokio::time::sleep(pause)))
    }

    /// Whether the store has it.
    pub(super) fn is_under_way(&self) -> bool {
        matches!(self, Self::UnderWay(..))
    }

    /// Waits for the first end of a flight, for ever if there is none. A dropped call changes nothing.
    pub(super) async fn landing(flights: &mut Flights) -> Landing {
        poll_fn(|context| {
            let ended = flights.iter_mut().find_map(|(partition, flight)| match flight.poll_end(context) {
                Poll::Ready(answer) => Some((*partition, answer)),
                Poll::Pending => None,
            });
            let flight = ended.and_then(|(partition, answer)| Some((flights.remove(&partition)?, answer)));
            match flight {
                None => Poll::Pending,
                Some((Self::Again(manifest, _), _)) => Poll::Ready(Landing::Again(manifest)),
                Some((Self::UnderWay(manifest, _), (took, answer))) => {
                    Poll::Ready(Landing::Answered(manifest, took, answer))
                }
            }
        })
        .await
    }

    /// The store's answer, and how long it took; of a pause nothing but its end.
    fn poll_end(&mut self, context: &mut Context<'_>) -> Poll<(Duration, Result<(), InsertError>)> {
        match self {
            Self::Again(_, pause) => pause.as_mut().poll(context).map(|()| (Duration::ZERO, Ok(()))),
            // The store panicked: what it did is unknown.
            Self::UnderWay(_, task) => Pin::new(task).poll(context).map(|ended| {
                ended.unwrap_or_else(|why| (Duration::ZERO, Err(InsertError::Unknown(why.to_string()))))
            }),
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
