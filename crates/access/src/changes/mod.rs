//! Who changed what: each change that somebody with a session or a key asked for, written in the transaction of the change, or once it is
//! done where what was changed is in no database.

mod actor;
mod difference;
mod note;
mod read;
mod store;

pub use actor::{Actor, Asked};
pub use difference::Difference;
pub(crate) use store::OF_ACCESS;
pub use store::{Changed, OF_SHOP, Table};
