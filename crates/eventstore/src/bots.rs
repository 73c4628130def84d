//! Which bots' rows count in a question.

use kassa_model::{Dialect, Event};

use crate::query::{EventFilter, Query};

/// Which bots' rows count.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Bots {
    None,
    /// Those that came by another dialect than Segment's.
    OfOldDialects,
    All,
}

impl Bots {
    /// Whether `event` counts.
    pub(crate) fn count(self, event: &Event) -> bool {
        match self {
            Self::All => true,
            Self::OfOldDialects => !event.bot || event.dialect != Dialect::SEGMENT,
            Self::None => !event.bot,
        }
    }
}

impl Query {
    /// Which bots' rows count.
    pub(crate) fn bots(&self) -> Bots {
        match (self.include_bots, self.include_dialect_bots) {
            (true, _) => Bots::All,
            (false, true) => Bots::OfOldDialects,
            (false, false) => Bots::None,
        }
    }
}

impl EventFilter {
    /// Which bots' rows are listed.
    pub(crate) fn bots(&self) -> Bots {
        match (self.include_bots, self.include_dialect_bots) {
            (true, _) => Bots::All,
            (false, true) => Bots::OfOldDialects,
            (false, false) => Bots::None,
        }
    }
}
