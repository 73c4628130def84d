//! What is kept of a person: given out as a whole, or erased.
//!
//! A person is asked for by an e-mail address or by the id of a user. What is found by it: orders with all that hangs on them, the
//! customer, waiting lists, and by the visits of these orders who they are in the log and in the event store ([`Found`]).
//!
//! Erased, an order keeps its money, lines, stock and history and loses the person: name, address, telephone, note, visit and
//! parcels' numbers, also in outbox rows, stored answers and open work ([`erase`]). Everything is done in short transactions that
//! may be repeated; a row of the table `erasures` says what was found, so that a run that was stopped is finished by the next.

mod again;
mod counts;
mod erase;
mod export;
mod find;
mod found;
mod job;
mod log;
mod store;
mod subject;
mod sweep;
#[cfg(test)]
mod tests;

pub use again::{Hashes, Listed, meant, subjects, take, unknown};
pub use counts::Counts;
pub use erase::{begin, end, note, open_jobs, sweep};
pub use export::{Exported, export};
pub use find::find;
pub use found::Found;
pub use job::Job;
pub use log::{Erased, erasures};
pub use subject::{Subject, SubjectBody};
pub use sweep::{deliveries_of, gone};
