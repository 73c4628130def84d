//! The collector through its real router, with a log in memory.

mod addresses;
mod again;
mod bad_input;
mod durable;
mod limits;
mod routes;
mod shop;
mod stamps;
