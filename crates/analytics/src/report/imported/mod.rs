//! Totals of days from before kassa in answers. They are added to the store's answer once it is there, for days that are wholly in
//! the range and lie before the site's first event here; to counts that they know, alone or by one dimension. Where a question asks
//! for more, they are left out, and the answer's `meta.imported` says so:
//!
//! ```json
//! {"included":true,"days":["2024-05-01","2024-05-31"],"metrics":["visitors","visits"],"note":"daily totals …"}
//! {"included":false,"days":["2024-05-01","2024-05-31"],"reason":"filters","note":"totals of days know no filters"}
//! ```

mod answerable;
mod days;
mod look;
mod merge;

use jiff::civil::Date;
use kassa_eventstore::query::Cell;
use serde_json::{Value, json};

pub(crate) use answerable::Reason;
pub(crate) use days::first_day;
pub(crate) use look::look;
pub(crate) use merge::merge;

use kassa_access::DayCounts;

/// What totals add to the answer to a query.
#[derive(Debug, Clone)]
pub(crate) struct Imported {
    /// The first and the last day.
    days: (Date, Date),
    found: Result<Found, Reason>,
}

/// Totals that fit.
#[derive(Debug, Clone)]
struct Found {
    /// By the values of the query's dimensions.
    rows: Vec<(Vec<Cell>, DayCounts)>,
    /// Which of the query's metrics they know.
    knows: Vec<bool>,
    /// Rows of the answer, and those passed over: the query asks the store for all of them.
    page: (u32, u32),
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
