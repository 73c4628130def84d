//! What a database has done so far, for metrics.

use std::sync::atomic::{AtomicU64, Ordering};

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

/// The counters behind [`Stats`].
#[derive(Debug, Default)]
pub(crate) struct Counters {
    pub(crate) commits: AtomicU64,
    pub(crate) operations: AtomicU64,
    pub(crate) refusals: AtomicU64,
    pub(crate) failures: AtomicU64,
    pub(crate) reruns: AtomicU64,
    pub(crate) unknowns: AtomicU64,
    pub(crate) reads: AtomicU64,
    group_sizes: [AtomicU64; 8],
}

impl Counters {
    /// Counts a commit that `operations` share.
    pub(crate) fn committed(&self, operations: usize) {
        add(&self.commits, 1);
        add(&self.operations, operations);
        let bucket = GROUP_SIZES.iter().position(|bound| operations <= *bound);
        add(&self.group_sizes[bucket.unwrap_or(GROUP_SIZES.len())], 1);
    }

    pub(crate) fn snapshot(&self) -> Stats {
        let of = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
        Stats {
            commits: of(&self.commits),
            operations: of(&self.operations),
            refusals: of(&self.refusals),
            failures: of(&self.failures),
            reruns: of(&self.reruns),
            unknowns: of(&self.unknowns),
            reads: of(&self.reads),
            group_sizes: std::array::from_fn(|bucket| of(&self.group_sizes[bucket])),
            waiting_writes: 0,
            waiting_reads: 0,
        }
    }
}

/// Adds to a counter.
pub(crate) fn add(counter: &AtomicU64, count: usize) {
    counter.fetch_add(count as u64, Ordering::Relaxed);
}
