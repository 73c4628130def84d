//! How much room the data folder has, what uses it, and for how many days it is enough at the rate at which it has grown of late.

use std::collections::VecDeque;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use kassa_service::Shutdown;
use serde::Serialize;

use crate::config::{Config, LogUrl, StoreUrl};

/// Between two looks at how much is used.
const LOOK_EVERY: Duration = Duration::from_secs(600);
/// So many looks are remembered: those of a week.
const LOOKS_MAX: usize = 7 * 24 * 6;
/// Over less than this nothing is said about a rate.
const RATE_OVER: Duration = Duration::from_secs(3_600);
const DAY_SECONDS: f64 = 86_400.0;

/// The data folder of a process, and how it grows.
#[derive(Debug)]
pub(crate) struct Space {
    folder: PathBuf,
    /// What is named of it, and where that is.
    places: Vec<(&'static str, PathBuf)>,
    /// Below so much free space the log takes nothing more, bytes.
    reserve: u64,
    looks: Mutex<VecDeque<(Instant, u64)>>,
}

/// What was found.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(crate) struct Room {
    folder: String,
    free_bytes: u64,
    total_bytes: u64,
    /// Below so much free space no event is taken any more.
    reserve_bytes: u64,
    used_bytes: u64,
    uses: Vec<Use>,
    /// Null within an hour after the start.
    growth_bytes_per_day: Option<i64>,
    /// Null where it is not known, or the folder does not grow.
    days_left: Option<f64>,
}

/// A part of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
struct Use {
    what: &'static str,
    bytes: u64,
}

impl Space {
    /// That of this configuration.
    pub(crate) fn new(config: &Config) -> Self {
        let mut places = Vec::new();
        if let Some(database) = config.database.url.strip_prefix("sqlite:") {
            places.push(("shop", PathBuf::from(database)));
        }
        if let Ok(LogUrl::Local(log)) = config.log_url() {
            places.push(("log", log));
        }
        if let Ok(StoreUrl::Duckdb(store)) = config.store_url() {
            places.push(("events", store));
        }
        if config.assets.s3.bucket.is_empty() {
            places.push(("pictures", PathBuf::from(&config.assets.folder)));
        }
        places.push(("mailbox", config.data.join("mailbox")));
        places.push(("exports", config.data.join("exports")));
        let reserve = config.log.reserve_bytes;
        Self { folder: config.data.clone(), places, reserve, looks: Mutex::default() }
    }

    /// Looks at it now; takes as long as there are files.
    pub(crate) fn look(&self) -> Room {
        let disk = rustix::fs::statvfs(&self.folder).ok();
        let bytes = |blocks: u64| disk.as_ref().map_or(0, |disk| blocks.saturating_mul(disk.f_frsize));
        let free_bytes = bytes(disk.as_ref().map_or(0, |disk| disk.f_bavail));
        let mut uses: Vec<Use> = (self.places.iter())
            .map(|(what, path)| Use { what, bytes: bytes_of(path) })
            .filter(|one| one.bytes > 0)
            .collect();
        let within = self.places.iter().filter(|(_, path)| path.starts_with(&self.folder));
        let named: u64 = within.map(|(_, path)| bytes_of(path)).sum();
        let used_bytes = bytes_of(&self.folder);
        uses.push(Use { what: "other", bytes: used_bytes.saturating_sub(named) });
        let growth = self.growth(Instant::now(), used_bytes);
        Room {
            folder: self.folder.display().to_string(),
            free_bytes,
            total_bytes: bytes(disk.as_ref().map_or(0, |disk| disk.f_blocks)),
            reserve_bytes: self.reserve,
            used_bytes,
            uses,
            growth_bytes_per_day: growth.map(|growth| growth as i64),
            days_left: growth.and_then(|growth| days_left(free_bytes.saturating_sub(self.reserve), growth)),
        }
    }

    /// How many bytes it has grown by in a day, since the oldest look.
    fn growth(&self, now: Instant, used: u64) -> Option<f64> {
        let looks = self.looks.lock().unwrap_or_else(PoisonError::into_inner);
        let (then, before) = *looks.front()?;
        let over = now.saturating_duration_since(then);
        (over >= RATE_OVER).then(|| (used as f64 - before as f64) / over.as_secs_f64() * DAY_SECONDS)
    }

