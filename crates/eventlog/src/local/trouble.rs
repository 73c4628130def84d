//! What is said when a file fails or is damaged.

use std::io;
use std::path::Path;

use crate::Error;

/// What to do about damage; ends the message of [`Error::Corrupt`].
pub(super) fn advice(dir: &Path) -> String {
    format!("`kassa log salvage {}` copies all that is whole", dir.display())
}

/// Damage of a file of the log in `dir`.
pub(super) fn corrupt(dir: &Path, path: &Path, at: u64, why: &str) -> Error {
    Error::Corrupt(format!("{} at byte {at}: {why}; {}", path.display(), advice(dir)))
}

/// What `attempt` has found at a file or folder; `None` where there is none.
pub(super) fn if_there<T>(attempt: &str, path: &Path, found: io::Result<T>) -> Result<Option<T>, Error> {
    match found {
        Ok(found) => Ok(Some(found)),
        Err(why) if why.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(why) => Err(io_error(attempt, path, &why)),
    }
}

/// That `attempt` failed at a file.
pub(super) fn io_error(attempt: &str, path: &Path, why: &io::Error) -> Error {
    Error::Unavailable(format!("cannot {attempt} {}: {why}", path.display()))
}
