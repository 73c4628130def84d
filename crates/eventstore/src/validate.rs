//! What every backend refuses, so that all of them refuse the same: queries without meaning and rows that no engine
//! could hold. Checked before any SQL is made.

use kassa_model::Timestamp;
use uuid::Uuid;

use crate::pattern::Pattern;
use crate::query::{Dimension, Field, Filter, Metric, Operator, OrderKey, Query};
use crate::{Batch, Error, Mark, Row};

/// The most buckets of a time dimension.
const BUCKETS_MAX: usize = 1_000;
/// The most values of one test.
const VALUES_MAX: usize = 100;
/// The most tests of one filter; the planner's own limit is lower.
const TESTS_MAX: usize = 1_000;
/// The deepest nesting of a filter.
const DEPTH_MAX: usize = 32;
/// 9999-12-31T23:59:59Z: beyond it engines disagree about what a time is.
const LATEST: Timestamp = Timestamp::from_micros(253_402_300_799_000_000);
/// 1970-01-01T00:00:00Z: divisions of what lies before are rounded differently by engines.
const FIRST: Timestamp = Timestamp::from_micros(0);

/// Says why `row` cannot be stored by any backend, if so.
pub(crate) fn unstorable(row: &Row) -> Option<String> {
    let event = &row.event;
    let times = [("occurred_at", event.occurred_at), ("received_at", event.received_at)];
    for (name, time) in times {
        if time < FIRST || time > LATEST {
            return Some(format!("{name} {} is outside the years 1970 to 9999", time.micros()));
        }
    }
    if serde_json::from_str::<serde::de::IgnoredAny>(&event.props).is_err() {
        return Some("its properties are no JSON".to_owned());
    }
    match (event.visitor, event.session) {
        (None, _) => Some("it has no visitor".to_owned()),
        (_, None) => Some("it has no session".to_owned()),
        _ => None,
    }
}

/// Refuses a query that has no answer.
pub(crate) fn query(query: &Query) -> Result<(), Error> {
    if query.sites.is_empty() || query.metrics.is_empty() {
        return invalid("a query needs at least one site and one metric");
    }
    dimensions(query)?;
    session_metrics(query)?;
    money_fields(query)?;
    if let Some(found) = &query.filter {
        let mut tests = 0;
        filter(found, 0, &mut tests)?;
    }
    for order in &query.order_by {
        let known = match order.key {
            OrderKey::Metric(index) => index < query.metrics.len(),
            OrderKey::Dimension(index) => index < query.dimensions.len(),
        };
        if !known {
            return invalid("cannot order by a column that the query does not have");
        }
    }
    Ok(())
}

fn dimensions(query: &Query) -> Result<(), Error> {
    let mut times = 0;
    for dimension in &query.dimensions {
        let Dimension::Time { boundaries } = dimension else { continue };
        times += 1;
        if boundaries.len() < 2 || boundaries.len() > BUCKETS_MAX + 1 {
            return invalid("a time dimension needs 2 to 1,001 boundaries");
        }
        if boundaries.windows(2).any(|pair| pair[0] >= pair[1]) {
            return invalid("the boundaries of a time dimension must ascend");
        }
    }
    if times > 1 {
        return invalid("a query has at most one time dimension");
    }
    Ok(())
}

/// Whether `metric` is a property of sessions, not of events.
pub(crate) fn is_session_metric(metric: Metric) -> bool {
    matches!(metric, Metric::BounceRate | Metric::VisitDuration)
}

fn session_metrics(query: &Query) -> Result<(), Error> {
    if !query.metrics.iter().copied().any(is_session_metric) {
        return Ok(());
    }
    for dimension in &query.dimensions {
        let Dimension::Field(field) = dimension else { continue };
        if matches!(field, Field::Name | Field::Hostname | Field::Prop(_) | Field::NameSent) {
            return invalid("bounce rate and visit duration cannot be grouped by a field of single events");
        }
    }
    Ok(())
}

fn money_fields(query: &Query) -> Result<(), Error> {
    let all_of_money = query.metrics.iter().all(|metric| metric.is_of_money());
    if all_of_money || !query.fields().into_iter().any(Field::is_of_money) {
        return Ok(());
    }
    invalid("fields of products and orders can be asked of metrics of money only")
}

fn filter(found: &Filter, depth: usize, tests: &mut usize) -> Result<(), Error> {
    if depth > DEPTH_MAX {
        return invalid("the filter is nested too deeply");
    }
    match found {
        Filter::And(parts) | Filter::Or(parts) => {
            parts.iter().try_for_each(|part| filter(part, depth + 1, tests))
        }
        Filter::Not(part) => filter(part, depth + 1, tests),
        Filter::Test { operator, values, .. } => {
            *tests += 1;
            if *tests > TESTS_MAX || values.is_empty() || values.len() > VALUES_MAX {
                return invalid("a filter has at most 1,000 tests of 1 to 100 values each");
            }
            if *operator == Operator::Matches {
                values.iter().try_for_each(|value| Pattern::parse(value).map(drop))?;
            }
            Ok(())
        }
    }
}

fn invalid(why: &str) -> Result<(), Error> {
    Err(Error::Invalid(why.to_owned()))
}

/// Says why `batch` does not continue what is stored, if so: `stored` is the partition's mark, `another_log` the id of
/// a log that any partition of the store was filled from and that is not the batch's.
pub(crate) fn place(batch: &Batch, stored: Option<&Mark>, another_log: Option<Uuid>) -> Result<(), String> {
    let (partition, from) = (batch.partition, batch.from);
    if let Some(other) = another_log {
        return Err(format!("it was filled from log {other}, this batch comes from log {}", batch.log_id));
    }
    if batch.to < from {
        return Err(format!("a batch of partition {partition} goes backwards from {from} to {}", batch.to));
    }
    let Some(mark) = stored else { return Ok(()) };
    if mark.epoch > batch.epoch {
        return Err(format!("partition {partition} is held under epoch {}, not {}", mark.epoch, batch.epoch));
    }
    if mark.position != from {
        return Err(format!("partition {partition} stands at {}, not at {from}", mark.position));
    }
    Ok(())
}
