//! The shop's books as reports know them: what the last audit found.

use std::fmt;

/// What the last audit of the shop's books found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verdict {
    /// Whether nothing is violated.
    pub ok: bool,
    /// Whether everything could be checked.
    pub complete: bool,
    /// How many violations there are.
    pub violations: u64,
    /// When the audit began.
    pub checked_at: String,
}

/// Who looks at the books.
pub trait Books: Send + Sync + fmt::Debug {
    /// What the last look found; `None` before the first.
    fn verdict(&self) -> Option<Verdict>;
}
