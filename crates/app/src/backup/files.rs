//! Files and folders of backups: for the owner's eyes only, durable, and compared with their checksums.

use std::fs::{self, DirBuilder, File, OpenOptions, Permissions};
use std::io::{ErrorKind, Read, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt, PermissionsExt};
use std::path::Path;
use std::time::SystemTime;

use anyhow::{Context, bail};
use kassa_model::Progress;
use sha2::{Digest, Sha256};

use super::{Entry, MANIFEST, Manifest};

/// How much is read and written at once, bytes.
const PIECE_BYTES: usize = 1 << 20;

/// Whether there is nothing at `dir`, or a folder with nothing in it but these names.
///
/// # Errors
/// It cannot be listed.
pub(crate) fn is_empty(dir: &Path, but: &[&str]) -> anyhow::Result<bool> {
    let listed = match fs::read_dir(dir) {
        Ok(listed) => listed,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(true),
        Err(error) => return Err(error).with_context(|| format!("cannot look into {}", dir.display())),
    };
    for entry in listed {
        let name = entry?.file_name();
        if !but.iter().any(|known| name == *known) {
            return Ok(false);
        }
    }
    Ok(true)
}

/// Makes a folder, and those above it.
pub(super) fn make_dir(dir: &Path) -> anyhow::Result<()> {
    let made = DirBuilder::new().recursive(true).mode(0o700).create(dir);
    made.with_context(|| format!("cannot make the folder {}", dir.display()))
}

/// Makes what stands in a folder durable.
pub(super) fn sync_dir(dir: &Path) -> anyhow::Result<()> {
    let sync = || File::open(dir)?.sync_all();
    sync().with_context(|| format!("cannot make {} durable", dir.display()))
}

/// Every file below `dir`, as the manifest names it, closed to others and durable.
pub(super) fn entries(dir: &Path, progress: &dyn Progress) -> anyhow::Result<Vec<Entry>> {
    let mut paths = Vec::new();
    list(dir, "", &mut paths)?;
    paths.sort();
    let mut entries = Vec::new();
    for (done, name) in paths.iter().enumerate() {
        progress.tell("checksums", done as u64, paths.len() as u64);
        let path = dir.join(name);
        let cannot = || format!("cannot read {}", path.display());
        let file = File::open(&path).with_context(cannot)?;
        file.set_permissions(Permissions::from_mode(0o600)).with_context(cannot)?;
        file.sync_all().with_context(cannot)?;
        let (bytes, sha256) = pour(file, &mut std::io::sink()).with_context(cannot)?;
        entries.push(Entry { path: name.clone(), bytes, sha256 });
    }
    progress.tell("checksums", paths.len() as u64, paths.len() as u64);
    Ok(entries)
}

fn list(dir: &Path, below: &str, found: &mut Vec<String>) -> anyhow::Result<()> {
    for entry in fs::read_dir(dir).with_context(|| format!("cannot list {}", dir.display()))? {
        let entry = entry?;
        let name = entry.file_name().into_string();
        let Ok(name) = name else { bail!("a file in {} has no readable name", dir.display()) };
        let name = if below.is_empty() { name } else { format!("{below}/{name}") };
        match entry.file_type()?.is_dir() {
            true => list(&entry.path(), &name, found)?,
            false => found.push(name),
        }
    }
    Ok(())
}

/// Reads all of `from` into `to`: how many bytes, and their SHA-256.
fn pour(mut from: impl Read, to: &mut dyn Write) -> std::io::Result<(u64, String)> {
    let (mut hash, mut bytes, mut buffer) = (Sha256::new(), 0, vec![0; PIECE_BYTES]);
    loop {
        let read = from.read(&mut buffer)?;
        if read == 0 {
            let digest = hash.finalize();
            return Ok((bytes, digest.iter().map(|byte| format!("{byte:02x}")).collect()));
        }
        hash.update(&buffer[..read]);
        to.write_all(&buffer[..read])?;
        bytes += read as u64;
    }
}

