//! `data/kassa.lock`: a data folder belongs to one process. The one function through which every command comes to the
//! data: held → the running process's address and token; free → the lock, and the files are the caller's.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{Read, Seek, Write};
use std::net::SocketAddr;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use serde::{Deserialize, Serialize};

/// The file that says that a restore was not finished.
pub(crate) const MARKER: &str = "restore.unfinished";

/// Who may touch the data folder.
#[derive(Debug)]
pub(crate) enum Data {
    /// This process, for as long as it keeps the lock.
    Mine(Lock),
    /// Another one: ask it.
    Held(Running),
}

/// The lock, held until dropped.
#[derive(Debug)]
pub(crate) struct Lock {
    file: File,
    dir: PathBuf,
}

/// The process that holds the lock, as it wrote itself down.
#[derive(Debug, Clone, Deserialize, Serialize)]
pub(crate) struct Running {
    pub(crate) pid: u32,
    /// `http://127.0.0.1:8000`; empty while it is starting or when it serves nothing.
    pub(crate) address: String,
    /// Path of the 0600 file with the token that opens its admin API.
    pub(crate) token_file: PathBuf,
}

/// Takes the lock of `dir` (made if missing), or tells who holds it.
///
/// # Errors
/// The folder cannot be made or written; it is being read; a restore into it was not finished.
pub(crate) fn take(dir: &Path) -> anyhow::Result<Data> {
    let taken = take_any(dir)?;
    if matches!(taken, Data::Mine(_)) {
        refuse_unfinished(dir)?;
    }
    Ok(taken)
}

/// Refuses a folder that a restore has begun to fill.
fn refuse_unfinished(dir: &Path) -> anyhow::Result<()> {
    if dir.join(MARKER).exists() {
        let dir = dir.display();
        bail!(
            "a restore into {dir} was not finished: repeat `kassa restore --from … --data {dir}`, which begins anew"
        );
    }
    Ok(())
}

/// Takes the lock of `dir` for a restore, be it after one that was not finished.
///
/// # Errors
/// Another process holds it, or reads it.
pub(crate) fn take_to_restore(dir: &Path) -> anyhow::Result<Lock> {
    match take_any(dir)? {
        Data::Mine(lock) => Ok(lock),
        Data::Held(running) => bail!("the data folder {} is in use by {running}", dir.display()),
    }
}

fn take_any(dir: &Path) -> anyhow::Result<Data> {
    std::fs::create_dir_all(dir).with_context(|| format!("cannot make the data folder {}", dir.display()))?;
    let path = dir.join("kassa.lock");
    let mut file = OpenOptions::new()
        .read(true)
        .write(true)
        .create(true)
        .truncate(false)
        .open(&path)
        .with_context(|| format!("cannot open the lock {}", path.display()))?;
    match file.try_lock() {
        Ok(()) => {
            file.set_len(0).with_context(|| format!("cannot empty the lock {}", path.display()))?;
            let dir = dir.canonicalize().unwrap_or_else(|_| dir.to_owned());
            Ok(Data::Mine(Lock { file, dir }))
        }
        // What the lock says was written by who wrote last, and readers write nothing.
        Err(TryLockError::WouldBlock) if file.try_lock_shared().is_ok() => {
            bail!(
                "the data folder {} is being read, by an audit for instance: try again when that has ended",
                dir.display()
            )
        }
        Err(TryLockError::WouldBlock) => Ok(Data::Held(read_running(&mut file)?)),
        Err(TryLockError::Error(error)) => {
            Err(error).with_context(|| format!("cannot lock {}", path.display()))
        }
    }
}

/// Who may look at the data folder.
#[derive(Debug)]
pub(crate) enum Look {
    /// This process, and nobody begins to write for as long as it keeps the file. None: the folder has no lock, for no
    /// process has ever had it.
    Mine(Option<File>),
    /// Another one writes: ask it.
    Held(Running),
}

/// As [`take`], for who changes nothing: no file is made, and the lock says afterwards what it said.
///
/// # Errors
/// The lock cannot be read.
pub(crate) fn look(dir: &Path) -> anyhow::Result<Look> {
    let path = dir.join("kassa.lock");
    let mut file = match File::open(&path) {
        Ok(file) => file,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Look::Mine(None)),
        Err(error) => return Err(error).with_context(|| format!("cannot open the lock {}", path.display())),
    };
    match file.try_lock_shared() {
        Ok(()) => refuse_unfinished(dir).map(|()| Look::Mine(Some(file))),
        Err(TryLockError::WouldBlock) => Ok(Look::Held(read_running(&mut file)?)),
        Err(TryLockError::Error(error)) => {
            Err(error).with_context(|| format!("cannot lock {}", path.display()))
        }
    }
}

