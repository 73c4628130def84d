//! Leases: which of the processes on a database does what only one is to do at a time. They go by the database's own time,
//! so that processes agree whose clocks do not.
//!
//! What is done under a lease must be harmless when it is done twice: a former holder may wake up late.

mod store;

pub(crate) use store::{end_all, give_back, hold};
