//! The relay: every row reaches the log at least once, with the same id, and nothing is passed over.

mod carried;
mod crashes;
mod holders;
mod refused;
mod support;
mod trouble;
