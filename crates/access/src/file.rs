//! Small files of the data folder: whole or not at all, also after a power loss, and for the owner's eyes only. Each has a
//! version, `v`; what a newer kassa wrote is refused, so that it is not overwritten with less.

use std::fs::{File, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::Error;

/// The version that this build writes, and the newest that it reads.
pub(crate) const VERSION: u32 = 1;

/// What the files of all versions have.
#[derive(Debug, Deserialize)]
struct Head {
    v: u32,
}

/// Reads `path` as JSON; `None` if there is no such file.
pub(crate) fn read<T: DeserializeOwned>(path: &Path) -> Result<Option<T>, Error> {
    let bytes = match std::fs::read(path) {
        Ok(bytes) => bytes,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(source) => return Err(Error::File { path: path.to_owned(), source }),
    };
    if let Ok(Head { v: found }) = serde_json::from_slice(&bytes)
        && found > VERSION
    {
        return Err(Error::Newer { path: path.to_owned(), found, known: VERSION });
    }
    let value = serde_json::from_slice(&bytes);
    value.map(Some).map_err(|source| Error::Shape { path: path.to_owned(), source })
}

/// Replaces `path` by `value` as JSON: written beside it, synced, renamed, and the folder synced.
pub(crate) fn write<T: Serialize>(path: &Path, value: &T) -> Result<(), Error> {
    let bytes = serde_json::to_vec_pretty(value).map_err(io::Error::other);
    bytes
        .and_then(|bytes| replace(path, &bytes))
        .map_err(|source| Error::File { path: path.to_owned(), source })
}

fn replace(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let beside = path.with_extension("tmp");
    // A file left by a crash may have other rights.
    match std::fs::remove_file(&beside) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => (),
    }
    let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&beside)?;
    file.write_all(bytes)?;
    file.sync_all()?;
    std::fs::rename(&beside, path)?;
    match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => File::open(folder)?.sync_all(),
        _ => Ok(()),
    }
}
