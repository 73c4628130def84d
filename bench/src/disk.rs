//! What the disk can do, in the same run: the yardstick for how long durability takes.

use std::fs::File;
use std::io::Write;
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use crate::stats::median;

const SYNCS: usize = 1_000;
const BYTES: usize = 64 << 10;
/// How often the disk is tried beside a load, and with how much: fifty small syncs a second beside the thousands of a log.
const TRY_EVERY: Duration = Duration::from_millis(20);
const TRY_BYTES: usize = 4 << 10;

static FILES: AtomicU64 = AtomicU64::new(0);

/// Median of 1,000 times: append 64 KiB to a new file in `folder` and `fdatasync` it, ms. The file stays: a disk is busy with
/// deleting for a while, and what is measured next would pay for it.
pub(crate) fn sync_ms(folder: &Path) -> anyhow::Result<f64> {
    let mut file = File::create(new_path(folder))?;
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

/// Does `work`, and says which share of its time (0 to 1) the disk held up a bare `fdatasync` of a page in `folder`, tried
/// every 20 ms, for longer than `limit_ms`. A virtual disk can stand still by itself, and nothing that waits for it can
/// answer meanwhile; but the load's own writes slow the tries, too, so this alone excuses nothing.
pub(crate) fn held_up_during<T>(
    folder: &Path,
    limit_ms: f64,
    work: impl FnOnce() -> anyhow::Result<T>,
) -> anyhow::Result<(T, f64)> {
    let file = File::create(new_path(folder))?;
    let done = AtomicBool::new(false);
    std::thread::scope(|scope| {
        let tries = scope.spawn(|| held_up(&file, limit_ms, &done));
        let result = work();
        done.store(true, Ordering::SeqCst);
        let share =
            tries.join().map_err(|_| anyhow::anyhow!("the thread that tries the disk panicked"))??;
        Ok((result?, share))
    })
}

fn held_up(file: &File, limit_ms: f64, done: &AtomicBool) -> std::io::Result<f64> {
    let page = [0x5a; TRY_BYTES];
    // So that the tries change no size, which would take the file system's journal.
    file.write_all_at(&page, 0)?;
    file.sync_all()?;
    let (begin, mut held_up) = (Instant::now(), Duration::ZERO);
    while !done.load(Ordering::SeqCst) {
        file.write_all_at(&page, 0)?;
        let tried = Instant::now();
        file.sync_data()?;
        let took = tried.elapsed();
        if took.as_secs_f64() * 1e3 > limit_ms {
            held_up += took;
        }
        std::thread::sleep(TRY_EVERY);
    }
    Ok(held_up.as_secs_f64() / begin.elapsed().as_secs_f64())
}

fn new_path(folder: &Path) -> PathBuf {
    folder.join(format!("sync-{}", FILES.fetch_add(1, Ordering::Relaxed)))
}