fn read_running(file: &mut File) -> anyhow::Result<Running> {
    let mut text = String::new();
    file.read_to_string(&mut text)?;
    let starting = Running { pid: 0, address: String::new(), token_file: PathBuf::new() };
    Ok(serde_json::from_str(&text).unwrap_or(starting))
}

/// Takes the lock, or refuses in one sentence.
///
/// # Errors
/// Another process holds it, or reads it.
pub(crate) fn take_or_refuse(dir: &Path) -> anyhow::Result<Lock> {
    match take(dir)? {
        Data::Mine(lock) => Ok(lock),
        Data::Held(running) => bail!("the data folder {} is in use by {running}", dir.display()),
    }
}

impl Lock {
    /// Writes down who holds it, with a fresh token in a 0600 file; returns the token.
    ///
    /// # Errors
    /// The files cannot be written.
    pub(crate) fn announce(&mut self, address: Option<SocketAddr>) -> anyhow::Result<String> {
        let token = format!("{}{}", uuid::Uuid::new_v4().simple(), uuid::Uuid::new_v4().simple());
        let token_file = self.dir.join("kassa.token");
        write_secret(&token_file, &token)
            .with_context(|| format!("cannot write the token file {}", token_file.display()))?;
        let address = address.map(reachable).unwrap_or_default();
        let running = Running { pid: std::process::id(), address, token_file };
        let text = serde_json::to_string(&running)?;
        self.write_down(&text)
            .with_context(|| format!("cannot write the lock {}", self.dir.join("kassa.lock").display()))?;
        Ok(token)
    }

    fn write_down(&mut self, text: &str) -> std::io::Result<()> {
        self.file.set_len(0)?;
        self.file.rewind()?;
        self.file.write_all(text.as_bytes())
    }
}

/// A new file that its owner alone may read, in place of an old one.
fn write_secret(path: &Path, secret: &str) -> std::io::Result<()> {
    let _ = std::fs::remove_file(path);
    let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(path)?;
    file.write_all(secret.as_bytes())
}

/// An address that a client on this machine can reach: all interfaces are reached by loopback.
fn reachable(address: SocketAddr) -> String {
    match address.ip() {
        ip if ip.is_unspecified() && ip.is_ipv6() => format!("http://[::1]:{}", address.port()),
        ip if ip.is_unspecified() => format!("http://127.0.0.1:{}", address.port()),
        _ => format!("http://{address}"),
    }
}

impl std::fmt::Display for Running {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match (self.pid, self.address.as_str()) {
            (0, _) => write!(f, "another kassa that is just starting"),
            (pid, "") => write!(f, "another kassa (process {pid})"),
            (pid, address) => write!(f, "another kassa (process {pid}, {address})"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_holder_at_a_time() {
        let dir = tempfile::tempdir().unwrap();
        let mut lock = take_or_refuse(dir.path()).unwrap();
        let token = lock.announce(Some("0.0.0.0:8123".parse().unwrap())).unwrap();
        let Data::Held(running) = take(dir.path()).unwrap() else { panic!("the lock was given twice") };
        assert_eq!((running.pid, running.address.as_str()), (std::process::id(), "http://127.0.0.1:8123"));
        assert_eq!(std::fs::read_to_string(&running.token_file).unwrap(), token);
        assert!(
            take_or_refuse(dir.path()).unwrap_err().to_string().contains("in use by another kassa (process")
        );
        drop(lock);
        assert!(matches!(take(dir.path()).unwrap(), Data::Mine(_)));
    }

    #[test]
    fn readers_share_the_folder_and_are_not_taken_for_who_had_it_last() {
        let dir = tempfile::tempdir().unwrap();
        let mut lock = take_or_refuse(dir.path()).unwrap();
        lock.announce(Some("127.0.0.1:8123".parse().unwrap())).unwrap();
        assert!(matches!(look(dir.path()).unwrap(), Look::Held(_)), "who writes is asked");
        drop(lock);
        let (one, another) = (look(dir.path()).unwrap(), look(dir.path()).unwrap());
        assert!(matches!((&one, &another), (Look::Mine(Some(_)), Look::Mine(Some(_)))));
        for refused in [take_or_refuse(dir.path()), take_to_restore(dir.path())] {
            let refused = refused.unwrap_err().to_string();
            assert!(refused.contains("being read") && !refused.contains("8123"), "{refused}");
        }
        drop((one, another));
        take_or_refuse(dir.path()).unwrap();
    }
}
