//! The audit: clean books are clean, and every planted flaw is found by its invariant and no other.

mod answers;
mod clean;
mod controls;
mod live;
mod planted;
mod support;
