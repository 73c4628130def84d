//! Answers a question about retention from plain rows.

use std::collections::{BTreeMap, BTreeSet};

use kassa_model::Timestamp;

use super::journey::{Place, by_visitor, fits, place_of};
use super::rows::visitor_of;
use super::visit::session_of;
use crate::journey::{Of, Retention, RetentionAnswer};
use crate::query::CONFIRMED;
use crate::{Error, Row};

/// The answer to `asked`, which has been checked.
pub(super) fn answer(rows: &[Row], asked: &Retention) -> Result<RetentionAnswer, Error> {
    match asked.of {
        Of::Visitors => visitors(rows, asked),
        Of::Customers => customers(rows, asked),
    }
}

/// The period of a time within the range.
fn period(asked: &Retention, time: Timestamp) -> Option<usize> {
    asked.boundaries.windows(2).position(|pair| pair[0] <= time && time < pair[1])
}

/// Counts somebody who was there at `times`, the first of which was the first time; the cohort, if that is one of the periods.
fn count(asked: &Retention, times: &[Timestamp], answer: &mut RetentionAnswer) -> Option<usize> {
    let first = period(asked, *times.first()?)?;
    let periods: BTreeSet<usize> = times.iter().filter_map(|time| period(asked, *time)).collect();
    let cohort = &mut answer.cohorts[first];
    cohort.size += 1;
    periods.into_iter().for_each(|period| cohort.returned[period - first] += 1);
    Some(first)
}

fn visitors(rows: &[Row], asked: &Retention) -> Result<RetentionAnswer, Error> {
    let mut answer = RetentionAnswer::empty(asked);
    for events in by_visitor(rows, &asked.scope)?.into_values() {
        let events: Vec<&Row> = events.into_iter().filter(|row| row.event.is_of_visitors()).collect();
        let Some(first) = events.first() else { continue };
        if fits(first, asked.scope.filter.as_ref())? {
            let times: Vec<Timestamp> = events.iter().map(|row| row.event.occurred_at).collect();
            count(asked, &times, &mut answer);
        }
    }
    Ok(answer)
}

/// The customer's id, or else the visitor.
type Customer<'a> = (Option<&'a str>, Option<i64>);

fn customers(rows: &[Row], asked: &Retention) -> Result<RetentionAnswer, Error> {
    let mut answer = RetentionAnswer::empty(asked);
    let of_sites = || rows.iter().filter(|row| asked.scope.sites.contains(&row.event.site));
    let before_the_end = || of_sites().filter(|row| row.event.occurred_at < asked.scope.range.to);
    let mut placed: BTreeMap<(&str, &str), &Row> = BTreeMap::new();
    for row in before_the_end().filter(|row| row.event.name == CONFIRMED) {
        let Some(order) = &row.event.order else { continue };
        if row.event.user.is_some() || session_of(row) != 0 {
            let known = placed.entry((&row.event.site, &order.order_id)).or_insert(row);
            *known = if place_of(row) < place_of(known) { row } else { known };
        }
    }
    let mut orders: BTreeMap<Customer<'_>, BTreeMap<Place, &Row>> = BTreeMap::new();
    for row in placed.values() {
        orders.entry(customer(row)).or_default().insert(place_of(row), row);
    }
    let mut cohorts: BTreeMap<Customer<'_>, (usize, Timestamp)> = BTreeMap::new();
    for (customer, orders) in &orders {
        let Some(first) = orders.values().next() else { continue };
        if !fits(first, asked.scope.filter.as_ref())? {
            continue;
        }
        let times: Vec<Timestamp> = orders.keys().map(|place| place.0).collect();
        let Some(cohort) = count(asked, &times, &mut answer) else { continue };
        cohorts.insert(*customer, (cohort, times[0]));
        answer.cohorts[cohort].repeat += u64::from(orders.len() > 1);
    }
    let mut currencies = BTreeSet::new();
    for row in before_the_end() {
        let Some(order) = &row.event.order else { continue };
        let placed = placed.get(&(row.event.site.as_str(), order.order_id.as_str()));
        let Some((cohort, first)) = placed.and_then(|placed| cohorts.get(&customer(placed))) else {
            continue;
        };
        if asked.currency.as_ref().is_none_or(|asked| *asked == order.currency)
            && let Some(period) = period(asked, row.event.occurred_at.max(*first))
        {
            answer.cohorts[*cohort].revenue[period - cohort] += order.revenue_minor;
            currencies.insert(order.currency.clone());
        }
    }
    Ok(answer.with_currencies(&currencies))
}

fn customer(row: &Row) -> Customer<'_> {
    match &row.event.user {
        Some(user) => (Some(user), None),
        None => (None, Some(visitor_of(row))),
    }
}
