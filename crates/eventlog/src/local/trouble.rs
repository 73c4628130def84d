//! What is said when a file fails or is damaged.

use std::io;
use std::path::Path;

use crate::Error;

/// What to do about damage; ends the message of [`Error::Corrupt`].
pub(super) fn advice(dir: &Path) -> String {
    format!("`kassa log salvage {}` copies all that is whole", dir.display())
}

/// That `attempt` failed at a file.
pub(super) fn io_error(attempt: &str, path: &Path, why: &io::Error) -> Error {
    Error::Unavailable(format!("cannot {attempt} {}: {why}", path.display()))
}