    fn note(&self, at: Instant, used: u64) {
        let mut looks = self.looks.lock().unwrap_or_else(PoisonError::into_inner);
        looks.push_back((at, used));
        if looks.len() > LOOKS_MAX {
            looks.pop_front();
        }
    }

    /// Looks now and then how much is used, until the shutdown.
    pub(crate) async fn watch(self: std::sync::Arc<Self>, shutdown: Shutdown) {
        while !shutdown.is_triggered() {
            let space = std::sync::Arc::clone(&self);
            let look = move || space.note(Instant::now(), bytes_of(&space.folder));
            if tokio::task::spawn_blocking(look).await.is_err() {
                return;
            }
            tokio::select! {
                () = shutdown.wait() => {}
                () = tokio::time::sleep(LOOK_EVERY) => {}
            }
        }
    }
}

/// For how many days `free` bytes are enough, to a tenth; `None` where nothing grows.
fn days_left(free: u64, growth: f64) -> Option<f64> {
    (growth >= 1.0).then(|| (free as f64 / growth * 10.0).floor() / 10.0)
}

/// Bytes of a file with what lies beside it, or of all below a folder.
pub(crate) fn bytes_of(path: &Path) -> u64 {
    let Ok(found) = std::fs::symlink_metadata(path) else { return 0 };
    if !found.is_dir() {
        let beside = ["-wal", ".wal"].map(|tail| {
            let mut name = path.as_os_str().to_owned();
            name.push(tail);
            std::fs::metadata(name).map_or(0, |found| found.len())
        });
        return found.len() + beside.iter().sum::<u64>();
    }
    let entries = std::fs::read_dir(path).into_iter().flatten().flatten();
    entries.map(|entry| of_entry(&entry.path())).sum()
}

/// The same of what stands in a folder, where what lies beside a file is an entry of its own.
fn of_entry(path: &Path) -> u64 {
    match std::fs::symlink_metadata(path) {
        Ok(found) if found.is_dir() => bytes_of(path),
        Ok(found) => found.len(),
        Err(_) => 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Overrides;

    #[test]
    fn tells_what_uses_the_folder_and_what_is_free() {
        let dir = tempfile::tempdir().unwrap();
        let data = dir.path().join("data");
        std::fs::create_dir_all(data.join("log")).unwrap();
        let write = |name: &str, bytes: usize| std::fs::write(data.join(name), vec![0; bytes]).unwrap();
        write("kassa.db", 100);
        write("kassa.db-wal", 11);
        write("log/0", 1_000);
        write("sites.json", 7);
        let flags = Overrides::flags(vec![("data", data.display().to_string())]);
        let room = Space::new(&Config::load(None, &flags).unwrap()).look();
        let uses: Vec<(&str, u64)> = room.uses.iter().map(|one| (one.what, one.bytes)).collect();
        assert_eq!(uses, [("shop", 111), ("log", 1_000), ("other", 7)]);
        assert_eq!((room.used_bytes, room.growth_bytes_per_day, room.days_left), (1_118, None, None));
        assert!(room.free_bytes > 0 && room.total_bytes >= room.free_bytes, "{room:?}");
    }

    #[test]
    fn says_how_long_it_is_enough_once_it_has_looked_for_an_hour() {
        let config = Config::load(None, &Overrides::default()).unwrap();
        let space = Space::new(&config);
        let begun = Instant::now();
        assert_eq!(space.growth(begun, 5), None);
        space.note(begun, 1_000);
        space.note(begun + LOOK_EVERY, 9_000);
        assert_eq!(space.growth(begun + Duration::from_secs(3_599), 2_000), None);
        let growth = space.growth(begun + Duration::from_secs(43_200), 2_000).unwrap();
        assert!((growth - 2_000.0).abs() < 1e-6, "{growth}");
        assert_eq!(days_left(5_000, growth), Some(2.5));
        assert_eq!((days_left(5_000, 0.0), days_left(5_000, -3.0)), (None, None));
        (0..LOOKS_MAX).for_each(|_| space.note(begun, 1));
        assert_eq!(space.looks.lock().unwrap().len(), LOOKS_MAX);
    }
}
