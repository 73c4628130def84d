//! Why the database could not do what was asked.

/// Why the database could not do what was asked.
#[derive(Debug, Clone, thiserror::Error)]
pub enum Error {
    /// Too much is waiting; nothing was done. The caller answers 503 with `Retry-After`.
    #[error("the database is busy: {0}")]
    Busy(String),
    /// A lock was not had in time (PostgreSQL's `lock_timeout`); nothing was done. Idempotency answers 409.
    #[error("a lock was not had in time: {0}")]
    LockTimeout(String),
    /// It cannot be reached, its disk is full, or it is closing; nothing was done.
    #[error("the database is unavailable: {0}")]
    Unavailable(String),
    /// The connection broke or the disk failed during COMMIT: done or not, nobody knows. Never blindly run again.
    #[error("the outcome is unknown: {0}")]
    Unknown(String),
    /// A statement failed: a defect of ours, or a constraint that guards an invariant.
    #[error("cannot run a statement: {0}")]
    Statement(String),
    /// A text that is to be written holds a NUL character, which PostgreSQL has none of: whoever sent it is told.
    #[error("a text holds a NUL character")]
    Nul,
    /// The schema or the file is not what it should be.
    #[error("{0}")]
    Invalid(String),
}
