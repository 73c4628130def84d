//! Events of before as lines of files: read into records of the log, and written.

mod line;
mod record;
mod write;

pub use record::{Bring, record};
pub use write::{MEMBERS, write_line};
