//! What a funnel reads: the events that may be steps, by visitor, the last first; what orders came to; why orders were
//! refused. [`super::attempts`] follows the visitors through the first of these.

use kassa_model::Dialect as Format;

use super::dialect::{Dialect, Nulls};
use super::field::of_event;
use super::filter::condition;
use super::scope::{counted, events};
use super::statement::{Binder, Statement};
use crate::Error;
use crate::journey::{CHECKOUT_FAILED, Funnel, Step};
use crate::query::CONFIRMED;

/// The bit of [`steps`] for a record that confirms an order; the lower ones are the steps, the first one's lowest.
pub(crate) const ORDER: i32 = 1 << 12;
/// The bit for a record that an order was refused.
pub(crate) const REFUSAL: i32 = 1 << 13;

/// Selects `visitor`, `occurred_at`, `sequence` and `marks`, a number of 32 bits, of all that a funnel may need.
pub(crate) fn steps(dialect: &'static dyn Dialect, funnel: &Funnel) -> Result<Statement, Error> {
    let mut binder = Binder::ruled(dialect, &funnel.scope.rules)?;
    let within = within(funnel, &mut binder)?;
    let mut marks = Vec::new();
    for (place, step) in funnel.steps.iter().enumerate() {
        let mut condition = is_step(step, &mut binder)?;
        if place == 0 {
            // Before the window's end is the range's.
            condition.push_str(&format!(" AND e.occurred_at < {}", binder.time(funnel.scope.range.to)));
            if let Some(filter) = &funnel.scope.filter {
                condition.push_str(&format!(" AND {}", self::condition(filter, of_event, &mut binder)?));
            }
        }
        marks.push(mark(&condition, 1 << place));
    }
    marks.push(mark(&is_order(), ORDER));
    if funnel.steps.iter().any(Step::is_order) {
        marks.push(mark(&is_refusal(), REFUSAL));
    }
    let text = format!(
        "SELECT visitor, occurred_at, sequence, marks FROM (SELECT e.visitor, e.occurred_at, e.sequence, {} AS marks \
         FROM {} WHERE {within}) WHERE marks <> 0 ORDER BY visitor, occurred_at DESC, sequence DESC",
        marks.join(" + "),
        events(dialect, &funnel.fields()),
    );
    Ok(binder.statement(text))
}

/// Selects `sequence`, `amount` and `currency` of every order that was confirmed in the time of the funnel: the place of the
/// record that confirmed it first, what its records come to, and that record's currency.
pub(crate) fn orders(dialect: &'static dyn Dialect, funnel: &Funnel) -> Statement {
    let mut binder = Binder::new(dialect);
    let sites = binder.is_one_of("e.site", &funnel.scope.sites);
    let (from, end) = (binder.time(funnel.scope.range.from), binder.time(funnel.end()));
    let confirmed = format!("FILTER (WHERE {})", is_order());
    let first = |column: &str| dialect.first(column, dialect.log_order(), Nulls::Taken);
    let text = format!(
        "SELECT {} {confirmed} AS sequence, {} AS amount, {} {confirmed} AS currency FROM events e \
         WHERE {sites} AND e.order_id <> '' GROUP BY e.site, e.order_id \
         HAVING min(e.occurred_at) {confirmed} >= {from} AND min(e.occurred_at) {confirmed} <= {end}",
        first("e.sequence"),
        dialect.whole("sum(e.revenue_minor)"),
        first("e.currency"),
    );
    binder.statement(text)
}

/// Selects `sequence` and `reason` of every refusal in the time of the funnel.
pub(crate) fn refusals(dialect: &'static dyn Dialect, funnel: &Funnel) -> Result<Statement, Error> {
    let mut binder = Binder::ruled(dialect, &funnel.scope.rules)?;
    let within = within(funnel, &mut binder)?;
    let key = binder.text(&dialect.property_key("reason"));
    let text = format!(
        "SELECT e.sequence, {} AS reason FROM {} WHERE {within} AND {}",
        dialect.property("e.", &key),
        events(dialect, &funnel.fields()),
        is_refusal(),
    );
    Ok(binder.statement(text))
}

fn within(funnel: &Funnel, binder: &mut Binder) -> Result<String, Error> {
    let counted = counted(&funnel.scope, binder)?;
    let (from, end) = (binder.time(funnel.scope.range.from), binder.time(funnel.end()));
    Ok(format!("{counted} AND e.occurred_at >= {from} AND e.occurred_at <= {end}"))
}

pub(super) fn is_step(step: &Step, binder: &mut Binder) -> Result<String, Error> {
    Ok(match step {
        Step::Named(name) => format!("e.name = {}", binder.text(name)),
        Step::Fits(filter) => {
            format!("e.order_id IS NULL AND {}", condition(filter, of_event, binder)?)
        }
    })
}

fn is_order() -> String {
    format!("e.order_id IS NOT NULL AND e.name = '{CONFIRMED}'")
}

fn is_refusal() -> String {
    let shop = Format::SHOP;
    format!("e.name = '{CHECKOUT_FAILED}' AND e.dialect = '{shop}' AND e.order_id IS NULL")
}

pub(super) fn mark(condition: &str, bit: i32) -> String {
    format!("CASE WHEN {condition} THEN {bit} ELSE 0 END")
}
