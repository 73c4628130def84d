//! What people write down for the reports of a site, and change again: segments, goals, notes, rules, share links, alerts. Every
//! version is kept, with who made it and when. Like sites and keys they are known in memory and outlast an outage of the database.
//!
//! What a thing's members mean is not looked at here: who lets them in has checked them. The secrets of share links are
//! `share.rs`'s business.

pub(crate) mod change;
mod look;
pub(crate) mod store;
pub(crate) mod thing;

pub use thing::{Draft, Kept, KeptKind, KeptVersion};
