//! Port 1, the durable log. [`EventLog`]'s doc comment is the contract; `conformance.rs` is the same contract as tests
//! that every backend runs. Knows nothing of events: keys, bytes, positions.

#[cfg(any(test, feature = "conformance"))]
pub mod conformance;
pub mod disk;
mod error;
#[cfg(any(test, feature = "conformance"))]
pub mod faulty;
pub mod local;
mod mutex;
mod once;
mod port;
mod record;
pub mod still;
mod upkeep;

pub use error::Error;
pub use once::{read_up_to, retained};
pub use port::{EventLog, Queued, Subscription};
pub use record::{
    Delivery, Epoch, GroupStatus, Limits, Offset, Partition, PartitionStatus, Position, RECORD_BYTES_MAX,
    Record, Status, Stream,
};
pub use upkeep::{Copied, Cut, Stats, Upkeep};
