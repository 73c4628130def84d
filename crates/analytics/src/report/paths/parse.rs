//! The JSON of a question about paths → what was asked.
//!
//! ```json
//! {"site_id":"demo","date_range":"28d","from":{"page":"/"},"to":{"event":"Order Completed"},"steps":5,"nodes":10}
//! ```

use kassa_eventstore::journey::{NODES_MAX, PATH_STEPS_MAX};
use serde_json::{Map, Value};

use super::super::ask::Invalid;
use super::super::journey::{Asked, StepAsk, one_step, parse_count};

/// Members beside those of every such question.
pub(super) const MEMBERS: &[&str] = &["from", "to", "steps", "nodes"];

/// A question that was understood.
#[derive(Debug)]
pub(super) struct PathsAsk {
    pub(super) asked: Asked,
    pub(super) from: Option<StepAsk>,
    pub(super) to: Option<StepAsk>,
    pub(super) steps: usize,
    pub(super) nodes: usize,
}

/// Understands a question about paths.
///
/// # Errors
/// [`Invalid`] for whatever is wrong first.
pub(super) fn parse(mut members: Map<String, Value>) -> Result<PathsAsk, Invalid> {
    Ok(PathsAsk {
        asked: Asked::take(&mut members)?,
        from: end(members.get("from"), "from")?,
        to: end(members.get("to"), "to")?,
        steps: parse_count(members.get("steps"), ("steps", 5), 2..=PATH_STEPS_MAX)?,
        nodes: parse_count(members.get("nodes"), ("nodes", 10), 1..=NODES_MAX)?,
    })
}

fn end(value: Option<&Value>, what: &str) -> Result<Option<StepAsk>, Invalid> {
    match value {
        None | Some(Value::Null) => Ok(None),
        Some(value) => one_step(value, what).map(Some),
    }
}
