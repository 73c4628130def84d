//! A disk in memory that fails as real ones do, for tests: the faulty twin of [`RealDisk`](crate::disk::RealDisk).
//!
//! Everything is first in a cache, as in a kernel's. [`FaultyDisk::restore_power`] shows what a power loss leaves: of
//! what was not synced, any 4-KiB sectors in any order, some torn, and any of the unsynced names. A failed fsync
//! leaves its pages clean but not durable, so that a second one would lie. Folders themselves are always durable.
//! Any call can be made to fail, once or from then on, as SQLite's tests of I/O errors do: [`Faults::call_fails_at`].

use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::disk::{Access, Disk, DiskFile, DiskLock};

const SECTOR_BYTES: usize = 4_096;

/// The disk; clones are the same disk.
#[derive(Debug, Clone)]
pub struct FaultyDisk(Arc<Mutex<State>>);

/// What goes wrong, and when. Counted in calls that change something: create, write, sync, cut, rename, remove.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Faults {
    /// The power fails during the n-th changing call from now (1 is the next).
    pub power_after: Option<u64>,
    /// The n-th fsync of a file from now fails.
    pub sync_fails_at: Option<u64>,
    /// The n-th write from now fails, having written a part.
    pub write_fails_at: Option<u64>,
    /// Whatever changes something is refused.
    pub read_only: bool,
    /// How many bytes fit; beyond it a write is cut short and says that the disk is full.
    pub capacity: Option<u64>,
    /// The n-th call of any kind from now fails ([`FaultyDisk::failed_call`] tells which). It has no effect, but for a
    /// write that did a part, an fsync that lost what it should have kept, and a folder's fsync that did a part.
    pub call_fails_at: Option<u64>,
    /// Every call after that one fails, too.
    pub then_all_fail: bool,
}

#[derive(Debug, Clone)]
struct State {
    random: u64,
    dirs: BTreeSet<PathBuf>,
    names: BTreeMap<PathBuf, usize>,
    durable_names: BTreeMap<PathBuf, usize>,
    pending_names: Vec<(PathBuf, NameChange)>,
    inodes: Vec<Inode>,
    locks: BTreeSet<PathBuf>,
    faults: Faults,
    /// The first call that failed by [`Faults::call_fails_at`] since faults were armed.
    failed_call: Option<FailedCall>,
    off: bool,
    /// Counts power losses: handles from before one are dead.
    generation: u64,
}

/// A call that was made to fail.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FailedCall {
    /// Which: `create`, `rename`, `sync_dir`…
    pub kind: &'static str,
    /// On what, as far as the call says it.
    pub path: PathBuf,
}

#[derive(Debug, Clone, Default)]
struct Inode {
    cached: Vec<u8>,
    durable: Vec<u8>,
    /// Changes that a sync will make durable.
    dirty: Vec<Change>,
}

#[derive(Debug, Clone)]
enum Change {
    Write { at: usize, bytes: Vec<u8> },
    Cut(usize),
}

#[derive(Debug, Clone)]
enum NameChange {
    Insert(PathBuf, usize),
    Remove(PathBuf),
    Rename(PathBuf, PathBuf, usize),
}

#[derive(Debug)]
struct FaultyFile {
    disk: FaultyDisk,
    inode: usize,
    generation: u64,
}

#[derive(Debug)]
struct FaultyLock {
    disk: FaultyDisk,
    path: PathBuf,
    generation: u64,
}

impl FaultyDisk {
    /// An empty disk whose accidents follow from `seed`.
    pub fn new(seed: u64) -> Self {
        Self(Arc::new(Mutex::new(State {
            random: seed,
            dirs: BTreeSet::new(),
            names: BTreeMap::new(),
            durable_names: BTreeMap::new(),
            pending_names: Vec::new(),
            inodes: Vec::new(),
            locks: BTreeSet::new(),
            faults: Faults::default(),
            failed_call: None,
            off: false,
            generation: 0,
        })))
    }

    /// Another disk with the same content, for trying something out.
    pub fn fork(&self) -> Self {
        let mut copy = self.state().clone();
        copy.locks.clear();
        Self(Arc::new(Mutex::new(copy)))
    }

