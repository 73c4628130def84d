//! The files of pictures, in a folder or on S3: `9f/9f86…0a08-640` is an asset in one of its widths.
//!
//! In a folder a file is written beside its place, synced, named and its folder synced; under its name it is whole or not there. What was
//! written never changes.

use std::path::Path as Folder;
use std::sync::Arc;

use object_store::local::LocalFileSystem;
use object_store::path::Path;
use object_store::{GetResult, ObjectStore, ObjectStoreExt};

use super::asset::{WIDTHS, is_id};
use super::s3::{self, S3Options};

/// Where the files of pictures are.
#[derive(Debug, Clone)]
pub struct Files(Arc<dyn ObjectStore>);

impl Files {
    /// In this folder, which is made where there is none.
    ///
    /// # Errors
    /// It cannot be made, or is none.
    pub fn folder(folder: &Folder) -> Result<Self, object_store::Error> {
        let cannot = |source: std::io::Error| object_store::Error::Generic {
            store: "folder",
            source: format!("cannot make the folder {}: {source}", folder.display()).into(),
        };
        std::fs::create_dir_all(folder).map_err(cannot)?;
        Ok(Self(Arc::new(LocalFileSystem::new_with_prefix(folder)?.with_fsync(true))))
    }

    /// In a bucket. Nobody is asked yet whether it is there.
    ///
    /// # Errors
    /// The options are no address.
    pub fn s3(options: &S3Options) -> Result<Self, object_store::Error> {
        Ok(Self(s3::open(options)?))
    }

    /// Keeps what was made of an asset; when this returns, it is durable.
    ///
    /// # Errors
    /// It cannot be written.
    pub(super) async fn put(&self, id: &str, files: Vec<(u32, Vec<u8>)>) -> Result<(), object_store::Error> {
        for (width, bytes) in files {
            self.0.put(&place(id, width), bytes.into()).await?;
        }
        Ok(())
    }

    /// The asset in that width, or the next smaller one that there is: none is wider than what came. `None` where there is
    /// no such asset.
    ///
    /// # Errors
    /// It cannot be read.
    pub(super) async fn get(&self, id: &str, width: u32) -> Result<Option<GetResult>, object_store::Error> {
        for width in WIDTHS.into_iter().rev().filter(|known| *known <= width) {
            match self.0.get(&place(id, width)).await {
                Err(object_store::Error::NotFound { .. }) => (),
                found => return found.map(Some),
            }
        }
        Ok(None)
    }

    /// Whether all files of an asset are there whose largest is so wide.
    ///
    /// # Errors
    /// That cannot be seen.
    pub(super) async fn are_there(&self, id: &str, widest: i64) -> Result<bool, object_store::Error> {
        for (place_in_row, width) in WIDTHS.into_iter().enumerate() {
            let is_needed = place_in_row == 0 || i64::from(WIDTHS[place_in_row - 1]) < widest;
            if !is_needed {
                break;
            }
            match self.0.head(&place(id, width)).await {
                Ok(_) => (),
                Err(object_store::Error::NotFound { .. }) => return Ok(false),
                Err(error) => return Err(error),
            }
        }
        Ok(true)
    }
}

/// Whether this is the name of a file in a folder of files of ours.
pub fn is_file_of_ours(folder: &str, name: &str) -> bool {
    let Some((id, width)) = name.split_once('-') else { return false };
    is_id(id) && id.starts_with(folder) && WIDTHS.iter().any(|known| known.to_string() == width)
}

/// The name of a file. An id is hexadecimal.
fn place(id: &str, width: u32) -> Path {
    Path::from(format!("{}/{id}-{width}", id.get(..2).unwrap_or("")))
}
