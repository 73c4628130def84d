//! What an audit found.
//!
//! ```json
//! {"ok":false,"complete":true,"at":"2026-11-21T05:00:00Z","invariants":[{"id":1,
//!  "title":"stock is never negative and equals its ledger","ok":false,"checked":60,"pending":0,"violations_total":1,
//!  "violations":[{"about":"ps5","what":"the stock says 7 and the ledger adds up to 6"}],"unchecked":[],"notes":[]}]}
//! ```

use kassa_db::Error;
use serde::{Deserialize, Serialize};

/// So many violations of an invariant are told; all are counted.
pub const VIOLATIONS_MAX: usize = 100;

/// What the invariants say, by their numbers from 1.
pub const TITLES: [&str; 7] = [
    "stock is never negative and equals its ledger",
    "orders hold exactly the stock that they took",
    "orders equal their lines and the replay of their events",
    "a key or client reference stands for one order",
    "every change of an order reaches the log",
    "the reports' money is that of the orders",
    "nothing waits for longer than a minute",
];

/// A broken rule.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Violation {
    /// What it is about: an order's UUID, a SKU, a key.
    pub about: String,
    /// What is wrong, in a sentence.
    pub what: String,
}

/// An invariant and what was found of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Invariant {
    /// Its number, 1 to 7.
    pub id: usize,
    /// What it says.
    pub title: &'static str,
    /// Whether no violation was found.
    pub ok: bool,
    /// How many things were looked at: SKUs, orders, keys, changes.
    pub checked: u64,
    /// How many are under way and younger than a minute, so that nothing can be said yet.
    pub pending: u64,
    /// How many violations there are.
    pub violations_total: u64,
    /// The first [`VIOLATIONS_MAX`] of them.
    pub violations: Vec<Violation>,
    /// What could not be checked, in sentences.
    pub unchecked: Vec<String>,
    /// What was judged by more than what is there now, in sentences: what is removed by its age was judged before.
    pub notes: Vec<String>,
}

/// For how long something is under way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Age {
    /// Within the grace.
    Young,
    /// Beyond it.
    Old { seconds: i64 },
}

/// Why a part of an audit cannot be judged.
#[derive(Debug, thiserror::Error)]
pub(super) enum Unread {
    #[error(transparent)]
    Db(#[from] Error),
    /// What is not the shop's database: log, ledger or store cannot be asked, in a sentence.
    #[error("{0}")]
    Elsewhere(String),
}

impl From<kassa_eventlog::Error> for Unread {
    fn from(error: kassa_eventlog::Error) -> Self {
        Self::Elsewhere(format!("the log cannot be read: {error}"))
    }
}

/// What an audit found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Report {
    /// Whether no invariant is violated.
    pub ok: bool,
    /// Whether everything could be checked.
    pub complete: bool,
    /// When it began.
    pub at: String,
    /// The seven, by number.
    pub invariants: Vec<Invariant>,
}

impl Invariant {
    /// Invariant `id`, of which nothing is found yet.
    ///
    /// # Panics
    /// Unless `id` is 1 to 7.
    pub fn new(id: usize) -> Self {
        let (title, ok, violations) = (TITLES[id - 1], true, Vec::new());
        let (checked, pending, violations_total) = (0, 0, 0);
        let (unchecked, notes) = (Vec::new(), Vec::new());
        Self { id, title, ok, checked, pending, violations_total, violations, unchecked, notes }
    }

    /// Invariant `id`, of which a part cannot be checked here.
    pub(super) fn apart(id: usize, why: impl Into<String>) -> Self {
        let mut invariant = Self::new(id);
        invariant.unchecked(why);
        invariant
    }

    /// What was judged of invariant `id`; what cannot be read but the shop's database is a part that is not checked.
    pub(super) fn judged(id: usize, found: Result<Self, Unread>) -> Result<Self, Error> {
        match found {
            Ok(found) => Ok(found),
            Err(Unread::Db(error)) => Err(error),
            Err(Unread::Elsewhere(why)) => Ok(Self::apart(id, why)),
        }
    }

    /// Judges something that has waited for so many seconds: it is pending, or `what` is wrong.
    pub(super) fn waits(&mut self, age: Age, about: impl Into<String>, what: impl FnOnce(i64) -> String) {
        self.checked += 1;
        match age {
            Age::Young => self.pending += 1,
            Age::Old { seconds } => self.violated(about, what(seconds)),
        }
    }

    /// Notes a violation.
    pub fn violated(&mut self, about: impl Into<String>, what: impl Into<String>) {
        self.ok = false;
        self.violations_total += 1;
        if self.violations.len() < VIOLATIONS_MAX {
            self.violations.push(Violation { about: about.into(), what: what.into() });
        }
    }

    /// Notes what cannot be checked.
    pub fn unchecked(&mut self, what: impl Into<String>) {
        self.unchecked.push(what.into());
    }

    /// Notes by what something was judged.
    pub fn note(&mut self, what: impl Into<String>) {
        self.notes.push(what.into());
    }

    /// Adds what another look at the same invariant found.
    pub fn add(&mut self, other: Self) {
        self.ok &= other.ok;
        self.checked += other.checked;
        self.pending += other.pending;
        self.violations_total += other.violations_total;
        self.violations.extend(other.violations);
        self.violations.truncate(VIOLATIONS_MAX);
        self.unchecked.extend(other.unchecked);
        self.notes.extend(other.notes);
    }
}

impl Report {
    /// The report of `parts`, each about one invariant; several of one are added up.
    pub fn new(at: String, parts: impl IntoIterator<Item = Invariant>) -> Self {
        let mut invariants: Vec<Invariant> = (1..=TITLES.len()).map(Invariant::new).collect();
        for part in parts {
            invariants[part.id - 1].add(part);
        }
        let ok = invariants.iter().all(|invariant| invariant.ok);
        let complete = invariants.iter().all(|invariant| invariant.unchecked.is_empty());
        Self { ok, complete, at, invariants }
    }
}
