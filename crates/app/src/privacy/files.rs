//! Files of databases without what was removed from them: both engines leave it in free room, and in pages that they have moved
//! rows from. So after an erasure they are written anew, when nobody else has them open: at the next start, or at the end of a
//! command on a shop that stands still. A file beside them says that this is due.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::Context;
use kassa_db::Db;
use kassa_model::Silent;

use crate::config::{Config, StoreUrl};
use crate::open::open_store;

/// Says that the files are to be written anew.
const DUE: &str = "erasures.due";

/// Notes in the data folder that its databases are to be written anew.
///
/// # Errors
/// The note cannot be written.
pub(crate) fn ask_to_write_anew(data: &Path) -> anyhow::Result<()> {
    let path = data.join(DUE);
    let write = || {
        std::fs::File::create(&path)?.sync_all()?;
        std::fs::File::open(data)?.sync_all()
    };
    write().with_context(|| format!("cannot write {}", path.display()))
}

/// Writes them anew, if that is due. Nobody has them open, and the caller has the folder's lock.
///
/// # Errors
/// A file that cannot be read or written; it is then as it was, and stays due.
pub(crate) async fn write_anew(config: &Config) -> anyhow::Result<()> {
    let due = config.data.join(DUE);
    if !due.exists() {
        return Ok(());
    }
    tracing::info!("writing the databases anew, without what was erased");
    let own = [&config.database.url, &config.catalog.database_url, &config.orders.database_url];
    for url in own.into_iter().filter(|url| url.starts_with("sqlite:")) {
        Db::compact(url).with_context(|| format!("cannot write {url} anew"))?;
    }
    let StoreUrl::Duckdb(store) = config.store_url()?;
    if store.exists() {
        write_store(config, &store).await?;
    }
    std::fs::remove_file(&due).with_context(|| format!("cannot remove {}", due.display()))
}

/// A copy of the store holds its rows and nothing else; it takes the store's place.
async fn write_store(config: &Config, path: &Path) -> anyhow::Result<()> {
    let exports = config.data.join("exports");
    std::fs::create_dir_all(&exports).with_context(|| format!("cannot make {}", exports.display()))?;
    let copy = exports.join("store-without-erased.duckdb");
    for left in [&copy, &beside(&copy, ".wal")] {
        remove(left)?;
    }
    let store = open_store(config)?;
    store.copy_to(&copy, Arc::new(Silent)).await?;
    drop(store);
    std::fs::File::open(&copy)?.sync_all()?;
    std::fs::rename(&copy, path).with_context(|| format!("cannot put {} in place", copy.display()))?;
    // All of it is in the copy.
    remove(&beside(path, ".wal"))?;
    if let Some(folder) = path.parent() {
        std::fs::File::open(folder)?.sync_all()?;
    }
    Ok(())
}

fn remove(path: &Path) -> anyhow::Result<()> {
    match std::fs::remove_file(path) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            Err(error).with_context(|| format!("cannot remove {}", path.display()))
        }
        _ => Ok(()),
    }
}

fn beside(path: &Path, tail: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(tail);
    name.into()
}
