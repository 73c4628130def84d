//! Events of before as lines of files: read into records of the log, and written. Totals of days likewise, which are no events.

mod line;
mod record;
mod total;
mod write;

pub use record::{Bring, record};
pub use total::{is_total, total};
pub use write::{MEMBERS, write_line};
