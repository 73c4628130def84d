//! Replay: everything that the log still holds, through the same fold, into an empty store.

use std::collections::BTreeMap;
use std::sync::Arc;

use kassa_eventlog::{EventLog, Offset, Partition, Stream};
use kassa_eventstore::EventStore;
use kassa_model::Timestamp;
use kassa_service::Shutdown;

use super::driver::{Driver, Goal};
use super::environment::{Begins, Environment, Halt};
use super::error::Error;
use super::options::ProcessorOptions;
use super::status::Board;

/// How far a replay is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct ReplayProgress {
    /// Records read and stored so far.
    pub records: u64,
    /// The newest receipt among the stored rows.
    pub received_at: Option<Timestamp>,
}

/// What a replay covered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReplaySummary {
    /// Records read and stored.
    pub records: u64,
    /// Per partition, from the first retained offset to where the log ended at the start (exclusive).
    pub ranges: BTreeMap<Partition, (Offset, Offset)>,
    /// False when it was stopped before the end.
    pub complete: bool,
}

/// Replays the log into `store`, which must be empty, up to where the log ends now, beside the living processor. The rows are those of a processor
/// that has read the same records, if the log still begins with its first one.
///
/// # Errors
/// [`Error::NotEmpty`] when the store holds a partition already; [`Error::Log`] when the log is damaged.
pub async fn replay(
    log: Arc<dyn EventLog>,
    store: Arc<dyn EventStore>,
    options: &ProcessorOptions,
    shutdown: &Shutdown,
    mut progress: impl FnMut(ReplayProgress) + Send,
) -> Result<ReplaySummary, Error> {
    let status = log.status(Stream::Events).await.map_err(|error| Error::Log(error.to_string()))?;
    let ranges: BTreeMap<_, _> =
        status.partitions.iter().map(|found| (found.partition, (found.first, found.end))).collect();
    let subscription = log.read(Stream::Events);
    let mut so_far = ReplayProgress::default();
    let mut tell = |records: u64, received_at: Option<Timestamp>| {
        so_far.records += records;
        so_far.received_at = so_far.received_at.max(received_at);
        progress(so_far);
    };
    let board = Board::new(Arc::clone(&options.clock));
    let environment = Environment { options, log, store, board: &board, shutdown, begins: Begins::Anew };
    let ends = ranges.iter().map(|(partition, (_, end))| (*partition, *end)).collect();
    let goal = Goal { ends, progress: &mut tell };
    let complete = match Driver::new(environment, subscription, Some(goal)).run().await {
        Ok(()) => true,
        Err(Halt::Shutdown) => false,
        Err(Halt::Failed(error)) => return Err(error),
    };
    Ok(ReplaySummary { records: so_far.records, ranges, complete })
}
