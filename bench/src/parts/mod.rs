//! The measurements, a file each. What they print and against what is described in docs/performance.md.

pub(crate) mod ingest;
pub(crate) mod queries;
pub(crate) mod restart;
pub(crate) mod stored;
pub(crate) mod visible;

use std::time::{SystemTime, UNIX_EPOCH};

/// Pairs of a ratio.
pub(crate) const PAIRS: u64 = 5;

/// Wall clock, ms since the epoch: what events of these requests carry.
pub(crate) fn now_ms() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_millis() as u64)
}
