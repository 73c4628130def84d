//! What the disk can do, in the same run: the yardstick for how long durability takes.

use std::fs::File;
use std::io::Write;
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;

use crate::stats::median;

const SYNCS: usize = 1_000;
const BYTES: usize = 64 << 10;

static FILES: AtomicU64 = AtomicU64::new(0);

/// Median of 1,000 times: append 64 KiB to a new file in `folder` and `fdatasync` it, ms. The file stays: a disk is busy with
/// deleting for a while, and what is measured next would pay for it.
pub(crate) fn sync_ms(folder: &Path) -> anyhow::Result<f64> {
    let path = folder.join(format!("sync-{}", FILES.fetch_add(1, Ordering::Relaxed)));
    let mut file = File::create(&path)?;
    let block = vec![0x5a; BYTES];
    let mut times = Vec::with_capacity(SYNCS);
    for _ in 0..SYNCS {
        file.write_all(&block)?;
        let begin = Instant::now();
        file.sync_data()?;
        times.push(begin.elapsed().as_secs_f64() * 1e3);
    }
    Ok(median(&times))
}
