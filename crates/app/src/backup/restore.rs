//! The way back: a backup into an empty data folder, all of it or nothing.
//!
//! While it is under way, `restore.unfinished` lies in the folder, and nobody opens it but another restore, which begins anew.

use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use kassa_model::{Progress, failpoint};

use super::files::{copy_checked, is_empty, make_dir, sync_dir, sync_tree, write_new};
use super::last::{RESTORED, note_restored};
use super::{ASSETS, DATABASE, Entry, Manifest, SITES, STORE};
use crate::config::{Config, LogUrl, StoreUrl};
use crate::lock;
use crate::lock::MARKER;

/// What the lock leaves in a folder that was empty.
const OF_THE_LOCK: [&str; 2] = ["kassa.lock", "kassa.token"];

/// Where the parts of a backup go.
#[derive(Debug)]
struct Places {
    data: PathBuf,
    log: PathBuf,
    store: PathBuf,
    database: PathBuf,
    assets: PathBuf,
}

impl Places {
    /// By the configuration, which must keep all of them in the data folder.
    fn of(config: &Config) -> anyhow::Result<Self> {
        let database = config.database.url.strip_prefix("sqlite:").map(PathBuf::from);
        let Some(database) = database else {
            bail!(
                "database.url is no SQLite file: a backup is restored into one, and a PostgreSQL by pg_restore"
            )
        };
        let (LogUrl::Local(log), StoreUrl::Duckdb(store)) = (config.log_url()?, config.store_url()?);
        let assets = PathBuf::from(&config.assets.folder);
        let places = Self { data: config.data.clone(), log, store, database, assets };
        for place in [&places.log, &places.store, &places.database, &places.assets] {
            if !place.starts_with(&places.data) || *place == places.data {
                bail!(
                    "{} is no place in the data folder {}: restore into one that holds everything",
                    place.display(),
                    places.data.display()
                );
            }
        }
        Ok(places)
    }

    /// Where a file of the backup goes.
    fn place(&self, entry: &Entry) -> PathBuf {
        match entry.path.as_str() {
            DATABASE => self.database.clone(),
            STORE => self.store.clone(),
            SITES => self.data.join(SITES),
            other => match other.split_once('/') {
                Some((ASSETS, picture)) => self.assets.join(picture),
                _ => self.log.join(other.strip_prefix("log/").unwrap_or(other)),
            },
        }
    }

    /// Removes what an unfinished restore has written, and what who opened it to erase somebody left beside.
    fn clear(&self) -> anyhow::Result<()> {
        let own = [&self.log, &self.store, &self.database, &self.assets].map(|path| path.clone());
        let of_engines = [(&self.store, ".wal"), (&self.database, "-wal"), (&self.database, "-shm")].map(
            |(path, tail)| {
                let mut name = path.as_os_str().to_owned();
                name.push(tail);
                PathBuf::from(name)
            },
        );
        let beside =
            [SITES, "salts.json", "exports", "erasures.due", RESTORED].map(|name| self.data.join(name));
        for path in own.iter().chain(&of_engines).chain(&beside) {
            let removed = if path.is_dir() { fs::remove_dir_all(path) } else { fs::remove_file(path) };
            match removed {
                Err(error) if error.kind() != ErrorKind::NotFound => {
                    return Err(error).with_context(|| format!("cannot remove {}", path.display()));
                }
                _ => {}
            }
        }
        Ok(())
    }
}

/// Restores the backup in `from` into the data folder of `config`.
///
/// # Errors
/// The backup is unfinished, damaged or newer; the folder is not empty or in use; files cannot be written; `before_end` fails, which
/// is called when all is there and nobody else may open it. The folder is then as it was, or, where not even that could be done,
/// refused by everything but another restore.
pub(crate) fn restore(
    from: &Path,
    config: &Config,
    progress: &dyn Progress,
    before_end: impl FnOnce() -> anyhow::Result<()>,
) -> anyhow::Result<Manifest> {
    let manifest = Manifest::read(from)?;
    let places = Places::of(config)?;
    let data = &places.data;
    let marker = data.join(MARKER);
    let must_be_empty = || {
        if !marker.exists() && !is_empty(data, &OF_THE_LOCK)? {
            bail!("{} is not empty: restore into an empty folder, or one that is not there", data.display());
        }
        Ok(())
    };
    // Before anything is written there, and once more when nobody else can.
    must_be_empty()?;
    make_dir(data)?;
    let _lock = lock::take_to_restore(data)?;
    must_be_empty()?;
    let again = marker.exists();
    if again {
        places.clear()?;
        fs::remove_file(&marker).with_context(|| format!("cannot remove {}", marker.display()))?;
    }
    write_new(&marker, from.display().to_string().as_bytes())?;
    sync_dir(data)?;
    let filled = fill(from, &manifest, &places, progress).and_then(|()| before_end());
    if let Err(error) = filled.and_then(|()| note_restored(data, &manifest, from)) {
        places.clear()?;
        fs::remove_file(&marker)?;
        return Err(error);
    }
    failpoint::hit("restore.before_end");
    fs::remove_file(&marker).with_context(|| format!("cannot remove {}", marker.display()))?;
    sync_dir(data)?;
    Ok(manifest)
}

fn fill(from: &Path, manifest: &Manifest, places: &Places, progress: &dyn Progress) -> anyhow::Result<()> {
    let all: u64 = manifest.files.iter().map(|entry| entry.bytes).sum();
    let mut done = 0;
    for entry in &manifest.files {
        progress.tell("restoring", done, all);
        copy_checked(from, entry, &places.place(entry))?;
        failpoint::hit("restore.mid_copy");
        done += entry.bytes;
    }
    sync_tree(&places.data)?;
    progress.tell("restoring", all, all);
    Ok(())
}
