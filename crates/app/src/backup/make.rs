//! Makes a backup while kassa runs, or stands still, in a new folder below `data/exports`.
//!
//! In this order, so that each part can follow the others: the store, at some position; then, while the relay holds still for
//! a moment, the state of the shop's database and the end of the log together, so that what is marked as published is in the
//! log, and what is in the log the database knows; then the log itself, which must still begin before the store's position.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf, absolute};
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use anyhow::{Context, bail};
use kassa_commerce::outbox::Wake;
use kassa_db::{Db, Engine};
use kassa_eventlog::{EventLog, Stream, Upkeep};
use kassa_eventstore::{EventStore, Mark};
use kassa_model::{Clock, Progress, SystemClock, failpoint};
use uuid::Uuid;

use super::files::{entries, make_dir, sync_dir, sync_tree, write_new};
use super::last::note_made;
use super::pictures;
use super::{ASSETS, DATABASE, LOG, MANIFEST, Manifest, SITES, STORE, VERSION};
use crate::open::Parts;

/// How often the store is copied again when the log has moved on beyond its position meanwhile.
const TRIES: u32 = 3;
/// After so long without a sign of it nobody is bringing a finished backup away any more.
const LEFT_AFTER: Duration = Duration::from_secs(24 * 3_600);

/// Makes backups of one data folder, one at a time.
#[derive(Debug)]
pub(crate) struct Maker {
    data: PathBuf,
    assets: PathBuf,
    log: Arc<dyn EventLog>,
    store: Arc<dyn EventStore>,
    db: Db,
    wake: Wake,
    turn: tokio::sync::Mutex<()>,
}

impl Maker {
    /// For the data folder of `parts`.
    ///
    /// # Errors
    /// A sentence, where this process does not have all parts, or the shop is not in one SQLite file.
    pub(crate) fn new(parts: &Parts) -> Result<Self, String> {
        let missing = |_| {
            "this process does not have shop, log and store: back up the data folder of the one that does, and a \
             PostgreSQL with pg_dump".to_owned()
        };
        let (shop, log) = (parts.shop().map_err(missing)?, parts.log().map_err(missing)?);
        let store = parts.store().map_err(missing)?;
        let [(_, db)] = parts.database_list() else {
            return Err("the shop is in several databases, which cannot be copied as of one moment: stop kassa and copy them \
                        with log and store"
                .to_owned());
        };
        if db.engine() != Engine::Sqlite {
            return Err("the shop is on PostgreSQL: back it up with pg_dump, and stop kassa to copy log and store at the same \
                        time; kassa backup copies a shop on SQLite"
                .to_owned());
        }
        let turn = tokio::sync::Mutex::new(());
        Ok(Self {
            data: parts.config.data.clone(),
            assets: PathBuf::from(&parts.config.assets.folder),
            log,
            store,
            db: db.clone(),
            wake: shop.wake.clone(),
            turn,
        })
    }

    /// Makes one; returns its folder, which is whoever's who asked.
    ///
    /// # Errors
    /// Another one is being made; files cannot be read or written.
    pub(crate) async fn make(&self, progress: Arc<dyn Progress>) -> anyhow::Result<PathBuf> {
        let Ok(_turn) = self.turn.try_lock() else { bail!("a backup is being made already") };
        let exports = self.data.join("exports");
        make_dir(&exports)?;
        remove_leftovers(&exports);
        let name = format!("backup-{}", Uuid::now_v7());
        let (unfinished, finished) = (exports.join(format!("{name}.unfinished")), exports.join(&name));
        let made = self.fill(&unfinished, &progress).await;
        let ended = made.and_then(|()| {
            std::fs::rename(&unfinished, &finished).context("cannot name the finished backup")?;
            sync_dir(&exports)?;
            note_made(&self.data, &Manifest::read(&finished)?)
        });
        if ended.is_err() {
            // What went wrong is told; the next one tries again.
            let _ = std::fs::remove_dir_all(&unfinished);
        }
        ended?;
        Ok(absolute(&finished)?)
    }

