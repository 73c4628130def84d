//! The event half of kassa: wire dialects in, the collector, the processor, reports out.
//!
//! Data flows one way: [`wire`] → [`collect`] → log → [`process`] → store → [`report`].

pub mod collect;
mod host;
pub mod moving;
pub mod process;
pub mod report;
pub mod retain;
pub mod wire;
