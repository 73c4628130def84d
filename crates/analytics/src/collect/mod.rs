//! The collector: takes what a client sent, stamps what only it can know, appends to the log, and answers once that is
//! durable. It decides nothing about events (that is `wire`'s and the processor's business) and stores no address.
//!
//! [`routes`] is its HTTP side; [`Collector::collect`] and [`Collector::collect_all`] take the same requests without
//! HTTP, for demo data.

mod again;
mod body;
mod collector;
mod country;
mod http;
mod id;
mod incoming;
mod key;
mod limits;
mod metrics;
mod stamp;
#[cfg(test)]
mod tests;

pub use again::Again;
pub use body::{BODY_BYTES_MAX, INFLATED_BYTES_MAX};
pub use collector::{Collector, CollectorOptions, Dependencies};
pub use country::CountryError;
pub use http::routes;
pub use incoming::{Incoming, Refusal, Sender};
pub use limits::{LimitOptions, Rate};
