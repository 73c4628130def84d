//! What is known of a dialect besides how its bodies are read. Each dialect's file says it of its own, and `wire` lists them.

use kassa_model::Dialect;

use super::reading::{Answer, Context, Reading};

/// A dialect of events.
#[derive(Debug)]
pub struct Format {
    /// What the log, the store and the metrics call it. Its file has the same name.
    pub dialect: Dialect,
    /// The path that its example is sent to.
    pub example_path: &'static str,
    /// Paths that are its alone.
    pub(crate) doors: &'static [Door],
    /// The members by which it sends the page as data, which its own answers give back as sent.
    pub(crate) page_members: &'static [&'static str],
    /// The members that name a visitor. Where one names nobody it is kept as a property, which is no field of B's shape.
    pub(crate) visitor_members: &'static [&'static str],
    /// Whether an event's name may be a text for people, and addresses in it are cleaned. The old systems count an event under its
    /// name as sent.
    pub(crate) cleans_names: bool,
}

/// A path by which events come in.
#[derive(Debug)]
pub struct Door {
    /// Below `/` and `/analytics/`.
    pub path: &'static str,
    /// Reads a body.
    pub(crate) read: fn(&[u8], &Context<'_>) -> Reading,
    /// What one hears who has sent too much; `true`: by system C's port or prefix.
    pub(crate) too_many: fn(bool) -> Answer,
}
