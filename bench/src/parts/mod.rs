//! The measurements, a file each. What they print and against what is described in docs/performance.md.

pub(crate) mod deliveries;
pub(crate) mod imports;
pub(crate) mod ingest;
pub(crate) mod journeys;
pub(crate) mod orders;
pub(crate) mod page;
pub(crate) mod products;
pub(crate) mod queries;
pub(crate) mod restart;
pub(crate) mod stored;
pub(crate) mod visible;

use std::sync::OnceLock;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// How much of everything is done: all, or a little to see that it runs.
static SIZE: OnceLock<Size> = OnceLock::new();

#[derive(Debug, Clone, Copy)]
struct Size {
    pairs: u64,
    divisor: u32,
}

/// Makes every part small; its figures mean nothing then.
pub(crate) fn make_quick() {
    // Set once, before the first part asks.
    let _ = SIZE.set(Size { pairs: 1, divisor: 20 });
}

fn size() -> Size {
    *SIZE.get_or_init(|| Size { pairs: 5, divisor: 1 })
}

/// Pairs of a ratio.
pub(crate) fn pairs() -> u64 {
    size().pairs
}

/// A count, or a part of it.
pub(crate) fn count(full: u64) -> u64 {
    full / u64::from(size().divisor)
}

/// A duration, or a part of it.
pub(crate) fn duration(full: Duration) -> Duration {
    full / size().divisor
}

/// Wall clock, ms since the epoch: what events of these requests carry.
pub(crate) fn now_ms() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_millis() as u64)
}
