//! What tests of this crate and of those above it need: databases of both engines that go when the test ends.

mod cluster;
mod schema;

use std::path::PathBuf;
use std::sync::atomic::{AtomicU64, Ordering};

use crate::{Db, Error};

pub use cluster::TestPostgres;
pub use schema::schema_of;

/// A folder that goes with its holder.
#[derive(Debug)]
pub struct Folder(PathBuf);

static FOLDERS: AtomicU64 = AtomicU64::new(0);

impl Folder {
    /// A new, empty folder among the temporary files.
    #[allow(clippy::new_without_default, reason = "a default that makes a folder would surprise")]
    pub fn new() -> Self {
        let number = FOLDERS.fetch_add(1, Ordering::Relaxed);
        let name = format!("kassa-db-{}-{number}", std::process::id());
        let path = std::env::temp_dir().join(name);
        std::fs::create_dir_all(&path).expect("temporary files can be written");
        Self(path)
    }

    /// Where it is.
    pub fn path(&self) -> &std::path::Path {
        &self.0
    }

    /// The address of an SQLite database in it.
    pub fn sqlite_url(&self) -> String {
        format!("sqlite:{}", self.0.join("shop.db").display())
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        // A folder that cannot be removed is left to whoever cleans temporary files.
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// Prepares each statement without running it.
///
/// # Errors
/// The first statement that the engine refuses, and why.
pub fn prepare_all(db: &Db, statements: &[&str]) -> Result<(), Error> {
    for statement in statements {
        let sql = (*statement).to_owned();
        let outcome: Result<(), Error> = db.read_blocking(move |tx| tx.prepare(&sql));
        outcome.map_err(|error| Error::Invalid(format!("{error}: {statement}")))?;
    }
    Ok(())
}
