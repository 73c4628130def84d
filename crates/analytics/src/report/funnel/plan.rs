//! What was asked → a funnel for the store. Here time zones end.

use kassa_eventstore::journey::Funnel;
use serde_json::{Value, json};

use super::super::ask::Invalid;
use super::super::buckets::{Buckets, buckets};
use super::super::calendar::Calendar;
use super::parse::{FunnelAsk, interval_name};

/// A funnel ready to be asked, and what is needed to show its answer.
#[derive(Debug)]
pub(super) struct FunnelPlan {
    pub(super) funnel: Funnel,
    /// Of the buckets of the trend; empty without one.
    pub(super) labels: Vec<String>,
    /// The question as it was understood.
    pub(super) echo: Value,
}

/// Plans `ask` for a site with this `calendar`.
///
/// # Errors
/// [`Invalid`] when the trend has more buckets than an answer may have.
pub(super) fn plan(ask: &FunnelAsk, calendar: &Calendar) -> Result<FunnelPlan, Invalid> {
    let range = ask.asked.range(calendar);
    let cut = match ask.interval {
        None => Buckets { boundaries: Vec::new(), labels: Vec::new() },
        Some(unit) => buckets(range, unit, calendar)?,
    };
    let mut echo = ask.asked.echo(range, calendar);
    echo["steps"] = ask.steps.iter().map(|step| step.text.clone()).collect();
    echo["window"] = json!(ask.window_text);
    if let Some(name) = ask.interval.and_then(interval_name) {
        echo["interval"] = json!(name);
    }
    if let Some(currency) = ask.currency {
        echo["currency"] = json!(currency.code());
    }
    let funnel = Funnel {
        scope: ask.asked.scope(range),
        steps: ask.steps.iter().map(|step| step.step.clone()).collect(),
        window: ask.window,
        boundaries: cut.boundaries,
        currency: ask.currency.map(|currency| currency.code().to_owned()),
    };
    Ok(FunnelPlan { funnel, labels: cut.labels, echo })
}
