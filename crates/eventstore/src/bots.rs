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
    fn of(all: bool, of_old_dialects: bool) -> Self {
        match (all, of_old_dialects) {
            (true, _) => Self::All,
            (false, true) => Self::OfOldDialects,
            (false, false) => Self::None,
        }
    }

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
        Bots::of(self.include_bots, self.include_dialect_bots)
    }
}

impl EventFilter {
    /// Which bots' rows are listed.
    pub(crate) fn bots(&self) -> Bots {
        Bots::of(self.include_bots, self.include_dialect_bots)
    }
}