    async fn fill(&self, dir: &Path, progress: &Arc<dyn Progress>) -> anyhow::Result<()> {
        let mut tries = 0;
        let positions = loop {
            tries += 1;
            make_dir(dir)?;
            let positions = self.store.copy_to(&dir.join(STORE), Arc::clone(progress)).await?;
            failpoint::hit("backup.after_store");
            if self.copy_rest(dir, &positions, progress).await? {
                break positions;
            }
            std::fs::remove_dir_all(dir).with_context(|| format!("cannot remove {}", dir.display()))?;
            if tries == TRIES {
                bail!(
                    "the log is trimmed faster than the store is copied: try again when there is less to do"
                );
            }
        };
        let (data, assets) = (self.data.clone(), self.assets.clone());
        let (dir, progress) = (dir.to_owned(), Arc::clone(progress));
        let finish = move || {
            pictures::copy(&assets, &dir.join(ASSETS), progress.as_ref())?;
            finish(&data, &dir, &positions, progress.as_ref())
        };
        tokio::task::spawn_blocking(finish).await?
    }

    /// Database and log as of one moment; false when the log does not begin before the store's positions any more.
    async fn copy_rest(
        &self,
        dir: &Path,
        positions: &BTreeMap<u32, Mark>,
        progress: &Arc<dyn Progress>,
    ) -> anyhow::Result<bool> {
        let (db, log) = (self.db.clone(), Arc::clone(&self.log));
        let held = self.wake.hold().await;
        let cut = move || log.upkeep().and_then(Upkeep::cut);
        let taken =
            tokio::task::spawn_blocking(move || Ok::<_, kassa_db::Error>((db.snapshot()?, cut()))).await;
        drop(held);
        let (snapshot, cut) = taken??;
        let cut = cut.context("the log is no folder: its own tools make its backups")?;
        let (dir, progress) = (dir.to_owned(), Arc::clone(progress));
        let copied = tokio::task::spawn_blocking(move || {
            snapshot.copy(&dir.join(DATABASE), progress.as_ref())?;
            anyhow::Ok(cut.copy(&dir.join(LOG), progress.as_ref())?)
        });
        let first = copied.await??.first;
        let follows = |partition: &u32, mark: &Mark| {
            first.get(&(Stream::Events, *partition)).is_some_and(|first| first.0 <= mark.position)
        };
        Ok(positions.iter().all(|(partition, mark)| follows(partition, mark)))
    }
}

/// Sites, checksums, and at last the manifest.
fn finish(
    data: &Path,
    dir: &Path,
    positions: &BTreeMap<u32, Mark>,
    progress: &dyn Progress,
) -> anyhow::Result<()> {
    match std::fs::read(data.join(SITES)) {
        Ok(bytes) => write_new(&dir.join(SITES), &bytes)?,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
        Err(error) => return Err(error).context("cannot read sites.json"),
    }
    let manifest = Manifest {
        v: VERSION,
        made_by: env!("CARGO_PKG_VERSION").to_owned(),
        made_at: SystemClock.now().to_string(),
        erasures: erasures(dir)?,
        positions: positions
            .iter()
            .map(|(partition, mark)| (*partition, mark.position.to_string()))
            .collect(),
        files: entries(dir, progress)?,
    };
    sync_tree(dir)?;
    failpoint::hit("backup.before_manifest");
    write_new(&dir.join(MANIFEST), &serde_json::to_vec_pretty(&manifest)?)?;
    sync_dir(dir)
}

/// How many erasures the log of the backup in `dir` knows of.
fn erasures(dir: &Path) -> anyhow::Result<usize> {
    #[derive(serde::Deserialize)]
    struct Kept {
        list: Vec<serde::de::IgnoredAny>,
    }
    let path = dir.join(LOG).join("erasures.json");
    match std::fs::read(&path) {
        Ok(bytes) => {
            let kept: Kept =
                serde_json::from_slice(&bytes).with_context(|| format!("cannot read {}", path.display()))?;
            Ok(kept.list.len())
        }
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(0),
        Err(error) => Err(error).with_context(|| format!("cannot read {}", path.display())),
    }
}

/// Removes what killed backups have left, and finished ones that nobody has fetched.
fn remove_leftovers(exports: &Path) {
    let Ok(listed) = std::fs::read_dir(exports) else { return };
    for entry in listed.flatten() {
        let name = entry.file_name().to_string_lossy().into_owned();
        let age = || SystemTime::now().duration_since(entry.metadata().ok()?.modified().ok()?).ok();
        let left = name.ends_with(".unfinished") || age().is_some_and(|age| age > LEFT_AFTER);
        if name.starts_with("backup-") && left {
            tracing::info!(name, "removing an unfinished backup");
            if let Err(error) = std::fs::remove_dir_all(entry.path()) {
                tracing::warn!(name, %error, "cannot remove an unfinished backup");
            }
        }
    }
}
