//! Tests of the processor as a whole.

mod cost;
mod goods;
mod jumps;
mod many_ids;
mod many_visitors;
mod memory_log;
mod naming;
mod oracle;
mod orders;
mod partitions;
mod recovery;
mod same_rows;
mod steps;
mod stop;
mod streams;
mod visits;