    /// Arms faults in place of those armed before.
    pub fn arm(&self, faults: Faults) {
        let mut state = self.state();
        state.faults = faults;
        state.failed_call = None;
    }

    /// The first call that failed by [`Faults::call_fails_at`] since faults were armed.
    pub fn failed_call(&self) -> Option<FailedCall> {
        self.state().failed_call.clone()
    }

    /// Whether the power is off.
    pub fn is_off(&self) -> bool {
        self.state().off
    }

    /// Cuts the power if it is still on, and turns it on again: the cache is gone, faults are disarmed, locks are free,
    /// files opened before are dead.
    pub fn restore_power(&self) {
        let mut state = self.state();
        state.lose_names();
        let mut random = state.random;
        for inode in &mut state.inodes {
            inode.lose_cache(&mut random);
        }
        state.random = random;
        state.locks.clear();
        state.faults = Faults::default();
        state.off = false;
        state.generation += 1;
    }

    /// All files, with their lengths.
    pub fn files(&self) -> Vec<(PathBuf, usize)> {
        let state = self.state();
        state.names.iter().map(|(path, inode)| (path.clone(), state.inodes[*inode].cached.len())).collect()
    }

    /// Changes bytes behind everyone's back, durably: bit rot.
    pub fn rot(&self, path: &Path, at: usize, with: impl FnOnce(&mut u8)) {
        let mut state = self.state();
        if let Some(inode) = state.names.get(path).copied()
            && let Some(byte) = state.inodes[inode].cached.get_mut(at)
        {
            with(byte);
            let byte = *byte;
            if let Some(durable) = state.inodes[inode].durable.get_mut(at) {
                *durable = byte;
            }
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn handle(&self, inode: usize, generation: u64) -> Arc<dyn DiskFile> {
        Arc::new(FaultyFile { disk: self.clone(), inode, generation })
    }
}

impl State {
    fn alive(&self) -> io::Result<()> {
        if self.off { Err(power()) } else { Ok(()) }
    }

    /// Counts a call of any kind; fails it if its turn has come.
    fn call(&mut self, kind: &'static str, path: &Path) -> io::Result<()> {
        let again = self.faults.then_all_fail && self.failed_call.is_some();
        if !due(&mut self.faults.call_fails_at) && !again {
            return Ok(());
        }
        self.failed_call.get_or_insert_with(|| FailedCall { kind, path: path.to_owned() });
        Err(io::Error::other(format!("injected failure of {kind}")))
    }

    /// Passes a changing call, or fails it. `Ok(true)`: the power fails during this call, whose effect is open.
    fn change(&mut self) -> io::Result<bool> {
        self.alive()?;
        if self.faults.read_only {
            return Err(ErrorKind::ReadOnlyFilesystem.into());
        }
        self.off = due(&mut self.faults.power_after);
        Ok(self.off)
    }

    fn used(&self) -> u64 {
        self.names.values().map(|inode| self.inodes[*inode].cached.len() as u64).sum()
    }

    fn room(&self) -> u64 {
        self.faults.capacity.map_or(u64::MAX / 2, |capacity| capacity.saturating_sub(self.used()))
    }

    fn rename_now(&mut self, change: NameChange, dir: &Path) {
        apply_name(&mut self.names, &change);
        self.pending_names.push((dir.to_owned(), change));
    }

    /// A folder's new name is durable at once, as folders are.
    fn rename_dir(&mut self, from: &Path, to: &Path) {
        let moved =
            |path: &Path| path.strip_prefix(from).map_or_else(|_| path.to_owned(), |rest| to.join(rest));
        self.dirs = self.dirs.iter().map(|dir| moved(dir)).collect();
        for names in [&mut self.names, &mut self.durable_names] {
            *names = names.iter().map(|(path, inode)| (moved(path), *inode)).collect();
        }
        for (dir, change) in &mut self.pending_names {
            *dir = moved(dir);
            *change = match &*change {
                NameChange::Insert(path, inode) => NameChange::Insert(moved(path), *inode),
                NameChange::Remove(path) => NameChange::Remove(moved(path)),
                NameChange::Rename(old, new, inode) => NameChange::Rename(moved(old), moved(new), *inode),
            };
        }
    }

    fn lose_names(&mut self) {
        let pending = std::mem::take(&mut self.pending_names);
        for (_, change) in pending {
            if random_below(&mut self.random, 2) == 0 {
                apply_name(&mut self.durable_names, &change);
            }
        }
        self.names = self.durable_names.clone();
    }
}

impl Inode {
    fn apply(&mut self, change: Change) {
        apply_change(&mut self.cached, &change);
        self.dirty.push(change);
    }

    fn sync(&mut self) {
        for change in self.dirty.drain(..) {
            apply_change(&mut self.durable, &change);
        }
    }

    /// The power is gone: what the medium has is what there is.
    fn lose_cache(&mut self, random: &mut u64) {
        self.write_some(random);
        self.cached = self.durable.clone();
    }

    /// Of what is dirty any part reaches the medium, in any order; the rest never will.
    fn write_some(&mut self, random: &mut u64) {
        let mut pieces = Vec::new();
        for change in self.dirty.drain(..) {
            split(change, &mut pieces);
        }
        for index in (1..pieces.len()).rev() {
            let other = random_below(random, index as u64 + 1);
            pieces.swap(index, usize::try_from(other).unwrap_or(0));
        }
        // Sometimes nearly everything survives, sometimes nearly nothing: the corners are where recovery errs.
        let survive = [0, 10, 50, 90, 100][usize::try_from(random_below(random, 5)).unwrap_or(0)];
        for mut piece in pieces {
            if random_below(random, 100) >= survive {
                continue;
            }
            if let Change::Write { bytes, .. } = &mut piece
                && random_below(random, 10) == 0
            {
                let kept = random_below(random, bytes.len() as u64 + 1);
                bytes.truncate(usize::try_from(kept).unwrap_or(0));
            }
            apply_change(&mut self.durable, &piece);
        }
    }
}

impl Disk for FaultyDisk {
    fn create_dir(&self, dir: &Path) -> io::Result<()> {
        let mut state = self.state();
        state.alive()?;
        state.call("create_dir", dir)?;
        if state.dirs.contains(dir) {
            return Ok(());
        }
        state.change()?;
        for above in dir.ancestors() {
            state.dirs.insert(above.to_owned());
        }
        Ok(())
    }

    fn list(&self, dir: &Path) -> io::Result<Vec<String>> {
        let mut state = self.state();
        state.alive()?;
        state.call("list", dir)?;
        if !state.dirs.contains(dir) {
            return Err(ErrorKind::NotFound.into());
        }
        let paths = state.names.keys().chain(&state.dirs).filter(|path| path.parent() == Some(dir));
        let names = paths.filter_map(|path| path.file_name());
        Ok(names.map(|name| name.to_string_lossy().into_owned()).collect())
    }

    fn open(&self, path: &Path, access: Access) -> io::Result<Arc<dyn DiskFile>> {
        let mut state = self.state();
        state.alive()?;
        state.call(if access == Access::Create { "create" } else { "open" }, path)?;
        let found = state.names.get(path).copied();
        if let (Some(inode), Access::Read | Access::Write) = (found, access) {
            if access == Access::Write && state.faults.read_only {
                return Err(ErrorKind::ReadOnlyFilesystem.into());
            }
            return Ok(self.handle(inode, state.generation));
        }
        if access != Access::Create {
            return Err(ErrorKind::NotFound.into());
        }
        let dying = state.change()?;
        let inode = found.unwrap_or(state.inodes.len());
        if found.is_some() {
            state.inodes[inode].apply(Change::Cut(0));
        } else {
            let dir = path.parent().unwrap_or(path).to_owned();
            if !state.dirs.contains(&dir) {
                return Err(ErrorKind::NotFound.into());
            }
            state.inodes.push(Inode::default());
            state.rename_now(NameChange::Insert(path.to_owned(), inode), &dir);
        }
        if dying { Err(power()) } else { Ok(self.handle(inode, state.generation)) }
    }

    fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        let mut state = self.state();
        state.call("rename", from)?;
        let dying = state.change()?;
        if state.dirs.contains(from) {
            state.rename_dir(from, to);
            return if dying { Err(power()) } else { Ok(()) };
        }
        let inode = state.names.get(from).copied().ok_or(ErrorKind::NotFound)?;
        let dir = to.parent().unwrap_or(to).to_owned();
        state.rename_now(NameChange::Rename(from.to_owned(), to.to_owned(), inode), &dir);
        if dying { Err(power()) } else { Ok(()) }
    }

    fn remove(&self, path: &Path) -> io::Result<()> {
        let mut state = self.state();
        state.call("remove", path)?;
        let dying = state.change()?;
        if !state.names.contains_key(path) {
            return Err(ErrorKind::NotFound.into());
        }
        let dir = path.parent().unwrap_or(path).to_owned();
        state.rename_now(NameChange::Remove(path.to_owned()), &dir);
        if dying { Err(power()) } else { Ok(()) }
    }

    fn sync_dir(&self, dir: &Path) -> io::Result<()> {
        let mut state = self.state();
        let failure = state.call("sync_dir", dir);
        if state.change()? {
            return Err(power());
        }
        let pending = std::mem::take(&mut state.pending_names);
        for (place, change) in pending {
            // What a failed one did not do, another may.
            let done = place == dir && (failure.is_ok() || random_below(&mut state.random, 2) == 0);
            if done {
                apply_name(&mut state.durable_names, &change);
            } else {
                state.pending_names.push((place, change));
            }
        }
        failure
    }

    fn free_bytes(&self, dir: &Path) -> io::Result<u64> {
        let mut state = self.state();
        state.alive()?;
        state.call("free_bytes", dir)?;
        Ok(state.room())
    }

    fn lock(&self, path: &Path) -> io::Result<Box<dyn DiskLock>> {
        let mut state = self.state();
        state.alive()?;
        state.call("lock", path)?;
        if state.faults.read_only {
            return Err(ErrorKind::ReadOnlyFilesystem.into());
        }
        if !state.locks.insert(path.to_owned()) {
            return Err(ErrorKind::WouldBlock.into());
        }
        Ok(Box::new(FaultyLock { disk: self.clone(), path: path.to_owned(), generation: state.generation }))
    }
}

impl DiskLock for FaultyLock {}

impl Drop for FaultyLock {
    fn drop(&mut self) {
        let mut state = self.disk.state();
        if state.generation == self.generation {
            state.locks.remove(&self.path);
        }
    }
}

impl FaultyFile {
    fn state(&self) -> io::Result<MutexGuard<'_, State>> {
        let state = self.disk.state();
        if state.generation != self.generation {
            return Err(power());
        }
        state.alive()?;
        Ok(state)
    }

