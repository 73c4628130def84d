//! Guards taken away on purpose, so that tests can show that the checks notice: negative controls.
//!
//! One guard per process, named by `KASSA_SABOTAGE` at its first use, and only in builds with debug assertions; in a
//! release build every question is answered with a constant no.

use std::sync::OnceLock;

/// A guard that is taken away.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Sabotage {
    /// `ledger_unique`: a command that comes again is entered again.
    LedgerUnique,
    /// `check_first`: stock is looked at first and taken unconditionally after.
    CheckFirst,
    /// `late_record`: what makes a repeat harmless is written after the order's commit.
    LateRecord,
    /// `money_by_order`: money records are named by their order alone.
    MoneyByOrder,
    /// `new_command`: the drain sends what may have been done again under a new name.
    NewCommand,
}

static CHOSEN: OnceLock<Option<Sabotage>> = OnceLock::new();

/// Whether this guard is taken away.
#[inline]
pub(crate) fn is(what: Sabotage) -> bool {
    cfg!(debug_assertions) && *CHOSEN.get_or_init(chosen) == Some(what)
}

#[cold]
fn chosen() -> Option<Sabotage> {
    let name = std::env::var("KASSA_SABOTAGE").ok()?;
    let chosen = match name.as_str() {
        "ledger_unique" => Sabotage::LedgerUnique,
        "check_first" => Sabotage::CheckFirst,
        "late_record" => Sabotage::LateRecord,
        "money_by_order" => Sabotage::MoneyByOrder,
        "new_command" => Sabotage::NewCommand,
        _ => return None,
    };
    tracing::warn!(?chosen, "a guard of the shop is taken away: this process is a negative control");
    Some(chosen)
}
