//! The log's folder: made durably, held by one process at a time.

use std::io;
use std::path::Path;

use super::trouble::io_error;
use crate::Error;
use crate::disk::{Disk, DiskLock};

/// Makes a folder, durably. The one above may be closed to us, which only matters if the folder is new to it.
pub(super) fn make_dir(disk: &dyn Disk, dir: &Path) -> Result<(), Error> {
    disk.create_dir(dir).map_err(|why| io_error("make", dir, &why))?;
    let Some(parent) = dir.parent().filter(|parent| !parent.as_os_str().is_empty()) else { return Ok(()) };
    match disk.sync_dir(parent) {
        Err(why) if why.kind() != io::ErrorKind::PermissionDenied => Err(io_error("make durable", dir, &why)),
        _ => Ok(()),
    }
}

/// Takes the lock of the log in `dir`.
pub(super) fn take_lock(disk: &dyn Disk, dir: &Path) -> Result<Box<dyn DiskLock>, Error> {
    let path = dir.join("lock");
    disk.lock(&path).map_err(|why| match why.kind() {
        io::ErrorKind::WouldBlock => {
            Error::Invalid(format!("cannot open {}: another process holds it", dir.display()))
        }
        _ => io_error("lock", &path, &why),
    })
}