    /// Counts a call of `kind`.
    fn call(&self, state: &mut State, kind: &'static str) -> io::Result<()> {
        let path = state.names.iter().find(|(_, inode)| **inode == self.inode).map(|(path, _)| path.clone());
        state.call(kind, &path.unwrap_or_default())
    }

    fn apply(&self, change: Change) -> io::Result<()> {
        let mut state = self.state()?;
        let dying = state.change()?;
        state.inodes[self.inode].apply(change);
        if dying { Err(power()) } else { Ok(()) }
    }
}

impl DiskFile for FaultyFile {
    fn read_at(&self, buffer: &mut [u8], at: u64) -> io::Result<usize> {
        let mut state = self.state()?;
        self.call(&mut state, "read")?;
        let cached = &state.inodes[self.inode].cached;
        let from = usize::try_from(at).unwrap_or(usize::MAX).min(cached.len());
        let count = buffer.len().min(cached.len() - from);
        buffer[..count].copy_from_slice(&cached[from..from + count]);
        Ok(count)
    }

    fn write_at(&self, bytes: &[u8], at: u64) -> io::Result<()> {
        let mut state = self.state()?;
        let failure = self.call(&mut state, "write");
        let dying = state.change()?;
        let at = usize::try_from(at).map_err(io::Error::other)?;
        let grows = (at + bytes.len()).saturating_sub(state.inodes[self.inode].cached.len()) as u64;
        let (mut kept, mut result) = (bytes.len(), Ok(()));
        if grows > state.room() {
            kept -= usize::try_from(grows - state.room()).unwrap_or(kept).min(kept);
            result = Err(ErrorKind::StorageFull.into());
        } else if due(&mut state.faults.write_fails_at) || failure.is_err() {
            kept = usize::try_from(random_below(&mut state.random, bytes.len() as u64 + 1)).unwrap_or(0);
            result = Err(io::Error::other("injected write failure"));
        }
        state.inodes[self.inode].apply(Change::Write { at, bytes: bytes[..kept].to_vec() });
        if dying { Err(power()) } else { result }
    }

