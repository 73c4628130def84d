//! The folder of pictures in a backup. A file there never changes, and is there before the database names it: copied after the
//! database, all that it names is among them.

use std::fs;
use std::path::Path;

use anyhow::Context;
use kassa_commerce::assets::is_file_of_ours;
use kassa_model::Progress;

use super::files::make_dir;

/// Copies the pictures in `from` to the folder `to`, which is made if there are any.
///
/// # Errors
/// They cannot be read or written.
pub(super) fn copy(from: &Path, to: &Path, progress: &dyn Progress) -> anyhow::Result<()> {
    let folders = listed(from)?;
    for (done, folder) in folders.iter().enumerate() {
        progress.tell("pictures", done as u64, folders.len() as u64);
        for name in listed(&from.join(folder))?.iter().filter(|name| is_file_of_ours(folder, name)) {
            make_dir(&to.join(folder))?;
            let (file, copy) = (from.join(folder).join(name), to.join(folder).join(name));
            fs::copy(&file, copy).with_context(|| format!("cannot copy {}", file.display()))?;
        }
    }
    progress.tell("pictures", folders.len() as u64, folders.len() as u64);
    Ok(())
}

/// The names in a folder; none where there is no folder.
fn listed(folder: &Path) -> anyhow::Result<Vec<String>> {
    let cannot = || format!("cannot look into {}", folder.display());
    if !folder.is_dir() {
        return Ok(Vec::new());
    }
    let mut names = Vec::new();
    for entry in fs::read_dir(folder).with_context(cannot)? {
        names.extend(entry.with_context(cannot)?.file_name().into_string().ok());
    }
    names.sort_unstable();
    Ok(names)
}
