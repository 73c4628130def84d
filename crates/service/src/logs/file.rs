//! The file that the log goes to, readable by its owner only, which can be opened again after somebody moved it away.

use std::fs::File;
use std::io::{self, Write};
use std::os::fd::AsFd;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use rustix::fs::{Access, access};

use crate::console::{self, State};

/// An open file of lines.
#[derive(Debug)]
pub(super) struct LogFile {
    path: PathBuf,
    file: Mutex<File>,
    state: Mutex<State>,
}

impl LogFile {
    /// Opens `path` for appending; makes it when it is not there.
    pub(super) fn open(path: &Path) -> io::Result<Self> {
        let file = Mutex::new(open(path)?);
        Ok(Self { path: path.to_owned(), file, state: Mutex::new(State::NEW) })
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// Opens the same path again. On an error the file that is open goes on.
    pub(super) fn reopen(&self) -> io::Result<()> {
        let opened = open(&self.path)?;
        *self.file.lock().unwrap_or_else(PoisonError::into_inner) = opened;
        Ok(())
    }

    /// A writer of whole lines, which never fails.
    pub(super) fn writer(&self) -> Lines<'_> {
        Lines(self)
    }
}

/// Whether [`open`] would work, as far as that is known without making the file.
pub(super) fn check(path: &Path) -> io::Result<()> {
    match path.metadata() {
        Ok(found) if found.is_dir() => Err(io::Error::from_raw_os_error(libc::EISDIR)),
        Ok(_) => Ok(access(path, Access::WRITE_OK)?),
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
            Ok(access(folder.unwrap_or(Path::new(".")), Access::WRITE_OK | Access::EXEC_OK)?)
        }
        Err(error) => Err(error),
    }
}

fn open(path: &Path) -> io::Result<File> {
    File::options().append(true).create(true).mode(0o600).open(path)
}

/// Writes lines to the file that is open now; drops and counts those that cannot be written.
#[derive(Debug)]
pub(super) struct Lines<'a>(&'a LogFile);

impl Write for Lines<'_> {
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        let file = self.0.file.lock().unwrap_or_else(PoisonError::into_inner);
        console::put_or_count(file.as_fd(), line, &self.0.state);
        Ok(line.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn new_folder() -> PathBuf {
        let folder = std::env::temp_dir().join(format!("kassa-logs-{}", uuid::Uuid::new_v4()));
        std::fs::create_dir(&folder).unwrap();
        folder
    }

    #[test]
    fn a_file_that_was_moved_away_is_opened_again_under_its_name() {
        let folder = new_folder();
        let (path, moved) = (folder.join("kassa.log"), folder.join("kassa.log.1"));
        let log = LogFile::open(&path).unwrap();
        log.writer().write_all(b"one\n").unwrap();
        std::fs::rename(&path, &moved).unwrap();
        log.writer().write_all(b"two\n").unwrap();
        log.reopen().unwrap();
        log.writer().write_all(b"three\n").unwrap();
        assert_eq!(std::fs::read_to_string(&moved).unwrap(), "one\ntwo\n");
        assert_eq!(std::fs::read_to_string(&path).unwrap(), "three\n");
        std::fs::remove_dir_all(&folder).unwrap();
    }

    #[test]
    fn what_could_not_be_opened_is_told_before() {
        let folder = new_folder();
        std::fs::write(folder.join("plain"), "").unwrap();
        for (name, works) in [
            ("new.log", true),
            ("plain", true),
            ("", false),
            ("none/new.log", false),
            ("plain/new.log", false),
        ] {
            let path = folder.join(name);
            let told = check(&path).map_err(|error| error.to_string());
            assert_eq!(told.is_ok(), works, "{name}: {told:?}");
            assert!(!folder.join("new.log").exists(), "nothing is made");
            if !works {
                assert_eq!(told, open(&path).map(drop).map_err(|error| error.to_string()), "{name}");
            }
        }
        std::fs::remove_dir_all(&folder).unwrap();
    }
}
