//! Chaos: faults on purpose around stock, so that a shop can see that it keeps taking orders.
//!
//! Three faults, before and after the command, never inside its transaction: a delay, a failure before anything was done
//! (500, 503 or a dropped connection, a third each), and an answer that is lost after the commit. It is set by an admin,
//! ends by itself, and forgets itself when the process ends.

mod layer;
mod switch;
#[cfg(test)]
mod tests;

pub use layer::{Words, wrap};
pub use switch::{Allowed, Chaos, Crash, Disturbance, Faults, LATENCY_MS_MAX, LIFE, NONE, Refused, export};
