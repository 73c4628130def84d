//! The way from orders to stock: in their own transaction, to another database of this process, or over HTTP to the
//! inventory role.
//!
//! Only the first needs nothing from here. The others send one idempotent command ([`commands`]) to stock, with a deadline and
//! through a circuit breaker, while no transaction is open; what it decides is the affair of [`orders::apart`]. While chaos is
//! on ([`chaos`]), stock in the same database is sent commands as well, so that no fault ever happens inside a transaction.
//!
//! [`orders::apart`]: crate::orders::apart

mod backlog;
pub mod chaos;
pub(crate) mod client;
pub mod commands;
pub mod http;
mod ledger;
pub(crate) mod levels;
pub(crate) mod run;
pub(crate) mod send;
pub mod store;

pub use client::{CommandOutcome, Remotes, StockClient};
