//! What the data folder knows of its last backup, and of the one that it was made from: small facts, each a file that is replaced as a whole.
//!
//! ```json
//! last-backup.json  {"made_at":"2026-11-28T20:00:00Z","made_by":"0.2.0","bytes":217088,"files":7,"to":"/backups/1","checked_at":"…"}
//! restored.json     {"made_at":"2026-11-28T20:00:00Z","from":"/backups/1","at":"2026-11-29T08:00:00Z"}
//! ```
//! Neither is in a backup.

use std::path::Path;

use anyhow::Context;
use kassa_model::{Clock, SystemClock};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use super::Manifest;
use super::files::{sync_dir, write_new};

const LAST: &str = "last-backup.json";
/// Written by a restore.
pub(super) const RESTORED: &str = "restored.json";

/// The last backup of a data folder.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct LastBackup {
    made_at: String,
    made_by: String,
    bytes: u64,
    files: usize,
    /// Where it was brought; null as long as nobody has fetched it.
    to: Option<String>,
    /// When every file of it was read there and compared with its checksum.
    checked_at: Option<String>,
}

/// The backup that a data folder was made from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Restored {
    made_at: String,
    from: String,
    at: String,
}

/// What `data` knows of its last backup.
pub(crate) fn last(data: &Path) -> Option<LastBackup> {
    noted(data, LAST)
}

/// What `data` was made from.
pub(crate) fn restored(data: &Path) -> Option<Restored> {
    noted(data, RESTORED)
}

/// Notes that the backup of this manifest was made.
pub(super) fn note_made(data: &Path, manifest: &Manifest) -> anyhow::Result<()> {
    note(data, LAST, &of(manifest, None))
}

/// Notes that it was brought `to` a place, where all of it was found as it was made.
pub(crate) fn note_checked(data: &Path, manifest: &Manifest, to: &Path) -> anyhow::Result<()> {
    note(data, LAST, &of(manifest, Some(to)))
}

/// Notes that `data` was made from the backup of this manifest.
pub(super) fn note_restored(data: &Path, manifest: &Manifest, from: &Path) -> anyhow::Result<()> {
    let (made_at, from) = (manifest.made_at.clone(), from.display().to_string());
    note(data, RESTORED, &Restored { made_at, from, at: SystemClock.now().to_string() })
}

fn of(manifest: &Manifest, to: Option<&Path>) -> LastBackup {
    LastBackup {
        made_at: manifest.made_at.clone(),
        made_by: manifest.made_by.clone(),
        bytes: manifest.files.iter().map(|entry| entry.bytes).sum(),
        files: manifest.files.len(),
        to: to.map(|to| to.display().to_string()),
        checked_at: to.map(|_| SystemClock.now().to_string()),
    }
}

/// A small fact that `data` keeps under this name; nothing where it is not there or cannot be read.
pub(crate) fn noted<T: DeserializeOwned>(data: &Path, name: &str) -> Option<T> {
    serde_json::from_slice(&std::fs::read(data.join(name)).ok()?).ok()
}

/// Keeps it in place of what was there.
pub(crate) fn note(data: &Path, name: &str, what: &impl Serialize) -> anyhow::Result<()> {
    let (path, new) = (data.join(name), data.join(format!("{name}.new")));
    let _ = std::fs::remove_file(&new);
    write_new(&new, &serde_json::to_vec_pretty(what)?)?;
    std::fs::rename(&new, &path).with_context(|| format!("cannot write {}", path.display()))?;
    sync_dir(data)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::super::{Entry, VERSION};
    use super::*;

    #[test]
    fn the_folder_knows_its_last_backup_and_where_it_came_from() {
        let dir = tempfile::tempdir().unwrap();
        let data = dir.path();
        assert_eq!((last(data), restored(data)), (None, None));
        let entry = |path: &str, bytes| Entry { path: path.to_owned(), bytes, sha256: String::new() };
        let manifest = Manifest {
            v: VERSION,
            made_by: "0.2.0".to_owned(),
            made_at: "2026-11-28T20:00:00Z".to_owned(),
            erasures: 0,
            positions: BTreeMap::new(),
            files: vec![entry("kassa.db", 40), entry("events.duckdb", 2)],
        };
        note_made(data, &manifest).unwrap();
        let found = last(data).unwrap();
        assert_eq!((found.bytes, found.files, &found.to, &found.checked_at), (42, 2, &None, &None));
        note_checked(data, &manifest, Path::new("/backups/1")).unwrap();
        let found = last(data).unwrap();
        assert_eq!(found.to.as_deref(), Some("/backups/1"));
        assert!(found.checked_at.is_some());
        note_restored(data, &manifest, Path::new("/backups/1")).unwrap();
        assert_eq!(restored(data).unwrap().made_at, "2026-11-28T20:00:00Z");
        std::fs::write(data.join(LAST), "{").unwrap();
        assert_eq!(last(data), None);
    }
}
