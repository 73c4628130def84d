//! Who is told that an alert fires.

use std::fmt;

use async_trait::async_trait;

/// An alert that fires.
#[derive(Debug, Clone, PartialEq)]
pub struct Fired {
    /// Its id.
    pub id: String,
    /// What it is called.
    pub name: String,
    /// Whose it is.
    pub site: String,
    /// Since when, RFC 3339.
    pub since: String,
    /// What is measured, as it is shown; null where it is not known.
    pub value: serde_json::Value,
    /// What was expected.
    pub expected: serde_json::Value,
}

/// Tells somebody. It hears of an alert at every look while it fires, and tells of it once.
#[async_trait]
pub trait Pager: fmt::Debug + Send + Sync {
    /// This alert fires.
    async fn fires(&self, alert: Fired);
}

/// Tells nobody.
#[cfg(test)]
#[derive(Debug)]
pub(crate) struct NoPager;

#[cfg(test)]
#[async_trait]
impl Pager for NoPager {
    async fn fires(&self, _: Fired) {}
}
