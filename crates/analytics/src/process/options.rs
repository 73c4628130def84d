//! How the processor is set up.

use std::sync::Arc;
use std::time::Duration;

use kassa_model::{Clock, SystemClock};

use super::dedupe::DedupeOptions;
use super::fold::FoldOptions;
use super::session::SessionOptions;

/// How the processor is set up.
#[derive(Debug, Clone)]
pub struct ProcessorOptions {
    /// The group under which it reads the log: `processor`.
    pub group: String,
    /// A batch is committed when it has so many records: 50,000.
    pub batch_rows_max: usize,
    /// A batch is committed when its records have so many bytes: 4 MiB. This bounds memory.
    pub batch_bytes_max: usize,
    /// A batch is committed at the latest so long after the one before, and at once after a quiet time; `None`: as the store
    /// likes it.
    pub flush_every: Option<Duration>,
    /// The duplicate filter, per partition.
    pub dedupe: DedupeOptions,
    /// The memory of sessions, per partition.
    pub sessions: SessionOptions,
    /// The first pause after a failure, doubled each time up to 50 times this: 50 ms.
    pub retry_after: Duration,
    /// For the age of the backlog alone: no rule looks at the wall clock.
    pub clock: Arc<dyn Clock>,
}

impl Default for ProcessorOptions {
    fn default() -> Self {
        Self {
            group: "processor".to_owned(),
            batch_rows_max: 50_000,
            batch_bytes_max: 4 << 20,
            flush_every: None,
            dedupe: DedupeOptions::default(),
            sessions: SessionOptions::default(),
            retry_after: Duration::from_millis(50),
            clock: Arc::new(SystemClock),
        }
    }
}

impl ProcessorOptions {
    pub(super) fn fold(&self) -> FoldOptions {
        FoldOptions { dedupe: self.dedupe, sessions: self.sessions }
    }
}
