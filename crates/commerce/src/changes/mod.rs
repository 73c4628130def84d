//! Who changed what: each change of an order, of the catalogue or of stock in their database that somebody with a session or a key asked for, written in the
//! transaction of the change.

mod actor;
pub mod http;
pub(crate) mod store;
#[cfg(test)]
mod tests;

pub(crate) use actor::{Actor, Asked};