    fn sync_data(&self) -> io::Result<()> {
        let mut state = self.state()?;
        let failure = self.call(&mut state, "sync");
        if state.change()? {
            return Err(power());
        }
        let fails = due(&mut state.faults.sync_fails_at) || failure.is_err();
        if fails {
            // The pages count as clean from here on, whether they reached the medium or not.
            let mut random = state.random;
            state.inodes[self.inode].write_some(&mut random);
            state.random = random;
            return Err(io::Error::other("injected fsync failure"));
        }
        state.inodes[self.inode].sync();
        Ok(())
    }

    fn set_len(&self, bytes: u64) -> io::Result<()> {
        let mut state = self.state()?;
        self.call(&mut state, "cut")?;
        drop(state);
        self.apply(Change::Cut(usize::try_from(bytes).map_err(io::Error::other)?))
    }

    fn write_zeros(&self, from: u64, to: u64) -> io::Result<()> {
        let at = usize::try_from(from).map_err(io::Error::other)?;
        let count = usize::try_from(to.saturating_sub(from)).map_err(io::Error::other)?;
        let missing = {
            let mut state = self.state()?;
            self.call(&mut state, "write_zeros")?;
            let length = state.inodes[self.inode].cached.len() as u64;
            to.saturating_sub(length).saturating_sub(state.room())
        };
        // As a file system does: what there is room for is written.
        let kept = count.saturating_sub(usize::try_from(missing).unwrap_or(count));
        self.apply(Change::Write { at, bytes: vec![0; kept] })?;
        if missing > 0 { Err(ErrorKind::StorageFull.into()) } else { Ok(()) }
    }

