//! What every metric and dimension means: the one list from which names are read, errors name the known ones, the
//! definitions are served (`GET /v1/query/definitions`, the dashboard's page) and written (`docs/definitions.md`), and whose
//! examples are tests. A definition is one sentence; its example is five events and what a question about them gives.

mod definition;
mod dimensions;
pub mod example;
mod journeys;
mod markdown;
mod metrics;
mod words;

use serde_json::{Value, json};

pub use definition::{Entry, FieldDefinition, MetricDefinition};
pub use dimensions::{FIELDS, PROPS, PROPS_PREFIX, TIME, TIMES};
pub use example::Example;
pub use journeys::JOURNEYS;
pub use markdown::markdown;
pub use metrics::METRICS;
pub use words::WORDS;

/// All definitions by list: `metrics`, `dimensions`, `others`.
pub fn lists() -> [(&'static str, Vec<Entry>); 3] {
    let entry = |name, definition, example| Entry { name, definition, example };
    let metrics = METRICS.iter().map(|known| entry(known.name, known.definition, Some(known.example)));
    let fields = FIELDS.iter().map(|known| entry(known.name, known.definition, Some(known.example)));
    let dimensions = fields.chain([PROPS, TIME]).collect();
    [("metrics", metrics.collect()), ("dimensions", dimensions), ("others", [WORDS, JOURNEYS].concat())]
}

/// The lists as JSON: `{"metrics":[{"name","definition","example":{"events":[{"time","visitor","does"}],"asked_at","query",
/// "gives"}}],"dimensions":[…],"others":[…]}`; `example` is missing where a word has none, and has a `route` and the `member` of its rows
/// where it is no query of a metric.
pub fn definitions() -> Value {
    let show = |entry: &Entry| {
        let mut shown = json!({"name": entry.name, "definition": entry.definition});
        if let Some(example) = entry.example {
            shown["example"] = example.to_json();
        }
        shown
    };
    let mut answer = json!({});
    for (list, entries) in lists() {
        answer[list] = entries.iter().map(show).collect();
    }
    answer
}
