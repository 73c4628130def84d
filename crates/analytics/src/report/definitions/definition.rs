//! What a definition is.

use kassa_eventstore::query::{Field, Metric};

use super::example::Example;

/// A metric's wire name and meaning.
#[derive(Debug, Clone, Copy)]
pub struct MetricDefinition {
    /// What the store is asked for.
    pub metric: Metric,
    /// Its name in a query.
    pub name: &'static str,
    /// What it counts, in one sentence.
    pub definition: &'static str,
    /// A property of whole sessions: it cannot be grouped by event dimensions other than the page.
    pub of_sessions: bool,
    /// Five events and its value.
    pub example: Example,
}

/// A dimension's wire name and meaning.
#[derive(Debug, Clone)]
pub struct FieldDefinition {
    /// What the store groups and filters by.
    pub field: Field,
    /// Its name in a query.
    pub name: &'static str,
    /// What its values are, in one sentence.
    pub definition: &'static str,
    /// Five events and their rows.
    pub example: Example,
}

/// A definition of the lists: of a metric, of a dimension, of a word or of a rule of all metrics.
#[derive(Debug, Clone, Copy)]
pub struct Entry {
    /// Its name.
    pub name: &'static str,
    /// What it means, in one sentence.
    pub definition: &'static str,
    /// Five events that show it, where a question can.
    pub example: Option<Example>,
}
