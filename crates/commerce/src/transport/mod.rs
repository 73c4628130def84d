//! The way from orders to stock: in their own transaction, to another database of this process, or over HTTP to the
//! inventory role.
//!
//! Only the first needs nothing from here. The others take the *two-step* way ([`flow`]): the order commits as accepted
//! with a row of work; then one idempotent command ([`commands`]) goes to stock, with a deadline and through a circuit
//! breaker, while no transaction is open; its reply decides the order in a second transaction. What stays undecided is the
//! [`drain`]'s, which sends the same command until its reply is known. While chaos is on ([`chaos`]), stock in the same
//! database takes the two-step way as well, so that no fault ever happens inside a transaction.

pub(crate) mod back;
mod backlog;
pub mod chaos;
pub mod commands;
pub mod http;
mod ledger;
pub(crate) mod run;
pub(crate) mod send;
pub mod store;
pub(crate) mod way;

pub use way::{Outcome, Remotes, Stock};
