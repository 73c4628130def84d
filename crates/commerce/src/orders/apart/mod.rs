//! Orders whose stock is apart: accepted first, decided by a command that a work row holds.

pub(crate) mod accepted;
pub mod drain;
pub(crate) mod edit;
pub(crate) mod flow;
mod groups;
