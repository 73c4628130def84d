//! Part e: five dashboard queries over 10 M events.

use crate::report::Report;

/// Part e.
pub(crate) fn run(_report: &mut Report) -> anyhow::Result<()> {
    Ok(())
}
