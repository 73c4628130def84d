//! Whether a store and a log belong together, asked before a process serves anything.

use std::sync::{Arc, Mutex, PoisonError};

use kassa_eventlog::{EventLog, Stream};
use kassa_eventstore::{EventStore, Resume, Resumed};

use super::processor::Error;
use super::takeup::position_in;

/// Checks that what the store holds of every partition is of this log and not beyond its end. Reads positions only.
///
/// # Errors
/// [`Error::OtherLog`] and [`Error::BeyondEnd`] with what to do; [`Error::Log`] when log or store do not answer.
pub async fn check_positions(log: &dyn EventLog, store: &dyn EventStore) -> Result<(), Error> {
    let status = log.status(Stream::Events).await.map_err(|error| Error::Log(error.to_string()))?;
    for partition in &status.partitions {
        let partition = partition.partition;
        let found = Arc::new(Mutex::new(None));
        let sink = Arc::clone(&found);
        let keep = move |piece| {
            if let Resumed::Mark(mark) = piece {
                *sink.lock().unwrap_or_else(PoisonError::into_inner) = mark;
            }
        };
        store
            .resume(Resume::standing(partition), Box::new(keep))
            .await
            .map_err(|error| Error::Log(error.to_string()))?;
        let mark = *found.lock().unwrap_or_else(PoisonError::into_inner);
        position_in(&status, partition, mark)?;
    }
    Ok(())
}
