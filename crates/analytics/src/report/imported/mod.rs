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
mod found;
mod look;
mod merge;

pub(crate) use days::first_day;
pub(crate) use found::Imported;
pub(crate) use look::look;
pub(crate) use merge::merge;
