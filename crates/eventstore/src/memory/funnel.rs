//! Answers a funnel: every attempt of every visitor, step by step.

use std::collections::BTreeMap;

use kassa_model::Timestamp;

use super::journey::{Place, by_visitor, fits, place_of};
use super::visit::session_of;
use crate::journey::{CHECKOUT_FAILED, Funnel, FunnelAnswer, Passage, Step, Tally};
use crate::query::CONFIRMED;
use crate::{Error, Row, properties};

/// The answer to `funnel`, which has been checked.
pub(super) fn answer(rows: &[Row], funnel: &Funnel) -> Result<FunnelAnswer, Error> {
    let orders = orders(rows, funnel);
    let mut tally = Tally::new(funnel);
    for events in by_visitor(rows, &funnel.scope)?.into_values() {
        let mut best: Vec<&Row> = Vec::new();
        for first in 0..events.len() {
            let attempt = attempt(&events[first..], funnel)?;
            if attempt.len() > best.len() {
                best = attempt;
            }
        }
        let (Some(first), Some(last)) = (best.first(), best.last()) else { continue };
        let end = first.event.occurred_at.plus_micros(funnel.window);
        let times: Vec<Timestamp> = best.iter().map(|row| row.event.occurred_at).collect();
        let in_time = || events.iter().filter(|row| row.event.occurred_at <= end);
        let refused = in_time().rfind(|row| place_of(row) > place_of(last) && is_refusal(row));
        let cause = refused.and_then(|row| properties::text(&row.event.props, "reason"));
        let on_the_way = in_time().filter(|row| place_of(row) >= place_of(first));
        let orders = on_the_way.filter_map(|row| {
            orders.get(&place_of(row)).map(|(amount, currency)| (*amount, currency.as_str()))
        });
        tally.add(&Passage { times: &times, cause: cause.as_deref(), orders: orders.collect() });
    }
    Ok(tally.finish())
}

/// The events of the attempt that `events` begin with; none, if the first of them begins none.
fn attempt<'a>(events: &[&'a Row], funnel: &Funnel) -> Result<Vec<&'a Row>, Error> {
    let Some((first, later)) = events.split_first() else { return Ok(Vec::new()) };
    let (time, range) = (first.event.occurred_at, funnel.scope.range);
    if time < range.from
        || time >= range.to
        || !is_step(first, &funnel.steps[0])?
        || !fits(first, funnel.scope.filter.as_ref())?
    {
        return Ok(Vec::new());
    }
    let mut reached = vec![*first];
    for row in later.iter().filter(|row| row.event.occurred_at <= time.plus_micros(funnel.window)) {
        match funnel.steps.get(reached.len()) {
            Some(step) if is_step(row, step)? => reached.push(row),
            _ => {}
        }
    }
    Ok(reached)
}

pub(super) fn is_step(row: &Row, step: &Step) -> Result<bool, Error> {
    match step {
        Step::Named(name) => Ok(row.event.name == *name),
        Step::Fits(filter) => Ok(row.event.is_of_visitors() && fits(row, Some(filter))?),
    }
}

fn is_refusal(row: &Row) -> bool {
    row.event.name == CHECKOUT_FAILED
        && row.event.dialect == kassa_model::Dialect::SHOP
        && row.event.is_of_visitors()
}

/// By the place of the record that confirms an order first: what the order came to, and the currency of that record.
fn orders(rows: &[Row], funnel: &Funnel) -> BTreeMap<Place, (i64, String)> {
    let mut by_order: BTreeMap<(&str, &str), (i64, Option<&Row>)> = BTreeMap::new();
    for row in rows.iter().filter(|row| funnel.scope.sites.contains(&row.event.site)) {
        let Some(order) = &row.event.order else { continue };
        let (amount, confirmed) = by_order.entry((&row.event.site, &order.order_id)).or_default();
        *amount += order.revenue_minor;
        if row.event.name == CONFIRMED && confirmed.is_none_or(|known| place_of(row) < place_of(known)) {
            *confirmed = Some(row);
        }
    }
    let confirmed = by_order.into_values().filter_map(|(amount, row)| Some((amount, row?)));
    let of_visits = confirmed.filter(|(_, row)| session_of(row) != 0);
    let currency =
        |row: &Row| row.event.order.as_ref().map(|order| order.currency.clone()).unwrap_or_default();
    of_visits.map(|(amount, row)| (place_of(row), (amount, currency(row)))).collect()
}