    fn size(&self) -> io::Result<u64> {
        let mut state = self.state()?;
        self.call(&mut state, "size")?;
        Ok(state.inodes[self.inode].cached.len() as u64)
    }
}

fn power() -> io::Error {
    io::Error::other("the power is off")
}

/// Counts a fault down; says whether this is the call.
fn due(countdown: &mut Option<u64>) -> bool {
    match countdown {
        Some(left) => {
            *left = left.saturating_sub(1);
            let now = *left == 0;
            if now {
                *countdown = None;
            }
            now
        }
        None => false,
    }
}

fn apply_change(content: &mut Vec<u8>, change: &Change) {
    match change {
        Change::Write { at, bytes } if !bytes.is_empty() => {
            content.resize(content.len().max(at + bytes.len()), 0);
            content[*at..at + bytes.len()].copy_from_slice(bytes);
        }
        Change::Write { .. } => {}
        Change::Cut(length) => content.resize(*length, 0),
    }
}

fn apply_name(names: &mut BTreeMap<PathBuf, usize>, change: &NameChange) {
    match change {
        NameChange::Insert(path, inode) => {
            names.insert(path.clone(), *inode);
        }
        NameChange::Remove(path) => {
            names.remove(path);
        }
        NameChange::Rename(from, to, inode) => {
            names.remove(from);
            names.insert(to.clone(), *inode);
        }
    }
}

/// Cuts a write at the sectors' borders: each goes to the medium on its own.
fn split(change: Change, pieces: &mut Vec<Change>) {
    let Change::Write { at, bytes } = change else { return pieces.push(change) };
    let mut from = 0;
    while from < bytes.len() {
        let to = bytes.len().min(((at + from) / SECTOR_BYTES + 1) * SECTOR_BYTES - at);
        pieces.push(Change::Write { at: at + from, bytes: bytes[from..to].to_vec() });
        from = to;
    }
}

/// SplitMix64 (Steele, Lea, Flood 2014), below `bound`.
fn random_below(state: &mut u64, bound: u64) -> u64 {
    *state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let mut mixed = *state;
    mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    (mixed ^ (mixed >> 31)) % bound.max(1)
}
