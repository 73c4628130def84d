//! What was found for a query, and how the answer tells of it.

use jiff::civil::Date;
use kassa_access::DayCounts;
use kassa_eventstore::query::Cell;
use serde_json::{Value, json};

use super::answerable::Reason;

/// What totals add to the answer to a query.
#[derive(Debug, Clone)]
pub(crate) struct Imported {
    /// The first and the last day.
    pub(super) days: (Date, Date),
    pub(super) found: Result<Found, Reason>,
}

/// Totals that fit.
#[derive(Debug, Clone)]
pub(super) struct Found {
    /// By the values of the query's dimensions.
    pub(super) rows: Vec<(Vec<Cell>, DayCounts)>,
    /// Which of the query's metrics they know.
    pub(super) knows: Vec<bool>,
    /// Rows of the answer, and those passed over: the query asks the store for all of them.
    pub(super) page: (u32, u32),
}

impl Imported {
    /// As `meta` shows it; `names` are those of the query's metrics.
    pub(crate) fn show(&self, names: &[&str]) -> Value {
        let days = [self.days.0.to_string(), self.days.1.to_string()];
        match &self.found {
            Ok(found) => {
                let known = names.iter().zip(&found.knows).filter(|(_, knows)| **knows);
                let metrics: Vec<&str> = known.map(|(name, _)| *name).collect();
                let note =
                    "daily totals from before are added; visitors of several days are the sum of each day's";
                json!({"included": true, "days": days, "metrics": metrics, "note": note})
            }
            Err(reason) => {
                json!({"included": false, "days": days, "reason": reason.name(), "note": reason.why()})
            }
        }
    }
}
