//! Backups: one consistent copy of shop, log and store in a folder of its own, and its way back.
//!
//! ```text
//! backup.json       what is in it, with lengths and SHA-256, written last: without it a backup is not finished
//! kassa.db          the shop's database
//! events.duckdb     the event store, at a position that the log has
//! log/              the event log from its first retained record on
//! sites.json        sites that open mode made, if there are any
//! assets/           the folder of pictures
//! ```
//! ```json
//! {"v":2,"made_by":"0.2.0","made_at":"2026-11-28T20:00:00Z","positions":{"0":"4711"},
//!  "files":[{"path":"kassa.db","bytes":217088,"sha256":"…"}]}
//! ```
//! The salts are in no backup: with them, visitors of two days could be told from their addresses.

mod files;
mod last;
mod make;
mod pictures;
mod restore;

use std::collections::BTreeMap;
use std::io;
use std::path::Path;

use anyhow::{Context, bail};
use serde::{Deserialize, Serialize};

pub(crate) use files::{bring, check, is_empty};
pub(crate) use last::{LastBackup, Restored, last, note, note_checked, noted, restored};
pub(crate) use make::Maker;
pub(crate) use restore::restore;

/// The manifest's name.
pub(crate) const MANIFEST: &str = "backup.json";
/// The version that this build writes; it reads all from 1 on.
const VERSION: u32 = 2;

/// Where the parts lie in a backup.
const DATABASE: &str = "kassa.db";
const STORE: &str = "events.duckdb";
const LOG: &str = "log";
const SITES: &str = "sites.json";
const ASSETS: &str = "assets";

/// What a backup holds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Manifest {
    v: u32,
    /// The version of the program.
    made_by: String,
    pub(crate) made_at: String,
    /// How many erasures are in it; a person who was erased later is still in it.
    #[serde(default)]
    erasures: usize,
    /// Where the store stands, by partition of the log.
    positions: BTreeMap<u32, String>,
    pub(crate) files: Vec<Entry>,
}

/// A file of a backup.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Entry {
    /// Relative to the backup's folder.
    pub(crate) path: String,
    pub(crate) bytes: u64,
    /// Hexadecimal.
    pub(crate) sha256: String,
}

/// What manifests of every version have.
#[derive(Deserialize)]
struct Head {
    v: u32,
}

impl Manifest {
    /// That of the backup in `dir`.
    ///
    /// # Errors
    /// It is missing: the backup was not finished; a newer kassa made it; it cannot be read.
    pub(crate) fn read(dir: &Path) -> anyhow::Result<Self> {
        let path = dir.join(MANIFEST);
        let bytes = match std::fs::read(&path) {
            Ok(bytes) => bytes,
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                bail!("{} holds no finished backup: it has no {MANIFEST}", dir.display())
            }
            Err(error) => return Err(error).with_context(|| format!("cannot read {}", path.display())),
        };
        let damaged = || format!("{} is damaged", path.display());
        let Head { v } = serde_json::from_slice(&bytes).with_context(damaged)?;
        if v > VERSION {
            bail!(
                "a newer kassa made the backup {}: its version is {v}, this one knows up to {VERSION}",
                dir.display()
            );
        }
        let manifest: Self = serde_json::from_slice(&bytes).with_context(damaged)?;
        manifest.check().with_context(damaged)?;
        Ok(manifest)
    }

    /// Whether all parts are in it, and nothing else.
    fn check(&self) -> anyhow::Result<()> {
        for entry in &self.files {
            let mut parts = Path::new(&entry.path).components();
            let plain = parts.all(|part| matches!(part, std::path::Component::Normal(_)));
            let known = [DATABASE, STORE, SITES].contains(&entry.path.as_str())
                || ["log/", "assets/"].iter().any(|folder| entry.path.starts_with(folder));
            if !plain || !known {
                bail!("it names {}, which is no part of a backup", entry.path);
            }
        }
        for needed in [DATABASE, STORE, "log/meta.json"] {
            if !self.files.iter().any(|entry| entry.path == needed) {
                bail!("it does not name {needed}");
            }
        }
        Ok(())
    }
}
