//! What is set while the shop runs, by its name.

pub(crate) mod store;

pub(crate) use store::{read, write};
