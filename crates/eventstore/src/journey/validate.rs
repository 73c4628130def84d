//! What every backend refuses.

use super::{
    Funnel, NODES_MAX, PATH_STEPS_MAX, PERIODS_MAX, Paths, Retention, STEPS_MAX, Scope, Step, WINDOW_MAX,
    WINDOW_MIN,
};
use crate::Error;
use crate::query::{Field, Filter};
use crate::validate::{COST_MAX, check_boundaries, check_filters, check_rules, invalid};

/// What the filters of a question that sorts events may cost together: such a question costs four times the cheapest.
const COSTS: usize = 4 * COST_MAX;

/// Refuses a funnel that has no answer.
pub(crate) fn check_funnel(funnel: &Funnel) -> Result<(), Error> {
    check_scope(&funnel.scope)?;
    if funnel.steps.len() < 2 || funnel.steps.len() > STEPS_MAX {
        return invalid(&format!("a funnel has 2 to {STEPS_MAX} steps"));
    }
    if !(WINDOW_MIN..=WINDOW_MAX).contains(&funnel.window) {
        return invalid("the window of a funnel is 1 minute to 90 days");
    }
    if !funnel.boundaries.is_empty() {
        check_boundaries(&funnel.boundaries)?;
    }
    let of_steps = funnel.steps.iter().filter_map(Step::filter);
    check_fields(&funnel.fields())?;
    check_filters(filters(&funnel.scope).chain(of_steps), COSTS)
}

/// Refuses a question about retention that has no answer.
pub(crate) fn check_retention(asked: &Retention) -> Result<(), Error> {
    check_scope(&asked.scope)?;
    check_boundaries(&asked.boundaries)?;
    let (periods, range) = (asked.boundaries.len() - 1, asked.scope.range);
    if periods > PERIODS_MAX {
        return invalid(&format!("retention is told of 1 to {PERIODS_MAX} periods"));
    }
    if asked.boundaries.first() != Some(&range.from) || asked.boundaries.last() != Some(&range.to) {
        return invalid("the range of retention is that of its periods");
    }
    check_fields(&asked.scope.fields())?;
    check_filters(filters(&asked.scope), COST_MAX)
}

/// Refuses a question about paths that has no answer.
pub(crate) fn check_paths(asked: &Paths) -> Result<(), Error> {
    check_scope(&asked.scope)?;
    if !(2..=PATH_STEPS_MAX).contains(&asked.steps)
        || !(1..=NODES_MAX).contains(&asked.nodes)
        || asked.names == 0
    {
        return invalid(&format!(
            "paths have 2 to {PATH_STEPS_MAX} steps of 1 to {NODES_MAX} nodes, which have names"
        ));
    }
    check_fields(&asked.fields())?;
    let ends = asked.from.iter().chain(&asked.to).filter_map(Step::filter);
    check_filters(filters(&asked.scope).chain(ends), COSTS)
}

/// Refuses a question about searches that has no answer.
pub(crate) fn check_searches(scope: &Scope) -> Result<(), Error> {
    check_scope(scope)?;
    check_fields(&scope.fields())?;
    check_filters(filters(scope), COSTS)
}

fn filters(scope: &Scope) -> impl Iterator<Item = &Filter> {
    scope.only.iter().chain(&scope.filter)
}

fn check_scope(scope: &Scope) -> Result<(), Error> {
    if scope.sites.is_empty() {
        return invalid("a question needs at least one site");
    }
    scope.rules.iter().try_for_each(check_rules)
}

/// Every event has to tell the fields by itself.
fn check_fields(fields: &[&Field]) -> Result<(), Error> {
    if fields.contains(&&Field::ExitPage) {
        return invalid("visit:exit_page cannot be asked for here: no event knows how its visit ends");
    }
    if fields.contains(&&Field::ItemSku) {
        return invalid("item:sku cannot be asked for here: an event may name several products");
    }
    if fields.iter().any(|field| field.is_of_money()) {
        return invalid(
            "fields of products and orders cannot be asked for here: events of visitors have none",
        );
    }
    Ok(())
}
