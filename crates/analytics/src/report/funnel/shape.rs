//! What the store found → the JSON of an answer: `{"results":[…],"trend":[…],"meta":{…},"query":{…}}`.

use std::cmp::Reverse;

use kassa_eventstore::journey::{FunnelAnswer, FunnelStep};
use serde_json::{Value, json};

use super::super::journey::{Money, halves, percent, share};
use super::parse::FunnelAsk;
use super::plan::FunnelPlan;

/// Reasons that are told apart.
const REASONS_MAX: usize = 20;

/// Shows `found`.
pub(super) fn shape(ask: &FunnelAsk, plan: &FunnelPlan, found: &FunnelAnswer, money: &Money) -> Value {
    let first = found.steps.first().map_or(0, |step| step.visitors);
    let mut before: Option<u64> = None;
    let mut results = Vec::with_capacity(found.steps.len());
    for (place, (step, asked)) in found.steps.iter().zip(&ask.steps).enumerate() {
        let mut shown = json!({
            "step": place + 1,
            "name": asked.name,
            "visitors": step.visitors,
            "from_first": percent(step.visitors, first),
            "from_previous": before.map_or(Value::Null, |before| percent(step.visitors, before)),
            "drop": before.map_or(0, |before| before - step.visitors),
            "median_seconds": halves(step.median_doubled),
            "average_seconds": if place == 0 { Value::Null } else { share(step.seconds, step.visitors) },
            "value": money.show(step.value),
        });
        if place > 0 && asked.step.is_order() {
            shown["causes"] = causes(step);
        }
        results.push(shown);
        before = Some(step.visitors);
    }
    let completed = before.unwrap_or(0);
    let mut answer = json!({
        "results": results,
        "meta": {"entered": first, "completed": completed, "conversion_rate": percent(completed, first)},
        "query": plan.echo,
    });
    if ask.interval.is_some() {
        let show = |(label, visitors): (&String, &Vec<u64>)| json!({"time": label, "visitors": visitors});
        answer["trend"] = plan.labels.iter().zip(&found.trend).map(show).collect();
    }
    answer
}

/// By number, then by name; who left comes last. Together they are the drop.
fn causes(step: &FunnelStep) -> Value {
    let mut named: Vec<(&str, u64)> =
        step.causes.iter().filter_map(|(reason, visitors)| Some((reason.as_deref()?, *visitors))).collect();
    named.sort_by_key(|(reason, visitors)| (Reverse(*visitors), *reason));
    let rest: u64 = named.iter().skip(REASONS_MAX).map(|(_, visitors)| visitors).sum();
    named.truncate(REASONS_MAX);
    if rest > 0 {
        named.push(("(other)", rest));
    }
    named.push(("left", step.causes.get(&None).copied().unwrap_or(0)));
    named.into_iter().map(|(reason, visitors)| json!({"reason": reason, "visitors": visitors})).collect()
}
