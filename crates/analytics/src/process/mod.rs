//! The processor: a deterministic fold over the log, one per partition.
//!
//! ```text
//! log ──► decode ──► steps (drop duplicate, choose visitor, assign session, parse agent …) ──► rows, dead letters, counts ──► store
//! ```
//! Every record ends in exactly one [`kassa_model::Outcome`]. The clock of every rule is the record's `received_at`, never
//! the wall clock; so a restart at any position gives the same rows as none, and a replay of the whole log into an empty
//! store the same rows again.

mod agent;
mod assigned;
mod bots;
mod check;
mod clock;
mod counts;
mod decoded;
mod dedupe;
mod driver;
mod environment;
mod error;
mod facts;
mod families;
mod flight;
mod fold;
mod folding;
mod idrun;
mod idset;
mod interaction;
mod ladder;
mod names;
mod naming;
mod options;
mod processor;
mod questions;
mod replay;
mod session;
mod slices;
mod source;
mod status;
mod steps;
mod takeup;
mod visitors;

#[cfg(test)]
mod testing;
#[cfg(test)]
mod tests;

pub use check::check_positions;
pub use dedupe::{DedupeOptions, DedupeStatus};
pub use error::Error;
pub use options::ProcessorOptions;
pub use processor::Processor;
pub use replay::{ReplayProgress, ReplaySummary, replay};
pub use session::{SessionOptions, SessionStatus};
pub use status::{ProcessorState, ProcessorStatus};
