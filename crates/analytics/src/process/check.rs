//! Whether a store and a log belong together, asked before a process serves anything.

use kassa_eventlog::{EventLog, Stream};
use kassa_eventstore::EventStore;

use super::error::Error;
use super::takeup::position_in;

/// Checks that what the store holds of every partition is of this log and not beyond its end. Reads positions only.
///
/// # Errors
/// [`Error::OtherLog`] and [`Error::BeyondEnd`] with what to do; [`Error::Log`] when log or store do not answer.
pub async fn check_positions(log: &dyn EventLog, store: &dyn EventStore) -> Result<(), Error> {
    let status = log.status(Stream::Events).await.map_err(|error| Error::Log(error.to_string()))?;
    let marks = store.marks().await.map_err(|error| Error::Log(error.to_string()))?;
    for found in &status.partitions {
        position_in(&status, found.partition, marks.get(&found.partition).copied())?;
    }
    Ok(())
}
