//! The shop's database: transactions on SQLite (one group-commit writer) or PostgreSQL (a writer thread per connection).
//!
//! Business rules are plain synchronous functions over a [`Tx`]; [`Db::write`] sends one to a writer thread, [`Db::read`]
//! to a reader. The same SQL text runs on both engines. This crate knows no noun of the shop.

mod db;
mod error;
mod job;
mod migrate;
mod options;
mod postgres;
mod queue;
mod queues;
mod sqlite;
mod stats;
#[cfg(any(test, feature = "testing"))]
pub mod testing;
#[cfg(test)]
mod tests;
mod tx;

pub use db::Db;
pub use error::Error;
pub use migrate::{Fill, Migration};
pub use options::{Engine, Options};
pub use postgres::copy_out;
pub use sqlite::Snapshot;
pub use stats::{GROUP_SIZES, Stats};
pub use tx::{Param, Row, Tx};
