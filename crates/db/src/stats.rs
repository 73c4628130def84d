//! What a database has done so far, for metrics.

use std::sync::{Mutex, MutexGuard, PoisonError};

/// Upper bounds of the buckets of [`Stats::group_sizes`]; the last bucket has none.
pub const GROUP_SIZES: [usize; 7] = [1, 2, 4, 8, 16, 32, 64];

/// Counts since the database was opened.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Stats {
    /// Durable commits.
    pub commits: u64,
    /// Write operations that were committed.
    pub operations: u64,
    /// Write operations that undid themselves by an `Err`.
    pub refusals: u64,
    /// Write operations that failed: statement, panic, lock, disk, connection.
    pub failures: u64,
    /// Operations that were run again: a lost group, a serialization failure, a deadlock, a lost connection.
    pub reruns: u64,
    /// Commits whose outcome is unknown.
    pub unknowns: u64,
    /// Read operations.
    pub reads: u64,
    /// Commits by how many operations shared them: up to 1, 2, 4, 8, 16, 32, 64 ([`GROUP_SIZES`]), and more.
    pub group_sizes: [u64; 8],
    /// Operations that wait for a writer now.
    pub waiting_writes: u64,
    /// Operations that wait for a reader now.
    pub waiting_reads: u64,
}

/// The counts of a database that is open.
#[derive(Debug, Default)]
pub(crate) struct Counters(Mutex<Stats>);

impl Counters {
    /// The counts, to be read or added to. A panic elsewhere leaves plain numbers that are still good.
    pub(crate) fn lock(&self) -> MutexGuard<'_, Stats> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Stats {
    /// Counts a commit that `operations` share.
    pub(crate) fn committed(&mut self, operations: u64) {
        self.commits += 1;
        self.operations += operations;
        let bucket = GROUP_SIZES.iter().position(|bound| operations <= *bound as u64);
        self.group_sizes[bucket.unwrap_or(GROUP_SIZES.len())] += 1;
    }
}
