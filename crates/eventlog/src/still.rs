//! A file system that is only looked at: what is written, cut, made, renamed or removed is so in memory alone, and gone with
//! it. A log opened on it recovers and is read as ever, and not a byte of the folder changes.

use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use crate::disk::{Access, Disk, DiskFile, DiskLock, RealDisk};
use crate::mutex::lock;

/// The machine's file system, as it was, with changes in memory.
#[derive(Debug, Default)]
pub struct StillDisk {
    real: RealDisk,
    changes: Mutex<Changes>,
}

#[derive(Debug, Default)]
struct Changes {
    files: BTreeMap<PathBuf, Arc<StillFile>>,
    folders: BTreeSet<PathBuf>,
    removed: BTreeSet<PathBuf>,
}

/// A file: what is on the disk up to a length, and what was written over it.
#[derive(Debug)]
struct StillFile {
    below: Option<Arc<dyn DiskFile>>,
    state: Mutex<FileState>,
}

#[derive(Debug)]
struct FileState {
    len: u64,
    /// So much of what is below still shows.
    shows: u64,
    /// Bytes by where they were written; none overlap.
    written: BTreeMap<u64, Vec<u8>>,
}

impl Disk for StillDisk {
    fn create_dir(&self, dir: &Path) -> io::Result<()> {
        if !dir.is_dir() {
            lock(&self.changes).folders.insert(dir.to_owned());
        }
        Ok(())
    }

    fn list(&self, dir: &Path) -> io::Result<Vec<String>> {
        let changes = lock(&self.changes);
        let mut names: BTreeSet<String> = match self.real.list(dir) {
            Ok(names) => names.into_iter().collect(),
            Err(why) if why.kind() == io::ErrorKind::NotFound && changes.folders.contains(dir) => {
                BTreeSet::new()
            }
            Err(why) => return Err(why),
        };
        let name = |path: &PathBuf| {
            let name = path.file_name()?.to_string_lossy().into_owned();
            (path.parent() == Some(dir)).then_some(name)
        };
        for gone in changes.removed.iter().filter_map(name) {
            names.remove(&gone);
        }
        names.extend(changes.files.keys().filter_map(name));
        Ok(names.into_iter().collect())
    }

    fn open(&self, path: &Path, access: Access) -> io::Result<Arc<dyn DiskFile>> {
        let mut changes = lock(&self.changes);
        if access == Access::Create {
            let file = Arc::new(StillFile::new(None)?);
            changes.removed.remove(path);
            changes.files.insert(path.to_owned(), Arc::clone(&file));
            return Ok(file);
        }
        if let Some(file) = changes.files.get(path) {
            return Ok(Arc::clone(file) as Arc<dyn DiskFile>);
        }
        if changes.removed.contains(path) {
            return Err(io::ErrorKind::NotFound.into());
        }
        let below = self.real.open(path, Access::Read)?;
        if access == Access::Read {
            return Ok(below);
        }
        let file = Arc::new(StillFile::new(Some(below))?);
        changes.files.insert(path.to_owned(), Arc::clone(&file));
        Ok(file)
    }

    fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        let mut changes = lock(&self.changes);
        let file = match changes.files.remove(from) {
            Some(file) => file,
            None => Arc::new(StillFile::new(Some(self.real.open(from, Access::Read)?))?),
        };
        changes.removed.insert(from.to_owned());
        changes.removed.remove(to);
        changes.files.insert(to.to_owned(), file);
        Ok(())
    }

    fn remove(&self, path: &Path) -> io::Result<()> {
        let mut changes = lock(&self.changes);
        let known = changes.files.remove(path).is_some() || path.exists();
        match known && changes.removed.insert(path.to_owned()) {
            true => Ok(()),
            false => Err(io::ErrorKind::NotFound.into()),
        }
    }

    fn sync_dir(&self, _dir: &Path) -> io::Result<()> {
        Ok(())
    }

    fn free_bytes(&self, dir: &Path) -> io::Result<u64> {
        self.real.free_bytes(dir)
    }

    /// The lock that a log's process holds, where there is a file for it.
    fn lock(&self, path: &Path) -> io::Result<Box<dyn DiskLock>> {
        match std::fs::File::open(path) {
            Ok(file) => {
                file.try_lock().map_err(io::Error::from)?;
                Ok(Box::new(file))
            }
            Err(why) if why.kind() == io::ErrorKind::NotFound => Ok(Box::new(Unlocked)),
            Err(why) => Err(why),
        }
    }
}

/// No lock, for there is nothing to lock.
#[derive(Debug)]
struct Unlocked;

impl DiskLock for Unlocked {}

impl StillFile {
    fn new(below: Option<Arc<dyn DiskFile>>) -> io::Result<Self> {
        let len = below.as_ref().map_or(Ok(0), |below| below.size())?;
        Ok(Self { below, state: Mutex::new(FileState { len, shows: len, written: BTreeMap::new() }) })
    }
}

