//! An example of a definition: five events, a question about them, and the answer. Tests read the events as they are written
//! here, send them through collector, log and processor into the stores and ask the question, so that what an example says is
//! what kassa does.
//!
//! An event is a time of the week that ends with Friday, 20 November 2026, a visitor by the id that the site gave them, and what
//! they do: `Fri 10:00 Anna: views /mugs, coming from https://www.google.com/`. The question is asked that Friday at noon, UTC.

use serde::Serialize;
use serde_json::{Value, json};

/// When questions of examples are asked, as their pages say it.
pub const ASKED_AT: &str = "Friday, 20 November 2026, 12:00:30 UTC";

/// Five events, and what a question about them gives.
#[derive(Debug, Clone, Copy)]
pub struct Example {
    /// In the order in which they happen: `<day> <time> <visitor>: <what>; …`.
    pub events: &'static str,
    /// The metric that is asked for.
    pub metric: &'static str,
    /// The dimension by which it is asked for.
    pub by: Option<&'static str>,
    /// The range as JSON.
    pub range: &'static str,
    /// What is asked, where it is no query of a metric; metric and dimension are then none.
    pub question: Option<Question>,
    /// The answer as JSON: a metric's value, or a row of dimension and value for each value of the dimension, the largest first; of
    /// another question the member of each row that it names.
    pub gives: &'static str,
}

/// A question that is no query of a metric.
#[derive(Debug, Clone, Copy)]
pub struct Question {
    /// Its route, which is posted to.
    pub route: &'static str,
    /// Its body as JSON, without the site and the range.
    pub body: &'static str,
    /// The member of the rows of its answer that is shown.
    pub member: &'static str,
}

/// Something that happens in an example.
#[derive(Debug, Clone, Copy, Serialize)]
pub struct Step {
    /// Day and time of the week: `Fri 10:00`.
    pub time: &'static str,
    /// Who does it: the id that the site gave its visitor.
    pub visitor: &'static str,
    /// What, in words.
    pub does: &'static str,
}

/// Events of which `metric` gives `gives` over the last seven days.
pub(super) const fn example(metric: &'static str, events: &'static str, gives: &'static str) -> Example {
    Example { events, metric, by: None, range: "\"7d\"", question: None, gives }
}

/// Events of which an answer to `question` has `gives` over the last seven days.
pub(super) const fn answer(question: Question, events: &'static str, gives: &'static str) -> Example {
    Example { question: Some(question), ..example("", events, gives) }
}

impl Example {
    /// By this dimension: the answer has rows.
    pub(super) const fn by(self, dimension: &'static str) -> Self {
        Self { by: Some(dimension), ..self }
    }

    /// Over another range, as JSON.
    pub(super) const fn over(self, range: &'static str) -> Self {
        Self { range, ..self }
    }

    /// The events, one by one; without those that are not written as an event, which a test excludes.
    pub fn steps(&self) -> impl Iterator<Item = Step> + use<> {
        self.events.split("; ").filter_map(|event| {
            let (when, does) = event.split_once(": ")?;
            let (time, visitor) = when.split_at_checked("Fri 10:00".len())?;
            Some(Step { time, visitor: visitor.trim_start(), does })
        })
    }

    /// The question, without the site; null if the range is no JSON, which a test excludes.
    pub fn question(&self) -> Value {
        let range: Value = serde_json::from_str(self.range).unwrap_or_default();
        if let Some(question) = self.question {
            let mut body: Value = serde_json::from_str(question.body).unwrap_or_default();
            body["date_range"] = range;
            return body;
        }
        match self.by {
            None => json!({"metrics": [self.metric], "date_range": range}),
            Some(by) => json!({"metrics": [self.metric], "dimensions": [by], "date_range": range}),
        }
    }

    /// The answer; null if it is no JSON, which a test excludes.
    pub fn answer(&self) -> Value {
        serde_json::from_str(self.gives).unwrap_or_default()
    }

    pub(super) fn to_json(self) -> Value {
        let mut shown = json!({
            "events": self.steps().collect::<Vec<_>>(),
            "asked_at": ASKED_AT,
            "query": self.question(),
            "gives": self.answer(),
        });
        if let Some(question) = self.question {
            shown["route"] = json!(question.route);
            shown["member"] = json!(question.member);
        }
        shown
    }
}
