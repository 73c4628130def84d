//! Who is told of what happened: customers and the shop's staff by e-mail, programs by webhooks and by a stream.
//!
//! The consumer reads the stream `orders` and writes deliveries, in one transaction with the place that it has read up to: an
//! event is told once to each target, however often it comes and wherever a process is killed. The worker claims what is due by a
//! lease, sends it, and writes what came of it; killed in between it sends again, under the same id.
//!
//! | file | what |
//! |---|---|
//! | `delivery.rs`, `store.rs` | what is to be told to whom, and what came of it |
//! | `event.rs`, `plan.rs`, `waiting.rs` | who is told of an event |
//! | `consumer.rs`, `work.rs`, `sending.rs` | from the stream to rows, from rows to targets |
//! | `templates/`, `email/` | letters, and the way that they go |
//! | `webhook/`, `push/` | signed requests to programs, and the stream of who listens |

mod backoff;
pub mod consumer;
pub(crate) mod delivery;
pub mod email;
mod event;
pub mod http;
pub mod metrics;
mod plan;
pub mod push;
pub mod report;
mod sending;
pub mod staff;
pub(crate) mod store;
pub mod templates;
#[cfg(test)]
mod tests;
pub mod told;
mod waiting;
pub mod webhook;
pub mod work;

use kassa_db::{Db, Error};

pub use consumer::{Consumer, NOTIFIER_GROUP};
pub use email::{MailOptions, MailUrl};
pub use metrics::NotifyMetrics;
pub use sending::WorkOptions;
pub use staff::{StaffNews, Topic, tell_staff};
pub use told::Told;
pub use work::Worker;

/// Lets everything be sent at once that a process had claimed: for a database that belongs to one process, which has just taken it
/// over.
///
/// # Errors
/// The database's.
pub async fn end_leases(db: &Db) -> Result<(), Error> {
    db.write(store::end_leases).await
}