impl FileState {
    /// Takes `bytes` at `at` in, over what was written there.
    fn write(&mut self, bytes: &[u8], at: u64) {
        let end = at + bytes.len() as u64;
        let overlapped: Vec<u64> = self
            .written
            .range(..end)
            .filter(|(from, old)| **from + old.len() as u64 > at)
            .map(|(from, _)| *from)
            .collect();
        for from in overlapped {
            let Some(old) = self.written.remove(&from) else { continue };
            let old_end = from + old.len() as u64;
            if from < at {
                self.written.insert(from, old[..(at - from) as usize].to_vec());
            }
            if old_end > end {
                self.written.insert(end, old[(end - from) as usize..].to_vec());
            }
        }
        self.written.insert(at, bytes.to_vec());
        self.len = self.len.max(end);
    }

    fn cut(&mut self, len: u64) {
        let kept: Vec<(u64, Vec<u8>)> = std::mem::take(&mut self.written)
            .into_iter()
            .filter(|(from, _)| *from < len)
            .map(|(from, bytes)| {
                let fits = usize::try_from(len - from).unwrap_or(usize::MAX).min(bytes.len());
                (from, bytes[..fits].to_vec())
            })
            .collect();
        self.written = kept.into_iter().collect();
        self.shows = self.shows.min(len);
        self.len = len;
    }
}

impl DiskFile for StillFile {
    fn read_at(&self, buffer: &mut [u8], at: u64) -> io::Result<usize> {
        let state = lock(&self.state);
        let room = usize::try_from(state.len.saturating_sub(at)).unwrap_or(usize::MAX).min(buffer.len());
        let buffer = &mut buffer[..room];
        buffer.fill(0);
        let below = usize::try_from(state.shows.saturating_sub(at)).unwrap_or(usize::MAX).min(room);
        if let (Some(file), true) = (&self.below, below > 0) {
            file.read_at(&mut buffer[..below], at)?;
        }
        let end = at + room as u64;
        for (from, bytes) in state.written.range(..end) {
            let to = from + bytes.len() as u64;
            let (begin, stop) = (at.max(*from), end.min(to));
            if begin < stop {
                let here = &mut buffer[(begin - at) as usize..(stop - at) as usize];
                here.copy_from_slice(&bytes[(begin - from) as usize..(stop - from) as usize]);
            }
        }
        Ok(room)
    }

    fn write_at(&self, bytes: &[u8], at: u64) -> io::Result<()> {
        lock(&self.state).write(bytes, at);
        Ok(())
    }

    fn sync_data(&self) -> io::Result<()> {
        Ok(())
    }

    fn set_len(&self, bytes: u64) -> io::Result<()> {
        let mut state = lock(&self.state);
        let stays = bytes.min(state.len);
        state.cut(stays);
        state.len = bytes;
        Ok(())
    }

    /// Beyond all that was written there are zeros already.
    fn write_zeros(&self, _from: u64, to: u64) -> io::Result<()> {
        let mut state = lock(&self.state);
        state.len = state.len.max(to);
        Ok(())
    }

    fn size(&self) -> io::Result<u64> {
        Ok(lock(&self.state).len)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(file: &dyn DiskFile) -> String {
        let mut bytes = vec![b'?'; 32];
        let count = file.read_at(&mut bytes, 0).unwrap();
        assert_eq!(count as u64, file.size().unwrap());
        bytes[..count].iter().map(|byte| if *byte == 0 { '.' } else { char::from(*byte) }).collect()
    }

    #[test]
    fn changes_stay_in_memory() {
        let folder = tempfile::tempdir().unwrap();
        let (kept, gone) = (folder.path().join("kept"), folder.path().join("gone"));
        std::fs::write(&kept, "0123456789").unwrap();
        std::fs::write(&gone, "x").unwrap();
        let disk = StillDisk::default();
        let file = disk.open(&kept, Access::Write).unwrap();
        file.write_at(b"ab", 2).unwrap();
        file.write_at(b"cde", 3).unwrap();
        assert_eq!(read(&*file), "01acde6789");
        file.set_len(7).unwrap();
        file.set_len(9).unwrap();
        assert_eq!(read(&*file), "01acde6..");
        file.write_zeros(9, 12).unwrap();
        file.write_at(b"z", 10).unwrap();
        assert_eq!(read(&*disk.open(&kept, Access::Read).unwrap()), "01acde6...z.");
        let made = disk.open(&folder.path().join("new"), Access::Create).unwrap();
        made.write_at(b"made", 0).unwrap();
        disk.remove(&gone).unwrap();
        assert!(disk.remove(&gone).is_err());
        assert!(disk.open(&gone, Access::Read).is_err());
        disk.rename(&folder.path().join("new"), &gone).unwrap();
        assert_eq!(read(&*disk.open(&gone, Access::Read).unwrap()), "made");
        let mut names = disk.list(folder.path()).unwrap();
        names.sort();
        assert_eq!(names, ["gone", "kept"]);
        let below = folder.path().join("below");
        assert!(disk.list(&below).is_err());
        disk.create_dir(&below).unwrap();
        assert_eq!(disk.list(&below).unwrap(), Vec::<String>::new());
        // And nothing of it has happened.
        assert_eq!(std::fs::read_to_string(&kept).unwrap(), "0123456789");
        assert_eq!(std::fs::read_to_string(&gone).unwrap(), "x");
        assert!(!below.exists() && !folder.path().join("new").exists());
    }
}
