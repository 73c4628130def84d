//! The collector through its real router, with a log in memory.

mod addresses;
mod bad_input;
mod durable;
mod limits;
mod routes;
mod shop;
mod stamps;
