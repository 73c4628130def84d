//! The mailbox: a folder of mails that go to no server, for whoever sets a shop up. It keeps the newest and no more.

use std::io::Write;
use std::path::{Path, PathBuf};

use crate::notify::delivery::Sent;

/// Mails that are kept.
const KEPT_MAX: usize = 1_000;

/// The folder.
#[derive(Debug)]
pub(super) struct Mailbox(PathBuf);

impl Mailbox {
    pub(super) fn new(folder: &Path) -> Self {
        Self(folder.to_owned())
    }

    /// Puts a message there, whole or not at all; the same message twice is there once.
    pub(super) async fn put(self, id: &str, message: Vec<u8>) -> Sent {
        let id = id.to_owned();
        let put = tokio::task::spawn_blocking(move || self.put_now(&id, &message)).await;
        match put.map_err(std::io::Error::other).flatten() {
            Ok(name) => Sent::Done { status: None, answer: name },
            Err(error) => {
                let answer = format!("cannot write to the mailbox: {error}");
                Sent::Later { status: None, answer, after: None }
            }
        }
    }

    fn put_now(&self, id: &str, message: &[u8]) -> std::io::Result<String> {
        let Self(folder) = self;
        make_private(folder)?;
        let name = format!("{id}.eml");
        let begun = folder.join(format!(".{id}.new"));
        let mut file = private_file(&begun)?;
        file.write_all(message)?;
        file.sync_all()?;
        std::fs::rename(&begun, folder.join(&name))?;
        self.forget_oldest()?;
        Ok(name)
    }

    /// Removes a message, if it is there.
    pub(super) fn remove(&self, id: &str) -> std::io::Result<()> {
        match std::fs::remove_file(self.0.join(format!("{id}.eml"))) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(error),
            _ => Ok(()),
        }
    }

    /// Removes all but the newest, whose names are the greatest: ids ascend with time.
    fn forget_oldest(&self) -> std::io::Result<()> {
        let mut names = Vec::new();
        for entry in std::fs::read_dir(&self.0)? {
            let name = entry?.file_name();
            if name.to_str().is_some_and(|name| name.ends_with(".eml")) {
                names.push(name);
            }
        }
        if names.len() <= KEPT_MAX {
            return Ok(());
        }
        names.sort_unstable();
        let over = names.len() - KEPT_MAX;
        for name in names.drain(..over) {
            match std::fs::remove_file(self.0.join(name)) {
                Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(error),
                _ => {}
            }
        }
        Ok(())
    }
}

/// Mails are between the shop and who gets them: nobody else on this machine reads them.
#[cfg(unix)]
fn make_private(folder: &Path) -> std::io::Result<()> {
    use std::os::unix::fs::DirBuilderExt;
    std::fs::DirBuilder::new().recursive(true).mode(0o700).create(folder)
}

#[cfg(not(unix))]
fn make_private(folder: &Path) -> std::io::Result<()> {
    std::fs::create_dir_all(folder)
}

#[cfg(unix)]
fn private_file(path: &Path) -> std::io::Result<std::fs::File> {
    use std::os::unix::fs::OpenOptionsExt;
    std::fs::OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(path)
}

#[cfg(not(unix))]
fn private_file(path: &Path) -> std::io::Result<std::fs::File> {
    std::fs::File::create(path)
}
