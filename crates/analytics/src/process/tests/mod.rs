//! Tests of the processor as a whole.

mod many_ids;
mod memory_log;
mod oracle;
mod orders;
mod recovery;
mod same_rows;
mod steps;
mod streams;
