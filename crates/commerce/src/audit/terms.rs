//! What an audit goes by.

use std::sync::Arc;
use std::time::Duration;

use kassa_model::{MICROS_PER_SECOND, Timestamp};

use super::report::Age;
use crate::outbox::RelayOptions;

/// A part of an audit, for those who wait for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// SKUs and their ledger.
    Stock,
    /// Orders with all that belongs to them.
    Orders,
    /// Keys and client references.
    Keys,
    /// Changes and their outbox rows.
    Outbox,
    /// What the log holds of them.
    Log,
    /// What the reports hold of their money.
    Money,
}

impl Step {
    /// What is being counted.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Stock => "stock",
            Self::Orders => "orders",
            Self::Keys => "keys",
            Self::Outbox => "outbox",
            Self::Log => "log",
            Self::Money => "money",
        }
    }
}

/// Is told how far a step has come, and how much it is in all where that is known. Called on any thread.
pub type Tell = Arc<dyn Fn(Step, u64, Option<u64>) + Send + Sync>;

/// What can be set about an audit.
#[derive(Debug, Clone)]
pub struct AuditOptions {
    /// What is under way and younger is pending. 60 s.
    pub grace: Duration,
    /// An order that differs is read again for so long. 10 s.
    pub patience: Duration,
    /// How long the relay keeps published rows.
    pub outbox_keep: Duration,
    /// So many names are compared in memory at once, about 16 bytes each; more take another pass. 2,000,000.
    pub names_max: u64,
}

impl Default for AuditOptions {
    fn default() -> Self {
        Self {
            grace: Duration::from_secs(60),
            patience: Duration::from_secs(10),
            outbox_keep: RelayOptions::default().keep,
            names_max: 2_000_000,
        }
    }
}

/// What all parts of one audit share.
#[derive(Clone)]
pub(super) struct Terms {
    pub(super) now: Timestamp,
    pub(super) options: AuditOptions,
    pub(super) tell: Tell,
    /// Since when events are looked at for ids that are stored twice; all of them without it.
    pub(super) ids_since: Option<Timestamp>,
}

impl Terms {
    /// Whether what began at `since`, µs, is younger than the grace.
    pub(super) fn is_young(&self, since: i64) -> bool {
        self.seconds_since(since) <= i64::try_from(self.options.grace.as_secs()).unwrap_or(i64::MAX)
    }

    /// How old what began at `since`, µs, is.
    pub(super) fn age(&self, since: i64) -> Age {
        let seconds = self.seconds_since(since);
        if self.is_young(since) { Age::Young } else { Age::Old { seconds } }
    }

    /// Whole seconds since then.
    fn seconds_since(&self, since: i64) -> i64 {
        self.now.micros().saturating_sub(since) / MICROS_PER_SECOND
    }

    /// Whether the outbox row of a change of that time may have been removed.
    pub(super) fn is_cleaned(&self, since: i64) -> bool {
        let keep = i64::try_from(self.options.outbox_keep.as_micros()).unwrap_or(i64::MAX);
        since < self.now.micros().saturating_sub(keep)
    }

    pub(super) fn tell(&self, step: Step, done: u64, of: Option<u64>) {
        (self.tell)(step, done, of);
    }
}
