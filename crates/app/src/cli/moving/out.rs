//! Where a file goes that is written: it takes its name once it is whole.

use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use kassa_service::console::{Output, PrintError};

/// Where the file goes.
#[derive(Debug)]
pub(super) enum Out {
    /// Standard output.
    Stdout,
    /// A file, which is written beside its place.
    File { path: PathBuf, part: PathBuf },
}

impl Out {
    /// To `path`, which must not be there; `-` is standard output.
    ///
    /// # Errors
    /// It is there.
    pub(super) fn new(path: &Path) -> anyhow::Result<Self> {
        if path.as_os_str() == "-" {
            return Ok(Self::Stdout);
        }
        if path.exists() {
            bail!("{} exists already", path.display());
        }
        let mut part = path.as_os_str().to_owned();
        part.push(".part");
        Ok(Self::File { path: path.to_owned(), part: part.into() })
    }

    /// What takes the file's bytes.
    ///
    /// # Errors
    /// Nothing can be written there.
    pub(super) fn writer(&self) -> anyhow::Result<Box<dyn Write>> {
        Ok(match self {
            Self::Stdout => Box::new(BufWriter::new(Output::new())),
            Self::File { part, .. } => {
                let file = File::create(part).with_context(|| format!("cannot write {}", part.display()))?;
                Box::new(BufWriter::new(file))
            }
        })
    }

    /// What an error in writing says.
    pub(super) fn failed(&self, error: io::Error) -> anyhow::Error {
        match self {
            Self::Stdout => PrintError::from(error).into(),
            Self::File { part, .. } => {
                anyhow::Error::new(error).context(format!("cannot write {}", part.display()))
            }
        }
    }

    /// Gives the file its name.
    ///
    /// # Errors
    /// It cannot have it.
    pub(super) fn settle(&self) -> anyhow::Result<()> {
        match self {
            Self::Stdout => Ok(()),
            Self::File { path, part } => std::fs::rename(part, path)
                .with_context(|| format!("cannot name the file {}", path.display())),
        }
    }

    /// A folder for what a file is made of that cannot be written from its beginning to its end: beside the file, and one that an
    /// earlier call has left there is emptied.
    pub(super) fn folder(&self) -> PathBuf {
        match self {
            Self::Stdout => std::env::temp_dir().join(format!("kassa-{}", uuid::Uuid::new_v4().simple())),
            Self::File { part, .. } => part.clone(),
        }
    }

    /// Moves a file that was made in the folder to its place.
    ///
    /// # Errors
    /// It cannot be there.
    pub(super) fn place(&self, made: &Path) -> anyhow::Result<()> {
        match self {
            Self::Stdout => {
                let copied = io::copy(&mut File::open(made)?, &mut Output::new());
                copied.map(drop).map_err(|error| self.failed(error))
            }
            Self::File { path, .. } => std::fs::rename(made, path)
                .with_context(|| format!("cannot name the file {}", path.display())),
        }
    }
}
