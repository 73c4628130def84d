//! How a store is opened.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use kassa_model::{Progress, Silent};

/// Where the store lies and what it may use.
#[derive(Debug, Clone)]
pub struct Options {
    /// The database file; its folder must exist.
    pub path: PathBuf,
    /// Where DuckDB may spill to; made when needed. `None`: beside the file.
    pub temp_dir: Option<PathBuf>,
    /// What DuckDB may use, in MiB; 256 by default.
    pub memory_limit_mb: u32,
    /// Threads of DuckDB, of writer and reports together; `None`: one per core.
    pub threads: Option<u32>,
    /// The only folder that `COPY` may write to; `None`: none.
    pub exports_dir: Option<PathBuf>,
    /// A report that takes longer is interrupted; 30 s by default.
    pub query_timeout: Duration,
    /// How many reports run at once; 2 by default.
    pub reports_max: usize,
    /// Hears of the upgrade of a store of an older version; nobody by default.
    pub progress: Arc<dyn Progress>,
    /// How long a report waits for others to end before it is refused with [`Error::Busy`]; 10 s by default.
    pub turn_timeout: Duration,
    /// What it is opened for; everything by default.
    pub purpose: Purpose,
}

/// What a store is opened for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// Everything.
    All,
    /// To be looked at: not a byte of the file changes, and every write fails.
    Reading,
}

impl Options {
    /// The defaults for the database file `path`.
    pub fn new(path: impl Into<PathBuf>) -> Self {
        Self {
            path: path.into(),
            temp_dir: None,
            memory_limit_mb: 256,
            threads: None,
            exports_dir: None,
            query_timeout: Duration::from_secs(30),
            reports_max: 2,
            progress: Arc::new(Silent),
            purpose: Purpose::All,
            turn_timeout: Duration::from_secs(10),
        }
    }
}
