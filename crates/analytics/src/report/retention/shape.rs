//! What the store found → the JSON of an answer: `{"results":[…],"averages":[…],"meta":{…},"query":{…}}`.
//!
//! A cohort has a number for each period until the one that is not over; periods that have not begun are not there.

use kassa_eventstore::journey::{Cohort, RetentionAnswer};
use serde_json::{Value, json};

use super::super::journey::{Money, percent};
use super::plan::RetentionPlan;

/// Shows `found`.
pub(super) fn shape(plan: &RetentionPlan, found: &RetentionAnswer, money: &Money) -> Value {
    let begun: Vec<(usize, &Cohort)> = found.cohorts.iter().take(plan.begun).enumerate().collect();
    let results: Vec<Value> = begun
        .iter()
        .map(|(place, cohort)| {
            let told = plan.begun - place;
            let returned = &cohort.returned[..told.min(cohort.returned.len())];
            let mut shown = json!({
                "period": plan.labels[*place],
                "size": cohort.size,
                "returned": returned,
                "rates": returned.iter().map(|count| percent(*count, cohort.size)).collect::<Vec<_>>(),
            });
            if plan.is_of_customers() {
                shown["repeat"] =
                    json!({"customers": cohort.repeat, "rate": percent(cohort.repeat, cohort.size)});
                let revenue = &cohort.revenue[..told.min(cohort.revenue.len())];
                shown["revenue"] = revenue.iter().map(|amount| money.show(*amount)).collect();
            }
            shown
        })
        .collect();
    json!({
        "results": results,
        "averages": averages(plan, &begun),
        "meta": {"partial_period": plan.partial.map(|place| plan.labels[place].as_str())},
        "query": plan.echo,
    })
}

/// Of each period after the first time, over all cohorts of which it is over, by their sizes.
fn averages(plan: &RetentionPlan, cohorts: &[(usize, &Cohort)]) -> Vec<Value> {
    let over = plan.partial.unwrap_or(plan.begun);
    let average = |later: usize| {
        let counted = cohorts.iter().filter(|(place, _)| place + later < over);
        let (mut returned, mut all) = (0, 0);
        for (_, cohort) in counted {
            returned += cohort.returned.get(later).copied().unwrap_or(0);
            all += cohort.size;
        }
        percent(returned, all)
    };
    (0..plan.begun).map(average).collect()
}
