//! What the disk can do, in the same run: the yardstick for how long durability takes.

use std::fs::File;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;

use crate::stats::median;

const SYNCS: usize = 1_000;
const BYTES: usize = 64 << 10;

static FILES: AtomicU64 = AtomicU64::new(0);

/// What 1,000 syncs took.
pub(crate) struct Syncs {
    /// The median, ms.
    pub(crate) median_ms: f64,
    /// The share of their time, 0 to 1, that went into those that took longer than so many medians.
    pub(crate) held_up: f64,
}

/// 1,000 times: append 64 KiB to a new file in `folder` and `fdatasync` it. A sync of more than `late` medians counts as
/// held up: a virtual disk can stand still by itself. The file stays: a disk is busy with deleting for a while, and what
/// is measured next would pay for it.
pub(crate) fn syncs(folder: &Path, late: f64) -> anyhow::Result<Syncs> {
    let mut file = File::create(new_path(folder))?;
    let block = vec![0x5a; BYTES];
    let mut times = Vec::with_capacity(SYNCS);
    for _ in 0..SYNCS {
        file.write_all(&block)?;
        let begin = Instant::now();
        file.sync_data()?;
        times.push(begin.elapsed().as_secs_f64() * 1e3);
    }
    let median_ms = median(&times);
    // The sum of none is minus zero.
    let late_ms = times.iter().filter(|time| **time > late * median_ms).sum::<f64>() + 0.0;
    Ok(Syncs { median_ms, held_up: late_ms / times.iter().sum::<f64>() })
}

fn new_path(folder: &Path) -> PathBuf {
    folder.join(format!("sync-{}", FILES.fetch_add(1, Ordering::Relaxed)))
}
