//! The file that is read: its hash, by which it is known again, and a reader that tells how far it has come.
//!
//! What comes by standard input is kept in a file without a name first: a hash is known only at the end.

use std::fs::File;
use std::io::{self, BufReader, Read, Seek, Write};
use std::os::fd::AsRawFd;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use anyhow::{Context, anyhow};
use sha2::{Digest, Sha256};

/// Bytes that are read at once.
const AT_ONCE: usize = 256 << 10;

/// A file that can be read from its beginning.
#[derive(Debug)]
pub(super) struct Source {
    file: File,
    /// The SHA-256 of its bytes, in hexadecimal.
    pub(super) hash: String,
    pub(super) bytes: u64,
    /// What it is called, without its folder.
    pub(super) name: String,
}

/// How far it was read.
#[derive(Debug, Clone, Default)]
pub(super) struct Reached(Arc<AtomicU64>);

/// What counts the bytes that come.
#[derive(Debug)]
pub(super) struct Counted {
    file: File,
    reached: Reached,
}

impl Source {
    /// Opens the file at `path`; `-` is standard input.
    ///
    /// # Errors
    /// It cannot be read, or is none.
    pub(super) fn open(path: &Path) -> anyhow::Result<Self> {
        if path.as_os_str() == "-" {
            return Self::spooled(&mut io::stdin().lock()).context("cannot read standard input");
        }
        let cannot = || format!("cannot read {}", path.display());
        let mut file = File::open(path).with_context(cannot)?;
        anyhow::ensure!(file.metadata().with_context(cannot)?.is_file(), "{} is no file", path.display());
        let (hash, bytes) = copy(&mut file, &mut io::sink()).with_context(cannot)?;
        let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        Ok(Self { file, hash, bytes, name })
    }

    /// What the database at `url` answers to `question`, kept in a file without a name.
    ///
    /// # Errors
    /// It cannot be asked, or has not what is asked for.
    pub(super) fn of_database(url: String, question: &'static str) -> anyhow::Result<Self> {
        let name = host_of(&url);
        let mut file = nameless()?;
        let mut to = file.try_clone()?;
        // The driver brings a runtime of its own.
        let asked = std::thread::spawn(move || kassa_db::copy_out(&url, question, &mut to)).join();
        asked.map_err(|_| anyhow!("the database was not asked to the end"))??;
        file.rewind()?;
        let (hash, bytes) = copy(&mut file, &mut io::sink())?;
        Ok(Self { file, hash, bytes, name })
    }

    pub(super) fn spooled(from: &mut dyn Read) -> io::Result<Self> {
        let mut file = nameless()?;
        let (hash, bytes) = copy(from, &mut file)?;
        Ok(Self { file, hash, bytes, name: "-".to_owned() })
    }

    /// A path to the open file, for who reads it at any place: what lies by its name now is not looked at.
    pub(super) fn path(&self) -> PathBuf {
        PathBuf::from(format!("/dev/fd/{}", self.file.as_raw_fd()))
    }

    /// A reader from its beginning.
    ///
    /// # Errors
    /// It cannot be read.
    pub(super) fn reader(&self, reached: &Reached) -> io::Result<BufReader<Counted>> {
        let mut file = self.file.try_clone()?;
        file.rewind()?;
        Ok(BufReader::with_capacity(AT_ONCE, Counted { file, reached: reached.clone() }))
    }
}

impl Reached {
    pub(super) fn set(&self, bytes: u64) {
        self.0.store(bytes, Ordering::Relaxed);
    }

    pub(super) fn bytes(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }
}

impl Read for Counted {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let read = self.file.read(into)?;
        self.reached.0.fetch_add(read as u64, Ordering::Relaxed);
        Ok(read)
    }
}

impl Seek for Counted {
    fn seek(&mut self, to: io::SeekFrom) -> io::Result<u64> {
        self.file.seek(to)
    }
}

/// What of an address can be told: nothing before its host.
fn host_of(url: &str) -> String {
    let rest = url.rsplit_once('@').or(url.split_once("://")).map_or(url, |(_, rest)| rest);
    rest.split('?').next().unwrap_or_default().to_owned()
}

/// A file for reading and writing that nobody else finds.
pub(super) fn nameless() -> io::Result<File> {
    let path = std::env::temp_dir().join(format!("kassa-{}", uuid::Uuid::new_v4().simple()));
    let file = File::options().read(true).write(true).create_new(true).open(&path)?;
    std::fs::remove_file(&path)?;
    Ok(file)
}

/// Copies to the end; the hash of what came, and how much it was.
fn copy(from: &mut dyn Read, to: &mut dyn Write) -> io::Result<(String, u64)> {
    let (mut hash, mut bytes, mut part) = (Sha256::new(), 0, vec![0; AT_ONCE]);
    loop {
        let read = match from.read(&mut part) {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            read => read?,
        };
        if read == 0 {
            to.flush()?;
            return Ok((hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect(), bytes));
        }
        hash.update(&part[..read]);
        to.write_all(&part[..read])?;
        bytes += read as u64;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_tells_no_password() {
        let check = |url: &str, expected: &str| assert_eq!(host_of(url), expected);
        check("postgres://me:p@ss@host:5432/shop?sslmode=disable", "host:5432/shop");
        check("postgres://host/shop", "host/shop");
        check("postgres:///shop?password=secret", "/shop");
    }

    #[test]
    fn what_comes_by_a_pipe_is_read_again_from_its_beginning() {
        let source = Source::spooled(&mut &b"abc"[..]).unwrap();
        assert_eq!(source.hash, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
        let reached = Reached::default();
        for _ in 0..2 {
            let mut text = String::new();
            source.reader(&reached).unwrap().read_to_string(&mut text).unwrap();
            assert_eq!(text, "abc");
        }
        assert_eq!((reached.bytes(), source.bytes), (6, 3));
    }
}
