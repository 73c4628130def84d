//! What the disk can do, in the same run: the yardstick for how long durability takes.

use std::fs::File;
use std::io::Write;
use std::path::Path;
use std::time::Instant;

use crate::stats::median;

const SYNCS: usize = 1_000;
const BYTES: usize = 64 << 10;

/// Median of 1,000 times: append 64 KiB to a file in `folder` and `fdatasync` it, ms.
pub(crate) fn sync_ms(folder: &Path) -> anyhow::Result<f64> {
    let path = folder.join("sync");
    let mut file = File::create(&path)?;
    let block = vec![0x5a; BYTES];
    let mut times = Vec::with_capacity(SYNCS);
    for _ in 0..SYNCS {
        file.write_all(&block)?;
        let begin = Instant::now();
        file.sync_data()?;
        times.push(begin.elapsed().as_secs_f64() * 1e3);
    }
    std::fs::remove_file(path)?;
    Ok(median(&times))
}
