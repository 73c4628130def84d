//! What was asked → a question for the store.

use kassa_eventstore::journey::Paths;
use serde_json::{Value, json};

use super::super::calendar::Calendar;
use super::parse::PathsAsk;

/// So many pages and events are told apart: more would take the memory of their names, and nobody looks at the rest.
const NAMES: u32 = 100_000;

/// A question ready to be asked, and how its answer is read.
#[derive(Debug)]
pub(super) struct PathsPlan {
    pub(super) paths: Paths,
    /// The question as it was understood.
    pub(super) echo: Value,
}

/// Plans `ask` for a site with this `calendar`.
pub(super) fn plan(ask: &PathsAsk, calendar: &Calendar) -> PathsPlan {
    let range = ask.asked.range(calendar);
    let mut echo = ask.asked.echo(range, calendar);
    for (name, end) in [("from", &ask.from), ("to", &ask.to)] {
        if let Some(end) = end {
            echo[name] = end.text.clone();
        }
    }
    echo["steps"] = json!(ask.steps);
    echo["nodes"] = json!(ask.nodes);
    let paths = Paths {
        scope: ask.asked.scope(range),
        from: ask.from.as_ref().map(|end| end.step.clone()),
        to: ask.to.as_ref().map(|end| end.step.clone()),
        steps: ask.steps,
        nodes: ask.nodes,
        names: NAMES,
    };
    PathsPlan { paths, echo }
}

impl PathsPlan {
    /// Whether paths are read backward from their last end.
    pub(super) fn is_backward(&self) -> bool {
        self.paths.from.is_none() && self.paths.to.is_some()
    }
}
