//! What kassa keeps is for the account that it runs as alone: customers' names are in it. Folders are made 0700 and files
//! 0600; one that an operator has opened stays so, and is told about once a start.

use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use rustix::fs::Mode;
use rustix::process::umask;

/// Rights of the group and of everybody.
const OTHERS: u32 = 0o077;

/// Folders in folders that are looked into.
const DEPTH_MAX: usize = 6;

/// Makes files of this process, whichever engine makes them, readable for its account alone. First of all: threads that
/// make files may be running later.
pub(crate) fn keep_new_files_private() {
    umask(Mode::from_raw_mode(OTHERS));
}

/// Warns, once, if others than the account may look into the data folder. Files of an older version are among those: kassa
/// cannot tell who opened a file, so it changes none.
pub(crate) fn warn_of_open_files(data: &Path) {
    let open = open_below(data);
    let Some(first) = open.first() else { return };
    tracing::warn!(
        files = open.len(),
        first = %first.display(),
        "other accounts of this machine may look into the data folder, where customers' names are; \
         close it: chmod -R go= {}",
        data.display()
    );
}

/// Every file and folder that others may read or write, the data folder first.
fn open_below(data: &Path) -> Vec<PathBuf> {
    let mut open = Vec::new();
    let mut waiting = vec![(data.to_owned(), 0)];
    while let Some((path, depth)) = waiting.pop() {
        // A link has no rights of its own, and what cannot be looked at now is for whoever opens it.
        let Ok(found) = std::fs::symlink_metadata(&path) else { continue };
        if found.is_symlink() {
            continue;
        }
        if found.permissions().mode() & OTHERS != 0 {
            open.push(path.clone());
        }
        if found.is_dir() && depth < DEPTH_MAX {
            let inside = std::fs::read_dir(&path).into_iter().flatten().flatten();
            waiting.extend(inside.map(|entry| (entry.path(), depth + 1)));
        }
    }
    open
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_what_others_may_look_at() {
        let folder = tempfile::tempdir().unwrap();
        let data = folder.path().join("data");
        let log = data.join("log").join("events");
        std::fs::create_dir_all(&log).unwrap();
        for path in ["kassa.db", "log/events/1.seg"] {
            std::fs::write(data.join(path), "x").unwrap();
        }
        let set = |path: &str, mode: u32| {
            let path = data.join(path);
            std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode)).unwrap();
        };
        for (path, mode) in [
            ("", 0o700),
            ("log", 0o700),
            ("log/events", 0o700),
            ("kassa.db", 0o600),
            ("log/events/1.seg", 0o600),
        ] {
            set(path, mode);
        }
        assert_eq!(open_below(&data), Vec::<PathBuf>::new());
        set("log/events/1.seg", 0o640);
        assert_eq!(open_below(&data), [log.join("1.seg")]);
        set("", 0o755);
        assert_eq!(open_below(&data), [data.clone(), log.join("1.seg")]);
        std::os::unix::fs::symlink("/", data.join("link")).unwrap();
        assert_eq!(open_below(&data).len(), 2, "links are not followed");
        assert!(open_below(&data.join("nothing")).is_empty());
    }
}
