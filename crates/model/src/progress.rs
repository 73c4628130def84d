//! How far a long piece of work has come, told by whoever does it to whoever shows it.

use std::fmt;

/// Hears how far an upgrade, a backup or a restore has come. Called from any thread; must not block.
pub trait Progress: fmt::Debug + Send + Sync {
    /// `done` of `of` units of `what` are done. The first call of a piece of work has `done` 0, the last one `of`.
    fn tell(&self, what: &str, done: u64, of: u64);
}

/// Shows nothing.
#[derive(Debug, Clone, Copy, Default)]
pub struct Silent;

impl Progress for Silent {
    fn tell(&self, _: &str, _: u64, _: u64) {}
}
