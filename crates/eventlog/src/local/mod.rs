//! The local log: segment files of our own, group commit, one writer thread per partition.
//!
//! ```text
//! <dir>/meta.json                     the log's id, partitions per stream
//! <dir>/lock                          one process at a time
//! <dir>/erasures.json                 whom records are not to tell of any more
//! <dir>/<stream>/groups.json          epochs and marks of the groups
//! <dir>/<stream>/<partition>/<base>.log
//! ```

mod active;
mod append;
mod copy;
mod erase;
mod folder;
mod frame;
mod groups;
mod inspect;
mod log;
mod meta;
mod options;
mod queue;
mod read;
mod recover;
mod retain;
mod salvage;
mod segment;
mod stream;
mod subscription;
mod survey;
mod trouble;
mod walk;
mod writer;

#[cfg(test)]
mod tests;

pub use inspect::{
    Damage, GroupInspection, Inspection, PartitionInspection, SegmentInspection, Verification, inspect,
    verify,
};
pub use log::LocalLog;
pub use options::{Options, StreamOptions};
pub use salvage::{Lost, Salvage, salvage};
