//! Totals of days from before kassa, as another tool counted them: brought in line by line, added up for reports, and taken back by
//! their batch. They are kept beside what people keep for reports, so every engine of the event store answers alike.
//!
//! Which days a site has is known in memory: who asks for other days asks no database.

mod change;
mod look;
pub(crate) mod store;
mod total;

pub use total::{DayCounts, DaySum, DayTotal, Origin, TotalsBy, TotalsKind};
