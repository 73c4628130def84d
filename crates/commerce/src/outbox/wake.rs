//! What a process and its relay tell each other.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use kassa_model::Timestamp;
use tokio::sync::{Notify, OwnedMutexGuard};

/// Tells the relay of this process that something was committed, and to hold still, and hears from it how the outbox stands.
/// Clones share it.
#[derive(Debug, Clone, Default)]
pub struct Wake {
    pub(super) committed: Arc<Notify>,
    oldest: Arc<Mutex<Oldest>>,
    /// Held while rows are appended and marked.
    publishing: Arc<tokio::sync::Mutex<()>>,
}

/// The oldest row that waits, by the time that it bears, and since when it is that one.
type Oldest = Option<(Timestamp, Instant)>;

impl Wake {
    /// For how long this process has seen the same row of the outbox wait as the oldest, by a clock that nobody sets.
    pub fn oldest_waits(&self) -> Duration {
        let oldest = *self.oldest.lock().unwrap_or_else(PoisonError::into_inner);
        oldest.map_or(Duration::ZERO, |(_, since)| since.elapsed())
    }

    pub(super) fn note_oldest(&self, row: Option<Timestamp>) {
        let mut oldest = self.oldest.lock().unwrap_or_else(PoisonError::into_inner);
        *oldest = match (row, *oldest) {
            (Some(row), Some((known, since))) if known == row => Some((known, since)),
            (row, _) => row.map(|row| (row, Instant::now())),
        };
    }

    /// To be called after every commit that wrote outbox rows. Forgetting it costs a poll's time, nothing else.
    pub fn wake(&self) {
        self.committed.notify_one();
    }

    /// Waits until no row is on its way between the log and its mark, and lets none set out until the guard is dropped.
    pub async fn hold(&self) -> OwnedMutexGuard<()> {
        Arc::clone(&self.publishing).lock_owned().await
    }
}