/// Copies a file of a backup to the new file `to`, durably.
///
/// # Errors
/// It is not what the manifest says; it cannot be read or written.
pub(super) fn copy_checked(from: &Path, entry: &Entry, to: &Path) -> anyhow::Result<()> {
    let path = from.join(&entry.path);
    let source = File::open(&path)
        .with_context(|| format!("the backup is damaged: cannot read {}", path.display()))?;
    if let Some(dir) = to.parent() {
        make_dir(dir)?;
    }
    let cannot = || format!("cannot write {}", to.display());
    let mut target =
        OpenOptions::new().write(true).create_new(true).mode(0o600).open(to).with_context(cannot)?;
    let (bytes, sha256) =
        pour(source, &mut target).with_context(|| format!("cannot copy {}", path.display()))?;
    compare((bytes, &sha256), entry, &path)?;
    target.sync_all().with_context(cannot)
}

/// Brings a finished backup from `made` to `to`, which is empty or not there: by its name, or file by file onto another
/// disk, the manifest last.
///
/// # Errors
/// It cannot be written there; `to` then holds no manifest, and `made` is left where it is.
pub(crate) fn bring(made: &Path, to: &Path, progress: &dyn Progress) -> anyhow::Result<()> {
    let above = to.parent().filter(|above| !above.as_os_str().is_empty()).unwrap_or(Path::new("."));
    fs::create_dir_all(above).with_context(|| format!("cannot make {}", above.display()))?;
    if fs::rename(made, to).is_ok() {
        sync_dir(to)?;
        return sync_dir(above);
    }
    let manifest = Manifest::read(made)?;
    make_dir(to)?;
    for (done, entry) in manifest.files.iter().enumerate() {
        progress.tell("bringing it there", done as u64, manifest.files.len() as u64);
        // A sign for the next backup, which removes those that nobody fetches.
        File::open(made)?.set_modified(SystemTime::now())?;
        copy_checked(made, entry, &to.join(&entry.path))?;
    }
    sync_tree(to)?;
    write_new(&to.join(MANIFEST), &fs::read(made.join(MANIFEST))?)?;
    sync_dir(to)?;
    sync_dir(above)?;
    progress.tell("bringing it there", 1, 1);
    fs::remove_dir_all(made).with_context(|| format!("cannot remove {}", made.display()))
}

/// Reads every file of the backup in `dir`, which is all that its manifest says or damaged.
///
/// # Errors
/// The first file that is missing or different.
pub(crate) fn check(dir: &Path, manifest: &Manifest, progress: &dyn Progress) -> anyhow::Result<()> {
    for (done, entry) in manifest.files.iter().enumerate() {
        progress.tell("reading it again", done as u64, manifest.files.len() as u64);
        let path = dir.join(&entry.path);
        let read = File::open(&path).and_then(|file| pour(file, &mut std::io::sink()));
        let (bytes, sha256) =
            read.with_context(|| format!("the backup is damaged: cannot read {}", path.display()))?;
        compare((bytes, &sha256), entry, &path)?;
    }
    progress.tell("reading it again", 1, 1);
    Ok(())
}

fn compare((bytes, sha256): (u64, &String), entry: &Entry, path: &Path) -> anyhow::Result<()> {
    if (bytes, sha256) != (entry.bytes, &entry.sha256) {
        bail!(
            "the backup is damaged: {} has {bytes} bytes and SHA-256 {sha256}, and was written with {} and {}",
            path.display(),
            entry.bytes,
            entry.sha256
        );
    }
    Ok(())
}

/// Makes the names in all folders below `dir` durable, and in it.
pub(super) fn sync_tree(dir: &Path) -> anyhow::Result<()> {
    for entry in fs::read_dir(dir).with_context(|| format!("cannot list {}", dir.display()))? {
        let entry = entry?;
        if entry.file_type()?.is_dir() {
            sync_tree(&entry.path())?;
        }
    }
    sync_dir(dir)
}

/// Writes a new file, durably.
pub(super) fn write_new(path: &Path, bytes: &[u8]) -> anyhow::Result<()> {
    let write = || {
        let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(path)?;
        file.write_all(bytes)?;
        file.sync_all()
    };
    write().with_context(|| format!("cannot write {}", path.display()))
}
