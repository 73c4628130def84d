//! What was asked → a question for the store. Here time zones end.

use kassa_eventstore::journey::{Of, Retention};
use kassa_eventstore::query::TimeRange;
use kassa_model::Timestamp;
use serde_json::{Value, json};

use super::super::ask::Invalid;
use super::super::calendar::Calendar;
use super::parse::{RetentionAsk, of_name, period_name};
use super::periods::periods;

/// A question ready to be asked, and what is needed to show its answer.
#[derive(Debug)]
pub(super) struct RetentionPlan {
    pub(super) retention: Retention,
    /// Of the periods.
    pub(super) labels: Vec<String>,
    /// The place of the period that is not over, if there is one.
    pub(super) partial: Option<usize>,
    /// How many periods have begun.
    pub(super) begun: usize,
    /// The question as it was understood.
    pub(super) echo: Value,
}

/// Plans `ask` for a site with this `calendar`.
///
/// # Errors
/// [`Invalid`] when there are too many periods.
pub(super) fn plan(ask: &RetentionAsk, calendar: &Calendar) -> Result<RetentionPlan, Invalid> {
    let (unit, cut) = periods(ask.asked.range(calendar), ask.period, calendar)?;
    let ends = |place: usize| cut.boundaries.get(place).copied().unwrap_or(Timestamp::EARLIEST);
    let range = TimeRange { from: ends(0), to: ends(cut.labels.len()) };
    let mut echo = ask.asked.echo(range, calendar);
    echo["of"] = json!(of_name(ask.of));
    echo["period"] = json!(period_name(unit));
    if let Some(currency) = ask.currency {
        echo["currency"] = json!(currency.code());
    }
    let begun = cut.boundaries[..cut.labels.len()].partition_point(|start| *start <= calendar.now);
    Ok(RetentionPlan {
        partial: begun.checked_sub(1).filter(|last| ends(last + 1) > calendar.now),
        begun,
        retention: Retention {
            scope: ask.asked.scope(range),
            of: ask.of,
            boundaries: cut.boundaries,
            currency: ask.currency.map(|currency| currency.code().to_owned()),
        },
        labels: cut.labels,
        echo,
    })
}

impl RetentionPlan {
    /// Whether it is about customers.
    pub(super) fn is_of_customers(&self) -> bool {
        self.retention.of == Of::Customers
    }
}
